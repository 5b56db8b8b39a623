#include "schema/convert.h"

#include "schema/defaults.h"
#include "schema/prune.h"

namespace gatefold {

void convert_object(const Kind& kind, const KindVersion& version, Value& object) {
  object.as_object()["apiVersion"] = kind.api_version(version.name);
  prune_unknown(*version.schema, object);
  drop_nulls(*version.schema, object);
  apply_defaults(*version.schema, object);
}

}  // namespace gatefold
