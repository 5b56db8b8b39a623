#include "tests/conformance/gateway/random_objects.h"

#include <iterator>
#include <utility>

#include <re2/re2.h>

namespace gatefold::test {
namespace {

constexpr std::string_view kWords[] = {"a",
                                       "b",
                                       "example.com",
                                       "*.example.com",
                                       "a.b/c",
                                       "http://a",
                                       "a://b",
                                       "*",
                                       "1s",
                                       "1h30m",
                                       "0s",
                                       "90m",
                                       "System",
                                       "Service",
                                       "Gateway",
                                       "ConfigMap",
                                       "Secret",
                                       "HTTP",
                                       "HTTPS",
                                       "TLS",
                                       "TCP",
                                       "UDP",
                                       "IPAddress",
                                       "Hostname",
                                       "1.2.3.4",
                                       "::1",
                                       "/",
                                       "/a",
                                       "/a//b",
                                       "/a/../b",
                                       "a b",
                                       "A_",
                                       "a.cluster.local",
                                       "",
                                       "Accepted",
                                       "2026-01-02T03:04:05Z"};

constexpr int kDepthMax = 12;

}  // namespace

RandomObjects::RandomObjects(SchemaPtr schema, std::uint64_t seed)
    : schema_(std::move(schema)), random_(seed) {}

Value RandomObjects::object() {
  Value out(JsonObject{{"metadata", {{"name", "a"}}}});
  for (const auto* part : {"spec", "status"}) {
    const auto* schema = schema_->member(part);
    if (schema == nullptr || (below(2) == 0 && part == std::string_view("status"))) continue;
    out.as_object()[part] = value_of(*schema, 0);
  }
  return out;
}

void RandomObjects::vary(Value& object) {
  const auto place = any_place(object);
  if (place.value != nullptr) *place.value = value_of(*place.schema, kDepthMax / 2);
}

void RandomObjects::spoil(Value& object) {
  const auto place = any_place(object);
  if (place.value == nullptr) return;
  if (below(8) == 0) {
    const Value others[] = {Value(nullptr),
                            Value(7),
                            Value(1.5),
                            Value("x"),
                            Value(true),
                            Value(JsonObject{{"x", 1}}),
                            Value(JsonArray{Value("x")})};
    *place.value = others[below(std::size(others))];
  } else if (auto* members = place.value->if_object()) {
    spoil_object(*members);
  } else if (auto* items = place.value->if_array()) {
    spoil_list(*items);
  } else {
    *place.value = spoiled_scalar(*place.schema);
  }
}

Value RandomObjects::value_of(const SchemaNode& schema, int depth) {
  if (schema.default_value && below(4) == 0) return *schema.default_value;
  if (!schema.enumeration.empty()) return schema.enumeration[below(schema.enumeration.size())];
  switch (schema.type) {
    case SchemaType::kObject:
      return object_of(schema, depth + 1);
    case SchemaType::kArray:
      return list_of(schema, depth + 1);
    case SchemaType::kBoolean:
      return Value(below(2) == 0);
    case SchemaType::kInteger:
    case SchemaType::kNumber:
      return number_of(schema);
    default:
      return text_of(schema);
  }
}

Value RandomObjects::object_of(const SchemaNode& schema, int depth) {
  JsonObject out;
  for (const auto& [name, property] : schema.properties) {
    const bool is_required = std::ranges::find(schema.required, name) != schema.required.end();
    if (is_required || below(static_cast<std::size_t>(depth) + 2) == 0) {
      out[name] = value_of(*property, depth);
    }
  }
  if (schema.additional_properties != nullptr && below(2) == 0) {
    out[kWords[below(std::size(kWords))]] = value_of(*schema.additional_properties, depth);
  }
  return Value(std::move(out));
}

Value RandomObjects::list_of(const SchemaNode& schema, int depth) {
  auto count = static_cast<std::size_t>(schema.items_min.value_or(0)) + below(2);
  if (below(8) == 0) ++count;
  JsonArray out;
  for (; count > 0 && schema.items != nullptr; --count) {
    out.push_back(value_of(*schema.items, depth));
  }
  return Value(std::move(out));
}

Value RandomObjects::text_of(const SchemaNode& schema) {
  if (schema.format == "date-time") return Value("2026-01-02T03:04:05Z");
  if (schema.length_max && *schema.length_max < 300 && below(16) == 0) {
    return Value(std::string(static_cast<std::size_t>(*schema.length_max), 'a'));
  }
  const auto& words = words_of(schema);
  return Value(words[below(words.size())]);
}

Value RandomObjects::number_of(const SchemaNode& schema) {
  const auto least = static_cast<std::int64_t>(schema.minimum.value_or(0));
  const auto most = static_cast<std::int64_t>(schema.maximum.value_or(1000));
  if (below(4) == 0) return Value(below(2) == 0 ? least : most);
  return Value(least +
               static_cast<std::int64_t>(below(static_cast<std::size_t>(most - least + 1))));
}

// Those that the schema takes; all, where it takes none.
const std::vector<std::string>& RandomObjects::words_of(const SchemaNode& schema) {
  auto& words = words_[&schema];
  if (!words.empty()) return words;
  for (const auto word : kWords) {
    const auto length = static_cast<std::int64_t>(word.size());
    if (length < schema.length_min.value_or(0)) continue;
    if (schema.pattern != nullptr && !re2::RE2::PartialMatch(word, *schema.pattern)) continue;
    words.emplace_back(word);
  }
  if (words.empty()) words.assign(std::begin(kWords), std::end(kWords));
  return words;
}

std::vector<RandomObjects::Place> RandomObjects::places_in(Value& object) const {
  std::vector<Place> places;
  for (const auto* part : {"spec", "status"}) {
    auto* value = find(object, part);
    const auto* schema = schema_->member(part);
    if (value != nullptr && schema != nullptr) places.push_back({value, schema});
  }
  for (std::size_t i = 0; i < places.size(); ++i) {
    const auto [value, schema] = places[i];
    if (auto* members = value->if_object()) {
      for (auto& member : *members) {
        const auto* below = schema->member(std::string_view(member.key()));
        if (below != nullptr) places.push_back({&member.value(), below});
      }
    } else if (auto* items = value->if_array(); items != nullptr && schema->items != nullptr) {
      for (auto& item : *items) places.push_back({&item, schema->items.get()});
    }
  }
  return places;
}

RandomObjects::Place RandomObjects::any_place(Value& object) {
  const auto places = places_in(object);
  return places.empty() ? Place{nullptr, nullptr} : places[below(places.size())];
}

void RandomObjects::spoil_object(JsonObject& object) {
  if (object.empty() || below(4) == 0) {
    object[kWords[below(std::size(kWords))]] = "x";
    return;
  }
  const auto member = object.begin() + static_cast<std::ptrdiff_t>(below(object.size()));
  if (below(2) == 0) {
    member->value() = nullptr;
  } else {
    object.erase(member);
  }
}

void RandomObjects::spoil_list(JsonArray& list) {
  if (list.empty() || below(4) == 0) {
    list.clear();
    return;
  }
  const Value item = list[below(list.size())];
  const auto copies = below(4) == 0 ? std::size_t{65} : std::size_t{1};
  for (std::size_t i = 0; i < copies; ++i) list.push_back(item);
}

Value RandomObjects::spoiled_scalar(const SchemaNode& schema) {
  if (schema.type == SchemaType::kInteger) {
    const auto bound = below(2) == 0 ? schema.minimum : schema.maximum;
    const auto least = static_cast<std::int64_t>(bound.value_or(0));
    return Value(least + (below(2) == 0 ? 1 : -1));
  }
  if (schema.length_max && *schema.length_max < 300 && below(3) == 0) {
    return Value(std::string(static_cast<std::size_t>(*schema.length_max) + 1, 'a'));
  }
  return Value(kWords[below(std::size(kWords))]);
}

}  // namespace gatefold::test
