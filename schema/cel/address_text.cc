#include "schema/cel/address_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <span>

#include <fmt/format.h>

#include "schema/field_error.h"

namespace gatefold::cel {
namespace {

constexpr std::size_t kIpv4At = 12;
constexpr std::size_t kBytes = 16;

using Issue = std::optional<AddressIssue>;

AddressIssue syntax_issue(std::string_view message, std::string_view at = {}) {
  return {AddressIssue::Kind::kSyntax, message, at};
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::optional<unsigned> hex_value(char c) {
  if (is_digit(c)) return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
  return std::nullopt;
}

Issue read_ipv4(std::string_view text, std::span<std::uint8_t, 4> out) {
  std::size_t field = 0;
  unsigned value = 0;
  std::size_t digits = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_digit(text[i])) {
      if (digits == 1 && value == 0) {
        return syntax_issue("IPv4 field has octet with leading zero");
      }
      value = value * 10 + static_cast<unsigned>(text[i] - '0');
      ++digits;
      if (value > 255) return syntax_issue("IPv4 field has value >255");
    } else if (text[i] == '.') {
      if (i == 0 || i == text.size() - 1 || text[i - 1] == '.') {
        return syntax_issue("IPv4 field must have at least one digit", text.substr(i));
      }
      if (field == 3) return syntax_issue("IPv4 address too long");
      out[field++] = static_cast<std::uint8_t>(value);
      value = 0;
      digits = 0;
    } else {
      return syntax_issue("unexpected character", text.substr(i));
    }
  }
  if (field < 3) return syntax_issue("IPv4 address too short");
  out[3] = static_cast<std::uint8_t>(value);
  return std::nullopt;
}

// Reads an IPv6 address without its zone.
class Ipv6Reader {
 public:
  Ipv6Reader(std::string_view text, std::array<std::uint8_t, kBytes>& bytes)
      : rest_(text), bytes_(bytes) {}

  Issue read() {
    if (rest_.starts_with("::")) {
      ellipsis_ = 0;
      rest_.remove_prefix(2);
      if (rest_.empty()) return std::nullopt;
    }
    bool is_done = false;
    while (at_ < kBytes && !is_done) {
      if (const auto issue = read_field(is_done)) return issue;
    }
    if (!rest_.empty()) return syntax_issue("trailing garbage after address", rest_);
    return expand();
  }

 private:
  Issue read_field(bool& is_done) {
    unsigned value = 0;
    std::size_t digits = 0;
    for (; digits < rest_.size(); ++digits) {
      const auto digit = hex_value(rest_[digits]);
      if (!digit) break;
      if (digits > 3) return syntax_issue("each group must have 4 or less digits", rest_);
      value = value * 16 + *digit;
    }
    if (digits == 0) {
      return syntax_issue("each colon-separated field must have at least one digit", rest_);
    }
    if (digits < rest_.size() && rest_[digits] == '.') {
      is_done = true;
      return read_embedded();
    }
    bytes_[at_++] = static_cast<std::uint8_t>(value >> 8U);
    bytes_[at_++] = static_cast<std::uint8_t>(value & 0xffU);
    rest_.remove_prefix(digits);
    is_done = rest_.empty();
    return is_done ? std::nullopt : read_colon(is_done);
  }

  Issue read_embedded() {
    if (!ellipsis_ && at_ != kIpv4At) {
      return syntax_issue("embedded IPv4 address must replace the final 2 fields of the address",
                          rest_);
    }
    if (at_ + 4 > kBytes) {
      return syntax_issue("too many hex fields to fit an embedded IPv4 at the end of the address",
                          rest_);
    }
    const auto issue = read_ipv4(rest_, std::span<std::uint8_t, 4>(&bytes_[at_], 4));
    rest_ = {};
    at_ += 4;
    return issue;
  }

  Issue read_colon(bool& is_done) {
    if (rest_.front() != ':') return syntax_issue("unexpected character, want colon", rest_);
    if (rest_.size() == 1) return syntax_issue("colon must be followed by more characters", rest_);
    rest_.remove_prefix(1);
    if (rest_.front() != ':') return std::nullopt;
    if (ellipsis_) return syntax_issue("multiple :: in address", rest_);
    ellipsis_ = at_;
    rest_.remove_prefix(1);
    is_done = rest_.empty();
    return std::nullopt;
  }

  Issue expand() {
    if (at_ == kBytes) {
      if (!ellipsis_) return std::nullopt;
      return syntax_issue("the :: must expand to at least one field of zeros");
    }
    if (!ellipsis_) return syntax_issue("address string too short");
    const auto first = bytes_.begin() + static_cast<std::ptrdiff_t>(*ellipsis_);
    const auto last = bytes_.begin() + static_cast<std::ptrdiff_t>(at_);
    std::fill(first, std::move_backward(first, last, bytes_.end()), 0);
    return std::nullopt;
  }

  std::string_view rest_;
  std::array<std::uint8_t, kBytes>& bytes_;
  std::size_t at_ = 0;
  std::optional<std::size_t> ellipsis_;
};

struct Reading {
  Address address;
  bool is_ipv6 = false;
  bool has_zone = false;
};

std::expected<Reading, AddressIssue> read_address(std::string_view text) {
  Reading reading;
  auto& bytes = reading.address.bytes;
  const auto mark = text.find_first_of(".:%");
  if (mark == std::string_view::npos) return std::unexpected(syntax_issue("unable to parse IP"));
  if (text[mark] == '%') return std::unexpected(syntax_issue("missing IPv6 address"));
  if (text[mark] == '.') {
    bytes[10] = bytes[11] = 0xff;
    const auto issue = read_ipv4(text, std::span<std::uint8_t, 4>(&bytes[kIpv4At], 4));
    if (issue) return std::unexpected(*issue);
    return reading;
  }
  reading.is_ipv6 = true;
  const auto zone = text.find('%');
  reading.has_zone = zone != std::string_view::npos;
  if (zone == text.size() - 1) {
    return std::unexpected(syntax_issue("zone must be a non-empty string"));
  }
  if (const auto issue = Ipv6Reader(text.substr(0, zone), bytes).read()) {
    return std::unexpected(*issue);
  }
  return reading;
}

std::string netip_text(const AddressIssue& issue, std::string_view text) {
  const auto at = issue.at.empty() ? "" : fmt::format(" (at {})", go_quote(issue.at));
  return fmt::format("ParseAddr({}): {}{}", go_quote(text), issue.message, at);
}

std::string mapped_text(std::string_view text) {
  return fmt::format("IPv4-mapped IPv6 address {} is not allowed", go_quote(text));
}

std::string ipv6_text(const Address& address) {
  std::array<unsigned, 8> fields{};
  for (std::size_t i = 0; i < fields.size(); ++i) {
    fields[i] = (unsigned{address.bytes[2 * i]} << 8U) | address.bytes[2 * i + 1];
  }
  // The first longest run of at least two zeros.
  std::size_t run_at = fields.size();
  std::size_t run_size = 1;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    std::size_t size = 0;
    while (i + size < fields.size() && fields[i + size] == 0) ++size;
    if (size > run_size) {
      run_at = i;
      run_size = size;
    }
  }
  std::string out;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i == run_at) {
      out += "::";
      i += run_size - 1;
      continue;
    }
    if (!out.empty() && !out.ends_with(':')) out += ':';
    out += fmt::format("{:x}", fields[i]);
  }
  return out;
}

// Nothing where it is no number that netip takes for bits.
std::optional<int> read_bits(std::string_view text) {
  if (text.size() > 1 && (text.front() < '1' || text.front() > '9')) return std::nullopt;
  std::int64_t bits = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bits);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return static_cast<int>(std::min<std::int64_t>(bits, 1000));
}

}  // namespace

std::expected<Address, AddressIssue> parse_ip(std::string_view text) {
  const auto reading = read_address(text);
  if (!reading) return std::unexpected(reading.error());
  if (reading->has_zone) return std::unexpected(AddressIssue{AddressIssue::Kind::kZone, {}, {}});
  if (reading->is_ipv6 && reading->address.is_ipv4()) {
    return std::unexpected(AddressIssue{AddressIssue::Kind::kMapped, {}, {}});
  }
  return reading->address;
}

std::string to_string(const AddressIssue& issue, std::string_view text) {
  switch (issue.kind) {
    case AddressIssue::Kind::kSyntax:
      return fmt::format("IP Address {} parse error during conversion from string: {}",
                         go_quote(text), netip_text(issue, text));
    case AddressIssue::Kind::kZone:
      return fmt::format("IP address {} with zone value is not allowed", go_quote(text));
    case AddressIssue::Kind::kMapped:
      return mapped_text(text);
  }
  return {};
}

std::expected<CidrVal, std::string> parse_cidr(std::string_view text) {
  const auto fail = [text](std::string_view message) {
    return std::unexpected(
        fmt::format("network address parse error during conversion from string: "
                    "netip.ParsePrefix({}): {}",
                    go_quote(text), message));
  };
  const auto slash = text.rfind('/');
  if (slash == std::string_view::npos) return fail("no '/'");
  const auto host = text.substr(0, slash);
  const auto reading = read_address(host);
  if (!reading) return fail(netip_text(reading.error(), host));
  if (reading->has_zone) return fail("IPv6 zones cannot be present in a prefix");
  const auto bits_text = text.substr(slash + 1);
  const auto bits = read_bits(bits_text);
  if (!bits) return fail(fmt::format("bad bits after slash: {}", go_quote(bits_text)));
  if (*bits > (reading->is_ipv6 ? 128 : 32)) return fail("prefix length out of range");
  if (reading->is_ipv6 && reading->address.is_ipv4()) return std::unexpected(mapped_text(text));
  return CidrVal{reading->address, static_cast<std::uint8_t>(*bits)};
}

std::string to_string(const Address& address) {
  if (!address.is_ipv4()) return ipv6_text(address);
  const auto* bytes = &address.bytes[kIpv4At];
  return fmt::format("{}.{}.{}.{}", bytes[0], bytes[1], bytes[2], bytes[3]);
}

std::string to_string(const CidrVal& range) {
  return fmt::format("{}/{}", to_string(range.address), range.bits);
}

int bits_of(const Address& address) {
  return address.is_ipv4() ? 32 : 128;
}

Address masked(const Address& address, int bits) {
  auto out = address;
  const int kept = 128 - bits_of(address) + bits;
  for (int i = 0; i < 16; ++i) {
    const int here = std::clamp(kept - 8 * i, 0, 8);
    auto& byte = out.bytes[static_cast<std::size_t>(i)];
    byte = static_cast<std::uint8_t>(byte & (0xff00U >> static_cast<unsigned>(here)));
  }
  return out;
}

}  // namespace gatefold::cel
