// What the source of an event from elsewhere lacks, said in annotations of the event.
#pragma once

#include <string_view>

#include "storage/event.h"

namespace gatefold::engine {

// The audit annotation that says what the source of an event lacks.
inline constexpr std::string_view kGapAnnotation = "audit.gatefold.dev/gap";
// Beside it where that is the object itself: the one that stands in is the last that was known, or
// what was asked for. Whoever asks what an object was takes such a version as one without a body;
// the object has the annotation, too, with what is lacking.
inline constexpr std::string_view kStandInAnnotation = "audit.gatefold.dev/stand-in";

// The audit annotation of an event that was imported with another number.
inline constexpr std::string_view kOriginalRevision = "history.gatefold.dev/original-revision";
// Whether it came with a history from elsewhere (engine/foreign_history.h).
bool is_foreign(const storage::Event& event);

// Both append to what is said already.
void add_gap(storage::Event& event, std::string_view what);
void add_body_gap(storage::Event& event, std::string_view what);
bool has_gap(const storage::Event& event);
// What is lacking of an object that stands in; empty for all others. Lives as long as the event.
std::string_view body_gap(const storage::Event& event);

}  // namespace gatefold::engine
