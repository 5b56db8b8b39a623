// Every request goes through here, one way: identify -> authenticate -> authorize -> negotiate ->
// verb -> answer.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "api/documents.h"
#include "api/metrics.h"
#include "api/negotiate.h"
#include "api/probes.h"
#include "api/request.h"
#include "api/request_info.h"
#include "api/response.h"
#include "engine/engine.h"
#include "schema/moment.h"

namespace gatefold::engine {
class Replay;
}

namespace gatefold::api {

class Backups;

// What all requests share; outlives them.
struct Context {
  engine::Engine& engine;
  Documents& documents;
  Probes& probes;
  Metrics& metrics;
  engine::Replay* replay = nullptr;  // null: what is served is no replay
  Backups* backups = nullptr;        // null: none are made
};

using Done = std::move_only_function<void(Reply)>;
// Runs a task on the connection's own thread, later.
using Post = std::function<void(std::move_only_function<void()>)>;

// One request on its way through the stages. Verbs own it.
struct Exchange {
  const Context& context;
  Request request;
  RequestInfo info;
  Representation representation;
  UserPtr user;
  engine::Actor actor;
  CatalogPtr catalog;  // keeps kind and version alive
  const Kind* kind = nullptr;
  const KindVersion* version = nullptr;
  // What a body is one of, and the answer: the kind itself or, through /scale and /token, Scale and
  // TokenRequest.
  const Kind* shown_kind = nullptr;
  const KindVersion* shown_version = nullptr;
  std::optional<Moment> at;  // what a read asks for
  engine::ViewPtr view;      // let go before any wait
  std::optional<Time> then;  // when that was, where the answer tells ages or counts back
  Done done;
  Post post;

  ObjectKey key() const { return {kind->resource, info.name_space, info.name}; }
  // Ages are told as of this time, and `2h` counts back from it.
  Time now() const { return then ? *then : context.engine.world().now(); }
};

// Answers at once, or calls `done` later, once, from any thread; `done` must only post. `labels` is
// filled in before it returns.
std::optional<Reply> serve(const Context& context, Request request, RequestLabels& labels,
                           Done done, Post post);

}  // namespace gatefold::api
