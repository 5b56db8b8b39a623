#include "schema/cel/val.h"

#include <cmath>
#include <cstring>

#include "schema/cel/opaque.h"
#include "schema/cel/text.h"
#include "schema/cel/type.h"

namespace gatefold::cel {

std::string_view Arena::copy(std::string_view text) {
  if (text.empty()) return {};
  bytes_ += text.size();
  auto* bytes = static_cast<char*>(memory_.allocate(text.size(), 1));
  std::memcpy(bytes, text.data(), text.size());
  return {bytes, text.size()};
}

namespace {

Val of_kind(ValKind kind) {
  Val out;
  out.kind = kind;
  return out;
}

}  // namespace

Val null_val() {
  return {};
}

Val bool_val(bool value) {
  auto out = of_kind(ValKind::kBool);
  out.boolean = value;
  return out;
}

Val int_val(std::int64_t value) {
  auto out = of_kind(ValKind::kInt);
  out.integer = value;
  return out;
}

Val uint_val(std::uint64_t value) {
  auto out = of_kind(ValKind::kUint);
  out.uinteger = value;
  return out;
}

Val double_val(double value) {
  auto out = of_kind(ValKind::kDouble);
  out.number = value;
  return out;
}

Val string_val(std::string_view text) {
  auto out = of_kind(ValKind::kString);
  out.text = text;
  return out;
}

Val bytes_val(std::string_view bytes) {
  auto out = of_kind(ValKind::kBytes);
  out.text = bytes;
  return out;
}

Val timestamp_val(Timestamp value) {
  auto out = of_kind(ValKind::kTimestamp);
  out.timestamp = value;
  return out;
}

Val duration_val(std::int64_t ns) {
  auto out = of_kind(ValKind::kDuration);
  out.duration_ns = ns;
  return out;
}

Val list_val(std::span<const Val> items) {
  auto out = of_kind(ValKind::kList);
  out.list = {items};
  return out;
}

Val map_val(std::span<const MapItem> items) {
  auto out = of_kind(ValKind::kMap);
  out.map = {items};
  return out;
}

Val type_val(const Type* type) {
  auto out = of_kind(ValKind::kType);
  out.type = type;
  return out;
}

Val none_val() {
  auto out = of_kind(ValKind::kOptional);
  out.optional = nullptr;
  return out;
}

Val optional_val(Arena& arena, Val value) {
  value.deferred_cost = 0;
  auto out = of_kind(ValKind::kOptional);
  out.optional = arena.make(value);
  return out;
}

Val error_val(Arena& arena, std::string_view message) {
  return literal_error(arena.copy(message));
}

Val literal_error(std::string_view message) {
  auto out = of_kind(ValKind::kError);
  out.text = message;
  return out;
}

Val no_such_overload() {
  return literal_error("no such overload");
}

Val exhausted_error() {
  return literal_error("operation cancelled: actual cost limit exceeded");
}

Val int_overflow() {
  return literal_error("integer overflow");
}

Val uint_overflow() {
  return literal_error("unsigned integer overflow");
}

Val no_such_key(Arena& arena, const Val& key) {
  return error_val(arena, "no such key: " + message_text(key));
}

namespace {

template <class T>
Order order_of(const T& a, const T& b) {
  if (a < b) return Order::kLess;
  return b < a ? Order::kGreater : Order::kEqual;
}

Order order_of_texts(std::string_view a, std::string_view b) {
  const int order = a.compare(b);
  if (order == 0) return Order::kEqual;
  return order < 0 ? Order::kLess : Order::kGreater;
}

Order reversed(Order order) {
  switch (order) {
    case Order::kLess:
      return Order::kGreater;
    case Order::kGreater:
      return Order::kLess;
    case Order::kEqual:
    case Order::kNone:
      break;
  }
  return order;
}

// Beyond the integers' range a double is less or greater; within it the integer is made a double,
// which is cel-go's rule, although large integers lose digits by that.
Order order_of_double_int(double a, std::int64_t b) {
  if (std::isnan(a)) return Order::kNone;
  if (a < -kTwoTo63) return Order::kLess;
  if (a > kTwoTo63) return Order::kGreater;
  return order_of(a, static_cast<double>(b));
}

Order order_of_double_uint(double a, std::uint64_t b) {
  if (std::isnan(a)) return Order::kNone;
  if (a < 0) return Order::kLess;
  if (a > kTwoTo64) return Order::kGreater;
  return order_of(a, static_cast<double>(b));
}

Order order_of_int_uint(std::int64_t a, std::uint64_t b) {
  if (a < 0) return Order::kLess;
  return order_of(static_cast<std::uint64_t>(a), b);
}

Order order_of_numbers(const Val& a, const Val& b) {
  if (a.is(ValKind::kInt)) {
    if (b.is(ValKind::kInt)) return order_of(a.integer, b.integer);
    if (b.is(ValKind::kUint)) return order_of_int_uint(a.integer, b.uinteger);
    return reversed(order_of_double_int(b.number, a.integer));
  }
  if (a.is(ValKind::kUint)) {
    if (b.is(ValKind::kInt)) return reversed(order_of_int_uint(b.integer, a.uinteger));
    if (b.is(ValKind::kUint)) return order_of(a.uinteger, b.uinteger);
    return reversed(order_of_double_uint(b.number, a.uinteger));
  }
  if (b.is(ValKind::kInt)) return order_of_double_int(a.number, b.integer);
  if (b.is(ValKind::kUint)) return order_of_double_uint(a.number, b.uinteger);
  if (std::isnan(a.number) || std::isnan(b.number)) return Order::kNone;
  return order_of(a.number, b.number);
}

bool is_number(const Val& value) {
  return value.is(ValKind::kInt) || value.is(ValKind::kUint) || value.is(ValKind::kDouble);
}

std::size_t code_points(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xc0U) != 0x80U ? 1 : 0;
  return count;
}

}  // namespace

Order compare(const Val& a, const Val& b) {
  if (is_number(a)) return is_number(b) ? order_of_numbers(a, b) : Order::kNone;
  if (a.kind != b.kind) return Order::kNone;
  switch (a.kind) {
    case ValKind::kBool:
      return order_of(a.boolean, b.boolean);
    case ValKind::kString:
    case ValKind::kBytes:
      return order_of_texts(a.text, b.text);
    case ValKind::kTimestamp:
      return order_of(a.timestamp, b.timestamp);
    case ValKind::kDuration:
      return order_of(a.duration_ns, b.duration_ns);
    default:
      return Order::kNone;
  }
}

std::size_t size_of(const Val& value) {
  constexpr std::size_t kBitsPerByte = 8;
  const Val* at = &value;
  while (at->is(ValKind::kOptional) && at->optional != nullptr) at = at->optional;
  switch (at->kind) {
    case ValKind::kString:
      return code_points(at->text);
    case ValKind::kBytes:
      return at->text.size();
    case ValKind::kList:
      return list_size(*at);
    case ValKind::kMap:
      return map_size(*at);
    case ValKind::kIp:
      return at->ip->address.is_ipv4() ? 4 : 16;
    case ValKind::kCidr:
      return (at->cidr->bits + kBitsPerByte - 1) / kBitsPerByte;
    default:
      return 1;
  }
}

std::string_view type_name(const Val& value) {
  switch (value.kind) {
    case ValKind::kError:
      return "error";
    case ValKind::kNull:
      return "null_type";
    case ValKind::kBool:
      return "bool";
    case ValKind::kInt:
      return "int";
    case ValKind::kUint:
      return "uint";
    case ValKind::kDouble:
      return "double";
    case ValKind::kString:
      return "string";
    case ValKind::kBytes:
      return "bytes";
    case ValKind::kTimestamp:
      return "google.protobuf.Timestamp";
    case ValKind::kDuration:
      return "google.protobuf.Duration";
    case ValKind::kList:
      return "list";
    case ValKind::kMap:
      return "map";
    case ValKind::kType:
      return "type";
    case ValKind::kOptional:
      return "optional_type";
    default:
      return opaque_type_name(value.kind);
  }
}

}  // namespace gatefold::cel
