// Accept and Content-Type (spec sections 4.C and 22).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "schema/kind.h"
#include "schema/status.h"

namespace gatefold::api {

enum class Shape { kObject, kTable, kPartialMetadata, kPartialMetadataList };
enum class MediaType { kJson, kYaml };

// How an answer is to look.
struct Representation {
  Shape shape = Shape::kObject;
  MediaType media = MediaType::kJson;
  bool pretty = false;
  std::string version = "v1";  // of meta.k8s.io, for tables and metadata
  // As the Content-Type header says it.
  std::string content_type() const;
};

// One clause of an Accept header; media types and names of parameters in lower case.
struct AcceptClause {
  std::string type;
  std::string subtype;
  std::vector<std::pair<std::string, std::string>> parameters;
  double quality = 1;
  std::size_t place = 0;  // in the header
  std::string_view parameter(std::string_view name) const;
};

// In the order of preference (R4.11).
std::vector<AcceptClause> parse_accept(std::string_view header);

// kNotAcceptable where no clause can be served. An empty header is JSON. Protobuf is taken in
// bodies and never answered: every client that prefers it takes JSON too (R4.3).
Result<Representation> negotiate(std::string_view accept, std::string_view pretty,
                                 std::string_view user_agent);

enum class DiscoveryForm { kLegacy, kAggregatedV2, kAggregatedV2Beta1 };
Result<DiscoveryForm> negotiate_discovery(std::string_view accept);

inline constexpr std::string_view kProtobufType = "application/vnd.kubernetes.protobuf";
// Those of objects, as errors list them.
std::string_view media_types(bool with_protobuf);

// The media type of a request body in lower case and without its parameters, `application/json` for
// none.
std::string media_type_of(std::string_view content_type);

}  // namespace gatefold::api
