#include "tests/contract/past_ways.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "schema/json.h"
#include "storage/fork.h"
#include "storage/verify.h"
#include "tests/contract/as_told.h"
#include "tests/contract/random_history.h"
#include "tests/storage/scratch.h"

namespace gatefold::test {
namespace {

using storage::EventType;

// Whether a fork is made: true, false, or nothing where only storage can tell.
std::optional<bool> may_fork(const ToldHistory& told, Revision at) {
  if (at < told.gone_before()) return false;
  for (const auto& resource : told_resources()) {
    const auto expected = told.expected(resource, at, told.head());
    const bool has_redacted = std::ranges::any_of(expected.objects, [&](const auto& object) {
      return told.is_redacted(told.object(object.first, at)->revision);
    });
    if (has_redacted) return false;
  }
  if (at < told.kept_from()) return std::nullopt;
  return true;
}

// Rows are what the log folds to, and its chain holds.
storage::Head verified(const storage::Store& store) {
  const auto report = storage::verify(store);
  std::string findings;
  for (const auto& finding : report.findings) {
    findings += fmt::format("{}: {}\n", finding.where, finding.message);
  }
  REQUIRE(findings.empty());
  return report.head;
}

// A fold of events that are told one after the other.
class Fold {
 public:
  Fold(const storage::Snapshot& snapshot, const ToldHistory& told)
      : snapshot_(snapshot), told_(told) {}

  void add(const storage::Event& event) {
    INFO("event " << event.revision.number << " of " << to_string(event.key));
    require_nothing_up_to({event.revision.number - 1});
    seen_ = event.revision;
    const auto* change = told_.change(event.revision);
    if (change == nullptr) {
      REQUIRE(event.key.resource.ends_with(".gatefold.dev"));
      return;
    }
    REQUIRE(event.key == change->key);
    REQUIRE(event.type == change->type);
    REQUIRE(event.time == change->time);
    if (told_.may_lack_record(event.revision)) REQUIRE(spared_records_.insert(event.key).second);
    if (event.type == EventType::kDeleted) {
      objects_.erase(event.key);
      return;
    }
    objects_[event.key] = event.revision;
    require_body(event, *change);
  }

  void require_state(Revision at) {
    require_nothing_up_to(at);
    if (at < told_.kept_from()) return;
    INFO("folded up to " << at.number);
    std::size_t count = 0;
    for (const auto& resource : told_resources()) {
      for (const auto& key : told_.keys(resource)) {
        const auto* object = told_.object(key, at);
        if (object == nullptr) continue;
        ++count;
        REQUIRE(objects_[key] == object->revision);
      }
    }
    REQUIRE(objects_.size() == count);
  }

 private:
  // What is passed over was let go of.
  void require_nothing_up_to(Revision last) {
    for (; seen_ < last; seen_ = seen_.next()) {
      INFO("revision " << seen_.next().number << " has no record");
      REQUIRE(told_.may_lack_record(seen_.next()));
    }
  }

  void require_body(const storage::Event& event, const ToldChange& change) {
    const auto body = snapshot_.body(event.revision);
    const bool may_lack = told_.may_lack_body(event.revision);
    if (!body) {
      REQUIRE(body.error().reason == Reason::kExpired);
      REQUIRE(may_lack);
      return;
    }
    REQUIRE_FALSE(told_.is_redacted(event.revision));
    if (may_lack) REQUIRE(spared_bodies_.insert(event.key).second);
    std::string text;
    storage::append_spliced(text, *body, storage::find_splice(*body), event.revision);
    REQUIRE(text == canonical_json(change.object));
  }

  const storage::Snapshot& snapshot_;
  const ToldHistory& told_;
  Revision seen_;
  std::map<ObjectKey, Revision> objects_;
  std::set<ObjectKey> spared_records_;
  std::set<ObjectKey> spared_bodies_;
};

}  // namespace

engine::EngineOptions told_options(const std::filesystem::path& directory, bool read_only) {
  engine::EngineOptions options;
  options.store.directory = directory;
  options.store.read_only = read_only;
  options.manual = true;
  options.retention = engine::RetentionSettings::everything();
  return options;
}

std::unique_ptr<engine::Engine> open_told(engine::EngineOptions options, TestWorld& world) {
  auto engine = engine::Engine::open(std::move(options), world.world());
  INFO((engine ? "" : engine.error().message));
  REQUIRE(engine.has_value());
  return std::move(*engine);
}

void check_views(const engine::Engine& engine, const ToldHistory& told) {
  const auto head = engine.view()->revision();
  REQUIRE(head == told.head());
  for (std::uint64_t revision = 1; revision <= head.number; ++revision) {
    INFO("revision " << revision);
    const auto view = engine.view_at(Revision{revision});
    REQUIRE(view.has_value());
    REQUIRE((*view)->revision().number == revision);
    require_view(**view, {revision}, told);
    if (revision % 32 == 0) require_ledger_of(*(*view)->snapshot, told, {revision});
  }
  require_view(*engine.view(), head, told);
  require_ledger_of(*engine.view()->snapshot, told, head);
}

void check_fork(const std::filesystem::path& directory, TestWorld& world, const ToldHistory& told,
                Revision at) {
  INFO("a fork at revision " << at.number);
  const ScratchDirectory scratch;
  const auto target = scratch.path() / "fork";
  const auto forked = storage::fork(directory, at, target, nullptr);
  const auto wanted = may_fork(told, at);
  INFO((forked ? "" : forked.error().message));
  if (wanted) REQUIRE(forked.has_value() == *wanted);
  if (!forked) {
    REQUIRE(forked.error().reason == Reason::kExpired);
    return;
  }
  REQUIRE(forked->as_of == at);
  for (auto dropped = forked->head.revision.next(); dropped <= at; dropped = dropped.next()) {
    REQUIRE(told.may_lack_record(dropped));
  }
  {
    const auto store = storage::Store::open({.directory = target, .read_only = true});
    REQUIRE(store.has_value());
    REQUIRE(verified(**store).chain == forked->head.chain);
    require_ledger_of(*(*store)->snapshot(), told, at);
  }
  const auto engine = open_told(told_options(target, /*read_only=*/true), world);
  REQUIRE(engine->view()->revision() == forked->head.revision);
  require_view(*engine->view(), at, told);
}

void check_log(const std::filesystem::path& directory, const ToldHistory& told) {
  const auto store = storage::Store::open({.directory = directory, .read_only = true});
  REQUIRE(store.has_value());
  verified(**store);
  const auto snapshot = (*store)->snapshot();
  REQUIRE(snapshot->head().revision == told.head());
  Fold fold(*snapshot, told);
  Revision folded;
  const auto read = snapshot->events({}, told.head(), [&](const storage::Event& event) {
    for (; folded < event.revision; folded = folded.next()) fold.require_state(folded);
    fold.add(event);
    return true;
  });
  REQUIRE(read.has_value());
  REQUIRE(folded == told.head());
  fold.require_state(folded);
}

}  // namespace gatefold::test
