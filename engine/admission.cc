#include "engine/admission.h"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/policy/judge_policy.h"
#include "engine/policy_facts.h"
#include "schema/convert.h"
#include "schema/json.h"

namespace gatefold::engine {
namespace {

constexpr std::string_view kFailureKey = "validation.policy.admission.k8s.io/validation_failure";
constexpr std::size_t kAnnotationBytesMax = 10'240;

JsonObject names_of(const Kind& kind, std::string_view version, std::string_view key,
                    std::string_view name) {
  return {{"group", kind.group}, {"version", version}, {key, name}};
}

JsonObject options_of(const Command& command, std::string_view operation) {
  JsonObject options{{"apiVersion", "meta.k8s.io/v1"},
                     {"kind", operation == "CREATE"   ? "CreateOptions"
                              : operation == "DELETE" ? "DeleteOptions"
                                                      : "UpdateOptions"}};
  if (command.dry_run) options["dryRun"] = JsonArray{"All"};
  if (operation == "DELETE") return options;
  if (!command.actor.field_manager.empty()) options["fieldManager"] = command.actor.field_manager;
  options["fieldValidation"] = command.field_validation == FieldValidation::kStrict ? "Strict"
                               : command.field_validation == FieldValidation::kWarn ? "Warn"
                                                                                    : "Ignore";
  return options;
}

// The AdmissionRequest that expressions see as `request`.
Value make_request(const Command& command, const WriteAttributes& write, std::string_view version) {
  const auto& kind = *write.kind;
  JsonObject request{{"kind", names_of(kind, version, "kind", kind.kind)},
                     {"resource", names_of(kind, version, "resource", kind.plural)},
                     {"requestKind", names_of(kind, write.version, "kind", kind.kind)},
                     {"requestResource", names_of(kind, write.version, "resource", kind.plural)},
                     {"name", write.name},
                     {"operation", write.operation},
                     {"userInfo", user_info(user_of(command))},
                     {"dryRun", command.dry_run},
                     {"options", options_of(command, write.operation)}};
  if (!write.subresource.empty()) {
    request["subResource"] = write.subresource;
    request["requestSubResource"] = write.subresource;
  }
  if (!write.name_space.empty()) request["namespace"] = write.name_space;
  return request;
}

// What a policy is shown: the write in the version that it takes it for.
class Shown {
 public:
  Shown(const Command& command, const WriteAttributes& write, const std::string& version,
        const Value* object, const Value* old_object)
      : request_(make_request(command, write, version)), object_(object), old_object_(old_object) {
    if (version == write.version) return;
    const auto& kind = *write.kind;
    const auto convert = [&](const Value*& shown, Value& converted) {
      if (shown == nullptr) return;
      converted = *shown;
      convert_object(kind, *kind.version(version), converted);
      shown = &converted;
    };
    convert(object_, converted_);
    convert(old_object_, old_converted_);
  }
  Shown(const Shown&) = delete;
  Shown& operator=(const Shown&) = delete;

  PolicyInput input() const {
    return {.object = object_, .old_object = old_object_, .request = &request_};
  }

 private:
  Value request_;
  const Value* object_;
  const Value* old_object_;
  Value converted_;
  Value old_converted_;
};

// What one write brought about, policy after policy.
class Answers {
 public:
  Answers(const Facts& facts, Composition& composition)
      : facts_(facts), composition_(composition) {}

  void fail(const BoundPolicy& bound) {
    if (bound.policy->ignores_failures) return;
    deny(bound,
         fmt::format("failed to configure {}: {}", bound.binding == nullptr ? "policy" : "binding",
                     bound.fault),
         "Invalid");
  }

  void take(const BoundPolicy& bound, const PolicyFindings& findings) {
    for (const auto& denial : findings.denials) {
      for (const auto& action : bound.binding->actions) {
        if (action == "Deny") {
          deny(bound, denial.message, denial.reason);
        } else if (action == "Warn") {
          composition_.warnings.push_back(fmt::format(
              "Validation failed for ValidatingAdmissionPolicy '{}' with binding '{}': {}",
              bound.policy->name, bound.binding->name, denial.message));
        } else {
          keep_failure(bound, denial);
        }
      }
    }
    for (const auto& error : findings.annotation_errors) deny(bound, error, "Invalid");
    for (const auto& annotation : findings.annotations) {
      auto& values = annotations_[fmt::format("{}/{}", bound.policy->name, annotation.key)];
      auto value = annotation.value.substr(0, kAnnotationBytesMax);
      if (std::ranges::find(values, value) == values.end()) values.push_back(std::move(value));
    }
  }

  Result<void> finish() {
    if (denied_) return std::unexpected(std::move(*denied_));
    auto& kept = composition_.audit_annotations;
    if (!failures_.empty()) {
      kept.push_back({std::string(kFailureKey), to_json(Value(std::move(failures_)))});
    }
    for (const auto& [key, values] : annotations_) {
      kept.push_back({key, fmt::format("{}", fmt::join(values, ", "))});
    }
    return {};
  }

 private:
  // The first one is the answer.
  void deny(const BoundPolicy& bound, std::string_view message, std::string_view reason) {
    if (denied_) return;
    const auto with = bound.binding == nullptr
                          ? std::string()
                          : fmt::format(" with binding '{}'", bound.binding->name);
    auto text = fmt::format("ValidatingAdmissionPolicy '{}'{} denied request: {}",
                            bound.policy->name, with, message);
    auto refused = forbidden(facts_.kind->resource_name(), facts_.name, text);
    denied_ = std::move(refused.error());
    denied_->reason = reason == "Forbidden"               ? Reason::kForbidden
                      : reason == "RequestEntityTooLarge" ? Reason::kRequestEntityTooLarge
                                                          : Reason::kInvalid;
    denied_->details.causes.push_back({.reason = "", .message = std::move(text), .field = ""});
  }

  void keep_failure(const BoundPolicy& bound, const PolicyFindings::Denial& denial) {
    JsonArray actions;
    for (const auto& action : bound.binding->actions) actions.emplace_back(action);
    failures_.push_back(JsonObject{{"message", denial.message},
                                   {"policy", bound.policy->name},
                                   {"binding", bound.binding->name},
                                   {"expressionIndex", denial.validation},
                                   {"validationActions", std::move(actions)}});
  }

  const Facts& facts_;
  Composition& composition_;
  std::optional<Status> denied_;
  JsonArray failures_;
  std::map<std::string, std::vector<std::string>> annotations_;
};

}  // namespace

Result<void> ask_policies(const Command& command, const Facts& facts, const Value* object,
                          const Value* old_object, Composition& composition) {
  if (facts.policies.empty()) return {};
  const auto write = write_attributes(command, facts);
  const auto* name_space = facts.policy_namespace ? &*facts.policy_namespace : nullptr;
  const auto selects = [&](const MatchResources& match) {
    return selectors_match(match, write, name_space, object, old_object);
  };
  std::map<std::string, Shown> shown;
  Answers answers(facts, composition);
  for (const auto& bound : facts.policies) {
    if (!selects(bound.policy->constraints)) continue;
    if (bound.binding != nullptr && bound.binding->match && !selects(*bound.binding->match)) {
      continue;
    }
    if (!bound.fault.empty()) {
      answers.fail(bound);
      continue;
    }
    const auto& as =
        shown.try_emplace(bound.version, command, write, bound.version, object, old_object)
            .first->second;
    auto input = as.input();
    // A namespace is in none.
    if (write.kind->resource != kNamespaces) input.name_space = name_space;
    for (const auto& params : bound.params) {
      input.params = params ? &*params : nullptr;
      answers.take(bound, judge_policy(*bound.policy, input));
    }
  }
  return answers.finish();
}

}  // namespace gatefold::engine
