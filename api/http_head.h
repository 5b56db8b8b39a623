// The head of an answer (R1.13). Included by the session only: it needs Beast.
#pragma once

#include <string>
#include <string_view>

#include <boost/beast/http/message.hpp>

#include "api/response.h"

namespace gatefold::api {

// `Tue, 24 Nov 2026 07:25:06 GMT` of now, made once a second and thread.
std::string_view http_date();
// 36 characters that name a request in logs.
std::string make_audit_id();

template <class Body>
void fill_head(const Response& response, std::string_view audit_id, bool keep_alive,
               boost::beast::http::response<Body>& message) {
  namespace http = boost::beast::http;
  const auto text = [](std::string_view view) {
    return boost::core::string_view(view.data(), view.size());
  };
  message.version(11);
  message.result(static_cast<unsigned>(response.code));
  message.keep_alive(keep_alive);
  message.set("Audit-Id", audit_id.empty() ? make_audit_id() : std::string(audit_id));
  bool has_cache_control = false;
  for (const auto& [name, value] : response.headers) {
    message.insert(text(name), text(value));
    has_cache_control = has_cache_control || name == "Cache-Control";
  }
  if (!has_cache_control) message.set(http::field::cache_control, "no-cache, private");
  if (response.code != 304) message.set(http::field::content_type, response.content_type);
  message.set(http::field::date, text(http_date()));
}

}  // namespace gatefold::api
