#include "api/metrics.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <unordered_map>

#include <fmt/format.h>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace gatefold::api {
namespace {

using Labels = std::map<std::string, std::string>;

// Those of Kubernetes, in seconds.
const prometheus::Histogram::BucketBoundaries& buckets() {
  static const prometheus::Histogram::BucketBoundaries kBuckets = {
      0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1,  1.25, 1.5, 2,
      3,     4,     5,    6,   8,   10,  15,  20,  30, 45,   60};
  return kBuckets;
}

std::string_view verb_label(const RequestLabels& labels) {
  switch (labels.verb) {
    case RequestVerb::kGet:
      return "GET";
    case RequestVerb::kList:
      return "LIST";
    case RequestVerb::kWatch:
      return "WATCH";
    case RequestVerb::kCreate:
      return "POST";
    case RequestVerb::kUpdate:
      return "PUT";
    case RequestVerb::kPatch:
      return "PATCH";
    case RequestVerb::kDelete:
      return "DELETE";
    case RequestVerb::kDeleteCollection:
      return "DELETECOLLECTION";
    case RequestVerb::kOther:
      break;
  }
  for (const auto* known : {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}) {
    if (labels.method == known) return known;
  }
  return "other";
}

Labels resource_labels(const RequestLabels& labels) {
  if (labels.kind == nullptr) return {{"group", ""}, {"version", ""}, {"resource", ""}};
  return {{"group", labels.kind->group},
          {"version", labels.version->name},
          {"resource", labels.kind->plural}};
}

Labels request_labels(const RequestLabels& labels) {
  auto all = resource_labels(labels);
  all["verb"] = verb_label(labels);
  all["subresource"] = labels.subresource;
  all["scope"] = labels.scope;
  return all;
}

// Names everything that request_labels() would, for a fraction of the cost.
void append_key(const RequestLabels& labels, std::string& key) {
  key += verb_label(labels);
  for (const auto part :
       {labels.kind == nullptr ? std::string_view() : std::string_view(labels.kind->group),
        labels.kind == nullptr ? std::string_view() : std::string_view(labels.version->name),
        labels.kind == nullptr ? std::string_view() : std::string_view(labels.kind->plural),
        std::string_view(labels.subresource), labels.scope}) {
    key += '|';
    key += part;
  }
}

// What a thread has looked up already. Bounded as labels are; emptied where another Metrics comes.
template <class Handle>
struct Seen {
  std::uint64_t owner = 0;
  std::unordered_map<std::string, Handle> handles;
  std::string key;  // room for the next one

  std::unordered_map<std::string, Handle>& of(std::uint64_t id) {
    if (owner != id) handles.clear();
    owner = id;
    key.clear();
    return handles;
  }
};

struct RequestHandles {
  prometheus::Counter* count;
  prometheus::Histogram* duration;
};

std::uint64_t next_id() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

}  // namespace

struct Metrics::Parts {
  prometheus::Registry registry;
  prometheus::Family<prometheus::Counter>& requests = prometheus::BuildCounter()
                                                          .Name("apiserver_request_total")
                                                          .Help("Requests that were answered.")
                                                          .Register(registry);
  prometheus::Family<prometheus::Histogram>& durations =
      prometheus::BuildHistogram()
          .Name("apiserver_request_duration_seconds")
          .Help("From the head of a request to the end of its answer.")
          .Register(registry);
  prometheus::Family<prometheus::Counter>& guard_findings =
      prometheus::BuildCounter()
          .Name("gatefold_guard_findings_total")
          .Help("Breaches of the guard's rules on conditions, by what was done about them.")
          .Register(registry);
  prometheus::Family<prometheus::Gauge>& inflight =
      prometheus::BuildGauge()
          .Name("apiserver_current_inflight_requests")
          .Help("Requests that are being served, but for watches.")
          .Register(registry);
  prometheus::Family<prometheus::Gauge>& longrunning = prometheus::BuildGauge()
                                                           .Name("apiserver_longrunning_requests")
                                                           .Help("Watches that are open.")
                                                           .Register(registry);
  prometheus::Family<prometheus::Counter>& events = prometheus::BuildCounter()
                                                        .Name("apiserver_watch_events_total")
                                                        .Help("Events that watches have sent.")
                                                        .Register(registry);
  prometheus::Gauge& reading = inflight.Add({{"request_kind", "readOnly"}});
  prometheus::Gauge& mutating = inflight.Add({{"request_kind", "mutating"}});

  prometheus::Gauge& own_gauge(const char* name, const char* help) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add({});
  }
  prometheus::Gauge& revision = own_gauge("gatefold_log_revision", "The head of the log.");
  prometheus::Gauge& queued =
      own_gauge("gatefold_queued_commands", "Commands that wait for the writer.");

  // Counted by the engine since it started: read when somebody asks.
  prometheus::Counter& own_counter(const char* name, const char* help) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry).Add({});
  }
  prometheus::Counter& commands =
      own_counter("gatefold_commands_total", "Commands that were handed to the engine.");
  prometheus::Counter& log_events =
      own_counter("gatefold_log_events_total", "Events that were written to the log.");
  prometheus::Counter& batches =
      own_counter("gatefold_log_batches_total", "Batches of events that were committed.");
  prometheus::Counter& commit_seconds =
      own_counter("gatefold_log_commit_seconds_total", "Time that commits took, syncs included.");
  prometheus::Counter& decided_again = own_counter("gatefold_commands_decided_again_total",
                                                   "Commands that another write came between.");
  prometheus::Family<prometheus::Gauge>& oldest =
      prometheus::BuildGauge()
          .Name("gatefold_oldest_readable_revision")
          .Help("Of resources of which not everything is kept.")
          .Register(registry);
  prometheus::Family<prometheus::Counter>& dropped_events =
      prometheus::BuildCounter()
          .Name("gatefold_dropped_events_total")
          .Help("Events that retention has dropped since the log began.")
          .Register(registry);
  prometheus::Family<prometheus::Counter>& dropped_bytes =
      prometheus::BuildCounter()
          .Name("gatefold_dropped_bytes_total")
          .Help("Bytes of records and content that retention has dropped since the log began.")
          .Register(registry);
  std::mutex reading_counts;  // two that ask at once
};

Metrics::Metrics() : id_(next_id()), parts_(std::make_unique<Parts>()) {}
Metrics::~Metrics() = default;

Metrics::Running::Running(Metrics& metrics, bool reads) : metrics_(metrics), reads_(reads) {
  (reads_ ? metrics_.parts_->reading : metrics_.parts_->mutating).Increment();
}

Metrics::Running::~Running() {
  if (lasts_) {
    metrics_.parts_->longrunning.Add(request_labels(labels_)).Decrement();
  } else {
    (reads_ ? metrics_.parts_->reading : metrics_.parts_->mutating).Decrement();
  }
}

void Metrics::Running::lasts(const RequestLabels& labels) {
  if (lasts_) return;
  metrics_.parts_->longrunning.Add(request_labels(labels)).Increment();
  (reads_ ? metrics_.parts_->reading : metrics_.parts_->mutating).Decrement();
  lasts_ = true;
  labels_ = labels;
}

void Metrics::answered(const RequestLabels& labels, int code, std::chrono::nanoseconds took) {
  thread_local Seen<RequestHandles> seen;
  auto& handles = seen.of(id_);
  append_key(labels, seen.key);
  fmt::format_to(std::back_inserter(seen.key), "|{}", code);
  auto found = handles.find(seen.key);
  if (found == handles.end()) {
    auto all = request_labels(labels);
    auto& duration = parts_->durations.Add(all, buckets());
    all["code"] = std::to_string(code);
    found = handles.emplace(seen.key, RequestHandles{&parts_->requests.Add(all), &duration}).first;
  }
  found->second.count->Increment();
  found->second.duration->Observe(std::chrono::duration<double>(took).count());
}

void Metrics::watch_events(const RequestLabels& labels, std::size_t count) {
  thread_local Seen<prometheus::Counter*> seen;
  auto& handles = seen.of(id_);
  append_key(labels, seen.key);
  auto found = handles.find(seen.key);
  if (found == handles.end()) {
    found = handles.emplace(seen.key, &parts_->events.Add(resource_labels(labels))).first;
  }
  found->second->Increment(static_cast<double>(count));
}

std::string Metrics::text(engine::Engine& engine) {
  const auto counts = engine.counts();
  auto& own = *parts_;
  const std::scoped_lock lock(own.reading_counts);
  own.revision.Set(static_cast<double>(engine.hub().head().number));
  own.queued.Set(static_cast<double>(counts.queued));
  const auto raise = [](prometheus::Counter& counter, double to) {
    counter.Increment(std::max(0.0, to - counter.Value()));
  };
  raise(own.commands, static_cast<double>(counts.commands));
  raise(own.log_events, static_cast<double>(counts.events));
  raise(own.batches, static_cast<double>(counts.batches));
  raise(own.commit_seconds, static_cast<double>(counts.commit_ns) / kNsPerSecond);
  raise(own.decided_again, static_cast<double>(counts.decided_again));
  for (const auto& rule : engine::kGuardRuleTexts) {
    for (const auto mode :
         {engine::GuardMode::kRepair, engine::GuardMode::kWarn, engine::GuardMode::kReject}) {
      if (mode == engine::GuardMode::kRepair && !rule.has_repair) continue;
      auto& counter = own.guard_findings.Add(
          {{"rule", std::string(rule.id)}, {"mode", std::string(engine::guard_mode_word(mode))}});
      raise(counter,
            static_cast<double>(
                counts.guard[static_cast<std::size_t>(rule.rule)][static_cast<std::size_t>(mode)]));
    }
  }
  const auto view = engine.view();
  const auto kept = view == nullptr ? Result<storage::KeptByResource>() : view->snapshot->kept();
  for (const auto& [resource, of_resource] : kept ? *kept : storage::KeptByResource{}) {
    if (of_resource.horizon.number == 0) continue;
    const Labels labels{{"resource", resource}};
    own.oldest.Add(labels).Set(static_cast<double>(of_resource.horizon.number));
    raise(own.dropped_events.Add(labels), static_cast<double>(of_resource.dropped_events));
    raise(own.dropped_bytes.Add(labels), static_cast<double>(of_resource.dropped_bytes));
  }
  return prometheus::TextSerializer().Serialize(own.registry.Collect());
}

}  // namespace gatefold::api
