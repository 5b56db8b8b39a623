#include "engine/core_kinds.h"

#include <fmt/format.h>

#include "engine/core/configmaps.h"
#include "engine/core/custom_resource_definitions.h"
#include "engine/core/events.h"
#include "engine/core/namespaces.h"
#include "engine/core/secrets.h"
#include "engine/core/services.h"
#include "engine/definitions.h"
#include "engine/known_definitions.h"
#include "engine/policies.h"
#include "engine/policy/policy_rules.h"
#include "engine/service_register.h"
#include "schema/definition.h"
#include "schema/definition_names.h"
#include "schema/jsonpath.h"

namespace gatefold::engine {
namespace {

void check_immutable_fields(const Kind& kind, const Value& object, const Value& old_object,
                            FieldErrors& errors) {
  for (const auto& field : kind.immutable_fields) {
    // The catalog has read the path once already.
    const auto path = *JsonPath::parse(field.json_path);
    const auto* before = path.first(old_object);
    if (before == nullptr) continue;
    const auto* now = path.first(object);
    if (now != nullptr && same(*now, *before)) continue;
    errors.push_back(invalid_value(field.json_path.substr(1), now == nullptr ? Value("") : *now,
                                   "field is immutable", "immutable"));
  }
}

// Only the spec is known to be valid: the approval stands in the annotations.
bool is_known_and_approved(const Value& definition) {
  const auto approval = approval_of(definition);
  return (!approval || approval->state == ApprovalState::kApproved) &&
         known_kind(definition) != nullptr;
}

}  // namespace

void default_core(const Kind& kind, Value& object) {
  if (kind.resource == "namespaces") {
    default_namespace(object);
  } else if (kind.resource == "services") {
    default_service(object);
  } else if (kind.resource == kDefinitions) {
    default_definition(object);
  }
}

void complete_core(const Kind& kind, std::string_view subresource, const Value* old_object,
                   const Stamp& stamp, const ServicePool& services, Value& object) {
  if (kind.resource == "namespaces") {
    complete_namespace(subresource, old_object, object);
  } else if (kind.resource == kServices) {
    complete_service(subresource, old_object, stamp, services, object);
  } else if (kind.resource == "secrets") {
    complete_secret(object);
  } else if (kind.resource == "events") {
    complete_event(kind, object);
  } else if (kind.resource == kDefinitions) {
    complete_definition(subresource, old_object, object);
  }
}

Result<void> check_allocations(const Kind& kind, const ServicePool& services, const Value& object) {
  return kind.resource == kServices ? check_service_pool(object, services) : Result<void>{};
}

FieldErrors validate_core(const Kind& kind, std::string_view subresource, const Value& object,
                          const Value* old_object) {
  FieldErrors errors;
  if (old_object != nullptr) check_immutable_fields(kind, object, *old_object, errors);
  if (kind.resource == "namespaces") {
    validate_namespace(subresource, object, old_object, errors);
  } else if (kind.resource == kServices) {
    validate_service(subresource, object, old_object, errors);
  } else if (kind.resource == "secrets") {
    validate_secret(object, old_object, errors);
  } else if (kind.resource == "configmaps") {
    validate_config_map(object, old_object, errors);
  } else if (kind.resource == "events") {
    validate_event(kind, object, old_object, errors);
  } else if (kind.resource == kPolicies) {
    append_errors(errors, subresource == "status" ? validate_policy_status(object)
                                                  : validate_policy(object, old_object));
  } else if (kind.resource == kPolicyBindings) {
    append_errors(errors, validate_policy_binding(object));
  } else if (kind.resource == kDefinitions) {
    if (subresource == "status") {
      append_errors(errors, validate_definition_status(object));
    } else if (old_object != nullptr || !is_known_and_approved(object)) {
      append_errors(errors, validate_definition(object, old_object));
    }
  }
  return errors;
}

}  // namespace gatefold::engine
