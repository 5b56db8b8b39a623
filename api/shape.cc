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

// Behind the first line, for texts within another.
void append_indented(std::string_view text, std::size_t spaces, std::string& out) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  for (const char c : text) {
    out += c;
    if (c == '\n') out.append(spaces, ' ');
  }
}

std::unexpected<Status> wrong_shape(std::string_view asked, std::string_view what) {
  return failure(Reason::kNotAcceptable,
                 fmt::format("you requested {}, but the requested object is {}", asked, what));
}

}  // namespace

Result<void> check_shape(const Representation& representation, const Request& request,
                         bool is_list) {
  switch (representation.shape) {
    case Shape::kObject:
      break;
    case Shape::kTable: {
      auto include = parse_include_object(request.query.value("includeObject"));
      if (!include) return std::unexpected(std::move(include.error()));
      break;
    }
    case Shape::kPartialMetadata:
      if (is_list)
        return wrong_shape("PartialObjectMetadata", "a list (*unstructured.UnstructuredList)");
      break;
    case Shape::kPartialMetadataList:
      if (!is_list)
        return wrong_shape("PartialObjectMetadataList", "not a list (*unstructured.Unstructured)");
      break;
  }
  return {};
}

ShapeOptions shape_options(const Representation& representation, const Request& request, Time now) {
  const auto include = parse_include_object(request.query.value("includeObject"));
  return {representation, include.value_or(IncludeObject::kMetadata), now};
}

std::string shape_object(const ShapeOptions& options, const Kind& kind, const KindVersion& version,
                         std::string json) {
  std::string out;
  switch (options.representation.shape) {
    case Shape::kTable: {
      const Table table(kind, version, options.representation.version, options.include);
      return table.of_one(parsed(json), options.now);
    }
    case Shape::kPartialMetadata:
      append_partial_metadata(out, parsed(json), options.representation.version);
      return out;
    case Shape::kObject:
    case Shape::kPartialMetadataList:
      break;
  }
  return json;
}

std::string shape_watched(const ShapeOptions& options, const Kind& kind, const KindVersion& version,
                          const std::string& json, bool is_first) {
  if (options.representation.shape != Shape::kTable) {
    return shape_object(options, kind, version, json);
  }
  const Table table(kind, version, options.representation.version, options.include);
  return table.of_one(parsed(json), options.now, is_first);
}

std::string empty_list(const Representation& representation, const Kind& kind,
                       const KindVersion& version) {
  if (representation.shape == Shape::kPartialMetadata) {
    return fmt::format(
        R"({{"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/{}","metadata":{{}},"items":[]}})"
        "\n",
        representation.version);
  }
  return fmt::format(R"({{"apiVersion":"{}","items":[],"kind":"{}"}})"
                     "\n",
                     kind.api_version(version.name), kind.list_kind);
}

std::string finish_body(const Representation& representation, std::string json) {
  if (representation.media == MediaType::kYaml) return to_yaml(parsed(json));
  if (representation.pretty) return pretty_json(parsed(json));
  return json;
}

ListShape::ListShape(ShapeOptions options, const Kind& kind, const KindVersion& version)
    : options_(std::move(options)), kind_(&kind), version_(&version) {
  if (options_.representation.shape == Shape::kTable) {
    table_.emplace(kind, version, options_.representation.version, options_.include);
  }
}

bool ListShape::is_plain() const {
  return options_.representation.media == MediaType::kJson && !options_.representation.pretty;
}

void ListShape::append_head(std::string& out) const {
  if (table_) {
    table_->append_head(out);
  } else if (options_.representation.shape == Shape::kPartialMetadataList) {
    append_partial_list_head(out, options_.representation.version);
  } else {
    out += fmt::format(R"({{"apiVersion":"{}","kind":"{}","items":[)",
                       kind_->api_version(version_->name), kind_->list_kind);
  }
}

void ListShape::append_item(std::string_view json, std::string& out) const {
  if (table_) {
    table_->append_row(out, parsed(json), options_.now);
  } else if (options_.representation.shape == Shape::kPartialMetadataList) {
    append_partial_metadata(out, parsed(json), options_.representation.version);
  } else {
    out += json;
  }
}

void ListShape::append_tail(ListMetadata metadata, std::string& out) const {
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

// YAML and indented JSON are written item by item as well, so that a list of any size goes out in
// pieces; what stands around the items is rendered without them.
void ListShape::begin(std::string& out) const {
  std::string head;
  append_head(head);
  if (is_plain()) {
    out += head;
    return;
  }
  const auto list = table_ ? std::string_view("rows") : std::string_view("items");
  auto around = parsed(head + "]}");
  around.as_object().erase(list);
  if (options_.representation.media == MediaType::kYaml) {
    out += fmt::format("{}{}:", to_yaml(around), list);
    return;
  }
  constexpr std::string_view kClosing = "\n}\n";
  auto text = pretty_json(around);
  text.resize(text.size() - kClosing.size());
  out += fmt::format("{},\n  \"{}\": [", text, list);
}

void ListShape::item(std::string_view json, std::string& out) {
  const bool is_first = !has_items_;
  has_items_ = true;
  if (is_plain()) {
    if (!is_first) out += ',';
    append_item(json, out);
    return;
  }
  std::string shaped;
  append_item(json, shaped);
  if (options_.representation.media == MediaType::kYaml) {
    out += is_first ? "\n- " : "- ";
    append_indented(to_yaml(parsed(shaped)), 2, out);
    out += '\n';
  } else {
    out += is_first ? "\n    " : ",\n    ";
    append_indented(pretty_json(parsed(shaped)), 4, out);
  }
}

void ListShape::end(Revision revision, const std::string& continue_token,
                    std::optional<std::int64_t> remaining, std::string& out) const {
  std::string tail;
  append_tail({to_string(revision), continue_token, remaining}, tail);
  if (is_plain()) {
    out += tail;
    return;
  }
  const auto metadata = parsed("{" + tail.substr(std::string_view("],").size()));
  if (options_.representation.media == MediaType::kYaml) {
    out += (has_items_ ? "" : " []\n") + to_yaml(metadata);
  } else {
    out += has_items_ ? "\n  ],\n" : "],\n";
    out += pretty_json(metadata).substr(std::string_view("{\n").size());
  }
}

}  // namespace gatefold::api
