#include "schema/cel/json_of.h"

#include <cmath>

#include "schema/base64.h"
#include "schema/cel/eval.h"
#include "schema/cel/function.h"

namespace gatefold::cel {
namespace {

// Lists in lists and what they hold: as deep as values of JSON may be.
constexpr int kDepthMax = 512;
// Making texts costs next to nothing; it has to have some bound.
constexpr std::uint64_t kCostMax = 100'000;

std::expected<std::string, std::string> text_of(Arena& arena, const Val& value) {
  const auto kind = 1U << static_cast<unsigned>(value.kind);
  for (const auto& overload : overloads_of("string")) {
    if (overload.kinds.size() != 1 || (overload.kinds[0] & kind) == 0) continue;
    Evaluation evaluation{.arena = arena, .cost_max = kCostMax};
    const auto text = overload.function(evaluation, std::span(&value, 1));
    if (text.is_error()) return std::unexpected(std::string(text.text));
    return std::string(text.text);
  }
  return std::unexpected(std::string(type_name(value)) + " has no form in JSON");
}

Value json_of_double(double number) {
  if (std::isnan(number)) return Value("NaN");
  if (std::isinf(number)) return Value(number > 0 ? "+Inf" : "-Inf");
  return Value(number);
}

using Json = std::expected<Value, std::string>;

Json convert(Arena& arena, const Val& value, int depth);

Json convert_list(Arena& arena, const Val& list, int depth) {
  JsonArray out;
  const auto size = list_size(list);
  for (std::size_t i = 0; i < size; ++i) {
    auto item = convert(arena, list_at(arena, list, i), depth);
    if (!item) return item;
    out.push_back(std::move(*item));
  }
  return Value(std::move(out));
}

Json convert_map(Arena& arena, const Val& map, int depth) {
  JsonObject out;
  const auto size = map_size(map);
  for (std::size_t i = 0; i < size; ++i) {
    const auto [key, value] = map_at(arena, map, i);
    const auto name = key.is(ValKind::kNull) ? std::string("null") : text_of(arena, key);
    if (!name) return std::unexpected(name.error());
    auto member = convert(arena, value, depth);
    if (!member) return member;
    out[*name] = std::move(*member);
  }
  return Value(std::move(out));
}

Json convert(Arena& arena, const Val& value, int depth) {
  if (depth == 0) return std::unexpected("the value nests too deep");
  switch (value.kind) {
    case ValKind::kError:
      return std::unexpected(std::string(value.text));
    case ValKind::kNull:
      return Value(nullptr);
    case ValKind::kBool:
      return Value(value.boolean);
    case ValKind::kInt:
      return Value(value.integer);
    case ValKind::kUint:
      return Value(value.uinteger);
    case ValKind::kDouble:
      return json_of_double(value.number);
    case ValKind::kBytes:
      return Value(to_base64(value.text));
    case ValKind::kList:
      return convert_list(arena, value, depth - 1);
    case ValKind::kMap:
      return convert_map(arena, value, depth - 1);
    case ValKind::kOptional:
      if (value.optional == nullptr) return Value(nullptr);
      return convert(arena, *value.optional, depth - 1);
    case ValKind::kString:
      return Value(value.text);
    case ValKind::kType:
      return Value(to_string(*value.type));
    default: {
      auto text = text_of(arena, value);
      if (!text) return std::unexpected(std::move(text.error()));
      return Value(*text);
    }
  }
}

}  // namespace

std::expected<Value, std::string> json_of(Arena& arena, const Val& value) {
  return convert(arena, value, kDepthMax);
}

}  // namespace gatefold::cel
