#include "schema/names.h"

#include <algorithm>

#include <fmt/format.h>

namespace gatefold {
namespace {

constexpr std::size_t kLabelBytesMax = 63;
constexpr std::size_t kSubdomainBytesMax = 253;
constexpr std::size_t kGeneratedPrefixBytesMax = 58;

constexpr std::string_view kSubdomainText =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or "
    "'.', "
    "and must start and end with an alphanumeric character (e.g. 'example.com', regex used for "
    "validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
constexpr std::string_view kLabelText =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and "
    "must "
    "start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for "
    "validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
constexpr std::string_view kLabel1035Text =
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an "
    "alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', "
    "regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
constexpr std::string_view kNamePartText =
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
    "alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for "
    "validation "
    "is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
constexpr std::string_view kLabelValueText =
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', "
    "and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or "
    "'12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_lower_or_digit(char c) {
  return is_lower(c) || (c >= '0' && c <= '9');
}
bool is_alphanumeric(char c) {
  return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z');
}

bool is_label(std::string_view text) {
  return !text.empty() && is_lower_or_digit(text.front()) && is_lower_or_digit(text.back()) &&
         std::ranges::all_of(text, [](char c) { return is_lower_or_digit(c) || c == '-'; });
}

bool is_subdomain(std::string_view text) {
  std::size_t from = 0;
  while (true) {
    const auto dot = text.find('.', from);
    if (!is_label(text.substr(from, dot == std::string_view::npos ? dot : dot - from)))
      return false;
    if (dot == std::string_view::npos) return true;
    from = dot + 1;
  }
}

bool is_qualified_part(std::string_view text) {
  return !text.empty() && is_alphanumeric(text.front()) && is_alphanumeric(text.back()) &&
         std::ranges::all_of(
             text, [](char c) { return is_alphanumeric(c) || c == '-' || c == '_' || c == '.'; });
}

std::string too_long_text(std::size_t bytes_max) {
  return fmt::format("must be no more than {} characters", bytes_max);
}

std::vector<std::string> check_dns1035_label(std::string_view text) {
  std::vector<std::string> complaints;
  if (text.size() > kLabelBytesMax) complaints.push_back(too_long_text(kLabelBytesMax));
  if (!is_label(text) || !is_lower(text.front())) complaints.emplace_back(kLabel1035Text);
  return complaints;
}

std::vector<std::string> check_path_segment(std::string_view name) {
  std::vector<std::string> complaints;
  if (name == "." || name == "..") return {fmt::format("may not be '{}'", name)};
  for (const char c : {'/', '%'}) {
    if (name.contains(c)) complaints.push_back(fmt::format("may not contain '{}'", c));
  }
  return complaints;
}

}  // namespace

std::vector<std::string> check_name(NameRule rule, std::string_view name) {
  switch (rule) {
    case NameRule::kDns1123Subdomain:
      return check_dns1123_subdomain(name);
    case NameRule::kDns1123Label:
      return check_dns1123_label(name);
    case NameRule::kDns1035Label:
      return check_dns1035_label(name);
    case NameRule::kPathSegment:
      return check_path_segment(name);
  }
  return {};
}

std::vector<std::string> check_dns1123_label(std::string_view text) {
  std::vector<std::string> complaints;
  if (text.size() > kLabelBytesMax) complaints.push_back(too_long_text(kLabelBytesMax));
  if (is_label(text)) return complaints;
  complaints.emplace_back(is_subdomain(text) ? "must not contain dots" : kLabelText);
  return complaints;
}

std::vector<std::string> check_dns1123_subdomain(std::string_view text) {
  std::vector<std::string> complaints;
  if (text.size() > kSubdomainBytesMax) complaints.push_back(too_long_text(kSubdomainBytesMax));
  if (!is_subdomain(text)) complaints.emplace_back(kSubdomainText);
  return complaints;
}

std::vector<std::string> check_qualified_name(std::string_view text) {
  std::vector<std::string> complaints;
  std::string_view name = text;
  if (const auto slash = text.find('/'); slash != std::string_view::npos) {
    const auto prefix = text.substr(0, slash);
    name = text.substr(slash + 1);
    if (name.contains('/')) {
      return {
          fmt::format("a qualified name {} with an optional DNS subdomain prefix and '/' (e.g. "
                      "'example.com/MyName')",
                      kNamePartText)};
    }
    if (prefix.empty()) {
      complaints.emplace_back("prefix part must be non-empty");
    } else {
      for (const auto& complaint : check_dns1123_subdomain(prefix)) {
        complaints.push_back("prefix part " + complaint);
      }
    }
  }
  if (name.empty()) {
    complaints.emplace_back("name part must be non-empty");
  } else if (name.size() > kLabelBytesMax) {
    complaints.push_back("name part " + too_long_text(kLabelBytesMax));
  }
  if (!is_qualified_part(name)) complaints.push_back(fmt::format("name part {}", kNamePartText));
  return complaints;
}

std::vector<std::string> check_label_value(std::string_view text) {
  std::vector<std::string> complaints;
  if (text.size() > kLabelBytesMax) complaints.push_back(too_long_text(kLabelBytesMax));
  if (!text.empty() && !is_qualified_part(text)) complaints.emplace_back(kLabelValueText);
  return complaints;
}

std::string generated_name(std::string_view prefix, const std::uint8_t (&random)[5]) {
  static constexpr std::string_view kAlphabet = "bcdfghjklmnpqrstvwxz2456789";
  std::string name(prefix.substr(0, kGeneratedPrefixBytesMax));
  for (const auto byte : random) name += kAlphabet[byte % kAlphabet.size()];
  return name;
}

}  // namespace gatefold
