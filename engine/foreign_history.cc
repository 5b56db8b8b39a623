#include "engine/foreign_history.h"

#include <algorithm>
#include <utility>

#include "engine/stand_in.h"
#include "schema/json.h"

namespace gatefold::engine {

using storage::EventType;

namespace {

// Who reads the object alone, by GET, LIST or watch, sees nothing of its event.
storage::Body marked(const std::string& body, std::string_view gap) {
  auto parsed = parse_json(body);
  if (!parsed || !parsed->value.is_object()) return std::make_shared<const std::string>(body);
  auto& object = parsed->value.as_object();
  object_member(object_member(object, "metadata"), "annotations")[kStandInAnnotation] = gap;
  return std::make_shared<const std::string>(canonical_json(parsed->value));
}

}  // namespace

ForeignHistory::ForeignHistory(storage::HistoryWriter& writer)
    : writer_(writer), definitions_(core_catalog()) {}

Result<KindPtr> ForeignHistory::kind_of(const storage::Event& event) {
  const auto found = [&]() -> KindPtr {
    for (const auto& kind : definitions_.catalog()->kinds()) {
      if (kind->resource == event.key.resource && !kind->is_view()) return kind;
    }
    return nullptr;
  };
  if (auto kind = found()) return kind;
  auto made = stand_in_definition(event);
  if (auto added = add(std::move(made.event), std::move(made.body)); !added) {
    return std::unexpected(std::move(added.error()));
  }
  auto kind = found();
  if (kind == nullptr) return internal_error("no definition stands in for " + event.key.resource);
  return kind;
}

Result<void> ForeignHistory::add(storage::Event event, storage::Body body) {
  auto before = current(event.key);
  if (!before) return std::unexpected(std::move(before.error()));
  const bool is_another = *before && (*before)->uid != event.uid;
  if (is_another) {
    storage::Event end = event;
    end.type = EventType::kDeleted;
    end.uid = (*before)->uid;
    end.labels = (*before)->labels;
    end.fields = (*before)->fields;
    end.owner_uids = (*before)->owner_uids;
    end.schema_id = (*before)->schema_id;
    end.deleting = (*before)->deleting;
    end.actor = {};
    end.transitions.clear();
    end.repairs.clear();
    end.audit_annotations.clear();
    add_gap(end, "the deletion, and who asked for it, are not in the source");
    auto last_body = std::make_shared<const std::string>((*before)->body);
    if (auto ended = put(std::move(end), std::move(last_body), *before); !ended) return ended;
    before->reset();
  }
  if (*before) {
    if (event.type == EventType::kAdded) event.type = EventType::kModified;
  } else if (event.type == EventType::kModified) {
    event.type = EventType::kAdded;
    add_gap(event, "the object was created before the source begins");
  } else if (event.type == EventType::kDeleted) {
    auto first = event;
    first.type = EventType::kAdded;
    first.actor = {};
    first.transitions.clear();
    first.repairs.clear();
    first.audit_annotations.clear();
    // What stands in for the last version stands in for the first one too.
    const auto add_its_gap = body_gap(event).empty() ? add_gap : add_body_gap;
    add_its_gap(first, "the object was created before the source begins; this is how it went");
    if (auto added = put(std::move(first), body, *before); !added) return added;
    before = current(event.key);
    if (!before) return std::unexpected(std::move(before.error()));
  }
  return put(std::move(event), std::move(body), *before);
}

Result<void> ForeignHistory::put(storage::Event event, storage::Body body,
                                 const std::optional<storage::StoredObject>& before) {
  event.previous = before ? before->revision : Revision{};
  event.previous_labels = before ? before->labels : event.labels;
  event.previous_fields = before ? before->fields : event.fields;
  if (const auto gap = body_gap(event); !gap.empty()) body = marked(*body, gap);
  const auto noted = event;
  if (auto added = writer_.add(std::move(event), body); !added) return added;
  definitions_.note(noted, *body);
  return {};
}

}  // namespace gatefold::engine
