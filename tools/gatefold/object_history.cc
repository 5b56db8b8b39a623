#include "tools/gatefold/object_history.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/gap.h"
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
  version.mark.revision = {static_cast<std::uint64_t>(integer_at(line, {"revision"}, 0))};
  version.mark.time = parse_rfc3339(string_at(line, {"time"})).value_or(Time{});
  version.mark.actor = {.user = text_at(line, {"actor", "user"}),
                        .user_agent = text_at(line, {"actor", "userAgent"}),
                        .field_manager = text_at(line, {"actor", "fieldManager"}),
                        .verb = text_at(line, {"actor", "verb"}),
                        .subresource = text_at(line, {"actor", "subresource"})};
  version.uid = text_at(line, {"object", "uid"});
  version.is_deletion = string_at(line, {"type"}) == "DELETED";
  version.is_creation = string_at(line, {"type"}) == "ADDED" &&
                        text_at(line, {"auditAnnotations", engine::kGapAnnotation}).empty();
  return version;
}

// One that stands in is said to be a gap as well.
VersionBody body_of(const Value& line) {
  auto gap = text_at(line, {"bodyGap"});
  const auto* body = find(line, "body");
  if (gap.empty() && body != nullptr) return {*body, ""};
  return {nullptr, gap.empty() ? "the log has no body" : std::move(gap)};
}

}  // namespace

Result<Revision> ObjectHistory::read(Revision after, Revision until, bool bodies,
                                     const std::function<void(const Value&)>& sink) const {
  engine::LogQuery query;
  query.after = after;
  query.until = until;
  query.bodies = bodies;
  Result<void> failed;
  auto head = source_.read_all(query, {}, object_, [&](std::string_view text) {
    if (!failed) return;
    auto line = parse_json(text);
    if (!line) {
      failed = internal_error("a line of the log is no JSON: " + line.error().message);
    } else {
      sink(line->value);
    }
  });
  if (head && !failed) return std::unexpected(std::move(failed.error()));
  return head;
}

Result<ObjectHistory> ObjectHistory::open(const Source& source, const std::string& object) {
  auto opened = OpenSource::open(source);
  if (!opened) return std::unexpected(std::move(opened.error()));
  ObjectHistory history(std::move(*opened), object);
  bool has_room = true;
  auto head = history.read({}, {}, false, [&](const Value& line) {
    has_room = history.versions_.size() < kVersionsMax;
    if (has_room) history.versions_.push_back(version_of(line));
  });
  if (!head) return std::unexpected(std::move(head.error()));
  if (!has_room) {
    return unavailable(fmt::format("{} has more than {} versions", object, kVersionsMax));
  }
  if (history.versions_.empty()) {
    return failure(Reason::kNotFound, fmt::format("no version of {} is known", object));
  }
  history.head_ = *head;
  return history;
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
  const auto* time = std::get_if<Time>(&*moment);
  const auto now = std::max(engine::real_world().now(), versions_.back().mark.time);
  if (time != nullptr && *time > now) return bad_request(fmt::format("{} is in the future", text));
  const auto after = std::ranges::find_if(versions_, [&](const ObjectVersion& version) {
    return revision != nullptr ? version.mark.revision > *revision
                               : version.mark.time > std::get<Time>(*moment);
  });
  if (after == versions_.begin()) return std::optional<std::size_t>{};
  return std::optional<std::size_t>(after - versions_.begin() - 1);
}

Result<VersionBody> ObjectHistory::body(std::size_t version) const {
  VersionBody found{nullptr, "the log no longer has its record"};
  auto done =
      bodies(version, version, [&](std::size_t, VersionBody body) { found = std::move(body); });
  if (!done) return std::unexpected(std::move(done.error()));
  return found;
}

Result<void> ObjectHistory::bodies(std::size_t first, std::size_t last,
                                   const BodySink& sink) const {
  std::size_t version = first;
  auto done = read({versions_[first].mark.revision.number - 1}, versions_[last].mark.revision, true,
                   [&](const Value& line) { sink(version++, body_of(line)); });
  if (!done) return std::unexpected(std::move(done.error()));
  return {};
}

int report_history(const Status& status) {
  const auto code = report(status);
  return status.reason == Reason::kNotFound ? kFoundSomething : code;
}

std::string short_writer(const storage::Actor& actor) {
  return actor.field_manager.empty() ? actor.user : actor.field_manager;
}

std::string mark_text(const engine::VersionMark& mark) {
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
