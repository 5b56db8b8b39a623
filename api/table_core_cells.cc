#include "api/table_core_cells.h"

#include <algorithm>
#include <set>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "schema/json.h"
#include "schema/meta.h"

namespace gatefold::api {
namespace {

constexpr std::string_view kNone = "<none>";
constexpr std::string_view kUnset = "<unset>";
// Of addresses and ports that a cell shows; the others are counted.
constexpr std::size_t kShownMax = 3;

std::string shown(std::vector<std::string> texts, std::string_view otherwise) {
  if (texts.empty()) return std::string(otherwise);
  const std::size_t count = texts.size();
  texts.resize(std::min(count, kShownMax));
  std::string out = fmt::format("{}", fmt::join(texts, ","));
  if (count > kShownMax) out += fmt::format(" + {} more...", count - kShownMax);
  return out;
}

std::string host_port(std::string_view host, std::int64_t port) {
  return host.contains(':') ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

// Of Endpoints: each address at each port.
std::string endpoints(const Value& object) {
  std::vector<std::string> texts;
  for (const Value& subset : list_at(object, {"subsets"})) {
    const JsonArray& addresses = list_at(subset, {"addresses"});
    const JsonArray& ports = list_at(subset, {"ports"});
    if (ports.empty()) {
      for (const Value& address : addresses) texts.emplace_back(string_at(address, {"ip"}));
    }
    for (const Value& port : ports) {
      for (const Value& address : addresses) {
        texts.push_back(host_port(string_at(address, {"ip"}), integer_at(port, {"port"}, 0)));
      }
    }
  }
  return shown(std::move(texts), list_at(object, {"subsets"}).empty() ? kNone : "");
}

// Of an EndpointSlice.
std::string slice_addresses(const Value& object) {
  std::vector<std::string> texts;
  for (const Value& endpoint : list_at(object, {"endpoints"})) {
    for (const Value& address : list_at(endpoint, {"addresses"})) {
      if (address.is_string()) texts.emplace_back(address.get_string());
    }
  }
  return shown(std::move(texts), kUnset);
}

std::string slice_ports(const Value& object) {
  std::vector<std::string> texts;
  for (const Value& port : list_at(object, {"ports"})) {
    const Value* number = find(port, "port");
    const Value* name = find(port, "name");
    if (number != nullptr && number->is_int64()) {
      texts.push_back(std::to_string(number->get_int64()));
    } else {
      texts.emplace_back(name != nullptr && name->is_string() ? std::string_view(name->get_string())
                                                              : "*");
    }
  }
  return shown(std::move(texts), kUnset);
}

std::string node_status(const Value& object) {
  std::string status = "Unknown";
  for (const Value& condition : list_at(object, {"status", "conditions"})) {
    if (string_at(condition, {"type"}) != "Ready") continue;
    status = string_at(condition, {"status"}) == "True" ? "Ready" : "NotReady";
  }
  const Value* unschedulable = find_path(object, {"spec", "unschedulable"});
  if (unschedulable != nullptr && *unschedulable == Value(true)) status += ",SchedulingDisabled";
  return status;
}

std::string node_roles(const Value& object) {
  constexpr std::string_view kPrefix = "node-role.kubernetes.io/";
  std::set<std::string> roles;
  for (const auto& [key, value] : labels_of(object)) {
    if (key.starts_with(kPrefix)) {
      roles.insert(key.substr(kPrefix.size()));
    } else if (key == "kubernetes.io/role") {
      roles.insert(value);
    }
  }
  roles.erase("");
  return roles.empty() ? std::string(kNone) : fmt::format("{}", fmt::join(roles, ","));
}

// Of a role binding: the names of its subjects of one kind; service accounts with their namespace.
std::string subjects(const Value& object, std::string_view kind) {
  std::vector<std::string> names;
  for (const Value& subject : list_at(object, {"subjects"})) {
    if (string_at(subject, {"kind"}) != kind) continue;
    const auto name = string_at(subject, {"name"});
    names.push_back(kind == "ServiceAccount"
                        ? fmt::format("{}/{}", string_at(subject, {"namespace"}), name)
                        : std::string(name));
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

// The kind of a policy's parameters.
std::string param_kind(const Value& object) {
  const Value* kind = find_path(object, {"spec", "paramKind"});
  if (kind == nullptr) return std::string(kUnset);
  return fmt::format("{}/{}", string_at(*kind, {"apiVersion"}), string_at(*kind, {"kind"}));
}

// The parameters of a binding: `*/name` where they are those of the write's namespace.
std::string param_ref(const Value& object) {
  const Value* reference = find_path(object, {"spec", "paramRef"});
  if (reference == nullptr) return std::string(kUnset);
  const auto name = string_at(*reference, {"name"});
  if (name.empty()) {
    const Value* selector = find(*reference, "selector");
    return selector == nullptr ? std::string(kNone) : canonical_json(*selector);
  }
  const auto name_space = string_at(*reference, {"namespace"});
  return fmt::format("{}/{}", name_space.empty() ? "*" : name_space, name);
}

}  // namespace

std::string core_cell_text(PrinterColumn::Compute compute, const Value& object) {
  switch (compute) {
    case PrinterColumn::Compute::kEndpoints:
      return endpoints(object);
    case PrinterColumn::Compute::kSliceAddresses:
      return slice_addresses(object);
    case PrinterColumn::Compute::kSlicePorts:
      return slice_ports(object);
    case PrinterColumn::Compute::kNodeStatus:
      return node_status(object);
    case PrinterColumn::Compute::kNodeRoles:
      return node_roles(object);
    case PrinterColumn::Compute::kUsers:
      return subjects(object, "User");
    case PrinterColumn::Compute::kGroups:
      return subjects(object, "Group");
    case PrinterColumn::Compute::kServiceAccounts:
      return subjects(object, "ServiceAccount");
    case PrinterColumn::Compute::kParamKind:
      return param_kind(object);
    case PrinterColumn::Compute::kParamRef:
      return param_ref(object);
    default:
      return {};
  }
}

}  // namespace gatefold::api
