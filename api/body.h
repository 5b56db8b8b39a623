// From the bytes of a request body to a value (R4.13, R4.16, R4.17, R7.2).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/request.h"
#include "engine/command.h"
#include "schema/status.h"
#include "schema/value.h"

namespace gatefold::api {

struct DecodedBody {
  Value value;                          // an object
  std::vector<std::string> duplicates;  // what strict decoding says of members that stood twice
};

enum class BodyMedia { kJson, kYaml };
// By the Content-Type; kUnsupportedMediaType for others.
Result<BodyMedia> body_media_of(const Request& request);

// An object in JSON or YAML, as body_media_of() says. `kind` is
// named in errors. Only DeleteOptions and core kinds may leave `kind` out: `kind_needed` false.
Result<DecodedBody> decode_body(const Request& request, std::string_view kind,
                                bool kind_needed = false);

struct DecodedPatch {
  engine::PatchType type = engine::PatchType::kMerge;
  Value value;
  std::vector<std::string> duplicates;
};

// The type of a patch by the Content-Type; `strategic` says whether strategic merge patches are
// taken (R4.14).
Result<engine::PatchType> patch_type_of(const Request& request, bool strategic);
// Checks the patch's own syntax (R9.2).
Result<DecodedPatch> decode_patch(const Request& request, engine::PatchType type);

}  // namespace gatefold::api
