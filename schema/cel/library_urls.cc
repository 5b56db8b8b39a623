// k8s.io/apiserver pkg/cel/library/urls.go.
#include <algorithm>
#include <array>
#include <iterator>
#include <unordered_map>

#include "schema/cel/budget.h"
#include "schema/cel/cost.h"
#include "schema/cel/eval.h"
#include "schema/cel/function.h"
#include "schema/cel/opaque.h"
#include "schema/url.h"
#include "schema/utf8.h"

namespace gatefold::cel {
namespace {

using Arguments = std::span<const Val>;

// Escapes may hide bytes that are no UTF-8, which values of the language must be: each of them is
// one U+FFFD, and as long to size() as Go's byte is.
std::string_view copy_as_utf8(Arena& arena, std::string_view text) {
  if (!find_invalid_utf8(text)) return arena.copy(text);
  std::string out;
  while (!text.empty()) {
    const auto bytes = first_code_point(text).bytes;
    out += bytes == 0 ? std::string_view("\xef\xbf\xbd") : text.substr(0, bytes);
    text.remove_prefix(std::max<std::size_t>(bytes, 1));
  }
  return arena.copy(out);
}

Val url_of(Evaluation& evaluation, Arguments arguments) {
  auto& arena = evaluation.arena;
  const auto fail = [&arena](const std::string& message) {
    return error_val(arena, "URL parse error during conversion from string: " + message);
  };
  // Twice, as Kubernetes does: only the one wants it absolute, only the other knows fragments.
  const auto text = arguments[0].text;
  if (const auto absolute = parse_request_uri(text); !absolute) return fail(absolute.error());
  const auto url = parse_url(text);
  if (!url) return fail(url.error());
  return url_val(arena, {.scheme = arena.copy(url->scheme),
                         .host = copy_as_utf8(arena, url->host),
                         .hostname = copy_as_utf8(arena, hostname(*url)),
                         .port = arena.copy(port(*url)),
                         .escaped_path = copy_as_utf8(arena, escaped_path(*url)),
                         .raw_query = arena.copy(url->raw_query),
                         .text = copy_as_utf8(arena, to_string(*url))});
}

Val is_url(Evaluation& evaluation, Arguments arguments) {
  // Costs 1, however long the text is.
  if (!can_step(evaluation, arguments[0].text.size())) return exhausted_error();
  return bool_val(parse_request_uri(arguments[0].text).has_value());
}

template <auto member>
Val part_of(Evaluation&, Arguments arguments) {
  return string_val(arguments[0].url->*member);
}

Val get_query(Evaluation& evaluation, Arguments arguments) {
  auto& arena = evaluation.arena;
  const auto raw = arguments[0].url->raw_query;
  if (!can_step(evaluation, raw.size())) return exhausted_error();
  const auto settings = parse_query(raw);
  if (!can_build(evaluation, settings.size() * (sizeof(MapItem) + sizeof(Val)) + raw.size())) {
    return exhausted_error();
  }
  std::unordered_map<std::string_view, std::size_t> places;
  std::vector<std::string_view> keys;
  std::vector<std::vector<std::string_view>> values;
  for (const auto& [key, value] : settings) {
    const auto [place, is_new] = places.try_emplace(key, keys.size());
    if (is_new) {
      keys.push_back(key);
      values.emplace_back();
    }
    values[place->second].push_back(value);
  }
  auto items = arena.make_span<MapItem>(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    auto list = arena.make_span<Val>(values[i].size());
    std::ranges::transform(values[i], list.begin(), [&arena](std::string_view value) {
      return string_val(copy_as_utf8(arena, value));
    });
    items[i] = {string_val(copy_as_utf8(arena, keys[i])), list_val(list)};
  }
  return map_val(items);
}

constexpr std::array kDeclarations = {
    Declaration{"url(string) url", url_of, reading_cost},
    Declaration{"isURL(string) bool", is_url},
    Declaration{"url.getScheme() string", part_of<&UrlVal::scheme>},
    Declaration{"url.getHost() string", part_of<&UrlVal::host>},
    Declaration{"url.getHostname() string", part_of<&UrlVal::hostname>},
    Declaration{"url.getPort() string", part_of<&UrlVal::port>},
    Declaration{"url.getEscapedPath() string", part_of<&UrlVal::escaped_path>},
    Declaration{"url.getQuery() map(string, list(string))", get_query},
};

}  // namespace

std::span<const Declaration> url_functions() {
  return kDeclarations;
}

}  // namespace gatefold::cel
