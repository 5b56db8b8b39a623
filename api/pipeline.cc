#include "api/pipeline.h"

#include <fmt/format.h>

#include "api/body.h"
#include "api/history.h"
#include "api/serve_document.h"
#include "api/verbs/verbs.h"

namespace gatefold::api {
namespace {

constexpr std::string_view kNoResource = "the server could not find the requested resource";
constexpr std::size_t kUserAgentBytesMax = 256;

// Without authentication everybody is anonymous.
engine::Actor authenticate(const Request& request, const RequestInfo& info) {
  return {"system:anonymous", request.user_agent.substr(0, kUserAgentBytesMax), "",
          std::string(verb_name(info.verb)), info.subresource};
}

bool needs_name(RequestVerb verb) {
  return verb == RequestVerb::kUpdate || verb == RequestVerb::kPatch;
}

bool spans_namespaces(RequestVerb verb) {
  return verb == RequestVerb::kList || verb == RequestVerb::kWatch ||
         verb == RequestVerb::kDeleteCollection;
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

Result<void> check_subresource(const Exchange& exchange) {
  const auto& subresource = exchange.info.subresource;
  const auto verb = exchange.info.verb;
  const bool is_status = subresource == "status" && exchange.version->status_subresource;
  const bool is_finalize = subresource == "finalize" && !exchange.kind->finalizers_path.empty();
  if (!is_status && !is_finalize) {
    return not_found(exchange.kind->resource_name(), exchange.info.name);
  }
  const bool reads_or_patches = verb == RequestVerb::kGet || verb == RequestVerb::kPatch;
  if (verb == RequestVerb::kUpdate || (is_status && reads_or_patches)) return {};
  return method_not_allowed(exchange);
}

// Finds the kind and checks that the path fits it (R1.9 to R1.12).
Result<void> identify(Exchange& exchange) {
  auto& info = exchange.info;
  exchange.view = exchange.context.engine.view();
  if (exchange.view == nullptr) return unavailable("the store is being opened again");
  exchange.catalog = exchange.view->catalog;
  exchange.kind = exchange.catalog->find(info.group, info.plural);
  if (exchange.kind != nullptr) exchange.version = exchange.kind->version(info.version);
  if (exchange.version == nullptr || !exchange.version->served) {
    return failure(Reason::kNotFound, std::string(kNoResource));
  }
  const bool lacks_namespace =
      exchange.kind->namespaced() && info.name_space.empty() && !spans_namespaces(info.verb);
  const bool has_extra_namespace = !exchange.kind->namespaced() && !info.name_space.empty();
  if (lacks_namespace || has_extra_namespace) {
    return failure(Reason::kNotFound, std::string(kNoResource));
  }
  if (!info.subresource.empty()) return check_subresource(exchange);
  if (info.verb == RequestVerb::kOther) return method_not_allowed(exchange);
  if (needs_name(info.verb) && info.name.empty()) {
    if (exchange.kind->core) return method_not_allowed(exchange);
    return bad_request("name must be provided");
  }
  if (info.verb == RequestVerb::kCreate && !info.name.empty() && exchange.kind->core) {
    return method_not_allowed(exchange);
  }
  return {};
}

// Everybody may do everything until there is a way to tell who is calling.
Result<void> authorize(const Exchange&) {
  return {};
}

// PATCH judges its Content-Type before Accept (R7.1).
Result<void> negotiate_shape(Exchange& exchange) {
  const auto& request = exchange.request;
  if (exchange.info.verb == RequestVerb::kPatch) {
    auto type = patch_type_of(request, exchange.kind->core);
    if (!type) return std::unexpected(std::move(type.error()));
  }
  auto representation =
      negotiate(request.accept, request.query.value("pretty"), request.user_agent);
  if (!representation) return std::unexpected(std::move(representation.error()));
  exchange.representation = std::move(*representation);
  return {};
}

std::optional<Reply> dispatch(Exchange exchange) {
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

}  // namespace

std::optional<Reply> serve(const Context& context, Request request, Done done, Post post) {
  if (is_history(request)) {
    return serve_history(context, std::move(request), std::move(done), std::move(post));
  }
  auto info = parse_request_info(request);
  if (!info) return serve_document(context, request);

  Exchange exchange{.context = context, .request = std::move(request), .info = std::move(*info)};
  exchange.done = std::move(done);
  exchange.post = std::move(post);
  exchange.actor = authenticate(exchange.request, exchange.info);
  auto passed = identify(exchange);
  if (passed) passed = authorize(exchange);
  if (passed) passed = negotiate_shape(exchange);
  if (!passed) return error_response(passed.error());
  return dispatch(std::move(exchange));
}

}  // namespace gatefold::api
