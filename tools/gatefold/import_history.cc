#include "tools/gatefold/import_history.h"

#include <optional>
#include <utility>

#include <fmt/format.h>

#include "engine/foreign_history.h"
#include "schema/json.h"
#include "storage/redact.h"

namespace gatefold::tools {
namespace {

std::unexpected<Status> wrong(Revision revision, std::string_view what) {
  return failure(Reason::kInternalError,
                 fmt::format("corruption: revision {} of the history: {}", revision.number, what));
}

Result<void> add_whole(storage::HistoryWriter& writer, engine::ExactLine line) {
  const auto revision = line.event.revision;
  if (revision != writer.next()) {
    return wrong(writer.next(), fmt::format("revision {} stands there", revision.number));
  }
  if (line.body == nullptr) {
    return unavailable(fmt::format("revision {} has no object ({}), and can't be imported",
                                   revision.number, line.body_gap));
  }
  return writer.add(std::move(line.event), std::move(line.body));
}

// An object of which nothing is kept but what its record says.
std::string bare(const storage::Event& event) {
  JsonObject metadata{{"name", event.key.name}, {"uid", to_string(event.uid)}};
  if (!event.key.name_space.empty()) metadata["namespace"] = event.key.name_space;
  return canonical_json(JsonObject{
      {"apiVersion", event.group.empty() ? event.version : event.group + "/" + event.version},
      {"kind", event.kind},
      {"metadata", std::move(metadata)}});
}

Result<void> add_part(engine::ForeignHistory& history, engine::ExactLine line) {
  auto& event = line.event;
  event.audit_annotations.push_back(
      {std::string(engine::kOriginalRevision), to_string(event.revision)});
  if (line.body == nullptr) {
    engine::add_body_gap(event, line.body_gap);
    auto current = history.current(event.key);
    if (!current) return std::unexpected(std::move(current.error()));
    const bool goes_on = *current && (*current)->uid == event.uid;
    line.body = std::make_shared<const std::string>(goes_on ? (*current)->body : bare(event));
  }
  // Events that tell of redactions are of no kind.
  if (event.key.resource != storage::kRedactions) {
    if (auto kind = history.kind_of(event); !kind) return std::unexpected(std::move(kind.error()));
  }
  return history.add(std::move(event), std::move(line.body));
}

Result<void> check_head(const ArchiveHeader& header, const storage::Head& head) {
  if (head.revision != header.until) {
    return wrong(head.revision,
                 fmt::format("it is the last one, but {} should be", header.until.number));
  }
  if (head.chain != header.chain) {
    return wrong(head.revision, "the chain is not the one that was exported");
  }
  return {};
}

}  // namespace

Result<void> import_history(ArchiveReader& reader, storage::Store& store,
                            const std::function<void(std::uint64_t)>& progress) {
  storage::HistoryWriter writer(store);
  std::optional<engine::ForeignHistory> foreign;
  if (!reader.header().is_whole) foreign.emplace(writer);
  for (;;) {
    auto line = reader.next();
    if (!line) return std::unexpected(std::move(line.error()));
    if (!*line) break;
    auto added =
        foreign ? add_part(*foreign, std::move(**line)) : add_whole(writer, std::move(**line));
    if (!added) return added;
    if (progress) progress(reader.events());
  }
  if (auto finished = writer.finish(); !finished) return finished;
  if (foreign) return {};
  if (auto checked = check_head(reader.header(), store.head()); !checked) return checked;
  return store.note_origin(reader.header().incarnation);
}

}  // namespace gatefold::tools
