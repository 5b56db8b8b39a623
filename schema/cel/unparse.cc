#include <array>
#include <string>
#include <type_traits>
#include <utility>

#include "schema/cel/parser.h"
#include "schema/json.h"

namespace gatefold::cel {
namespace {

void append(std::string& out, const Node& node);

void append_list(std::string& out, std::string_view open, std::string_view close, const auto& items,
                 auto append_item) {
  out += open;
  bool is_first = true;
  for (const auto& item : items) {
    if (!std::exchange(is_first, false)) out += ", ";
    append_item(item);
  }
  out += close;
}

void append_bytes(std::string& out, std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  out += "b\"";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f && c != '"' && c != '\\') {
      out += c;
    } else {
      out += "\\x";
      out += kDigits[byte >> 4U];
      out += kDigits[byte & 0x0fU];
    }
  }
  out += '"';
}

void append_number(std::string& out, double number) {
  std::string text;
  append_double(text, number, DoubleStyle::kGo);
  out += text;
  if (text.find_first_not_of("-0123456789") == std::string::npos) out += ".0";
}

struct LiteralText {
  std::string& out;

  void operator()(Null) const { out += "null"; }
  void operator()(bool value) const { out += value ? "true" : "false"; }
  void operator()(std::int64_t value) const { out += std::to_string(value); }
  void operator()(std::uint64_t value) const { out += std::to_string(value) + 'u'; }
  void operator()(double value) const { append_number(out, value); }
  void operator()(const std::string& value) const { append_json_string(out, value); }
  void operator()(const Bytes& value) const { append_bytes(out, value.bytes); }
};

std::string_view name_of(Comprehension::Kind kind) {
  constexpr std::array<std::string_view, 8> kNames = {
      "@all", "@exists",        "@exists_one",   "@filter",
      "@map", "@transformList", "@transformMap", "@transformMapEntry"};
  return kNames.at(static_cast<std::size_t>(kind));
}

std::string_view name_of(Bind::Kind kind) {
  constexpr std::array<std::string_view, 3> kNames = {"@bind", "@optMap", "@optFlatMap"};
  return kNames.at(static_cast<std::size_t>(kind));
}

// One kind of node each. What macros made has names that no text can have.
struct NodeText {
  std::string& out;

  void operator()(const Literal& literal) const { std::visit(LiteralText{out}, literal.value); }
  void operator()(const Ident& ident) const {
    out += ident.is_absolute ? "." : "";
    out += ident.name;
  }
  void operator()(const Select& select) const {
    if (select.is_test) out += "@has(";
    append(out, *select.operand);
    out += select.is_optional ? ".?" : ".";
    out += select.field;
    if (select.is_test) out += ')';
  }
  void operator()(const Call& call) const {
    if (call.target != nullptr) {
      append(out, *call.target);
      out += '.';
    }
    out += call.function;
    append_list(out, "(", ")", call.arguments, [&](const auto& item) { append(out, *item); });
  }
  void operator()(const ListLiteral& list) const {
    std::size_t i = 0;
    append_list(out, "[", "]", list.elements, [&](const auto& item) {
      out += list.is_optional[i++] ? "?" : "";
      append(out, *item);
    });
  }
  void operator()(const MapLiteral& map) const {
    append_list(out, "{", "}", map.entries, [&](const MapEntry& entry) {
      out += entry.is_optional ? "?" : "";
      append(out, *entry.key);
      out += ": ";
      append(out, *entry.value);
    });
  }
  void operator()(const MessageLiteral& message) const { out += message.name + "{}"; }
  void operator()(const Comprehension& comprehension) const {
    out += name_of(comprehension.kind);
    out += '(';
    append(out, *comprehension.range);
    out += ", " + comprehension.variable;
    if (!comprehension.variable2.empty()) out += ", " + comprehension.variable2;
    for (const NodePtr* const part : {&comprehension.condition, &comprehension.transform}) {
      if (*part == nullptr) continue;
      out += ", ";
      append(out, **part);
    }
    out += ')';
  }
  void operator()(const Bind& bind) const {
    out += name_of(bind.kind);
    out += '(';
    append(out, *bind.value);
    out += ", " + bind.variable + ", ";
    append(out, *bind.result);
    out += ')';
  }
};

void append(std::string& out, const Node& node) {
  std::visit(NodeText{out}, node.what);
}

}  // namespace

std::string to_string(const Node& node) {
  std::string out;
  append(out, node);
  return out;
}

}  // namespace gatefold::cel
