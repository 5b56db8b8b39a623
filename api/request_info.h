// What a request is about, parsed once from method, path and query; after this nobody looks at a
// URL (spec section 1).
#pragma once

#include <optional>
#include <string>

#include "api/request.h"

namespace gatefold::api {

enum class RequestVerb {
  kGet,
  kList,
  kWatch,
  kCreate,
  kUpdate,
  kPatch,
  kDelete,
  kDeleteCollection,
  kOther,  // a method that no resource knows, or that no watch by prefix does
};

// The word that Kubernetes uses: "get", "deletecollection", ...
std::string_view verb_name(RequestVerb verb);

struct RequestInfo {
  RequestVerb verb = RequestVerb::kOther;
  std::string group;  // empty for core
  std::string version;
  std::string name_space;
  std::string plural;
  std::string name;  // of a watch: that object alone
  std::string subresource;
};

// Every object has subresources that show and restore its history, which discovery does not list:
// the one verb of such a one; empty for all others.
std::string_view history_verb(std::string_view subresource);

// Nothing where the path names no resource (discovery, probes, unknown paths).
std::optional<RequestInfo> parse_request_info(const Request& request);

}  // namespace gatefold::api
