#include "engine/identity.h"

#include <fmt/format.h>

#include "schema/meta.h"

namespace gatefold::engine {

Result<void> check_type_meta(const Kind& kind, const KindVersion& version, Value& object) {
  const auto wanted = kind.api_version(version.name);
  auto& members = object.as_object();
  if (kind.core && string_at(object, {"apiVersion"}).empty()) members["apiVersion"] = wanted;
  if (kind.core && string_at(object, {"kind"}).empty()) members["kind"] = kind.kind;
  const auto api_version = string_at(object, {"apiVersion"});
  const auto name = string_at(object, {"kind"});
  if (api_version != wanted) {
    return bad_request(
        fmt::format("the API version in the data ({}) does not match the expected API version ({})",
                    api_version, wanted));
  }
  if (name == kind.kind) return {};
  if (kind.core) {
    return bad_request(
        fmt::format("{0} in version \"{1}\" cannot be handled as a {2}: converting ({1}.{0}) to "
                    "({3}.{2}): unknown conversion",
                    name, version.name, kind.kind, kind.group.empty() ? "core" : kind.group));
  }
  const ResourceName said{kind.group, kind.plural, std::string(name)};
  return invalid(said, name_of(object),
                 {invalid_value("kind", Value(name), "must be " + kind.kind, "kind")});
}

Result<void> check_namespace(const Kind& kind, std::string_view name_space, Value& object) {
  auto& metadata = object_member(object.as_object(), "metadata");
  if (!kind.namespaced()) {
    metadata.erase("namespace");
    return {};
  }
  const auto said = namespace_of(object);
  if (said.empty()) {
    metadata["namespace"] = name_space;
  } else if (said != name_space) {
    return bad_request(
        "the namespace of the provided object does not match the namespace sent on the request");
  }
  return {};
}

Result<void> check_name(std::string_view name, const Value& object) {
  const auto said = name_of(object);
  if (said.empty()) {
    return bad_request(fmt::format(
        "the name of the object ({} based on URL) was undeterminable: name must be provided",
        name));
  }
  if (said != name) {
    return bad_request(fmt::format(
        "the name of the object ({}) does not match the name on the URL ({})", said, name));
  }
  return {};
}

}  // namespace gatefold::engine
