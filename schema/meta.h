// Object metadata: reading, decoding and validation (spec section 6).
#pragma once

#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schema/field_error.h"
#include "schema/ids.h"
#include "schema/kind.h"
#include "schema/time.h"
#include "schema/value.h"

namespace gatefold {

// Of all keys and values together (R6.14).
inline constexpr std::size_t kAnnotationsBytesMax = 256u << 10;

using Labels = std::map<std::string, std::string, std::less<>>;

// Views into `object`; they live as long as it is unchanged.
std::string_view name_of(const Value& object);
std::string_view namespace_of(const Value& object);
std::string_view uid_of(const Value& object);
std::string_view resource_version_of(const Value& object);
Labels labels_of(const Value& object);
std::vector<std::string> finalizers_of(const Value& object);
std::vector<std::string> owner_uids_of(const Value& object);
bool is_deleting(const Value& object);  // metadata.deletionTimestamp is set

// Checks the JSON types of metadata and normalises it in place: unknown members are removed and
// answered with their paths (`metadata.zzz`), null members dropped, times cut to seconds and
// written in UTC, selfLink removed. managedFields stay as they are said, an empty list too
// (R17.8). A wrong type is a Go-style sentence as R6.15 shows it: `json: cannot unmarshal number
// into Go struct field ObjectMeta.annotations of type string`.
std::expected<std::vector<std::string>, std::string> decode_metadata(Value& object);

// Names, labels, annotations, finalizers and owner references (R6.11 to R6.14, section 12).
FieldErrors validate_metadata(const Kind& kind, const Value& object);
// What an update may not change (R6.9, R6.11): uid, finalizers added while deleting, ...
FieldErrors validate_metadata_update(const Kind& kind, const Value& object,
                                     const Value& old_object);
// Texts for the Warning header: finalizers without a path that are new (R6.11).
std::vector<std::string> metadata_warnings(const Value& object, const Value* old_object);
// Removes owner references that are there already, after decode_metadata(); the texts are for the
// Warning header (R6.12).
std::vector<std::string> drop_doubled_owners(Value& object);

}  // namespace gatefold
