#include "schema/structural.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <re2/re2.h>

#include "schema/formats.h"
#include "schema/json.h"
#include "schema/names.h"
#include "schema/old_items.h"
#include "schema/path.h"

namespace gatefold {
namespace {

constexpr std::string_view kNoField = "<nil>";

std::string_view type_word(const SchemaNode& schema) {
  if (schema.int_or_string) return "integer,string";
  switch (schema.type) {
    case SchemaType::kAny:
      return "";
    case SchemaType::kObject:
      return "object";
    case SchemaType::kArray:
      return "array";
    case SchemaType::kString:
      return "string";
    case SchemaType::kInteger:
      return "integer";
    case SchemaType::kNumber:
      return "number";
    case SchemaType::kBoolean:
      return "boolean";
  }
  return "";
}

bool is_integer(const Value& value) {
  return value.is_int64() || value.is_uint64();
}

bool has_type(const SchemaNode& schema, const Value& value) {
  if (schema.int_or_string) return is_integer(value) || value.is_string();
  switch (schema.type) {
    case SchemaType::kAny:
      return true;
    case SchemaType::kObject:
      return value.is_object();
    case SchemaType::kArray:
      return value.is_array();
    case SchemaType::kString:
      return value.is_string();
    case SchemaType::kInteger:
      return is_integer(value);
    case SchemaType::kNumber:
      return value.is_number();
    case SchemaType::kBoolean:
      return value.is_bool();
  }
  return true;
}

std::string number_text(double number) {
  std::string text;
  append_double(text, number, DoubleStyle::kGo);
  return text;
}

// Exact where both are integers. 0.3 is a multiple of 0.1 although neither has a double of its own.
bool is_multiple(const Value& value, double of) {
  constexpr double kIntegersExact = 9007199254740992.0;
  if (value.is_int64() && of == std::floor(of) && of < kIntegersExact) {
    return value.get_int64() % static_cast<std::int64_t>(of) == 0;
  }
  constexpr double kTolerance = 1e-9;
  const auto number = value.to_number<double>();
  const double quotient = of < 1 ? 1 / of * number : number / of;
  const double off = std::abs(quotient - std::round(quotient));
  return off <= kTolerance * std::max(1.0, std::abs(quotient));
}

// Unicode code points; what is no UTF-8 was replaced when the text was read.
std::int64_t code_points(std::string_view text) {
  return std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; });
}

bool has_doubles(const JsonArray& array) {
  std::set<std::string> seen;
  return std::ranges::any_of(
      array, [&](const Value& item) { return !seen.insert(canonical_json(item)).second; });
}

class Validator {
 public:
  explicit Validator(std::size_t errors_max) : errors_max_(errors_max) {}

  void walk(const SchemaNode& schema, const Value& value, const Value* old_value,
            const Path& path) {
    if (errors_.size() >= errors_max_) return;
    if (old_value != nullptr && same(*old_value, value)) return;
    if (value.is_null() && schema.nullable) return;
    if (!has_type(schema, value)) {
      const Value actual(json_type_name(value));
      add(invalid_type(path.text(), actual,
                       fmt::format("{} in body must be of type {}: {}", path.text(),
                                   type_word(schema), go_quote(json_type_name(value))),
                       "type"));
      return;
    }
    check_alternatives(schema, value, path);
    check_scalar(schema, value, path);
    if (const auto* array = value.if_array()) check_array(schema, *array, old_value, path);
    if (const auto* object = value.if_object()) check_object(schema, *object, old_value, path);
    check_enumeration(schema, value, path);
  }

  FieldErrors take() { return std::move(errors_); }

 private:
  void add(FieldError error) {
    if (errors_.size() < errors_max_) errors_.push_back(std::move(error));
  }

  void add_all(FieldErrors&& more) {
    for (auto& error : more) add(std::move(error));
  }

  template <class... Args>
  void add_invalid(const Path& path, const Value& value, std::string_view origin,
                   fmt::format_string<Args...> text, Args&&... args) {
    const auto field = path.text();
    add(invalid_value(
        field, value,
        fmt::format("{} in body {}", field, fmt::format(text, std::forward<Args>(args)...)),
        std::string(origin)));
  }

  // Within a branch nothing ratchets (R19.24).
  FieldErrors branch(const SchemaNode& schema, const Value& value, const Path& path) const {
    Validator validator(errors_max_);
    validator.walk(schema, value, nullptr, path);
    return validator.take();
  }

  void add_whole(const Path& path, std::string_view what, std::string_view origin) {
    add(invalid_value(std::string(kNoField), Value(""),
                      fmt::format("{} {}", go_quote(path.text()), what), std::string(origin)));
  }

  // The errors of the branch that comes nearest, after the complaint about all of them.
  struct Branches {
    std::size_t valid = 0;
    FieldErrors nearest;
  };
  Branches try_branches(const std::vector<SchemaPtr>& schemas, const Value& value,
                        const Path& path) const {
    Branches result;
    bool any = false;
    for (const auto& schema : schemas) {
      auto errors = branch(*schema, value, path);
      if (errors.empty()) {
        ++result.valid;
      } else if (!any || errors.size() < result.nearest.size()) {
        result.nearest = std::move(errors);
        any = true;
      }
    }
    return result;
  }

  void check_alternatives(const SchemaNode& schema, const Value& value, const Path& path) {
    if (!schema.any_of.empty()) {
      if (auto tried = try_branches(schema.any_of, value, path); tried.valid == 0) {
        add_whole(path, "must validate at least one schema (anyOf)", "anyOf");
        add_all(std::move(tried.nearest));
      }
    }
    if (!schema.one_of.empty()) {
      auto tried = try_branches(schema.one_of, value, path);
      if (tried.valid == 0) {
        add_whole(path, "must validate one and only one schema (oneOf). Found none valid", "oneOf");
        add_all(std::move(tried.nearest));
      } else if (tried.valid > 1) {
        add_whole(path,
                  fmt::format("must validate one and only one schema (oneOf). Found {} valid "
                              "alternatives",
                              tried.valid),
                  "oneOf");
      }
    }
    bool all_hold = true;
    for (const auto& one : schema.all_of) {
      auto errors = branch(*one, value, path);
      all_hold &= errors.empty();
      add_all(std::move(errors));
    }
    if (!all_hold) add_whole(path, "must validate all the schemas (allOf)", "allOf");
    if (schema.not_schema != nullptr && branch(*schema.not_schema, value, path).empty()) {
      add_whole(path, "must not validate the schema (not)", "not");
    }
  }

  void check_scalar(const SchemaNode& schema, const Value& value, const Path& path) {
    if (const auto* string = value.if_string()) {
      check_string(schema, value, {string->data(), string->size()}, path);
    } else if (value.is_number()) {
      check_number(schema, value, path);
    }
  }

  void check_string(const SchemaNode& schema, const Value& value, std::string_view text,
                    const Path& path) {
    if (schema.length_max || schema.length_min) {
      const auto length = code_points(text);
      if (schema.length_max && length > *schema.length_max) {
        add(too_long(path.text(), static_cast<std::size_t>(*schema.length_max), "maxLength"));
      }
      if (schema.length_min && length < *schema.length_min) {
        add_invalid(path, value, "minLength", "should be at least {} chars long",
                    *schema.length_min);
      }
    }
    if (schema.pattern != nullptr && !re2::RE2::PartialMatch(text, *schema.pattern)) {
      add_invalid(path, value, "pattern", "should match '{}'", schema.pattern_text);
    }
    if (!schema.format.empty() && !format_holds(schema.format, text)) {
      add(invalid_type(path.text(), value,
                       fmt::format("{} in body must be of type {}: {}", path.text(), schema.format,
                                   go_quote(text)),
                       "format"));
    }
  }

  void check_number(const SchemaNode& schema, const Value& value, const Path& path) {
    const auto number = value.to_number<double>();
    if (schema.multiple_of && *schema.multiple_of > 0 && !is_multiple(value, *schema.multiple_of)) {
      add_invalid(path, value, "multipleOf", "should be a multiple of {}",
                  number_text(*schema.multiple_of));
    }
    if (schema.maximum) {
      const bool exclusive = schema.exclusive_maximum;
      if (exclusive ? number >= *schema.maximum : number > *schema.maximum) {
        add_invalid(path, value, "maximum", "should be less than {}{}",
                    exclusive ? "" : "or equal to ", number_text(*schema.maximum));
      }
    }
    if (schema.minimum) {
      const bool exclusive = schema.exclusive_minimum;
      if (exclusive ? number <= *schema.minimum : number < *schema.minimum) {
        add_invalid(path, value, "minimum", "should be greater than {}{}",
                    exclusive ? "" : "or equal to ", number_text(*schema.minimum));
      }
    }
  }

  void check_enumeration(const SchemaNode& schema, const Value& value, const Path& path) {
    if (schema.enumeration.empty() ||
        std::ranges::find(schema.enumeration, value) != schema.enumeration.end())
      return;
    std::vector<std::string> supported;
    for (const auto& choice : schema.enumeration) {
      supported.push_back(choice.is_string() ? std::string(choice.get_string())
                                             : canonical_json(choice));
    }
    add(not_supported(path.text(), value, supported, "enum"));
  }

  void check_array(const SchemaNode& schema, const JsonArray& array, const Value* old_list,
                   const Path& path) {
    const auto size = static_cast<std::int64_t>(array.size());
    if (schema.items_max && size > *schema.items_max) {
      add(too_many(path.text(), array.size(), static_cast<std::size_t>(*schema.items_max),
                   "maxItems"));
    }
    if (schema.items_min && size < *schema.items_min) {
      add_invalid(path, Value(size), "minItems", "should have at least {} items",
                  *schema.items_min);
    }
    if (schema.unique_items && has_doubles(array)) {
      add_invalid(path, Value(""), "uniqueItems", "shouldn't contain duplicates");
    }
    if (schema.items == nullptr) return;
    const OldItems old_items(schema, old_list);
    for (std::size_t i = 0; i < array.size() && errors_.size() < errors_max_; ++i) {
      walk(*schema.items, array[i], old_items.counterpart(array[i]), Path(path, i));
    }
  }

  void check_object(const SchemaNode& schema, const JsonObject& object, const Value* old_object,
                    const Path& path) {
    const auto size = static_cast<std::int64_t>(object.size());
    if (schema.properties_max && size > *schema.properties_max) {
      add(too_many(path.text(), object.size(), static_cast<std::size_t>(*schema.properties_max),
                   "maxProperties"));
    }
    if (schema.properties_min && size < *schema.properties_min) {
      add_invalid(path, Value(size), "minProperties", "should have at least {} properties",
                  *schema.properties_min);
    }
    if (schema.embedded_resource) check_embedded(object, path);
    for (const auto& name : schema.required) {
      if (!object.contains(name)) add(required(Path(path, name).text(), "", "required"));
    }
    std::vector<std::string_view> names;
    names.reserve(object.size());
    for (const auto& member : object) names.emplace_back(member.key().data(), member.key().size());
    std::ranges::sort(names);
    for (const auto name : names) {
      if (errors_.size() >= errors_max_) return;
      const auto* below = schema.member(name);
      if (below == nullptr && schema.additional_forbidden) forbid_member(name, path);
      if (below == nullptr) continue;
      const auto* old_member = old_object == nullptr ? nullptr : find(*old_object, name);
      walk(*below, *object.if_contains(name), old_member, Path(path, name));
    }
  }

  void forbid_member(std::string_view name, const Path& path) {
    const auto field = path.text();
    add(invalid_value(field, Value(name),
                      fmt::format("{}.{} in body is a forbidden property", field, name),
                      "additionalProperties"));
  }

  // What tells a resource: in it, other than at the root, anything may stand there.
  void check_embedded(const JsonObject& object, const Path& path) {
    for (const std::string_view key : {"apiVersion", "kind"}) {
      const auto field = Path(path, key).text();
      const auto* value = object.if_contains(key);
      if (value == nullptr) {
        add(required(field, "must not be empty", "embedded"));
        continue;
      }
      const auto refuse = [&](std::string_view detail) {
        add(invalid_value(field, *value, detail, "embedded"));
      };
      if (!value->is_string()) {
        refuse("must be a string");
      } else if (value->get_string().empty()) {
        refuse("must not be empty");
      } else if (key == "kind") {
        check_kind(value->get_string(), refuse);
      } else if (std::ranges::count(value->get_string(), '/') > 1) {
        refuse(fmt::format("unexpected GroupVersion string: {}",
                           std::string_view(value->get_string())));
      }
    }
  }

  template <class Refuse>
  static void check_kind(std::string_view kind, const Refuse& refuse) {
    std::string small(kind);
    std::ranges::transform(small, small.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    const auto complaints = check_name(NameRule::kDns1035Label, small);
    if (complaints.empty()) return;
    refuse(fmt::format("may have mixed case, but should otherwise match: {}",
                       fmt::join(complaints, ",")));
  }

  FieldErrors errors_;
  std::size_t errors_max_;
};

}  // namespace

FieldErrors validate_structural(const SchemaNode& schema, const Value& value,
                                const Value* old_value, std::string_view path,
                                StructuralOptions options) {
  Validator validator(options.errors_max);
  const Path root;
  if (path.empty()) {
    validator.walk(schema, value, old_value, root);
  } else {
    validator.walk(schema, value, old_value, Path(root, path));
  }
  return validator.take();
}

}  // namespace gatefold
