#include "api/request_info.h"

#include <vector>

namespace gatefold::api {
namespace {

std::vector<std::string> decoded_segments(std::string_view path) {
  std::vector<std::string> segments;
  if (path.starts_with('/')) path.remove_prefix(1);
  if (path.ends_with('/')) path.remove_suffix(1);
  while (!path.empty()) {
    const auto end = std::min(path.find('/'), path.size());
    segments.push_back(percent_decode(path.substr(0, end), false));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return segments;
}

RequestVerb verb_of(const Request& request, bool has_name, bool by_prefix) {
  const auto& method = request.method;
  if (by_prefix)
    return method == "GET" || method == "HEAD" ? RequestVerb::kWatch : RequestVerb::kOther;
  if (method == "POST") return RequestVerb::kCreate;
  if (method == "PUT") return RequestVerb::kUpdate;
  if (method == "PATCH") return RequestVerb::kPatch;
  if (method == "DELETE") return has_name ? RequestVerb::kDelete : RequestVerb::kDeleteCollection;
  if (method != "GET" && method != "HEAD") return RequestVerb::kOther;
  // A named path is a plain GET whatever `watch` says (R1.7).
  if (has_name) return RequestVerb::kGet;
  return request.query.is_true("watch") ? RequestVerb::kWatch : RequestVerb::kList;
}

// Status and finalize are subresources of the namespace, whatever follows (R1.2). So are the parts
// that show history, since no kind of the core group has their names.
bool is_part_of_namespace(std::string_view group, std::string_view word, std::size_t left) {
  if (word == "status" || word == "finalize") return true;
  return group.empty() && left == 3 && !history_verb(word).empty();
}

}  // namespace

std::string_view history_verb(std::string_view subresource) {
  if (subresource == "history" || subresource == "conditions") return "get";
  return subresource == "rollback" ? "create" : "";
}

std::string_view verb_name(RequestVerb verb) {
  switch (verb) {
    case RequestVerb::kGet:
      return "get";
    case RequestVerb::kList:
      return "list";
    case RequestVerb::kWatch:
      return "watch";
    case RequestVerb::kCreate:
      return "create";
    case RequestVerb::kUpdate:
      return "update";
    case RequestVerb::kPatch:
      return "patch";
    case RequestVerb::kDelete:
      return "delete";
    case RequestVerb::kDeleteCollection:
      return "deletecollection";
    case RequestVerb::kOther:
      return "";
  }
  return "";
}

std::optional<RequestInfo> parse_request_info(const Request& request) {
  const auto segments = decoded_segments(request.path);
  RequestInfo info;
  std::size_t at = 0;
  if (segments.size() >= 3 && segments[0] == "api") {
    info.version = segments[1];
    at = 2;
  } else if (segments.size() >= 4 && segments[0] == "apis") {
    info.group = segments[1];
    info.version = segments[2];
    at = 3;
  } else {
    return std::nullopt;
  }
  const bool by_prefix = segments[at] == "watch";
  if (by_prefix) ++at;
  const auto left = [&] { return segments.size() - at; };
  if (left() == 0) return std::nullopt;
  // `/namespaces/<ns>/<resource>...`
  if (segments[at] == "namespaces" && left() >= 3 &&
      !is_part_of_namespace(info.group, segments[at + 2], left())) {
    info.name_space = segments[at + 1];
    at += 2;
  }
  if (left() > 3) return std::nullopt;
  info.plural = segments[at];
  if (left() >= 2) info.name = segments[at + 1];
  if (left() >= 3) info.subresource = segments[at + 2];
  info.verb = verb_of(request, !info.name.empty(), by_prefix);
  return info;
}

}  // namespace gatefold::api
