// Rules for names, label keys and label values (spec section 12, R6.11 to R6.14). Every check
// answers with the complaints in Kubernetes' words; none means that it is fine.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "schema/field_error.h"

namespace gatefold {

enum class NameRule { kDns1123Subdomain, kDns1123Label, kDns1035Label, kPathSegment };

std::vector<std::string> check_name(NameRule rule, std::string_view name);
std::vector<std::string> check_dns1123_label(std::string_view text);
std::vector<std::string> check_dns1123_subdomain(std::string_view text);
// [prefix/]name, as label keys, annotation keys and finalizers are written.
std::vector<std::string> check_qualified_name(std::string_view text);
std::vector<std::string> check_label_value(std::string_view text);

// How a generated name is made: the prefix cut to 58 bytes and five characters of the alphabet,
// drawn by `random` (R6.6).
std::string generated_name(std::string_view prefix, const std::uint8_t (&random)[5]);

}  // namespace gatefold
