#include "schema/url.h"

#include <algorithm>
#include <cstddef>

#include <fmt/format.h>

#include "schema/field_error.h"
#include "schema/url_escape.h"

namespace gatefold {
namespace {

using Complaint = std::optional<std::string>;

std::pair<std::string_view, std::string_view> cut(std::string_view text, char separator) {
  const auto at = text.find(separator);
  if (at == std::string_view::npos) return {text, {}};
  return {text.substr(0, at), text.substr(at + 1)};
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_optional_port(std::string_view text) {
  return text.empty() || (text.front() == ':' && std::ranges::all_of(text.substr(1), is_digit));
}

bool is_user_info(std::string_view text) {
  static constexpr std::string_view kOthers = "-._:~!$&'()*+,;=%@";
  return std::ranges::all_of(
      text, [](char c) { return is_letter(c) || is_digit(c) || kOthers.contains(c); });
}

// Takes `http:` off. The error is a colon that nothing is in front of.
std::expected<std::string, std::string> take_scheme(std::string_view& text) {
  static constexpr std::string_view kOthers = "+-.";
  std::size_t i = 0;
  while (i < text.size() &&
         (is_letter(text[i]) || (i > 0 && (is_digit(text[i]) || kOthers.contains(text[i]))))) {
    ++i;
  }
  if (i == text.size() || text[i] != ':') return std::string();
  if (i == 0) return std::unexpected("missing protocol scheme");
  std::string scheme(text.substr(0, i));
  std::ranges::transform(scheme, scheme.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  text.remove_prefix(i + 1);
  return scheme;
}

// Unescapes onto the end of `out`.
Complaint append_unescaped(std::string_view text, UrlPart part, std::string& out) {
  auto plain = unescape_url(text, part);
  if (!plain) return plain.error();
  out += *plain;
  return std::nullopt;
}

Complaint read_host(std::string_view text, std::string& host) {
  const auto complain = [](std::string_view port_text) {
    return fmt::format("invalid port {} after host", go_quote(port_text));
  };
  if (!text.starts_with('[')) {
    const auto colon = text.rfind(':');
    if (colon != std::string_view::npos && !is_optional_port(text.substr(colon))) {
      return complain(text.substr(colon));
    }
    return append_unescaped(text, UrlPart::kHost, host);
  }
  const auto bracket = text.rfind(']');
  if (bracket == std::string_view::npos) return "missing ']' in host";
  const auto behind = text.substr(bracket + 1);
  if (!is_optional_port(behind)) return complain(behind);
  // RFC 6874: %25 begins a zone, which may have other escapes than a host name.
  const auto zone = text.substr(0, bracket).find("%25");
  if (zone == std::string_view::npos) return append_unescaped(text, UrlPart::kHost, host);
  if (auto bad = append_unescaped(text.substr(0, zone), UrlPart::kHost, host)) return bad;
  const auto zone_text = text.substr(zone, bracket - zone);
  if (auto bad = append_unescaped(zone_text, UrlPart::kZone, host)) return bad;
  return append_unescaped(text.substr(bracket), UrlPart::kHost, host);
}

Complaint read_authority(std::string_view text, Url& url) {
  const auto at = text.rfind('@');
  const auto host_at = at == std::string_view::npos ? 0 : at + 1;
  if (auto bad = read_host(text.substr(host_at), url.host)) return bad;
  if (host_at == 0) return std::nullopt;
  const auto user_info = text.substr(0, at);
  if (!is_user_info(user_info)) return "net/url: invalid userinfo";
  const auto [name, password] = cut(user_info, ':');
  auto& user = url.user.emplace();
  if (auto bad = append_unescaped(name, UrlPart::kUserPassword, user.name)) return bad;
  if (!user_info.contains(':')) return std::nullopt;
  return append_unescaped(password, UrlPart::kUserPassword, user.password.emplace());
}

// `raw` stays empty where it is what escaping gives.
Complaint read_escaped(std::string_view text, UrlPart part, std::string& plain, std::string& raw) {
  if (auto bad = append_unescaped(text, part, plain)) return bad;
  if (escape_url(plain, part) != text) raw = text;
  return std::nullopt;
}

Complaint read_rest(std::string_view rest, bool is_request, Url& url) {
  if (rest.ends_with('?') && std::ranges::count(rest, '?') == 1) {
    url.has_empty_query = true;
    rest.remove_suffix(1);
  } else {
    const auto [before, query] = cut(rest, '?');
    url.raw_query = query;
    rest = before;
  }
  if (!rest.starts_with('/')) {
    if (!url.scheme.empty()) {
      url.opaque = rest;
      return std::nullopt;
    }
    if (is_request) return "invalid URI for request";
    if (cut(rest, '/').first.contains(':')) {
      return "first path segment in URL cannot contain colon";
    }
  }
  const bool may_have_host = !url.scheme.empty() || (!is_request && !rest.starts_with("///"));
  if (may_have_host && rest.starts_with("//")) {
    const auto slash = std::min(rest.find('/', 2), rest.size());
    if (auto bad = read_authority(rest.substr(2, slash - 2), url)) return bad;
    rest.remove_prefix(slash);
  } else if (!url.scheme.empty() && rest.starts_with('/')) {
    url.has_no_host = true;
  }
  return read_escaped(rest, UrlPart::kPath, url.path, url.raw_path);
}

Complaint read_url(std::string_view text, bool is_request, Url& url) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; };
  if (std::ranges::any_of(text, is_control)) {
    return "net/url: invalid control character in URL";
  }
  if (text.empty() && is_request) return "empty url";
  if (text == "*") {
    url.path = "*";
    return std::nullopt;
  }
  auto scheme = take_scheme(text);
  if (!scheme) return scheme.error();
  url.scheme = *scheme;
  return read_rest(text, is_request, url);
}

std::unexpected<std::string> parse_error(std::string_view text, std::string_view complaint) {
  return std::unexpected(fmt::format("parse {}: {}", go_quote(text), complaint));
}

std::string escaped(std::string_view plain, std::string_view raw, UrlPart part) {
  if (!raw.empty() && is_escaped_url(raw, part)) {
    const auto again = unescape_url(raw, part);
    if (again && *again == plain) return std::string(raw);
  }
  return escape_url(plain, part);
}

std::string authority_text(const Url& url) {
  std::string out;
  if (!url.host.empty() || !url.path.empty() || url.user) out += "//";
  if (url.user) {
    out += escape_url(url.user->name, UrlPart::kUserPassword);
    if (url.user->password) {
      out += ":" + escape_url(*url.user->password, UrlPart::kUserPassword);
    }
    out += '@';
  }
  return out + escape_url(url.host, UrlPart::kHost);
}

// Where the port begins, with its colon; the end where there is none.
std::size_t port_at(std::string_view host) {
  const auto colon = host.rfind(':');
  if (colon == std::string_view::npos || !is_optional_port(host.substr(colon))) return host.size();
  return colon;
}

}  // namespace

std::expected<Url, std::string> parse_url(std::string_view text) {
  const auto [before, fragment] = cut(text, '#');
  Url url;
  if (const auto bad = read_url(before, false, url)) return parse_error(before, *bad);
  const auto bad = read_escaped(fragment, UrlPart::kFragment, url.fragment, url.raw_fragment);
  if (bad) return parse_error(text, *bad);
  return url;
}

std::expected<Url, std::string> parse_request_uri(std::string_view text) {
  Url url;
  if (const auto bad = read_url(text, true, url)) return parse_error(text, *bad);
  return url;
}

std::string escaped_path(const Url& url) {
  if (url.path == "*" && url.raw_path.empty()) return "*";
  return escaped(url.path, url.raw_path, UrlPart::kPath);
}

std::string to_string(const Url& url) {
  std::string out;
  if (!url.scheme.empty()) out += url.scheme + ":";
  if (!url.opaque.empty()) {
    out += url.opaque;
  } else {
    const bool is_bare = url.host.empty() && !url.user;
    if (!is_bare || (!url.scheme.empty() && !url.has_no_host)) out += authority_text(url);
    const auto path = escaped_path(url);
    if (!path.empty() && path.front() != '/' && !url.host.empty()) out += '/';
    // A colon in the first segment would read as the end of a scheme.
    if (out.empty() && cut(path, '/').first.contains(':')) out += "./";
    out += path;
  }
  if (url.has_empty_query || !url.raw_query.empty()) out += "?" + url.raw_query;
  if (!url.fragment.empty()) {
    out += "#" + escaped(url.fragment, url.raw_fragment, UrlPart::kFragment);
  }
  return out;
}

std::string_view hostname(const Url& url) {
  auto host = std::string_view(url.host).substr(0, port_at(url.host));
  if (host.size() < 2 || !host.starts_with('[') || !host.ends_with(']')) return host;
  return host.substr(1, host.size() - 2);
}

std::string_view port(const Url& url) {
  const auto at = port_at(url.host);
  return std::string_view(url.host).substr(std::min(at + 1, url.host.size()));
}

std::vector<std::pair<std::string, std::string>> parse_query(std::string_view raw_query) {
  std::vector<std::pair<std::string, std::string>> out;
  while (!raw_query.empty()) {
    const auto [setting, rest] = cut(raw_query, '&');
    raw_query = rest;
    if (setting.empty() || setting.contains(';')) continue;
    const auto [key, value] = cut(setting, '=');
    auto plain_key = unescape_url(key, UrlPart::kQuery);
    auto plain_value = unescape_url(value, UrlPart::kQuery);
    if (plain_key && plain_value) {
      out.emplace_back(std::move(*plain_key), std::move(*plain_value));
    }
  }
  return out;
}

}  // namespace gatefold
