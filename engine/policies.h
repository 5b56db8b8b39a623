// The ValidatingAdmissionPolicies that are in force: those that a binding names.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/policy/admission_policy.h"
#include "storage/event.h"
#include "storage/snapshot.h"

namespace gatefold::engine {

inline constexpr std::string_view kPolicyGroup = "admissionregistration.k8s.io";
inline constexpr std::string_view kPolicies =
    "validatingadmissionpolicies.admissionregistration.k8s.io";
inline constexpr std::string_view kPolicyBindings =
    "validatingadmissionpolicybindings.admissionregistration.k8s.io";

struct PolicyInForce {
  AdmissionPolicyPtr policy;
  std::vector<PolicyBindingPtr> bindings;  // by name
};

// By the policies' names. Immutable; part of every View.
using PolicySet = std::vector<PolicyInForce>;
using PolicySetPtr = std::shared_ptr<const PolicySet>;

// The set of one moment after the other. The writer's thread only.
class Policies {
 public:
  Policies();

  // Forgets all and reads the policies and bindings that are stored.
  Result<void> load(const storage::Snapshot& snapshot);
  // Takes an event of any kind into account; `body` is the object's JSON.
  void note(const storage::Event& event, std::string_view body);

  const PolicySetPtr& set() const { return set_; }

 private:
  void put(std::string_view resource, const std::string& name, std::string_view body);
  void compose();

  std::map<std::string, AdmissionPolicyPtr, std::less<>> policies_;
  std::map<std::string, PolicyBindingPtr, std::less<>> bindings_;
  PolicySetPtr set_;
};

}  // namespace gatefold::engine
