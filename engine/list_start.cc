#include "engine/list_start.h"

#include <utility>

#include <fmt/format.h>

namespace gatefold::engine {
namespace {

constexpr std::string_view kTokenTooOld =
    "The provided continue parameter is too old to display a consistent list result. You can start "
    "a new list without the continue parameter, or use the continue token in this response to "
    "retrieve the remainder of the results. Continuing with the provided token results in an "
    "inconsistent list - objects that were created, modified, or deleted between the time the "
    "first chunk was returned and now may show up in the list.";

Result<void> check_combination(const ListQuery& query) {
  const bool continues = !query.continue_token.empty();
  const auto errors = check_version_ask({.match = match_text(query.match),
                                         .resource_version = query.resource_version,
                                         .continues = continues});
  if (!errors.empty()) {
    return invalid({"meta.k8s.io", "", "ListOptions"}, "", errors);
  }
  if (continues && !query.resource_version.empty() && query.resource_version != "0") {
    return bad_request("specifying resource version is not allowed when using continue");
  }
  return {};
}

std::unexpected<Status> too_large(Revision wanted, Revision current) {
  Status status{.reason = Reason::kTimeout,
                .message = fmt::format("Timeout: Too large resource version: {}, current: {}",
                                       wanted.number, current.number)};
  status.details.causes = {{"ResourceVersionTooLarge", "Too large resource version", ""}};
  status.details.retry_after_seconds = 1;
  return std::unexpected(std::move(status));
}

}  // namespace

std::unexpected<Status> no_longer_kept(Revision horizon) {
  return failure(Reason::kExpired,
                 fmt::format("The resourceVersion for the provided list is too old. "
                             "The oldest one that works is {}.",
                             horizon.number));
}

std::unexpected<Status> too_old_token(const View& view, Revision horizon, ContinueToken token) {
  Status status{.reason = Reason::kExpired, .message = std::string(kTokenTooOld)};
  if (token.incarnation == view.incarnation && horizon.number != 0) {
    status.message += fmt::format(" The oldest revision that works is {}.", horizon.number);
  }
  token.incarnation = view.incarnation;
  token.revision = {};
  status.continue_token = encode_token(token);
  return std::unexpected(std::move(status));
}

Result<Revision> parse_revision_parameter(std::string_view text) {
  if (text.empty()) return Revision{};
  const auto revision = parse_revision(text);
  if (!revision) {
    return bad_request(fmt::format("resourceVersion: Invalid value: {}: must be a decimal number",
                                   go_quote(text)));
  }
  return *revision;
}

Result<ListStart> start_list(const ListQuery& query, const View& view, Revision horizon) {
  if (auto checked = check_combination(query); !checked) {
    return std::unexpected(std::move(checked.error()));
  }
  ListStart start{.revision = view.revision(), .token = std::nullopt};
  if (!query.continue_token.empty()) {
    auto token = decode_token(query.continue_token);
    if (!token) return std::unexpected(std::move(token.error()));
    const bool goes_on = token->revision != Revision{};
    if (goes_on && (token->incarnation != view.incarnation || token->revision < horizon ||
                    token->revision > view.revision())) {
      return too_old_token(view, horizon, std::move(*token));
    }
    if (goes_on) start.revision = token->revision;
    start.token = std::move(*token);
    return start;
  }
  auto wanted = parse_revision_parameter(query.resource_version);
  if (!wanted) return std::unexpected(std::move(wanted.error()));
  if (*wanted > view.revision()) return too_large(*wanted, view.revision());
  // A limit alone asks for exactly that revision, by old custom (R14.6).
  const bool is_exact =
      query.match == VersionMatch::kExact ||
      (query.match == VersionMatch::kUnset && query.limit > 0 && *wanted != Revision{});
  if (is_exact) {
    if (auto given = view.snapshot->check_given(*wanted); !given) {
      return std::unexpected(std::move(given.error()));
    }
    start.revision = *wanted;
  }
  if (start.revision < horizon) return no_longer_kept(horizon);
  return start;
}

}  // namespace gatefold::engine
