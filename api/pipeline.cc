#include "api/pipeline.h"

#include <algorithm>

#include <fmt/format.h>

#include "api/authenticate.h"
#include "api/backups.h"
#include "api/body.h"
#include "api/discovery.h"
#include "api/history.h"
#include "api/limits.h"
#include "api/moment.h"
#include "api/params.h"
#include "api/replay.h"
#include "api/serve_document.h"
#include "api/shape.h"
#include "api/verbs/verbs.h"

namespace gatefold::api {
namespace {

constexpr std::string_view kNoResource = "the server could not find the requested resource";

engine::Actor actor_of(const Exchange& exchange) {
  return {exchange.user->name, exchange.request.user_agent.substr(0, kUserAgentBytesMax), "",
          std::string(verb_name(exchange.info.verb)), exchange.info.subresource};
}

bool needs_name(RequestVerb verb) {
  return verb == RequestVerb::kUpdate || verb == RequestVerb::kPatch;
}

bool answers_list(RequestVerb verb) {
  return verb == RequestVerb::kList || verb == RequestVerb::kDeleteCollection;
}

// Whether the path is one of a resource (R1.11). Those of built-in kinds without a namespace are
// there for lists and watches; other methods on them are not allowed.
bool has_path(const Kind& kind, const RequestInfo& info) {
  // Reviews have no names, and no namespace but their own.
  if (kind.is_review) return info.name.empty() && kind.namespaced() != info.name_space.empty();
  if (!kind.namespaced()) return info.name_space.empty();
  if (!info.name_space.empty()) return true;
  if (!info.name.empty()) return false;
  return kind.core || answers_list(info.verb) || info.verb == RequestVerb::kWatch;
}

// What discovery says is served, and nothing else. Custom resources take a name in a POST and
// miss one in PUT and PATCH later (R1.9).
bool has_method(const Kind& kind, const RequestInfo& info) {
  const auto verbs = verbs_of(kind);
  if (std::ranges::find(verbs, verb_name(info.verb)) == verbs.end()) return false;
  if (!kind.core) return true;
  if (needs_name(info.verb)) return !info.name.empty();
  const bool is_read = info.verb == RequestVerb::kList || info.verb == RequestVerb::kWatch;
  if (kind.namespaced() && info.name_space.empty()) return is_read;
  return info.verb != RequestVerb::kCreate || info.name.empty();
}

std::unexpected<Status> method_not_allowed(const Exchange& exchange) {
  if (exchange.kind->core) {
    return failure(Reason::kMethodNotAllowed,
                   "the server does not allow this method on the requested resource");
  }
  const auto name = exchange.kind->resource_name();
  Status status{.reason = Reason::kMethodNotAllowed,
                .message = fmt::format("{} is not supported on resources of kind \"{}\"",
                                       verb_name(exchange.info.verb), name.group_resource())};
  status.details.group = name.group;
  status.details.kind = name.resource;
  return std::unexpected(std::move(status));
}

Result<void> identify_subresource(Exchange& exchange) {
  const auto verb = verb_name(exchange.info.verb);
  const bool has_history = !exchange.kind->is_review && !exchange.kind->shows_log();
  const auto only = has_history ? history_verb(exchange.info.subresource) : std::string_view();
  if (!only.empty()) return verb == only ? Result<void>() : method_not_allowed(exchange);
  const auto subresources = subresources_of(*exchange.kind, *exchange.version);
  const auto found = std::ranges::find(subresources, exchange.info.subresource, &Subresource::name);
  if (found == subresources.end()) {
    return not_found(exchange.kind->resource_name(), exchange.info.name);
  }
  exchange.shown_kind = found->kind;
  exchange.shown_version = found->version;
  if (std::ranges::find(found->verbs, verb) != found->verbs.end()) return {};
  return method_not_allowed(exchange);
}

// Whether the view serves the kind in that version.
bool find_kind(Exchange& exchange, engine::ViewPtr view) {
  const auto& info = exchange.info;
  exchange.view = std::move(view);
  exchange.catalog = exchange.view->catalog;
  exchange.kind = exchange.catalog->find(info.group, info.plural);
  exchange.version = exchange.kind == nullptr ? nullptr : exchange.kind->version(info.version);
  return exchange.version != nullptr && exchange.version->served;
}

// A list that is of one revision alone stays what it was when its kind goes: it is then read as of
// that revision. A watch, which is about what comes, is not there any more.
bool find_gone_kind(Exchange& exchange) {
  if (exchange.at || exchange.info.verb != RequestVerb::kList) return false;
  const auto revision = exact_revision(exchange.request);
  if (!revision || revision->number == 0) return false;
  exchange.at = *revision;
  auto then = view_of(exchange.context.engine, exchange.at);
  return then && find_kind(exchange, std::move(*then));
}

// Finds the kind and checks that the path fits it (R1.9 to R1.12).
Result<void> identify(Exchange& exchange) {
  auto& info = exchange.info;
  auto at = parse_at(exchange.request, info.verb);
  if (!at) return std::unexpected(std::move(at.error()));
  exchange.at = *at;
  auto view = view_of(exchange.context.engine, exchange.at);
  if (!view) return std::unexpected(std::move(view.error()));
  if (!find_kind(exchange, std::move(*view)) && !find_gone_kind(exchange)) {
    return failure(Reason::kNotFound, std::string(kNoResource));
  }
  if (!has_path(*exchange.kind, info)) {
    return failure(Reason::kNotFound, std::string(kNoResource));
  }
  exchange.shown_kind = exchange.kind;
  exchange.shown_version = exchange.version;
  if (!info.subresource.empty()) return identify_subresource(exchange);
  if (!has_method(*exchange.kind, info)) return method_not_allowed(exchange);
  return {};
}

Result<void> may_access(const Exchange& exchange) {
  const auto& info = exchange.info;
  const bool is_namespace = info.plural == "namespaces" && info.group.empty();
  const Access access{.verb = verb_name(info.verb),
                      .group = info.group,
                      .version = info.version,
                      .resource = info.plural,
                      .subresource = info.subresource,
                      .name_space = is_namespace ? info.name : info.name_space,
                      .name = info.name,
                      .path = {}};
  if (authorize(*exchange.user, access).is_allowed) return {};
  return forbidden(exchange.kind->resource_name(), info.name, denial_of(*exchange.user, access));
}

bool is_read(RequestVerb verb) {
  return verb == RequestVerb::kGet || verb == RequestVerb::kList || verb == RequestVerb::kWatch;
}

// Reviews are answered in the past, too: they write nothing.
Result<void> may_write(const Exchange& exchange) {
  if (is_read(exchange.info.verb) || exchange.kind->is_review) return {};
  return exchange.context.engine.may_write(exchange.kind->resource_name(), exchange.info.name);
}

RequestLabels labels_of(const Exchange& exchange) {
  const auto& info = exchange.info;
  return {.verb = info.verb,
          .method = {},
          .catalog = exchange.catalog,
          .kind = exchange.kind,
          .version = exchange.version,
          .subresource = info.subresource,
          .scope = !info.name.empty()         ? "resource"
                   : !info.name_space.empty() ? "namespace"
                                              : "cluster"};
}

// PATCH judges its Content-Type before the name, all judge Accept after it (R7.1). Whatever can't
// be shown is refused here: after a commit it would be too late.
Result<void> negotiate_shape(Exchange& exchange) {
  const auto& request = exchange.request;
  const auto& info = exchange.info;
  if (info.verb == RequestVerb::kPatch) {
    auto type = patch_type_of(request, exchange.kind->core);
    if (!type) return std::unexpected(std::move(type.error()));
  }
  if (needs_name(info.verb) && info.name.empty()) return bad_request("name must be provided");
  auto representation =
      negotiate(request.accept, request.query.value("pretty"), request.user_agent);
  if (!representation) return std::unexpected(std::move(representation.error()));
  exchange.representation = std::move(*representation);
  // Other reads of the past don't pay for it.
  const bool asks_time =
      exchange.representation.shape == Shape::kTable || exchange.kind->shows_log();
  if (exchange.at && asks_time) {
    const auto then = time_in(*exchange.view, exchange.at, exchange.now());
    if (!then) return std::unexpected(then.error());
    exchange.then = *then;
  }
  return check_shape(exchange.representation, request, answers_list(info.verb));
}

std::optional<Reply> dispatch(Exchange exchange) {
  if (!history_verb(exchange.info.subresource).empty()) return history_part(std::move(exchange));
  switch (exchange.info.verb) {
    case RequestVerb::kGet:
      return get(std::move(exchange));
    case RequestVerb::kList:
      return list(std::move(exchange));
    case RequestVerb::kWatch:
      return watch(std::move(exchange));
    case RequestVerb::kCreate:
    case RequestVerb::kUpdate:
    case RequestVerb::kPatch:
      return write(std::move(exchange));
    case RequestVerb::kDelete:
      return remove(std::move(exchange));
    case RequestVerb::kDeleteCollection:
      return remove_collection(std::move(exchange));
    case RequestVerb::kOther:
      break;
  }
  return error_response(method_not_allowed(exchange).error());
}

Response& head_of(Reply& reply) {
  if (auto* stream = std::get_if<BodyStream>(&reply)) return stream->head;
  if (auto* watch = std::get_if<WatchStream>(&reply)) return watch->head;
  return std::get<Response>(reply);
}

// Before what the write itself is warned of, whatever came of it.
void warn_first(const std::string& text, Reply& reply) {
  Response warned;
  add_warnings({text}, warned);
  auto& headers = head_of(reply).headers;
  headers.insert(headers.begin(), warned.headers.begin(), warned.headers.end());
}

}  // namespace

std::optional<Reply> serve(const Context& context, Request request, RequestLabels& labels,
                           Done done, Post post) {
  labels = {.method = request.method};
  auto user = authenticate(context.engine, request);
  if (!user) return error_response(user.error());
  if (is_history(request)) {
    return serve_history(context, std::move(request), *user, std::move(done), std::move(post));
  }
  if (context.replay != nullptr && is_replay(request)) {
    return serve_replay(*context.replay, request, std::move(done), std::move(post));
  }
  if (is_backup(request)) {
    return serve_backup(context, request, std::move(done), std::move(post));
  }
  auto info = parse_request_info(request);
  if (!info) return serve_document(context, request);

  Exchange exchange{.context = context, .request = std::move(request), .info = std::move(*info)};
  exchange.done = std::move(done);
  exchange.post = std::move(post);
  exchange.user = std::move(*user);
  exchange.actor = actor_of(exchange);
  const bool is_watch = exchange.info.verb == RequestVerb::kWatch;
  auto passed = is_watch ? Result<void>() : check_timeout(exchange.request);
  if (passed) passed = identify(exchange);
  if (passed) labels = labels_of(exchange);
  if (passed) passed = may_access(exchange);
  if (passed) passed = may_write(exchange);
  if (passed) passed = negotiate_shape(exchange);
  if (!passed) return error_response(passed.error());
  if (!exchange.version->deprecated) return dispatch(std::move(exchange));
  const auto text = exchange.kind->deprecation_of(*exchange.version);
  exchange.done = [text, then = std::move(exchange.done)](Reply reply) mutable {
    warn_first(text, reply);
    then(std::move(reply));
  };
  auto reply = dispatch(std::move(exchange));
  if (reply) warn_first(text, *reply);
  return reply;
}

}  // namespace gatefold::api
