#include "engine/version_ask.h"

#include <string>
#include <utility>
#include <vector>

namespace gatefold::engine {
namespace {

constexpr std::string_view kExact = "Exact";
constexpr std::string_view kNotOlderThan = "NotOlderThan";

FieldError forbidden_match(std::string why) {
  return forbidden_field("resourceVersionMatch", std::move(why), "resource-version-match");
}

FieldError unknown_match(std::string_view match, const std::vector<std::string>& known) {
  return not_supported("resourceVersionMatch", Value(match), known, "resource-version-match");
}

FieldErrors check_watch(const VersionAsk& ask) {
  FieldErrors errors;
  if (ask.send_initial_events && ask.match != kNotOlderThan) {
    errors.push_back(
        forbidden_match("sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"));
  }
  if (ask.match.empty()) return errors;
  if (!ask.send_initial_events) {
    errors.push_back(forbidden_match(
        "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"));
  }
  if (ask.match != kNotOlderThan) {
    errors.push_back(unknown_match(ask.match, {std::string(kNotOlderThan)}));
  }
  if (ask.continues) {
    errors.push_back(
        forbidden_match("resourceVersionMatch is forbidden when continue is provided"));
  }
  return errors;
}

void check_list_match(const VersionAsk& ask, FieldErrors& errors) {
  if (ask.match.empty()) return;
  if (ask.resource_version.empty()) {
    errors.push_back(
        forbidden_match("resourceVersionMatch is forbidden unless resourceVersion is provided"));
  }
  if (ask.continues) {
    errors.push_back(
        forbidden_match("resourceVersionMatch is forbidden when continue is provided"));
  }
  if (ask.match != kExact && ask.match != kNotOlderThan) {
    errors.push_back(
        unknown_match(ask.match, {std::string(kExact), std::string(kNotOlderThan), ""}));
  }
  if (ask.match == kExact && ask.resource_version == "0") {
    errors.push_back(
        forbidden_match(R"(resourceVersionMatch "exact" is forbidden for resourceVersion "0")"));
  }
}

}  // namespace

std::string_view match_text(VersionMatch match) {
  switch (match) {
    case VersionMatch::kUnset:
      return "";
    case VersionMatch::kExact:
      return kExact;
    case VersionMatch::kNotOlderThan:
      return kNotOlderThan;
  }
  return "";
}

FieldErrors check_version_ask(const VersionAsk& ask) {
  if (ask.is_watch) return check_watch(ask);
  FieldErrors errors;
  check_list_match(ask, errors);
  if (ask.send_initial_events) {
    errors.push_back(forbidden_field("sendInitialEvents", "sendInitialEvents is forbidden for list",
                                     "send-initial-events"));
  }
  return errors;
}

}  // namespace gatefold::engine
