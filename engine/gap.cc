#include "engine/gap.h"

#include <algorithm>
#include <string>

namespace gatefold::engine {
namespace {

auto annotation_of(auto& event, std::string_view key) {
  return std::ranges::find(event.audit_annotations, key, &storage::AuditAnnotation::key);
}

bool has(const storage::Event& event, std::string_view key) {
  return annotation_of(event, key) != event.audit_annotations.end();
}

}  // namespace

void add_gap(storage::Event& event, std::string_view what) {
  const auto gap = annotation_of(event, kGapAnnotation);
  if (gap == event.audit_annotations.end()) {
    event.audit_annotations.push_back({std::string(kGapAnnotation), std::string(what)});
  } else {
    gap->value.append("; ").append(what);
  }
}

void add_body_gap(storage::Event& event, std::string_view what) {
  add_gap(event, what);
  if (has(event, kStandInAnnotation)) return;
  event.audit_annotations.push_back({std::string(kStandInAnnotation), "true"});
}

bool has_gap(const storage::Event& event) {
  return has(event, kGapAnnotation);
}

bool is_foreign(const storage::Event& event) {
  return std::ranges::any_of(event.audit_annotations, [](const storage::AuditAnnotation& note) {
    return note.key.starts_with("audit.gatefold.dev/") || note.key == kOriginalRevision;
  });
}

std::string_view body_gap(const storage::Event& event) {
  if (!has(event, kStandInAnnotation)) return "";
  const auto gap = annotation_of(event, kGapAnnotation);
  return gap == event.audit_annotations.end() ? std::string_view("its source has no object")
                                              : std::string_view(gap->value);
}

}  // namespace gatefold::engine
