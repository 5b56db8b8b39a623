// What becomes of a definition that was admitted: which of its names are its own, whether it is
// served, and the conditions that say so (spec R19.4, R19.5, R19.8). Pure.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "schema/kind.h"
#include "schema/value.h"

namespace gatefold {

// Names in use within a group; "" stands for none.
struct AcceptedNames {
  std::string plural;
  std::string singular;
  std::vector<std::string> short_names;
  std::string kind;
  std::string list_kind;
  std::vector<std::string> categories;

  bool operator==(const AcceptedNames&) const = default;
};

// status.acceptedNames; those that a compiled-in kind has by itself.
AcceptedNames accepted_names_of(const Value& definition);
AcceptedNames accepted_names_of(const Kind& kind);

struct DefinitionCondition {
  std::string type;
  bool is_true = false;
  std::string reason;
  std::string message;
};

struct NamesVerdict {
  DefinitionCondition names_accepted;
  DefinitionCondition established;
  AcceptedNames names;
};

// `others` are the names accepted of other kinds of the same group. Plural, singular and short
// names share one space, kind and listKind another; of several conflicts the last one is told. A
// definition that was established stays so with the names that it has. Names that were a conflict
// are accepted once the other kind is gone: judge again then.
NamesVerdict judge_names(const Value& definition, std::span<const AcceptedNames> others);

enum class ApprovalState { kInvalid, kApproved, kBypassed, kMissing };
struct Approval {
  ApprovalState state = ApprovalState::kMissing;
  std::string message;
};
// What the annotation of a group below k8s.io or kubernetes.io says; nothing for other groups.
std::optional<Approval> approval_of(const Value& definition);
// The condition KubernetesAPIApprovalPolicyConformant; nothing for other groups.
std::optional<DefinitionCondition> judge_approval(const Value& definition);

// The condition Terminating on the way to the end of a definition (R19.8).
enum class Cleanup { kPending, kInProgress, kCompleted };
DefinitionCondition terminating(Cleanup stage);
inline constexpr std::string_view kCleanupFinalizer = "customresourcecleanup.apiextensions.k8s.io";

// Writes names and conditions into the status. `now` is RFC 3339; it becomes the time of those
// conditions that are new or change their status. Answers whether anything changed.
bool set_accepted_names(Value& definition, const AcceptedNames& names);
bool set_condition(Value& definition, const DefinitionCondition& condition, std::string_view now);

bool is_condition_true(const Value& definition, std::string_view type);
inline bool is_established(const Value& definition) {
  return is_condition_true(definition, "Established");
}

// ASCII letters made small.
std::string lower_case(std::string_view text);

}  // namespace gatefold
