// Field selectors; label selectors are in label_selector.cc.
#include "schema/selector.h"

#include <algorithm>

#include <fmt/format.h>

#include "schema/json.h"
#include "schema/jsonpath.h"

namespace gatefold {
namespace {

constexpr std::string_view kName = "metadata.name";
constexpr std::string_view kNamespace = "metadata.namespace";

// The terms between commas; a backslash keeps the comma after it in its term.
std::vector<std::string_view> terms_of(std::string_view text) {
  std::vector<std::string_view> terms;
  std::size_t from = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == ',') {
      terms.push_back(text.substr(from, at - from));
      from = at + 1;
    }
  }
  terms.push_back(text.substr(from));
  return terms;
}

std::expected<std::string, std::string> unescaped(std::string_view text) {
  std::string value;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == ',' || c == '=') {
      return std::unexpected(fmt::format("invalid field selector: unescaped character in value: {}",
                                         static_cast<int>(c)));
    }
    if (c != '\\') {
      value += c;
      continue;
    }
    const auto escaped = text.substr(at + 1, 1);
    if (escaped.empty() || !std::string_view("\\,=").contains(escaped[0])) {
      return std::unexpected(
          fmt::format("invalid field selector: invalid escape sequence: {}", text.substr(at, 2)));
    }
    value += escaped;
    ++at;
  }
  return value;
}

struct SplitTerm {
  std::string_view field;
  std::string_view value;
  bool negated = false;
};

std::optional<SplitTerm> split(std::string_view term) {
  for (std::size_t at = 0; at < term.size(); ++at) {
    const auto rest = term.substr(at);
    if (rest.starts_with("!=")) return SplitTerm{term.substr(0, at), rest.substr(2), true};
    if (rest.starts_with("==")) return SplitTerm{term.substr(0, at), rest.substr(2), false};
    if (rest.starts_with("=")) return SplitTerm{term.substr(0, at), rest.substr(1), false};
  }
  return std::nullopt;
}

std::string value_of(std::string_view field, std::string_view name_space, std::string_view name,
                     const SelectableValues& fields) {
  if (field == kName) return std::string(name);
  if (field == kNamespace) return std::string(name_space);
  const auto value = fields.find(field);
  return value == fields.end() ? std::string() : value->second;
}

// As Go's fmt.Sprint shows a scalar.
std::string rendered(const Value& value) {
  if (value.is_null()) return "";
  if (const auto* string = value.if_string()) return {string->data(), string->size()};
  if (!value.is_double()) return to_json(value);
  std::string text;
  append_double(text, value.get_double(), DoubleStyle::kGo);
  return text;
}

}  // namespace

bool FieldSelector::matches(std::string_view name_space, std::string_view name,
                            const SelectableValues& fields) const {
  return std::ranges::all_of(requirements, [&](const FieldRequirement& requirement) {
    const bool equal = value_of(requirement.field, name_space, name, fields) == requirement.value;
    return equal != requirement.negated;
  });
}

const std::string* FieldSelector::exact(std::string_view field) const {
  for (const auto& requirement : requirements) {
    if (requirement.field == field && !requirement.negated) return &requirement.value;
  }
  return nullptr;
}

std::expected<FieldSelector, std::string> parse_field_selector(std::string_view text) {
  FieldSelector selector;
  auto terms = terms_of(text);
  std::ranges::sort(terms);
  for (const auto term : terms) {
    if (term.empty()) continue;
    const auto parts = split(term);
    if (!parts) {
      return std::unexpected(
          fmt::format("invalid selector: '{}'; can't understand '{}'", text, term));
    }
    auto value = unescaped(parts->value);
    if (!value) return std::unexpected(std::move(value.error()));
    selector.requirements.push_back({std::string(parts->field), std::move(*value), parts->negated});
  }
  return selector;
}

namespace {

// Nobody knows the fields of a kind that no other server has.
std::string unsupported_field(const Kind& kind, const KindVersion& version,
                              std::string_view field) {
  auto text = fmt::format("field label not supported: {}: supported are {}", field, kName);
  if (kind.namespaced()) text += fmt::format(", {}", kNamespace);
  for (const auto& known : version.selectable_fields) text += ", " + known.name;
  return text;
}

}  // namespace

std::expected<void, std::string> resolve_field_selector(const Kind& kind,
                                                        const KindVersion& version,
                                                        FieldSelector& selector) {
  for (auto& requirement : selector.requirements) {
    auto& field = requirement.field;
    // Built-in kinds with no fields of their own take a namespace whatever their scope.
    const bool is_plain = kind.core && version.selectable_fields.empty();
    if (field == kName || (field == kNamespace && (kind.namespaced() || is_plain))) continue;
    const auto known = std::ranges::find(version.selectable_fields, field, &SelectableField::name);
    if (known == version.selectable_fields.end()) {
      if (kind.shows_log()) return std::unexpected(unsupported_field(kind, version, field));
      return std::unexpected(
          is_plain ? fmt::format("{} is not a known field selector: only \"{}\", \"{}\"",
                                 go_quote(field), kName, kNamespace)
                   : fmt::format("field label not supported: {}", field));
    }
    if (!known->stored_name.empty()) field = known->stored_name;
  }
  return {};
}

SelectableValues selectable_values(const KindVersion& version, const Value& object) {
  SelectableValues values;
  const auto value_at = [&](const std::string& json_path) {
    const auto path = JsonPath::parse(json_path);
    const auto* value = path ? path->first(object) : nullptr;
    return value == nullptr ? std::string() : rendered(*value);
  };
  for (const auto& field : version.selectable_fields) {
    auto value = value_at(field.json_path);
    const auto& fallback = field.fallback_path;
    if (value.empty()) value = fallback.starts_with('.') ? value_at(fallback) : fallback;
    values.emplace(field.name, std::move(value));
  }
  return values;
}

}  // namespace gatefold
