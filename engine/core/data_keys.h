// The entries of Secrets and ConfigMaps: keys, sizes, and the lock on them (spec R12.6, R23.2,
// R23.3).
#pragma once

#include <cstddef>
#include <string_view>

#include "schema/field_error.h"
#include "schema/value.h"

namespace gatefold::engine {

// Keys of the member `member`. Answers the bytes of its values, decoded from base64 where
// `is_base64`.
std::size_t check_data(const Value& object, std::string_view member, bool is_base64,
                       FieldErrors& errors);
void check_data_size(std::size_t bytes, std::string_view field, FieldErrors& errors);
// `immutable: true` locks the members and stays.
void check_locked(const Value& object, const Value* old_object,
                  std::initializer_list<std::string_view> members, FieldErrors& errors);

}  // namespace gatefold::engine
