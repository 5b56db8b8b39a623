// Every column family and every key, with the format version that introduced it. Nothing else
// builds a raw key. Integers are big endian, so that keys sort like the numbers in them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "schema/ids.h"
#include "schema/time.h"

namespace gatefold::storage {

// Of the families and their keys and values. A directory with a later one is refused.
// 2: seals in `log`, digests in place of bodies, `kept` rows.
inline constexpr std::uint32_t kFormatVersion = 2;
// Of the rows that the fold makes. A directory with another one is folded anew.
inline constexpr std::uint32_t kFoldVersion = 1;

enum class Family : std::uint8_t {
  kMeta,
  kLog,
  kBodies,
  kSightings,
  kCurrent,
  kVersions,
  kTransitions,
  kIndex,
};
inline constexpr std::size_t kFamilyCount = 8;

struct FamilyInfo {
  Family family;
  const char* name;
  bool is_derived;      // can be deleted and folded anew from log and bodies
  std::uint32_t since;  // format version
};

inline constexpr std::array<FamilyInfo, kFamilyCount> kFamilies{{
    {Family::kMeta, "default", false, 1},  // RocksDB insists on a family of this name
    {Family::kLog, "log", false, 1},
    {Family::kBodies, "bodies", false, 1},
    {Family::kSightings, "sightings", false, 1},
    {Family::kCurrent, "current", true, 1},
    {Family::kVersions, "versions", true, 1},
    {Family::kTransitions, "transitions", true, 1},
    {Family::kIndex, "index", true, 1},
}};

inline constexpr std::size_t slot(Family family) {
  return static_cast<std::size_t>(family);
}
inline constexpr const FamilyInfo& info(Family family) {
  return kFamilies[slot(family)];
}

// meta
inline constexpr std::string_view kMetaFormat = "format";  // kFormatVersion
inline constexpr std::string_view kMetaFold = "fold";      // kFoldVersion of the derived rows
inline constexpr std::string_view kMetaIncarnation = "incarnation";  // 16 hexadecimal digits
inline constexpr std::string_view kMetaChannel = "channel";          // of the kinds: its name
// incarnations that wrote the beginning of this log (storage/lineage.h); ours wrote the rest
inline constexpr std::string_view kMetaLineage = "lineage";
inline constexpr std::string_view kMetaHead =
    "head";  // revision, chain: equal to the log's last row
inline constexpr std::string_view kMetaRefold =
    "refold";  // fold version, next revision: a refold is under way
// Since format 2. Behind it the resource: Kept.
inline constexpr std::string_view kMetaKeptPrefix = "kept/";
std::string kept_key(std::string_view resource);

// log, bodies: revision; of a seal (since format 2) the last one that it stands for
std::string revision_key(Revision revision);
std::optional<Revision> parse_revision_key(std::string_view key);

// current: resource '/' namespace '/' name
std::string object_key(const ObjectKey& key);
std::optional<ObjectKey> parse_object_key(std::string_view key);
std::string resource_prefix(std::string_view resource);
std::string namespace_prefix(std::string_view resource, std::string_view name_space);

// versions: object, 0, inverted revision: the newest version comes first
std::string version_prefix(std::string_view object);
std::string version_key(std::string_view object, Revision revision);
struct VersionKey {
  std::string_view object;
  Revision revision;
};
std::optional<VersionKey> parse_version_key(std::string_view key);

// transitions, home: 'h' namespace 0 revision ordinal
std::string home_prefix(std::string_view name_space);
std::string home_key(std::string_view name_space, Revision revision, std::uint16_t ordinal);
// transitions, timeline: 't' object 0 revision ordinal
std::string timeline_prefix(std::string_view object);
std::string timeline_key(std::string_view object, Revision revision, std::uint16_t ordinal);
// The last ten bytes of both.
struct Place {
  Revision revision;
  std::uint16_t ordinal = 0;
};
std::optional<Place> parse_place(std::string_view key);

// index, changes: 'c' resource 0 revision
std::string change_prefix(std::string_view resource);
std::string change_key(std::string_view resource, Revision revision);
// index, dependents: 'o' owner uid, object
inline constexpr std::string_view kOwnerPrefix = "o";
std::string owner_prefix(const Uid& owner);
std::string owner_key(const Uid& owner, std::string_view object);
std::optional<Uid> owner_of_index_key(std::string_view key);
// index, terminating objects: 'd' object
inline constexpr std::string_view kDeletingPrefix = "d";
std::string deleting_key(std::string_view object);
// index, expiry: 'e' time object
inline constexpr std::string_view kExpiryPrefix = "e";
std::string expiry_key(Time expiry, std::string_view object);
std::string expiry_bound(Time expiry);  // after all rows that expire at or before `expiry`
std::string_view object_of_index_key(std::string_view key);  // of the last three

// sightings: object 0 writer 0 rule
std::string sighting_prefix(std::string_view object);
std::string sighting_key(std::string_view object, std::string_view writer, std::string_view rule);
struct SightingKey {
  std::string_view object;
  std::string_view writer;
  std::string_view rule;
};
std::optional<SightingKey> parse_sighting_key(std::string_view key);

// The first key that does not begin with `prefix`.
std::string prefix_end(std::string_view prefix);

// Numbers in keys and in the values of small rows.
void append_u64(std::string& out, std::uint64_t number);
std::uint64_t read_u64(std::string_view bytes);  // of at least eight bytes

}  // namespace gatefold::storage
