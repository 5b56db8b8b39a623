// Who owns which fields after a write (spec R17.4, R17.7, R17.14, R18.4, R18.6, R18.11): pure; the
// caller reads the managers from the object's metadata and writes them back.
#pragma once

#include <expected>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/apply/field_set.h"
#include "engine/apply/field_type.h"
#include "schema/status.h"
#include "schema/value.h"

namespace gatefold::engine {

struct ManagedSet {
  std::string api_version;  // in which `fields` are named
  bool applied = false;
  FieldSet fields;
  bool operator==(const ManagedSet&) const = default;
};

// By the manager's identity, a text that means nothing here.
using Managers = std::map<std::string, ManagedSet, std::less<>>;

struct ApplyConflict {
  std::string manager;
  FieldPath path;
};
using ApplyConflicts = std::vector<ApplyConflict>;  // by manager, then in the order of the set

struct Applied {
  std::optional<Value> object;  // nothing: it equals the live one
  Managers managers;
};

class Updater {
 public:
  // The type of the object at an apiVersion; nothing: there is no such version any more, and what
  // was owned in it is forgotten. The same object has every version's form: conversion of the kinds
  // that are served changes apiVersion alone, which is no matter of ownership.
  using TypeAt = std::function<std::optional<FieldType>(std::string_view api_version)>;
  // By apiVersion, the trees that a request through it never owns (R17.14).
  using ResetFields = std::map<std::string, FieldSet, std::less<>>;

  // `reset_fields` outlives it, and what `type_at` refers to as well.
  Updater(TypeAt type_at, const ResetFields& reset_fields)
      : type_at_(std::move(type_at)), reset_fields_(reset_fields) {}

  // After a create, update or patch: `manager` owns what `next` adds to `live` or changes in it,
  // and the others no longer what was changed or removed. `live` is null or bare of all but its
  // names for a create. Both are valid at `version`, duplicates allowed. kUnknown where they
  // aren't.
  Result<Managers> update(const Value& live, const Value& next, std::string_view version,
                          Managers managers, std::string_view manager) const;

  // Merges `config` into `live`, removes what `manager` applied before and nobody owns now, and
  // gives `manager` exactly the fields of `config`. Refused where others own fields that would
  // change, unless `force`, which takes them. `config` is valid at `version`, without duplicates.
  std::expected<Applied, std::variant<ApplyConflicts, Status>> apply(
      const Value& live, const Value& config, std::string_view version, Managers managers,
      std::string_view manager, bool force) const;

 private:
  TypeAt type_at_;
  const ResetFields& reset_fields_;
};

// apiVersion, kind, metadata and those members of it that nobody owns (R17.13); to be subtracted
// from what a write gave its manager.
const FieldSet& untracked_fields();

}  // namespace gatefold::engine
