#include "engine/core/secrets.h"

#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "engine/core/data_keys.h"
#include "schema/base64.h"
#include "schema/json.h"

namespace gatefold::engine {
namespace {

std::optional<std::string> entry_of(const Value& object, std::string_view key) {
  const auto* data = find(object, "data");
  const auto* value = data == nullptr ? nullptr : find(*data, key);
  const auto* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::nullopt : from_base64(*text);
}

void need_entry(const Value& object, std::string_view key, FieldErrors& errors) {
  if (!entry_of(object, key)) {
    errors.push_back(required(fmt::format("data[{}]", key), "", "secret-type"));
  }
}

void need_json_entry(const Value& object, std::string_view key, FieldErrors& errors) {
  const auto entry = entry_of(object, key);
  if (!entry) {
    need_entry(object, key, errors);
  } else if (const auto wrong = find_json_error(*entry)) {
    // The value is secret: it is not repeated.
    errors.push_back(invalid_value(fmt::format("data[{}]", key),
                                   Value("<secret contents redacted>"), wrong->message,
                                   "secret-type"));
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
    need_entry(object, "ssh-privatekey", errors);
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
  if (const auto* entries = find(object, "stringData"); entries != nullptr) {
    const Value taken = *entries;
    members.erase("stringData");
    if (!taken.is_object()) return;
    auto& data = object_member(members, "data");
    for (const auto& entry : taken.get_object()) {
      if (const auto* text = entry.value().if_string()) data[entry.key()] = to_base64(*text);
    }
  }
}

void validate_secret(const Value& object, const Value* old_object, FieldErrors& errors) {
  check_data_size(check_data(object, "data", true, errors), "data", errors);
  check_type(object, errors);
  check_locked(object, old_object, {"data"}, errors);
}

}  // namespace gatefold::engine
