// Values to JSON text.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

#include "schema/json.h"

namespace gatefold {
namespace {

using Member = boost::json::key_value_pair;

std::string_view key_of(const Member& member) {
  return {member.key().data(), member.key().size()};
}

constexpr bool needs_escape(char c) {
  return static_cast<std::uint8_t>(c) < 0x20 || c == '"' || c == '\\';
}

void append_escape(std::string& out, char c) {
  static constexpr char kHexDigits[] = "0123456789abcdef";
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      out += "\\u00";
      out += kHexDigits[static_cast<std::uint8_t>(c) >> 4];
      out += kHexDigits[static_cast<std::uint8_t>(c) & 0x0f];
      return;
  }
}

template <class Integer>
void append_integer(std::string& out, Integer number) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

class Writer {
 public:
  enum class Order { kOwn, kSorted };
  enum class Layout { kCompact, kIndented };

  Writer(std::string& out, Order order, Layout layout)
      : out_(out), order_(order), layout_(layout) {}

  void write(const Value& value) {
    switch (value.kind()) {
      case boost::json::kind::object:
        write_object(value.get_object());
        return;
      case boost::json::kind::array:
        write_array(value.get_array());
        return;
      case boost::json::kind::string: {
        const auto& string = value.get_string();
        append_json_string(out_, {string.data(), string.size()});
        return;
      }
      case boost::json::kind::int64:
        append_integer(out_, value.get_int64());
        return;
      case boost::json::kind::uint64:
        append_integer(out_, value.get_uint64());
        return;
      case boost::json::kind::double_:
        append_double(out_, value.get_double(), DoubleStyle::kJson);
        return;
      case boost::json::kind::bool_:
        out_ += value.get_bool() ? "true" : "false";
        return;
      case boost::json::kind::null:
        out_ += "null";
        return;
    }
  }

 private:
  void write_object(const JsonObject& object) {
    out_ += '{';
    ++depth_;
    bool first = true;
    if (order_ == Order::kOwn || std::ranges::is_sorted(object, {}, key_of)) {
      for (const auto& member : object) write_member(member, first);
    } else {
      write_sorted(object, first);
    }
    --depth_;
    if (!first) new_line();
    out_ += '}';
  }

  // `sorted_` is one stack for all levels, so that no object costs an allocation of its own.
  void write_sorted(const JsonObject& object, bool& first) {
    const auto base = sorted_.size();
    for (const auto& member : object) sorted_.push_back(&member);
    const auto from = sorted_.begin() + static_cast<std::ptrdiff_t>(base);
    std::sort(from, sorted_.end(),
              [](const Member* a, const Member* b) { return key_of(*a) < key_of(*b); });
    const auto end = sorted_.size();
    for (auto i = base; i < end; ++i) write_member(*sorted_[i], first);
    sorted_.resize(base);
  }

  void write_member(const Member& member, bool& first) {
    separate(first);
    append_json_string(out_, key_of(member));
    out_ += layout_ == Layout::kCompact ? ":" : ": ";
    write(member.value());
  }

  void write_array(const JsonArray& array) {
    out_ += '[';
    ++depth_;
    bool first = true;
    for (const auto& item : array) {
      separate(first);
      write(item);
    }
    --depth_;
    if (!first) new_line();
    out_ += ']';
  }

  void separate(bool& first) {
    if (!first) out_ += ',';
    first = false;
    new_line();
  }

  void new_line() {
    if (layout_ == Layout::kCompact) return;
    out_ += '\n';
    out_.append(2 * depth_, ' ');
  }

  std::string& out_;
  Order order_;
  Layout layout_;
  std::size_t depth_ = 0;
  std::vector<const Member*> sorted_;
};

constexpr std::size_t kTypicalBytes = 4096;

}  // namespace

std::string canonical_json(const Value& value) {
  std::string out;
  out.reserve(kTypicalBytes);
  Writer(out, Writer::Order::kSorted, Writer::Layout::kCompact).write(value);
  return out;
}

std::string to_json(const Value& value) {
  std::string out;
  Writer(out, Writer::Order::kOwn, Writer::Layout::kCompact).write(value);
  return out;
}

std::string pretty_json(const Value& value) {
  std::string out;
  Writer(out, Writer::Order::kSorted, Writer::Layout::kIndented).write(value);
  out += '\n';
  return out;
}

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  std::size_t plain_from = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!needs_escape(text[at])) continue;
    out += text.substr(plain_from, at - plain_from);
    append_escape(out, text[at]);
    plain_from = at + 1;
  }
  out += text.substr(plain_from);
  out += '"';
}

void append_double(std::string& out, double number, DoubleStyle style) {
  if (!std::isfinite(number)) {
    // JSON has no such number, and no document of ours can bring one in.
    out += style == DoubleStyle::kJson ? "null"
           : std::isnan(number)        ? "NaN"
           : number > 0                ? "+Inf"
                                       : "-Inf";
    return;
  }
  std::array<char, 40> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::abs(number),
                                 std::chars_format::scientific)
                       .ptr;
  const std::string_view text(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
  const auto e_at = text.find('e');
  std::string digits(1, text[0]);
  if (e_at > 2) digits += text.substr(2, e_at - 2);
  int exponent = 0;
  const auto sign_bytes = text[e_at + 1] == '+' ? 2U : 1U;
  std::from_chars(text.data() + e_at + sign_bytes, end, exponent);

  if (std::signbit(number) && (number != 0 || style == DoubleStyle::kGo)) out += '-';
  const int exponent_min = style == DoubleStyle::kJson ? -6 : -4;
  const int exponent_end = style == DoubleStyle::kJson ? 21 : 6;
  const int digit_count = static_cast<int>(digits.size());
  if (exponent >= exponent_min && exponent < exponent_end) {
    if (exponent < 0) {
      out += "0.";
      out.append(static_cast<std::size_t>(-exponent - 1), '0');
      out += digits;
    } else if (digit_count <= exponent + 1) {
      out += digits;
      out.append(static_cast<std::size_t>(exponent + 1 - digit_count), '0');
    } else {
      const auto whole = static_cast<std::size_t>(exponent) + 1;
      out.append(digits, 0, whole).append(".").append(digits, whole);
    }
    return;
  }
  out += digits[0];
  if (digit_count > 1) out.append(".").append(digits, 1);
  out += exponent < 0 ? "e-" : "e+";
  // Go writes two digits at least; encoding/json takes the zero out of e-09 again.
  const int magnitude = std::abs(exponent);
  if (magnitude < 10 && (style == DoubleStyle::kGo || exponent > 0)) out += '0';
  append_integer(out, magnitude);
}

void sort_members(Value& value) {
  if (auto* array = value.if_array()) {
    for (auto& item : *array) sort_members(item);
    return;
  }
  auto* object = value.if_object();
  if (object == nullptr) return;
  for (auto& member : *object) sort_members(member.value());
  if (std::ranges::is_sorted(*object, {}, key_of)) return;
  std::vector<Member*> members;
  members.reserve(object->size());
  for (auto& member : *object) members.push_back(&member);
  std::ranges::sort(members, {}, [](const Member* member) { return key_of(*member); });
  JsonObject sorted(object->storage());
  sorted.reserve(members.size());
  for (auto* member : members) sorted.emplace(member->key(), std::move(member->value()));
  *object = std::move(sorted);
}

}  // namespace gatefold
