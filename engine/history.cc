#include "engine/history.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "engine/definitions.h"
#include "engine/exact_line.h"
#include "engine/gap.h"
#include "schema/json.h"
#include "schema/time.h"
#include "storage/digest.h"

namespace gatefold::engine {

std::string_view type_word(storage::EventType type) {
  switch (type) {
    case storage::EventType::kAdded:
      return "ADDED";
    case storage::EventType::kModified:
      return "MODIFIED";
    case storage::EventType::kDeleted:
      return "DELETED";
  }
  return "";
}

JsonObject actor_object(const storage::Actor& actor) {
  JsonObject object{{"user", actor.user}};
  if (!actor.field_manager.empty()) object["fieldManager"] = actor.field_manager;
  if (!actor.user_agent.empty()) object["userAgent"] = actor.user_agent;
  if (!actor.verb.empty()) object["verb"] = actor.verb;
  if (!actor.subresource.empty()) object["subresource"] = actor.subresource;
  return object;
}

JsonObject key_object(const ObjectKey& key) {
  JsonObject object{{"resource", key.resource}};
  if (!key.name_space.empty()) object["namespace"] = key.name_space;
  object["name"] = key.name;
  return object;
}

JsonObject key_object(const ObjectKey& key, const Uid& uid) {
  auto object = key_object(key);
  object["uid"] = to_string(uid);
  return object;
}

JsonObject transition_object(const storage::Transition& transition) {
  JsonObject object{{"path", transition.path},
                    {"type", transition.type},
                    {"oldStatus", transition.old_status},
                    {"newStatus", transition.new_status}};
  if (!transition.reason.empty()) object["reason"] = transition.reason;
  if (!transition.message.empty()) object["message"] = transition.message;
  if (transition.observed_generation != 0)
    object["observedGeneration"] = transition.observed_generation;
  object["transitionTime"] = format_nanos(transition.transition_time);
  return object;
}

JsonArray repairs_array(const storage::Event& event) {
  JsonArray repairs;
  for (const auto& repair : event.repairs) {
    JsonObject one{{"rule", repair.rule}, {"path", repair.path}, {"type", repair.type}};
    // The record has 1970 for what was no time.
    if (repair.claimed != Time{}) one["claimed"] = format_nanos(repair.claimed);
    one["kept"] = format_nanos(repair.kept);
    repairs.emplace_back(std::move(one));
  }
  return repairs;
}

JsonObject audit_object(const storage::Event& event) {
  JsonObject annotations;
  for (const auto& [key, value] : event.audit_annotations) annotations[key] = value;
  return annotations;
}

namespace {

std::string event_line(const storage::Event& event, bool is_exact) {
  JsonObject line{
      {"revision", event.revision.number},
      {"time", format_nanos(event.time)},
      {"type", type_word(event.type)},
      {"object", key_object(event.key, event.uid)},
      {"kind", event.kind},
      {"apiVersion", event.group.empty() ? event.version : event.group + "/" + event.version},
      {"generation", event.generation.number},
      {"previous", event.previous.number},
      {"actor", actor_object(event.actor)}};
  if (event.deleting) line["deleting"] = true;
  if (!event.transitions.empty()) {
    JsonArray transitions;
    for (const auto& transition : event.transitions)
      transitions.emplace_back(transition_object(transition));
    line["transitions"] = std::move(transitions);
  }
  if (!event.repairs.empty()) line["repairs"] = repairs_array(event);
  if (!event.audit_annotations.empty()) line["auditAnnotations"] = audit_object(event);
  if (is_exact) add_exact_members(line, event);
  return to_json(line);
}

// The line with its last brace replaced by what is known of the body.
Result<std::string> with_body(const storage::Snapshot& snapshot, const storage::Event& event,
                              std::string line) {
  line.pop_back();
  auto body = snapshot.body(event.revision);
  if (!body && body.error().reason != Reason::kExpired) return std::unexpected(body.error());
  const auto gap = body ? body_gap(event) : std::string_view(body.error().message);
  if (!gap.empty()) {
    line += ",\"bodyGap\":";
    append_json_string(line, gap);
  }
  if (!body) return line + "}";
  line += ",\"body\":";
  storage::append_spliced(line, *body, storage::find_splice(*body), event.revision);
  return line + "}";
}

std::string sighting_line(const storage::Sighting& sighting) {
  return to_json(JsonObject{{"sighting", sighting.rule},
                            {"object", key_object(sighting.key)},
                            {"writer", sighting.writer},
                            {"count", sighting.count},
                            {"first", format_nanos(sighting.first)},
                            {"last", format_nanos(sighting.last)}});
}

bool wanted(const LogQuery& query, const storage::Event& event) {
  const auto fits = [](const std::string& want, std::string_view have) {
    return want.empty() || want == have;
  };
  return fits(query.name_space, event.key.name_space) && fits(query.name, event.key.name) &&
         fits(query.user, event.actor.user) &&
         fits(query.field_manager, event.actor.field_manager) &&
         fits(query.type, type_word(event.type));
}

// What a call has handed out and looked at so far.
class Spent {
 public:
  explicit Spent(HistoryBounds bounds) : bounds_(bounds) {}
  void look() { ++events_; }
  void hand_out(std::string_view line) { bytes_ += line.size() + 1; }
  bool is_enough() const { return bytes_ >= bounds_.bytes_max || events_ >= bounds_.events_max; }

 private:
  HistoryBounds bounds_;
  std::size_t bytes_ = 0;
  std::size_t events_ = 0;
};

// Events of one object: cost goes with what is visited.
Result<void> events_of(const View& view, const ObjectKey& key, Revision after, Revision until,
                       const storage::Snapshot::EventVisitor& visit) {
  Result<void> failed;
  auto read =
      view.snapshot->versions(key, after, until, [&](Revision revision, storage::EventType) {
        const auto event = view.snapshot->event(revision);
        if (!event) {
          failed = std::unexpected(event.error());
          return false;
        }
        return !*event || visit(**event);
      });
  return read ? failed : read;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

// The word may have the kind's group, as kubectl prints it.
bool answers_to(const Kind& kind, std::string_view word) {
  const auto dot = word.find('.');
  if (dot != std::string_view::npos && kind.group != word.substr(dot + 1)) return false;
  const auto name = word.substr(0, dot);
  return kind.plural == name || kind.singular == name || lower(kind.kind) == name ||
         std::ranges::find(kind.short_names, name) != kind.short_names.end();
}

// The kind of a definition that was deleted, as it was last; nothing where that is no longer kept.
Result<KindPtr> gone_kind(const storage::Snapshot& snapshot, Revision deletion) {
  const auto body = snapshot.body(deletion);
  if (!body && body.error().reason == Reason::kExpired) return nullptr;
  if (!body) return std::unexpected(body.error());
  const auto definition = parse_json(*body);
  return definition ? served_kind(definition->value) : nullptr;
}

// Among the resources that the log has events of and that no kind of now has.
Result<std::optional<NamedKind>> find_gone_kind(const View& view, std::string_view word) {
  if (word == storage::kRedactions || word == "redactions" || word == "redaction") {
    return NamedKind{std::string(storage::kRedactions), "redaction", false};
  }
  auto gone = view.snapshot->kept();
  if (!gone) return std::unexpected(std::move(gone.error()));
  std::erase_if(*gone, [&](const auto& of_resource) {
    return view.catalog->find_resource(of_resource.first) != nullptr;
  });
  if (gone->empty()) return std::nullopt;
  std::optional<NamedKind> found;
  if (gone->contains(word)) found = NamedKind{std::string(word), std::string(word), std::nullopt};
  Result<void> failed;
  const auto look = [&](const storage::Event& event) {
    const bool is_gone =
        event.type == storage::EventType::kDeleted && gone->contains(event.key.name);
    if (!is_gone) return true;
    const auto kind = gone_kind(*view.snapshot, event.revision);
    if (!kind) failed = std::unexpected(kind.error());
    if (kind && *kind != nullptr && answers_to(**kind, word)) {
      found = NamedKind{(*kind)->resource, (*kind)->singular, (*kind)->namespaced()};
    }
    return failed.has_value();
  };
  auto read = view.snapshot->changes(kDefinitions, {}, view.revision(), look);
  if (read) read = std::move(failed);
  if (!read) return std::unexpected(std::move(read.error()));
  return found;
}

}  // namespace

Result<Revision> log_lines(const View& view, const LogQuery& query, HistoryBounds bounds,
                           const std::function<void(std::string_view)>& sink) {
  const auto until =
      query.until.number == 0 ? view.revision() : std::min(query.until, view.revision());
  Revision seen = query.after;
  Spent spent(bounds);
  std::uint64_t count = 0;
  const auto is_enough = [&] {
    return spent.is_enough() || (query.limit > 0 && count >= query.limit);
  };
  Result<void> failed;
  const auto visit = [&](const storage::Event& event) {
    if (is_enough()) return false;
    seen = event.revision;
    spent.look();
    if (!wanted(query, event)) return true;
    auto line = event_line(event, query.bodies);
    if (query.bodies) {
      auto whole = with_body(*view.snapshot, event, std::move(line));
      if (!whole) {
        failed = std::unexpected(std::move(whole.error()));
        return false;
      }
      line = std::move(*whole);
    }
    spent.hand_out(line);
    ++count;
    sink(line);
    return true;
  };
  auto visited = query.object ? events_of(view, *query.object, query.after, until, visit)
                 : query.resource.empty()
                     ? view.snapshot->events(query.after, until, visit)
                     : view.snapshot->changes(query.resource, query.after, until, visit);
  if (visited) visited = std::move(failed);
  if (!visited) return std::unexpected(std::move(visited.error()));
  return is_enough() ? seen : std::max(seen, until);
}

Result<Revision> timeline_lines(const View& view, const ObjectKey& key, Revision after,
                                HistoryBounds bounds,
                                const std::function<void(std::string_view)>& sink) {
  Spent spent(bounds);
  Revision seen = after;
  bool is_cut = false;
  const auto visit = [&](const storage::LedgerEntry& entry) {
    is_cut = entry.revision != seen && spent.is_enough();
    if (is_cut) return false;
    seen = entry.revision;
    spent.look();
    auto object = transition_object(entry.transition);
    object["revision"] = entry.revision.number;
    object["time"] = format_nanos(entry.time);
    object["object"] = key_object(entry.key, entry.uid);
    object["actor"] = actor_object(entry.actor);
    const auto line = to_json(object);
    spent.hand_out(line);
    sink(line);
    return true;
  };
  auto entries = view.snapshot->timeline(key, visit, after);
  if (!entries) return std::unexpected(std::move(entries.error()));
  if (is_cut) return seen;
  auto sightings = view.snapshot->sightings(key, [&](const storage::Sighting& sighting) {
    sink(sighting_line(sighting));
    return true;
  });
  if (!sightings) return std::unexpected(std::move(sightings.error()));
  return std::max(seen, view.revision());
}

Result<void> sighting_lines(const View& view, const std::optional<ObjectKey>& after,
                            HistoryBounds bounds,
                            const std::function<void(std::string_view)>& sink) {
  Spent spent(bounds);
  std::optional<ObjectKey> last;
  return view.snapshot->sightings_after(after, [&](const storage::Sighting& sighting) {
    if (last != sighting.key && spent.is_enough()) return false;
    last = sighting.key;
    spent.look();
    const auto line = sighting_line(sighting);
    spent.hand_out(line);
    sink(line);
    return true;
  });
}

Result<std::string> provenance_line(const View& view, Revision revision) {
  if (revision.number == 0) revision = view.revision();
  if (revision > view.revision()) {
    return failure(Reason::kNotFound, fmt::format("there is no revision {}", revision.number));
  }
  if (auto given = view.snapshot->check_given(revision); !given) {
    // What was dropped is expired, too, and is no other history.
    return failure(Reason::kConflict, given.error().message);
  }
  const auto provenance = view.snapshot->provenance(revision);
  if (!provenance) return std::unexpected(provenance.error());
  return to_json(JsonObject{{"revision", revision.number},
                            {"chain", storage::chain_text(provenance->chain)},
                            {"incarnation", provenance->incarnation},
                            {"channel", channel_name(provenance->channel)},
                            {"whole", provenance->is_whole}});
}

Result<NamedKind> find_kind_word(const View& view, std::string_view word) {
  const auto wanted_word = lower(word);
  for (const auto& kind : view.catalog->kinds()) {
    if (kind->is_view() || kind->shows_log() || !answers_to(*kind, wanted_word)) continue;
    return NamedKind{kind->resource, kind->singular, kind->namespaced()};
  }
  auto gone = find_gone_kind(view, wanted_word);
  if (!gone) return std::unexpected(std::move(gone.error()));
  if (*gone) return std::move(**gone);
  return bad_request(fmt::format("no kind is called {}", go_quote(word)));
}

Result<void> kept_lines(const View& view, const std::function<void(std::string_view)>& sink) {
  const auto kept = view.snapshot->kept();
  if (!kept) return std::unexpected(kept.error());
  for (const auto& [resource, of_resource] : *kept) {
    if (of_resource.horizon.number == 0) continue;
    sink(to_json(JsonObject{{"resource", resource},
                            {"oldestRevision", of_resource.horizon.number},
                            {"events", of_resource.events},
                            {"bytes", of_resource.bytes},
                            {"droppedEvents", of_resource.dropped_events},
                            {"lastDropped", of_resource.last_dropped.number},
                            {"droppedBytes", of_resource.dropped_bytes}}));
  }
  return {};
}

Result<ObjectKey> parse_object_name(const View& view, std::string_view text) {
  const auto first = text.find('/');
  if (first == std::string_view::npos) {
    return bad_request(
        fmt::format("{} is no object: write KIND/NAMESPACE/NAME or KIND/NAME", go_quote(text)));
  }
  auto kind = find_kind_word(view, text.substr(0, first));
  if (!kind) return std::unexpected(std::move(kind.error()));
  const auto rest = text.substr(first + 1);
  const auto second = rest.find('/');
  const bool has_namespace = second != std::string_view::npos;
  const bool is_namespaced = kind->is_namespaced.value_or(has_namespace);
  ObjectKey written{kind->resource, "", std::string(rest)};
  if (has_namespace) {
    written.name_space = rest.substr(0, second);
    written.name = rest.substr(second + 1);
  }
  if (has_namespace == is_namespaced && !rest.empty()) return written;
  // The kind may have had the other scope once.
  bool was_there = false;
  auto read = view.snapshot->versions(written, {}, view.revision(), [&](auto, auto) {
    was_there = true;
    return false;
  });
  if (!read) return std::unexpected(std::move(read.error()));
  if (!was_there) {
    return bad_request(fmt::format("a {} is written {}/{}", kind->singular, kind->singular,
                                   is_namespaced ? "NAMESPACE/NAME" : "NAME"));
  }
  return written;
}

Result<storage::RedactRequest> parse_redaction(const View& view, const Value& asked) {
  if (!asked.is_object()) return bad_request("a redaction is an object");
  for (const auto& member : asked.get_object()) {
    const std::string_view name(member.key().data(), member.key().size());
    const bool is_number = name == "revision" || name == "from" || name == "to";
    const bool is_known = is_number || name == "object" || name == "all" || name == "reason";
    if (!is_known) return bad_request(fmt::format("a redaction has no member {}", go_quote(name)));
    if (is_number && integer_at(asked, {name}, 0) <= 0) {
      return bad_request(fmt::format("{} must be a revision", name));
    }
  }
  auto key = parse_object_name(view, string_at(asked, {"object"}));
  if (!key) return std::unexpected(std::move(key.error()));
  storage::RedactRequest request;
  request.key = std::move(*key);
  request.reason = string_at(asked, {"reason"});
  const auto number = [&](std::string_view name) {
    return Revision{static_cast<std::uint64_t>(integer_at(asked, {name}, 0))};
  };
  const auto one = number("revision");
  const auto* all = find(asked, "all");
  request.all = all != nullptr && all->is_bool() && all->get_bool();
  request.from = one.number == 0 ? number("from") : one;
  request.until = one.number == 0 ? number("to") : one;
  const bool has_range = request.from.number != 0 && request.until.number != 0;
  const bool has_both = one.number != 0 && (find(asked, "from") || find(asked, "to"));
  if (has_both || has_range == request.all) {
    return bad_request("say one of: revision, from and to, or all");
  }
  if (request.from > request.until) return bad_request("to lies before from");
  return request;
}

}  // namespace gatefold::engine
