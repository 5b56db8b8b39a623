#include <fmt/format.h>

#include "tests/contract/as_told.h"
#include "tests/contract/objects.h"
#include "tests/contract/past_ways.h"
#include "tests/contract/random_history.h"
#include "tests/support/http_peer.h"
#include "tests/support/served_engine.h"

namespace gatefold::test {
namespace {

std::string line_of(const Value& entry) {
  const auto text = [&](std::initializer_list<std::string_view> path) {
    return std::string(string_at(entry, path));
  };
  const storage::Transition transition{
      .path = text({"path"}),
      .type = text({"type"}),
      .old_status = text({"oldStatus"}),
      .new_status = text({"newStatus"}),
      .reason = text({"reason"}),
      .message = text({"message"}),
      .observed_generation = integer_at(entry, {"observedGeneration"}, 0)};
  const ObjectKey key{text({"object", "resource"}), text({"object", "namespace"}),
                      text({"object", "name"})};
  const storage::Actor actor{.user = text({"writer", "user"}),
                             .field_manager = text({"writer", "fieldManager"})};
  const Revision revision{static_cast<std::uint64_t>(integer_at(entry, {"revision"}, 0))};
  return transition_line(revision, key, transition, told_manager(actor));
}

std::string base_of(const Resource& resource) {
  return resource.group.empty() ? "/api/" + resource.version
                                : fmt::format("/apis/{}/{}", resource.group, resource.version);
}

std::string path_of(const Resource& resource, const ObjectKey& key) {
  const auto space = key.name_space.empty() ? "" : "/namespaces/" + key.name_space;
  return fmt::format("{}{}/{}/{}", base_of(resource), space, resource.plural, key.name);
}

// A server that is asked.
class Asked {
 public:
  Asked(std::uint16_t port, const ToldHistory& told) : peer_(port), told_(told) {}

  void list(const Resource& resource, const std::string& query, Revision at, Revision shown_as_of) {
    const auto target = fmt::format("{}/{}{}", base_of(resource), resource.plural, query);
    INFO("GET " << target);
    const auto answer = peer_.call("GET", target);
    auto shown = shown_of(answer, /*is_list=*/true);
    if (answer.code == 200) {
      const auto list = answer.json();
      REQUIRE(version_of(list) == to_string(at));
      for (const auto& item : list.at("items").as_array()) {
        shown.objects.push_back(canonical_json(item));
      }
    }
    require_as_told(told_.expected(resource, at, shown_as_of), shown);
  }

  void get(const Resource& resource, const ObjectKey& key, const std::string& query, Revision at) {
    const auto target = path_of(resource, key) + query;
    INFO("GET " << target);
    const auto answer = peer_.call("GET", target);
    const auto expected = told_.expected(resource, at, at, &key);
    auto shown = shown_of(answer, /*is_list=*/false);
    if (answer.code == 200) shown.objects.push_back(canonical_json(answer.json()));
    if (answer.code == 404 && !expected.is_served) shown = none(Shown::Type::kNotServed);
    require_as_told(expected, shown);
  }

  // Of both scopes. What is before records that were dropped is left out, unless a resource is
  // named of which none was.
  void transitions(const std::string& query, Revision until) {
    for (const auto* scope : {"transitions", "clustertransitions"}) {
      auto expected = told_.transitions(until);
      std::erase_if(expected, [&](const auto& one) {
        return one.name_space.empty() != std::string_view(scope).starts_with("cluster");
      });
      const auto lines = ask_transitions(scope, query);
      require_ledger(told_, expected, lines, told_.records_from());
    }
    const auto routes = resource_name(kRoutes);
    auto expected = told_.transitions(until);
    std::erase_if(expected, [&](const auto& one) { return one.resource != routes; });
    const auto only = (query.empty() ? "?" : "&") + ("fieldSelector=object.resource%3D" + routes);
    require_ledger(told_, expected, ask_transitions("transitions", query + only));
  }

  HttpPeer& peer() { return peer_; }

 private:
  static Shown shown_of(const HttpAnswer& answer, bool is_list) {
    INFO(answer.body.substr(0, 1000));
    REQUIRE((answer.code == 200 || answer.code == 404 || answer.code == 410));
    if (answer.code == 410) {
      REQUIRE(string_at(answer.json(), {"reason"}) == "Expired");
      return none(Shown::Type::kExpired);
    }
    return none(answer.code == 404 && is_list ? Shown::Type::kNotServed : Shown::Type::kObjects);
  }

  std::vector<std::string> ask_transitions(std::string_view scope, const std::string& query) {
    const auto target = fmt::format("/apis/history.gatefold.dev/v1/{}{}", scope, query);
    INFO("GET " << target);
    const auto answer = peer_.call("GET", target);
    INFO(answer.body.substr(0, 1000));
    REQUIRE(answer.code == 200);
    std::vector<std::string> lines;
    const auto list = answer.json();
    for (const auto& item : list.at("items").as_array()) lines.push_back(line_of(item));
    return lines;
  }

  HttpPeer peer_;
  const ToldHistory& told_;
};

// One that ever was, and one that never was.
std::vector<ObjectKey> some_keys(const ToldHistory& told, const Resource& resource,
                                 std::mt19937& random) {
  if (resource.plural == kToldDefinitions.plural) return {kLampsDefinition};
  auto keys = told.keys(resource);
  if (!keys.empty()) keys = {keys[random() % keys.size()]};
  keys.push_back({resource_name(resource), resource.namespaced ? "default" : "", "nobody"});
  return keys;
}

}  // namespace

void check_http(std::uint16_t port, const ToldHistory& told, std::mt19937& random,
                std::uint64_t first, std::uint64_t stride) {
  Asked asked(port, told);
  for (auto revision = first; revision <= told.head().number; revision += stride) {
    const auto at = fmt::format("?at={}", revision);
    const auto exact = fmt::format("?resourceVersionMatch=Exact&resourceVersion={}", revision);
    for (const auto& resource : told_resources()) {
      for (const auto& key : some_keys(told, resource, random)) {
        asked.get(resource, key, at, {revision});
      }
      if (resource.plural == kToldDefinitions.plural) continue;
      asked.list(resource, at, {revision}, {revision});
      // It asks for old objects of what is a kind now, or else was one then.
      const auto as_of = told.serves(resource, told.head()) ? told.head() : Revision{revision};
      asked.list(resource, exact, {revision}, as_of);
    }
    if (random() % 4 == 0) {
      asked.transitions(fmt::format("?toRevision={}", revision), {revision});
    }
  }
}

void check_server_at(const std::filesystem::path& directory, TestWorld& world,
                     const ToldHistory& told, Revision at, std::mt19937& random) {
  INFO("a server of revision " << at.number);
  auto options = told_options(directory, /*read_only=*/true);
  options.store.at = at;
  options.manual = false;
  ServedEngine server(std::move(options), world.world());
  Asked asked(server.port(), told);
  const Revision earlier{1 + random() % at.number};
  for (const auto& resource : told_resources()) {
    for (const auto& key : some_keys(told, resource, random)) asked.get(resource, key, "", at);
    if (resource.plural == kToldDefinitions.plural) continue;
    asked.list(resource, "", at, at);
    asked.list(resource, fmt::format("?at={}", earlier.number), earlier, earlier);
  }
  asked.transitions("", at);
  const auto path = path_of(kConfigMaps, {"configmaps", "default", "n0"});
  REQUIRE(asked.peer().call("DELETE", path).code == 403);
}

}  // namespace gatefold::test
