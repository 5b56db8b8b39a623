#include "engine/retention.h"

#include <algorithm>
#include <charconv>
#include <ranges>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "engine/definitions.h"
#include "schema/age.h"
#include "schema/catalog.h"
#include "schema/quantity.h"
#include "storage/redact.h"

namespace gatefold::engine {
namespace {

std::optional<std::uint64_t> parse_bytes(std::string_view text) {
  if (text.ends_with('B')) text.remove_suffix(1);
  const auto quantity = Quantity::parse(text);
  const auto bytes = quantity ? quantity->as_integer() : std::nullopt;
  if (!bytes || *bytes <= 0) return std::nullopt;
  return static_cast<std::uint64_t>(*bytes);
}

std::optional<std::uint64_t> parse_count(std::string_view text) {
  std::uint64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end != text.data() + text.size() || count == 0) return std::nullopt;
  return count;
}

std::string_view take_part(std::string_view& text, char separator) {
  const auto end = std::min(text.find(separator), text.size());
  const auto part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

struct Limits {
  storage::KeepLimits limits;
  bool is_all = false;
  bool is_bodies = false;
};

Result<void> add_limit(std::string_view limit, Limits& out) {
  const auto whole = limit;
  const auto name = take_part(limit, ':');
  auto& limits = out.limits;
  bool is_fine = false;
  if (name == "all" || name == "bodies") {
    (name == "all" ? out.is_all : out.is_bodies) = true;
    is_fine = whole == name;
  } else if (name == "age") {
    const auto age_ns = parse_age_ns(limit);
    is_fine = age_ns && *age_ns > 0 && limits.age_ns == 0;
    limits.age_ns = age_ns.value_or(0);
  } else if (name == "count") {
    const auto count = parse_count(limit);
    is_fine = count && limits.count == 0;
    limits.count = count.value_or(0);
  } else if (name == "bytes") {
    const auto bytes = parse_bytes(limit);
    is_fine = bytes && limits.bytes == 0;
    limits.bytes = bytes.value_or(0);
  }
  if (is_fine) return {};
  return bad_request(fmt::format(
      "{:?} is no limit: age:30d, count:1000, bytes:2GiB (each once), bodies or all", whole));
}

bool is_resource(std::string_view text) {
  return text == "*" || (!text.empty() && std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
         }));
}

bool is_kept_whole(std::string_view resource) {
  return resource == kDefinitions || resource == storage::kRedactions;
}

// By what the documents of the kinds say.
std::int64_t window_ns(std::string_view resource) {
  static const auto kWindows = [] {
    std::map<std::string, std::int64_t, std::less<>> windows;
    for (const auto& kind : core_catalog()->kinds()) {
      if (kind->history_window_ns != 0) windows.emplace(kind->resource, kind->history_window_ns);
    }
    return windows;
  }();
  const auto found = kWindows.find(resource);
  return found == kWindows.end() ? 0 : found->second;
}

}  // namespace

Result<void> RetentionSettings::add(std::string_view text) {
  const auto whole = text;
  const auto wrong = [&](std::string_view what) {
    return bad_request(fmt::format("retention {:?}: {}", whole, what));
  };
  const bool has_limits = text.find('=') != std::string_view::npos;
  const auto resource = take_part(text, '=');
  if (!has_limits || text.empty()) return wrong("write RESOURCE=LIMIT[,LIMIT...]");
  if (!is_resource(resource)) return wrong(fmt::format("{:?} is no resource", resource));
  if (is_kept_whole(resource)) return wrong("its past is always kept");
  Limits limits;
  while (!text.empty()) {
    if (auto added = add_limit(take_part(text, ','), limits); !added) {
      return wrong(added.error().message);
    }
  }
  const bool is_unlimited = limits.limits.is_unlimited();
  if (limits.is_all && !is_unlimited) return wrong("all leaves no room for limits");
  if (!limits.is_all && is_unlimited) return wrong("bodies alone is no limit");
  if (limits.is_bodies && limits.limits.count != 0) {
    return wrong("count is of whole versions: it does not go with bodies");
  }
  auto& said = said_[std::string(resource)];
  auto& place = limits.is_bodies ? said.bodies : said.records;
  if (place) return wrong("it is limited already");
  place = limits.limits;
  return {};
}

Result<RetentionSettings> RetentionSettings::parse(const Value& section) {
  RetentionSettings settings;
  if (section.is_null()) return settings;
  const auto* resources = section.if_object();
  if (resources == nullptr) return bad_request("retention must be a map of resources");
  for (const auto& entry : *resources) {
    const std::string resource(entry.key());
    const auto* list = entry.value().if_array();
    const auto limits = list == nullptr ? JsonArray{entry.value()} : *list;
    if (limits.empty()) {
      return bad_request(fmt::format("retention.{}: says nothing", resource));
    }
    for (const auto& limit : limits) {
      const auto* text = limit.if_string();
      if (text == nullptr) {
        return bad_request(fmt::format(
            "retention.{}: must be a text such as \"age:30d,count:1000\", or a list of them",
            resource));
      }
      const auto flag = fmt::format("{}={}", resource, std::string_view(*text));
      if (auto added = settings.add(flag); !added) return std::unexpected(added.error());
    }
  }
  return settings;
}

RetentionSettings RetentionSettings::everything() {
  RetentionSettings settings;
  settings.is_everything_ = true;
  return settings;
}

void RetentionSettings::put_over(const RetentionSettings& others) {
  for (const auto& [resource, said] : others.said_) said_[resource] = said;
}

std::vector<std::string> RetentionSettings::resources() const {
  const auto names = said_ | std::views::keys;
  return {names.begin(), names.end()};
}

storage::Retention RetentionSettings::of(std::string_view resource) const {
  if (is_everything_ || is_kept_whole(resource)) return {};
  const auto named = said_.find(resource);
  const auto others = said_.find("*");
  const auto window = window_ns(resource);
  auto said = named != said_.end() ? named->second : Said{};
  const bool is_other = named == said_.end() && window == 0 && others != said_.end();
  if (is_other) said = others->second;
  const storage::KeepLimits of_document{.age_ns = window};
  return {.records = said.records.value_or(of_document),
          .bodies = said.bodies.value_or(storage::KeepLimits{})};
}

bool RetentionTurns::has_limits(const storage::Store& store) const {
  return std::ranges::any_of(store.kept(), [&](const auto& kept) {
    return settings_.of(kept.first) != storage::Retention{};
  });
}

bool RetentionTurns::step(storage::Store& store) {
  if (round_.empty() && !has_limits(store)) return false;
  const auto now = now_();
  if (round_.empty()) {
    if (now < next_) return false;
    next_ = {now.ns + kRetentionPauseNs};
    for (const auto& [resource, kept] : store.kept()) {
      if (settings_.of(resource) != storage::Retention{}) round_.push_back(resource);
    }
  }
  while (!round_.empty()) {
    const auto& resource = round_.back();
    const auto before = store.kept().at(resource);
    const auto has_more = store.trim(resource, settings_.of(resource), now);
    if (!has_more) {
      spdlog::error("the past of {} can't be trimmed: {}", resource, has_more.error().message);
    }
    const bool has_dropped = store.kept().at(resource) != before;
    const bool goes_on = has_more && *has_more;
    if (!goes_on) round_.pop_back();
    if (has_dropped || goes_on) return true;
  }
  return false;
}

}  // namespace gatefold::engine
