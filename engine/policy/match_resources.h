// Which writes a policy or a binding looks at (admissionregistration.k8s.io/v1 MatchResources).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schema/kind.h"
#include "schema/selector.h"
#include "schema/value.h"

namespace gatefold::engine {

inline constexpr std::string_view kNamespaces = "namespaces";

// What a write is, as far as rules ask. Views into what the caller keeps.
struct WriteAttributes {
  std::string_view operation;  // CREATE, UPDATE or DELETE
  const Kind* kind = nullptr;
  std::string_view version;      // of the request
  std::string_view subresource;  // empty: the object itself
  std::string_view name;         // empty: it will be generated
  std::string_view name_space;   // of a namespace itself: its name, empty while it is created
};

struct ResourceRule {
  std::vector<std::string> groups;
  std::vector<std::string> versions;
  std::vector<std::string> operations;
  std::vector<std::string> resources;
  std::vector<std::string> names;
  std::string scope;
};

struct MatchResources {
  std::vector<ResourceRule> rules;  // none: all writes
  std::vector<ResourceRule> excluded;
  bool is_exact = false;  // versions count as they are written
  LabelSelector namespaces;
  LabelSelector objects;
};

// Of an object that policy_rules.h has nothing against.
MatchResources match_resources_of(const Value& document);

// The version of the kind that the rules take the write for, its own where they can; nothing where
// they do not look at it. Labels are not asked.
std::optional<std::string_view> matched_version(const MatchResources& match,
                                                const WriteAttributes& write);

// What the selectors say. `name_space` is the object of the namespace, nullptr where the write is
// of no namespace; for a namespace itself its object counts. `object` is nullptr for deletions,
// `old_object` for creates.
bool selectors_match(const MatchResources& match, const WriteAttributes& write,
                     const Value* name_space, const Value* object, const Value* old_object);

}  // namespace gatefold::engine
