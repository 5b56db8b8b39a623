#include "tests/conformance/gateway/judge.h"

#include <algorithm>

#include "engine/admit.h"

namespace gatefold::test {
namespace {

void add_errors(const Result<void>& result, std::vector<std::string>& errors) {
  if (result) return;
  for (const auto& cause : result.error().details.causes) {
    errors.push_back(cause.field + ": " + cause.message);
  }
  if (result.error().details.causes.empty()) errors.push_back(result.error().message);
}

}  // namespace

Verdict judge(const Kind& kind, const KindVersion& version, Value object, const Value* old_object,
              std::string_view subresource) {
  Verdict verdict;
  object.as_object()["apiVersion"] = kind.api_version(version.name);
  object.as_object()["kind"] = kind.kind;
  auto decoded = engine::decode_object(kind, version, {}, {}, object, verdict.warnings);
  add_errors(decoded, verdict.errors);
  if (decoded) {
    add_errors(
        engine::validate_object(kind, version, subresource, object, old_object, verdict.warnings),
        verdict.errors);
  }
  std::ranges::sort(verdict.errors);
  std::ranges::sort(verdict.warnings);
  verdict.object = std::move(object);
  return verdict;
}

}  // namespace gatefold::test
