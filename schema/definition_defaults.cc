#include <string_view>

#include <fmt/format.h>

#include "schema/definition_schema.h"
#include "schema/meta.h"
#include "schema/prune.h"
#include "schema/rules.h"
#include "schema/structural.h"

namespace gatefold {
namespace {

constexpr auto kOrigin = "definition-default";

// The way from a resource to a value in its metadata: names of members, "" for an item of a list.
struct Step {
  const Step* parent = nullptr;
  std::string_view member;
};

Value surrounded(const Value& value, const Step* step) {
  Value out = value;
  for (; step != nullptr; step = step->parent) {
    if (step->member.empty()) {
      out = JsonArray{std::move(out)};
    } else {
      out = JsonObject{{step->member, std::move(out)}};
    }
  }
  return out;
}

bool is_identity(std::string_view name) {
  return name == "metadata" || name == "apiVersion" || name == "kind";
}

class DefaultsCheck {
 public:
  // `way` leads here from the resource where the node is one of metadata's, else it is nullptr.
  void walk(const SchemaPtr& node, const std::string& path, const Step* way, bool is_root) {
    const bool is_resource = is_root || node->embedded_resource;
    if (node->default_value) check(node, path + ".default", is_resource ? nullptr : way, is_root);
    // Defaults below additionalProperties are looked at where they are applied.
    if (node->items != nullptr) {
      const Step step{way, ""};
      walk(node->items, path + ".items", way == nullptr || is_resource ? nullptr : &step, false);
    }
    for (const auto& [name, property] : node->properties) {
      const Step first{nullptr, name};
      const Step next{way, name};
      const Step* below = nullptr;
      if (is_resource) {
        if (is_identity(name)) below = &first;
      } else if (way != nullptr) {
        below = &next;
      }
      walk(property, fmt::format("{}.properties[{}]", path, name), below, false);
    }
  }

  FieldErrors take() { return std::move(errors_); }

 private:
  void check(const SchemaPtr& node, const std::string& path, const Step* way, bool is_root) {
    const auto& value = *node->default_value;
    const auto errors_before = errors_.size();
    if (way == nullptr) {
      auto pruned = value;
      prune_unknown(*node, pruned, is_root || node->embedded_resource);
      if (pruned != value) {
        errors_.push_back(invalid_value(path, value, "must not have unknown fields", kOrigin));
      }
    } else if (!check_metadata(value, path, *way)) {
      return;
    }
    auto structural = validate_structural(*node, value);
    const bool is_structural = structural.empty();
    add_below(path, std::move(structural));
    if (!is_structural || errors_.size() != errors_before) return;
    check_rules(node, value, path, is_root);
  }

  bool check_metadata(const Value& value, const std::string& path, const Step& way) {
    auto object = surrounded(value, &way);
    const auto decoded = decode_metadata(object);
    if (decoded) return true;
    errors_.push_back(invalid_value(
        path, value, fmt::format("must result in valid metadata: {}", decoded.error()), kOrigin));
    return false;
  }

  // As a value that stays, and as one that comes up.
  void check_rules(const SchemaPtr& node, const Value& value, const std::string& path,
                   bool is_root) {
    const auto rules = Rules::compile(node, is_root || node->embedded_resource);
    // What can't be compiled is an error of its own.
    if (rules == nullptr || !rules->faults().empty()) return;
    auto errors = rules->check(value, &value).errors;
    if (errors.empty()) errors = rules->check(value, nullptr).errors;
    add_below(path, std::move(errors));
  }

  void add_below(const std::string& path, FieldErrors&& errors) {
    for (auto& error : errors) {
      put_below(path, error);
      errors_.push_back(std::move(error));
    }
  }

  FieldErrors errors_;
};

}  // namespace

FieldErrors validate_schema_defaults(const SchemaPtr& schema, const std::string& path) {
  DefaultsCheck check;
  check.walk(schema, path, nullptr, true);
  return check.take();
}

}  // namespace gatefold
