// One request, for the tools that ask a running server.
#pragma once

#include <string>
#include <string_view>

#include "schema/status.h"

namespace gatefold::tools {

struct HttpAnswer {
  int code = 0;
  std::string body;
  std::string revision;  // the header Gatefold-Revision
  std::string head;      // the header Gatefold-Head
  std::string time;      // the header Gatefold-Time
};

// `server` is `http://HOST:PORT`. kServiceUnavailable where it can't be reached; the server's own
// Status for other codes than 200 and 201.
Result<HttpAnswer> http_get(const std::string& server, const std::string& target);

// The same for a POST of JSON.
Result<HttpAnswer> http_post(const std::string& server, const std::string& target,
                             const std::string& body);

// For query parameters.
std::string percent_encode(std::string_view text);

}  // namespace gatefold::tools
