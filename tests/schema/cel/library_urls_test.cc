#include "tests/schema/cel/library_calls.h"

namespace gatefold::cel {
namespace {

TEST_CASE("URLs are taken apart") {
  struct Case {
    std::string_view text;
    std::string_view scheme, host, hostname, port, path;
  };
  const Case cases[] = {
      {"https://user:pass@example.com:80/path?query=val#fragment", "https", "example.com:80",
       "example.com", "80", "/path"},
      {"/absolute-path", "", "", "", "", "/absolute-path"},
      {"https://example.com", "https", "example.com", "example.com", "", ""},
      {"https://[::1]:80/", "https", "[::1]:80", "::1", "80", "/"},
      {"https://[::1]/", "https", "[::1]", "::1", "", "/"},
      {"https://example.com/path with spaces/", "https", "example.com", "example.com", "",
       "/path%20with%20spaces/"},
      {"mailto:a@b", "mailto", "", "", "", ""},
      {"http://%ff/", "http", "\xef\xbf\xbd", "\xef\xbf\xbd", "", "/"},
  };
  LibraryCalls calls(url_functions());
  for (const auto& one : cases) {
    INFO(one.text);
    const auto url = calls.call("url(string) url", one.text);
    REQUIRE(url.is(ValKind::kUrl));
    CHECK(calls.call("isURL(string) bool", one.text).boolean);
    CHECK(calls.call("url.getScheme() string", {url}).text == one.scheme);
    CHECK(calls.call("url.getHost() string", {url}).text == one.host);
    CHECK(calls.call("url.getHostname() string", {url}).text == one.hostname);
    CHECK(calls.call("url.getPort() string", {url}).text == one.port);
    CHECK(calls.call("url.getEscapedPath() string", {url}).text == one.path);
  }
}

TEST_CASE("what is no URL is an error of url() and false of isURL()") {
  struct Case {
    std::string_view text;
    std::string_view error;
  };
  const Case cases[] = {
      {"../relative-path", R"(parse "../relative-path": invalid URI for request)"},
      {"", R"(parse "": empty url)"},
      {"https://a:b:c/", R"(parse "https://a:b:c/": invalid port ":c" after host)"},
      {"http://[::1", R"(parse "http://[::1": missing ']' in host)"},
      {"http://h/%zz", R"(parse "http://h/%zz": invalid URL escape "%zz")"},
      {"http://a b/", R"(parse "http://a b/": invalid character " " in host name)"},
      {":x", R"(parse ":x": missing protocol scheme)"},
      {"http://a<b@h", R"(parse "http://a<b@h": net/url: invalid userinfo)"},
      {"http://h/\x01", R"(parse "http://h/\x01": net/url: invalid control character in URL)"},
  };
  LibraryCalls calls(url_functions());
  for (const auto& one : cases) {
    INFO(one.text);
    const auto url = calls.call("url(string) url", one.text);
    REQUIRE(url.is_error());
    CHECK(url.text == "URL parse error during conversion from string: " + std::string(one.error));
    CHECK(!calls.call("isURL(string) bool", one.text).boolean);
  }
}

TEST_CASE("queries are lists by key") {
  LibraryCalls calls(url_functions());
  const auto query = [&calls](std::string_view text) {
    const auto url = calls.call("url(string) url", text);
    const auto map = calls.call("url.getQuery() map(string, list(string))", {url});
    std::string out;
    for (std::size_t i = 0; i < map_size(map); ++i) {
      const auto item = map_at(calls.arena(), map, i);
      out += show(calls.arena(), item.key) + show(calls.arena(), item.value) + " ";
    }
    return out;
  };
  CHECK(query("https://example.com/path?k1=a&k2=b&k2=c") == "k1[a] k2[b, c] ");
  CHECK(query("https://example.com/path?key with spaces=value+with%20spaces") ==
        "key with spaces[value with spaces] ");
  CHECK(query("https://example.com/path?").empty());
  CHECK(query("https://example.com/path").empty());
  CHECK(query("http://h/?x=%zz&y=1&&a;b=2&z") == "y[1] z[] ");
  CHECK(query("http://h/?x=%ff") == "x[\xef\xbf\xbd] ");
}

TEST_CASE("what costs nothing comes to an end") {
  const std::string text = "/?" + std::string(1'000'000, 'a');
  LibraryCalls calls(url_functions());
  const auto url = calls.call("url(string) url", {string_val(text)});
  CHECK(calls.cost() == 100'001);
  int times = 0;
  while (!calls.call("isURL(string) bool", {string_val(text)}).is_error() && times < 100) ++times;
  CHECK(times == 49);
  CHECK(calls.call("url.getQuery() map(string, list(string))", {url}).is_error());
}

TEST_CASE("URLs are equal where their texts are, and reading one costs a tenth") {
  LibraryCalls calls(url_functions());
  const auto url = calls.call("url(string) url", "HTTP://h/p");
  CHECK(calls.cost() == 1);
  CHECK(opaque_equal(url, calls.call("url(string) url", "http://h/p")));
  CHECK(!opaque_equal(url, calls.call("url(string) url", "http://h/p?a")));
  calls.call("isURL(string) bool", "http://a-long-host.example.com/");
  CHECK(calls.cost() == 1);
  CHECK(opaque_type_name(url) == "kubernetes.URL");
}

}  // namespace
}  // namespace gatefold::cel
