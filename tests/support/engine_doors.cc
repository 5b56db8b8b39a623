#include <condition_variable>
#include <deque>
#include <filesystem>
#include <mutex>
#include <stdexcept>

#include <fmt/format.h>
#include <unistd.h>

#include "engine/ledger_list.h"
#include "engine/read.h"
#include "schema/json.h"
#include "schema/scale.h"
#include "tests/support/doors.h"

namespace gatefold::test {
namespace {

constexpr std::chrono::seconds kPatience{60};
constexpr std::size_t kChunkBytes = 256u << 10;

std::string_view type_name(engine::WatchEventType type) {
  switch (type) {
    case engine::WatchEventType::kAdded:
      return "ADDED";
    case engine::WatchEventType::kModified:
      return "MODIFIED";
    case engine::WatchEventType::kDeleted:
      return "DELETED";
    case engine::WatchEventType::kBookmark:
      return "BOOKMARK";
    case engine::WatchEventType::kError:
      return "ERROR";
  }
  return "";
}

Value parsed(std::string_view text) {
  auto value = parse_json(text);
  if (!value) throw std::runtime_error("the engine gave no JSON: " + value.error().message);
  return std::move(value->value);
}

Seen seen(const engine::WatchEvent& event) {
  Seen out{std::string(type_name(event.type)), {}};
  if (event.error) {
    out.object = {{"reason", reason_name(event.error->reason)}, {"message", event.error->message}};
  } else {
    out.object = parsed(*event.object);
  }
  return out;
}

// A bell that a test can wait for.
class Doorbell {
 public:
  void ring() {
    const std::scoped_lock lock(mutex_);
    has_rung_ = true;
    rung_.notify_all();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    if (!rung_.wait_for(lock, kPatience, [&] { return has_rung_; })) {
      throw std::runtime_error("nothing happened");
    }
    has_rung_ = false;
  }

 private:
  std::mutex mutex_;
  std::condition_variable rung_;
  bool has_rung_ = false;
};

class LiveWatch : public Watch {
 public:
  static Result<std::unique_ptr<LiveWatch>> start(engine::Engine& engine,
                                                  engine::WatchQuery query) {
    std::unique_ptr<LiveWatch> watch(new LiveWatch(engine));
    auto watcher = engine.watch(std::move(query), [bell = watch->bell_] { bell->ring(); });
    if (!watcher) return std::unexpected(std::move(watcher.error()));
    watch->watcher_ = std::move(*watcher);
    return watch;
  }

  std::optional<Seen> next() override {
    for (;;) {
      if (auto event = poll()) return event;
      if (watcher_->ended()) return std::nullopt;
      bell_->wait();
    }
  }

  // The next event that is there already.
  std::optional<Seen> poll() {
    if (events_.empty()) {
      auto news = watcher_->next(*engine_.view(), kChunkBytes);
      if (!news) throw std::runtime_error(news.error().message);
      for (const auto& event : *news) events_.push_back(seen(event));
    }
    if (events_.empty()) return std::nullopt;
    auto event = std::move(events_.front());
    events_.pop_front();
    return event;
  }

 private:
  explicit LiveWatch(engine::Engine& engine) : engine_(engine) {}

  engine::Engine& engine_;
  std::shared_ptr<Doorbell> bell_ = std::make_shared<Doorbell>();
  std::unique_ptr<engine::Watch> watcher_;
  std::deque<Seen> events_;
};

class EngineDoor : public Door {
 public:
  Answer write(engine::Command command) override {
    command.actor.user = "system:anonymous";
    command.actor.user_agent = "contract";
    auto& opened = engine();
    const auto catalog = opened.view()->catalog;
    const auto* kind = catalog->find(command.group, command.plural);
    const auto* version = kind == nullptr ? nullptr : kind->version(command.version);
    const bool removes = command.verb == engine::Verb::kDelete;
    const bool scales = command.subresource == "scale";
    auto outcome = opened.execute(std::move(command));
    if (!outcome) return refusal(outcome.error());
    Answer answer;
    answer.warnings = std::move(outcome->warnings);
    const bool is_gone = removes && outcome->effect == engine::Outcome::Effect::kDeleted;
    if (is_gone && !kind->delete_returns_object) return answer;
    std::string json;
    engine::append_object(json, *kind, *version, outcome->schema_id, *outcome->body,
                          outcome->splice_at, outcome->revision);
    answer.object = parsed(json);
    return scales ? scale_in(*kind, *version, std::move(answer)) : answer;
  }

  Answer get_scale(const Resource& resource, const std::string& name_space,
                   const std::string& name) override {
    auto answer = get(resource, name_space, name);
    if (!answer.ok()) return answer;
    const auto view = engine().view();
    const auto* kind = view->catalog->find(resource.group, resource.plural);
    return scale_in(*kind, *kind->version(resource.version), std::move(answer));
  }

  Answer get(const Resource& resource, const std::string& name_space,
             const std::string& name) override {
    const auto view = engine().view();
    const auto* kind = view->catalog->find(resource.group, resource.plural);
    if (kind == nullptr) return refusal({.reason = Reason::kNotFound});
    if (kind->shows_log()) return read_entry(*view, *kind, resource, name_space, name);
    auto object = engine::read_object(*view, *kind, *kind->version(resource.version),
                                      {kind->resource, name_space, name});
    if (!object) return refusal(object.error());
    if (!*object) return refusal(not_found(kind->resource_name(), name).error());
    Answer answer;
    answer.object = parsed((*object)->json);
    return answer;
  }

  Page list(const ListAsk& ask) override {
    auto page = read_page(ask);
    if (page) return std::move(*page);
    auto refused = refusal(page.error());
    return {.reason = std::move(refused.reason),
            .message = std::move(refused.message),
            .causes = std::move(refused.causes),
            .continue_token = page.error().continue_token};
  }

  OpenedWatch watch(const WatchAsk& ask) override {
    engine::WatchQuery query;
    query.group = ask.resource.group;
    query.version = ask.resource.version;
    query.plural = ask.resource.plural;
    query.name_space = ask.name_space;
    query.resource_version = ask.resource_version;
    query.bookmarks = ask.bookmarks;
    query.send_initial_events = ask.send_initial_events;
    query.match = ask.match;
    auto selectors =
        parse_selectors(*engine().view()->catalog, ask.resource, ask.labels, ask.fields);
    if (!selectors) return {refusal(selectors.error()), nullptr};
    query.labels = std::move(selectors->labels);
    query.fields = std::move(selectors->fields);
    return start_watch(std::move(query));
  }

 protected:
  virtual OpenedWatch start_watch(engine::WatchQuery query) = 0;

 private:
  static Answer read_entry(const engine::View& view, const Kind& kind, const Resource& resource,
                           const std::string& name_space, const std::string& name) {
    auto json = engine::read_ledger(view, kind, *kind.version(resource.version), name_space, name);
    if (!json) return refusal(json.error());
    if (!*json) return refusal(not_found(kind.resource_name(), name).error());
    Answer answer;
    answer.object = parsed(**json);
    return answer;
  }

  static Answer scale_in(const Kind& kind, const KindVersion& version, Answer answer) {
    auto scale = scale_of(kind, version, answer.object);
    if (!scale) return refusal(scale.error());
    answer.object = std::move(*scale);
    return answer;
  }

  struct Selectors {
    LabelSelector labels;
    FieldSelector fields;
  };

  static Result<Selectors> parse_selectors(const Catalog& catalog, const Resource& resource,
                                           const std::string& labels, const std::string& fields) {
    const auto* kind = catalog.find(resource.group, resource.plural);
    if (kind == nullptr) return not_found({resource.group, resource.plural, ""}, "");
    auto parsed_labels = parse_label_selector(labels);
    if (!parsed_labels) return bad_request(std::move(parsed_labels.error()));
    auto parsed_fields = parse_field_selector(fields);
    if (!parsed_fields) return bad_request(std::move(parsed_fields.error()));
    auto known = resolve_field_selector(*kind, *kind->version(resource.version), *parsed_fields);
    if (!known) return bad_request(std::move(known.error()));
    return Selectors{std::move(*parsed_labels), std::move(*parsed_fields)};
  }

  Result<Page> read_page(const ListAsk& ask) {
    engine::ListQuery query;
    query.group = ask.resource.group;
    query.version = ask.resource.version;
    query.plural = ask.resource.plural;
    query.name_space = ask.name_space;
    const auto view = engine().view();
    auto selectors = parse_selectors(*view->catalog, ask.resource, ask.labels, ask.fields);
    if (!selectors) return std::unexpected(std::move(selectors.error()));
    query.labels = std::move(selectors->labels);
    query.fields = std::move(selectors->fields);
    query.limit = ask.limit;
    query.continue_token = ask.continue_token;
    query.resource_version = ask.resource_version;
    query.match = ask.match;
    const auto* kind = view->catalog->find(ask.resource.group, ask.resource.plural);
    if (kind->shows_log()) return page_of<engine::LedgerLister>(std::move(query), *view);
    return page_of<engine::Lister>(std::move(query), *view);
  }

  template <class Lister>
  static Result<Page> page_of(engine::ListQuery query, const engine::View& view) {
    auto lister = Lister::start(std::move(query), view);
    if (!lister) return std::unexpected(std::move(lister.error()));
    Page page;
    // Small chunks: a page has to be the same whatever pieces it is handed out in.
    for (bool is_more = true; is_more;) {
      auto more = lister->next(view, 700,
                               [&](std::string_view json) { page.items.push_back(parsed(json)); });
      if (!more) return std::unexpected(std::move(more.error()));
      is_more = *more;
    }
    page.resource_version = to_string(lister->revision());
    page.continue_token = lister->continue_token();
    page.remaining = lister->remaining();
    return page;
  }
};

class EmbeddedDoor : public EngineDoor {
 public:
  EmbeddedDoor() {
    engine::EngineOptions options;
    options.store.directory = "/gatefold-test";
    options.store.in_memory = true;
    auto opened = engine::Engine::open(std::move(options), world_.world());
    if (!opened) throw std::runtime_error(opened.error().message);
    engine_ = std::move(*opened);
  }

 protected:
  engine::Engine& engine() override { return *engine_; }

  OpenedWatch start_watch(engine::WatchQuery query) override {
    auto watch = LiveWatch::start(*engine_, std::move(query));
    if (!watch) return {refusal(watch.error()), nullptr};
    return {{}, std::move(*watch)};
  }

 private:
  std::unique_ptr<engine::Engine> engine_;
};

class ReopenedDoor : public EngineDoor {
 public:
  static constexpr int kStepsMax = 10'000;

  ReopenedDoor() {
    auto name = (std::filesystem::temp_directory_path() / "gatefold-contract-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary directory");
    directory_ = name;
  }
  ~ReopenedDoor() override {
    engine_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }

 protected:
  engine::Engine& engine() override {
    engine_.reset();
    engine::EngineOptions options;
    options.store.directory = directory_ / "data";
    options.store.reserve_bytes = 0;
    // Reactors have their turns here: on a thread of their own they might never have one that ends
    // before the next opening.
    options.manual = true;
    auto opened = engine::Engine::open(std::move(options), world_.world());
    if (!opened) throw std::runtime_error(opened.error().message);
    engine_ = std::move(*opened);
    for (int steps = 0; engine_->step(); ++steps) {
      if (steps == kStepsMax) throw std::runtime_error("the reactors find no end");
    }
    return *engine_;
  }

  OpenedWatch start_watch(engine::WatchQuery query) override;

 private:
  class ResumedWatch;
  std::filesystem::path directory_;
  std::unique_ptr<engine::Engine> engine_;
};

// What a client does whose server is restarted again and again: it goes on from the last revision
// that it has seen.
class ReopenedDoor::ResumedWatch : public Watch {
 public:
  ResumedWatch(ReopenedDoor& door, engine::WatchQuery query)
      : door_(door), query_(std::move(query)) {}

  // Fails as the first request does.
  Result<void> begin() { return read(); }

  std::optional<Seen> next() override {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (events_.empty()) {
      if (is_over_) return std::nullopt;
      if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("nothing happened");
      if (auto more = read(); !more) throw std::runtime_error(more.error().message);
    }
    auto event = std::move(events_.front());
    events_.pop_front();
    return event;
  }

 private:
  Result<void> read() {
    auto& opened = door_.engine();
    auto reached = opened.view()->revision();
    reached = std::max(reached, parse_revision(query_.resource_version).value_or(Revision{}));
    auto watch = LiveWatch::start(opened, query_);
    if (!watch) return std::unexpected(std::move(watch.error()));
    while (auto event = (*watch)->poll()) {
      is_over_ = is_over_ || event->type == "ERROR";
      const auto revision = string_at(event->object, {"metadata", "resourceVersion"});
      reached = std::max(reached, parse_revision(revision).value_or(Revision{}));
      events_.push_back(std::move(*event));
    }
    query_.resource_version = to_string(reached);
    query_.send_initial_events.reset();
    query_.match = engine::VersionMatch::kUnset;
    return {};
  }

  ReopenedDoor& door_;
  engine::WatchQuery query_;
  std::deque<Seen> events_;
  bool is_over_ = false;
};

OpenedWatch ReopenedDoor::start_watch(engine::WatchQuery query) {
  auto watch = std::make_unique<ResumedWatch>(*this, std::move(query));
  if (auto begun = watch->begin(); !begun) return {refusal(begun.error()), nullptr};
  return {{}, std::move(watch)};
}

}  // namespace

Answer refusal(const Status& status) {
  Answer answer;
  answer.reason = reason_name(status.reason);
  if (answer.reason.empty()) answer.reason = "Unknown";
  answer.message = status.message;
  answer.causes = status.details.causes;
  answer.continue_token = status.continue_token;
  return answer;
}

std::unique_ptr<Door> open_embedded_door() {
  return std::make_unique<EmbeddedDoor>();
}

std::unique_ptr<Door> open_reopened_door() {
  return std::make_unique<ReopenedDoor>();
}

}  // namespace gatefold::test
