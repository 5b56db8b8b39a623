#include "schema/json.h"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <system_error>
#include <unordered_set>

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>

#include "schema/number.h"
#include "schema/utf8.h"

namespace gatefold {
namespace {

using boost::json::error_code;
using BoostText = boost::json::string_view;

// The names with which Boost.JSON calls its handlers are its own.
struct NoLimits {
  static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_array_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_key_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_string_size = std::numeric_limits<std::size_t>::max();
};

// Builds the value. A member that stands twice only shows in the count: the paths are looked up in
// a second pass, because almost no document has any.
struct Builder : NoLimits {
  boost::json::value_stack stack;
  std::size_t members = 0;
  std::string unreadable_number;

  Builder() { stack.reset(); }

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) { return true; }
  bool on_object_end(std::size_t n, error_code&) {
    members += n;
    stack.push_object(n);
    return true;
  }
  bool on_array_begin(error_code&) { return true; }
  bool on_array_end(std::size_t n, error_code&) {
    stack.push_array(n);
    return true;
  }
  bool on_key_part(BoostText part, std::size_t, error_code&) {
    stack.push_chars(part);
    return true;
  }
  bool on_key(BoostText part, std::size_t, error_code&) {
    stack.push_key(part);
    return true;
  }
  bool on_string_part(BoostText part, std::size_t, error_code&) {
    stack.push_chars(part);
    return true;
  }
  bool on_string(BoostText part, std::size_t, error_code&) {
    stack.push_string(part);
    return true;
  }
  bool on_number_part(BoostText, error_code&) { return true; }
  bool on_int64(std::int64_t number, BoostText, error_code&) {
    stack.push_int64(number);
    return true;
  }
  bool on_uint64(std::uint64_t number, BoostText, error_code&) {
    stack.push_double(static_cast<double>(number));
    return true;
  }
  // Boost.JSON 1.81 computes doubles that are off by a bit at times, so they are read again.
  bool on_double(double, BoostText text, error_code& error) {
    const auto read = read_double({text.data(), text.size()});
    if (!read) {
      unreadable_number.assign(text.data(), text.size());
      error = boost::json::error::exponent_overflow;
      return false;
    }
    const double number = *read;
    constexpr double kTwoTo63 = 9223372036854775808.0;
    if (number == std::trunc(number) && number >= -kTwoTo63 && number < kTwoTo63) {
      stack.push_int64(static_cast<std::int64_t>(number));
    } else {
      stack.push_double(number);
    }
    return true;
  }
  bool on_bool(bool value, error_code&) {
    stack.push_bool(value);
    return true;
  }
  bool on_null(error_code&) {
    stack.push_null();
    return true;
  }
  bool on_comment_part(BoostText, error_code&) { return true; }
  bool on_comment(BoostText, error_code&) { return true; }
};

// Finds the paths of members that stand twice in one object.
struct DuplicateFinder : NoLimits {
  struct Level {
    std::unordered_set<std::string> seen;
    std::string key;
    std::size_t index = 0;
    bool is_array = false;
  };
  std::vector<Level> levels;
  std::string key_start;
  std::vector<std::string> duplicates;

  std::string path_to(const std::string& key) const {
    std::string path;
    for (std::size_t i = 0; i + 1 < levels.size(); ++i) {
      const auto& level = levels[i];
      if (level.is_array) {
        path += '[' + std::to_string(level.index) + ']';
      } else {
        path += (path.empty() ? "" : ".") + level.key;
      }
    }
    return path + (path.empty() ? "" : ".") + key;
  }
  bool value_done() {
    if (!levels.empty()) ++levels.back().index;
    return true;
  }

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) {
    levels.emplace_back();
    return true;
  }
  bool on_object_end(std::size_t, error_code&) {
    levels.pop_back();
    return value_done();
  }
  bool on_array_begin(error_code&) {
    levels.emplace_back().is_array = true;
    return true;
  }
  bool on_array_end(std::size_t, error_code&) {
    levels.pop_back();
    return value_done();
  }
  bool on_key_part(BoostText part, std::size_t, error_code&) {
    key_start.append(part.data(), part.size());
    return true;
  }
  bool on_key(BoostText part, std::size_t, error_code&) {
    auto& level = levels.back();
    level.key = std::exchange(key_start, {}).append(part.data(), part.size());
    if (!level.seen.insert(level.key).second) duplicates.push_back(path_to(level.key));
    return true;
  }
  bool on_string_part(BoostText, std::size_t, error_code&) { return true; }
  bool on_string(BoostText, std::size_t, error_code&) { return value_done(); }
  bool on_number_part(BoostText, error_code&) { return true; }
  bool on_int64(std::int64_t, BoostText, error_code&) { return value_done(); }
  bool on_uint64(std::uint64_t, BoostText, error_code&) { return value_done(); }
  bool on_double(double, BoostText, error_code&) { return value_done(); }
  bool on_bool(bool, error_code&) { return value_done(); }
  bool on_null(error_code&) { return value_done(); }
  bool on_comment_part(BoostText, error_code&) { return true; }
  bool on_comment(BoostText, error_code&) { return true; }
};

template <class Handler>
bool run(boost::json::basic_parser<Handler>& parser, std::string_view text) {
  error_code error;
  const auto used = parser.write_some(false, text.data(), text.size(), error);
  return !error && used == text.size();
}

boost::json::parse_options options_of(JsonLimits limits) {
  boost::json::parse_options options;
  options.max_depth = limits.nesting_max;
  return options;
}

std::size_t count_members(const Value& value) {
  std::size_t members = 0;
  if (const auto* object = value.if_object()) {
    members = object->size();
    for (const auto& member : *object) members += count_members(member.value());
  } else if (const auto* array = value.if_array()) {
    for (const auto& item : *array) members += count_members(item);
  }
  return members;
}

std::vector<std::string> find_duplicates(std::string_view text, JsonLimits limits) {
  boost::json::basic_parser<DuplicateFinder> parser(options_of(limits));
  run(parser, text);
  return std::move(parser.handler().duplicates);
}

// The number of a \uXXXX escape at the start of `text`; nothing where there is none.
std::optional<std::uint32_t> escaped_unit(std::string_view text) {
  if (text.size() < 6 || text[0] != '\\' || text[1] != 'u') return std::nullopt;
  std::uint32_t unit = 0;
  const auto [end, error] = std::from_chars(text.data() + 2, text.data() + 6, unit, 16);
  if (error != std::errc() || end != text.data() + 6) return std::nullopt;
  return unit;
}

// `text` with what Go's decoder forgives replaced: bytes that are no UTF-8 by U+FFFD, escapes of
// half a surrogate pair by \ufffd.
std::string mend_encoding(std::string_view text) {
  std::string mended;
  mended.reserve(text.size() + 16);
  std::size_t at = 0;
  while (at < text.size()) {
    const auto rest = text.substr(at);
    std::size_t bytes = first_code_point(rest).bytes;
    if (bytes == 0) {
      mended += "\xef\xbf\xbd";
      ++at;
      continue;
    }
    if (rest[0] == '\\') {
      const auto unit = escaped_unit(rest);
      bytes = unit ? 6 : std::min<std::size_t>(2, rest.size());
      if (unit && *unit >= 0xd800 && *unit < 0xe000) {
        const auto low = *unit < 0xdc00 ? escaped_unit(rest.substr(6)) : std::nullopt;
        if (!low || *low < 0xdc00 || *low > 0xdfff) {
          mended += "\\ufffd";
          at += 6;
          continue;
        }
        bytes = 12;
      }
    }
    mended += rest.substr(0, bytes);
    at += bytes;
  }
  return mended;
}

std::expected<ParsedJson, JsonError> parse_mended(std::string_view text, JsonLimits limits,
                                                  bool may_mend) {
  boost::json::basic_parser<Builder> parser(options_of(limits));
  auto& builder = parser.handler();
  if (!run(parser, text)) {
    if (!builder.unreadable_number.empty()) {
      return std::unexpected(JsonError{"json: cannot unmarshal number " +
                                           builder.unreadable_number +
                                           " into Go value of type float64",
                                       0});
    }
    if (auto error = find_json_error(text, limits)) return std::unexpected(std::move(*error));
    if (may_mend) return parse_mended(mend_encoding(text), limits, false);
    // What is left is an exponent that no double reaches, in either direction.
    return std::unexpected(
        JsonError{"json: cannot unmarshal number into Go value of type float64", 0});
  }
  ParsedJson parsed{builder.stack.release(), {}};
  if (count_members(parsed.value) != builder.members) {
    parsed.duplicates = find_duplicates(text, limits);
  }
  return parsed;
}

}  // namespace

std::expected<ParsedJson, JsonError> parse_json(std::string_view text, JsonLimits limits) {
  return parse_mended(text, limits, true);
}

}  // namespace gatefold
