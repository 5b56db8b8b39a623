#include "api/body.h"

#include <fmt/format.h>

#include "api/negotiate.h"
#include "engine/limits.h"
#include "engine/patch/json_patch.h"
#include "engine/patch/merge_patch.h"
#include "schema/json.h"
#include "schema/proto/decode.h"
#include "schema/proto/envelope.h"
#include "schema/proto/values.h"
#include "schema/yaml.h"

namespace gatefold::api {
namespace {

// Bytes of a body that error texts show (R7.2).
constexpr std::size_t kShownBytesMax = 30;

std::string shown(std::string_view body) {
  if (body.empty()) return "<empty>";
  if (!body.starts_with('{')) {
    std::string hex;
    for (const char c : body.substr(0, kShownBytesMax))
      hex += fmt::format("{:02x}", static_cast<unsigned char>(c));
    return body.size() > kShownBytesMax ? hex + " ..." : hex;
  }
  if (body.size() <= kShownBytesMax) return std::string(body);
  return std::string(body.substr(0, kShownBytesMax)) + " ...";
}

std::string go_kind(const Value& value) {
  if (value.is_array()) return "array";
  if (value.is_string()) return "string";
  if (value.is_bool()) return "bool";
  if (value.is_number()) return "number";
  return "null";
}

std::vector<std::string> duplicate_fields(const std::vector<std::string>& paths) {
  std::vector<std::string> texts;
  for (const auto& path : paths) texts.push_back(fmt::format("duplicate field \"{}\"", path));
  return texts;
}

std::unexpected<Status> unrecognized(std::string_view kind, std::string_view why,
                                     std::string_view body) {
  return bad_request(fmt::format(
      "the object provided is unrecognized (must be of type {}): {} ({})", kind, why, shown(body)));
}

Result<DecodedBody> decode_yaml(std::string_view kind, std::string_view body) {
  auto parsed = parse_yaml_with_duplicates(body, {.nesting_max = engine::kNestingMax});
  if (!parsed) {
    return unrecognized(
        kind, "couldn't get version/kind; yaml parse error: " + parsed.error().message, body);
  }
  return DecodedBody{std::move(parsed->value), std::move(parsed->duplicates)};
}

Result<DecodedBody> decode_json(std::string_view kind, std::string_view body) {
  auto parsed = parse_json(body, {.nesting_max = engine::kNestingMax});
  if (!parsed) {
    return unrecognized(
        kind, "couldn't get version/kind; json parse error: " + parsed.error().message, body);
  }
  return DecodedBody{std::move(parsed->value), duplicate_fields(parsed->duplicates)};
}

// What a body holds that says of itself that it is of `type`.
Result<JsonObject> decode_object(const proto::Envelope& type, std::string_view kind) {
  const auto version = type.api_version.substr(type.api_version.rfind('/') + 1);
  const auto unfit = [&](std::string_view why) {
    return bad_request(fmt::format("{} in version \"{}\" cannot be handled as a {}: {}",
                                   proto::text_of(type.kind), proto::text_of(version), kind, why));
  };
  const auto* message = proto::builtin_messages().of_object(type.api_version, type.kind);
  if (message == nullptr) {
    return unfit(fmt::format("no kind \"{}\" is registered for version \"{}\"",
                             proto::text_of(type.kind), proto::text_of(type.api_version)));
  }
  auto object = proto::decode_message(
      *message, type.object,
      {.nesting_max = engine::kNestingMax, .values_max = engine::kObjectBytesMax});
  if (!object) return unfit(object.error());
  (*object)["apiVersion"] = type.api_version;
  (*object)["kind"] = type.kind;
  return std::move(*object);
}

Result<DecodedBody> decode_protobuf(std::string_view kind, std::string_view body) {
  auto envelope = proto::open_envelope(body);
  if (!envelope) return unrecognized(kind, envelope.error(), body);
  if (envelope->kind.empty()) envelope->kind = kind;
  if (envelope->api_version.empty() && kind != "DeleteOptions") {
    return unrecognized(kind, "Object 'apiVersion' is missing in the envelope", body);
  }
  auto object = decode_object(*envelope, kind);
  if (!object) return std::unexpected(std::move(object.error()));
  return DecodedBody{std::move(*object), {}};
}

}  // namespace

Result<BodyMedia> body_media_of(const Request& request, bool is_custom) {
  const auto media = media_type_of(request.content_type);
  if (media == "application/json") return BodyMedia::kJson;
  if (media == "application/yaml") return BodyMedia::kYaml;
  const bool is_protobuf = media == kProtobufType;
  if (is_protobuf && !is_custom) return BodyMedia::kProtobuf;
  // As a real server lists them; but what was refused is not offered.
  return failure(Reason::kUnsupportedMediaType,
                 fmt::format("the body of the request was in an unknown format - accepted media "
                             "types include: {}",
                             media_types(!is_protobuf)));
}

Result<DecodedBody> decode_body(const Request& request, std::string_view kind, bool is_custom) {
  const auto media = body_media_of(request, is_custom);
  if (!media) return std::unexpected(media.error());
  if (*media == BodyMedia::kProtobuf) return decode_protobuf(kind, request.body);
  auto decoded = *media == BodyMedia::kYaml ? decode_yaml(kind, request.body)
                                            : decode_json(kind, request.body);
  if (!decoded) return decoded;
  if (!decoded->value.is_object()) {
    return unrecognized(
        kind,
        fmt::format(
            "couldn't get version/kind; json parse error: json: cannot unmarshal {} into Go "
            "value of type struct {{ APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; "
            "Kind string \"json:\\\"kind,omitempty\\\"\" }}",
            go_kind(decoded->value)),
        request.body);
  }
  if (is_custom && string_at(decoded->value, {"kind"}).empty()) {
    return unrecognized(kind, fmt::format("Object 'Kind' is missing in '{}'", request.body),
                        request.body);
  }
  return decoded;
}

Result<engine::PatchType> patch_type_of(const Request& request, bool strategic) {
  const auto media = media_type_of(request.content_type);
  if (media == "application/json-patch+json") return engine::PatchType::kJson;
  if (media == "application/merge-patch+json") return engine::PatchType::kMerge;
  if (media == "application/apply-patch+yaml") return engine::PatchType::kApply;
  if (media == "application/strategic-merge-patch+json" && strategic)
    return engine::PatchType::kStrategicMerge;
  return failure(Reason::kUnsupportedMediaType,
                 fmt::format("the body of the request was in an unknown format - accepted media "
                             "types include: application/json-patch+json, "
                             "application/merge-patch+json, {}application/apply-patch+yaml",
                             strategic ? "application/strategic-merge-patch+json, " : ""));
}

namespace {

// YAML, of which JSON is a part. An empty document is an empty object: its kind is missed later.
Result<DecodedPatch> decode_applied(const Request& request) {
  auto parsed = parse_yaml_with_duplicates(request.body, {.nesting_max = engine::kNestingMax});
  if (!parsed) return bad_request("error decoding YAML: " + parsed.error().message);
  if (parsed->value.is_null()) parsed->value.emplace_object();
  if (!parsed->value.is_object()) {
    return bad_request(
        fmt::format("error decoding YAML: error unmarshaling JSON: while decoding JSON: json: "
                    "cannot unmarshal {} into Go value of type map[string]interface {{}}",
                    go_kind(parsed->value)));
  }
  return DecodedPatch{engine::PatchType::kApply, std::move(parsed->value),
                      std::move(parsed->duplicates)};
}

}  // namespace

Result<DecodedPatch> decode_patch(const Request& request, engine::PatchType type) {
  if (type == engine::PatchType::kApply) return decode_applied(request);
  auto parsed = parse_json(request.body, {.nesting_max = engine::kNestingMax});
  if (!parsed) return bad_request("error decoding patch: " + parsed.error().message);
  if (type == engine::PatchType::kJson) {
    if (auto checked = engine::check_json_patch(parsed->value); !checked)
      return std::unexpected(std::move(checked.error()));
  } else if (auto checked = engine::check_merge_patch(parsed->value); !checked) {
    return std::unexpected(std::move(checked.error()));
  }
  return DecodedPatch{type, std::move(parsed->value), duplicate_fields(parsed->duplicates)};
}

}  // namespace gatefold::api
