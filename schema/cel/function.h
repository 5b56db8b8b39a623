// Functions as tables: each library is a list of overloads.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "schema/cel/type.h"
#include "schema/cel/val.h"

namespace gatefold::cel {

// What a function may touch while it runs.
struct Evaluation;

// `arguments` has as many values of the kinds that the signature names; none is an error. Answers a
// value or an error; never throws, and is bounded by what `charge` of the evaluation allows.
using Function = Val (*)(Evaluation& evaluation, std::span<const Val> arguments);
// What a call costs, in units of the language's reference implementation; nullptr: 1. Of calls that
// failed it is asked, too: then the result is an error, and arguments are of any kinds.
using Cost = std::uint64_t (*)(std::span<const Val> arguments, const Val& result);

struct Declaration {
  // `charAt(string, int) string`, or `string.charAt(int) string` for a method, or
  // `optional.of(A) optional(A)` behind a namespace: see `parse_signature`. A leading dot marks a
  // namespace that is a type's name too: `.ip.isCanonical(string) bool`, function `ip.isCanonical`.
  std::string_view signature;
  Function function;
  Cost cost = nullptr;
};

// One signature, read. Types: bool int uint double string bytes null dyn timestamp duration list(T)
// map(K, V) optional(T) type(T) url ip cidr quantity format semver authorizer pathcheck groupcheck
// resourcecheck decision, and single capital letters for type parameters.
struct Overload {
  std::string name;  // of the function, with its namespace
  bool is_method = false;
  std::vector<TypePtr> arguments;  // the target first
  TypePtr result;
  // Kinds that values of the arguments may have; kAnyKind for dyn and type parameters.
  std::vector<std::uint32_t> kinds;  // bit sets of bit_of
  Function function = nullptr;
  Cost cost = nullptr;
};

inline constexpr std::uint32_t kAnyKind = 0xffff'ffff;
constexpr std::uint32_t bit_of(ValKind kind) {
  return 1U << static_cast<unsigned>(kind);
}

// A signature of the compiled-in tables; one that can't be read stops the program at its first use.
Overload parse_signature(const Declaration& declaration);

// All overloads of one name, in order of declaration. Empty: unknown.
std::span<const Overload> overloads_of(std::string_view name);

// Libraries, one file each.
std::span<const Declaration> operator_functions();    // arithmetic, comparison, in, index, size
std::span<const Declaration> conversion_functions();  // int(), string(), type(), dyn(), ...
std::span<const Declaration> time_functions();        // timestamps and durations
std::span<const Declaration> string_functions();      // contains, matches and the extended ones
std::span<const Declaration> list_functions();        // isSorted, sum, min, max, indexOf, sets, ...
std::span<const Declaration> regex_functions();       // find, findAll
std::span<const Declaration> optional_functions();
std::span<const Declaration> url_functions();
std::span<const Declaration> address_functions();  // ip, cidr
std::span<const Declaration> quantity_functions();
std::span<const Declaration> format_functions();
std::span<const Declaration> semver_functions();
std::span<const Declaration> authorizer_functions();

}  // namespace gatefold::cel
