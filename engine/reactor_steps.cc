#include "engine/reactor_steps.h"

#include <optional>
#include <string>
#include <vector>

namespace gatefold::engine {

Command command_on(const Kind& kind, const ObjectKey& key, Verb verb, std::string_view user) {
  Command command;
  command.verb = verb;
  command.group = kind.group;
  command.version = kind.storage_version().name;
  command.plural = kind.plural;
  command.name_space = key.name_space;
  command.name = key.name;
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
