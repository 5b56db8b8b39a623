// One HTTP answer before it is written, and the one place where errors become codes (spec section
// 11).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "engine/watch.h"
#include "schema/status.h"

namespace gatefold::api {

struct Response {
  int code = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
};

// A body that is handed out in pieces. `next` appends the next piece and answers whether there is
// more; an error after the first piece can only end the connection.
struct BodyStream {
  Response head;  // its body is empty
  std::move_only_function<Result<bool>(std::string&)> next;
};

// A watch on its way: events until the deadline, the end of the server or of the client. The
// session starts it, because the watcher's bell rings the session.
struct WatchStream {
  Response head;
  engine::WatchQuery query;
  std::int64_t timeout_seconds = 0;
  // The event's object as the client asked for it (a Table row, metadata only); empty: as it is.
  // The flag is true for the first event.
  std::function<Result<std::string>(const std::string& object, bool is_first)> transform;
};

using Reply = std::variant<Response, BodyStream, WatchStream>;

// The HTTP code of a reason; 500 for none.
int http_code(Reason reason);
// metav1.Status as JSON.
std::string status_json(const Status& status);
Response error_response(const Status& status);
Response json_response(int code, std::string body);
Response text_response(int code, std::string body);
// One `Warning: 299 - "<text>"` header each, without repeats, cut as R5.5 says.
void add_warnings(const std::vector<std::string>& warnings, Response& response);

}  // namespace gatefold::api
