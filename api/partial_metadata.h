// Metadata alone, of objects and of lists (spec R22.8), and the metadata of a list on its way out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "schema/value.h"

namespace gatefold::api {

// What a list says of itself. The last two are known when its last object is out, so they are
// written behind the objects.
struct ListMetadata {
  std::string resource_version;
  std::string continue_token;             // empty: the list is complete
  std::optional<std::int64_t> remaining;  // objects behind this page, where that is known
  bool shows_no_token = false;            // `"continue":""` stands in a complete list
};

// `{"resourceVersion":"7","continue":"..."}`; members that say nothing are left out.
void append_list_metadata(std::string& out, const ListMetadata& metadata);

// `object` as a PartialObjectMetadata of `meta.k8s.io/<meta_version>`.
void append_partial_metadata(std::string& out, const Value& object, std::string_view meta_version);

// A PartialObjectMetadataList: the head, the items with commas between them, the tail.
void append_partial_list_head(std::string& out, std::string_view meta_version);
void append_partial_list_tail(std::string& out, const ListMetadata& metadata);

}  // namespace gatefold::api
