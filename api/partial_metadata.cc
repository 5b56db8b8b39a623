#include "api/partial_metadata.h"

#include "schema/json.h"

namespace gatefold::api {

void append_list_metadata(std::string& out, const ListMetadata& metadata) {
  out += '{';
  const char* separator = "";
  const auto member = [&](std::string_view name) {
    out += separator;
    append_json_string(out, name);
    out += ':';
    separator = ",";
  };
  if (!metadata.resource_version.empty()) {
    member("resourceVersion");
    append_json_string(out, metadata.resource_version);
  }
  if (!metadata.continue_token.empty() || metadata.shows_no_token) {
    member("continue");
    append_json_string(out, metadata.continue_token);
  }
  if (metadata.remaining) {
    member("remainingItemCount");
    out += std::to_string(*metadata.remaining);
  }
  out += '}';
}

void append_partial_metadata(std::string& out, const Value& object, std::string_view meta_version) {
  out += R"({"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/)";
  out += meta_version;
  out += R"(","metadata":)";
  const Value* metadata = find(object, "metadata");
  out += metadata == nullptr ? "{}" : to_json(*metadata);
  out += '}';
}

void append_partial_list_head(std::string& out, std::string_view meta_version) {
  out += R"({"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/)";
  out += meta_version;
  out += R"(","items":[)";
}

void append_partial_list_tail(std::string& out, const ListMetadata& metadata) {
  out += R"(],"metadata":)";
  append_list_metadata(out, metadata);
  out += '}';
}

}  // namespace gatefold::api
