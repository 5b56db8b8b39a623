#include "engine/read.h"

#include <fmt/format.h>

#include "schema/convert.h"
#include "schema/json.h"

namespace gatefold::engine {

void append_object(std::string& out, const Kind& kind, const KindVersion& version,
                   std::string_view schema_id, std::string_view body, std::uint32_t splice_at,
                   Revision revision) {
  if (schema_id == version.schema_id) {
    if (revision == Revision{}) {
      out.append(body);
    } else {
      storage::append_spliced(out, body, splice_at, revision);
    }
    return;
  }
  auto parsed = parse_json(body);
  if (!parsed) {
    // What was stored was written by this house; nothing better can be said of it than what it is.
    out.append(body);
    return;
  }
  auto& object = parsed->value;
  convert_object(kind, version, object);
  if (revision != Revision{}) {
    object_member(object.as_object(), "metadata")["resourceVersion"] = to_string(revision);
  }
  out += canonical_json(object);
}

Result<std::optional<ReadObject>> read_object(const View& view, const Kind& kind,
                                              const KindVersion& version, const ObjectKey& key) {
  const auto horizon = view.snapshot->horizon(key.resource);
  if (view.revision() < horizon) {
    return failure(Reason::kExpired,
                   fmt::format("revision {} is no longer kept; the oldest one that works is {}",
                               view.revision().number, horizon.number));
  }
  auto stored = view.snapshot->object_at(key, view.revision());
  if (!stored) return std::unexpected(std::move(stored.error()));
  if (!*stored) return std::nullopt;
  const auto& object = **stored;
  ReadObject read{.json = {}, .revision = object.revision};
  append_object(read.json, kind, version, object.schema_id, object.body, object.splice_at,
                object.revision);
  return read;
}

}  // namespace gatefold::engine
