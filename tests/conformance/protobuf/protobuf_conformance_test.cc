// Bodies in protobuf beside what Kubernetes' own types make of them (R4.10).
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include <catch2/catch.hpp>

#include "schema/base64.h"
#include "schema/json.h"
#include "schema/proto/decode.h"
#include "schema/proto/envelope.h"

namespace gatefold::proto {
namespace {

// One line each: {"body": base64, "object": JSON}.
std::vector<std::filesystem::path> files() {
  // Objects that are not kept.
  if (const char* more = std::getenv("GATEFOLD_PROTOBUF_OBJECTS")) return {more};
  const auto folder = std::filesystem::path(GATEFOLD_SOURCE_DIR) / "tests" / "conformance" /
                      "protobuf" / "expected";
  return {folder / "objects.jsonl", folder / "samples.jsonl"};
}

std::vector<Value> lines() {
  std::vector<Value> all;
  for (const auto& path : files()) {
    std::ifstream file(path, std::ios::binary);
    for (std::string text; std::getline(file, text);) {
      auto parsed = parse_json(text);
      REQUIRE(parsed.has_value());
      all.push_back(std::move(parsed->value));
    }
    REQUIRE(file.eof());
  }
  return all;
}

std::string body_of(const Value& line) {
  auto body = from_base64(string_at(line, {"body"}));
  REQUIRE(body.has_value());
  return std::move(*body);
}

std::expected<JsonObject, std::string> decoded(std::string_view body) {
  const auto envelope = open_envelope(body);
  if (!envelope) return std::unexpected(envelope.error());
  const auto* message = builtin_messages().of_object(envelope->api_version, envelope->kind);
  if (message == nullptr) return std::unexpected("no message");
  auto members = decode_message(*message, envelope->object);
  if (!members) return members;
  (*members)["apiVersion"] = envelope->api_version;
  (*members)["kind"] = envelope->kind;
  return members;
}

}  // namespace

TEST_CASE("every object is decoded as by Go's types (R4.8, R4.9, R4.10)") {
  std::set<std::string> kinds;
  for (const auto& line : lines()) {
    const auto object = decoded(body_of(line));
    const auto& expected = line.at("object");
    INFO(to_json(expected));
    REQUIRE(object.has_value());
    CHECK(canonical_json(*object) == canonical_json(expected));
    kinds.insert(std::string(string_at(expected, {"apiVersion"})) + " " +
                 std::string(string_at(expected, {"kind"})));
  }
  CHECK(kinds.size() == 33);
}

TEST_CASE("an object that is cut off is refused or a smaller one, and nothing worse") {
  for (const auto& line : lines()) {
    const auto body = body_of(line);
    // Every end of a small body, some of a large one.
    const std::size_t step = 1 + body.size() / 200;
    for (std::size_t size = 0; size < body.size(); size += step) {
      const auto object = decoded(std::string_view(body).substr(0, size));
      if (!object) CHECK_FALSE(object.error().empty());
    }
  }
}

}  // namespace gatefold::proto
