// k8s.io/apiserver pkg/cel/library/semverlib.go over github.com/blang/semver v4.
#include <algorithm>
#include <array>
#include <charconv>
#include <expected>
#include <optional>

#include <fmt/format.h>

#include "schema/cel/cost.h"
#include "schema/cel/eval.h"
#include "schema/cel/function.h"
#include "schema/cel/opaque.h"
#include "schema/field_error.h"

namespace gatefold::cel {
namespace {

using Arguments = std::span<const Val>;
using Complaint = std::optional<std::string>;

bool is_number(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool is_identifier(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
  });
}

bool has_leading_zero(std::string_view text) {
  return text.size() > 1 && text.front() == '0';
}

// Takes what is before `separator` off; all of it where there is none.
std::string_view take_until(std::string_view& text, char separator) {
  const auto at = std::min(text.find(separator), text.size());
  const auto taken = text.substr(0, at);
  text.remove_prefix(std::min(at + 1, text.size()));
  return taken;
}

Complaint parse_unsigned(std::string_view text, std::uint64_t& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error == std::errc()) return std::nullopt;
  const bool is_large = error == std::errc::result_out_of_range;
  return fmt::format("strconv.ParseUint: parsing {}: {}", go_quote(text),
                     is_large ? "value out of range" : "invalid syntax");
}

// `part` is `Major`, and `small_part` is `major`.
Complaint read_number(std::string_view text, std::string_view part, std::string_view small_part,
                      std::uint64_t& out) {
  if (!is_number(text)) {
    return fmt::format("Invalid character(s) found in {} number {}", small_part, go_quote(text));
  }
  if (has_leading_zero(text)) {
    return fmt::format("{} number must not contain leading zeroes {}", part, go_quote(text));
  }
  return parse_unsigned(text, out);
}

Complaint check_prerelease(std::string_view identifier) {
  if (identifier.empty()) return "Prerelease is empty";
  if (is_number(identifier)) {
    if (has_leading_zero(identifier)) {
      return fmt::format("Numeric PreRelease version must not contain leading zeroes {}",
                         go_quote(identifier));
    }
    std::uint64_t number = 0;
    return parse_unsigned(identifier, number);
  }
  if (is_identifier(identifier)) return std::nullopt;
  return fmt::format("Invalid character(s) found in prerelease {}", go_quote(identifier));
}

Complaint check_build(std::string_view identifier) {
  if (identifier.empty()) return "Build meta data is empty";
  if (is_identifier(identifier)) return std::nullopt;
  return fmt::format("Invalid character(s) found in build meta data {}", go_quote(identifier));
}

template <auto check>
Complaint check_identifiers(std::string_view text) {
  while (true) {
    const bool is_last = !text.contains('.');
    if (auto bad = check(take_until(text, '.'))) return bad;
    if (is_last) return std::nullopt;
  }
}

// The version borrows from `text`.
Complaint read_version(std::string_view text, SemverVal& out) {
  if (text.empty()) return "Version string empty";
  if (std::ranges::count(text, '.') < 2) return "No Major.Minor.Patch elements found";
  if (auto bad = read_number(take_until(text, '.'), "Major", "major", out.major)) return bad;
  if (auto bad = read_number(take_until(text, '.'), "Minor", "minor", out.minor)) return bad;
  const bool has_build = text.contains('+');
  auto numbers = take_until(text, '+');
  out.build = text;
  const bool has_prerelease = numbers.contains('-');
  const auto patch = take_until(numbers, '-');
  out.prerelease = numbers;
  if (auto bad = read_number(patch, "Patch", "patch", out.patch)) return bad;
  if (has_prerelease) {
    if (auto bad = check_identifiers<check_prerelease>(out.prerelease)) return bad;
  }
  return has_build ? check_identifiers<check_build>(out.build) : std::nullopt;
}

// `v1.02` as `1.2.0`: without a `v` and leading zeros, and with three numbers.
std::expected<std::string, std::string> normalize(std::string_view text) {
  constexpr std::size_t kParts = 3;
  if (text.starts_with('v')) text.remove_prefix(1);
  std::string out;
  std::size_t parts = 0;
  std::string_view last;
  bool is_end = false;
  while (!is_end) {
    ++parts;
    is_end = parts == kParts || !text.contains('.');
    last = parts == kParts ? text : take_until(text, '.');
    if (last.size() > 1) {
      last.remove_prefix(std::min(last.find_first_not_of('0'), last.size()));
      if (last.empty() || last.front() < '0' || last.front() > '9') out += '0';
    }
    out += last;
    if (!is_end) out += '.';
  }
  if (parts < kParts && last.find_first_of("+-") != std::string_view::npos) {
    return std::unexpected("short version cannot contain PreRelease/Build meta data");
  }
  for (; parts < kParts; ++parts) out += ".0";
  return out;
}

std::expected<SemverVal, std::string> parse(Arena& arena, Arguments arguments) {
  auto text = arguments[0].text;
  if (arguments.size() > 1 && arguments[1].boolean) {
    const auto normal = normalize(text);
    if (!normal) return std::unexpected(normal.error());
    text = arena.copy(*normal);
  }
  SemverVal version;
  if (auto bad = read_version(text, version)) return std::unexpected(*bad);
  return version;
}

std::strong_ordering compare_identifiers(std::string_view a, std::string_view b) {
  const bool is_number_a = is_number(a);
  if (is_number_a != is_number(b)) {
    return is_number_a ? std::strong_ordering::less : std::strong_ordering::greater;
  }
  // Numbers have no leading zeros: the longer is the larger.
  if (is_number_a && a.size() != b.size()) return a.size() <=> b.size();
  return a <=> b;
}

std::strong_ordering compare_prereleases(std::string_view a, std::string_view b) {
  // None is later than any.
  if (a.empty() || b.empty()) return a.empty() <=> b.empty();
  while (!a.empty() && !b.empty()) {
    const auto order = compare_identifiers(take_until(a, '.'), take_until(b, '.'));
    if (order != 0) return order;
  }
  return !a.empty() <=> !b.empty();
}

Val semver_of(Evaluation& evaluation, Arguments arguments) {
  auto& arena = evaluation.arena;
  const auto version = parse(arena, arguments);
  return version ? semver_val(arena, *version) : error_val(arena, version.error());
}

Val is_semver(Evaluation& evaluation, Arguments arguments) {
  return bool_val(parse(evaluation.arena, arguments).has_value());
}

// Numbers beyond 63 bits come out negative, as there.
template <auto member>
Val number_of(Evaluation&, Arguments arguments) {
  return int_val(static_cast<std::int64_t>(arguments[0].semver->*member));
}

int order_of(Arguments arguments) {
  const auto order = compare(*arguments[0].semver, *arguments[1].semver);
  return order < 0 ? -1 : order > 0 ? 1 : 0;
}

Val is_greater_than(Evaluation&, Arguments arguments) {
  return bool_val(order_of(arguments) > 0);
}

Val is_less_than(Evaluation&, Arguments arguments) {
  return bool_val(order_of(arguments) < 0);
}

Val compare_to(Evaluation&, Arguments arguments) {
  return int_val(order_of(arguments));
}

constexpr std::array kDeclarations = {
    Declaration{"semver(string) semver", semver_of, reading_cost},
    Declaration{"semver(string, bool) semver", semver_of, reading_cost},
    Declaration{"isSemver(string) bool", is_semver, reading_cost},
    Declaration{"isSemver(string, bool) bool", is_semver, reading_cost},
    Declaration{"semver.isGreaterThan(semver) bool", is_greater_than},
    Declaration{"semver.isLessThan(semver) bool", is_less_than},
    Declaration{"semver.compareTo(semver) int", compare_to},
    Declaration{"semver.major() int", number_of<&SemverVal::major>},
    Declaration{"semver.minor() int", number_of<&SemverVal::minor>},
    Declaration{"semver.patch() int", number_of<&SemverVal::patch>},
};

}  // namespace

std::strong_ordering compare(const SemverVal& a, const SemverVal& b) {
  if (const auto order = a.major <=> b.major; order != 0) return order;
  if (const auto order = a.minor <=> b.minor; order != 0) return order;
  if (const auto order = a.patch <=> b.patch; order != 0) return order;
  return compare_prereleases(a.prerelease, b.prerelease);
}

std::span<const Declaration> semver_functions() {
  return kDeclarations;
}

}  // namespace gatefold::cel
