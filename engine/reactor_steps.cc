#include "engine/reactor_steps.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "schema/json.h"

namespace gatefold::engine {
namespace {

const KindVersion& served_version(const Kind& kind) {
  if (kind.storage_version().served) return kind.storage_version();
  const auto served = std::ranges::find_if(kind.versions, &KindVersion::served);
  return served == kind.versions.end() ? kind.storage_version() : *served;
}

}  // namespace

Result<std::optional<Found>> find_object(const View& view, const ObjectKey& key) {
  auto object = view.snapshot->get(key);
  if (!object) return std::unexpected(std::move(object.error()));
  if (!*object) return std::nullopt;
  auto parsed = parse_json((*object)->body);
  if (!parsed) return internal_error("stored object " + to_string(key) + " is no JSON");
  return Found{std::move(**object), std::move(parsed->value)};
}

Command command_on(const Kind& kind, const ObjectKey& key, Verb verb, std::string_view user) {
  Command command;
  command.verb = verb;
  command.group = kind.group;
  command.version = served_version(kind).name;
  command.plural = kind.plural;
  command.name_space = key.name_space;
  command.name = key.name;
  command.is_own = true;
  command.actor = {std::string(user), "gatefold", "gatefold", "", ""};
  switch (verb) {
    case Verb::kDelete:
      command.actor.verb = "delete";
      break;
    case Verb::kPatch:
      command.actor.verb = "patch";
      break;
    default:
      command.actor.verb = "update";
  }
  return command;
}

Result<bool> has_changed(const View& view, std::string_view resource, Revision after) {
  bool has_news = false;
  auto looked = view.snapshot->changes(resource, after, view.revision(), [&](const auto&) {
    has_news = true;
    return false;
  });
  if (!looked) return std::unexpected(std::move(looked.error()));
  return has_news;
}

bool remove_objects(Engine& engine, const Kind& kind, const std::string& name_space,
                    std::string_view user, bool& acted) {
  bool is_empty = true;
  std::optional<ObjectKey> after;
  // In pieces, each with a View of its own: what waits for a finalizer hides nothing behind it.
  for (bool has_more = true; has_more;) {
    std::vector<ObjectKey> objects;
    {
      const auto view = engine.view();
      if (view == nullptr) return false;
      auto scanned =
          view->snapshot->scan(kind.resource, name_space, after, [&](const storage::RowView& row) {
            objects.push_back({kind.resource, std::string(row.name_space), std::string(row.name)});
            return objects.size() < kPieceObjectsMax;
          });
      if (!scanned) return false;
    }
    has_more = objects.size() == kPieceObjectsMax;
    if (!objects.empty()) after = objects.back();
    for (const auto& key : objects) {
      is_empty = false;
      const auto removed = engine.execute(command_on(kind, key, Verb::kDelete, user));
      if (!removed && removed.error().reason != Reason::kNotFound) return false;
      acted = acted || (removed && removed->effect == Outcome::Effect::kDeleted);
    }
  }
  return is_empty;
}

}  // namespace gatefold::engine
