// What an object of a manifest says: which object it means, and the write that makes it so. Pure.
#pragma once

#include <string>
#include <string_view>

#include "engine/command.h"
#include "schema/catalog.h"
#include "schema/status.h"
#include "schema/value.h"

namespace gatefold::tools {

inline constexpr std::string_view kManifestsUser = "system:gatefold:manifests";
inline constexpr std::string_view kManifestsManager = "gatefold-manifests";

// On objects that the folder created: the name of the file that says so now. The label makes them
// findable. Neither proves anything: copies carry them too.
inline constexpr std::string_view kFileAnnotation = "gatefold.dev/manifest-file";
inline constexpr std::string_view kCreatedLabel = "gatefold.dev/created-by";
inline constexpr std::string_view kCreatedByManifests = "manifests";
// What the file said last, so that members which leave the file leave the object.
inline constexpr std::string_view kAppliedAnnotation = "gatefold.dev/last-applied-manifest";

struct ManifestTarget {
  CatalogPtr catalog;  // keeps `kind` alive
  const Kind* kind = nullptr;
  std::string version;
  ObjectKey key;
};

// kBadRequest where no such kind is served, or where names or labels are not what they must be. A
// namespaced object without a namespace is in `default`.
Result<ManifestTarget> manifest_target(const CatalogPtr& catalog, const Value& object);

// The merge patch that makes an object say what `desired` says, where `applied` (what the file said
// last; may be null) decides which members go. An object that leaves goes with all it holds.
Value manifest_patch(const Value& applied, const Value& desired);

// Commands on the target as the folder's own writer; strict about unknown fields.
engine::Command create_from_manifest(const ManifestTarget& target, const std::string& file,
                                     const Value& object);
// `stored` is the object as it is. Labels and annotations that others set stay.
engine::Command patch_to_manifest(const ManifestTarget& target, const std::string& file,
                                  const Value& object, const Value& stored);
engine::Command delete_departed(const Kind& kind, const ObjectKey& key, std::string uid);

}  // namespace gatefold::tools
