// Says what is wrong with a document as Go's scanner would. Runs only after a parser has refused
// one.
#include <cstdint>
#include <cstdio>

#include "schema/json.h"

namespace gatefold {
namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

std::string quoted_char(char c) {
  if (c == '\'') return "'\\''";
  const auto byte = static_cast<std::uint8_t>(c);
  switch (c) {
    case '\a':
      return "'\\a'";
    case '\b':
      return "'\\b'";
    case '\f':
      return "'\\f'";
    case '\n':
      return "'\\n'";
    case '\r':
      return "'\\r'";
    case '\t':
      return "'\\t'";
    case '\v':
      return "'\\v'";
    case '\\':
      return "'\\\\'";
    default:
      break;
  }
  if (byte < 0x20 || (byte >= 0x7f && byte <= 0xa0) || byte == 0xad) {
    char text[12];
    std::snprintf(text, sizeof text, byte < 0x80 ? "'\\x%02x'" : "'\\u%04x'", byte);
    return text;
  }
  if (byte < 0x80) return {'\'', c, '\''};
  // Go takes the byte for a code point of Latin-1.
  return {'\'', static_cast<char>(0xc0 | (byte >> 6)), static_cast<char>(0x80 | (byte & 0x3f)),
          '\''};
}

// Walks the grammar without recursion. Every step answers false once `error` is set.
class Scanner {
 public:
  Scanner(std::string_view text, JsonLimits limits) : text_(text), limits_(limits) {}

  std::optional<JsonError> scan() {
    if (!value()) return error_;
    while (!open_.empty()) {
      if (!after_value()) return error_;
    }
    skip_space();
    if (at_ < text_.size()) fail("after top-level value");
    return error_;
  }

 private:
  void skip_space() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  }

  bool fail(std::string_view context) {
    error_ = JsonError{"invalid character " + quoted_char(at_ < text_.size() ? text_[at_] : ' ') +
                           ' ' + std::string(context),
                       at_};
    return false;
  }
  bool ended() {
    error_ = JsonError{"unexpected end of JSON input", text_.size()};
    return false;
  }

  // A value, or the start of one: containers stay open and are continued by after_value().
  bool value() {
    skip_space();
    if (at_ == text_.size()) return ended();
    switch (text_[at_]) {
      case '{':
        return open('}') && (next_is('}') ? close() : member());
      case '[':
        return open(']') && (next_is(']') ? close() : value());
      case '"':
        return string();
      case 't':
        return literal("true");
      case 'f':
        return literal("false");
      case 'n':
        return literal("null");
      default:
        if (text_[at_] == '-' || is_digit(text_[at_])) return number();
        return fail("looking for beginning of value");
    }
  }

  bool open(char closing) {
    if (open_.size() >= limits_.nesting_max) return fail("exceeded max depth");
    open_ += closing;
    ++at_;
    return true;
  }
  bool close() {
    open_.pop_back();
    ++at_;
    return true;
  }
  bool next_is(char c) {
    skip_space();
    return at_ < text_.size() && text_[at_] == c;
  }

  bool after_value() {
    skip_space();
    if (at_ == text_.size()) return ended();
    if (text_[at_] == open_.back()) return close();
    const bool in_object = open_.back() == '}';
    if (text_[at_] != ',') {
      return fail(in_object ? "after object key:value pair" : "after array element");
    }
    ++at_;
    return in_object ? member() : value();
  }

  bool member() {
    skip_space();
    if (at_ == text_.size()) return ended();
    if (text_[at_] != '"') return fail("looking for beginning of object key string");
    if (!string()) return false;
    skip_space();
    if (at_ == text_.size()) return ended();
    if (text_[at_] != ':') return fail("after object key");
    ++at_;
    return value();
  }

  bool string() {
    for (++at_; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '"') {
        ++at_;
        return true;
      }
      if (static_cast<std::uint8_t>(c) < 0x20) return fail("in string literal");
      if (c == '\\' && !escape()) return false;
    }
    return ended();
  }

  // Leaves the position on the last byte of the escape.
  bool escape() {
    if (++at_ == text_.size()) return fail("in string escape code");
    if (text_[at_] != 'u') {
      const bool known = std::string_view("bfnrt\\/\"").contains(text_[at_]);
      return known || fail("in string escape code");
    }
    for (int i = 0; i < 4; ++i) {
      ++at_;
      if (at_ >= text_.size() || !is_hex(text_[at_])) {
        return fail("in \\u hexadecimal character escape");
      }
    }
    return true;
  }

  bool digits(std::string_view context) {
    if (at_ >= text_.size() || !is_digit(text_[at_])) return fail(context);
    while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
    return true;
  }

  bool number() {
    if (text_[at_] == '-') ++at_;
    if (at_ < text_.size() && text_[at_] == '0') {
      ++at_;
    } else if (!digits("in numeric literal")) {
      return false;
    }
    if (at_ < text_.size() && text_[at_] == '.') {
      ++at_;
      if (!digits("after decimal point in numeric literal")) return false;
    }
    if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
      ++at_;
      if (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-')) ++at_;
      if (!digits("in exponent of numeric literal")) return false;
    }
    return true;
  }

  bool literal(std::string_view word) {
    ++at_;
    for (std::size_t i = 1; i < word.size(); ++i, ++at_) {
      if (at_ < text_.size() && text_[at_] == word[i]) continue;
      return fail("in literal " + std::string(word) + " (expecting '" + word[i] + "')");
    }
    return true;
  }

  std::string_view text_;
  JsonLimits limits_;
  std::size_t at_ = 0;
  std::string open_;  // the closing brackets that are due
  std::optional<JsonError> error_;
};

}  // namespace

std::optional<JsonError> find_json_error(std::string_view text, JsonLimits limits) {
  return Scanner(text, limits).scan();
}

}  // namespace gatefold
