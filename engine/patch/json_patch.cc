#include "engine/patch/json_patch.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "engine/limits.h"
#include "schema/json.h"

namespace gatefold::engine {
namespace {

constexpr std::size_t kOperationsMax = 10'000;
// What `copy` may add in all: a short patch must not grow an object without bound.
constexpr std::size_t kCopiedBytesMax = 3u << 20;
// Items of lists that may change their place in all: each insertion at the front of a long list
// moves all of it.
constexpr std::size_t kShiftedItemsMax = 1u << 26;
// Values that are looked at in all to measure how deep moved ones nest: one that is moved to and
// fro is measured each time.
constexpr std::size_t kMeasuredValuesMax = 1u << 24;

using Pointer = std::vector<std::string>;

// As Kubernetes' library reads them, more than RFC 6901 allows: what precedes the first slash is
// passed over, and a tilde that escapes nothing stands for itself. Nothing where there is no slash.
std::optional<Pointer> parse_pointer(std::string_view text) {
  Pointer tokens;
  if (text.empty()) return tokens;
  const auto start = text.find('/');
  if (start == std::string_view::npos) return std::nullopt;
  for (std::size_t i = start; i < text.size(); ++i) {
    const char next = i + 1 < text.size() ? text[i + 1] : '\0';
    if (text[i] == '/') {
      tokens.emplace_back();
    } else if (text[i] == '~' && (next == '0' || next == '1')) {
      tokens.back() += next == '0' ? '~' : '/';
      ++i;
    } else {
      tokens.back() += text[i];
    }
  }
  return tokens;
}

// The place of `token` in a list of `size` places. Go's integers may have a plus.
std::optional<std::size_t> parse_index(std::string_view token, std::size_t size) {
  if (token.starts_with('+') && !token.starts_with("+-")) token.remove_prefix(1);
  std::int64_t index = 0;
  const auto* end = token.data() + token.size();
  const auto [stop, error] = std::from_chars(token.data(), end, index);
  if (error != std::errc() || stop != end) return std::nullopt;
  if (index < 0) index += static_cast<std::int64_t>(size);
  if (index < 0 || index >= static_cast<std::int64_t>(size)) return std::nullopt;
  return static_cast<std::size_t>(index);
}

Value* child_of(Value& parent, const std::string& token) {
  if (auto* object = parent.if_object()) return object->if_contains(token);
  auto* array = parent.if_array();
  if (array == nullptr) return nullptr;
  const auto index = parse_index(token, array->size());
  return index ? &(*array)[*index] : nullptr;
}

Value* resolve(Value& document, const Pointer& pointer, std::size_t depth) {
  Value* at = &document;
  for (std::size_t i = 0; i < depth && at != nullptr; ++i) at = child_of(*at, pointer[i]);
  return at;
}

// How deep containers stand in `value`, 0 for a scalar. Adds the values looked at to `measured`.
std::size_t nesting(const Value& value, std::size_t& measured) {
  ++measured;
  std::size_t deepest = 0;
  if (const auto* array = value.if_array()) {
    for (const auto& item : *array) deepest = std::max(deepest, nesting(item, measured));
    return deepest + 1;
  }
  if (const auto* object = value.if_object()) {
    for (const auto& member : *object) {
      deepest = std::max(deepest, nesting(member.value(), measured));
    }
    return deepest + 1;
  }
  return 0;
}

// Whether `pointer` leads to a member that an object could have.
bool is_in_object(Value& document, const Pointer& pointer) {
  if (pointer.empty()) return false;
  const auto* parent = resolve(document, pointer, pointer.size() - 1);
  return parent != nullptr && parent->is_object();
}

// A missing member of an object is as good as null; a missing `value` equals nothing.
bool holds(Value& document, const Pointer& pointer, const Value* expected) {
  if (expected == nullptr) return false;
  if (const auto* found = resolve(document, pointer, pointer.size())) {
    return same(*found, *expected);
  }
  return expected->is_null() && is_in_object(document, pointer);
}

class Applier {
 public:
  explicit Applier(Value document) : document_(std::move(document)) {}

  bool apply(const Value& operation) {
    const auto op = string_at(operation, {"op"});
    const auto* text = find(operation, "path");
    if (text == nullptr || !text->is_string()) return false;
    const auto path = parse_pointer(text->get_string());
    if (!path) return false;
    const auto* value = find(operation, "value");
    if (op == "add") return add(*path, value == nullptr ? Value() : *value);
    if (op == "remove") return remove(*path).has_value();
    if (op == "replace") return replace(*path, value);
    if (op == "test") return holds(document_, *path, value);
    if (op == "move" || op == "copy") return carry(operation, op == "move", *path);
    return false;
  }

  Value take() { return std::move(document_); }

 private:
  // Copies into copies would double the nesting with each operation.
  bool fits(const Pointer& pointer, const Value& value) {
    if (pointer.size() > kNestingMax || measured_values_ > kMeasuredValuesMax) return false;
    return pointer.size() + nesting(value, measured_values_) <= kNestingMax;
  }

  // A missing `value` is null. A missing member is added; the root stays as it is where the value
  // is a scalar.
  bool replace(const Pointer& pointer, const Value* given) {
    const Value value = given == nullptr ? Value() : *given;
    if (pointer.empty() && !value.is_object() && !value.is_array()) return given != nullptr;
    if (!fits(pointer, value)) return false;
    if (auto* found = resolve(document_, pointer, pointer.size())) {
      *found = value;
      return true;
    }
    return is_in_object(document_, pointer) && add(pointer, value);
  }

  bool add(const Pointer& pointer, Value value) {
    if (pointer.empty() || !fits(pointer, value)) return false;
    auto* parent = resolve(document_, pointer, pointer.size() - 1);
    if (parent == nullptr) return false;
    const auto& token = pointer.back();
    if (auto* object = parent->if_object()) {
      (*object)[token] = std::move(value);
      return true;
    }
    auto* array = parent->if_array();
    if (array == nullptr) return false;
    const auto index =
        token == "-" ? std::optional(array->size()) : parse_index(token, array->size() + 1);
    if (!index || !shift(array->size() - *index)) return false;
    array->insert(array->begin() + static_cast<std::ptrdiff_t>(*index), std::move(value));
    return true;
  }

  // Takes the value away and hands it out.
  std::optional<Value> remove(const Pointer& pointer) {
    if (pointer.empty()) return std::nullopt;
    auto* parent = resolve(document_, pointer, pointer.size() - 1);
    auto* found = parent == nullptr ? nullptr : child_of(*parent, pointer.back());
    if (found == nullptr) return std::nullopt;
    Value value = std::move(*found);
    if (auto* object = parent->if_object()) {
      object->erase(pointer.back());
      return value;
    }
    auto& array = parent->get_array();
    const auto index = found - array.data();
    if (!shift(array.size() - static_cast<std::size_t>(index))) return std::nullopt;
    array.erase(array.begin() + index);
    return value;
  }

  bool shift(std::size_t items) {
    shifted_items_ += items;
    return shifted_items_ <= kShiftedItemsMax;
  }

  bool carry(const Value& operation, bool is_move, const Pointer& path) {
    const auto* text = find(operation, "from");
    if (text == nullptr || !text->is_string()) return false;
    const auto from = parse_pointer(text->get_string());
    if (!from) return false;
    if (is_move) {
      auto value = remove(*from);
      return value && add(path, std::move(*value));
    }
    if (from->empty()) return false;
    const auto* found = resolve(document_, *from, from->size());
    if (found == nullptr && !is_in_object(document_, *from)) return false;
    const Value value = found == nullptr ? Value() : *found;
    copied_bytes_ += to_json(value).size();
    return copied_bytes_ <= kCopiedBytesMax && add(path, value);
  }

  Value document_;
  std::size_t copied_bytes_ = 0;
  std::size_t shifted_items_ = 0;
  std::size_t measured_values_ = 0;
};

Result<void> check_operation(const Value& operation) {
  if (operation.is_null()) return {};
  if (!operation.is_object()) {
    return bad_request(
        fmt::format("error decoding patch: json: cannot unmarshal {} into Go value of type "
                    "handlers.jsonPatchOp",
                    go_kind(operation)));
  }
  for (const auto* name : {"op", "path", "from"}) {
    const auto* member = find(operation, name);
    if (member == nullptr || member->is_null() || member->is_string()) continue;
    return bad_request(
        fmt::format("error decoding patch: json: cannot unmarshal {} into Go struct field "
                    "jsonPatchOp.{} of type string",
                    go_kind(*member), name));
  }
  return {};
}

}  // namespace

std::string_view go_kind(const Value& value) {
  if (value.is_bool()) return "bool";
  return value.is_number() ? "number" : json_type_name(value);
}

Result<void> check_json_patch(const Value& patch) {
  if (patch.is_null()) return {};
  const auto* operations = patch.if_array();
  if (operations == nullptr) {
    return bad_request(
        fmt::format("error decoding patch: json: cannot unmarshal {} into Go value of type "
                    "[]handlers.jsonPatchOp",
                    go_kind(patch)));
  }
  if (operations->size() > kOperationsMax) {
    return failure(Reason::kRequestEntityTooLarge,
                   fmt::format("Request entity too large: The allowed maximum operations in a JSON "
                               "patch is {}, got {}",
                               kOperationsMax, operations->size()));
  }
  for (const auto& operation : *operations) {
    if (auto checked = check_operation(operation); !checked) return checked;
  }
  return {};
}

Result<Value> apply_json_patch(const Value& document, const Value& patch) {
  if (auto checked = check_json_patch(patch); !checked) {
    return std::unexpected(std::move(checked.error()));
  }
  if (patch.is_null()) return document;
  Applier applier(document);
  for (const auto& operation : patch.get_array()) {
    if (!applier.apply(operation)) {
      return failure(Reason::kInvalid,
                     "the server rejected our request due to an error in our request");
    }
  }
  return applier.take();
}

}  // namespace gatefold::engine
