#include "engine/replay/account.h"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "engine/gap.h"
#include "engine/replay/remains.h"
#include "engine/replay/restate.h"
#include "schema/json.h"

namespace gatefold::engine {
namespace {

using storage::EventType;

struct Traces {
  ObjectTrace history;
  ObjectTrace replay;
};

std::string unknown_content(Revision revision, std::string_view gap) {
  return fmt::format("the content of revision {} is not known: {}", revision.number, gap);
}

class Account {
 public:
  bool is_truncated() const { return is_truncated_; }
  std::map<ObjectKey, Traces>& traces() { return traces_; }

  static bool is_compared(std::string_view resource) {
    return resource != "events" && resource != "leases.coordination.k8s.io";
  }

  void note(const storage::Event& event, ObjectTrace Traces::* side) {
    auto found = traces_.find(event.key);
    if (found == traces_.end()) {
      if (traces_.size() == kAccountObjectsMax) {
        is_truncated_ = true;
        return;
      }
      found = traces_.emplace(event.key, Traces{}).first;
    }
    auto& trace = found->second.*side;
    ++trace.writes;
    // Who deletes gives no statuses.
    const auto gap = event.type == EventType::kDeleted ? "" : body_gap(event);
    if (!gap.empty()) trace.way_gap = unknown_content(event.revision, gap);
    for (const auto& transition : event.transitions) trace.note(transition);
    if (trace.is_cut_off()) is_truncated_ = true;
  }

  // What was written to an object before it was put was written to another one.
  void forget_replay(const ObjectKey& key) {
    const auto found = traces_.find(key);
    if (found == traces_.end()) return;
    found->second.replay = {};
    if (found->second.history.writes == 0) traces_.erase(found);
  }

 private:
  std::map<ObjectKey, Traces> traces_;
  bool is_truncated_ = false;
};

bool is_restated(const storage::Event& event) {
  return std::ranges::any_of(event.audit_annotations, [](const storage::AuditAnnotation& note) {
    return note.key == kHistoryRevision;
  });
}

Result<Value> parse_object(std::string_view body) {
  auto parsed = parse_json(body);
  if (!parsed) return internal_error("a stored object is no JSON");
  return std::move(parsed->value);
}

Result<bool> names_nobody(const storage::Snapshot& history, const UnderTest& under_test) {
  bool is_found = false;
  auto read =
      history.outlines({}, history.head().revision, [&](const storage::EventOutline& outline) {
        is_found = under_test.wrote(outline.user, outline.field_manager, outline.user_agent);
        return !is_found;
      });
  if (!read) return std::unexpected(std::move(read.error()));
  return !is_found;
}

Result<void> trace_history(const storage::Snapshot& history, const UnderTest& under_test,
                           ReplayReport& report, Account& account) {
  Result<void> traced;
  auto read =
      history.outlines(report.from, report.until, [&](const storage::EventOutline& outline) {
        if (!under_test.wrote(outline.user, outline.field_manager, outline.user_agent)) return true;
        if (!Account::is_compared(outline.resource)) {
          ++report.uncompared_history;
          return true;
        }
        auto event = history.event(outline.revision);
        if (!event) {
          traced = std::unexpected(std::move(event.error()));
        } else if (!*event) {
          traced = internal_error("a record of the history is gone while it is read");
        } else {
          account.note(**event, &Traces::history);
        }
        return traced.has_value();
      });
  return traced ? read : traced;
}

Result<void> add_objects(const ObjectKey& key, const storage::Snapshot& history, const View& replay,
                         Revision until, Traces& traces) {
  auto then = until.number == 0 ? Result<std::optional<storage::PastObject>>()
                                : history.object_at(key, until);
  if (!then && then.error().reason != Reason::kExpired) {
    return std::unexpected(std::move(then.error()));
  }
  if (!then) {
    traces.history.gap = std::move(then.error().message);
  } else if (*then) {
    const auto gap = stand_in_gap(history, (*then)->revision);
    if (!gap) return std::unexpected(gap.error());
    if (!gap->empty()) traces.history.gap = unknown_content((*then)->revision, *gap);
    auto object = parse_object((*then)->body);
    if (!object) return std::unexpected(std::move(object.error()));
    traces.history.object = std::move(*object);
  }
  auto now = replay.snapshot->get(key);
  if (!now) return std::unexpected(std::move(now.error()));
  if (*now) {
    auto object = parse_object((*now)->body);
    if (!object) return std::unexpected(std::move(object.error()));
    traces.replay.object = std::move(*object);
  }
  return {};
}

Result<std::vector<std::string>> dropped_since(const storage::Snapshot& history, Revision from) {
  const auto all = history.kept();
  if (!all) return std::unexpected(all.error());
  std::vector<std::string> dropped;
  for (const auto& [resource, kept] : *all) {
    if (Account::is_compared(resource) && kept.last_dropped > from) dropped.push_back(resource);
  }
  return dropped;
}

const SchemaNode* schema_of(const View& view, const std::string& resource) {
  const auto* kind = view.catalog->find_resource(resource);
  return kind == nullptr ? nullptr : kind->storage_version().schema.get();
}

JsonArray texts_of(const std::vector<std::string>& statuses) {
  JsonArray texts;
  for (const auto& status : statuses) texts.emplace_back(status);
  return texts;
}

JsonObject object_json(const ObjectComparison& object) {
  JsonArray fields;
  for (const auto& field : object.fields) {
    JsonObject line{{"path", field.path}, {"change", change_word(field.type)}};
    if (field.type != ChangeType::kAdded) line["history"] = field.old_value;
    if (field.type != ChangeType::kRemoved) line["replay"] = field.new_value;
    fields.emplace_back(std::move(line));
  }
  JsonArray conditions;
  for (const auto& moves : object.conditions) {
    conditions.emplace_back(JsonObject{{"path", moves.path},
                                       {"type", moves.type},
                                       {"order", order_word(moves.order)},
                                       {"history", texts_of(moves.history)},
                                       {"replay", texts_of(moves.replay)}});
  }
  return {{"object", to_string(object.key)},
          {"equal", object.is_equal()},
          {"gap", object.gap},
          {"writes", {{"history", object.history_writes}, {"replay", object.replay_writes}}},
          {"fields", std::move(fields)},
          {"conditions", std::move(conditions)}};
}

}  // namespace

bool ReplayReport::is_equal() const {
  return !is_truncated && !names_nobody && dropped.empty() && failure.empty() && !on_way_to &&
         std::ranges::all_of(objects, &ObjectComparison::is_equal);
}

std::string_view ReplayReport::verdict() const {
  if (!failure.empty()) return "failed";
  if (std::ranges::any_of(objects, &ObjectComparison::differs)) return "different";
  return is_equal() ? "equal" : "unknown";
}

Result<ReplayReport> account(const storage::Snapshot& history, const View& replay,
                             const UnderTest& under_test, const ReplayProgress& progress) {
  ReplayReport report{.from = progress.begun_at,
                      .until = progress.at,
                      .objects = {},
                      .gaps = progress.gaps,
                      .on_way_to = progress.on_way_to};
  Account account;
  if (auto traced = trace_history(history, under_test, report, account); !traced) {
    return std::unexpected(std::move(traced.error()));
  }
  const auto visit = [&](const storage::Event& event) {
    if (is_restated(event)) {
      if (event.revision <= progress.put_own) account.forget_replay(event.key);
    } else if (Account::is_compared(event.key.resource)) {
      account.note(event, &Traces::replay);
    } else {
      ++report.uncompared_replay;
    }
    return true;
  };
  auto read = replay.snapshot->events(progress.begun_own, replay.revision(), visit);
  if (!read) return std::unexpected(std::move(read.error()));
  auto dropped = dropped_since(history, report.from);
  if (!dropped) return std::unexpected(std::move(dropped.error()));
  report.dropped = std::move(*dropped);
  report.is_truncated = account.is_truncated();
  auto& left = account.traces();
  const bool is_idle =
      left.empty() && report.uncompared_history == 0 && report.uncompared_replay == 0;
  if (is_idle && !under_test.empty()) {
    const auto nobody = names_nobody(history, under_test);
    if (!nobody) return std::unexpected(nobody.error());
    report.names_nobody = *nobody;
  }
  while (!left.empty()) {
    // Out of the map, so that no two have their objects parsed at a time.
    auto node = left.extract(left.begin());
    const auto& key = node.key();
    auto& traces = node.mapped();
    if (report.on_way_to) {
      traces.history.gap = traces.history.way_gap = "what is half way between two revisions";
    } else if (auto added = add_objects(key, history, replay, report.until, traces); !added) {
      return std::unexpected(std::move(added.error()));
    }
    if (std::ranges::find(report.dropped, key.resource) != report.dropped.end()) {
      traces.history.way_gap = "the way there, of which events are no longer kept";
    }
    report.objects.push_back(compare_traces(
        key, std::move(traces.history), std::move(traces.replay), schema_of(replay, key.resource)));
  }
  return report;
}

JsonObject report_json(const ReplayReport& report) {
  JsonArray objects;
  for (const auto& object : report.objects) objects.emplace_back(object_json(object));
  JsonObject document{
      {"equal", report.is_equal()},
      {"verdict", report.verdict()},
      {"from", report.from.number},
      {"until", report.until.number},
      {"refused", report.refused},
      {"uncompared",
       {{"history", report.uncompared_history}, {"replay", report.uncompared_replay}}},
      {"gaps", gaps_json(report.gaps)},
      {"dropped", JsonArray(report.dropped.begin(), report.dropped.end())},
      {"truncated", report.is_truncated},
      {"objects", std::move(objects)}};
  if (report.names_nobody) document["namesNobody"] = true;
  if (!report.failure.empty()) document["failure"] = report.failure;
  if (report.on_way_to) document["onWayTo"] = report.on_way_to->number;
  return document;
}

}  // namespace gatefold::engine
