#include "engine/policy/type_check.h"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "engine/policy/admission_policy.h"
#include "engine/policy/environment.h"
#include "schema/invariant.h"
#include "schema/json.h"

namespace gatefold::engine {
namespace {

constexpr std::size_t kKindsMax = 10;
constexpr std::string_view kCompilationFailed = "compilation failed: ";

// Kinds leave metadata to the server; expressions may name all of it.
const SchemaPtr& metadata_schema() {
  static const auto kSchema = [] {
    const auto document = parse_json(R"({"type":"object","properties":{
      "name":{"type":"string"},"generateName":{"type":"string"},"namespace":{"type":"string"},
      "uid":{"type":"string"},"resourceVersion":{"type":"string"},"selfLink":{"type":"string"},
      "generation":{"type":"integer"},"deletionGracePeriodSeconds":{"type":"integer"},
      "creationTimestamp":{"type":"string","format":"date-time"},
      "deletionTimestamp":{"type":"string","format":"date-time"},
      "labels":{"type":"object","additionalProperties":{"type":"string"}},
      "annotations":{"type":"object","additionalProperties":{"type":"string"}},
      "finalizers":{"type":"array","items":{"type":"string"}},
      "ownerReferences":{"type":"array","items":{"type":"object","properties":{
        "apiVersion":{"type":"string"},"kind":{"type":"string"},"name":{"type":"string"},
        "uid":{"type":"string"},"controller":{"type":"boolean"},
        "blockOwnerDeletion":{"type":"boolean"}}}},
      "managedFields":{"type":"array","items":{"type":"object","properties":{
        "manager":{"type":"string"},"operation":{"type":"string"},"apiVersion":{"type":"string"},
        "fieldsType":{"type":"string"},"subresource":{"type":"string"},
        "time":{"type":"string","format":"date-time"}}}}}})");
    GATEFOLD_ASSERT(document.has_value());
    auto schema = parse_schema(document->value);
    GATEFOLD_ASSERT(schema.has_value());
    return std::move(*schema);
  }();
  return kSchema;
}

SchemaPtr whole_schema(const KindVersion& version) {
  auto schema = std::make_shared<SchemaNode>(*version.schema);
  schema->properties["metadata"] = metadata_schema();
  return schema;
}

// `gateway.networking.k8s.io/v1, Kind=Gateway`, in the order in which they are asked.
using Types = std::map<std::string, SchemaPtr>;

bool has_star(const std::vector<std::string>& words) {
  return std::ranges::any_of(words, [](const auto& word) { return word.contains('*'); });
}

Types types_of(const AdmissionPolicy& policy, const Catalog& catalog) {
  Types types;
  for (const auto& rule : policy.constraints.rules) {
    if (has_star(rule.groups) || has_star(rule.versions)) continue;
    for (const auto& group : rule.groups) {
      for (const auto& resource : rule.resources) {
        const auto* kind = catalog.find(group, resource);
        if (kind == nullptr) continue;
        for (const auto& name : rule.versions) {
          const auto* version = kind->version(name);
          if (version == nullptr || !version->served) continue;
          types.try_emplace(fmt::format("{}/{}, Kind={}", group, name, kind->kind),
                            whole_schema(*version));
          if (types.size() == kKindsMax) return types;
        }
      }
    }
  }
  return types;
}

SchemaPtr params_schema(const AdmissionPolicy& policy, const Catalog& catalog) {
  if (!policy.param_kind) return nullptr;
  const auto* kind = catalog.find_kind(policy.param_kind->group, policy.param_kind->kind);
  const auto* version = kind == nullptr ? nullptr : kind->version(policy.param_kind->version);
  return version == nullptr ? nullptr : whole_schema(*version);
}

// The policy's environment with the types of one kind.
cel::Environment typed_environment(const AdmissionPolicy& policy, const SchemaPtr& object,
                                   const SchemaPtr& params) {
  auto environment = policy_environment(policy.param_kind.has_value());
  environment.variables[kObject].schema = object.get();
  environment.variables[kOldObject].schema = object.get();
  environment.variables[kParams].schema = params.get();
  for (const auto& variable : policy.variables) {
    auto program = cel::Program::compile(variable.text, environment, cel::ResultType::kAny);
    cel::Environment::Variable composed{.name = "variables." + variable.name};
    if (program) {
      composed.program = std::move(*program);
    } else {
      composed.fault = std::move(program.error());
    }
    environment.variables.push_back(std::move(composed));
  }
  return environment;
}

// Of one expression, a paragraph for each kind that it does not fit.
std::string complaints(const std::string& expression,
                       const std::vector<std::pair<std::string, cel::Environment>>& kinds) {
  std::string out;
  for (const auto& [name, environment] : kinds) {
    const auto program = cel::Program::compile(expression, environment, cel::ResultType::kAny);
    if (program) continue;
    std::string_view why = program.error();
    if (why.starts_with(kCompilationFailed)) why.remove_prefix(kCompilationFailed.size());
    out += fmt::format("{}{}: {}\n", out.empty() ? "" : "\n", name, why);
  }
  return out;
}

}  // namespace

JsonArray type_warnings(const Value& policy, const Catalog& catalog) {
  const auto compiled = compile_policy(policy);
  const auto types = types_of(*compiled, catalog);
  const auto params = params_schema(*compiled, catalog);
  std::vector<std::pair<std::string, cel::Environment>> kinds;
  for (const auto& [name, schema] : types) {
    kinds.emplace_back(name, typed_environment(*compiled, schema, params));
  }
  JsonArray warnings;
  const auto check = [&](std::size_t i, std::string_view field, const std::string& expression) {
    const auto why = complaints(expression, kinds);
    if (why.empty()) return;
    warnings.push_back(JsonObject{{"fieldRef", fmt::format("spec.validations[{}].{}", i, field)},
                                  {"warning", why}});
  };
  for (std::size_t i = 0; i < compiled->validations.size(); ++i) {
    const auto& validation = compiled->validations[i];
    check(i, "expression", validation.expression.text);
    if (validation.message_expression) {
      check(i, "messageExpression", validation.message_expression->text);
    }
  }
  return warnings;
}

}  // namespace gatefold::engine
