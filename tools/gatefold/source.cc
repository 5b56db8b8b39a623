#include "tools/gatefold/source.h"

#include <fmt/format.h>

#include "engine/definitions.h"
#include "engine/ledger_range.h"
#include "schema/json.h"
#include "tools/gatefold/http_client.h"
#include "tools/gatefold/progress.h"

namespace gatefold::tools {
namespace {

void for_each_line(std::string_view text, const LineSink& sink) {
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    if (end > 0) sink(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

std::string log_target(const engine::LogQuery& query, const std::string& kind,
                       const std::string& object, bool wait) {
  auto target = fmt::format("/gatefold/v1/log?after={}", query.after.number);
  const auto add = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) target += fmt::format("&{}={}", name, percent_encode(value));
  };
  if (query.until.number > 0) add("until", to_string(query.until));
  add("kind", kind);
  add("object", object);
  add("namespace", query.name_space);
  add("name", query.name);
  add("user", query.user);
  add("fieldManager", query.field_manager);
  add("type", query.type);
  if (query.limit > 0) add("limit", std::to_string(query.limit));
  if (query.bodies) add("bodies", "true");
  if (wait) add("wait", "true");
  return target;
}

LogPosition position_of(const HttpAnswer& answer, Revision asked_after) {
  const auto seen = parse_revision(answer.revision).value_or(asked_after);
  return {seen, parse_revision(answer.head).value_or(seen)};
}

}  // namespace

Result<Value> parse_line(std::string_view text) {
  auto line = parse_json(text);
  if (!line) return internal_error("a line of the source is no JSON: " + line.error().message);
  return std::move(line->value);
}

Result<OpenDirectory> open_directory(const std::string& directory) {
  if (!std::filesystem::is_directory(directory)) {
    return unavailable(fmt::format("{} is no data directory", directory));
  }
  storage::StoreOptions options;
  options.directory = directory;
  options.read_only = true;
  auto store = storage::Store::open(std::move(options));
  // What is not found in it is another matter.
  if (!store && store.error().reason == Reason::kNotFound)
    return unavailable(store.error().message);
  if (!store) return std::unexpected(std::move(store.error()));
  OpenDirectory opened;
  opened.store = std::move(*store);
  auto view = std::make_shared<engine::View>();
  view->head = opened.store->head();
  view->snapshot = opened.store->snapshot();
  engine::Definitions definitions(core_catalog());
  if (auto loaded = definitions.load(*view->snapshot); !loaded) {
    return std::unexpected(std::move(loaded.error()));
  }
  view->catalog = definitions.catalog();
  view->incarnation = opened.store->incarnation();
  opened.view = std::move(view);
  return opened;
}

Result<OpenSource> OpenSource::open(const Source& source) {
  OpenSource opened(source.server);
  if (!source.server.empty()) return opened;
  auto directory = open_directory(source.directory);
  if (!directory) return std::unexpected(std::move(directory.error()));
  opened.opened_ = std::move(*directory);
  return opened;
}

Result<LogPosition> OpenSource::read_page(engine::LogQuery query, const std::string& kind,
                                          const std::string& object, bool wait,
                                          const LineSink& sink) const {
  if (!opened_) {
    auto answer = http_get(server_, log_target(query, kind, object, wait));
    if (!answer) return std::unexpected(std::move(answer.error()));
    for_each_line(answer->body, sink);
    return position_of(*answer, query.after);
  }
  const auto& view = *opened_->view;
  if (!kind.empty()) {
    auto found = engine::find_kind_word(view, kind);
    if (!found) return std::unexpected(std::move(found.error()));
    query.resource = std::move(found->resource);
  }
  if (!object.empty()) {
    auto key = engine::parse_object_name(view, object);
    if (!key) return std::unexpected(std::move(key.error()));
    query.object = std::move(*key);
  }
  auto seen = engine::log_lines(view, query, {}, sink);
  if (!seen) return std::unexpected(std::move(seen.error()));
  return LogPosition{*seen, view.revision()};
}

Result<Revision> OpenSource::read_all(engine::LogQuery query, const std::string& kind,
                                      const std::string& object, const LineSink& sink) const {
  Revision head;
  Progress progress("events read");
  std::uint64_t lines = 0;
  const auto count = [&](std::string_view line) {
    progress.show(++lines, 0);
    sink(line);
  };
  for (;;) {
    const auto at = read_page(query, kind, object, false, count);
    if (!at) return std::unexpected(at.error());
    if (head.number == 0) head = at->head;
    if (query.until.number == 0 || query.until > head) query.until = head;
    if (at->seen >= query.until) return head;
    query.after = at->seen;
  }
}

Result<Revision> OpenSource::last_until(Time time) const {
  if (opened_) return engine::last_until(*opened_->view, time);
  const auto answer =
      http_get(server_, "/gatefold/v1/head?at=" + percent_encode(format_nanos(time)));
  if (!answer) return std::unexpected(answer.error());
  const auto line = parse_json(answer->body);
  if (!line) return unavailable("the server's answer can't be read");
  return Revision{static_cast<std::uint64_t>(integer_at(line->value, {"revision"}, 0))};
}

Result<std::string> OpenSource::read_provenance(Revision revision) const {
  if (opened_) return engine::provenance_line(*opened_->view, revision);
  auto answer = http_get(server_, fmt::format("/gatefold/v1/head?revision={}", revision.number));
  if (!answer) return std::unexpected(std::move(answer.error()));
  return std::move(answer->body);
}

Result<void> OpenSource::check_given(Revision revision) const {
  auto line = read_provenance(revision);
  if (line) return {};
  const auto reason = line.error().reason;
  if (reason == Reason::kNotFound || reason == Reason::kExpired) return {};
  if (reason == Reason::kConflict) return failure(Reason::kExpired, line.error().message);
  return std::unexpected(std::move(line.error()));
}

Result<Time> OpenSource::read_timeline(const std::string& object, const LineSink& sink) const {
  LogPosition at;
  while (!opened_) {
    auto answer = http_get(server_, fmt::format("/gatefold/v1/transitions?object={}&after={}",
                                                percent_encode(object), at.seen.number));
    if (!answer) return std::unexpected(std::move(answer.error()));
    for_each_line(answer->body, sink);
    at = position_of(*answer, at.seen);
    if (at.seen >= at.head) return parse_rfc3339(answer->time).value_or(Time{});
  }
  auto key = engine::parse_object_name(*opened_->view, object);
  if (!key) return std::unexpected(std::move(key.error()));
  auto seen = engine::timeline_lines(*opened_->view, *key, {}, {}, sink);
  if (!seen) return std::unexpected(std::move(seen.error()));
  return opened_->view->head.time;
}

Result<Time> OpenSource::read_sightings(const LineSink& sink) const {
  std::string after;
  while (!opened_) {
    const auto answer = http_get(server_, "/gatefold/v1/sightings" + after);
    if (!answer) return std::unexpected(answer.error());
    std::string_view last;
    for_each_line(answer->body, [&](std::string_view line) {
      last = line;
      sink(line);
    });
    if (last.empty()) return parse_rfc3339(answer->time).value_or(Time{});
    const auto line = parse_line(last);
    if (!line) return std::unexpected(line.error());
    const auto text = [&](std::string_view name) {
      return percent_encode(string_at(*line, {"object", name}));
    };
    auto next = fmt::format("?resource={}&namespace={}&name={}", text("resource"),
                            text("namespace"), text("name"));
    if (next == after) return internal_error("the source's sightings do not go on: " + after);
    after = std::move(next);
  }
  auto told = engine::sighting_lines(*opened_->view, {}, {}, sink);
  if (!told) return std::unexpected(std::move(told.error()));
  return opened_->view->head.time;
}

Result<void> OpenSource::read_kept(const LineSink& sink) const {
  if (opened_) return engine::kept_lines(*opened_->view, sink);
  const auto answer = http_get(server_, "/gatefold/v1/kept");
  if (!answer) return std::unexpected(answer.error());
  for_each_line(answer->body, sink);
  return {};
}

}  // namespace gatefold::tools
