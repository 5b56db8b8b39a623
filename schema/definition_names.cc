#include "schema/definition_names.h"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "schema/definition_keywords.h"
#include "schema/field_error.h"
#include "schema/url.h"

namespace gatefold {
namespace {

constexpr auto kApproval = "api-approved.kubernetes.io";

std::vector<std::string> texts_at(const SchemaView& parent, std::string_view key) {
  std::vector<std::string> out;
  for (const auto& item : parent.list(key)) {
    if (item.is_string()) out.emplace_back(item.get_string());
  }
  return out;
}

AcceptedNames names_at(const Value& definition, std::string_view parent, std::string_view key) {
  const auto* value = find_path(definition, {parent, key});
  if (value == nullptr) return {};
  const SchemaView names(*value);
  return {.plural = std::string(names.text("plural")),
          .singular = std::string(names.text("singular")),
          .short_names = texts_at(names, "shortNames"),
          .kind = std::string(names.text("kind")),
          .list_kind = std::string(names.text("listKind")),
          .categories = texts_at(names, "categories")};
}

// Names in use, those of the definition itself too: it may not give a name of its own another
// meaning.
struct UsedNames {
  std::set<std::string, std::less<>> resources;
  std::set<std::string, std::less<>> kinds;

  void add(const AcceptedNames& names) {
    for (const auto& name : {names.plural, names.singular}) add_to(resources, name);
    for (const auto& name : names.short_names) add_to(resources, name);
    for (const auto& name : {names.kind, names.list_kind}) add_to(kinds, name);
  }

 private:
  static void add_to(std::set<std::string, std::less<>>& set, const std::string& name) {
    if (!name.empty()) set.insert(name);
  }
};

std::string in_use(std::string_view name) {
  return fmt::format("{} is already in use", go_quote(name));
}

// Several complaints as Go's aggregate prints them: each once.
std::string aggregate(const std::vector<std::string>& complaints) {
  if (complaints.size() == 1) return complaints.front();
  std::string out;
  std::set<std::string_view> seen;
  for (const auto& complaint : complaints) {
    if (!seen.insert(complaint).second) continue;
    out += out.empty() ? "" : ", ";
    out += complaint;
  }
  return seen.size() == 1 ? out : "[" + out + "]";
}

JsonArray to_json_texts(const std::vector<std::string>& texts) {
  JsonArray out;
  for (const auto& text : texts) out.emplace_back(text);
  return out;
}

// As Kubernetes prints them: plural and kind always, others where there are any.
Value to_value(const AcceptedNames& names) {
  JsonObject out{{"plural", names.plural}};
  if (!names.singular.empty()) out["singular"] = names.singular;
  if (!names.short_names.empty()) out["shortNames"] = to_json_texts(names.short_names);
  out["kind"] = names.kind;
  if (!names.list_kind.empty()) out["listKind"] = names.list_kind;
  if (!names.categories.empty()) out["categories"] = to_json_texts(names.categories);
  return out;
}

const Value* find_condition(const Value& definition, std::string_view type) {
  const auto* conditions = find_path(definition, {"status", "conditions"});
  if (conditions == nullptr || !conditions->is_array()) return nullptr;
  for (const auto& condition : conditions->get_array()) {
    if (string_at(condition, {"type"}) == type) return &condition;
  }
  return nullptr;
}

DefinitionCondition judge_established(const Value& definition, bool names_are_accepted) {
  if (is_established(definition)) {
    const auto* old = find_condition(definition, "Established");
    return {"Established", true, std::string(string_at(*old, {"reason"})),
            std::string(string_at(*old, {"message"}))};
  }
  if (names_are_accepted) {
    return {"Established", true, "InitialNamesAccepted", "the initial names have been accepted"};
  }
  return {"Established", false, "NotAccepted", "not all names are accepted"};
}

bool is_url(std::string_view text) {
  const auto url = parse_request_uri(text);
  return url && !url->host.empty() && !url->scheme.empty();
}

bool is_protected(std::string_view group) {
  const auto is_below = [group](std::string_view domain) {
    return group == domain ||
           (group.ends_with(domain) && group[group.size() - domain.size() - 1] == '.');
  };
  return is_below("k8s.io") || is_below("kubernetes.io");
}

}  // namespace

std::string lower_case(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

AcceptedNames accepted_names_of(const Value& definition) {
  return names_at(definition, "status", "acceptedNames");
}

AcceptedNames accepted_names_of(const Kind& kind) {
  return {.plural = kind.plural,
          .singular = kind.singular,
          .short_names = kind.short_names,
          .kind = kind.kind,
          .list_kind = kind.list_kind,
          .categories = kind.categories};
}

NamesVerdict judge_names(const Value& definition, std::span<const AcceptedNames> others) {
  const auto wanted = names_at(definition, "spec", "names");
  const auto accepted = accepted_names_of(definition);
  UsedNames used;
  used.add(accepted);
  for (const auto& names : others) used.add(names);

  NamesVerdict verdict{
      .names_accepted = {"NamesAccepted", true, "NoConflicts", "no conflicts found"},
      .established = {},
      .names = accepted};
  const auto refuse = [&](std::string_view reason, std::string message) {
    verdict.names_accepted = {"NamesAccepted", false, std::string(reason), std::move(message)};
  };
  const auto judge = [&](std::string AcceptedNames::* name, const auto& names_in_use,
                         std::string_view reason) {
    if (wanted.*name != accepted.*name && names_in_use.contains(wanted.*name)) {
      refuse(reason, in_use(wanted.*name));
    } else {
      verdict.names.*name = wanted.*name;
    }
  };
  judge(&AcceptedNames::plural, used.resources, "PluralConflict");
  judge(&AcceptedNames::singular, used.resources, "SingularConflict");
  std::vector<std::string> complaints;
  for (const auto& name : wanted.short_names) {
    const bool is_own = std::ranges::find(accepted.short_names, name) != accepted.short_names.end();
    if (!is_own && used.resources.contains(name)) complaints.push_back(in_use(name));
  }
  if (complaints.empty()) {
    verdict.names.short_names = wanted.short_names;
  } else {
    refuse("ShortNamesConflict", aggregate(complaints));
  }
  judge(&AcceptedNames::kind, used.kinds, "KindConflict");
  judge(&AcceptedNames::list_kind, used.kinds, "ListKindConflict");
  verdict.names.categories = wanted.categories;
  verdict.established = judge_established(definition, verdict.names_accepted.is_true);
  return verdict;
}

std::optional<Approval> approval_of(const Value& definition) {
  if (!is_protected(string_at(definition, {"spec", "group"}))) return std::nullopt;
  const auto annotation = string_at(definition, {"metadata", "annotations", kApproval});
  const auto prefix =
      fmt::format("protected groups must have approval annotation \"{}\"", kApproval);
  constexpr auto kSee = "see https://github.com/kubernetes/enhancements/pull/1111";
  if (annotation.empty()) {
    return Approval{ApprovalState::kMissing, fmt::format("{}, {}", prefix, kSee)};
  }
  if (annotation.starts_with("unapproved")) {
    return Approval{ApprovalState::kBypassed,
                    fmt::format("not approved: {}", go_quote(annotation))};
  }
  if (is_url(annotation)) {
    return Approval{ApprovalState::kApproved, fmt::format("approved in {}", annotation)};
  }
  return Approval{ApprovalState::kInvalid,
                  fmt::format("{} with either a URL or a reason starting with \"unapproved\", {}",
                              prefix, kSee)};
}

std::optional<DefinitionCondition> judge_approval(const Value& definition) {
  const auto approval = approval_of(definition);
  if (!approval) return std::nullopt;
  static constexpr std::string_view kReasons[] = {"InvalidAnnotation", "ApprovedAnnotation",
                                                  "UnapprovedAnnotation", "MissingAnnotation"};
  return DefinitionCondition{
      "KubernetesAPIApprovalPolicyConformant", approval->state == ApprovalState::kApproved,
      std::string(kReasons[std::to_underlying(approval->state)]), approval->message};
}

DefinitionCondition terminating(Cleanup stage) {
  switch (stage) {
    case Cleanup::kPending:
      return {"Terminating", true, "InstanceDeletionPending",
              "CustomResourceDefinition marked for deletion; CustomResource deletion will begin "
              "soon"};
    case Cleanup::kInProgress:
      return {"Terminating", true, "InstanceDeletionInProgress",
              "CustomResource deletion is in progress"};
    case Cleanup::kCompleted:
      return {"Terminating", false, "InstanceDeletionCompleted", "removed all instances"};
  }
  return {};
}

bool set_accepted_names(Value& definition, const AcceptedNames& names) {
  auto& slot = object_member(definition.as_object(), "status")["acceptedNames"];
  auto value = to_value(names);
  if (slot == value) return false;
  slot = std::move(value);
  return true;
}

bool set_condition(Value& definition, const DefinitionCondition& condition, std::string_view now) {
  auto& slot = object_member(definition.as_object(), "status")["conditions"];
  if (!slot.is_array()) slot = JsonArray{};
  const std::string_view status = condition.is_true ? "True" : "False";
  auto& conditions = slot.get_array();
  auto* found = std::ranges::find_if(
      conditions, [&](const Value& entry) { return string_at(entry, {"type"}) == condition.type; });
  const bool is_new = found == conditions.end();
  if (is_new) {
    conditions.emplace_back(JsonObject{{"type", condition.type}});
    found = &conditions.back();
  }
  const auto before = *found;
  auto& entry = found->as_object();
  if (is_new || string_at(before, {"status"}) != status) entry["lastTransitionTime"] = now;
  entry["status"] = status;
  entry["reason"] = condition.reason;
  entry["message"] = condition.message;
  return is_new || *found != before;
}

bool is_condition_true(const Value& definition, std::string_view type) {
  const auto* condition = find_condition(definition, type);
  return condition != nullptr && string_at(*condition, {"status"}) == "True";
}

}  // namespace gatefold
