#include "engine/recent_changes.h"

#include "engine/limits.h"
#include "engine/policies.h"
#include "engine/service_register.h"

namespace gatefold::engine {
namespace {

std::string object_key(const ObjectKey& key) {
  return to_string(key);
}

// A namespace's fact changes when it comes, goes or starts to terminate, not when it is labelled.
std::string namespace_key(const ObjectKey& key) {
  return "fact:" + key.name;
}

bool changes_namespace_fact(const storage::Event& event) {
  return event.key.resource == "namespaces" &&
         (event.type != storage::EventType::kModified || event.deleting);
}

constexpr std::string_view kPolicyKey = "policies";
constexpr std::string_view kServiceKey = "allocations";

bool changes_policies(const storage::Event& event) {
  return event.key.resource == kPolicies || event.key.resource == kPolicyBindings;
}

// One that goes takes nothing.
bool may_take_addresses(const storage::Event& event) {
  return event.key.resource == kServices && event.type != storage::EventType::kDeleted;
}

std::string key_of(const Read& read) {
  switch (read.type) {
    case Read::Type::kObject:
      return object_key(read.key);
    case Read::Type::kNamespace:
      return namespace_key(read.key);
    case Read::Type::kServices:
      return std::string(kServiceKey);
    case Read::Type::kPolicies:
      break;
  }
  return std::string(kPolicyKey);
}

}  // namespace

void RecentChanges::put(std::string key, Revision revision) {
  last_[key] = revision;
  order_.push_back({std::move(key), revision});
  while (order_.size() > kRecentChangesMax) {
    const auto& oldest = order_.front();
    const auto it = last_.find(oldest.key);
    if (it != last_.end() && it->second == oldest.revision) last_.erase(it);
    start_ = oldest.revision;
    order_.pop_front();
  }
}

void RecentChanges::note(const storage::Event& event) {
  put(object_key(event.key), event.revision);
  if (changes_namespace_fact(event)) put(namespace_key(event.key), event.revision);
  if (may_take_addresses(event)) put(std::string(kServiceKey), event.revision);
  if (changes_policies(event)) put(std::string(kPolicyKey), event.revision);
}

bool RecentChanges::hold(const std::vector<Read>& reads, Revision revision) const {
  if (revision < start_) return false;
  for (const auto& read : reads) {
    const auto it = last_.find(key_of(read));
    if (it != last_.end() && it->second > revision) return false;
  }
  return true;
}

void RecentChanges::restart(Revision head) {
  start_ = head;
  last_.clear();
  order_.clear();
}

}  // namespace gatefold::engine
