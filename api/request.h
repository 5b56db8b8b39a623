// One HTTP request after it was read: plain strings, no Beast.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "schema/status.h"

namespace gatefold::api {

// Query parameters in their order, decoded.
struct Query {
  std::vector<std::pair<std::string, std::string>> parameters;

  // The first value of `name`; repeated scalars: the first wins (R1.6).
  std::optional<std::string_view> first(std::string_view name) const;
  std::string_view value(std::string_view name) const { return first(name).value_or(""); }
  std::vector<std::string> all(std::string_view name) const;
  // Present and neither `false` nor `0` in any case (R1.5).
  bool is_true(std::string_view name) const;
};

struct Request {
  std::string method;  // upper case
  std::string path;    // as sent, percent-encoded, without the query
  Query query;
  std::string accept;
  std::string content_type;
  std::string user_agent;
  std::string if_none_match;
  std::string audit_id;
  std::string host;
  std::string authorization;
  std::string accept_encoding;
  // Headers `Impersonate-<what>`, without that prefix, in their order (R20.9).
  std::vector<std::pair<std::string, std::string>> impersonation;
  std::string body;
};

// How long the client wants to wait (`timeout=32s`, R1.8); nothing where it names no time or none
// above zero.
Result<std::optional<std::chrono::nanoseconds>> parse_timeout(const Query& query);

// Splits a request target into path and query.
void parse_target(std::string_view target, Request& request);
// Decodes %XX once; an incomplete escape stays as it is. `+` is a space in queries only.
std::string percent_decode(std::string_view text, bool is_query);

}  // namespace gatefold::api
