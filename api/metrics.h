// What is counted while requests are served, for /metrics (R3.9). Any thread; a request whose
// labels its thread has seen before costs a few additions.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "api/request_info.h"
#include "engine/engine.h"
#include "schema/catalog.h"

namespace gatefold::api {

// What a request is counted as. Kinds and subresources that are not served are no labels, so that
// nobody can make up new ones.
struct RequestLabels {
  RequestVerb verb = RequestVerb::kOther;  // of a resource
  std::string method;                      // of what is none
  CatalogPtr catalog;                      // keeps kind and version alive
  const Kind* kind = nullptr;
  const KindVersion* version = nullptr;
  std::string subresource;
  std::string_view scope;  // "resource", "namespace", "cluster" or ""

  bool is_long_running() const { return verb == RequestVerb::kWatch; }
};

class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // A request that is being served, from its head to the end of its answer.
  class Running {
   public:
    Running(Metrics& metrics, bool reads);
    ~Running();
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    // It is a watch: counted as what may last, with its labels.
    void lasts(const RequestLabels& labels);

   private:
    Metrics& metrics_;
    bool reads_;
    bool lasts_ = false;
    RequestLabels labels_;
  };

  void answered(const RequestLabels& labels, int code, std::chrono::nanoseconds took);
  void watch_events(const RequestLabels& labels, std::size_t count);

  // In Prometheus' text format 0.0.4, with what the engine counts as of now.
  std::string text(engine::Engine& engine);

 private:
  struct Parts;
  const std::uint64_t id_;  // of this object among all that the process has had
  std::unique_ptr<Parts> parts_;
};

}  // namespace gatefold::api
