#include "tests/contract/told_history.h"

#include <algorithm>
#include <optional>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "schema/json.h"
#include "schema/meta.h"

namespace gatefold::test {
namespace {

using storage::EventType;

// By the list's path and the type.
using Conditions = std::map<std::pair<std::string, std::string>, const Value*>;

bool is_condition(const Value& item) {
  return item.is_object() && find(item, "lastTransitionTime") != nullptr &&
         find(item, "type") != nullptr;
}

// An item of a list by what names it: a listener by its name, a parent by all but its conditions.
std::string identity(const Value& item) {
  const auto name = string_at(item, {"name"});
  if (!name.empty()) return std::string(name);
  auto others = item;
  others.as_object().erase("conditions");
  return canonical_json(others);
}

void collect(const Value& value, const std::string& path, Conditions& out) {
  if (const auto* object = value.if_object()) {
    for (const auto& member : *object) {
      collect(member.value(), (path.empty() ? "" : path + ".") + std::string(member.key()), out);
    }
  }
  const auto* list = value.if_array();
  if (list == nullptr) return;
  for (const auto& item : *list) {
    if (is_condition(item)) {
      out.emplace(std::pair{path, std::string(string_at(item, {"type"}))}, &item);
    } else if (item.is_object()) {
      collect(item, fmt::format("{}[{}]", path, identity(item)), out);
    }
  }
}

Conditions conditions_of(const Value* object) {
  Conditions found;
  const auto* status = object == nullptr ? nullptr : find(*object, "status");
  if (status != nullptr) collect(*status, "status", found);
  return found;
}

// What a schema says before anybody has.
bool is_default(const Value& condition) {
  return string_at(condition, {"lastTransitionTime"}) == "1970-01-01T00:00:00Z";
}

std::vector<storage::Transition> transitions_between(const Value* before, const Value& now) {
  const auto olds = conditions_of(before);
  const auto news = conditions_of(&now);
  std::map<std::pair<std::string, std::string>, std::pair<const Value*, const Value*>> pairs;
  for (const auto& [name, condition] : olds) pairs[name].first = condition;
  for (const auto& [name, condition] : news) pairs[name].second = condition;
  std::vector<storage::Transition> found;
  for (const auto& [name, pair] : pairs) {
    const auto status = [](const Value* condition) {
      return condition == nullptr ? "" : std::string(string_at(*condition, {"status"}));
    };
    if (status(pair.first) == status(pair.second)) continue;
    if (pair.first == nullptr && is_default(*pair.second)) continue;
    const auto& said = pair.second == nullptr ? *pair.first : *pair.second;
    found.push_back({.path = name.first,
                     .type = name.second,
                     .old_status = status(pair.first),
                     .new_status = status(pair.second),
                     .reason = std::string(string_at(said, {"reason"})),
                     .message = std::string(string_at(said, {"message"})),
                     .observed_generation = integer_at(said, {"observedGeneration"}, 0)});
  }
  return found;
}

}  // namespace

std::string resource_name(const Resource& resource) {
  return resource.group.empty() ? resource.plural : resource.plural + "." + resource.group;
}

std::string transition_line(Revision revision, const ObjectKey& key,
                            const storage::Transition& transition, std::string_view manager) {
  return fmt::format("{} {} {} {}: {}>{} {} {:?} of {} by {}", revision.number, to_string(key),
                     transition.path, transition.type, transition.old_status, transition.new_status,
                     transition.reason, transition.message, transition.observed_generation,
                     manager);
}

void ToldHistory::tell(ToldChange change) {
  INFO("revision " << change.revision.number << " of " << to_string(change.key));
  const auto revision = change.revision.number;
  auto& versions = objects_[change.key.resource][change.key];
  REQUIRE((versions.empty() || versions.rbegin()->first < revision));
  const auto* before = object(change.key, {revision - 1});
  REQUIRE((before == nullptr) == (change.type == EventType::kAdded));
  if (change.type != EventType::kDeleted) {
    const auto* object_before = before == nullptr ? nullptr : &before->object;
    for (const auto& transition : transitions_between(object_before, change.object)) {
      transitions_[revision].push_back(
          {change.revision, change.key.resource, change.key.name_space,
           transition_line(change.revision, change.key, transition, change.manager)});
    }
  }
  const auto [told, is_new] = changes_.emplace(revision, std::move(change));
  REQUIRE(is_new);
  versions.emplace(revision, &told->second);
}

Revision ToldHistory::head() const {
  const auto last = changes_.empty() ? Revision{} : Revision{changes_.rbegin()->first};
  return unserved_.empty() ? last : std::max(last, *unserved_.rbegin());
}

bool ToldHistory::is_whole() const {
  return changes_.size() + unserved_.size() == head().number;
}

const ToldChange* ToldHistory::change(Revision revision) const {
  const auto found = changes_.find(revision.number);
  return found == changes_.end() ? nullptr : &found->second;
}

const ToldChange* ToldHistory::object(const ObjectKey& key, Revision at) const {
  const auto of_resource = objects_.find(key.resource);
  if (of_resource == objects_.end()) return nullptr;
  const auto versions = of_resource->second.find(key);
  if (versions == of_resource->second.end()) return nullptr;
  const auto later = versions->second.upper_bound(at.number);
  if (later == versions->second.begin()) return nullptr;
  const auto* last = std::prev(later)->second;
  return last->type == EventType::kDeleted ? nullptr : last;
}

std::vector<ObjectKey> ToldHistory::keys(const Resource& resource) const {
  std::vector<ObjectKey> keys;
  const auto found = objects_.find(resource_name(resource));
  if (found == objects_.end()) return keys;
  for (const auto& [key, versions] : found->second) keys.push_back(key);
  return keys;
}

bool ToldHistory::serves(const Resource& resource, Revision at) const {
  const bool is_compiled_in =
      !resource.group.starts_with("gateway.") && resource.group != kToldLamps.group;
  if (is_compiled_in) return true;
  const auto* defined = object({kLampsDefinition.resource, "", resource_name(resource)}, at);
  if (defined == nullptr) return false;
  for (const auto& [name, condition] : conditions_of(&defined->object)) {
    if (name.second == "Established") return string_at(*condition, {"status"}) == "True";
  }
  return false;
}

// Lamps alone have a kind that changes: what it does not have is not shown, and what it has by
// default is.
Value ToldHistory::shown(const ToldChange& change, Revision shown_as_of) const {
  auto object = change.object;
  if (change.key.resource != resource_name(kToldLamps)) return object;
  const auto* definition = this->object(kLampsDefinition, shown_as_of);
  REQUIRE(definition != nullptr);
  const auto& properties =
      definition->object
          .at_pointer("/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties")
          .as_object();
  auto& spec = object.at("spec").as_object();
  for (auto it = spec.begin(); it != spec.end();) {
    it = properties.contains(it->key()) ? std::next(it) : spec.erase(it);
  }
  for (const auto& property : properties) {
    const auto* by_default = find(property.value(), "default");
    if (by_default != nullptr && !spec.contains(property.key())) spec[property.key()] = *by_default;
  }
  return object;
}

Expected ToldHistory::expected(const Resource& resource, Revision at, Revision shown_as_of,
                               const ObjectKey* only) const {
  Expected out;
  out.is_served = serves(resource, shown_as_of);
  if (!out.is_served) return out;
  const auto name = resource_name(resource);
  if (const auto horizon = horizons_.find(name); horizon != horizons_.end()) {
    out.is_gone = at < horizon->second.least;
    out.may_be_gone = at < horizon->second.most;
  }
  const auto found = objects_.find(name);
  if (found == objects_.end()) return out;
  for (const auto& [key, versions] : found->second) {
    if (only != nullptr && key != *only) continue;
    const auto* version = object(key, at);
    if (version == nullptr) continue;
    if (is_redacted(version->revision)) out.is_gone = out.may_be_gone = true;
    out.objects.emplace_back(key, canonical_json(shown(*version, shown_as_of)));
  }
  return out;
}

std::vector<ToldTransition> ToldHistory::transitions(Revision until) const {
  std::vector<ToldTransition> found;
  for (const auto& [revision, transitions] : transitions_) {
    if (revision > until.number) break;
    found.insert(found.end(), transitions.begin(), transitions.end());
  }
  return found;
}

void ToldHistory::limit(const ToldLimit& limit, Time now) {
  const auto found = objects_.find(limit.resource);
  if (found == objects_.end()) return;
  for (const auto& [key, versions] : found->second) {
    if (limit.count != 0) limit_count(limit, versions);
    if (limit.age_ns != 0) limit_age(limit, versions, {now.ns - limit.age_ns});
  }
}

void ToldHistory::let_go(const ToldLimit& limit, Revision revision) {
  (limit.is_of_bodies ? without_body_ : without_record_).insert(revision);
}

void ToldHistory::limit_count(const ToldLimit& limit, const Versions& versions) {
  if (versions.size() <= limit.count) return;
  const auto beyond = versions.size() - limit.count;
  auto version = versions.begin();
  for (std::size_t i = 0; i < beyond; ++i, ++version) let_go(limit, {version->first});
  auto& horizon = horizons_[limit.resource];
  horizon.most = std::max(horizon.most, {version->first});
  if (beyond > 1) horizon.least = std::max(horizon.least, {version->first});
}

// A version goes when it was replaced by then; a deletion is nothing that would stay. The last
// event of the log always does.
void ToldHistory::limit_age(const ToldLimit& limit, const Versions& versions, Time until) {
  auto& horizon = horizons_[limit.resource];
  std::vector<Revision> replaced;
  std::size_t lifes_versions = 0;
  Revision before;
  for (const auto& [number, change] : versions) {
    const Revision revision{number};
    if (change->time > until || revision == head()) break;
    const bool is_deletion = change->type == EventType::kDeleted;
    if (++lifes_versions > 1) {
      horizon.most = std::max(horizon.most, revision);
      let_go(limit, before);
    }
    // Of two in a row one at least replaces something that is no frame of it.
    if (lifes_versions > 2) horizon.least = std::max(horizon.least, before);
    if (is_deletion) {
      let_go(limit, revision);
      horizon.least = std::max(horizon.least, revision);
      lifes_versions = 0;
    }
    before = revision;
  }
}

bool ToldHistory::may_lack_body(Revision revision) const {
  return without_body_.contains(revision) || redacted_.contains(revision);
}

Revision ToldHistory::kept_from() const {
  Revision from;
  for (const auto& [resource, horizon] : horizons_) from = std::max(from, horizon.most);
  return from;
}

Revision ToldHistory::whole_from() const {
  auto from = kept_from();
  for (const auto redacted : redacted_) {
    const auto& key = change(redacted)->key;
    const auto& versions = objects_.at(key.resource).at(key);
    from = std::max(from, {versions.upper_bound(redacted.number)->first});
  }
  return from;
}

Revision ToldHistory::gone_before() const {
  Revision before;
  for (const auto& [resource, horizon] : horizons_) before = std::max(before, horizon.least);
  return before;
}

Revision ToldHistory::records_from() const {
  return without_record_.empty() ? Revision{} : *without_record_.rbegin();
}

}  // namespace gatefold::test
