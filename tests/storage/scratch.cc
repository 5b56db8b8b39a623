#include "tests/storage/scratch.h"

#include <fstream>
#include <iterator>
#include <vector>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "schema/json.h"

namespace gatefold::test {
namespace {

using storage::EventType;

// Names differ in their uids, so that rows can be told apart.
Uid uid_for(const std::string& name) {
  Uid uid;
  for (std::size_t i = 0; i < name.size() && i < uid.bytes.size(); ++i) {
    uid.bytes.at(i) = static_cast<std::uint8_t>(name[i]);
  }
  return uid;
}

}  // namespace

ScratchDirectory::ScratchDirectory() {
  auto name = (std::filesystem::temp_directory_path() / "gatefold-test-XXXXXX").string();
  REQUIRE(mkdtemp(name.data()) != nullptr);
  path_ = name;
}

ScratchDirectory::~ScratchDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::unique_ptr<storage::Store> open_store(const std::filesystem::path& directory, bool refold) {
  auto store = storage::Store::open({.directory = directory, .refold = refold});
  if (!store) FAIL(store.error().message);
  return std::move(*store);
}

void flip_byte(const std::filesystem::path& file, std::uintmax_t at, std::uint8_t mask) {
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  REQUIRE(stream.is_open());
  stream.seekg(static_cast<std::streamoff>(at));
  const auto byte = stream.get();
  stream.seekp(static_cast<std::streamoff>(at));
  stream.put(static_cast<char>(byte ^ mask));
}

std::map<std::string, std::string> files_in(const std::filesystem::path& directory) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    const auto name = entry.path().filename().string();
    if (name.starts_with("LO") || name == "gatefold.pid") continue;
    std::ifstream in(entry.path(), std::ios::binary);
    files.emplace(name, std::string(std::istreambuf_iterator<char>(in), {}));
  }
  return files;
}

ObjectKey thing(const std::string& name) {
  return {"things.example.org", "default", name};
}

std::string thing_body(const std::string& name, const std::string& value) {
  return canonical_json(
      JsonObject{{"metadata", {{"name", name}, {"uid", to_string(uid_for(name))}}},
                 {"spec", {{"value", value}}}});
}

storage::BatchEntry Writer::prepare(const std::string& name, const std::string& value,
                                    EventType type, Labels labels) {
  const auto snapshot = store_.snapshot();
  auto current = snapshot->get(thing(name));
  REQUIRE(current.has_value());
  storage::Event event;
  event.type = type;
  event.group = "example.org";
  event.version = "v1";
  event.kind = "Thing";
  event.key = thing(name);
  event.uid = uid_for(name);
  event.labels = std::move(labels);
  event.actor.user = "tester";
  event.schema_id = "0123456789abcdef";
  event.time.ns = 1;
  storage::Frame frame;
  if (*current) {
    event.previous = (*current)->revision;
    event.previous_labels = (*current)->labels;
    frame = *snapshot->frame_of(**current);
  }
  auto body = std::make_shared<const std::string>(thing_body(name, value));
  return {storage::prepare_event(std::move(event), std::move(body), frame)};
}

Revision Writer::put(const std::string& name, const std::string& value, Labels labels,
                     std::vector<storage::Transition> transitions) {
  const auto current = store_.snapshot()->get(thing(name));
  REQUIRE(current.has_value());
  auto entry =
      prepare(name, value, *current ? EventType::kModified : EventType::kAdded, std::move(labels));
  if (!transitions.empty()) {
    auto event = entry.prepared.event;
    event.transitions = std::move(transitions);
    entry.prepared = storage::prepare_event(std::move(event), entry.prepared.body, {});
  }
  const auto result = store_.commit({&entry, 1}, {});
  REQUIRE(result.outcome == storage::CommitOutcome::kCommitted);
  return result.head.revision;
}

void Writer::put_many(const std::string& name, int count) {
  constexpr int kBatch = 500;
  for (int written = 0; written < count;) {
    std::vector<storage::BatchEntry> batch;
    for (int i = 0; i < kBatch && written < count; ++i, ++written) {
      batch.push_back(prepare(name, fmt::format("many {}", written), EventType::kModified));
      batch.back().previous_in_batch = i - 1;
    }
    REQUIRE(store_.commit(batch, {}).outcome == storage::CommitOutcome::kCommitted);
  }
}

Revision Writer::remove(const std::string& name) {
  auto entry = prepare(name, "gone", EventType::kDeleted);
  const auto result = store_.commit({&entry, 1}, {});
  REQUIRE(result.outcome == storage::CommitOutcome::kCommitted);
  return result.head.revision;
}

}  // namespace gatefold::test
