#include "schema/rule_path.h"

#include <algorithm>
#include <cstddef>

namespace gatefold {
namespace {

// The character behind a backslash; nothing where there is no such escape.
std::optional<char> unescaped(char directive) {
  constexpr std::string_view kDirectives = "abfnrtv'\\";
  constexpr std::string_view kMeanings = "\a\b\f\n\r\t\v'\\";
  const auto at = kDirectives.find(directive);
  if (at == std::string_view::npos) return std::nullopt;
  return kMeanings[at];
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool at_end() const { return at_ == text_.size(); }

  bool take(char wanted) {
    if (at_end() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }

  // Up to the next delimiter.
  std::string take_name() {
    const auto end = std::min(text_.find_first_of(".[]", at_), text_.size());
    const auto name = text_.substr(at_, end - at_);
    at_ = end;
    return std::string(name);
  }

  // 'name' in single quotes.
  std::optional<std::string> take_quoted() {
    if (!take('\'')) return std::nullopt;
    std::string name;
    while (!at_end()) {
      const char c = text_[at_++];
      if (c == '\'') return name;
      if (c != '\\') {
        name += c;
        continue;
      }
      if (at_end()) return std::nullopt;
      const auto meant = unescaped(text_[at_++]);
      if (!meant) return std::nullopt;
      name += *meant;
    }
    return std::nullopt;
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::optional<std::string> rule_field_path(std::string_view json_path, const SchemaNode& schema) {
  Reader reader(json_path);
  const auto* node = &schema;
  std::string path;
  while (!reader.at_end()) {
    std::string name;
    if (reader.take('[')) {
      auto quoted = reader.take_quoted();
      if (!quoted || !reader.take(']')) return std::nullopt;
      name = std::move(*quoted);
    } else if (reader.take('.')) {
      name = reader.take_name();
    } else {
      return std::nullopt;
    }
    if (!node->properties.empty()) {
      const auto found = node->properties.find(name);
      if (found == node->properties.end()) return std::nullopt;
      if (!path.empty()) path += '.';
      path += name;
      node = found->second.get();
    } else if (node->additional_properties != nullptr) {
      path += '[';
      path += name;
      path += ']';
      node = node->additional_properties.get();
    } else {
      return std::nullopt;
    }
  }
  if (path.empty()) return std::nullopt;
  return path;
}

}  // namespace gatefold
