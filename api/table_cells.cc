#include "api/table_cells.h"

#include <cmath>
#include <set>

#include <fmt/format.h>

#include "api/event_cells.h"
#include "api/table_core_cells.h"
#include "schema/json.h"
#include "schema/selector.h"

namespace gatefold::api {
namespace {

constexpr std::string_view kNone = "<none>";

std::size_t size_of(const Value* value) {
  if (value == nullptr) return 0;
  if (value->is_array()) return value->get_array().size();
  if (value->is_object()) return value->get_object().size();
  return 0;
}

std::string joined(const std::vector<std::string>& parts) {
  return fmt::format("{}", fmt::join(parts, ","));
}

void append_text_or_none(std::string& out, const std::string& text) {
  append_json_string(out, text.empty() ? kNone : std::string_view(text));
}

std::string ports_text(const Value& object) {
  std::vector<std::string> parts;
  const Value* ports = find_path(object, {"spec", "ports"});
  if (ports == nullptr || !ports->is_array()) return {};
  for (const Value& port : ports->get_array()) {
    const std::int64_t node_port = integer_at(port, {"nodePort"}, 0);
    std::string text = std::to_string(integer_at(port, {"port"}, 0));
    if (node_port > 0) text += fmt::format(":{}", node_port);
    parts.push_back(text + '/' + std::string(string_at(port, {"protocol"})));
  }
  return joined(parts);
}

// Where a Service is reached from outside, by its type.
std::string external_ips_text(const Value& object) {
  const std::string_view type = string_at(object, {"spec", "type"});
  if (type == "ExternalName") return std::string(string_at(object, {"spec", "externalName"}));
  const std::vector<std::string> external = texts_at(object, {"spec", "externalIPs"});
  if (type != "LoadBalancer") return joined(external);

  std::set<std::string> ingress;
  const Value* entries = find_path(object, {"status", "loadBalancer", "ingress"});
  if (entries != nullptr && entries->is_array()) {
    for (const Value& entry : entries->get_array()) {
      std::string_view address = string_at(entry, {"ip"});
      if (address.empty()) address = string_at(entry, {"hostname"});
      if (!address.empty()) ingress.emplace(address);
    }
  }
  std::vector<std::string> all(ingress.begin(), ingress.end());
  all.insert(all.end(), external.begin(), external.end());
  return all.empty() ? "<pending>" : joined(all);
}

// `a=b,c=d`, sorted by key.
std::string labels_text(const Value* labels) {
  if (labels == nullptr || !labels->is_object()) return {};
  std::set<std::string> parts;
  for (const auto& [key, value] : labels->get_object()) {
    if (value.is_string()) parts.insert(std::string(key) + '=' + std::string(value.get_string()));
  }
  return fmt::format("{}", fmt::join(parts, ","));
}

std::int64_t integer_in(const Value* value) {
  return value != nullptr && value->is_int64() ? value->get_int64() : 0;
}

std::string texts_text(const Value* list, std::string_view path) {
  std::vector<std::string> texts;
  if (list == nullptr || !list->is_array()) return {};
  for (const Value& item : list->get_array()) {
    const Value* text = follow(item, path);
    texts.emplace_back(text != nullptr && text->is_string() ? std::string_view(text->get_string())
                                                            : "");
  }
  return joined(texts);
}

std::string reference_text(const Value* reference) {
  const Value nothing;
  const Value& to = reference == nullptr ? nothing : *reference;
  return fmt::format("{}/{}", string_at(to, {"kind"}), string_at(to, {"name"}));
}

void append_text_cell(std::string& out, const Value* value, std::string_view otherwise) {
  if (value != nullptr && value->is_int64()) {
    append_json_string(out, std::to_string(value->get_int64()));
    return;
  }
  const bool is_text = value != nullptr && value->is_string() && !value->get_string().empty();
  append_json_string(out, is_text ? std::string_view(value->get_string()) : otherwise);
}

// Whole numbers print without a fraction, whatever they are stored as.
void append_number(std::string& out, const Value& value, bool cut) {
  if (value.is_double()) {
    const double number = value.get_double();
    if (cut || std::trunc(number) == number) {
      constexpr double kLimit = 9.2e18;
      if (std::abs(number) < kLimit) {
        out += std::to_string(static_cast<std::int64_t>(number));
        return;
      }
    }
  }
  out += to_json(value);
}

void append_string_cell(std::string& out, const Value& value) {
  if (value.is_string()) {
    append_json_string(out, value.get_string());
  } else {
    append_json_string(out, canonical_json(value));
  }
}

void append_date_cell(std::string& out, const Value& value, Time now) {
  if (!value.is_string()) {
    out += "null";
    return;
  }
  const auto time = parse_rfc3339(value.get_string());
  append_json_string(out, time ? human_duration(now.ns - time->ns) : "<invalid>");
}

void append_age_cell(std::string& out, const Value& object, Time now) {
  const Value* created = find_path(object, {"metadata", "creationTimestamp"});
  if (created == nullptr || created->is_null()) {
    out += "\"<unknown>\"";
  } else {
    append_date_cell(out, *created, now);
  }
}

void append_path_cell(std::string& out, const TableColumn& column, const Value& object, Time now) {
  const std::string& type = column.column.type;
  const Value* value = column.path ? column.path->first(object) : nullptr;
  if (value == nullptr || value->is_null()) {
    if (column.column.otherwise) {
      append_json_string(out, *column.column.otherwise);
    } else {
      out += "null";
    }
    return;
  }
  if (type == "string") {
    append_string_cell(out, *value);
  } else if (type == "date") {
    append_date_cell(out, *value, now);
  } else if ((type == "integer" || type == "number") && value->is_number()) {
    append_number(out, *value, type == "integer");
  } else if (type == "boolean" && value->is_bool()) {
    out += value->get_bool() ? "true" : "false";
  } else {
    out += "null";
  }
}

}  // namespace

const Value* follow(const Value& object, std::string_view path) {
  const Value* at = &object;
  while (!path.empty() && at != nullptr) {
    if (path.front() == '.') path.remove_prefix(1);
    const std::size_t end = std::min(path.find('.'), path.size());
    at = find(*at, path.substr(0, end));
    path.remove_prefix(end);
  }
  return at;
}

void append_cell(std::string& out, const TableColumn& column, const Value& object, Time now) {
  const PrinterColumn& what = column.column;
  // The number of paths was checked with the document.
  const auto at = [&](std::size_t i) { return follow(object, what.paths[i]); };
  switch (what.compute) {
    case PrinterColumn::Compute::kJsonPath:
      append_path_cell(out, column, object, now);
      return;
    case PrinterColumn::Compute::kAge:
      append_age_cell(out, object, now);
      return;
    case PrinterColumn::Compute::kCount: {
      std::size_t count = 0;
      for (const std::string& path : what.paths) count += size_of(follow(object, path));
      out += std::to_string(count);
      return;
    }
    case PrinterColumn::Compute::kInteger:
      out += std::to_string(integer_in(at(0)));
      return;
    case PrinterColumn::Compute::kRatio:
      append_json_string(out, fmt::format("{}/{}", integer_in(at(0)), integer_in(at(1))));
      return;
    case PrinterColumn::Compute::kText:
      append_text_cell(out, at(0), what.otherwise ? std::string_view(*what.otherwise) : kNone);
      return;
    case PrinterColumn::Compute::kTexts:
      append_json_string(out, texts_text(at(0), what.paths[1]));
      return;
    case PrinterColumn::Compute::kReference:
      append_json_string(out, reference_text(at(0)));
      return;
    case PrinterColumn::Compute::kLabels:
      append_text_or_none(out, labels_text(at(0)));
      return;
    case PrinterColumn::Compute::kSelector: {
      const Value* selector = at(0);
      const auto text = label_selector_text(selector == nullptr ? Value() : *selector);
      append_text_or_none(out, text.value_or("<error>"));
      return;
    }
    case PrinterColumn::Compute::kExternalIps:
      append_text_or_none(out, external_ips_text(object));
      return;
    case PrinterColumn::Compute::kPorts:
      append_text_or_none(out, ports_text(object));
      return;
    case PrinterColumn::Compute::kTrimmed:
    case PrinterColumn::Compute::kFirstAge:
    case PrinterColumn::Compute::kOccurrences:
    case PrinterColumn::Compute::kEventObject:
    case PrinterColumn::Compute::kEventSource:
      append_event_cell(out, what, object, now);
      return;
    default:
      append_json_string(out, core_cell_text(what.compute, object));
      return;
  }
}

}  // namespace gatefold::api
