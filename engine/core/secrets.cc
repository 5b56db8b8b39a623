#include "engine/core/secrets.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "engine/core/data_keys.h"
#include "schema/base64.h"
#include "schema/json.h"
#include "schema/typed_decode.h"

namespace gatefold::engine {
namespace {

const Value* entry_of(const Value& object, std::string_view key) {
  return find_path(object, {"data", key});
}

void need_entry(const Value& object, std::string_view key, FieldErrors& errors) {
  if (entry_of(object, key) == nullptr) {
    errors.push_back(required(fmt::format("data[{}]", key), "", "secret-type"));
  }
}

void need_json_entry(const Value& object, std::string_view key, FieldErrors& errors) {
  need_entry(object, key, errors);
  const auto* entry = entry_of(object, key);
  const auto text = entry == nullptr || !entry->is_string()
                        ? std::nullopt
                        : from_base64(std::string_view(entry->get_string()));
  // What is no base64 is the schema's complaint.
  if (!text) return;
  const auto complain = [&](std::string_view what) {
    // The value is secret: it is not repeated.
    errors.push_back(invalid_value(fmt::format("data[{}]", key),
                                   Value("<secret contents redacted>"), what, "secret-type"));
  };
  const auto parsed = parse_json(*text);
  if (!parsed) {
    complain(parsed.error().message);
  } else if (!parsed->value.is_object() && !parsed->value.is_null()) {
    complain(
        fmt::format("json: cannot unmarshal {} into Go value of type map[string]interface {{}}",
                    go_json_word(parsed->value)));
  }
}

void check_type(const Value& object, FieldErrors& errors) {
  const auto type = string_at(object, {"type"});
  if (type == "kubernetes.io/tls") {
    need_entry(object, "tls.crt", errors);
    need_entry(object, "tls.key", errors);
  } else if (type == "kubernetes.io/dockercfg") {
    need_json_entry(object, ".dockercfg", errors);
  } else if (type == "kubernetes.io/dockerconfigjson") {
    need_json_entry(object, ".dockerconfigjson", errors);
  } else if (type == "kubernetes.io/ssh-auth") {
    if (string_at(object, {"data", "ssh-privatekey"}).empty()) {
      errors.push_back(required("data[ssh-privatekey]", "", "secret-type"));
    }
  } else if (type == "kubernetes.io/basic-auth") {
    if (!entry_of(object, "username") && !entry_of(object, "password")) {
      need_entry(object, "username", errors);
      need_entry(object, "password", errors);
    }
  } else if (type == "kubernetes.io/service-account-token") {
    constexpr std::string_view kAccount = "kubernetes.io/service-account.name";
    if (string_at(object, {"metadata", "annotations", kAccount}).empty()) {
      errors.push_back(
          required(fmt::format("metadata.annotations[{}]", kAccount), "", "secret-type"));
    }
  }
}

}  // namespace

void complete_secret(Value& object) {
  auto& members = object.as_object();
  const auto* type = find(object, "type");
  if (type != nullptr && type->is_string() && type->get_string().empty())
    members["type"] = "Opaque";
  const auto* written = find(object, "stringData");
  const auto* data = find(object, "data");
  // What has the wrong type stays for the schema to complain about.
  if (written == nullptr || !written->is_object()) return;
  if (data != nullptr && !data->is_object() && !data->is_null()) return;
  const JsonObject entries = written->get_object();
  const auto is_text = [](const auto& entry) { return entry.value().is_string(); };
  if (!std::ranges::all_of(entries, is_text)) return;
  members.erase("stringData");
  if (entries.empty()) return;
  auto& merged = object_member(members, "data");
  for (const auto& entry : entries) merged[entry.key()] = to_base64(entry.value().get_string());
}

void validate_secret(const Value& object, const Value* old_object, FieldErrors& errors) {
  check_data_size(check_data(object, "data", true, errors), "data", errors);
  check_type(object, errors);
  check_locked(object, old_object, {"data"}, errors);
}

}  // namespace gatefold::engine
