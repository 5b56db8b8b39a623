#include <fmt/format.h>

#include "engine/admission.h"
#include "engine/admit.h"
#include "engine/review_facts.h"
#include "engine/reviews.h"
#include "engine/tokens.h"
#include "schema/catalog.h"
#include "schema/meta.h"

namespace gatefold::engine {
namespace {

constexpr std::int64_t kSecondsMin = 600;
constexpr std::int64_t kSecondsMax = std::int64_t{1} << 32;

// The body may name the account again.
Result<void> check_name_of_account(const Command& command, const Value& object) {
  const auto refuse = [&](std::string_view member, std::string_view value) {
    return invalid(
        token_request_kind().resource_name(), command.name,
        {invalid_value(fmt::format("metadata.{}", member), Value(value),
                       fmt::format("must match the service account {} if specified", member),
                       "token")});
  };
  const auto name = name_of(object);
  if (!name.empty() && name != command.name) return refuse("name", name);
  return {};
}

Result<void> check_seconds(std::int64_t seconds) {
  const auto refuse = [&](std::string_view why) {
    return invalid(token_request_kind().resource_name(), "",
                   {invalid_value("spec.expirationSeconds", Value(seconds), why, "token")});
  };
  if (seconds < kSecondsMin) return refuse("may not specify a duration less than 10 minutes");
  if (seconds > kSecondsMax) return refuse("may not specify a duration larger than 2^32 seconds");
  return {};
}

ObjectClaim claim_of(const Value& object) {
  return {std::string(name_of(object)), std::string(uid_of(object))};
}

// What the token is to end with, as claims.
Result<void> bind(const Command& command, const Facts& facts, const Value& object,
                  TokenClaims& token) {
  const auto reference = bound_reference(object);
  if (!reference) return {};
  const auto& plural = reference->plural;
  if (plural.empty()) {
    return bad_request(fmt::format("cannot bind token to object of type {}/{}, Kind={}",
                                   reference->group, reference->version, reference->kind));
  }
  const auto& bound = facts.review.bound;
  if (!bound) {
    return not_found({"", std::string(plural), reference->kind}, reference->name);
  }
  if (plural == "pods" && string_at(*bound, {"spec", "serviceAccountName"}) != command.name) {
    return bad_request(
        fmt::format("cannot bind token for serviceaccount {} to pod running with "
                    "different serviceaccount name.",
                    go_quote(command.name)));
  }
  if (!reference->uid.empty() && reference->uid != uid_of(*bound)) {
    // Kubernetes names the kind as the resource here.
    return conflict({"", reference->kind, reference->kind}, reference->name,
                    fmt::format("the UID in the bound object reference ({}) does not match the UID "
                                "in record. The object might have been deleted and then recreated",
                                reference->uid));
  }
  auto& claim = plural == "pods" ? token.pod : plural == "secrets" ? token.secret : token.node;
  claim = claim_of(*bound);
  const auto node_name = string_at(*bound, {"spec", "nodeName"});
  if (plural == "pods" && !node_name.empty()) {
    token.node =
        facts.review.node ? claim_of(*facts.review.node) : ObjectClaim{std::string(node_name), ""};
  }
  return {};
}

// The request as it is answered, but for its status.
void complete(const Command& command, const Stamp& stamp, Value& object) {
  auto& metadata = object_member(object.as_object(), "metadata");
  metadata["name"] = command.name;
  metadata["creationTimestamp"] = format_seconds(stamp.now);
  for (const auto* key : {"deletionGracePeriodSeconds", "deletionTimestamp", "uid"}) {
    metadata.erase(key);
  }
  auto& spec = object_member(object.as_object(), "spec");
  if (list_at(object, {"spec", "audiences"}).empty()) {
    spec["audiences"] = JsonArray{kTokenIssuer};
  }
  if (!spec.contains("boundObjectRef")) spec["boundObjectRef"] = nullptr;
  object.as_object().erase("status");
}

}  // namespace

Result<Decision> give_token(const Command& command, const Facts& facts, const Stamp& stamp) {
  const auto& kind = token_request_kind();
  const auto& version = kind.storage_version();
  Value object = command.body;
  Composition composition{.effect = Outcome::Effect::kCreated};
  if (auto read = read_created(command, kind, version, object, composition.warnings); !read)
    return std::unexpected(std::move(read.error()));
  if (auto same = check_name_of_account(command, object); !same)
    return std::unexpected(same.error());
  if (!facts.target) return not_found(facts.kind->resource_name(), command.name);

  complete(command, stamp, object);
  TokenClaims token{.name_space = command.name_space,
                    .account = {command.name, to_string(facts.target->object.uid)},
                    .pod = {},
                    .secret = {},
                    .node = {},
                    .audiences = texts_at(object, {"spec", "audiences"}),
                    .seconds = integer_at(object, {"spec", "expirationSeconds"}, 0),
                    .id = to_string(stamp.uid())};
  if (auto fits = check_seconds(token.seconds); !fits) return std::unexpected(fits.error());
  if (auto may = ask_policies(command, facts, &object, nullptr, composition); !may)
    return std::unexpected(std::move(may.error()));
  if (auto bound = bind(command, facts, object, token); !bound)
    return std::unexpected(std::move(bound.error()));

  object.as_object()["status"] = JsonObject{
      {"token", facts.review.tokens->key().sign(claims_of(token, stamp.now))},
      {"expirationTimestamp", format_seconds({stamp.now.ns + token.seconds * kNsPerSecond})}};
  return answered(facts, object, std::move(composition.warnings));
}

}  // namespace gatefold::engine
