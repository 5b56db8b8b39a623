#include "tests/contract/refusals.h"

#include <fmt/format.h>

#include "tests/contract/objects.h"
#include "tests/support/served_engine.h"

namespace gatefold::test {

HttpPeer::Headers type(std::string_view content_type) {
  return {{"Content-Type", std::string(content_type)}};
}

std::string with_metadata(std::string_view metadata) {
  return fmt::format(
      R"({{"apiVersion":"gateway.networking.k8s.io/v1","kind":"Gateway","metadata":{},)"
      R"("spec":{{"gatewayClassName":"x","listeners":)"
      R"([{{"name":"http","port":80,"protocol":"HTTP"}}]}}}})",
      metadata);
}

std::string named(std::string_view name) {
  std::string quoted;
  append_json_string(quoted, name);
  return with_metadata("{\"name\":" + quoted + "}");
}

void refused(const Sent& sent, const Refusal& refusal) {
  INFO(fmt::format("{} {} {}", sent.method, sent.target, sent.body.substr(0, 300)));
  static TestWorld world;
  static ServedEngine server(world.world());
  HttpPeer peer(server.port());
  static const bool is_set_up = [&] {
    return peer.call("POST", kPath, {}, to_json(gateway("web"))).code == 201;
  }();
  REQUIRE(is_set_up);

  const auto before = server.engine().view()->revision();
  const auto answer =
      HttpPeer(server.port()).call(sent.method, sent.target, sent.headers, sent.body);
  INFO(answer.body.substr(0, 1000));
  CHECK(answer.code == refusal.code);
  if (!refusal.reason.empty()) {
    const auto status = answer.json();
    CHECK(answer.header("content-type") == "application/json");
    CHECK(string_at(status, {"kind"}) == "Status");
    CHECK(string_at(status, {"reason"}) == refusal.reason);
    CHECK(integer_at(status, {"code"}, 0) == refusal.code);
    CHECK(std::string(string_at(status, {"message"})).find(refusal.message) != std::string::npos);
  } else {
    CHECK(answer.body.find(refusal.message) != std::string::npos);
  }
  CHECK(server.engine().view()->revision() == before);
  CHECK(peer.call("GET", kPath + "/web").code == 200);
}

}  // namespace gatefold::test
