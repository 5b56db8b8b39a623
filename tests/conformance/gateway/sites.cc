#include "tests/conformance/gateway/sites.h"

#include <string_view>

#include "tests/conformance/gateway/object_path.h"

namespace gatefold::test {
namespace {

constexpr std::string_view kKeywords[] = {"maximum",  "minimum",       "maxLength",
                                          "pattern",  "enum",          "maxItems",
                                          "minItems", "maxProperties", "oneOf"};

void walk(const Value& schema, const std::string& path, std::set<Site>& sites) {
  for (const auto keyword : kKeywords) {
    if (find(schema, keyword) != nullptr) sites.emplace(path, keyword);
  }
  if (integer_at(schema, {"minLength"}, 0) > 0) sites.emplace(path, "minLength");
  if (string_at(schema, {"format"}) == "date-time") sites.emplace(path, "format");
  const auto list_type = string_at(schema, {"x-kubernetes-list-type"});
  if (list_type == "map" || list_type == "set") sites.emplace(path, "duplicate");
  if (const auto* names = find(schema, "required")) {
    for (const auto& name : names->as_array()) {
      const std::string_view member = name.as_string();
      if (find_path(schema, {"properties", member, "default"}) == nullptr) {
        sites.emplace(joined(path, member), "required");
      }
    }
  }
  if (const auto* rules = find(schema, "x-kubernetes-validations")) {
    for (const auto& rule : rules->as_array()) {
      sites.emplace(path, std::string(string_at(rule, {"message"})));
    }
  }
  if (const auto* properties = find(schema, "properties")) {
    for (const auto& [name, property] : properties->as_object()) {
      walk(property, joined(path, name), sites);
    }
  }
  if (const auto* items = find(schema, "items")) walk(*items, path + "[]", sites);
  if (const auto* values = find(schema, "additionalProperties")) walk(*values, path + "{}", sites);
}

}  // namespace

std::set<Site> sites_of(const Value& schema) {
  std::set<Site> sites;
  walk(schema, "", sites);
  return sites;
}

}  // namespace gatefold::test
