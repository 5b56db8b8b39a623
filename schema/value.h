// JSON values as the whole house passes them: Boost.JSON's, by value. A committed object is never
// changed.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

namespace gatefold {

using Value = boost::json::value;
using JsonObject = boost::json::object;
using JsonArray = boost::json::array;

// The member `key` of `value`; nullptr when `value` is no object or has no such member. The pointer
// lives as long as `value` is unchanged.
const Value* find(const Value& value, std::string_view key);
Value* find(Value& value, std::string_view key);

// Follows members: find_path(v, {"metadata", "name"}); nullptr as soon as one is missing.
const Value* find_path(const Value& value, std::initializer_list<std::string_view> keys);

// The string at `keys`, or "" when it is absent or no string. The view lives as long as `value`.
std::string_view string_at(const Value& value, std::initializer_list<std::string_view> keys);

// The integer at `keys`, or `otherwise` when it is absent or no integer that fits.
std::int64_t integer_at(const Value& value, std::initializer_list<std::string_view> keys,
                        std::int64_t otherwise);

// The list at `keys`, an empty one where it is absent or no list; lives as long as `value`.
const JsonArray& list_at(const Value& value, std::initializer_list<std::string_view> keys);

// The texts of the list at `keys`; what is no text is left out.
std::vector<std::string> texts_at(const Value& value, std::initializer_list<std::string_view> keys);

// The member `key` of `object`, created as an empty object where it is absent or null.
JsonObject& object_member(JsonObject& object, std::string_view key);

// Whether two values are equal, as == says of them. Boost.JSON's own copies each member that it
// compares, and does so again on every level below: for values of more than a few members this one.
bool same(const Value& a, const Value& b);

// Name of the JSON type as Kubernetes' validation prints it: "object", "array", "string",
// "integer", "number", "boolean", "null".
std::string_view json_type_name(const Value& value);

}  // namespace gatefold
