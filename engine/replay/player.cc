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
#include "storage/redact.h"

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

// All of both that have objects; that of definitions comes last.
std::vector<KindPtr> kinds_of(const Catalog& now, const Catalog& then) {
  std::vector<KindPtr> kinds;
  for (const auto* catalog : {&then, &now}) {
    for (const auto& kind : catalog->kinds()) {
      const bool is_there = catalog == &now && then.find_resource(kind->resource) != nullptr;
      if (has_objects(*kind) && !is_there) kinds.push_back(kind);
    }
  }
  std::ranges::partition(kinds, [](const KindPtr& kind) { return kind->resource != kDefinitions; });
  return kinds;
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
        outcome = player_.engine_.execute(restating(removal_of(waiting_[i]->event)));
        if (outcome) outcome = player_.engine_.execute(restating(waiting_[i]));
      }
      if (!outcome) return std::unexpected(std::move(outcome.error()));
      // What came and went at once is missed by nobody.
      const bool came_and_went = waiting_[i]->after == nullptr && !waiting_[i]->is_single;
      const bool is_unheard = outcome->effect == Outcome::Effect::kUnchanged;
      if (is_unheard && !waiting_[i]->is_exact && !came_and_went) ++player_.progress_.unheard;
    }
    waiting_.clear();
    appearing_.clear();
    return {};
  }

 private:
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
Result<void> Player::remove_what_is_not_in(const std::vector<KindPtr>& kinds,
                                           const storage::Snapshot* then) {
  for (const auto& kind : kinds) {
    Batch batch(*this);
    std::optional<ObjectKey> after;
    for (bool has_more = true; has_more;) {
      auto rows = rows_of(*engine_.view()->snapshot, *kind, after);
      if (!rows) return std::unexpected(std::move(rows.error()));
      has_more = rows->size() == kRowsMax;
      for (auto& row : *rows) {
        after = row.key;
        const auto parsed = parse_json(*row.body);
        const auto uid = parsed ? uid_of(parsed->value) : std::string_view();
        const auto stays = then == nullptr ? Result<bool>(false) : is_there(row.key, uid, *then);
        if (!stays) return std::unexpected(stays.error());
        if (*stays) continue;
        Restatement removal{.event = event_about(*kind, std::move(row.key), {}), .is_exact = true};
        if (auto goes_on = may_go_on(); !goes_on) return goes_on;
        if (auto added = batch.add(std::move(removal)); !added) return added;
      }
    }
    if (auto done = batch.finish(); !done) return done;
  }
  return {};
}

// Whether the object of that uid was there then, as far as can be told.
Result<bool> Player::is_there(const ObjectKey& key, std::string_view uid,
                              const storage::Snapshot& then) const {
  auto was = then.get(key);
  if (!was && was.error().reason != Reason::kExpired) return std::unexpected(was.error());
  if (was) {
    if (!*was) return false;
    const auto gap = stand_in_gap(*history_, (*was)->revision);
    if (!gap) return std::unexpected(gap.error());
    if (gap->empty()) return to_string((*was)->uid) == uid;
  }
  const auto last = last_remaining(*history_, key, then.head().revision, interrupted_);
  if (!last) return std::unexpected(last.error());
  if (!*last) return false;
  const auto parsed = parse_json(*(*last)->body);
  return parsed && uid_of(parsed->value) == uid;
}

Result<void> Player::put_objects(const Kind& kind, const storage::Snapshot& then) {
  Batch batch(*this);
  std::optional<ObjectKey> after;
  for (bool has_more = true; has_more;) {
    auto rows = rows_of(then, kind, after);
    if (!rows && rows.error().reason == Reason::kExpired) {
      if (auto done = batch.finish(); !done) return done;
      return put_remaining_objects(kind, then.head().revision);
    }
    if (!rows) return std::unexpected(std::move(rows.error()));
    has_more = rows->size() == kRowsMax;
    for (auto& row : *rows) {
      after = row.key;
      if (auto goes_on = may_go_on(); !goes_on) return goes_on;
      const auto gap = stand_in_gap(*history_, row.revision);
      if (!gap) return std::unexpected(gap.error());
      if (!gap->empty()) {
        auto put = put_remaining(kind, {std::move(row.key), row.revision}, batch);
        if (!put) return put;
        continue;
      }
      Restatement put{.event = event_about(kind, std::move(row.key), row.revision),
                      .after = std::move(row.body),
                      .is_exact = true};
      put.event.schema_id = std::move(row.schema_id);
      if (auto added = batch.add(std::move(put)); !added) return added;
    }
  }
  return batch.finish();
}

Result<void> Player::put_remaining_objects(const Kind& kind, Revision revision) {
  auto objects = remaining_objects(*history_, kind.resource, revision);
  if (!objects) return std::unexpected(std::move(objects.error()));
  Batch batch(*this);
  for (auto& object : *objects) {
    if (auto put = put_remaining(kind, std::move(object), batch); !put) return put;
  }
  return batch.finish();
}

Result<void> Player::put_remaining(const Kind& kind, RemainingObject object, Batch& batch) {
  if (auto goes_on = may_go_on(); !goes_on) return goes_on;
  auto shown = last_remaining(*history_, object.key, object.revision, interrupted_);
  if (!shown) return std::unexpected(std::move(shown.error()));
  if (!*shown || (*shown)->revision != object.revision) {
    progress_.gaps.add(object.revision, object.key);
  }
  if (!*shown) return {};
  const auto event = history_->event((*shown)->revision);
  if (!event) return std::unexpected(event.error());
  Restatement put{.event = event_about(kind, std::move(object.key), (*shown)->revision),
                  .after = std::move((*shown)->body),
                  .is_exact = true};
  put.event.schema_id = (*event)->schema_id;
  return batch.add(std::move(put));
}

Result<Player::Past> Player::past_at(Revision revision) const {
  Past past{.catalog = core_catalog()};
  if (revision.number == 0) return past;
  auto lacking = lacking_at(*history_, revision);
  if (!lacking) return std::unexpected(std::move(lacking.error()));
  past.lacking = std::move(*lacking);
  auto then = history_->at(revision);
  if (!then) return std::unexpected(std::move(then.error()));
  past.then = std::move(*then);
  auto kinds = catalog_of(*past.then);
  if (!kinds) return std::unexpected(std::move(kinds.error()));
  past.catalog = std::move(*kinds);
  return past;
}

Result<void> Player::check_state(Revision revision) const {
  const auto past = past_at(revision);
  return past ? Result<void>() : std::unexpected(past.error());
}

Result<void> Player::may_go_on() const {
  if (!interrupted_) return {};
  return unavailable(fmt::format("the replay was ended on its way from revision {} of the history",
                                 progress_.at.number));
}

Result<void> Player::put_state(Revision revision) {
  auto past = past_at(revision);
  if (!past) return std::unexpected(std::move(past.error()));
  const auto* then = past->then.get();
  const auto counts = engine_.counts();
  progress_ = {.on_way_to = revision,
               .begun_at = revision,
               .begun_own = engine_.view()->revision(),
               .begun_written = counts.written,
               .begun_refused = counts.refused};
  progress_.gaps.lacking = std::move(past->lacking);
  const auto kinds = kinds_of(*engine_.view()->catalog, *past->catalog);
  if (auto removed = remove_what_is_not_in(kinds, then); !removed) return removed;
  for (const bool definitions : {true, false}) {
    for (const auto& kind : past->catalog->kinds()) {
      const bool is_turn = (kind->resource == kDefinitions) == definitions;
      if (then == nullptr || !has_objects(*kind) || !is_turn) continue;
      if (auto put = put_objects(*kind, *then); !put) return put;
    }
  }
  // Once more, where somebody wrote meanwhile: what was made of a kind that had been gone through.
  if (engine_.counts().written != counts.written) {
    if (auto removed = remove_what_is_not_in(kinds, then); !removed) return removed;
  }
  progress_.put_own = engine_.view()->revision();
  return reached(revision);
}

Result<void> Player::reached(Revision revision) {
  progress_.at = revision;
  progress_.on_way_to.reset();
  if (revision.number == 0) return {};
  const auto then = history_->at(revision);
  if (!then) return std::unexpected(then.error());
  const auto head = (*then)->read_head();
  if (!head) return std::unexpected(head.error());
  progress_.time = head->time;
  return {};
}

Result<std::optional<Revision>> Player::next() const {
  std::optional<Revision> found;
  auto read = history_->outlines(progress_.at, history_->head().revision,
                                 [&](const storage::EventOutline& outline) {
                                   found = outline.revision;
                                   return false;
                                 });
  if (!read) return std::unexpected(std::move(read.error()));
  return found;
}

// Of the version that the change was made to, or of the last one before it that can be read; null
// where none can.
Result<Body> Player::body_before(const FoldedChange& change, const ObjectKey& key,
                                 bool& is_single) const {
  auto body = remaining_body(*history_, change.from);
  if (!body || *body != nullptr) return body;
  is_single = false;
  auto last = last_remaining(*history_, key, change.from, interrupted_);
  if (!last) return std::unexpected(std::move(last.error()));
  return *last ? std::move((*last)->body) : nullptr;
}

// Nothing where the content of what it changes to can't be read, and where a history tells of
// itself.
Result<std::optional<Restatement>> Player::restatement_of(FoldedChange change) {
  auto event = history_->event(change.to);
  if (!event) return std::unexpected(std::move(event.error()));
  if (!*event) return internal_error(fmt::format("the history has no {}", change.to.number));
  Restatement restatement{.event = std::move(**event), .is_single = change.is_single};
  restatement.event.type = change.type;
  if (change.type == EventType::kDeleted) return restatement;
  const auto key = restatement.event.key;
  if (key.resource == storage::kRedactions) return std::nullopt;
  auto after = remaining_body(*history_, change.to);
  if (!after) return std::unexpected(std::move(after.error()));
  if (*after == nullptr) {
    progress_.gaps.add(change.to, key);
    if (change.is_single) return std::nullopt;
    auto last = last_remaining(*history_, key, change.to, interrupted_);
    if (!last) return std::unexpected(std::move(last.error()));
    if (!*last || (*last)->revision <= change.from) return std::nullopt;
    change.to = (*last)->revision;
    *after = std::move((*last)->body);
    event = history_->event(change.to);
    if (!event) return std::unexpected(std::move(event.error()));
    restatement.event = std::move(**event);
    restatement.event.type = change.type;
  }
  restatement.after = std::move(*after);
  if (change.from.number == 0) return restatement;
  auto before = body_before(change, key, restatement.is_single);
  if (!before) return std::unexpected(std::move(before.error()));
  restatement.before = std::move(*before);
  return restatement;
}

Result<void> Player::say(const FoldedChange& change, Batch& batch) {
  auto restatement = restatement_of(change);
  if (!restatement) return std::unexpected(std::move(restatement.error()));
  return *restatement ? batch.add(std::move(**restatement)) : Result<void>();
}

Result<void> Player::play(Revision until) {
  until = std::min(until, history_->head().revision);
  progress_.on_way_to = until;
  Batch batch(*this);
  Result<void> said;
  const auto visit = [&](const storage::EventOutline& event) {
    if (under_test_.wrote(event.user, event.field_manager, event.user_agent)) {
      ++progress_.withheld;
      return true;
    }
    const auto missed = progress_.gaps.events;
    said = say({event.type, event.previous, event.revision, true}, batch);
    if (progress_.gaps.events == missed) ++progress_.shown;
    return said.has_value();
  };
  auto read = outline_remains(*history_, progress_.at, until, visit, progress_.gaps);
  if (!read) return std::unexpected(std::move(read.error()));
  if (!said) return said;
  if (auto done = batch.finish(); !done) return done;
  return reached(std::max(until, progress_.at));
}

Result<void> Player::pass_to(Revision until) {
  until = std::min(until, history_->head().revision);
  while (progress_.at < until) {
    auto folded =
        fold_history(*history_, progress_.at, until, under_test_, interrupted_, progress_.gaps);
    if (!folded) return std::unexpected(std::move(folded.error()));
    if (auto goes_on = may_go_on(); !goes_on) return goes_on;
    progress_.on_way_to = folded->until;
    Batch batch(*this);
    const auto dropped = progress_.gaps.events;
    for (const auto& change : folded->changes) {
      if (auto goes_on = may_go_on(); !goes_on) return goes_on;
      if (auto said = say(change, batch); !said) return said;
    }
    if (auto done = batch.finish(); !done) return done;
    const auto missed = progress_.gaps.events - dropped;
    progress_.shown += folded->events - folded->withheld - missed;
    progress_.withheld += folded->withheld;
    if (auto at = reached(folded->until); !at) return at;
  }
  return {};
}

}  // namespace gatefold::engine
