#include <algorithm>
#include <chrono>
#include <stdexcept>

#include <fmt/format.h>

#include "engine/admit.h"
#include "engine/known_definitions.h"
#include "schema/json.h"
#include "tools/bench/gateway.h"
#include "tools/bench/scenario.h"

namespace gatefold::bench {
namespace {

constexpr std::size_t kListeners = 64;  // as many as a Gateway may have

// The built-in Gateway with its listeners again and again, under names and ports of their own.
std::string full_gateway() {
  auto object = parse_json(kGateway)->value;
  object.at("metadata").as_object()["name"] = "full";
  auto& listeners = object.at("spec").at("listeners").as_array();
  const auto few = listeners;
  listeners.clear();
  for (std::size_t i = 0; i < kListeners; ++i) {
    auto listener = few[i % few.size()].as_object();
    listener["name"] = fmt::format("listener-{}", i);
    listener["port"] = 8000 + i;
    listeners.emplace_back(std::move(listener));
  }
  return to_json(object);
}

const Kind& gateway_kind() {
  const auto& known = engine::known_definitions(Channel::kStandard);
  const auto found = std::ranges::find_if(
      known, [](const engine::KnownDefinition& each) { return each.kind->kind == "Gateway"; });
  return *found->kind;
}

void admit(const Kind& kind, Value object) {
  const auto& version = kind.storage_version();
  std::vector<std::string> warnings;
  auto done = engine::decode_object(kind, version, {}, {}, object, warnings);
  if (done) done = engine::validate_object(kind, version, "", object, nullptr, warnings);
  if (!done) throw std::runtime_error(done.error().message);
}

// How often `work` runs within the time.
std::uint64_t repeat(double seconds, const std::function<void()>& work) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  std::uint64_t count = 0;
  do {
    work();
    ++count;
  } while (std::chrono::steady_clock::now() < end);
  return count;
}

}  // namespace

std::vector<Report> bench_validate(const Setting& setting) {
  const auto text = full_gateway();
  const auto seconds = setting.options.seconds;
  Report report{
      .name = "validate, 64 listeners", .unit = "object", .ours = {}, .floor = {}, .note = {}};
  const auto& kind = gateway_kind();
  admit(kind, parse_json(text)->value);  // compiles the rules
  report.ours =
      cost_in_child([&] { return repeat(seconds, [&] { admit(kind, parse_json(text)->value); }); });
  report.floor = cost_in_child([&] {
    return repeat(seconds, [&] {
      if (!parse_json(text)) throw std::runtime_error("the Gateway can't be read");
    });
  });
  report.note = fmt::format("{} bytes; floor: only read", text.size());
  return {report};
}

}  // namespace gatefold::bench
