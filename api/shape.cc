#include "api/shape.h"

#include <fmt/format.h>

#include "api/partial_metadata.h"
#include "schema/json.h"
#include "schema/yaml.h"

namespace gatefold::api {
namespace {

Value parsed(std::string_view json) {
  auto value = parse_json(json);
  // The text comes from our own rendering.
  return value ? std::move(value->value) : Value(JsonObject{});
}

std::unexpected<Status> wrong_shape(std::string_view asked, std::string_view what) {
  return failure(Reason::kNotAcceptable,
                 fmt::format("you requested {}, but the requested object is {}", asked, what));
}

}  // namespace

Result<ShapeOptions> shape_options(const Representation& representation, const Request& request,
                                   Time now) {
  auto include = parse_include_object(request.query.value("includeObject"));
  if (!include && representation.shape == Shape::kTable) {
    return std::unexpected(std::move(include.error()));
  }
  return ShapeOptions{representation, include.value_or(IncludeObject::kMetadata), now};
}

Result<std::string> shape_object(const ShapeOptions& options, const Kind& kind,
                                 const KindVersion& version, std::string json) {
  switch (options.representation.shape) {
    case Shape::kObject:
      return json;
    case Shape::kTable: {
      const Table table(kind, version, options.representation.version, options.include);
      return table.of_one(parsed(json), options.now);
    }
    case Shape::kPartialMetadata: {
      std::string out;
      append_partial_metadata(out, parsed(json), options.representation.version);
      return out;
    }
    case Shape::kPartialMetadataList:
      return wrong_shape("PartialObjectMetadataList", "not a list (*unstructured.Unstructured)");
  }
  return json;
}

Result<std::string> shape_watched(const ShapeOptions& options, const Kind& kind,
                                  const KindVersion& version, const std::string& json,
                                  bool is_first) {
  if (options.representation.shape != Shape::kTable) {
    return shape_object(options, kind, version, json);
  }
  const Table table(kind, version, options.representation.version, options.include);
  return table.of_one(parsed(json), options.now, is_first);
}

std::string finish_body(const Representation& representation, std::string json) {
  if (representation.media == MediaType::kYaml) return to_yaml(parsed(json));
  if (representation.pretty) return pretty_json(parsed(json));
  return json;
}

Result<ListShape> ListShape::start(ShapeOptions options, const Kind& kind,
                                   const KindVersion& version) {
  if (options.representation.shape == Shape::kPartialMetadata) {
    return wrong_shape("PartialObjectMetadata", "a list (*unstructured.UnstructuredList)");
  }
  std::optional<Table> table;
  if (options.representation.shape == Shape::kTable) {
    table.emplace(kind, version, options.representation.version, options.include);
  }
  return ListShape(std::move(options), kind, version, std::move(table));
}

void ListShape::begin(std::string& out) const {
  if (table_) {
    table_->append_head(out);
  } else if (options_.representation.shape == Shape::kPartialMetadataList) {
    append_partial_list_head(out, options_.representation.version);
  } else {
    out += fmt::format(R"({{"apiVersion":"{}","kind":"{}","items":[)",
                       kind_->api_version(version_->name), kind_->list_kind);
  }
}

void ListShape::item(std::string_view json, std::string& out) {
  if (has_items_) out += ',';
  has_items_ = true;
  if (table_) {
    table_->append_row(out, parsed(json), options_.now);
  } else if (options_.representation.shape == Shape::kPartialMetadataList) {
    append_partial_metadata(out, parsed(json), options_.representation.version);
  } else {
    out += json;
  }
}

void ListShape::end(Revision revision, const std::string& continue_token,
                    std::optional<std::int64_t> remaining, std::string& out) const {
  ListMetadata metadata{to_string(revision), continue_token, remaining};
  if (table_) {
    Table::append_tail(out, metadata);
  } else if (options_.representation.shape == Shape::kPartialMetadataList) {
    append_partial_list_tail(out, metadata);
  } else {
    // As real servers list custom resources (R14.1).
    metadata.shows_no_token = !kind_->core;
    out += "],\"metadata\":";
    append_list_metadata(out, metadata);
    out += '}';
  }
}

}  // namespace gatefold::api
