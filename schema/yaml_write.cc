// Values to YAML text, laid out as Kubernetes' tools do: block style, lists not indented under
// their key.
#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

#include "schema/json.h"
#include "schema/yaml.h"
#include "schema/yaml_scalar.h"

namespace gatefold {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Readers of YAML 1.1 take these for times or for numbers to the base of 60.
bool looks_like_time(std::string_view text) {
  const bool only_time = std::ranges::all_of(
      text, [](char c) { return is_digit(c) || std::string_view("-+:.TtZ _").contains(c); });
  if (!only_time || !text.contains(text.contains(':') ? ':' : '-')) return false;
  const auto digits = text.starts_with('-') || text.starts_with('+') ? text.substr(1) : text;
  if (digits.empty() || !is_digit(digits[0])) return false;
  const bool date =
      digits.size() > 5 && digits[4] == '-' && std::ranges::all_of(digits.substr(0, 4), is_digit);
  return date || digits.contains(':');
}

bool reads_as_other(std::string_view text) {
  const auto value = resolve_plain_scalar(text);
  return !value || !value->is_string() || text == "<<" || text == "=" || looks_like_time(text);
}

// Code points that YAML wants escaped: C0 and C1 controls, line separators and the byte order mark.
bool needs_escapes(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<std::uint8_t>(text[i]);
    if ((byte < 0x20 && text[i] != '\n') || byte == 0x7f) return true;
    const auto next = i + 1 < text.size() ? static_cast<std::uint8_t>(text[i + 1]) : 0;
    const auto last = i + 2 < text.size() ? static_cast<std::uint8_t>(text[i + 2]) : 0;
    if (byte == 0xc2 && next < 0xa0) return true;
    if (byte == 0xe2 && next == 0x80 && (last == 0xa8 || last == 0xa9)) return true;
    if (byte == 0xef && next == 0xbb && last == 0xbf) return true;
    if (byte == 0xef && next == 0xbf && last >= 0xbe) return true;
  }
  return false;
}

bool may_stand_plain(std::string_view text) {
  if (text.empty() || text.front() == ' ' || text.back() == ' ' || text.back() == ':') return false;
  if (std::string_view(",[]{}#&*!|>'\"%@`").contains(text.front())) return false;
  if (std::string_view("-?:").contains(text.front()) && (text.size() == 1 || text[1] == ' ')) {
    return false;
  }
  if (text.starts_with("---") || text.starts_with("...")) return false;
  return !text.contains(": ") && !text.contains(" #") && !text.contains('\n');
}

std::string single_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') out += '\'';
    out += c;
  }
  return out + '\'';
}

// JSON's escapes are YAML's; what JSON lets pass and YAML does not is escaped too.
std::string double_quoted(std::string_view text) {
  std::string json;
  append_json_string(json, text);
  std::string out;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const auto rest = std::string_view(json).substr(i);
    const auto byte = static_cast<std::uint8_t>(rest[0]);
    const auto next = rest.size() > 1 ? static_cast<std::uint8_t>(rest[1]) : 0;
    if (byte == 0x7f) {
      out += "\\x7f";
    } else if (byte == 0xc2 && next < 0xa0) {
      out += fmt::format("\\x{:02x}", next);
      i += 1;
    } else if ((byte == 0xe2 || byte == 0xef) && rest.size() > 2 &&
               needs_escapes(rest.substr(0, 3))) {
      const auto last = static_cast<std::uint8_t>(rest[2]);
      out += fmt::format("\\u{:04x}", (byte & 0x0f) << 12 | (next & 0x3f) << 6 | (last & 0x3f));
      i += 2;
    } else {
      out += rest[0];
    }
  }
  return out;
}

bool may_stand_literal(std::string_view text) {
  return text.contains('\n') && !needs_escapes(text) && text.front() != '\n' && text.front() != ' ';
}

class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  // The value after a `- ` or at the start of the text: its first line goes on where the text ends.
  void write_here(const Value& value, std::size_t indent) {
    const auto* object = value.if_object();
    const auto* array = value.if_array();
    if (object != nullptr && !object->empty()) {
      write_members(*object, indent);
    } else if (array != nullptr && !array->empty()) {
      write_items(*array, indent);
    } else {
      write_scalar(value, indent);
    }
  }

 private:
  void write_members(const JsonObject& object, std::size_t indent) {
    bool first = true;
    for (const auto& member : object) {
      if (!first) out_.append(indent, ' ');
      first = false;
      write_key({member.key().data(), member.key().size()}, indent);
      write_member_value(member.value(), indent);
    }
  }

  void write_member_value(const Value& value, std::size_t indent) {
    const auto* object = value.if_object();
    const auto* array = value.if_array();
    if (object != nullptr && !object->empty()) {
      out_ += '\n';
      out_.append(indent + 2, ' ');
      write_members(*object, indent + 2);
    } else if (array != nullptr && !array->empty()) {
      out_ += '\n';
      out_.append(indent, ' ');
      write_items(*array, indent);
    } else {
      out_ += ' ';
      write_scalar(value, indent + 2);
    }
  }

  void write_items(const JsonArray& array, std::size_t indent) {
    bool first = true;
    for (const auto& item : array) {
      if (!first) out_.append(indent, ' ');
      first = false;
      out_ += "- ";
      write_here(item, indent + 2);
    }
  }

  // With the colon. Readers look for it within 1024 characters, unless the key is announced.
  void write_key(std::string_view key, std::size_t indent) {
    constexpr std::size_t kBareBytesMax = 1000;
    const bool quoted = key.contains('\n') || needs_escapes(key) || reads_as_other(key);
    const auto text = quoted                 ? double_quoted(key)
                      : may_stand_plain(key) ? std::string(key)
                                             : single_quoted(key);
    if (text.size() <= kBareBytesMax) {
      out_ += text + ':';
      return;
    }
    out_ += "? " + text + '\n';
    out_.append(indent, ' ') += ':';
  }

  void write_scalar(const Value& value, std::size_t indent) {
    if (value.is_object()) {
      out_ += "{}";
    } else if (value.is_array()) {
      out_ += "[]";
    } else if (const auto* string = value.if_string()) {
      write_string({string->data(), string->size()}, indent);
    } else {
      out_ += to_json(value);
    }
    out_ += '\n';
  }

  void write_string(std::string_view text, std::size_t indent) {
    if (may_stand_literal(text)) {
      write_literal(text, indent);
    } else if (text.contains('\n') || needs_escapes(text) || reads_as_other(text)) {
      out_ += double_quoted(text);
    } else {
      out_ += may_stand_plain(text) ? std::string(text) : single_quoted(text);
    }
  }

  // `|` and the lines; the last line's end is the caller's.
  void write_literal(std::string_view text, std::size_t indent) {
    const bool ends_line = text.ends_with('\n');
    out_ += !ends_line ? "|-" : text.ends_with("\n\n") ? "|+" : "|";
    if (ends_line) text.remove_suffix(1);
    // At the top of a document the lines may not start at the margin.
    const auto margin = std::max<std::size_t>(indent, 2);
    std::size_t from = 0;
    while (from <= text.size()) {
      const auto end = std::min(text.find('\n', from), text.size());
      out_ += '\n';
      if (end > from) out_.append(margin, ' ').append(text.substr(from, end - from));
      from = end + 1;
    }
  }

  std::string& out_;
};

}  // namespace

std::string to_yaml(const Value& value) {
  std::string out;
  Writer(out).write_here(value, 0);
  return out;
}

}  // namespace gatefold
