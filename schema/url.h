// URLs as Go's net/url reads and writes them (Go 1.24, which Kubernetes 1.33 is built with).
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gatefold {

struct Url {
  struct User {
    std::string name;
    std::optional<std::string> password;
  };

  // Unescaped, but for `opaque`, `raw_path`, `raw_query` and `raw_fragment`; what is unescaped need
  // not be UTF-8.
  std::string scheme;  // small letters
  std::string opaque;  // what follows a scheme without a slash
  std::optional<User> user;
  std::string host;  // with brackets and port
  std::string path;
  std::string raw_path;  // empty where escaping `path` gives it
  std::string raw_query;
  std::string fragment;
  std::string raw_fragment;      // likewise
  bool has_empty_query = false;  // it ends in `?`
  bool has_no_host = false;      // scheme:/path
};

// The error is Go's: `parse "x": invalid URI for request`.
std::expected<Url, std::string> parse_url(std::string_view text);
// An absolute URI or an absolute path; a fragment is part of the path or the query.
std::expected<Url, std::string> parse_request_uri(std::string_view text);

std::string to_string(const Url& url);
std::string escaped_path(const Url& url);
// Of `host`, without brackets and port; and the port's digits. They borrow from it.
std::string_view hostname(const Url& url);
std::string_view port(const Url& url);

// Keys and values, unescaped, in their order; what can't be unescaped, has a semicolon or is empty
// is left out.
std::vector<std::pair<std::string, std::string>> parse_query(std::string_view raw_query);

}  // namespace gatefold
