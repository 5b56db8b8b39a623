// How large values of a schema get, as Kubernetes reckons when it estimates what rules cost
// (k8s.io/apiserver pkg/cel/common/schemas.go): what no keyword bounds is bounded by the largest
// request, 3 MiB.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "schema/schema_node.h"

namespace gatefold::cel {

// Steps of a path that are no names of fields.
inline constexpr std::string_view kItems = "@items";
inline constexpr std::string_view kIndices = "@indices";
inline constexpr std::string_view kKeys = "@keys";
inline constexpr std::string_view kValues = "@values";

class DeclaredSizes {
 public:
  // `root` outlives this; nullptr: nothing is known of anything. `is_resource`: apiVersion, kind
  // and metadata are there too.
  DeclaredSizes(const SchemaNode* root, bool is_resource)
      : root_{root, is_resource || (root != nullptr && root->embedded_resource)} {}

  // Of what `steps` lead to: items, members of a map, or characters of a text, of which a string
  // has up to four for each of maxLength; 0 for scalars and objects. Fields are named as
  // expressions write them. Nothing where there is nothing.
  std::optional<std::uint64_t> elements_max(std::span<const std::string_view> steps);

  // How many values of the root's schema fit into one request.
  std::uint64_t count_max();

 private:
  // A value of `schema`; a key of a map where that is nullptr.
  struct Declared {
    const SchemaNode* schema = nullptr;
    bool is_resource = false;
  };

  static std::optional<Declared> step(const Declared& from, std::string_view name);
  std::uint64_t elements_max(const Declared& declared);
  std::uint64_t serialized_min(const Declared& declared);
  std::uint64_t object_min(const Declared& declared);

  Declared root_;
  std::map<std::pair<const SchemaNode*, bool>, std::uint64_t> object_minima_;
};

}  // namespace gatefold::cel
