#include "engine/expiry.h"

#include <limits>
#include <utility>
#include <vector>

#include <spdlog/spdlog.h>

#include "engine/reactor_steps.h"

namespace gatefold::engine {
namespace {

constexpr std::string_view kUser = "system:apiserver";
constexpr Time kEndOfTime{std::numeric_limits<std::int64_t>::max()};

// Of the version that was found: one that was written again meanwhile stays.
Command removal_of(const Kind& kind, const storage::StoredObject& object) {
  auto command = command_on(kind, object.key, Verb::kDelete, kUser);
  command.delete_options.resource_version = to_string(object.revision);
  command.delete_options.expired = true;
  command.bypasses_policies = true;
  return command;
}

Result<std::optional<Time>> soonest_in(const storage::Snapshot& snapshot) {
  std::optional<ObjectKey> first;
  auto read = snapshot.expired(kEndOfTime, [&](const ObjectKey& key) {
    first = key;
    return false;
  });
  if (!read) return std::unexpected(std::move(read.error()));
  if (!first) return std::nullopt;
  auto object = snapshot.get(*first);
  if (!object) return std::unexpected(std::move(object.error()));
  if (!*object) return internal_error("the index names an object that is not there");
  return (*object)->expiry;
}

Result<std::vector<Command>> removals_in(const View& view, Time now) {
  std::vector<Command> removals;
  Result<void> failed;
  auto read = view.snapshot->expired(now, [&](const ObjectKey& key) {
    auto object = view.snapshot->get(key);
    if (!object) {
      failed = std::unexpected(std::move(object.error()));
      return false;
    }
    const auto* kind = view.catalog->find_resource(key.resource);
    if (*object && kind != nullptr) removals.push_back(removal_of(*kind, **object));
    return removals.size() < kPieceObjectsMax;
  });
  if (!failed) return std::unexpected(std::move(failed.error()));
  if (!read) return std::unexpected(std::move(read.error()));
  return removals;
}

void complain(const Status& status) {
  spdlog::error("what expires can't be read: {}", status.message);
}

}  // namespace

bool Expiry::turn() {
  auto view = engine_.view();
  if (view == nullptr) return false;
  if (!soonest_) {
    auto found = soonest_in(*view->snapshot);
    if (!found) complain(found.error());
    soonest_ = found.value_or(std::nullopt);
  }
  if (!soonest_) return false;
  const auto now = engine_.world().now();
  if (now < *soonest_) return false;
  auto removals = removals_in(*view, now);
  view.reset();  // none is held while commands wait for the writer
  if (!removals) {
    complain(removals.error());
    return false;
  }
  soonest_.reset();
  bool acted = false;
  for (const auto& removed : engine_.execute_all(std::move(*removals))) {
    // Others that wrote or removed it in between have changed something as well.
    if (removed || removed.error().reason == Reason::kConflict ||
        removed.error().reason == Reason::kNotFound) {
      acted = true;
    } else {
      soonest_ = now;  // tried again at the next look
    }
  }
  return acted;
}

}  // namespace gatefold::engine
