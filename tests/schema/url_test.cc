#include "schema/url.h"

#include <catch2/catch.hpp>

namespace gatefold {
namespace {

TEST_CASE("URLs are written again as they mean") {
  struct Case {
    std::string_view text;
    std::string_view again;
  };
  const Case cases[] = {
      {"HTTP://Host:80/a%2fb?q#f", "http://Host:80/a%2fb?q#f"},
      {"http://h/a b", "http://h/a%20b"},
      {"http://h/[a]", "http://h/[a]"},
      {"http://h/\"", "http://h/%22"},
      {"http://h?", "http://h?"},
      {"http://u:p@h", "http://u:p@h"},
      {"http://u%40:p%3A@h/", "http://u%40:p%3A@h/"},
      {"http://[fe80::1%25en0]:8080/", "http://[fe80::1%25en0]:8080/"},
      {"mailto:a@b", "mailto:a@b"},
      {"http:/x", "http:/x"},
      {"http:///x", "http:///x"},
      {"//host/p", "//host/p"},
      {"./a:b", "./a:b"},
      {"a/b:c", "a/b:c"},
      {"*", "*"},
      {"http://h/#a b", "http://h/#a%20b"},
      {"", ""},
  };
  for (const auto& one : cases) {
    INFO(one.text);
    const auto url = parse_url(one.text);
    REQUIRE(url);
    CHECK(to_string(*url) == one.again);
    const auto again = parse_url(one.again);
    REQUIRE(again);
    CHECK(to_string(*again) == one.again);
  }
}

TEST_CASE("requests have absolute URLs, and no fragments") {
  CHECK(parse_request_uri("/a#b")->path == "/a#b");
  CHECK(parse_url("/a#b")->path == "/a");
  CHECK(parse_request_uri("//h/p")->host.empty());
  CHECK(parse_url("//h/p")->host == "h");
  CHECK(parse_request_uri("a").error() == R"(parse "a": invalid URI for request)");
  CHECK(parse_url("a:b/c")->opaque == "b/c");
  CHECK(parse_url("1:b").error() ==
        R"(parse "1:b": first path segment in URL cannot contain colon)");
  CHECK(parse_url("http://h/#%zz").error() == R"(parse "http://h/#%zz": invalid URL escape "%zz")");
}

TEST_CASE("hosts have a name and a port") {
  struct Case {
    std::string_view text;
    std::string_view hostname, port;
  };
  const Case cases[] = {
      {"http://h:80", "h", "80"},
      {"http://h:", "h", ""},
      {"http://h", "h", ""},
      {"http://[::1]", "::1", ""},
      {"http://[::1]:8", "::1", "8"},
      {"http://a%C3%BC/", "a\xc3\xbc", ""},
      {"http://[a%25%20]/", "a% ", ""},
      {"http:x", "", ""},
  };
  for (const auto& one : cases) {
    INFO(one.text);
    const auto url = parse_url(one.text);
    REQUIRE(url);
    CHECK(hostname(*url) == one.hostname);
    CHECK(port(*url) == one.port);
  }
  for (const auto* text : {"http://a%20b/", "http://h:8x/", "http://[::1/", "http://[::1]x/",
                           "http://a^b/", "http://[a%25%0a]/", "http://%2/", "http://%2525/"}) {
    INFO(text);
    CHECK(parse_url(text).has_value() == (std::string_view(text) == "http://%2525/"));
  }
}

TEST_CASE("queries are settings in their order") {
  using Settings = std::vector<std::pair<std::string, std::string>>;
  CHECK(parse_query("a=1&b&a=2") == Settings{{"a", "1"}, {"b", ""}, {"a", "2"}});
  CHECK(parse_query("a+b=c%20d=e") == Settings{{"a b", "c d=e"}});
  CHECK(parse_query("&a;b=1&%zz=1&x=%z&=v") == Settings{{"", "v"}});
  CHECK(parse_query("").empty());
}

}  // namespace
}  // namespace gatefold
