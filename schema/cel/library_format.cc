// k8s.io/apiserver pkg/cel/library/format.go.
#include <algorithm>
#include <array>

#include "schema/cel/cost.h"
#include "schema/cel/eval.h"
#include "schema/cel/function.h"
#include "schema/cel/opaque.h"
#include "schema/formats.h"
#include "schema/names.h"
#include "schema/url.h"

namespace gatefold::cel {
namespace {

using Arguments = std::span<const Val>;
using Complaints = std::vector<std::string>;

// A name that something will be appended to may end in a dash. Kubernetes puts an `a` in place of
// the last two characters.
std::string masked_dash(std::string_view prefix) {
  if (prefix.size() < 2 || !prefix.ends_with('-')) return std::string(prefix);
  return std::string(prefix.substr(0, prefix.size() - 2)) + "a";
}

template <NameRule rule>
Complaints check_rule(std::string_view text) {
  return check_name(rule, text);
}

template <NameRule rule>
Complaints check_prefix(std::string_view text) {
  return check_name(rule, masked_dash(text));
}

Complaints check_uri(std::string_view text) {
  const auto url = parse_request_uri(text);
  return url ? Complaints{} : Complaints{url.error()};
}

Complaints check_uuid(std::string_view text) {
  return format_holds("uuid", text) ? Complaints{} : Complaints{"does not match the UUID format"};
}

Complaints check_byte(std::string_view text) {
  return !text.empty() && format_holds("byte", text) ? Complaints{} : Complaints{"invalid base64"};
}

Complaints check_date(std::string_view text) {
  return format_holds("date", text) ? Complaints{} : Complaints{"invalid date"};
}

Complaints check_datetime(std::string_view text) {
  return format_holds("datetime", text) ? Complaints{} : Complaints{"invalid datetime"};
}

// The lengths of the patterns of those that Kubernetes checks with one, and its guesses of others.
constexpr std::array kFormats = {
    FormatVal{"dns1123Label", "DNS1123Label", check_rule<NameRule::kDns1123Label>, 30},
    FormatVal{"dns1123Subdomain", "DNS1123Subdomain", check_rule<NameRule::kDns1123Subdomain>, 60},
    FormatVal{"dns1035Label", "DNS1035Label", check_rule<NameRule::kDns1035Label>, 30},
    FormatVal{"qualifiedName", "QualifiedName", check_qualified_name, 60},
    FormatVal{"dns1123LabelPrefix", "DNS1123LabelPrefix", check_prefix<NameRule::kDns1123Label>,
              30},
    FormatVal{"dns1123SubdomainPrefix", "DNS1123SubdomainPrefix",
              check_prefix<NameRule::kDns1123Subdomain>, 60},
    FormatVal{"dns1035LabelPrefix", "DNS1035LabelPrefix", check_prefix<NameRule::kDns1035Label>,
              30},
    FormatVal{"labelValue", "LabelValue", check_label_value, 40},
    FormatVal{"uri", "URI", check_uri, 1103},
    FormatVal{"uuid", "uuid", check_uuid, 70},
    FormatVal{"byte", "byte", check_byte, 84},
    FormatVal{"date", "date", check_date, 71},
    FormatVal{"datetime", "datetime", check_datetime, 71},
};

const FormatVal* find_format(std::string_view key) {
  const auto* const found = std::ranges::find(kFormats, key, &FormatVal::key);
  return found == kFormats.end() ? nullptr : found;
}

template <std::size_t index>
Val format_at(Evaluation&, Arguments) {
  return format_val(kFormats[index]);
}

Val named(Evaluation& evaluation, Arguments arguments) {
  const auto* const format = find_format(arguments[0].text);
  return format == nullptr ? none_val() : optional_val(evaluation.arena, format_val(*format));
}

Val validate(Evaluation& evaluation, Arguments arguments) {
  auto& arena = evaluation.arena;
  const auto complaints = arguments[0].format->check(arguments[1].text);
  if (complaints.empty()) return none_val();
  auto items = arena.make_span<Val>(complaints.size());
  std::ranges::transform(complaints, items.begin(), [&arena](const std::string& complaint) {
    return string_val(arena.copy(complaint));
  });
  return optional_val(arena, list_val(items));
}

std::uint64_t validate_cost(Arguments arguments, const Val&) {
  // Costs are told of calls that no overload fits, too.
  if (!arguments[0].is(ValKind::kFormat)) return 1;
  return pattern_cost(size_of(arguments[1]), arguments[0].format->pattern_size);
}

constexpr std::array kDeclarations = {
    Declaration{".format.named(string) optional(format)", named},
    Declaration{"format.validate(string) optional(list(string))", validate, validate_cost},
    Declaration{".format.dns1123Label() format", format_at<0>},
    Declaration{".format.dns1123Subdomain() format", format_at<1>},
    Declaration{".format.dns1035Label() format", format_at<2>},
    Declaration{".format.qualifiedName() format", format_at<3>},
    Declaration{".format.dns1123LabelPrefix() format", format_at<4>},
    Declaration{".format.dns1123SubdomainPrefix() format", format_at<5>},
    Declaration{".format.dns1035LabelPrefix() format", format_at<6>},
    Declaration{".format.labelValue() format", format_at<7>},
    Declaration{".format.uri() format", format_at<8>},
    Declaration{".format.uuid() format", format_at<9>},
    Declaration{".format.byte() format", format_at<10>},
    Declaration{".format.date() format", format_at<11>},
    Declaration{".format.datetime() format", format_at<12>},
};

}  // namespace

std::span<const Declaration> format_functions() {
  return kDeclarations;
}

}  // namespace gatefold::cel
