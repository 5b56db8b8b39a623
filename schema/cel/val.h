// A value while an expression is evaluated.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "schema/address.h"
#include "schema/schema_node.h"
#include "schema/value.h"

namespace gatefold::cel {

// Where an evaluation's values live: handed out, never freed one by one, gone with the evaluation.
// It also bounds what the language's cost does not pay for: memory, and steps of comparing and
// copying. Whoever loops over values of any size counts its steps, and stops when they are spent.
class Arena {
 public:
  static constexpr std::size_t kBytesMax = std::size_t{64} << 20;
  static constexpr std::uint64_t kStepsMax = 50'000'000;

  Arena() = default;
  // Uses `room` first, which outlives it: what most evaluations need, without the heap.
  explicit Arena(std::span<std::byte> room) : memory_(room.data(), room.size()) {}

  // False: the evaluation has to end; it fails at its next charge.
  bool step(std::uint64_t steps = 1) { return (steps_ += steps) <= kStepsMax; }
  bool fits(std::size_t bytes) const { return bytes <= kBytesMax && bytes_ <= kBytesMax - bytes; }
  bool is_spent() const { return bytes_ > kBytesMax || steps_ > kStepsMax; }

  // These never fail: what may be large has to be asked for with `fits` first.
  std::string_view copy(std::string_view text);
  // `T` is trivially destructible.
  template <class T>
  T* make(T value) {
    static_assert(std::is_trivially_destructible_v<T>);
    bytes_ += sizeof(T);
    return new (memory_.allocate(sizeof(T), alignof(T))) T(std::move(value));
  }
  template <class T>
  std::span<T> make_span(std::size_t size) {
    static_assert(std::is_trivially_destructible_v<T>);
    bytes_ += sizeof(T) * size;
    auto* first = static_cast<T*>(memory_.allocate(sizeof(T) * size, alignof(T)));
    for (std::size_t i = 0; i < size; ++i) new (first + i) T();
    return {first, size};
  }

 private:
  std::pmr::monotonic_buffer_resource memory_;
  std::size_t bytes_ = 0;
  std::uint64_t steps_ = 0;
};

enum class ValKind : std::uint8_t {
  kError,
  kNull,
  kBool,
  kInt,
  kUint,
  kDouble,
  kString,
  kBytes,
  kTimestamp,
  kDuration,
  kList,
  kMap,  // and objects
  kType,
  kOptional,
  kUrl,
  kIp,
  kCidr,
  kQuantity,
  kFormat,
  kSemver,
  kAuthorizer,
  kPathCheck,
  kGroupCheck,
  kResourceCheck,
  kDecision,
  kVariables,
};

struct Val;
class Type;

// Seconds from year 1 to 9999, as the language has them. The zone is that in which it was written:
// string() shows it, nothing else looks at it.
struct Timestamp {
  std::int64_t seconds = 0;
  std::int32_t nanos = 0;
  std::int16_t offset_minutes = 0;
  bool operator==(const Timestamp& other) const {
    return seconds == other.seconds && nanos == other.nanos;
  }
  auto operator<=>(const Timestamp& other) const {
    return seconds != other.seconds ? seconds <=> other.seconds : nanos <=> other.nanos;
  }
};

struct MapItem;

// Lists and maps that an expression made. Keys are bool, int, uint or string; their order is that
// in which they were written.
struct NativeList {
  std::span<const Val> items;
};
struct NativeMap {
  std::span<const MapItem> items;
};

// Lists, maps and objects of the input, read where they stand. `schema` is nullptr where nothing is
// known: then JSON's own types count.
struct JsonRef {
  const Value* value = nullptr;
  const SchemaNode* schema = nullptr;
};

struct UrlVal;         // library_urls
struct QuantityVal;    // library_quantity
struct FormatVal;      // library_format
struct SemverVal;      // library_semver
struct AuthorizerVal;  // library_authorizer
struct PathCheckVal;
struct GroupCheckVal;
struct ResourceCheckVal;
struct DecisionVal;

struct IpVal {
  Address address;
};
struct CidrVal {
  Address address;
  std::uint8_t bits = 0;
};

// 24 bytes that are copied freely. What it points to lives in the arena, in the expression or in
// the input.
struct Val {
  ValKind kind = ValKind::kNull;
  bool is_json : 1 = false;      // of kList and kMap: `json`, otherwise `list` or `map`
  bool is_typed : 1 = false;     // of a kList that is `list`: a merge, see merge_lists
  bool is_sorted : 1 = false;    // of a kMap that is `map`: by key_less
  bool is_resource : 1 = false;  // of a kMap that is `json`: a root or an embedded resource
  // In a slot, of optMap's variable: what its first use will be charged for.
  std::uint32_t deferred_cost = 0;
  union {
    bool boolean;
    std::int64_t integer;     // kInt
    std::uint64_t uinteger;   // kUint
    double number;            // kDouble
    std::string_view text{};  // kString, kBytes; kError: the message
    Timestamp timestamp;
    std::int64_t duration_ns;
    NativeList list;
    NativeMap map;
    JsonRef json;
    const Type* type;
    const Val* optional;  // nullptr: none
    const UrlVal* url;
    const IpVal* ip;
    const CidrVal* cidr;
    const QuantityVal* quantity;
    const FormatVal* format;
    const SemverVal* semver;
    const AuthorizerVal* authorizer;
    const PathCheckVal* path_check;
    const GroupCheckVal* group_check;
    const ResourceCheckVal* resource_check;
    const DecisionVal* decision;
    std::size_t visible;  // kVariables: how many of the environment's variables it can have
  };

  bool is_error() const { return kind == ValKind::kError; }
  bool is(ValKind wanted) const { return kind == wanted; }
};

struct MapItem {
  Val key;
  Val value;
};

Val null_val();
Val bool_val(bool value);
Val int_val(std::int64_t value);
Val uint_val(std::uint64_t value);
Val double_val(double value);
Val string_val(std::string_view text);  // borrows
Val bytes_val(std::string_view bytes);  // borrows
Val timestamp_val(Timestamp value);
Val duration_val(std::int64_t ns);
Val list_val(std::span<const Val> items);
Val map_val(std::span<const MapItem> items);
Val type_val(const Type* type);
Val none_val();
Val optional_val(Arena& arena, Val value);
Val error_val(Arena& arena, std::string_view message);  // copies the message
Val literal_error(std::string_view message);            // borrows: for constants

Val no_such_overload();
// `no such key: a`, of a key of any kind.
Val no_such_key(Arena& arena, const Val& key);
// `operation cancelled: actual cost limit exceeded`
Val exhausted_error();
// `integer overflow`, of durations too, and `unsigned integer overflow`.
Val int_overflow();
Val uint_overflow();

// Doubles from here on are no signed, no unsigned integers of 64 bits.
inline constexpr double kTwoTo63 = 9223372036854775808.0;
inline constexpr double kTwoTo64 = 18446744073709551616.0;

// A value of the input: scalars by what the schema says they are (R19.26: formats date, date-time,
// duration and byte; int-or-string as it is written), the rest as views. An error where a value is
// not what its schema promises. `is_resource`: apiVersion, kind and metadata (of which only name
// and generateName) are known whatever the schema says, as in an embedded resource.
Val val_of(Arena& arena, const Value& value, const SchemaNode* schema, bool is_resource = false);

// Lists, whichever they are.
std::size_t list_size(const Val& list);
Val list_at(Arena& arena, const Val& list, std::size_t index);
// `+`. Where `a` is a list of type set or map, what equals an item of it (or has its keys) is not
// added (set) or takes its place (map), and the sum is such a list again (R19.26). Fails only where
// the arena's bounds end it.
Val merge_lists(Arena& arena, const Val& a, const Val& b);
// Maps and objects.
std::size_t map_size(const Val& map);
// Entries in order; the index is below map_size.
MapItem map_at(Arena& arena, const Val& map, std::size_t index);
Val map_key_at(Arena& arena, const Val& map, std::size_t index);
// The value under a key of any numeric type that equals it. False: there is none. `out` may be an
// error: objects of the input with a schema have no keys but strings.
bool map_find(Arena& arena, const Val& map, const Val& key, Val& out);
// A field of an object or the value under a string key. `unescaped` is the name without
// Kubernetes' escapes, for objects that have declared properties.
bool select_field(Arena& arena, const Val& map, std::string_view field, std::string_view unescaped,
                  Val& out);

// The language's equality: numbers across types, NaN equals nothing, values of different types are
// unequal; list-type set and map compare without order (R19.26). Bounded by the depth of values.
bool equal(Arena& arena, const Val& a, const Val& b);
// What `==` itself answers: Kubernetes' own types, and lists and maps that have a schema, are
// compared with their like only.
enum class Equality : std::uint8_t { kEqual, kUnequal, kNoOverload };
Equality equality_of(Arena& arena, const Val& a, const Val& b);

// -1, 0, 1; nothing where the kinds have no order or a number is NaN. Numbers compare across types.
enum class Order : std::uint8_t { kLess, kEqual, kGreater, kNone };
Order compare(const Val& a, const Val& b);

// What the cost of a value grows with: code points, bytes, items; 1 for everything else.
std::size_t size_of(const Val& value);

// The name that type() shows: `int`, `list`, `google.protobuf.Timestamp`, ...
std::string_view type_name(const Val& value);

}  // namespace gatefold::cel
