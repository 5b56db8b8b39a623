// /metrics (R3.9) and compressed answers (R1.16), over HTTP.
#include <fmt/format.h>
#include <zlib.h>

#include "tests/contract/objects.h"
#include "tests/support/http_peer.h"
#include "tests/support/served_engine.h"

namespace gatefold::test {
namespace {

const std::string kMaps = "/api/v1/namespaces/default/configmaps";
const HttpPeer::Headers kGzip = {{"Accept-Encoding", "br, gzip"}};

std::string big_map(std::string_view name, std::size_t bytes) {
  return to_json(JsonObject{{"kind", "ConfigMap"},
                            {"metadata", {{"name", name}}},
                            {"data", {{"a", std::string(bytes, 'x')}}}});
}

std::string unzipped(const std::string& body) {
  z_stream z{};
  REQUIRE(inflateInit2(&z, 15 + 16) == Z_OK);
  std::string out(8u << 20, '\0');
  std::string in = body;
  z.next_in = reinterpret_cast<Bytef*>(in.data());
  z.avail_in = static_cast<uInt>(in.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  REQUIRE(inflate(&z, Z_FINISH) == Z_STREAM_END);
  CHECK(z.avail_in == 0);
  out.resize(z.total_out);
  inflateEnd(&z);
  return out;
}

// The value of the line that begins with `name` and whose labels have all of `parts`; -1: none.
double metric(const std::string& text, const std::string& name,
              const std::vector<std::string>& parts = {}) {
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    const auto line = text.substr(at, end - at);
    at = end + 1;
    if (!line.starts_with(name + "{") && !line.starts_with(name + " ")) continue;
    const bool has_all = std::ranges::all_of(
        parts, [&](const auto& part) { return line.find(part) != std::string::npos; });
    if (has_all) return std::stod(line.substr(line.rfind(' ')));
  }
  return -1;
}

}  // namespace

TEST_CASE("requests are counted by what they are about and how they end (R3.9)") {
  TestWorld world;
  ServedEngine server(world.world());
  HttpPeer peer(server.port());
  const auto map = R"({"kind":"ConfigMap","metadata":{"name":"m"}})";
  REQUIRE(peer.call("POST", kMaps, {}, map).code == 201);
  REQUIRE(peer.call("POST", kMaps, {}, map).code == 409);
  for (int i = 0; i < 3; ++i) REQUIRE(peer.call("GET", kMaps + "/m").code == 200);
  REQUIRE(peer.call("GET", "/api/v1/configmaps").code == 200);
  REQUIRE(peer.call("GET", "/api/v1/madeup").code == 404);
  REQUIRE(peer.call("GET", kMaps + "/m/madeup").code == 404);
  REQUIRE(peer.call("BREW", "/version").code == 405);
  HttpPeer watcher(server.port());
  watcher.send(fmt::format("GET {}?watch=1 HTTP/1.1\r\nHost: x\r\n\r\n", kMaps));
  REQUIRE(watcher.read_head().code == 200);
  REQUIRE(watcher.read_line().has_value());

  const auto answer = peer.call("GET", "/metrics");
  CHECK(answer.code == 200);
  CHECK(answer.header("content-type") == "text/plain; version=0.0.4; charset=utf-8");
  const auto& text = answer.body;
  const auto count = [&](std::vector<std::string> parts) {
    return metric(text, "apiserver_request_total", parts);
  };
  CHECK(count({R"(verb="POST")", R"(resource="configmaps")", R"(code="201")", R"(version="v1")",
               R"(group="")", R"(scope="namespace")", R"(subresource="")"}) == 1);
  CHECK(count({R"(verb="POST")", R"(code="409")"}) == 1);
  CHECK(count({R"(verb="GET")", R"(resource="configmaps")", R"(scope="resource")",
               R"(code="200")"}) == 3);
  CHECK(count({R"(verb="LIST")", R"(scope="cluster")"}) == 1);
  CHECK(metric(text, "apiserver_request_duration_seconds_count",
               {R"(verb="GET")", R"(resource="configmaps")"}) == 3);
  CHECK(metric(text, "apiserver_current_inflight_requests", {R"(request_kind="readOnly")"}) == 1);
  CHECK(metric(text, "apiserver_current_inflight_requests", {R"(request_kind="mutating")"}) == 0);
  CHECK(metric(text, "apiserver_longrunning_requests",
               {R"(verb="WATCH")", R"(resource="configmaps")"}) == 1);
  CHECK(metric(text, "apiserver_watch_events_total", {R"(resource="configmaps")"}) == 1);
  CHECK(metric(text, "gatefold_log_revision") ==
        static_cast<double>(server.engine().hub().head().number));
  CHECK(metric(text, "gatefold_queued_commands") == 0);
  CHECK(metric(text, "gatefold_log_events_total") > 0);
  CHECK(metric(text, "gatefold_log_commit_seconds_total") > 0);
  // Nobody makes up labels.
  CHECK(text.find("madeup") == std::string::npos);
  CHECK(text.find("BREW") == std::string::npos);
}

TEST_CASE("large answers are compressed for those who take them, small ones are not (R1.16)") {
  TestWorld world;
  ServedEngine server(world.world());
  HttpPeer peer(server.port());
  REQUIRE(peer.call("POST", kMaps, {}, big_map("large", 200'000)).code == 201);
  REQUIRE(peer.call("POST", kMaps, {}, big_map("small", 100'000)).code == 201);

  const auto plain = peer.call("GET", kMaps + "/large");
  CHECK(plain.all("content-encoding").empty());
  const auto packed = peer.call("GET", kMaps + "/large", kGzip);
  CHECK(packed.header("content-encoding") == "gzip");
  CHECK(packed.all("vary") == std::vector<std::string>{"Accept-Encoding"});
  CHECK(packed.header("content-type") == "application/json");
  CHECK(packed.body.size() < 10'000);
  CHECK(unzipped(packed.body) == plain.body);
  const auto small = peer.call("GET", kMaps + "/small", kGzip);
  CHECK(small.all("content-encoding").empty());
  CHECK(peer.call("GET", kMaps + "/large", {{"Accept-Encoding", "gzipped, deflate"}})
            .all("content-encoding")
            .empty());
}

TEST_CASE("lists are compressed piece by piece, however many (R1.16)") {
  TestWorld world;
  ServedEngine server(world.world());
  HttpPeer peer(server.port());
  const auto check = [&] {
    const auto plain = peer.call("GET", kMaps);
    const auto packed = peer.call("GET", kMaps, kGzip);
    if (plain.body.size() <= (128u << 10)) {
      CHECK(packed.all("content-encoding").empty());
      CHECK(packed.body == plain.body);
    } else {
      CHECK(packed.header("content-encoding") == "gzip");
      CHECK(unzipped(packed.body) == plain.body);
    }
  };
  check();
  for (int i = 0; i < 12; ++i) {
    REQUIRE(peer.call("POST", kMaps, {}, big_map(fmt::format("m{}", i), 120'000)).code == 201);
    check();
  }
  // The connection is as it was.
  CHECK(peer.call("GET", "/version").code == 200);
  // A watch is not.
  HttpPeer watcher(server.port());
  watcher.send(
      fmt::format("GET {}?watch=1 HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n", kMaps));
  CHECK(watcher.read_head().all("content-encoding").empty());
}

}  // namespace gatefold::test
