#include "engine/reviews.h"

#include <fmt/format.h>

#include "engine/admit.h"
#include "engine/tokens.h"
#include "schema/access.h"
#include "schema/json.h"
#include "schema/meta.h"
#include "schema/selector.h"

namespace gatefold::engine {
namespace {

// Whether a member says anything: what Go takes for zero does not.
bool says_something(const Value& value) {
  if (value.is_string()) return !value.get_string().empty();
  if (value.is_array()) return !value.get_array().empty();
  if (value.is_object()) return !value.get_object().empty();
  return !value.is_null() && value != Value(0);
}

// Metadata that a review may not have: all but what is passed over in every create, and the
// namespace where it is of one.
void check_metadata(const Kind& kind, const Value& object, FieldErrors& errors) {
  auto said = *find(object, "metadata");
  auto& members = said.as_object();
  for (const auto* key :
       {"creationTimestamp", "deletionGracePeriodSeconds", "deletionTimestamp", "uid"}) {
    members.erase(key);
  }
  const bool says_more = std::ranges::any_of(members, [&](const auto& member) {
    return says_something(member.value()) && !(kind.namespaced() && member.key() == "namespace");
  });
  if (!says_more) return;
  errors.push_back(invalid_value(
      "metadata", said, kind.namespaced() ? "must be empty except for namespace" : "must be empty",
      "review"));
}

void check_requirement(const Value& requirement, bool of_labels, const std::string& field,
                       FieldErrors& errors) {
  const auto op = string_at(requirement, {"operator"});
  const auto values = texts_at(requirement, {"values"});
  const auto key = string_at(requirement, {"key"});
  if (!of_labels && key.empty()) {
    errors.push_back(required(field + ".key", "must be specified", "review"));
  }
  if ((op == "In" || op == "NotIn") && values.empty()) {
    errors.push_back(required(field + ".values",
                              "must be specified when `operator` is 'In' or 'NotIn'", "review"));
  } else if ((op == "Exists" || op == "DoesNotExist") && !values.empty()) {
    errors.push_back(forbidden_field(
        field + ".values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
        "review"));
  }
  if (!of_labels) return;
  for (const auto& complaint : check_qualified_name(key)) {
    errors.push_back(invalid_value(field + ".key", Value(key), complaint, "review"));
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    for (const auto& complaint : check_label_value(values[i])) {
      errors.push_back(invalid_value(fmt::format("{}.values[{}]", field, i), Value(values[i]),
                                     complaint, "review"));
    }
  }
}

// Operators that nobody knows are passed over: a selector only ever asks for less.
void check_selector(const Value& attributes, std::string_view member, FieldErrors& errors) {
  const auto* selector = find(attributes, member);
  if (selector == nullptr || !selector->is_object()) return;
  const auto field = fmt::format("spec.resourceAttributes.{}", member);
  const auto raw = string_at(*selector, {"rawSelector"});
  const auto& requirements = list_at(*selector, {"requirements"});
  if (!raw.empty() && !requirements.empty()) {
    errors.push_back(invalid_value(field + ".rawSelector", Value(raw),
                                   "may not specified at the same time as requirements", "review"));
  }
  if (raw.empty() && requirements.empty()) {
    errors.push_back(required(
        field + ".requirements",
        fmt::format("when {} is specified, requirements or rawSelector is required", field),
        "review"));
  }
  for (std::size_t i = 0; i < requirements.size(); ++i) {
    check_requirement(requirements[i], member == "labelSelector",
                      fmt::format("{}.requirements[{}]", field, i), errors);
  }
}

std::string go_attributes(const Value& attributes) {
  return fmt::format("authorization.NonResourceAttributes{{Path:{}, Verb:{}}}",
                     go_quote(string_at(attributes, {"path"})),
                     go_quote(string_at(attributes, {"verb"})));
}

FieldErrors validate_access(const Kind& kind, const Value& object) {
  FieldErrors errors;
  const auto* resource = find_path(object, {"spec", "resourceAttributes"});
  const auto* path = find_path(object, {"spec", "nonResourceAttributes"});
  if (resource != nullptr && path != nullptr) {
    errors.push_back(invalid_rendered("spec.nonResourceAttributes", go_attributes(*path),
                                      "cannot be specified in combination with resourceAttributes",
                                      "review"));
  }
  if (resource == nullptr && path == nullptr) {
    errors.push_back(invalid_value(
        "spec.resourceAttributes", Value(nullptr),
        "exactly one of nonResourceAttributes or resourceAttributes must be specified", "review"));
  }
  const bool of_self = kind.plural == "selfsubjectaccessreviews";
  if (!of_self && string_at(object, {"spec", "user"}).empty() &&
      list_at(object, {"spec", "groups"}).empty()) {
    errors.push_back(invalid_value("spec.user", Value(""),
                                   "at least one of user or group must be specified", "review"));
  }
  if (resource != nullptr) {
    check_selector(*resource, "fieldSelector", errors);
    check_selector(*resource, "labelSelector", errors);
  }
  check_metadata(kind, object, errors);
  if (!kind.namespaced()) return errors;
  if (resource != nullptr && string_at(*resource, {"namespace"}) != namespace_of(object)) {
    errors.push_back(invalid_value("spec.resourceAttributes.namespace",
                                   Value(string_at(*resource, {"namespace"})),
                                   "must match metadata.namespace", "review"));
  }
  if (path != nullptr) {
    errors.push_back(invalid_rendered("spec.nonResourceAttributes", go_attributes(*path),
                                      "disallowed on this kind of request", "review"));
  }
  return errors;
}

User subject_of(const Value& spec) {
  User user{.name = std::string(string_at(spec, {"user"})),
            .uid = std::string(string_at(spec, {"uid"})),
            .groups = texts_at(spec, {"groups"}),
            .extra = {}};
  if (const auto* extra = find(spec, "extra"); extra != nullptr && extra->is_object()) {
    for (const auto& [key, values] : extra->get_object()) {
      user.extra[std::string(key)] = texts_at(*extra, {std::string_view(key)});
    }
  }
  return user;
}

Access access_of(const Value& spec) {
  const auto* resource = find(spec, "resourceAttributes");
  if (resource == nullptr) {
    const auto& path = *find(spec, "nonResourceAttributes");
    return {.verb = string_at(path, {"verb"}), .path = string_at(path, {"path"})};
  }
  const auto version = string_at(*resource, {"version"});
  return {.verb = string_at(*resource, {"verb"}),
          .group = string_at(*resource, {"group"}),
          .version = version.empty() ? "*" : version,
          .resource = string_at(*resource, {"resource"}),
          .subresource = string_at(*resource, {"subresource"}),
          .name_space = string_at(*resource, {"namespace"}),
          .name = string_at(*resource, {"name"}),
          .path = {}};
}

// Whether what a selector says can be understood, and whether some of it can.
struct Understood {
  bool all = true;
  bool some = false;
};

Understood understand(const Value& requirements, bool of_labels) {
  Understood understood;
  for (const auto& requirement : requirements.get_array()) {
    const auto op = string_at(requirement, {"operator"});
    const bool compares = op == "In" || op == "NotIn";
    const bool is_known = of_labels ? compares || op == "Exists" || op == "DoesNotExist"
                                    : compares && list_at(requirement, {"values"}).size() == 1;
    (is_known ? understood.some : understood.all) = is_known;
  }
  return understood;
}

void add_selector_error(const Value& spec, std::string_view member, std::string& text) {
  const auto* selector = find_path(spec, {"resourceAttributes", member});
  if (selector == nullptr) return;
  const bool of_labels = member == "labelSelector";
  Understood understood;
  if (const auto raw = string_at(*selector, {"rawSelector"}); !raw.empty()) {
    understood.all =
        of_labels ? parse_label_selector(raw).has_value() : parse_field_selector(raw).has_value();
  } else if (const auto* requirements = find(*selector, "requirements")) {
    understood = understand(*requirements, of_labels);
  }
  if (understood.all) return;
  text += fmt::format("{}spec.resourceAttributes.{} {}ignored due to parse error",
                      text.empty() ? "" : "; ", member, understood.some ? "partially " : "");
}

Result<void> answer_access(const Command& command, const Kind& kind, Value& object) {
  if (auto errors = validate_access(kind, object); !errors.empty())
    return invalid({kind.group, kind.plural, ""}, "", errors);
  const auto& spec = *find(object, "spec");
  const auto user = kind.plural == "selfsubjectaccessreviews" ? user_of(command) : subject_of(spec);
  const auto authorization = authorize(user, access_of(spec));
  JsonObject status{{"allowed", authorization.is_allowed}};
  if (!authorization.reason.empty()) status["reason"] = authorization.reason;
  std::string error;
  add_selector_error(spec, "fieldSelector", error);
  add_selector_error(spec, "labelSelector", error);
  if (!error.empty()) status["evaluationError"] = error;
  object.as_object()["status"] = std::move(status);
  return {};
}

Result<void> answer_rules(const Command& command, Value& object) {
  const auto name_space = string_at(object, {"spec", "namespace"});
  if (name_space.empty()) return bad_request("no namespace on request");
  auto status = rules_for(user_of(command), name_space);
  auto& members = object.as_object();
  // The question is not shown.
  members["metadata"] = JsonObject{{"creationTimestamp", nullptr}};
  members["spec"] = JsonObject{};
  members["status"] = std::move(status);
  return {};
}

Result<void> answer_token(const ReviewFacts& facts, Time now, Value& object) {
  if (string_at(object, {"spec", "token"}).empty())
    return bad_request("token is required for TokenReview in authentication");
  auto wanted = texts_at(object, {"spec", "audiences"});
  if (wanted.empty()) wanted.emplace_back(kTokenIssuer);
  const auto verdict = judge_token(facts.token, wanted, now);
  JsonObject status{{"user", JsonObject{}}};
  if (verdict.user != nullptr) {
    status["authenticated"] = true;
    status["user"] = user_info(*verdict.user);
    status["audiences"] = JsonArray(verdict.audiences.begin(), verdict.audiences.end());
  }
  if (!verdict.error.empty()) status["error"] = verdict.error;
  object.as_object()["status"] = std::move(status);
  return {};
}

void answer_who(const Command& command, Time now, Value& object) {
  object.as_object()["metadata"] = JsonObject{{"creationTimestamp", format_seconds(now)}};
  object.as_object()["status"] = JsonObject{{"userInfo", user_info(user_of(command))}};
}

}  // namespace

Decision answered(const Facts& facts, const Value& object, std::vector<std::string> warnings) {
  Decision decision;
  decision.reads = facts.reads;
  decision.revision = facts.revision;
  auto& outcome = decision.outcome;
  outcome.effect = Outcome::Effect::kCreated;
  outcome.body = std::make_shared<const std::string>(canonical_json(object));
  outcome.schema_id = facts.version->schema_id;
  outcome.name = facts.name;
  outcome.warnings = std::move(warnings);
  return decision;
}

Result<Decision> review(const Command& command, const Facts& facts, const Stamp& stamp) {
  const auto& kind = *facts.kind;
  Value object = command.body;
  std::vector<std::string> warnings;
  if (auto read = read_created(command, kind, *facts.version, object, warnings); !read)
    return std::unexpected(std::move(read.error()));
  object_member(object.as_object(), "metadata")["creationTimestamp"] = nullptr;

  Result<void> result;
  if (kind.plural == "selfsubjectreviews") {
    answer_who(command, stamp.now, object);
  } else if (kind.plural == "tokenreviews") {
    result = answer_token(facts.review, stamp.now, object);
  } else if (kind.plural == "selfsubjectrulesreviews") {
    result = answer_rules(command, object);
  } else {
    result = answer_access(command, kind, object);
  }
  if (!result) return std::unexpected(std::move(result.error()));
  return answered(facts, object, std::move(warnings));
}

}  // namespace gatefold::engine
