// Writes of core kinds as far as these rules see them: text in, a completed object or complaints
// out.
#pragma once

#include <fmt/format.h>

#include "engine/core_kinds.h"
#include "schema/catalog.h"
#include "schema/defaults.h"
#include "schema/prune.h"
#include "schema/structural.h"
#include "tests/schema/parsed.h"

namespace gatefold::engine::test {

using namespace gatefold::test;

inline const Kind& kind_of(std::string_view resource) {
  static const CatalogPtr catalog = builtin_catalog();
  const auto* kind = catalog->find("", resource);
  REQUIRE(kind != nullptr);
  return *kind;
}

// Every byte of chance is `byte`.
inline Stamp stamp_of(std::uint8_t byte) {
  Stamp stamp;
  stamp.random.fill(byte);
  return stamp;
}

// 10.(96 + 5).6.6, node port 30000 + 5 * 257.
inline const Stamp kStamp = stamp_of(5);

// As a write gets there: defaults, then what the kind adds.
inline Value completed(std::string_view resource, std::string_view text,
                       const Value* old_object = nullptr, std::string_view subresource = "",
                       const Stamp& stamp = kStamp, const ServicePool& services = {}) {
  const auto& kind = kind_of(resource);
  Value object = json(text);
  drop_nulls(*kind.storage_version().schema, object);
  apply_defaults(*kind.storage_version().schema, object);
  default_core(kind, object);
  complete_core(kind, subresource, old_object, stamp, services, object);
  return object;
}

inline Texts complaints(std::string_view resource, std::string_view text,
                        const Value* old_object = nullptr, std::string_view subresource = "") {
  const auto& kind = kind_of(resource);
  const auto object = completed(resource, text, old_object, subresource);
  auto errors = validate_structural(*kind.storage_version().schema, object, old_object);
  const auto listed = validate_list_types(*kind.storage_version().schema, object);
  errors.insert(errors.end(), listed.begin(), listed.end());
  for (auto& error : validate_core(kind, subresource, object, old_object))
    errors.push_back(std::move(error));
  return texts(errors);
}

}  // namespace gatefold::engine::test
