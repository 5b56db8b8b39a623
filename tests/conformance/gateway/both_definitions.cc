#include "tests/conformance/gateway/both_definitions.h"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "engine/definitions.h"
#include "schema/catalog.h"
#include "schema/definition.h"
#include "tests/schema/parsed.h"

namespace gatefold::test {
namespace {

std::string kind_of(const Value& definition) {
  return std::string(string_at(definition, {"spec", "names", "kind"}));
}

Definitions read_built_in(Channel channel) {
  const auto catalog = builtin_catalog(channel);
  Definitions out;
  for (auto& document : gateway_definitions(channel)) {
    const auto group = string_at(document, {"spec", "group"});
    for (const auto& kind : catalog->kinds()) {
      if (kind->group == group && kind->kind == kind_of(document)) {
        out.emplace(kind->kind, Definition{document, kind});
      }
    }
  }
  return out;
}

// What a server does between the request that brings a definition and the first object.
Definition take_in(Value document) {
  document.as_object().erase("status");
  const auto unknown = decode_definition(document);
  REQUIRE(unknown.has_value());
  CHECK(*unknown == Texts{});
  default_definition(document);
  prepare_definition(document, nullptr);
  CHECK(texts(validate_definition(document, nullptr)) == Texts{});
  object_member(document.as_object(), "status")["conditions"] =
      yaml("[{type: NamesAccepted, status: 'True'}, {type: Established, status: 'True'}]");
  auto kind = engine::served_kind(document);
  REQUIRE(kind != nullptr);
  return {std::move(document), std::move(kind)};
}

Definitions read_upstream(Channel channel) {
  const auto folder = std::filesystem::path(GATEFOLD_SOURCE_DIR) / "../shared/gateway-api/crds" /
                      std::string(channel_name(channel));
  Definitions out;
  if (!std::filesystem::is_directory(folder)) {
    std::cout << "SKIP: upstream's definitions are absent\n";
    return out;
  }
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    INFO(entry.path().string());
    std::ifstream file(entry.path());
    const std::string text(std::istreambuf_iterator<char>(file), {});
    if (!text.contains("kind: CustomResourceDefinition")) continue;  // a policy
    auto document = yaml(text);
    const auto name = kind_of(document);
    out.emplace(name, take_in(std::move(document)));
  }
  CHECK(out.size() == (channel == Channel::kStandard ? 10 : 13));
  return out;
}

}  // namespace

const Definitions& built_in_definitions(Channel channel) {
  static const auto kStandard = read_built_in(Channel::kStandard);
  static const auto kExperimental = read_built_in(Channel::kExperimental);
  return channel == Channel::kStandard ? kStandard : kExperimental;
}

const Definitions& upstream_definitions(Channel channel) {
  static const auto kStandard = read_upstream(Channel::kStandard);
  static const auto kExperimental = read_upstream(Channel::kExperimental);
  return channel == Channel::kStandard ? kStandard : kExperimental;
}

const Value& schema_document(const Definition& definition, std::string_view version) {
  for (const auto& one : definition.document.at("spec").at("versions").as_array()) {
    if (string_at(one, {"name"}) == version) return one.at("schema").at("openAPIV3Schema");
  }
  FAIL("no version " << version);
  return definition.document;
}

}  // namespace gatefold::test
