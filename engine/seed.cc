#include "engine/seed.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "engine/definitions.h"
#include "engine/known_definitions.h"
#include "schema/invariant.h"
#include "schema/json.h"
#include "schema/meta.h"

namespace gatefold::engine {
namespace {

constexpr std::string_view kSeededNamespaces[] = {"default", "kube-node-lease", "kube-public",
                                                  "kube-system"};

// `<digest of the document> <generation that it was written as>`: while the generation is that one,
// nobody edited the spec.
constexpr std::string_view kSeededAnnotation = "gatefold.dev/seeded";

Command write_command(Verb verb, std::string group, std::string plural, Value body) {
  Command command;
  command.verb = verb;
  command.group = std::move(group);
  command.version = "v1";
  command.plural = std::move(plural);
  command.name = name_of(body);
  command.body = std::move(body);
  command.bypasses_policies = true;
  command.actor = {"system:apiserver", "gatefold", "gatefold",
                   verb == Verb::kCreate ? "create" : "update", ""};
  return command;
}

Command definition_command(Verb verb, const KnownDefinition& known, std::int64_t generation,
                           JsonObject metadata) {
  auto parsed = parse_json(known.text);
  GATEFOLD_ASSERT(parsed.has_value());
  auto& body = parsed->value;
  auto& annotations = object_member(metadata, "annotations");
  for (const auto& [key, value] : find_path(body, {"metadata", "annotations"})->as_object()) {
    annotations[key] = value;
  }
  annotations[kSeededAnnotation] = fmt::format("{} {}", known.digest, generation);
  metadata["name"] = known.kind->resource;
  body.as_object()["metadata"] = std::move(metadata);
  return write_command(verb, "apiextensions.k8s.io", "customresourcedefinitions", std::move(body));
}

enum class Standing { kNew, kGone, kThere };

Result<Standing> standing_of(const storage::Snapshot& snapshot, const ObjectKey& key,
                             bool is_there) {
  if (is_there) return Standing::kThere;
  auto standing = Standing::kNew;
  auto read = snapshot.changes(kDefinitions, {}, snapshot.head().revision,
                               [&](const storage::Event& event) {
                                 if (event.key != key) return true;
                                 standing = Standing::kGone;
                                 return false;
                               });
  if (!read) return std::unexpected(std::move(read.error()));
  return standing;
}

Result<void> seed_definition(Engine& engine, const KnownDefinition& known) {
  const ObjectKey key{std::string(kDefinitions), "", known.kind->resource};
  const auto view = engine.view();
  auto current = view->snapshot->get(key);
  if (!current) return std::unexpected(std::move(current.error()));
  auto standing = standing_of(*view->snapshot, key, current->has_value());
  if (!standing) return std::unexpected(std::move(standing.error()));
  if (*standing == Standing::kGone) return {};
  if (*standing == Standing::kNew) {
    auto created = engine.execute(definition_command(Verb::kCreate, known, 1, {}));
    if (!created) return std::unexpected(std::move(created.error()));
    return {};
  }
  auto parsed = parse_json((*current)->body);
  if (!parsed) return internal_error("stored object " + to_string(key) + " is no JSON");
  const auto generation = integer_at(parsed->value, {"metadata", "generation"}, 0);
  const auto seeded = string_at(parsed->value, {"metadata", "annotations", kSeededAnnotation});
  const auto space = seeded.find(' ');
  if (space == std::string_view::npos) return {};
  const bool is_untouched = seeded.substr(space + 1) == std::to_string(generation);
  const bool is_same = seeded.substr(0, space) == known.digest;
  if (!is_untouched || is_same) return {};
  // Labels, finalizers and annotations are whose they are.
  auto& metadata = object_member(parsed->value.as_object(), "metadata");
  metadata["resourceVersion"] = to_string((*current)->revision);
  auto replaced =
      engine.execute(definition_command(Verb::kUpdate, known, generation + 1, std::move(metadata)));
  if (!replaced) return std::unexpected(std::move(replaced.error()));
  spdlog::info("the definition {} is that of this version from now on", key.name);
  return {};
}

// Kinds that this channel has not and another one brought: they stay, and whoever changed the
// channel should know.
Result<void> tell_of_others(Engine& engine, Channel channel) {
  const auto view = engine.view();
  const auto& known = known_definitions(channel);
  for (const auto& kind : view->catalog->kinds()) {
    const bool is_of_channel = std::ranges::any_of(known, [&](const KnownDefinition& candidate) {
      return candidate.kind->resource == kind->resource;
    });
    if (kind->core || is_of_channel) continue;
    const ObjectKey key{std::string(kDefinitions), "", kind->resource};
    auto current = view->snapshot->get(key);
    if (!current) return std::unexpected(std::move(current.error()));
    const auto parsed = parse_json(*current ? (*current)->body : "null");
    const bool is_seeded =
        parsed && find_path(parsed->value, {"metadata", "annotations", kSeededAnnotation});
    if (!is_seeded) continue;
    spdlog::warn(
        "{} are not of the {} channel; their definition and their objects stay as another one left "
        "them, until the definition is deleted",
        kind->resource, channel_name(channel));
  }
  return {};
}

}  // namespace

Result<void> seed_namespaces(Engine& engine) {
  for (const auto name : kSeededNamespaces) {
    const ObjectKey key{"namespaces", "", std::string(name)};
    auto view = engine.view();
    if (view == nullptr) return unavailable("the store is being opened again");
    auto present = view->snapshot->get(key);
    if (!present) return std::unexpected(std::move(present.error()));
    view.reset();  // none is held while a command waits for the writer
    if (*present) continue;
    auto created = engine.execute(write_command(
        Verb::kCreate, "", "namespaces",
        {{"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", {{"name", name}}}}));
    if (!created) return std::unexpected(std::move(created.error()));
  }
  return {};
}

Result<void> seed_definitions(Engine& engine, Channel channel) {
  for (const auto& known : known_definitions(channel)) {
    if (auto seeded = seed_definition(engine, known); !seeded) return seeded;
  }
  return tell_of_others(engine, channel);
}

}  // namespace gatefold::engine
