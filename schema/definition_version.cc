#include "schema/definition_version.h"

#include <algorithm>
#include <expected>
#include <set>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "schema/definition_keywords.h"
#include "schema/utf8.h"

namespace gatefold {
namespace {

constexpr auto kOrigin = "definition-version";
constexpr std::size_t kSelectableFieldsMax = 8;
constexpr std::size_t kWarningBytesMax = 256;

void check_simple_path(std::string_view text, const std::string& path, FieldErrors& errors) {
  if (text.starts_with('.')) return;
  errors.push_back(
      invalid_value(path, Value(text), "must be a simple json path starting with .", kOrigin));
}

void check_column(const SchemaView& column, const std::string& path, FieldErrors& errors) {
  static const std::vector<std::string> kTypes = {"boolean", "date", "integer", "number", "string"};
  static const std::vector<std::string> kFormats = {"byte",  "date",  "date-time", "double",
                                                    "float", "int32", "int64",     "password"};
  if (column.text("name").empty()) errors.push_back(required(path + ".name", "", kOrigin));
  const auto type = column.text("type");
  const auto types = fmt::format("must be one of {}", fmt::join(kTypes, ","));
  if (type.empty()) {
    errors.push_back(required(path + ".type", types, kOrigin));
  } else if (std::ranges::find(kTypes, type) == kTypes.end()) {
    errors.push_back(invalid_value(path + ".type", Value(type), types, kOrigin));
  }
  const auto format = column.text("format");
  if (!format.empty() && std::ranges::find(kFormats, format) == kFormats.end()) {
    errors.push_back(invalid_value(path + ".format", Value(format),
                                   fmt::format("must be one of {}", fmt::join(kFormats, ",")),
                                   kOrigin));
  }
  const auto json_path = column.text("jsonPath");
  if (json_path.empty()) {
    errors.push_back(required(path + ".JSONPath", "", kOrigin));
  } else {
    check_simple_path(json_path, path + ".JSONPath", errors);
  }
}

// A path of selectable fields, piece by piece: a delimiter, a text in single quotes with them, or
// what stands between.
class PathReader {
 public:
  explicit PathReader(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }

  std::string_view next() {
    constexpr std::string_view kDelimiters = ".[]";
    std::size_t length = 1;
    if (rest_.front() == '\'') {
      length = end_of_quoted();
    } else if (!kDelimiters.contains(rest_.front())) {
      length = std::min(rest_.find_first_of(kDelimiters), rest_.size());
    }
    const auto piece = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return piece;
  }

 private:
  std::size_t end_of_quoted() const {
    for (std::size_t i = 1; i < rest_.size(); ++i) {
      if (rest_[i] == '\'' && rest_[i - 1] != '\\') return i + 1;
    }
    return rest_.size();
  }

  std::string_view rest_;
};

struct Target {
  std::string path;
  bool is_in_metadata = false;
  const SchemaNode* schema = nullptr;  // nullptr: nothing is known of it
};

std::expected<Target, std::string> resolve(std::string_view json_path, const SchemaNode& root) {
  constexpr auto kNowhere = "does not refer to a valid field";
  Target target{.path = {}, .is_in_metadata = false, .schema = &root};
  PathReader reader(json_path);
  while (!reader.at_end()) {
    const auto piece = reader.next();
    if (piece == "[") return std::unexpected("array notation is not allowed");
    if (piece != ".") {
      return std::unexpected(fmt::format("expected [ or . but got: {}", piece));
    }
    if (reader.at_end()) return std::unexpected("unexpected end of JSON path");
    const auto name = reader.next();
    const auto* schema = target.schema;
    if (schema == nullptr) return std::unexpected(kNowhere);
    if (!schema->properties.empty()) {
      const auto found = schema->properties.find(name);
      if (found == schema->properties.end()) return std::unexpected(kNowhere);
      if (target.path.empty()) target.is_in_metadata = name == "metadata";
      target.path += fmt::format("{}{}", target.path.empty() ? "" : ".", name);
      target.schema = found->second.get();
    } else if (schema->additional_properties != nullptr || schema->additional_allowed ||
               schema->additional_forbidden) {
      target.path += fmt::format("[{}]", name);
      target.schema = schema->additional_properties.get();
    } else {
      return std::unexpected(kNowhere);
    }
  }
  return target;
}

bool is_selectable(const SchemaNode* schema) {
  return schema != nullptr &&
         (schema->type == SchemaType::kString || schema->type == SchemaType::kBoolean ||
          schema->type == SchemaType::kInteger);
}

// One of the paths of a scale subresource, below one of `roots`.
void check_scale_path(const SchemaView& scale, std::string_view key, const std::string& path,
                      const std::vector<std::string_view>& roots, std::string_view where,
                      bool is_needed, FieldErrors& errors) {
  const auto text = scale.text(key);
  const auto field = fmt::format("{}.scale.{}", path, key);
  if (text.empty()) {
    if (is_needed) errors.push_back(required(field, "", kOrigin));
    return;
  }
  if (!text.starts_with('.')) {
    check_simple_path(text, field, errors);
  } else if (std::ranges::none_of(roots, [&](auto root) { return text.starts_with(root); })) {
    errors.push_back(invalid_value(field, Value(text),
                                   fmt::format("should be a json path under {}", where), kOrigin));
  }
}

// Where `text` has a character that can't be printed; what quoting leaves as it is can.
std::optional<std::size_t> find_unprintable(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto point = first_code_point(text.substr(at));
    const auto bytes = std::max<std::size_t>(point.bytes, 1);
    const auto here = text.substr(at, bytes);
    const bool is_escaped_anyway = here == "\"" || here == "\\";
    if (!is_escaped_anyway && go_quote(here) != fmt::format("\"{}\"", here)) return at;
    at += bytes;
  }
  return std::nullopt;
}

}  // namespace

FieldErrors validate_columns(const JsonArray& columns, const std::string& path) {
  FieldErrors errors;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    check_column(SchemaView(columns[i]), fmt::format("{}[{}]", path, i), errors);
  }
  return errors;
}

FieldErrors validate_selectable_fields(const JsonArray& fields, const SchemaNode* schema,
                                       const std::string& path) {
  FieldErrors errors;
  if (schema == nullptr) return errors;
  std::set<std::string> seen;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const auto field = fmt::format("{}[{}].jsonPath", path, i);
    const auto text = string_at(fields[i], {"jsonPath"});
    if (text.empty()) {
      errors.push_back(required(field, "", kOrigin));
      continue;
    }
    const auto target = resolve(text, *schema);
    if (!target) {
      errors.push_back(invalid_value(
          field, Value(text), fmt::format("is an invalid path: {}", target.error()), kOrigin));
      continue;
    }
    if (target->is_in_metadata) {
      errors.push_back(
          invalid_value(field, Value(text), "must not point to fields in metadata", kOrigin));
    }
    if (!is_selectable(target->schema)) {
      errors.push_back(invalid_value(field, Value(text),
                                     "must point to a field of type string, boolean or integer. "
                                     "Enum string fields and strings with formats are allowed.",
                                     kOrigin));
    }
    if (!seen.insert(target->path).second) {
      errors.push_back(duplicate(field, Value(text), kOrigin));
    }
  }
  if (seen.size() > kSelectableFieldsMax) {
    errors.push_back(too_many(path, seen.size(), kSelectableFieldsMax, kOrigin));
  }
  return errors;
}

FieldErrors validate_subresources(const Value& subresources, const std::string& path) {
  FieldErrors errors;
  const auto* scale = SchemaView(subresources).schema("scale");
  if (scale == nullptr) return errors;
  const SchemaView view(*scale);
  check_scale_path(view, "specReplicasPath", path, {".spec."}, ".spec", true, errors);
  check_scale_path(view, "statusReplicasPath", path, {".status."}, ".status", true, errors);
  check_scale_path(view, "labelSelectorPath", path, {".spec.", ".status."},
                   "either .spec or .status", false, errors);
  return errors;
}

FieldErrors validate_deprecation(const Value& version, const std::string& path) {
  const SchemaView view(version);
  const auto* warning = view.get("deprecationWarning");
  if (warning == nullptr || !warning->is_string()) return {};
  FieldErrors errors;
  const auto complain = [&](std::string_view what) {
    errors.push_back(invalid_value(path + ".deprecationWarning", *warning, what, kOrigin));
  };
  if (!view.flag("deprecated")) {
    complain("can only be set for deprecated versions");
    return errors;
  }
  const auto text = view.text("deprecationWarning");
  if (text.size() > kWarningBytesMax) complain("must be <= 256 characters long");
  if (text.empty()) complain("must not be an empty string");
  if (const auto at = find_unprintable(text)) {
    complain(fmt::format(
        "must only contain printable UTF-8 characters; non-printable character found at index {}",
        *at));
  }
  return errors;
}

}  // namespace gatefold
