#include "schema/structural.h"

#include <algorithm>
#include <cmath>
#include <compare>
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

// 0.3 is a multiple of 0.1 although neither has a double of its own.
bool is_multiple(double number, double of) {
  constexpr double kTolerance = 1e-9;
  const double quotient = of < 1 ? 1 / of * number : number / of;
  const double off = std::abs(quotient - std::round(quotient));
  return off <= kTolerance * std::max(1.0, std::abs(quotient));
}

// Integers are held to the whole part of a limit, as Kubernetes does. Nothing where a value is no
// integer or the limit is beyond those of 64 bits.
std::optional<std::int64_t> whole_limit(const Value& value, double limit) {
  constexpr double kTwoTo63 = 9223372036854775808.0;
  const bool is_whole = limit >= -kTwoTo63 && limit < kTwoTo63;  // no NaN either
  if (!value.is_int64() || !is_whole) return std::nullopt;
  return static_cast<std::int64_t>(limit);
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
    if (old_value != nullptr && is_unchanged(schema, value, *old_value)) return;
    if (value.is_null() && schema.nullable) return;
    const bool has_format = format_is_enforced(schema.format);
    const bool has_right_type = check_type(schema, has_format, value, path);
    if (!value.is_null()) {
      count(schema, has_format, has_right_type, value);
      check_alternatives(schema, value, path);
    }
    check_scalar(schema, value, path);
    if (const auto* array = value.if_array()) check_array(schema, *array, old_value, path);
    if (const auto* object = value.if_object()) check_object(schema, *object, old_value, path);
    check_enumeration(schema, value, path);
  }

  FieldErrors take() { return std::move(errors_); }
  std::size_t matches() const { return matches_; }

 private:
  // Whether it is of its type. A format stands for the type where there is one, and lets lists
  // pass.
  bool check_type(const SchemaNode& schema, bool has_format, const Value& value, const Path& path) {
    const bool is_numeric =
        schema.type == SchemaType::kInteger || schema.type == SchemaType::kNumber;
    const bool is_text = value.is_string() || value.is_array();
    const bool is_formatted = has_format && !value.is_null();
    if (is_formatted && is_text && !is_numeric) return true;
    const bool is_free = schema.type == SchemaType::kAny && !schema.int_or_string;
    if (has_type(schema, value) && !(is_formatted && is_free)) return true;
    if (is_formatted && !is_text) {
      add_misfit(path, schema.format,
                 is_integer(value)   ? "int64"
                 : value.is_number() ? "float64"
                                     : "");
    } else {
      add_misfit(path, schema.int_or_string ? "integer,string" : type_name(schema.type),
                 json_type_name(value));
    }
    return false;
  }

  void add_misfit(const Path& path, std::string_view expected, std::string_view actual) {
    add(invalid_type(
        path.text(), Value(actual),
        fmt::format("{} in body must be of type {}: {}", path.text(), expected, go_quote(actual)),
        "type"));
  }

  // What Kubernetes' validators count for having looked at a value: of alternatives that fail, the
  // one that counted most comes nearest.
  void count(const SchemaNode& schema, bool has_format, bool has_right_type, const Value& value) {
    const bool judges_type = schema.int_or_string || schema.type != SchemaType::kAny || has_format;
    if (judges_type) matches_ += has_right_type ? 2 : 1;
    matches_ += 4;  // alternatives count twice, then enum, then the end
    if (value.is_string()) matches_ += has_format ? 2 : 1;
    if (value.is_number() || value.is_array()) matches_ += 2;
    if (value.is_object()) matches_ += 1;
  }

  void add(FieldError error) {
    if (errors_.size() < errors_max_) errors_.push_back(std::move(error));
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

  struct Branch {
    FieldErrors errors;
    std::size_t matches = 0;
  };

  // Within a branch nothing ratchets (R19.24).
  Branch branch(const SchemaNode& schema, const Value& value, const Path& path) const {
    Validator validator(errors_max_);
    validator.walk(schema, value, nullptr, path);
    return {validator.take(), validator.matches()};
  }

  void add_branch(Branch&& branch) {
    matches_ += branch.matches;
    for (auto& error : branch.errors) add(std::move(error));
  }

  void add_whole(const Path& path, std::string_view what, std::string_view origin) {
    add(invalid_value(std::string(kNoField), Value(""),
                      fmt::format("{} {}", go_quote(path.text()), what), std::string(origin)));
  }

  struct Branches {
    std::size_t valid = 0;
    Branch nearest;  // the first valid one, or the one that counted most
  };
  Branches try_branches(const std::vector<SchemaPtr>& schemas, const Value& value,
                        const Path& path) const {
    Branches result;
    for (const auto& schema : schemas) {
      auto tried = branch(*schema, value, path);
      if (tried.errors.empty()) {
        if (++result.valid == 1) result.nearest = std::move(tried);
      } else if (result.valid == 0 && tried.matches > result.nearest.matches) {
        result.nearest = std::move(tried);
      }
    }
    return result;
  }

  void check_alternatives(const SchemaNode& schema, const Value& value, const Path& path) {
    if (!schema.any_of.empty()) {
      auto tried = try_branches(schema.any_of, value, path);
      if (tried.valid == 0) {
        add_whole(path, "must validate at least one schema (anyOf)", "anyOf");
      }
      add_branch(std::move(tried.nearest));
    }
    if (!schema.one_of.empty()) {
      auto tried = try_branches(schema.one_of, value, path);
      if (tried.valid == 0) {
        add_whole(path, "must validate one and only one schema (oneOf). Found none valid", "oneOf");
      } else if (tried.valid > 1) {
        add_whole(path,
                  fmt::format("must validate one and only one schema (oneOf). Found {} valid "
                              "alternatives",
                              tried.valid),
                  "oneOf");
      }
      if (tried.valid <= 1) add_branch(std::move(tried.nearest));
    }
    std::size_t holding = 0;
    for (const auto& one : schema.all_of) {
      auto tried = branch(*one, value, path);
      if (tried.errors.empty()) ++holding;
      add_branch(std::move(tried));
    }
    if (holding < schema.all_of.size()) {
      add_whole(path,
                fmt::format("must validate all the schemas (allOf){}",
                            holding == 0 ? ". None validated" : ""),
                "allOf");
    }
    if (schema.not_schema != nullptr && branch(*schema.not_schema, value, path).errors.empty()) {
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
    check_text(schema, value, text, path);
    if (!schema.format.empty() && !format_holds(schema.format, text)) {
      add(invalid_type(path.text(), value,
                       fmt::format("{} in body must be of type {}: {}", path.text(), schema.format,
                                   go_quote(text)),
                       "format"));
    }
  }

  // The first that a text fails is told.
  void check_text(const SchemaNode& schema, const Value& value, std::string_view text,
                  const Path& path) {
    const auto length = schema.length_max || schema.length_min ? code_points(text) : 0;
    if (schema.length_max && length > *schema.length_max) {
      add(too_long(path.text(), static_cast<std::size_t>(*schema.length_max), "maxLength"));
    } else if (schema.length_min && length < *schema.length_min) {
      add_invalid(path, value, "minLength", "should be at least {} chars long", *schema.length_min);
    } else if (schema.pattern != nullptr && !re2::RE2::PartialMatch(text, *schema.pattern)) {
      add_invalid(path, value, "pattern", "should match '{}'", schema.pattern_text);
    }
  }

  void check_number(const SchemaNode& schema, const Value& value, const Path& path) {
    if (schema.multiple_of && *schema.multiple_of > 0) {
      check_multiple(value, *schema.multiple_of, path);
    }
    if (schema.maximum) {
      const auto order = compare(value, *schema.maximum);
      if (order > 0 || (order == 0 && schema.exclusive_maximum)) {
        add_invalid(path, value, "maximum", "should be less than {}{}",
                    schema.exclusive_maximum ? "" : "or equal to ",
                    limit_text(value, *schema.maximum));
      }
    }
    if (schema.minimum) {
      const auto order = compare(value, *schema.minimum);
      if (order < 0 || (order == 0 && schema.exclusive_minimum)) {
        add_invalid(path, value, "minimum", "should be greater than {}{}",
                    schema.exclusive_minimum ? "" : "or equal to ",
                    limit_text(value, *schema.minimum));
      }
    }
  }

  static std::partial_ordering compare(const Value& value, double limit) {
    if (const auto whole = whole_limit(value, limit)) return value.get_int64() <=> *whole;
    return value.to_number<double>() <=> limit;
  }

  static std::string limit_text(const Value& value, double limit) {
    const auto whole = whole_limit(value, limit);
    return whole ? std::to_string(*whole) : number_text(limit);
  }

  void check_multiple(const Value& value, double of, const Path& path) {
    const auto whole = whole_limit(value, of);
    if (whole && *whole == 0) {
      const auto field = path.text();
      add(invalid_value(field, Value(0),
                        fmt::format("factor MultipleOf declared for {} must be positive: 0", field),
                        "multipleOf"));
    } else if (whole ? value.get_int64() % *whole != 0
                     : !is_multiple(value.to_number<double>(), of)) {
      add_invalid(path, value, "multipleOf", "should be a multiple of {}", limit_text(value, of));
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
  std::size_t matches_ = 0;
};

}  // namespace

FieldErrors validate_structural(const SchemaNode& schema, const Value& value,
                                const Value* old_value, std::string_view path,
                                StructuralOptions options) {
  Validator validator(options.errors_max);
  validator.walk(schema, value, old_value, Path());
  auto errors = validator.take();
  if (!path.empty()) {
    for (auto& error : errors) put_below(path, error);
  }
  return errors;
}

void put_below(std::string_view path, FieldError& error) {
  const bool is_whole = error.field.empty() || error.field == kNoField;
  const auto* between = is_whole || error.field.starts_with('[') ? "" : ".";
  error.field = fmt::format("{}{}{}", path, between, is_whole ? "" : error.field);
}

}  // namespace gatefold
