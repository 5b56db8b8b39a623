#include "tools/gatefold/object_history.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/tell/log_line.h"
#include "engine/world.h"
#include "schema/json.h"
#include "schema/moment.h"
#include "tools/gatefold/exit_code.h"

namespace gatefold::tools {
namespace {

// A column of a table; more is read with -o json.
constexpr std::size_t kValueBytesMax = 60;

std::string text_at(const Value& value, std::initializer_list<std::string_view> keys) {
  return std::string(string_at(value, keys));
}

ObjectVersion version_of(const Value& line) {
  ObjectVersion version;
  version.mark = {engine::revision_at(line, "revision"), engine::time_at(line, "time"),
                  engine::actor_in(line)};
  version.uid = text_at(line, {"object", "uid"});
  version.is_deletion = engine::ends_life(line);
  version.is_creation = engine::begins_life(line);
  version.is_stand_in = engine::stands_in(line);
  return version;
}

Value without_revision(Value object) {
  auto* metadata = find(object, "metadata");
  if (metadata != nullptr && metadata->is_object()) {
    metadata->get_object().erase("resourceVersion");
  }
  return object;
}

// One that stands in is said to be a gap as well.
VersionBody body_of(const Value& line) {
  auto gap = text_at(line, {"bodyGap"});
  const auto* body = find(line, "body");
  if (gap.empty() && body != nullptr) return {*body, "", nullptr};
  return {nullptr, gap.empty() ? "the log has no body" : std::move(gap),
          body == nullptr ? Value() : *body};
}

}  // namespace

Result<Revision> ObjectHistory::read(Revision after, Revision until, bool bodies,
                                     const std::function<void(const Value&)>& sink) const {
  engine::LogQuery query;
  query.after = after;
  query.until = until;
  query.bodies = bodies;
  return read_values(
      [&](const LineSink& lines) { return source_.read_all(query, {}, object_, lines); }, sink);
}

Result<ObjectHistory> ObjectHistory::open(const Source& source, const std::string& object) {
  if (object.empty()) return bad_request("an object is named KIND/NAMESPACE/NAME or KIND/NAME");
  auto opened = OpenSource::open(source);
  if (!opened) return std::unexpected(std::move(opened.error()));
  ObjectHistory history(std::move(*opened), object);
  bool has_room = true;
  auto head = history.read({}, {}, false, [&](const Value& line) {
    has_room = history.versions_.size() < kVersionsMax;
    if (has_room) history.add(line);
  });
  if (!head) return std::unexpected(std::move(head.error()));
  if (!has_room) {
    return unavailable(fmt::format("{} has more than {} versions", object, kVersionsMax));
  }
  if (history.versions_.empty()) {
    return failure(Reason::kNotFound, fmt::format("no version of {} is known", object));
  }
  history.head_ = *head;
  auto kept = read_values([&](const LineSink& lines) { return history.source_.read_kept(lines); },
                          [&](const Value& line) {
                            if (string_at(line, {"resource"}) == history.resource_)
                              history.oldest_ = engine::revision_at(line, "oldestRevision");
                          });
  if (!kept) return std::unexpected(std::move(kept.error()));
  history.note_lost_end();
  return history;
}

// A server of the past may end where its kind is no longer kept whole: what the object was at the
// end went with a version that was replaced behind it.
void ObjectHistory::note_lost_end() {
  const auto& last = versions_.back();
  if (head_ >= oldest_ || last.mark.revision >= head_) return;
  ObjectVersion lost;
  lost.is_lost = true;
  if (!last.is_deletion) lost.uid = last.uid;
  lost.mark.revision = last.mark.revision.next();
  lost.mark.time = {last.mark.time.ns + 1};
  versions_.push_back(std::move(lost));
}

// Each line names the version before it in the same life, and a life before it has an end: where
// the line before is another one, retention took what was between them.
void ObjectHistory::add(const Value& line) {
  auto version = version_of(line);
  const auto previous = engine::revision_at(line, "previous");
  const bool is_first = versions_.empty();
  const bool has_past = previous.number != 0;
  const bool follows = is_first   ? !has_past
                       : has_past ? versions_.back().mark.revision == previous
                                  : versions_.back().is_deletion;
  ObjectVersion lost;
  lost.is_lost = true;
  if (has_past) lost.uid = version.uid;
  lost.mark.revision = is_first ? Revision{1} : versions_.back().mark.revision.next();
  if (!is_first) lost.mark.time = {versions_.back().mark.time.ns + 1};
  if (!follows && lost.mark.revision < version.mark.revision) versions_.push_back(std::move(lost));
  if (is_first) resource_ = text_at(line, {"object", "resource"});
  versions_.push_back(std::move(version));
}

std::size_t ObjectHistory::last_life() const {
  auto first = versions_.size() - 1;
  while (first > 0 && versions_[first - 1].uid == versions_.back().uid) --first;
  return first;
}

Result<std::optional<std::size_t>> ObjectHistory::at(const std::string& text) const {
  const auto moment = parse_moment(text);
  if (!moment) return std::unexpected(moment.error());
  const auto* revision = std::get_if<Revision>(&*moment);
  if (revision != nullptr && *revision > head_) {
    return bad_request(
        fmt::format("revision {} is not there yet: the log ends at {}", text, to_string(head_)));
  }
  if (revision != nullptr) {
    auto given = source_.check_given(*revision);
    if (!given) return std::unexpected(std::move(given.error()));
  }
  const auto* time = std::get_if<Time>(&*moment);
  const auto now = std::max(engine::real_world().now(), versions_.back().mark.time);
  if (time != nullptr && *time > now) return bad_request(fmt::format("{} is in the future", text));
  const auto after = std::ranges::find_if(versions_, [&](const ObjectVersion& version) {
    return revision != nullptr ? version.mark.revision > *revision
                               : version.mark.time > std::get<Time>(*moment);
  });
  if (after == versions_.begin()) {
    if (auto kept = check_kept(*moment); !kept) return std::unexpected(std::move(kept.error()));
    if (auto known = check_beginning(); !known) return std::unexpected(std::move(known.error()));
    return std::optional<std::size_t>{};
  }
  return std::optional<std::size_t>(after - versions_.begin() - 1);
}

Result<void> ObjectHistory::check_beginning() const {
  const auto& first = versions_.front();
  if (first.is_creation || first.is_lost) return {};
  return failure(Reason::kNotFound,
                 fmt::format("what {} was before is not known: the first that is known of it, {}, "
                             "is not its creation",
                             object_, mark_text(first.mark)));
}

// Of a life that ended before the first one that is known, nothing may be left.
Result<void> ObjectHistory::check_kept(const Moment& moment) const {
  const auto* revision = std::get_if<Revision>(&moment);
  if (revision == nullptr && oldest_.number != 0) {
    const auto last = source_.last_until(std::get<Time>(moment));
    if (!last) return std::unexpected(last.error());
    if (*last >= oldest_) return {};
  } else if (revision == nullptr || *revision >= oldest_) {
    return {};
  }
  return failure(Reason::kExpired,
                 fmt::format("what {} was then is no longer kept: the oldest revision at which {} "
                             "can be read is {}",
                             object_, resource_, oldest_.number));
}

VersionBody ObjectHistory::lost_body(std::size_t version) const {
  if (!versions_[version].is_lost) return {nullptr, "the log no longer has its record", nullptr};
  if (version + 1 == versions_.size()) {
    return {nullptr,
            fmt::format("versions after revision {} are no longer kept",
                        versions_[version].mark.revision.number - 1),
            nullptr};
  }
  const auto& next = versions_[version + 1].mark.revision;
  if (version == 0) {
    return {nullptr, fmt::format("versions before revision {} are no longer kept", next.number),
            nullptr};
  }
  return {nullptr,
          fmt::format("versions between revisions {} and {} are no longer kept",
                      versions_[version - 1].mark.revision.number, next.number),
          nullptr};
}

Result<VersionBody> ObjectHistory::body(std::size_t version) const {
  auto found = lost_body(version);
  if (versions_[version].is_lost) return found;
  // The content of a deletion is the last one, also where that stood in for what is not known.
  const auto& about = versions_[version];
  const bool repeats = about.is_deletion && version > 0 && versions_[version - 1].uid == about.uid;
  VersionBody before;
  auto done =
      bodies(repeats ? version - 1 : version, version, [&](std::size_t at, VersionBody body) {
        (at == version ? found : before) = std::move(body);
      });
  if (!done) return std::unexpected(std::move(done.error()));
  const bool is_stand_in = !found.is_gap() && before.is_gap() &&
                           same(without_revision(found.value), without_revision(before.stand_in));
  if (is_stand_in) found = {nullptr, std::move(before.gap), std::move(before.stand_in)};
  return found;
}

Result<void> ObjectHistory::bodies(std::size_t first, std::size_t last,
                                   const BodySink& sink) const {
  auto version = first;
  // Those that have no line.
  const auto pass_to = [&](Revision revision) {
    for (; version <= last && versions_[version].mark.revision < revision; ++version) {
      sink(version, lost_body(version));
    }
  };
  auto done = read({versions_[first].mark.revision.number - 1}, versions_[last].mark.revision, true,
                   [&](const Value& line) {
                     const auto revision = engine::revision_at(line, "revision");
                     pass_to(revision);
                     const bool is_asked =
                         version <= last && versions_[version].mark.revision == revision;
                     if (is_asked) sink(version++, body_of(line));
                   });
  if (!done) return std::unexpected(std::move(done.error()));
  pass_to(versions_[last].mark.revision.next());
  return {};
}

int report_history(const Status& status) {
  const auto code = report(status);
  const bool is_found = status.reason == Reason::kNotFound || status.reason == Reason::kExpired;
  return is_found ? kFoundSomething : code;
}

std::string short_writer(const storage::Actor& actor) {
  return actor.field_manager.empty() ? actor.user : actor.field_manager;
}

std::string mark_text(const engine::VersionMark& mark) {
  if (mark.actor.user.empty()) return "revision " + to_string(mark.revision);
  return fmt::format("revision {}, {}, by {} ({})", to_string(mark.revision),
                     format_nanos(mark.time), short_writer(mark.actor), mark.actor.user);
}

JsonObject mark_object(const engine::VersionMark& mark) {
  JsonObject writer{{"user", mark.actor.user}};
  if (!mark.actor.field_manager.empty()) writer["fieldManager"] = mark.actor.field_manager;
  if (!mark.actor.user_agent.empty()) writer["userAgent"] = mark.actor.user_agent;
  return {{"revision", mark.revision.number},
          {"time", format_nanos(mark.time)},
          {"actor", std::move(writer)}};
}

std::string value_text(const Value& value) {
  auto text = to_json(value);
  if (text.size() <= kValueBytesMax) return text;
  auto end = kValueBytesMax;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0u) == 0x80u) --end;
  return text.substr(0, end) + "…";
}

}  // namespace gatefold::tools
