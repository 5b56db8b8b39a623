#include "engine/replay/player.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "engine/compose.h"
#include "engine/definitions.h"
#include "schema/json.h"
#include "schema/meta.h"

namespace gatefold::engine {
namespace {

using storage::EventType;

// Commands that wait for the writer at once: more would only hold more bodies.
constexpr std::size_t kBatchMax = 64;
// Changes that are read before a View is let go.
constexpr std::size_t kRowsMax = 256;
// How often another one may take the name before the history's object has it.
constexpr int kReplacementsMax = 8;

// Who puts a state: nobody of the history.
const storage::Actor kReplayActor{"system:replay", "gatefold", "gatefold-replay", "update", ""};

std::shared_ptr<const Restatement> removal_of(const storage::Event& event) {
  auto removal = std::make_shared<Restatement>();
  removal->event = event;
  removal->event.type = EventType::kDeleted;
  return removal;
}

storage::Event event_about(const Kind& kind, ObjectKey key, Revision revision) {
  storage::Event event;
  event.revision = revision;
  event.group = kind.group;
  event.version = kind.storage_version().name;
  event.kind = kind.kind;
  event.key = std::move(key);
  event.schema_id = kind.storage_version().schema_id;
  event.actor = kReplayActor;
  return event;
}

struct Row {
  ObjectKey key;
  Revision revision;
  std::string schema_id;
  Body body;
};

// The rows of a kind behind `after`, at most kRowsMax.
Result<std::vector<Row>> rows_of(const storage::Snapshot& snapshot, const Kind& kind,
                                 const std::optional<ObjectKey>& after) {
  std::vector<Row> rows;
  auto read = snapshot.scan(kind.resource, "", after, [&](const storage::RowView& row) {
    rows.push_back({{kind.resource, std::string(row.name_space), std::string(row.name)},
                    row.revision,
                    std::string(row.schema_id),
                    std::make_shared<const std::string>(row.body)});
    return rows.size() < kRowsMax;
  });
  if (!read) return std::unexpected(std::move(read.error()));
  return rows;
}

bool has_objects(const Kind& kind) {
  return !kind.is_view() && !kind.is_review;
}

}  // namespace

// Restatements on their way to the writer, in order.
class Player::Batch {
 public:
  explicit Batch(Player& player) : player_(player) {}

  Result<void> add(Restatement restatement) {
    // One that appears may have to be said twice, and what follows on it has to wait for that.
    const bool appears = restatement.after != nullptr && restatement.before == nullptr;
    const bool must_wait = appearing_.contains(restatement.event.key);
    if (waiting_.size() == kBatchMax || must_wait) {
      if (auto done = finish(); !done) return done;
    }
    if (appears) appearing_.insert(restatement.event.key);
    waiting_.push_back(std::make_shared<const Restatement>(std::move(restatement)));
    return {};
  }

  Result<void> finish() {
    std::vector<Command> commands;
    for (const auto& restatement : waiting_) commands.push_back(restating(restatement));
    auto outcomes = player_.engine_.execute_all(std::move(commands));
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
      auto outcome = std::move(outcomes[i]);
      for (int attempt = 0; !outcome && outcome.error().reason == Reason::kAlreadyExists &&
                            attempt < kReplacementsMax;
           ++attempt) {
        count(player_.engine_.execute(restating(removal_of(waiting_[i]->event))), true);
        outcome = player_.engine_.execute(restating(waiting_[i]));
      }
      if (!outcome) return std::unexpected(std::move(outcome.error()));
      // What came and went at once is missed by nobody.
      const bool came_and_went = waiting_[i]->after == nullptr && !waiting_[i]->is_single;
      count(outcome, waiting_[i]->is_exact || came_and_went);
    }
    waiting_.clear();
    appearing_.clear();
    return {};
  }

 private:
  void count(const Result<Outcome>& outcome, bool may_be_nothing) {
    if (outcome && outcome->effect != Outcome::Effect::kUnchanged) {
      ++player_.progress_.restated;
    } else if (!may_be_nothing) {
      ++player_.progress_.unheard;
    }
  }

  Player& player_;
  std::vector<std::shared_ptr<const Restatement>> waiting_;
  std::set<ObjectKey> appearing_;
};

Player::Player(std::shared_ptr<const storage::Snapshot> history, Engine& engine,
               UnderTest under_test)
    : history_(std::move(history)), engine_(engine), under_test_(std::move(under_test)) {}

Result<CatalogPtr> Player::catalog_of(const storage::Snapshot& snapshot) const {
  Definitions definitions(core_catalog());
  if (auto loaded = definitions.load(snapshot); !loaded) {
    return std::unexpected(std::move(loaded.error()));
  }
  return definitions.catalog();
}

// `then` may be nullptr: nothing was there.
Result<void> Player::remove_what_is_not_in(const Catalog& catalog, const storage::Snapshot* then,
                                           bool definitions) {
  for (const auto& kind : catalog.kinds()) {
    if (!has_objects(*kind) || (kind->resource == kDefinitions) != definitions) continue;
    Batch batch(*this);
    std::optional<ObjectKey> after;
    for (bool has_more = true; has_more;) {
      auto rows = rows_of(*engine_.view()->snapshot, *kind, after);
      if (!rows) return std::unexpected(std::move(rows.error()));
      has_more = rows->size() == kRowsMax;
      for (auto& row : *rows) {
        after = row.key;
        auto was =
            then == nullptr ? Result<std::optional<storage::StoredObject>>() : then->get(row.key);
        if (!was) return std::unexpected(std::move(was.error()));
        const auto parsed = parse_json(*row.body);
        if (*was && parsed && uid_of(parsed->value) == to_string((*was)->uid)) continue;
        Restatement removal{.event = event_about(*kind, std::move(row.key), {}), .is_exact = true};
        if (auto goes_on = may_go_on(); !goes_on) return goes_on;
        if (auto added = batch.add(std::move(removal)); !added) return added;
      }
    }
    if (auto done = batch.finish(); !done) return done;
  }
  return {};
}

Result<void> Player::put_objects(const Kind& kind, const storage::Snapshot& then) {
  Batch batch(*this);
  std::optional<ObjectKey> after;
  for (bool has_more = true; has_more;) {
    auto rows = rows_of(then, kind, after);
    if (!rows) return std::unexpected(std::move(rows.error()));
    has_more = rows->size() == kRowsMax;
    for (auto& row : *rows) {
      after = row.key;
      Restatement put{.event = event_about(kind, std::move(row.key), row.revision),
                      .after = std::move(row.body),
                      .is_exact = true};
      put.event.schema_id = std::move(row.schema_id);
      if (auto goes_on = may_go_on(); !goes_on) return goes_on;
      if (auto added = batch.add(std::move(put)); !added) return added;
    }
  }
  return batch.finish();
}

Result<void> Player::may_go_on() const {
  if (!interrupted_) return {};
  return unavailable(fmt::format("the replay was ended on its way from revision {} of the history",
                                 progress_.at.number));
}

Result<void> Player::put_state(Revision revision) {
  progress_ = {};
  std::shared_ptr<const storage::Snapshot> then;
  auto catalog = core_catalog();
  if (revision.number > 0) {
    auto past = history_->at(revision);
    if (!past) return std::unexpected(std::move(past.error()));
    then = std::move(*past);
    auto kinds = catalog_of(*then);
    if (!kinds) return std::unexpected(std::move(kinds.error()));
    catalog = std::move(*kinds);
  }
  const auto current = engine_.view()->catalog;
  for (const bool definitions : {false, true}) {
    auto removed = remove_what_is_not_in(*current, then.get(), definitions);
    if (!removed) return removed;
  }
  for (const bool definitions : {true, false}) {
    for (const auto& kind : catalog->kinds()) {
      const bool is_turn = (kind->resource == kDefinitions) == definitions;
      if (then == nullptr || !has_objects(*kind) || !is_turn) continue;
      if (auto put = put_objects(*kind, *then); !put) return put;
    }
  }
  progress_ = {.begun_at = revision, .begun_own = engine_.view()->revision()};
  return reached(revision);
}

Result<void> Player::reached(Revision revision) {
  progress_.at = revision;
  if (revision.number == 0) return {};
  auto event = history_->event(revision);
  if (!event) return std::unexpected(std::move(event.error()));
  if (*event) progress_.time = (*event)->time;
  return {};
}

Result<Restatement> Player::restatement_of(const FoldedChange& change) const {
  auto event = history_->event(change.to);
  if (!event) return std::unexpected(std::move(event.error()));
  if (!*event) return internal_error(fmt::format("the history has no {}", change.to.number));
  Restatement restatement{.event = std::move(**event), .is_single = change.is_single};
  restatement.event.type = change.type;
  if (change.type == EventType::kDeleted) return restatement;
  const auto read = [&](Revision revision, Body& body) -> Result<void> {
    auto text = history_->body(revision);
    if (!text) return std::unexpected(std::move(text.error()));
    body = std::make_shared<const std::string>(std::move(*text));
    return {};
  };
  if (change.from.number > 0) {
    if (auto got = read(change.from, restatement.before); !got) {
      return std::unexpected(std::move(got.error()));
    }
  }
  if (auto got = read(change.to, restatement.after); !got) {
    return std::unexpected(std::move(got.error()));
  }
  return restatement;
}

Result<void> Player::play(Revision until) {
  until = std::min(until, history_->head().revision);
  Batch batch(*this);
  for (auto revision = progress_.at.next(); revision <= until; revision = revision.next()) {
    auto event = history_->event(revision);
    if (!event) return std::unexpected(std::move(event.error()));
    const auto& actor = (*event)->actor;
    if (under_test_.wrote(actor.user, actor.field_manager, actor.user_agent)) {
      ++progress_.withheld;
      continue;
    }
    auto restatement = restatement_of({(*event)->type, (*event)->previous, revision, true});
    if (!restatement) return std::unexpected(std::move(restatement.error()));
    if (auto added = batch.add(std::move(*restatement)); !added) return added;
    ++progress_.shown;
  }
  if (auto done = batch.finish(); !done) return done;
  return reached(std::max(until, progress_.at));
}

Result<void> Player::pass_to(Revision until) {
  while (progress_.at < std::min(until, history_->head().revision)) {
    auto folded = fold_history(*history_, progress_.at, until, under_test_);
    if (!folded) return std::unexpected(std::move(folded.error()));
    Batch batch(*this);
    for (const auto& change : folded->changes) {
      if (auto goes_on = may_go_on(); !goes_on) return goes_on;
      auto restatement = restatement_of(change);
      if (!restatement) return std::unexpected(std::move(restatement.error()));
      if (auto added = batch.add(std::move(*restatement)); !added) return added;
    }
    if (auto done = batch.finish(); !done) return done;
    progress_.shown += folded->events - folded->withheld;
    progress_.withheld += folded->withheld;
    if (auto at = reached(folded->until); !at) return at;
  }
  return {};
}

}  // namespace gatefold::engine
