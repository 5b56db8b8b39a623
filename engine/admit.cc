#include "engine/admit.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/core_kinds.h"
#include "engine/definitions.h"
#include "engine/identity.h"
#include "schema/defaults.h"
#include "schema/definition.h"
#include "schema/embedded.h"
#include "schema/json.h"
#include "schema/meta.h"
#include "schema/prune.h"
#include "schema/scale.h"
#include "schema/structural.h"
#include "schema/typed_decode.h"

namespace gatefold::engine {
namespace {

// The complaint about a body that can't be decoded: 400 for a whole object, 422 about the patch for
// a patched one.
std::unexpected<Status> undecodable(const Kind& kind, const KindVersion& version,
                                    const AdmitOptions& options, const Value& object,
                                    std::string_view why) {
  if (options.patched) {
    return invalid(ResourceName{}, "",
                   {invalid_value("patch", Value(canonical_json(object)), why, "decode")});
  }
  return bad_request(fmt::format("{0} in version \"{1}\" cannot be handled as a {0}: {2}",
                                 kind.kind, version.name, why));
}

bool lists_were_clean(const SchemaNode& schema, const Value* old_object) {
  return old_object == nullptr || validate_list_types(schema, *old_object).empty();
}

}  // namespace

Result<void> decode_object(const Kind& kind, const KindVersion& version,
                           const std::vector<std::string>& duplicates, const AdmitOptions& options,
                           Value& object, std::vector<std::string>& warnings) {
  const auto before = options.patched && options.field_validation == FieldValidation::kStrict
                          ? std::optional<Value>(object)
                          : std::nullopt;
  auto unknown_metadata = decode_metadata(object);
  if (!unknown_metadata) {
    return undecodable(kind, version, options, object, unknown_metadata.error());
  }
  auto unknown_embedded = decode_embedded(*version.schema, object);
  if (!unknown_embedded) {
    return undecodable(kind, version, options, object, unknown_embedded.error());
  }
  if (kind.core) {
    auto typed = decode_typed(kind.kind, *version.schema, object);
    if (!typed) return undecodable(kind, version, options, object, typed.error());
  }
  for (auto& text : drop_doubled_owners(object)) warnings.push_back(std::move(text));
  auto unknown = prune_unknown(*version.schema, object);
  if (kind.resource == kDefinitions) {
    auto keywords = decode_definition(object);
    if (!keywords) return undecodable(kind, version, options, object, keywords.error());
    unknown.insert(unknown.end(), keywords->begin(), keywords->end());
  }
  if (options.field_validation != FieldValidation::kIgnore) {
    auto findings = duplicates;
    for (const auto& path : *unknown_metadata)
      findings.push_back(fmt::format("unknown field \"{}\"", path));
    for (const auto& path : *unknown_embedded)
      findings.push_back(fmt::format("unknown field \"{}\"", path));
    for (const auto& path : unknown) findings.push_back(fmt::format("unknown field \"{}\"", path));
    if (options.field_validation == FieldValidation::kStrict && !findings.empty()) {
      return undecodable(kind, version, options, before ? *before : object,
                         fmt::format("strict decoding error: {}", fmt::join(findings, ", ")));
    }
    for (auto& finding : findings) warnings.push_back(std::move(finding));
  }
  drop_nulls(*version.schema, object);
  apply_defaults(*version.schema, object);
  default_core(kind, object);
  return {};
}

Result<void> read_created(const Command& command, const Kind& kind, const KindVersion& version,
                          Value& object, std::vector<std::string>& warnings) {
  if (auto same = check_type_meta(kind, version, object); !same) return same;
  const AdmitOptions options{.field_validation = command.field_validation};
  auto decoded = decode_object(kind, version, command.duplicates, options, object, warnings);
  if (!decoded) return decoded;
  return check_namespace(kind, command.name_space, object);
}

Result<void> validate_object(const Kind& kind, const KindVersion& version,
                             std::string_view subresource, const Value& object,
                             const Value* old_object, std::vector<std::string>& warnings) {
  FieldErrors errors;
  const auto& schema = *version.schema;
  const bool status_only = subresource == "status" && !kind.status_keeps_metadata;
  if (!status_only) {
    append_errors(errors, validate_metadata(kind, object));
    if (old_object != nullptr)
      append_errors(errors, validate_metadata_update(kind, object, *old_object));
  }
  if (subresource == "status") {
    const auto* node = schema.member("status");
    const auto* status = find(object, "status");
    if (node != nullptr && status != nullptr) {
      const auto* old_status = old_object == nullptr ? nullptr : find(*old_object, "status");
      append_errors(errors, validate_structural(*node, *status, old_status, "status"));
    }
  } else {
    append_errors(errors, validate_structural(schema, object, old_object));
  }
  if (lists_were_clean(schema, old_object))
    append_errors(errors, validate_list_types(schema, object));
  if (version.rules != nullptr) {
    if (rules_may_run(errors)) {
      auto findings = version.rules->check(object, old_object);
      append_errors(errors, std::move(findings.errors));
      for (auto& text : findings.warnings) warnings.push_back(std::move(text));
    } else {
      errors.push_back(rules_skipped());
    }
  }
  if (version.scale && !kind.core) {
    append_errors(errors, subresource == "status" ? validate_scale_status(*version.scale, object)
                                                  : validate_scale_spec(*version.scale, object));
  }
  append_errors(errors, validate_core(kind, subresource, object, old_object));
  if (!errors.empty()) return invalid(kind.resource_name(), name_of(object), errors);
  for (auto& text : metadata_warnings(object, old_object)) warnings.push_back(std::move(text));
  return {};
}

}  // namespace gatefold::engine
