#include <algorithm>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "schema/definition_go.h"
#include "schema/definition_keywords.h"
#include "schema/definition_version.h"
#include "schema/names.h"
#include "schema/url.h"

namespace gatefold {
namespace {

constexpr auto kOrigin = "definition-conversion";
constexpr std::int64_t kPortMax = 65535;
// Kubernetes holds what v1 calls `webhook` in its parent, and says so in errors.
const std::string kPath = "spec.conversion";

class ConversionCheck {
 public:
  FieldErrors check(const SchemaView& conversion) {
    static const std::vector<std::string> kStrategies = {"None", "Webhook"};
    const auto strategy = conversion.text("strategy");
    if (strategy.empty()) {
      add(required(kPath + ".strategy", "", kOrigin));
    } else if (std::ranges::find(kStrategies, strategy) == kStrategies.end()) {
      add(not_supported(kPath + ".strategy", Value(strategy), kStrategies, kOrigin));
    }
    const auto* webhook = conversion.schema("webhook");
    const Value none(JsonObject{});
    const SchemaView view(webhook == nullptr ? none : *webhook);
    const auto* client = view.schema("clientConfig");
    if (strategy == "Webhook") {
      check_client(client);
      check_review_versions(view);
      return std::move(errors_);
    }
    constexpr auto kText = "should not be set when strategy is not set to Webhook";
    if (client != nullptr) add(forbidden_field(kPath + ".webhookClientConfig", kText, kOrigin));
    if (!view.list("conversionReviewVersions").empty()) {
      add(forbidden_field(kPath + ".conversionReviewVersions", kText, kOrigin));
    }
    return std::move(errors_);
  }

 private:
  void add(FieldError error) { errors_.push_back(std::move(error)); }

  void check_client(const Value* client) {
    const auto where = kPath + ".webhookClientConfig";
    if (client == nullptr) {
      add(required(where, "required when strategy is set to Webhook", kOrigin));
      return;
    }
    const SchemaView view(*client);
    const auto* service = view.schema("service");
    if (view.has("url") == (service != nullptr)) {
      add(required(where, "exactly one of url or service is required", kOrigin));
    } else if (service == nullptr) {
      check_url(view.text("url"), where + ".url");
    } else {
      check_service(SchemaView(*service), where + ".service");
    }
  }

  void check_url(std::string_view text, const std::string& path) {
    constexpr std::string_view kForm = "; desired format: https://host[/path]";
    const auto url = parse_url(text);
    if (!url) {
      add(required(path, fmt::format("url must be a valid URL: {}{}", url.error(), kForm),
                   kOrigin));
      return;
    }
    const auto refuse = [&](std::string_view part, std::string_view detail) {
      add(invalid_value(path, Value(part), detail, kOrigin));
    };
    if (url->scheme != "https") {
      refuse(url->scheme, fmt::format("'https' is the only allowed URL scheme{}", kForm));
    }
    if (url->host.empty()) refuse("", fmt::format("host must be specified{}", kForm));
    if (url->user) refuse(url->user->name, "user information is not permitted in the URL");
    if (!url->fragment.empty()) {
      refuse(url->fragment, "fragments are not permitted in the URL");
    }
    if (!url->raw_query.empty()) {
      refuse(url->raw_query, "query parameters are not permitted in the URL");
    }
  }

  void check_service(const SchemaView& service, const std::string& path) {
    // Kubernetes takes the one for the other.
    if (service.text("namespace").empty()) {
      add(required(path + ".name", "service name is required", kOrigin));
    }
    if (service.text("name").empty()) {
      add(required(path + ".namespace", "service namespace is required", kOrigin));
    }
    const auto port = integer_at(service.value(), {"port"}, 443);
    if (port < 1 || port > kPortMax) {
      add(invalid_value(path + ".port", Value(port),
                        "port is not valid: must be between 1 and 65535, inclusive", kOrigin));
    }
    check_service_path(service.text("path"), path + ".path");
  }

  void check_service_path(std::string_view whole, const std::string& path) {
    const auto refuse = [&](std::string_view detail) {
      add(invalid_value(path, Value(whole), detail, kOrigin));
    };
    if (whole.empty() || whole == "/") return;
    if (whole == "//") return refuse("segment[0] may not be empty");
    if (!whole.starts_with('/')) refuse("must start with a '/'");
    auto rest = whole.substr(1);
    if (rest.ends_with('/')) rest.remove_suffix(1);
    for (std::size_t i = 0;; ++i) {
      const auto slash = std::min(rest.find('/'), rest.size());
      const auto segment = rest.substr(0, slash);
      if (segment.empty()) {
        refuse(fmt::format("segment[{}] may not be empty", i));
      } else {
        for (const auto& complaint : check_dns1123_subdomain(segment)) {
          refuse(fmt::format("segment[{}]: {}", i, complaint));
        }
      }
      if (slash == rest.size()) return;
      rest.remove_prefix(slash + 1);
    }
  }

  void check_review_versions(const SchemaView& webhook) {
    const auto where = kPath + ".conversionReviewVersions";
    const auto& versions = webhook.list("conversionReviewVersions");
    if (versions.empty()) {
      add(required(where, "", kOrigin));
      return;
    }
    std::set<std::string_view> seen;
    for (std::size_t i = 0; i < versions.size(); ++i) {
      if (!versions[i].is_string()) continue;
      const std::string_view version = versions[i].get_string();
      const auto field = fmt::format("{}[{}]", where, i);
      if (!seen.insert(version).second) {
        add(invalid_value(field, versions[i], "duplicate version", kOrigin));
        continue;
      }
      for (const auto& complaint : check_name(NameRule::kDns1035Label, version)) {
        add(invalid_value(field, versions[i], complaint, kOrigin));
      }
    }
    if (!seen.contains("v1") && !seen.contains("v1beta1")) {
      add(invalid_rendered(where, go_strings(webhook.get("conversionReviewVersions")),
                           "must include at least one of v1, v1beta1", kOrigin));
    }
  }

  FieldErrors errors_;
};

}  // namespace

FieldErrors validate_conversion(const Value& conversion) {
  return ConversionCheck().check(SchemaView(conversion));
}

}  // namespace gatefold
