// From the bytes of a request body to a value (R4.6 to R4.8, R4.13 to R4.17, R7.2). Protobuf ends
// here: what it held goes on as the JSON that Go's types write.
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

enum class BodyMedia { kJson, kYaml, kProtobuf };
// By the Content-Type; kUnsupportedMediaType for others, and for custom resources in protobuf
// (R4.15).
Result<BodyMedia> body_media_of(const Request& request, bool is_custom = false);

// An object as body_media_of() says. `kind` is what is expected, named in errors. All but custom
// resources, DeleteOptions on their paths included, may leave `kind` out and come in protobuf, with
// the type that the envelope says: whether that is the expected one is not looked at, as in JSON.
Result<DecodedBody> decode_body(const Request& request, std::string_view kind,
                                bool is_custom = false);

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
