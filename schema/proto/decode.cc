#include "schema/proto/decode.h"

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "schema/base64.h"
#include "schema/json.h"
#include "schema/proto/values.h"
#include "schema/proto/wire.h"

namespace gatefold::proto {
namespace {

using Done = std::expected<void, std::string>;

std::unexpected<std::string> wrong(std::string text) {
  return std::unexpected(std::move(text));
}

WireType wire_type_of(ValueType type) {
  switch (type) {
    case ValueType::kBool:
    case ValueType::kInt32:
    case ValueType::kInt64:
      return WireType::kVarint;
    case ValueType::kDouble:
      return WireType::kFixed64;
    default:
      return WireType::kBytes;
  }
}

// Several occurrences of a message are one; of what is no message the last one counts.
bool is_message(ValueType type) {
  return wire_type_of(type) == WireType::kBytes && type != ValueType::kText &&
         type != ValueType::kBytes;
}

// What Go's omitempty leaves out of a value that is no pointer: structs always stand there.
bool is_empty(ValueType type, const Value& value) {
  switch (type) {
    case ValueType::kText:
    case ValueType::kBytes:
      return value.is_null() || value.get_string().empty();
    case ValueType::kTexts:
      return value.is_null() || value.get_array().empty();
    case ValueType::kBool:
      return !value.get_bool();
    case ValueType::kInt32:
    case ValueType::kInt64:
    case ValueType::kDouble:
      return value.is_int64() && value.get_int64() == 0;
    default:
      return false;
  }
}

// One occurrence of a field, by its place in the message's table.
struct Seen {
  std::size_t place;
  std::size_t order;
  WireField field;
};
using SeenOnes = std::span<const Seen>;

class Decoder {
 public:
  explicit Decoder(DecodeLimits limits) : limits_(limits) {}

  // Below `nesting` levels of objects and arrays.
  Done add_members(const Message& message, std::string_view bytes, std::size_t nesting,
                   JsonObject& members) {
    auto seen = scan(message, bytes);
    if (!seen) return wrong(seen.error());
    auto rest = SeenOnes(*seen);
    for (std::size_t place = 0; place < message.fields.size(); ++place) {
      const auto other = std::ranges::find_if(rest, [&](auto& one) { return one.place != place; });
      const auto ours = rest.first(static_cast<std::size_t>(other - rest.begin()));
      rest = rest.subspan(ours.size());
      if (auto added = add_member(message.fields[place], ours, nesting, members); !added) {
        return added;
      }
    }
    return {};
  }

 private:
  // Sorted by their places, of one place in the order of the wire.
  static std::expected<std::vector<Seen>, std::string> scan(const Message& message,
                                                            std::string_view bytes) {
    std::vector<Seen> seen;
    const auto read = each_field(bytes, [&](const WireField& field) -> Done {
      const auto known = std::ranges::find(message.fields, field.number, &Field::number);
      if (known == message.fields.end()) return {};
      const auto wanted =
          known->shape == FieldShape::kMap ? WireType::kBytes : wire_type_of(known->type);
      const bool is_packed =
          known->shape == FieldShape::kRepeated && field.type == WireType::kBytes;
      if (field.type != wanted && !is_packed) {
        return wrong(fmt::format("proto: wrong wireType = {} for field {} of {}",
                                 static_cast<int>(field.type), known->member, message.name));
      }
      seen.push_back(
          {static_cast<std::size_t>(known - message.fields.begin()), seen.size(), field});
      return {};
    });
    if (!read) return wrong(read.error());
    std::ranges::sort(seen, {}, [](const Seen& one) { return std::pair(one.place, one.order); });
    return seen;
  }

  // A message that comes in parts is that of all parts together. No client sends any; on every
  // level again, they would be copied again.
  std::expected<std::string_view, std::string> joined(SeenOnes ones, std::string& buffer) {
    if (ones.empty()) return {};
    if (ones.size() == 1) return ones.front().field.bytes;
    for (const auto& one : ones) {
      joined_bytes_ += one.field.bytes.size();
      if (joined_bytes_ > limits_.joined_bytes_max) {
        return wrong("proto: the message comes in too many parts");
      }
      buffer += one.field.bytes;
    }
    return buffer;
  }

  Done add_member(const Field& field, SeenOnes ones, std::size_t nesting, JsonObject& members) {
    Decoded value;
    std::string buffer;
    switch (field.shape) {
      case FieldShape::kInline: {
        const auto bytes = joined(ones, buffer);
        if (!bytes) return wrong(bytes.error());
        return add_members(*field.message, *bytes, nesting, members);
      }
      case FieldShape::kRepeated:
        value = list(field, ones, nesting + 1);
        break;
      case FieldShape::kMap:
        value = map(field, ones, nesting + 1);
        break;
      case FieldShape::kOptional:
      case FieldShape::kSingle:
        value = single(field, ones, nesting);
        break;
    }
    if (!value) return wrong(value.error());
    const bool is_absent =
        field.shape == FieldShape::kSingle ? is_empty(field.type, *value) : ones.empty();
    if (field.omits_empty && is_absent) return {};
    if (auto counted = count(); !counted) return counted;
    members[field.member] = std::move(*value);
    return {};
  }

  Decoded single(const Field& field, SeenOnes ones, std::size_t nesting) {
    const bool is_slice = field.type == ValueType::kBytes || field.type == ValueType::kTexts;
    if (ones.empty() && (is_slice || field.shape == FieldShape::kOptional)) return nullptr;
    std::string buffer;
    WireField last;
    if (!ones.empty()) last = ones.back().field;
    if (is_message(field.type)) {
      const auto bytes = joined(ones, buffer);
      if (!bytes) return wrong(bytes.error());
      last.bytes = *bytes;
    }
    return value_of(field, last, nesting);
  }

  Decoded list(const Field& field, SeenOnes ones, std::size_t nesting) {
    if (ones.empty()) return nullptr;
    JsonArray items;
    for (const auto& one : ones) {
      const auto wanted = wire_type_of(field.type);
      if (wanted != WireType::kBytes && one.field.type == WireType::kBytes) {
        if (auto done = unpack(field, one.field.bytes, items); !done) return wrong(done.error());
        continue;
      }
      auto item = value_of(field, one.field, nesting);
      if (!item) return item;
      if (auto counted = count(); !counted) return wrong(counted.error());
      items.push_back(std::move(*item));
    }
    return items;
  }

  Done unpack(const Field& field, std::string_view bytes, JsonArray& items) {
    for (WireReader reader(bytes); !reader.done();) {
      const auto integer =
          field.type == ValueType::kDouble ? reader.fixed(sizeof(double)) : reader.varint();
      if (!integer) return wrong(integer.error());
      auto item = value_of(field, {.integer = *integer}, 0);
      if (!item) return wrong(item.error());
      if (auto counted = count(); !counted) return counted;
      items.push_back(std::move(*item));
    }
    return {};
  }

  Decoded map(const Field& field, SeenOnes ones, std::size_t nesting) {
    if (ones.empty()) return nullptr;
    JsonObject entries;
    for (const auto& one : ones) {
      const auto entry = read_parts(one.field.bytes, {WireType::kBytes, wire_type_of(field.type)});
      if (!entry) return wrong(entry.error() + " of an entry of " + field.member);
      auto value =
          value_of(field, {.integer = entry->integers[1], .bytes = entry->texts[1]}, nesting);
      if (!value) return value;
      if (auto counted = count(); !counted) return wrong(counted.error());
      entries[text_of(entry->texts[0])] = std::move(*value);
    }
    return entries;
  }

  // Of one occurrence that has the right wire type.
  Decoded value_of(const Field& field, const WireField& one, std::size_t nesting) {
    switch (field.type) {
      case ValueType::kText:
        return Value(text_of(one.bytes));
      case ValueType::kBool:
        return Value(one.integer != 0);
      case ValueType::kInt32:
        return static_cast<std::int32_t>(one.integer);
      case ValueType::kInt64:
        return static_cast<std::int64_t>(one.integer);
      case ValueType::kDouble: {
        auto number = number_of(one.integer);
        if (!number) return wrong("json: unsupported value: " + field.member + " is no number");
        return *number;
      }
      case ValueType::kBytes:
        return Value(to_base64(one.bytes));
      case ValueType::kTime:
      case ValueType::kMicroTime:
        return time_of(one.bytes, field.type == ValueType::kMicroTime);
      case ValueType::kQuantity:
        return quantity_of(one.bytes);
      case ValueType::kIntOrString:
        return int_or_string_of(one.bytes);
      case ValueType::kTexts:
        return texts_of(one.bytes);
      case ValueType::kRaw:
        return raw(one.bytes, nesting);
      case ValueType::kOrBool:
      case ValueType::kOrArray:
      case ValueType::kOrTexts:
        return union_of(field, one.bytes, nesting);
      case ValueType::kMessage:
        return object(*field.message, one.bytes, nesting);
    }
    return nullptr;
  }

  Decoded object(const Message& message, std::string_view bytes, std::size_t nesting) {
    if (nesting >= limits_.nesting_max) return wrong("proto: exceeded max depth");
    JsonObject members;
    auto done = add_members(message, bytes, nesting + 1, members);
    if (!done) return wrong(done.error());
    return members;
  }

  Decoded raw(std::string_view bytes, std::size_t nesting) {
    const auto parts = read_parts(bytes, {WireType::kBytes});
    if (!parts) return wrong(parts.error());
    if (parts->texts[0].empty()) return nullptr;
    if (nesting >= limits_.nesting_max) return wrong("proto: exceeded max depth");
    auto parsed = parse_json(parts->texts[0], {.nesting_max = limits_.nesting_max - nesting});
    if (!parsed) return wrong(parsed.error().message);
    return std::move(parsed->value);
  }

  Decoded union_of(const Field& field, std::string_view bytes, std::size_t nesting) {
    if (field.type == ValueType::kOrBool) {
      const auto parts = read_parts(bytes, {WireType::kVarint, WireType::kBytes});
      if (!parts) return wrong(parts.error());
      if (!parts->found[1]) return Value(parts->integers[0] != 0);
      return object(*field.message, parts->texts[1], nesting);
    }
    // {1: schema, 2: the others}; where there are others, they are it.
    const auto parts = read_parts(bytes, {WireType::kBytes, WireType::kBytes});
    if (!parts) return wrong(parts.error());
    if (!parts->found[1]) {
      if (!parts->found[0]) return nullptr;
      return object(*field.message, parts->texts[0], nesting);
    }
    JsonArray others;
    const auto read = each_field(bytes, [&](const WireField& one) -> Done {
      if (one.number != 2) return {};
      auto other = field.type == ValueType::kOrTexts
                       ? Decoded(Value(text_of(one.bytes)))
                       : object(*field.message, one.bytes, nesting + 1);
      if (!other) return wrong(other.error());
      if (auto counted = count(); !counted) return counted;
      others.push_back(std::move(*other));
      return {};
    });
    if (!read) return wrong(read.error());
    return others;
  }

  Done count() {
    if (++values_ > limits_.values_max) return wrong("proto: the message holds too many values");
    return {};
  }

  DecodeLimits limits_;
  std::size_t values_ = 0;
  std::size_t joined_bytes_ = 0;
};

}  // namespace

std::expected<JsonObject, std::string> decode_message(const Message& message,
                                                      std::string_view bytes, DecodeLimits limits) {
  JsonObject members;
  auto done = Decoder(limits).add_members(message, bytes, 1, members);
  if (!done) return std::unexpected(std::move(done.error()));
  return members;
}

}  // namespace gatefold::proto
