#include "api/params.h"

#include <algorithm>
#include <charconv>
#include <map>

#include <fmt/format.h>

#include "api/body.h"
#include "schema/age.h"
#include "schema/time.h"

namespace gatefold::api {
namespace {

constexpr std::size_t kFieldManagerBytesMax = 128;

std::unexpected<Status> invalid_options(std::string_view kind, FieldError error) {
  const ResourceName name{"meta.k8s.io", "", std::string(kind)};
  return invalid(name, "", {std::move(error)});
}

Result<bool> parse_dry_run(const std::vector<std::string>& values, std::string_view kind) {
  if (values.empty()) return false;
  for (const auto& value : values) {
    if (value == "All") continue;
    std::string list;
    for (const auto& each : values) list += (list.empty() ? "" : ", ") + go_quote(each);
    // Kubernetes prints the type that it holds them in.
    return invalid_options(
        kind, FieldError{
                  FieldErrorType::kNotSupported, "dryRun",
                  fmt::format("Unsupported value: []string{{{}}}: supported values: \"All\"", list),
                  "dry-run"});
  }
  return true;
}

Result<engine::FieldValidation> parse_field_validation(std::string_view text,
                                                       std::string_view kind) {
  if (text.empty() || text == "Warn") return engine::FieldValidation::kWarn;
  if (text == "Strict") return engine::FieldValidation::kStrict;
  if (text == "Ignore") return engine::FieldValidation::kIgnore;
  return invalid_options(kind, not_supported("fieldValidation", Value(text),
                                             {"", "Ignore", "Strict", "Warn"}, "field-validation"));
}

Result<std::string> parse_field_manager(const Request& request, std::string_view kind) {
  const auto text = request.query.value("fieldManager");
  if (text.empty()) return default_field_manager(request.user_agent);
  if (text.size() > kFieldManagerBytesMax) {
    return invalid_options(kind, too_long("fieldManager", kFieldManagerBytesMax, "field-manager"));
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte >= 0x20 && byte != 0x7f) continue;
    return invalid_options(
        kind, invalid_value("fieldManager", Value(text),
                            fmt::format("invalid character U+{:04X} (at position {})", byte, i),
                            "field-manager"));
  }
  return std::string(text);
}

Result<std::int64_t> parse_integer(const Request& request, std::string_view name) {
  const auto text = request.query.value(name);
  if (text.empty()) return 0;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc::result_out_of_range) {
    return bad_request(
        fmt::format("strconv.ParseInt: parsing {}: value out of range", go_quote(text)));
  }
  if (error != std::errc() || end != text.data() + text.size()) {
    return bad_request(fmt::format("strconv.ParseInt: parsing {}: invalid syntax", go_quote(text)));
  }
  return number;
}

Result<engine::Propagation> parse_propagation(std::string_view text) {
  if (text.empty()) return engine::Propagation::kDefault;
  if (text == "Background") return engine::Propagation::kBackground;
  if (text == "Foreground") return engine::Propagation::kForeground;
  if (text == "Orphan") return engine::Propagation::kOrphan;
  return invalid_options(
      "DeleteOptions",
      not_supported("propagationPolicy", Value(text), {"Foreground", "Background", "Orphan", "nil"},
                    "propagation-policy"));
}

// A member of DeleteOptions that is of another type must not be passed over: it may be what makes
// the deletion a dry one.
Result<void> check_remove_types(const Value& body) {
  struct Member {
    std::string_view name;
    std::string_view go_type;
    bool (*fits)(const Value&);
  };
  constexpr auto kIsText = [](const Value& value) { return value.is_string(); };
  constexpr auto kIsObject = [](const Value& value) { return value.is_object(); };
  constexpr auto kIsTexts = [](const Value& value) {
    return value.is_array() && std::ranges::all_of(value.get_array(), [](const Value& each) {
             return each.is_string();
           });
  };
  static const std::map<std::string, std::vector<Member>, std::less<>> kMembers = {
      {"DeleteOptions",
       {{"kind", "string", kIsText},
        {"apiVersion", "string", kIsText},
        {"dryRun", "[]string", kIsTexts},
        {"gracePeriodSeconds", "int64", [](const Value& value) { return value.is_int64(); }},
        {"orphanDependents", "bool", [](const Value& value) { return value.is_bool(); }},
        {"preconditions", "v1.Preconditions", kIsObject},
        {"propagationPolicy", "v1.DeletionPropagation", kIsText}}},
      {"Preconditions", {{"uid", "types.UID", kIsText}, {"resourceVersion", "string", kIsText}}}};
  const auto go_word = [](const Value& value) {
    if (value.is_bool()) return std::string_view("bool");
    return value.is_number() ? std::string_view("number") : json_type_name(value);
  };
  const auto check = [&](std::string_view type, const Value& object) -> Result<void> {
    for (const auto& member : kMembers.find(type)->second) {
      const auto* value = find(object, member.name);
      if (value == nullptr || value->is_null() || member.fits(*value)) continue;
      return bad_request(
          fmt::format("DeleteOptions in version \"v1\" cannot be handled as a DeleteOptions: json: "
                      "cannot unmarshal {} into Go struct field {}.{} of type {}",
                      go_word(*value), type, member.name, member.go_type));
    }
    return {};
  };
  if (auto checked = check("DeleteOptions", body); !checked) return checked;
  const auto* preconditions = find(body, "preconditions");
  if (preconditions == nullptr || preconditions->is_null()) return {};
  return check("Preconditions", *preconditions);
}

// What holds wherever the options come from (R10.5).
Result<RemoveOptions> with_propagation(RemoveOptions options, std::string_view policy) {
  if (!policy.empty() && options.options.orphan_dependents) {
    return invalid_options(
        "DeleteOptions",
        invalid_value("propagationPolicy", Value(policy),
                      "orphanDependents and deletionPropagation cannot be both set",
                      "propagation-policy"));
  }
  auto propagation = parse_propagation(policy);
  if (!propagation) return std::unexpected(std::move(propagation.error()));
  options.options.propagation = *propagation;
  return options;
}

// The body of a DELETE as options; the query is not looked at then.
Result<RemoveOptions> remove_options_of_body(const Request& request, std::string_view api_version) {
  auto decoded = decode_body(request, "DeleteOptions");
  if (!decoded) return std::unexpected(std::move(decoded.error()));
  const auto& body = decoded->value;
  if (auto fits = check_remove_types(body); !fits) return std::unexpected(std::move(fits.error()));
  const auto kind = string_at(body, {"kind"});
  if (!kind.empty() && kind != "DeleteOptions") {
    return bad_request(
        fmt::format("the body of a DELETE must be of kind DeleteOptions, not {}", go_quote(kind)));
  }
  const auto said = string_at(body, {"apiVersion"});
  if (!said.empty() && said != "v1" && said != "meta.k8s.io/v1" && said != api_version) {
    return bad_request(
        fmt::format("no kind \"DeleteOptions\" is registered for version {}", go_quote(said)));
  }
  RemoveOptions result;
  std::vector<std::string> dry_run;
  if (const auto* list = find(body, "dryRun"); list != nullptr && !list->is_null()) {
    for (const auto& value : list->as_array()) dry_run.emplace_back(value.as_string());
  }
  auto is_dry = parse_dry_run(dry_run, "DeleteOptions");
  if (!is_dry) return std::unexpected(std::move(is_dry.error()));
  result.dry_run = *is_dry;
  if (const auto* orphan = find(body, "orphanDependents"); orphan != nullptr && !orphan->is_null())
    result.options.orphan_dependents = orphan->as_bool();
  const auto uid = string_at(body, {"preconditions", "uid"});
  if (!uid.empty()) result.options.uid = std::string(uid);
  const auto revision = string_at(body, {"preconditions", "resourceVersion"});
  if (!revision.empty()) result.options.resource_version = std::string(revision);
  return with_propagation(std::move(result), string_at(body, {"propagationPolicy"}));
}

Result<RemoveOptions> remove_options_of_query(const Request& request) {
  RemoveOptions result;
  auto is_dry = parse_dry_run(request.query.all("dryRun"), "DeleteOptions");
  if (!is_dry) return std::unexpected(std::move(is_dry.error()));
  result.dry_run = *is_dry;
  if (request.query.first("orphanDependents"))
    result.options.orphan_dependents = request.query.is_true("orphanDependents");
  // No kind here takes its time to go (R10.8), but what is no number is a mistake.
  auto grace = parse_integer(request, "gracePeriodSeconds");
  if (!grace) return std::unexpected(std::move(grace.error()));
  return with_propagation(std::move(result), request.query.value("propagationPolicy"));
}

Result<void> parse_version_match(const Request& request, RequestVerb verb, ListOptions& options) {
  const auto text = request.query.value("resourceVersionMatch");
  auto errors = engine::check_version_ask({.is_watch = verb == RequestVerb::kWatch,
                                           .match = text,
                                           .resource_version = options.resource_version,
                                           .continues = !options.continue_token.empty(),
                                           .send_initial_events = options.send_initial_events});
  if (!errors.empty()) {
    return invalid({"meta.k8s.io", "", "ListOptions"}, "", errors);
  }
  if (text == engine::match_text(engine::VersionMatch::kExact)) {
    options.match = engine::VersionMatch::kExact;
  } else if (!text.empty()) {
    options.match = engine::VersionMatch::kNotOlderThan;
  }
  return {};
}

}  // namespace

std::string default_field_manager(std::string_view user_agent) {
  std::string manager;
  for (const char c : user_agent.substr(0, user_agent.find('/'))) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7f && manager.size() < kFieldManagerBytesMax) manager += c;
  }
  return manager.empty() ? "unknown" : manager;
}

Result<void> check_timeout(const Request& request) {
  const auto text = request.query.value("timeout");
  if (text.empty() || parse_go_duration_ns(text)) return {};
  return bad_request(fmt::format(
      "invalid timeout specified in the request URL - time: invalid duration {}", go_quote(text)));
}

Result<WriteOptions> parse_write_options(const Request& request, std::string_view kind,
                                         bool applies) {
  WriteOptions options;
  auto dry_run = parse_dry_run(request.query.all("dryRun"), kind);
  if (!dry_run) return std::unexpected(std::move(dry_run.error()));
  options.dry_run = *dry_run;
  auto manager = parse_field_manager(request, kind);
  if (!manager) return std::unexpected(std::move(manager.error()));
  options.field_manager = std::move(*manager);
  auto validation = parse_field_validation(request.query.value("fieldValidation"), kind);
  if (!validation) return std::unexpected(std::move(validation.error()));
  options.field_validation = *validation;
  options.force = request.query.is_true("force");
  if (applies && request.query.value("fieldManager").empty()) {
    return invalid_options(
        kind, required("fieldManager", "is required for apply patch", "field-manager"));
  }
  if (!applies && kind == "PatchOptions" && request.query.first("force")) {
    return invalid_options(
        kind, forbidden_field("force", "may not be specified for non-apply patch", "force"));
  }
  return options;
}

Result<RemoveOptions> parse_remove_options(const Request& request, std::string_view api_version) {
  return request.body.empty() ? remove_options_of_query(request)
                              : remove_options_of_body(request, api_version);
}

Result<ListOptions> parse_list_options(const Request& request, const Kind& kind,
                                       const KindVersion& version, Time now, RequestVerb verb) {
  ListOptions options;
  const auto& query = request.query;
  auto limit = parse_integer(request, "limit");
  if (!limit) return std::unexpected(std::move(limit.error()));
  options.limit = *limit;
  auto timeout = parse_integer(request, "timeoutSeconds");
  if (!timeout) return std::unexpected(std::move(timeout.error()));
  options.timeout_seconds = *timeout;
  auto labels = parse_label_selector(query.value("labelSelector"));
  if (!labels) return bad_request(std::move(labels.error()));
  options.labels = std::move(*labels);
  auto fields = parse_field_selector(query.value("fieldSelector"));
  if (!fields) return bad_request(std::move(fields.error()));
  options.fields = std::move(*fields);
  options.continue_token = query.value("continue");
  options.resource_version = query.value("resourceVersion");
  options.bookmarks = query.is_true("allowWatchBookmarks");
  if (query.first("sendInitialEvents"))
    options.send_initial_events = query.is_true("sendInitialEvents");
  auto match = parse_version_match(request, verb, options);
  if (!match) return std::unexpected(std::move(match.error()));
  auto known = resolve_field_selector(kind, version, options.fields);
  if (!known) return bad_request(std::move(known.error()));
  if (!kind.shows_log()) return options;
  auto range = parse_range(request, now);
  if (!range) return std::unexpected(std::move(range.error()));
  options.range = *range;
  return options;
}

Result<ListOptions> parse_history_options(const Request& request, Time now) {
  for (const auto* other : {"watch", "labelSelector", "fieldSelector", "resourceVersionMatch"}) {
    const bool is_asked = std::string_view(other) == "watch" ? request.query.is_true(other)
                                                             : !request.query.value(other).empty();
    if (!is_asked) continue;
    return bad_request(
        fmt::format("{} is for lists, not for what one object tells of itself", other));
  }
  ListOptions options;
  auto limit = parse_integer(request, "limit");
  if (!limit) return std::unexpected(std::move(limit.error()));
  options.limit = *limit;
  options.continue_token = request.query.value("continue");
  auto range = parse_range(request, now);
  if (!range) return std::unexpected(std::move(range.error()));
  options.range = *range;
  return options;
}

Result<engine::LedgerRange> parse_range(const Request& request, Time now) {
  engine::LedgerRange range;
  const auto& query = request.query;
  for (const auto& [name, bound] :
       {std::pair{"fromRevision", &range.from}, {"toRevision", &range.to}}) {
    const auto text = query.value(name);
    if (text.empty()) continue;
    *bound = parse_revision(text);
    if (!*bound) {
      return bad_request(
          fmt::format("{}: Invalid value: {}: must be a decimal number", name, go_quote(text)));
    }
  }
  for (const auto& [name, bound] : {std::pair{"since", &range.since}, {"until", &range.until}}) {
    const auto text = query.value(name);
    if (text.empty()) continue;
    *bound = parse_time_or_age(text, now);
    if (*bound) continue;
    return bad_request(fmt::format(
        "{}: Invalid value: {}: must be a time such as 2026-01-02T03:04:05Z or a duration such as "
        "2h or 3d, which counts back from now",
        name, go_quote(text)));
  }
  return range;
}

engine::ListQuery list_query(const RequestInfo& info, ListOptions options) {
  engine::ListQuery query;
  query.group = info.group;
  query.version = info.version;
  query.plural = info.plural;
  query.name_space = info.name_space;
  query.labels = std::move(options.labels);
  query.fields = std::move(options.fields);
  query.limit = options.limit;
  query.continue_token = std::move(options.continue_token);
  query.resource_version = std::move(options.resource_version);
  query.match = options.match;
  query.range = options.range;
  return query;
}

}  // namespace gatefold::api
