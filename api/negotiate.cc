#include "api/negotiate.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include <fmt/format.h>

namespace gatefold::api {
namespace {

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto end = text.find(separator);
    parts.push_back(trim(text.substr(0, end)));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::optional<AcceptClause> parse_clause(std::string_view text) {
  const auto parts = split(text, ';');
  const auto slash = parts[0].find('/');
  AcceptClause clause;
  if (parts[0] == "*") {
    clause.type = clause.subtype = "*";
  } else if (slash != std::string_view::npos) {
    clause.type = lower(parts[0].substr(0, slash));
    clause.subtype = lower(parts[0].substr(slash + 1));
  } else {
    return std::nullopt;
  }
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const auto equals = std::min(parts[i].find('='), parts[i].size());
    const auto name = lower(trim(parts[i].substr(0, equals)));
    auto value = equals < parts[i].size() ? trim(parts[i].substr(equals + 1)) : "";
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
      value = value.substr(1, value.size() - 2);
    }
    if (name == "q") {
      std::from_chars(value.data(), value.data() + value.size(), clause.quality);
    } else {
      clause.parameters.emplace_back(name, value);
    }
  }
  return clause;
}

int specificity(const AcceptClause& clause) {
  if (clause.type == "*") return 0;
  if (clause.subtype == "*") return 1;
  return 2;
}

bool accepts(const AcceptClause& clause, std::string_view type, std::string_view subtype) {
  return (clause.type == "*" || clause.type == type) &&
         (clause.subtype == "*" || clause.subtype == subtype);
}

// The shape that `as`, `g` and `v` ask for; nothing where it can't be served.
std::optional<Shape> shape_of(const AcceptClause& clause) {
  const auto as = clause.parameter("as");
  if (as.empty()) return Shape::kObject;
  if (clause.parameter("g") != "meta.k8s.io") return std::nullopt;
  const auto version = clause.parameter("v");
  if (version != "v1" && version != "v1beta1") return std::nullopt;
  if (as == "Table") return Shape::kTable;
  if (as == "PartialObjectMetadata") return Shape::kPartialMetadata;
  if (as == "PartialObjectMetadataList") return Shape::kPartialMetadataList;
  return std::nullopt;
}

// What the query says wins over what the client seems to be (R4.19).
bool wants_pretty(std::string_view pretty, std::string_view user_agent) {
  constexpr std::array<std::string_view, 6> kTrue = {"1", "t", "T", "true", "True", "TRUE"};
  if (!pretty.empty()) return std::ranges::find(kTrue, pretty) != kTrue.end();
  return user_agent.starts_with("curl") || user_agent.starts_with("Wget") ||
         user_agent.starts_with("Mozilla/5.0");
}

}  // namespace

std::string_view AcceptClause::parameter(std::string_view name) const {
  for (const auto& [key, value] : parameters) {
    if (key == name) return value;
  }
  return "";
}

std::string Representation::content_type() const {
  return media == MediaType::kYaml ? "application/yaml" : "application/json";
}

std::vector<AcceptClause> parse_accept(std::string_view header) {
  std::vector<AcceptClause> clauses;
  for (const auto part : split(header, ',')) {
    if (auto clause = parse_clause(part)) clauses.push_back(std::move(*clause));
  }
  for (std::size_t i = 0; i < clauses.size(); ++i) clauses[i].place = i;
  std::ranges::sort(clauses, [](const AcceptClause& a, const AcceptClause& b) {
    if (a.quality != b.quality) return a.quality > b.quality;
    if (specificity(a) != specificity(b)) return specificity(a) > specificity(b);
    return a.place < b.place;
  });
  return clauses;
}

Result<Representation> negotiate(std::string_view accept, std::string_view pretty,
                                 std::string_view user_agent) {
  Representation representation;
  representation.pretty = wants_pretty(pretty, user_agent);
  if (trim(accept).empty()) return representation;
  bool wants_protobuf = false;
  for (const auto& clause : parse_accept(accept)) {
    wants_protobuf = wants_protobuf || clause.type + '/' + clause.subtype == kProtobufType;
    const auto shape = shape_of(clause);
    const bool is_json = accepts(clause, "application", "json");
    if (!shape || (!is_json && !accepts(clause, "application", "yaml"))) continue;
    representation.shape = *shape;
    if (*shape != Shape::kObject) representation.version = clause.parameter("v");
    representation.media = is_json ? MediaType::kJson : MediaType::kYaml;
    return representation;
  }
  // As a real server lists them; but what was refused is not offered.
  return failure(
      Reason::kNotAcceptable,
      fmt::format("only the following media types are accepted: {}", media_types(!wants_protobuf)));
}

std::string_view media_types(bool with_protobuf) {
  return with_protobuf ? "application/json, application/yaml, application/vnd.kubernetes.protobuf"
                       : "application/json, application/yaml";
}

Result<DiscoveryForm> negotiate_discovery(std::string_view accept) {
  if (trim(accept).empty()) return DiscoveryForm::kLegacy;
  for (const auto& clause : parse_accept(accept)) {
    if (!accepts(clause, "application", "json")) continue;
    const auto as = clause.parameter("as");
    if (as.empty()) return DiscoveryForm::kLegacy;
    if (as != "APIGroupDiscoveryList" || clause.parameter("g") != "apidiscovery.k8s.io") continue;
    if (clause.parameter("v") == "v2") return DiscoveryForm::kAggregatedV2;
    if (clause.parameter("v") == "v2beta1") return DiscoveryForm::kAggregatedV2Beta1;
  }
  return failure(Reason::kNotAcceptable,
                 "only the following media types are accepted: application/json");
}

std::string media_type_of(std::string_view content_type) {
  auto type = lower(trim(content_type.substr(0, content_type.find(';'))));
  return type.empty() ? "application/json" : type;
}

}  // namespace gatefold::api
