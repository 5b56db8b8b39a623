#include "schema/cel/function.h"

#include <catch2/catch.hpp>

namespace gatefold::cel {
namespace {

constexpr std::uint32_t bit(ValKind kind) {
  return 1U << static_cast<unsigned>(kind);
}

std::string shown(const Overload& overload) {
  std::string out = overload.is_method ? "method " : "";
  out += overload.name;
  for (const auto& argument : overload.arguments) out += " " + to_string(*argument);
  return out + " -> " + to_string(*overload.result);
}

TEST_CASE("a signature is read") {
  struct Row {
    std::string_view signature;
    std::string_view overload;
  };
  const Row rows[] = {
      {"size(string) int", "size string -> int"},
      {"string.size() int", "method size string -> int"},
      {"string(int) string", "string int -> string"},
      {"string.charAt(int) string", "method charAt string int -> string"},
      {"list(A).isSorted() bool", "method isSorted list(A) -> bool"},
      {"map(K, V).x(list(V), K) V", "method x map(K, V) list(V) K -> V"},
      {"A.y() A", "method y A -> A"},
      {"optional.of(A) optional(A)", "optional.of A -> optional_type(A)"},
      {"optional.none() optional(A)", "optional.none -> optional_type(A)"},
      {"optional(V).orValue(V) V", "method orValue optional_type(V) V -> V"},
      {"sets.contains(list(A), list(A)) bool", "sets.contains list(A) list(A) -> bool"},
      {".ip.isCanonical(string) bool", "ip.isCanonical string -> bool"},
      {"ip.family() int", "method family net.IP -> int"},
      {"cidr.containsIP(ip) bool", "method containsIP net.CIDR net.IP -> bool"},
      {"url.getHost() string", "method getHost kubernetes.URL -> string"},
      {"quantity.add(quantity) quantity",
       "method add kubernetes.Quantity kubernetes.Quantity -> kubernetes.Quantity"},
      {"format.validate(string) optional(list(string))",
       "method validate kubernetes.NamedFormat string -> optional_type(list(string))"},
      {".format.named(string) optional(format)",
       "format.named string -> optional_type(kubernetes.NamedFormat)"},
      {"semver.major() int", "method major kubernetes.Semver -> int"},
      {"type(A) type(A)", "type A -> type(A)"},
      {"dyn(A) dyn", "dyn A -> dyn"},
      {"null() null", "null -> null"},
      {"_+_(timestamp, duration) timestamp", "_+_ timestamp duration -> timestamp"},
      {"_[_](map(K, V), K) V", "_[_] map(K, V) K -> V"},
      {"_?_:_(bool, A, A) A", "_?_:_ bool A A -> A"},
      {"@in(A, list(A)) bool", "@in A list(A) -> bool"},
      {"!_(bool) bool", "!_ bool -> bool"},
      {"f(double, uint, bytes, dyn) dyn", "f double uint bytes dyn -> dyn"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.signature);
    CHECK(shown(parse_signature({.signature = row.signature, .function = nullptr})) ==
          row.overload);
  }
}

TEST_CASE("arguments may have values of these kinds") {
  const auto overload = parse_signature(
      {.signature = "list(A).f(string, dyn, A, optional(B), timestamp, null, ip) bool",
       .function = nullptr});
  const std::vector<std::uint32_t> kinds = {bit(ValKind::kList),
                                            bit(ValKind::kString),
                                            kAnyKind,
                                            kAnyKind,
                                            bit(ValKind::kOptional),
                                            bit(ValKind::kTimestamp),
                                            bit(ValKind::kNull),
                                            bit(ValKind::kIp)};
  CHECK(overload.kinds == kinds);
}

TEST_CASE("functions are found by name") {
  CHECK_FALSE(overloads_of("optional.of").empty());
  CHECK_FALSE(overloads_of("hasValue").empty());
  CHECK(overloads_of("optional").empty());
  CHECK(overloads_of("of").empty());
  CHECK(overloads_of("").empty());
  for (const auto& overload : overloads_of("optional.of")) CHECK(overload.name == "optional.of");
}

}  // namespace
}  // namespace gatefold::cel
