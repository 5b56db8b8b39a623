#include "engine/core/events.h"

#include <optional>
#include <string>

#include <fmt/format.h>

#include "schema/meta.h"
#include "schema/names.h"
#include "schema/time.h"

namespace gatefold::engine {
namespace {

constexpr std::size_t kInstanceBytesMax = 128;
constexpr std::size_t kActionBytesMax = 128;
constexpr std::size_t kReasonBytesMax = 128;
constexpr std::size_t kMessageBytesMax = 1024;

// An Event by the names of the stored form, whatever form it has.
class EventFields {
 public:
  EventFields(const Kind& kind, const Value& object) : kind_(kind), object_(object) {}

  const Value* member(std::string_view name) const {
    const auto* value = find(object_, kind_.shown_name(name));
    return value == nullptr || value->is_null() ? nullptr : value;
  }
  std::string_view text(std::string_view name) const {
    return string_at(object_, {kind_.shown_name(name)});
  }
  std::string_view text(std::string_view name, std::string_view below) const {
    return string_at(object_, {kind_.shown_name(name), below});
  }
  std::int64_t count() const { return integer_at(object_, {kind_.shown_name("count")}, 0); }
  std::optional<Time> time(std::string_view name) const { return parse_rfc3339(text(name)); }

 private:
  const Kind& kind_;
  const Value& object_;
};

// Values as Go prints the structs of Kubernetes' internal type.
std::string go_reference(const Value* reference) {
  if (reference == nullptr) return "\"null\"";
  const auto quoted = [&](std::string_view key) { return go_quote(string_at(*reference, {key})); };
  return fmt::format(
      "core.ObjectReference{{Kind:{}, Namespace:{}, Name:{}, UID:{}, APIVersion:{}, "
      "ResourceVersion:{}, FieldPath:{}}}",
      quoted("kind"), quoted("namespace"), quoted("name"), quoted("uid"), quoted("apiVersion"),
      quoted("resourceVersion"), quoted("fieldPath"));
}

std::string go_source(const EventFields& event) {
  return fmt::format("core.EventSource{{Component:{}, Host:{}}}",
                     go_quote(event.text("source", "component")),
                     go_quote(event.text("source", "host")));
}

// Go's Time.String(): `2026-01-01 00:00:00.5 +0000 UTC`.
std::string go_time(std::optional<Time> time) {
  if (!time) return "0001-01-01 00:00:00 +0000 UTC";
  auto text = format_nanos(*time);
  text.pop_back();
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  text.replace(text.find('T'), 1, " ");
  return text + " +0000 UTC";
}

std::string go_series(const EventFields& event) {
  const auto* series = event.member("series");
  if (series == nullptr) return {};
  return fmt::format("{} {}", integer_at(*series, {"count"}, 0),
                     go_time(parse_rfc3339(string_at(*series, {"lastObservedTime"}))));
}

void too_long_text(std::string_view field, std::string_view text, std::size_t bytes_max,
                   FieldErrors& errors) {
  if (text.size() <= bytes_max) return;
  errors.push_back(invalid_value(std::string(field), Value(""),
                                 fmt::format("can have at most {} characters", bytes_max),
                                 "event"));
}

void needed_text(std::string_view field, std::string_view text, FieldErrors& errors) {
  if (text.empty()) errors.push_back(required(std::string(field), "", "event"));
}

// What an event of the newer sort says of itself.
void check_reporter(const EventFields& event, FieldErrors& errors) {
  const auto controller = event.text("reportingComponent");
  needed_text("reportingController", controller, errors);
  for (const auto& complaint : check_qualified_name(controller)) {
    errors.push_back(invalid_value("reportingController", Value(controller), complaint, "event"));
  }
  needed_text("reportingInstance", event.text("reportingInstance"), errors);
  too_long_text("reportingInstance", event.text("reportingInstance"), kInstanceBytesMax, errors);
  needed_text("action", event.text("action"), errors);
  too_long_text("action", event.text("action"), kActionBytesMax, errors);
  needed_text("reason", event.text("reason"), errors);
  too_long_text("reason", event.text("reason"), kReasonBytesMax, errors);
  too_long_text("message", event.text("message"), kMessageBytesMax, errors);
}

// Rules for all events: one with an eventTime is of the newer sort, whichever way it came.
void check_always(const EventFields& event, std::string_view name_space, FieldErrors& errors) {
  const auto involved = event.text("involvedObject", "namespace");
  const bool is_newer = event.time("eventTime").has_value();
  bool matches = involved == name_space || is_newer;
  if (involved.empty()) {
    // Of things without a namespace: Kubernetes' components keep them in these.
    matches = name_space == "default" || (is_newer && name_space == "kube-system");
  }
  if (!matches) {
    errors.push_back(invalid_value("involvedObject.namespace", Value(involved),
                                   "does not match event.namespace", "event"));
  }
  if (is_newer) check_reporter(event, errors);
}

void check_series(const EventFields& event, FieldErrors& errors) {
  const auto* series = event.member("series");
  if (series == nullptr) return;
  if (integer_at(*series, {"count"}, 0) < 2) {
    errors.push_back(invalid_value("series.count", Value(""), "should be at least 2", "event"));
  }
  if (!parse_rfc3339(string_at(*series, {"lastObservedTime"}))) {
    errors.push_back(required("series.lastObservedTime", "", "event"));
  }
}

void check_new(const EventFields& event, std::string_view name, FieldErrors& errors) {
  for (const auto& complaint : check_dns1123_subdomain(name)) {
    errors.push_back(invalid_value("metadata.name", Value(name), complaint, "name"));
  }
  check_series(event, errors);
  if (!event.time("eventTime")) errors.push_back(required("eventTime", "", "event"));
  const auto type = event.text("type");
  if (type != "Normal" && type != "Warning") {
    errors.push_back(
        invalid_value("type", Value(""), fmt::format("has invalid value: {}", type), "event"));
  }
  const auto must_be_unset = [&](std::string_view field, bool is_set) {
    if (!is_set) return;
    errors.push_back(invalid_value(std::string(field), Value(""), "needs to be unset", "event"));
  };
  must_be_unset("firstTimestamp", event.time("firstTimestamp").has_value());
  must_be_unset("lastTimestamp", event.time("lastTimestamp").has_value());
  must_be_unset("count", event.count() != 0);
  must_be_unset("source", !event.text("source", "component").empty() ||
                              !event.text("source", "host").empty());
}

// All but the series is said once and for all.
void check_changed(const EventFields& event, const EventFields& old_event, FieldErrors& errors) {
  if (go_series(event) != go_series(old_event)) check_series(event, errors);
  const auto keep = [&](std::string_view field, auto shown) {
    const auto now = shown(event);
    if (now == shown(old_event)) return;
    errors.push_back(invalid_rendered(std::string(field), now, "field is immutable", "immutable"));
  };
  const auto text = [](std::string_view name) {
    return [name](const EventFields& its) { return go_quote(its.text(name)); };
  };
  const auto time = [](std::string_view name) {
    return [name](const EventFields& its) { return go_time(its.time(name)); };
  };
  const auto reference = [](std::string_view name) {
    return [name](const EventFields& its) { return go_reference(its.member(name)); };
  };
  keep("involvedObject", reference("involvedObject"));
  keep("reason", text("reason"));
  keep("message", text("message"));
  keep("source", go_source);
  keep("firstTimestamp", time("firstTimestamp"));
  keep("lastTimestamp", time("lastTimestamp"));
  keep("count", [](const EventFields& its) { return std::to_string(its.count()); });
  keep("type", text("type"));
  keep("eventTime", time("eventTime"));
  keep("action", text("action"));
  keep("related", reference("related"));
  keep("reportingController", text("reportingComponent"));
  keep("reportingInstance", text("reportingInstance"));
}

}  // namespace

void complete_event(const Kind& kind, Value& object) {
  auto& members = object.as_object();
  for (const auto* name : {"eventTime", "firstTimestamp", "lastTimestamp"}) {
    members.emplace(kind.shown_name(name), nullptr);
  }
  auto* series = members.if_contains("series");
  if (series != nullptr && series->is_object()) {
    series->get_object().emplace("lastObservedTime", nullptr);
  }
}

void validate_event(const Kind& kind, const Value& object, const Value* old_object,
                    FieldErrors& errors) {
  const EventFields event(kind, object);
  check_always(event, namespace_of(object), errors);
  // The core group's clients are older than the stricter rules.
  if (!kind.is_view()) return;
  if (old_object == nullptr) {
    check_new(event, name_of(object), errors);
  } else {
    check_changed(event, EventFields(kind, *old_object), errors);
  }
}

}  // namespace gatefold::engine
