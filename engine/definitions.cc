#include "engine/definitions.h"

#include <utility>

#include <spdlog/spdlog.h>

#include "engine/known_definitions.h"
#include "schema/definition_names.h"
#include "schema/json.h"
#include "schema/meta.h"

namespace gatefold::engine {

KindPtr served_kind(const Value& definition) {
  if (!is_established(definition)) return nullptr;
  auto known = known_kind(definition);
  auto kind = known == nullptr ? parse_kind(definition) : Result<KindPtr>(std::move(known));
  if (!kind) {
    // It was admitted, so this is a defect; the other kinds go on.
    spdlog::error("the definition {} can't be served: {}", name_of(definition),
                  kind.error().message);
    return nullptr;
  }
  if (!is_deleting(definition)) return std::move(*kind);
  Kind terminating = **kind;
  terminating.terminating = true;
  return std::make_shared<const Kind>(std::move(terminating));
}

Definitions::Definitions(CatalogPtr compiled_in)
    : compiled_in_(std::move(compiled_in)), catalog_(compiled_in_) {}

Result<void> Definitions::load(const storage::Snapshot& snapshot) {
  served_.clear();
  auto read = snapshot.scan(kDefinitions, "", std::nullopt, [&](const storage::RowView& row) {
    put(std::string(row.name), row.body);
    return true;
  });
  compose();
  if (!read) return read;
  const auto changed = snapshot.last_change(kDefinitions);
  if (!changed) return std::unexpected(changed.error());
  since_ = *changed;
  return {};
}

bool Definitions::note(const storage::Event& event, std::string_view body) {
  if (event.key.resource != kDefinitions) return false;
  since_ = event.revision;
  const bool changed = event.type == storage::EventType::kDeleted
                           ? served_.erase(event.key.name) > 0
                           : put(event.key.name, body);
  if (changed) compose();
  return changed;
}

// Whether what is served under the name changed.
bool Definitions::put(const std::string& name, std::string_view body) {
  const auto parsed = parse_json(body);
  auto kind = parsed ? served_kind(parsed->value) : nullptr;
  if (kind == nullptr || compiled_in_->find_resource(kind->resource) != nullptr) {
    return served_.erase(name) > 0;
  }
  served_.insert_or_assign(name, std::move(kind));
  return true;
}

void Definitions::compose() {
  auto kinds = compiled_in_->kinds();
  for (const auto& [name, kind] : served_) kinds.push_back(kind);
  catalog_ = std::make_shared<const Catalog>(std::move(kinds));
}

}  // namespace gatefold::engine
