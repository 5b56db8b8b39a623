// The fixed sequence that every object goes through before it may become an event (R7.1,
// R19.12):
//   decode metadata -> prune -> drop nulls -> default -> metadata rules -> structural schema ->
//   list types -> rules in CEL -> core rules -> condition guard.
// The first four change the object, the rules between only look, the guard repairs times.
#pragma once

#include <string>
#include <vector>

#include "engine/command.h"
#include "schema/kind.h"

namespace gatefold::engine {

struct AdmitOptions {
  FieldValidation field_validation = FieldValidation::kWarn;
  bool patched = false;  // errors of decoding then read as those of a PATCH (R5.4, R9.7)
};

// Steps up to default. Warnings about unknown and doubled fields are appended to `warnings`.
Result<void> decode_object(const Kind& kind, const KindVersion& version,
                           const std::vector<std::string>& duplicates, const AdmitOptions& options,
                           Value& object, std::vector<std::string>& warnings);

// The object in the body of a creation: of the kind's version, decoded, in the command's namespace.
Result<void> read_created(const Command& command, const Kind& kind, const KindVersion& version,
                          Value& object, std::vector<std::string>& warnings);

// The rules that only look. `old_object` is null for creates. Only errors below `status`, of the
// whole object's lists and of its rules count when `subresource` is "status" (R13.4).
Result<void> validate_object(const Kind& kind, const KindVersion& version,
                             std::string_view subresource, const Value& object,
                             const Value* old_object, std::vector<std::string>& warnings);

}  // namespace gatefold::engine
