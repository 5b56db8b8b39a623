#include "engine/garbage_collector.h"

#include <utility>

#include <spdlog/spdlog.h>

#include "schema/meta.h"

namespace gatefold::engine {
namespace {

// What is remembered of each sort of work: about 10 MB. Beyond it everything is looked at instead.
constexpr std::size_t kRememberedMax = 65536;
// How many owners without dependents are passed by in one piece.
constexpr std::size_t kPieceOwnersMax = 4096;
// How long something rests that was refused, by a policy or for want of room.
constexpr std::int64_t kRefusedRestNs = 5 * kNsPerSecond;

void complain(const Status& status) {
  spdlog::error("owners and dependents can't be read: {}", status.message);
}

}  // namespace

// The dependents of an owner that waits, piece by piece.
struct GarbageCollector::Ending {
  Found owner;
  bool orphans = false;  // otherwise in the foreground
  std::optional<ObjectKey> after;
  bool is_held = false;
  std::vector<Command> commands;
};

void GarbageCollector::look_at_all() {
  gone_.clear();
  due_.clear();
  unresolved_ = {};
  refused_ = {};
  passes_ = true;
  passed_.reset();
}

void GarbageCollector::Waiting::put(const ObjectKey& key) {
  has_more = has_more || keys.size() == kRememberedMax;
  if (!has_more) keys.insert(key);
}

void GarbageCollector::look_at(Waiting waiting) {
  if (waiting.has_more) {
    look_at_all();
  } else {
    due_.merge(waiting.keys);
  }
}

void GarbageCollector::note(News news) {
  if (news.is_unknown || gone_.size() + news.gone.size() > kRememberedMax) {
    look_at_all();
    return;
  }
  if (known_gone_.size() + news.gone.size() > kRememberedMax) known_gone_.clear();
  for (const auto& owner : news.gone) {
    gone_.push_back({owner.uid, std::nullopt});
    known_gone_.emplace(owner.uid, owner.namespaced);
  }
  due_.insert(news.owned.begin(), news.owned.end());
  if (due_.size() > kRememberedMax) look_at_all();
}

bool GarbageCollector::has_work() const {
  return !gone_.empty() || !due_.empty() || passes_;
}

void GarbageCollector::take_up_what_waits() {
  const auto view = engine_.view();
  if (view == nullptr) return;
  if (view->catalog != catalog_) {
    catalog_ = view->catalog;
    look_at(std::exchange(unresolved_, {}));
  }
  if (is_waiting() && engine_.world().now() >= refused_until_) {
    look_at(std::exchange(refused_, {}));
  }
}

// The next objects to look at; none where nothing can be read or there is nothing left.
std::vector<ObjectKey> GarbageCollector::next_piece() {
  std::vector<ObjectKey> piece;
  const auto view = engine_.view();
  if (view == nullptr) return piece;
  const auto add = [&](const ObjectKey& key) {
    piece.push_back(key);
    return piece.size() < kPieceObjectsMax;
  };
  for (std::size_t owners = 0; !gone_.empty() && piece.size() < kPieceObjectsMax; ++owners) {
    if (owners == kPieceOwnersMax) return piece;
    auto& owner = gone_.front();
    if (auto read = view->snapshot->dependents(owner.uid, owner.after, add); !read)
      complain(read.error());
    if (piece.size() < kPieceObjectsMax) {
      gone_.pop_front();
    } else {
      owner.after = piece.back();
    }
  }
  while (!due_.empty() && piece.size() < kPieceObjectsMax) {
    add(due_.extract(due_.begin()).value());
  }
  if (!passes_ || piece.size() == kPieceObjectsMax) return piece;
  auto read = view->snapshot->dependences(passed_, [&](const storage::Dependence& row) {
    passed_ = row;
    return add(row.dependent);
  });
  if (!read) complain(read.error());
  passes_ = piece.size() == kPieceObjectsMax;
  return piece;
}

bool GarbageCollector::turn() {
  take_up_what_waits();
  if (!has_work()) return false;
  const auto piece = next_piece();
  return attempt(piece) || has_work();
}

bool GarbageCollector::attempt(const std::vector<ObjectKey>& keys) {
  std::vector<Command> commands;
  {
    // Kept for a piece, and gone before a command waits for the writer.
    const auto view = engine_.view();
    // A store that is opened again brings news of its own.
    if (view == nullptr) return false;
    for (const auto& key : keys) {
      auto plan = plan_by_owners(*view, key, known_gone_);
      if (!plan) {
        complain(plan.error());
        refused_.put(key);
        refused_until_ = {engine_.world().now().ns + kRefusedRestNs};
        continue;
      }
      if (plan->is_unresolved) unresolved_.put(key);
      if (plan->command) commands.push_back(std::move(*plan->command));
    }
  }
  return perform(std::move(commands));
}

// What somebody else wrote meanwhile is news of its own.
bool GarbageCollector::perform(std::vector<Command> commands) {
  if (commands.empty()) return false;
  std::vector<ObjectKey> keys;
  for (const auto& command : commands) {
    const auto resource =
        command.group.empty() ? command.plural : command.plural + "." + command.group;
    keys.push_back({resource, command.name_space, command.name});
  }
  bool acted = false;
  const auto answers = engine_.execute_all(std::move(commands));
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const auto& answer = answers[i];
    if (answer) {
      acted = acted || answer->effect != Outcome::Effect::kUnchanged;
    } else if (answer.error().reason != Reason::kNotFound &&
               answer.error().reason != Reason::kConflict) {
      if (answer.error().reason != Reason::kServiceUnavailable) {
        spdlog::warn("garbage collection of {} is refused: {}", to_string(keys[i]),
                     answer.error().message);
      }
      refused_.put(keys[i]);
      refused_until_ = {engine_.world().now().ns + kRefusedRestNs};
    }
  }
  return acted;
}

// A piece of the owner's dependents: what is to be done to each, and whether the owner is held.
// Whether there are more.
Result<bool> GarbageCollector::look_at_dependents(const View& view, Ending& ending) {
  const auto& owner = ending.owner.object.uid;
  std::vector<ObjectKey> dependents;
  auto read = view.snapshot->dependents(owner, ending.after, [&](const ObjectKey& key) {
    dependents.push_back(key);
    return dependents.size() < kPieceObjectsMax;
  });
  if (!read) return std::unexpected(std::move(read.error()));
  for (const auto& key : dependents) {
    // What knows no garbage collection is no dependent, whatever it says of its owners.
    const auto* kind = view.catalog->find_resource(key.resource);
    if (kind == nullptr || !kind->collects_garbage || key == ending.owner.object.key) continue;
    auto found = find_object(view, key);
    if (!found) return std::unexpected(std::move(found.error()));
    if (!*found) continue;
    if (ending.orphans) {
      ending.is_held = true;
      ending.commands.push_back(without_owner(*kind, **found, owner));
      continue;
    }
    const bool is_blocking = blocks((*found)->value, owner);
    ending.is_held = ending.is_held || is_blocking;
    if (!(*found)->object.deleting) {
      auto plan = plan_by_owners(view, key, known_gone_);
      if (!plan) return std::unexpected(std::move(plan.error()));
      if (plan->is_unresolved) unresolved_.put(key);
      if (plan->command) ending.commands.push_back(std::move(*plan->command));
    } else if (is_blocking && awaits_dependents((*found)->value)) {
      // Two that wait for each other: one of them has to go first.
      auto is_circle = waits_for(view, (*found)->object.uid, owner);
      if (!is_circle) return is_circle;
      if (*is_circle) ending.commands.push_back(without_block(*kind, **found, owner));
    }
  }
  if (dependents.empty()) return false;
  ending.after = dependents.back();
  return dependents.size() == kPieceObjectsMax;
}

bool GarbageCollector::end(const ObjectKey& key) {
  auto view = engine_.view();
  if (view == nullptr) return false;
  const auto catalog = view->catalog;
  const auto* kind = catalog->find_resource(key.resource);
  auto found = find_object(*view, key);
  if (!found) complain(found.error());
  if (kind == nullptr || !found || !*found || !is_deleting((*found)->value)) return false;
  Ending ending{.owner = std::move(**found)};
  ending.orphans = has_finalizer(ending.owner.value, kOrphanFinalizer);
  if (!ending.orphans && !awaits_dependents(ending.owner.value)) return false;
  bool acted = false;
  for (bool has_more = true; has_more;) {
    auto looked = look_at_dependents(*view, ending);
    view.reset();  // none is held while commands wait for the writer
    if (!looked) {
      complain(looked.error());
      return acted;
    }
    has_more = *looked;
    acted = perform(std::exchange(ending.commands, {})) || acted;
    view = engine_.view();
    if (view == nullptr) return acted;
  }
  view.reset();
  if (ending.is_held) return acted;
  const auto finalizer = ending.orphans ? kOrphanFinalizer : kForegroundFinalizer;
  return release(*kind, ending.owner, finalizer) || acted;
}

bool GarbageCollector::release(const Kind& kind, const Found& owner, std::string_view finalizer) {
  JsonArray kept;
  for (const auto& other : finalizers_of(owner.value)) {
    if (other != finalizer) kept.emplace_back(other);
  }
  auto command = command_on(kind, owner.object.key, Verb::kPatch, kGarbageUser);
  command.patch_type = PatchType::kMerge;
  command.body = {
      {"metadata",
       {{"resourceVersion", to_string(owner.object.revision)}, {"finalizers", std::move(kept)}}}};
  std::vector<Command> one;
  one.push_back(std::move(command));
  return perform(std::move(one));
}

}  // namespace gatefold::engine
