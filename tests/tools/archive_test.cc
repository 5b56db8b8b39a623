// Histories that leave as one file and come back, and audit logs that become histories.
#include "tools/gatefold/archive.h"

#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "engine/foreign_history.h"
#include "engine/history.h"
#include "schema/json.h"
#include "storage/redact.h"
#include "storage/verify.h"
#include "tests/storage/scratch.h"
#include "tools/gatefold/import_audit.h"
#include "tools/gatefold/import_history.h"
#include "tools/gatefold/new_directory.h"

namespace gatefold::test {
namespace {

using tools::ArchiveForm;

engine::View view_of(const storage::Store& store) {
  engine::View view;
  view.head = store.head();
  view.snapshot = store.snapshot();
  view.incarnation = store.incarnation();
  return view;
}

std::vector<std::string> lines_of(const storage::Store& store, engine::LogQuery query = {}) {
  query.bodies = true;
  std::vector<std::string> lines;
  const auto read = engine::log_lines(view_of(store), query, {},
                                      [&](std::string_view line) { lines.emplace_back(line); });
  REQUIRE(read.has_value());
  return lines;
}

std::string exported(const storage::Store& store, ArchiveForm form, Revision after = {}) {
  const auto head = store.head();
  const auto provenance = store.snapshot()->provenance(head.revision);
  REQUIRE(provenance.has_value());
  std::ostringstream out;
  tools::ArchiveWriter writer(out, form,
                              {.is_whole = after.number == 0 && provenance->is_whole,
                               .after = after,
                               .until = head.revision,
                               .chain = provenance->chain,
                               .incarnation = provenance->incarnation,
                               .channel = provenance->channel,
                               .only = {}});
  engine::LogQuery query;
  query.after = after;
  for (const auto& line : lines_of(store, query)) REQUIRE(writer.add(line).has_value());
  REQUIRE(writer.finish().has_value());
  return out.str();
}

Result<void> import(const std::string& file, storage::Store& store) {
  std::istringstream in(file);
  auto reader = tools::ArchiveReader::open(in);
  if (!reader) return std::unexpected(std::move(reader.error()));
  return tools::import_history(*reader, store, {});
}

// Events with everything that a record has, in a random order.
void write_random_history(storage::Store& store, unsigned seed) {
  std::mt19937 random(seed);
  Writer writer(store);
  for (int step = 0; step < 300; ++step) {
    const auto name = fmt::format("thing-{}", random() % 12);
    const auto current = store.snapshot()->get(thing(name));
    REQUIRE(current.has_value());
    auto type = storage::EventType::kAdded;
    if (*current) {
      type = random() % 6 == 0 ? storage::EventType::kDeleted : storage::EventType::kModified;
    }
    const auto value =
        fmt::format("{} \"quoted\" \u00e9\n{}", random(), std::string(random() % 900, 'v'));
    auto entry = writer.prepare(name, value, type,
                                {{"tier", fmt::format("{}", random() % 3)}, {"body", "b"}});
    auto event = entry.prepared.event;
    event.time.ns = 1'700'000'000'123'456'789 + static_cast<std::int64_t>(random());
    event.generation = {static_cast<std::int64_t>(random() % 9)};
    event.fields = {{"spec.value", fmt::format("{}", random() % 2)}};
    if (random() % 3 == 0) event.owner_uids = {event.uid, uid_for_index("no uid")};
    event.actor = {"ann", random() % 2 == 0 ? "" : "agent/1", "manager", "patch",
                   random() % 2 == 0 ? "" : "status"};
    if (random() % 2 == 0) {
      event.transitions = {{"status.listeners[a \"b\"].conditions",
                            "Ready",
                            "",
                            "True",
                            "Because",
                            "it is\nso",
                            7,
                            {event.time.ns - 1}},
                           {"status.conditions", "Gone", "True", "", "", "", 0, {}}};
    }
    if (random() % 4 == 0) event.repairs = {{"restamped", "status.conditions", "Ready", {1}, {2}}};
    if (random() % 4 == 0) event.audit_annotations = {{"z/k", "v"}, {"a/k", ""}};
    event.deleting = random() % 5 == 0;
    if (random() % 5 == 0) event.expiry = {event.time.ns + 12'345};
    if (random() % 7 == 0) event.schema_id.clear();
    entry.prepared = storage::prepare_event(std::move(event), entry.prepared.body, {});
    REQUIRE(store.commit({&entry, 1}, {}).outcome == storage::CommitOutcome::kCommitted);
  }
}

TEST_CASE("a history is the same after export and import") {
  const auto seed = GENERATE(1U, 2U, 3U);
  const auto form = GENERATE(ArchiveForm::kJsonLines, ArchiveForm::kFlatBuffers);
  const ScratchDirectory directory;
  const auto source = open_store(directory.path() / "source");
  write_random_history(*source, seed);
  const auto file = exported(*source, form);
  const auto copy = open_store(directory.path() / "copy");
  const auto imported = import(file, *copy);
  INFO((imported ? "" : imported.error().message));
  REQUIRE(imported.has_value());
  CHECK(copy->head().revision == source->head().revision);
  CHECK(copy->head().chain == source->head().chain);
  CHECK(copy->incarnation() != source->incarnation());
  CHECK(storage::verify(*copy).findings.empty());
  CHECK(lines_of(*copy) == lines_of(*source));
  CHECK(exported(*copy, form) == file);
}

TEST_CASE("what is written after an import comes from the copy") {
  const ScratchDirectory directory;
  const auto source = open_store(directory.path() / "source");
  Writer(*source).put("a", "one");
  const auto copy = open_store(directory.path() / "copy");
  REQUIRE(import(exported(*source, ArchiveForm::kJsonLines), *copy).has_value());
  Writer(*copy).put("a", "two");
  const auto snapshot = copy->snapshot();
  CHECK(snapshot->provenance({1})->incarnation == source->incarnation());
  CHECK(snapshot->provenance({2})->incarnation == copy->incarnation());
}

TEST_CASE("a file that is cut off or altered anywhere is refused") {
  const auto form = GENERATE(ArchiveForm::kJsonLines, ArchiveForm::kFlatBuffers);
  const ScratchDirectory directory;
  const auto source = open_store(directory.path() / "source");
  Writer writer(*source);
  for (int i = 0; i < 3; ++i) writer.put("a", std::to_string(i));
  const auto file = exported(*source, form);
  int number = 0;
  const auto is_refused = [&](const std::string& damaged) {
    const auto copy = open_store(directory.path() / fmt::format("copy-{}", number++));
    return !import(damaged, *copy).has_value();
  };
  for (std::size_t size = 0; size < file.size(); size += 101) {
    INFO(size);
    CHECK(is_refused(file.substr(0, size)));
  }
  for (std::size_t at = 5; at < file.size(); at += 97) {
    auto damaged = file;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    INFO(at);
    CHECK(is_refused(damaged));
  }
  CHECK(is_refused(file + "more"));
}

// A file on a disk that fails.
class FailingFile : public std::streambuf {
 public:
  explicit FailingFile(std::string readable) : readable_(std::move(readable)) {
    setg(readable_.data(), readable_.data(), readable_.data() + readable_.size());
  }

 private:
  int_type underflow() override { throw std::ios_base::failure("the disk"); }

  std::string readable_;
};

TEST_CASE("a disk that fails is no file that is cut off") {
  const auto form = GENERATE(ArchiveForm::kJsonLines, ArchiveForm::kFlatBuffers);
  const ScratchDirectory directory;
  const auto source = open_store(directory.path() / "source");
  Writer(*source).put("a", "one");
  const auto file = exported(*source, form);
  for (const auto size : {std::size_t{0}, file.size() / 4, file.size() / 2, file.size() - 1}) {
    INFO(size);
    FailingFile failing(file.substr(0, size));
    std::istream in(&failing);
    const auto read_all = [&]() -> Status {
      auto reader = tools::ArchiveReader::open(in);
      if (!reader) return reader.error();
      for (;;) {
        auto line = reader->next();
        if (!line) return line.error();
        if (!*line) return {};
      }
    };
    const auto status = read_all();
    CHECK(status.reason == Reason::kServiceUnavailable);
    CHECK(status.message == "the file can't be read");
  }
}

TEST_CASE("a part of a history gets new numbers and remembers the old ones") {
  const ScratchDirectory directory;
  const auto source = open_store(directory.path() / "source");
  Writer writer(*source);
  writer.put("a", "one");
  writer.put("b", "one");
  writer.put("a", "two");
  writer.remove("b");
  const auto copy = open_store(directory.path() / "copy");
  const auto imported = import(exported(*source, ArchiveForm::kJsonLines, {2}), *copy);
  INFO((imported ? "" : imported.error().message));
  REQUIRE(imported.has_value());
  CHECK(storage::verify(*copy).findings.empty());
  // The definition that stands in, then `a`, then `b` as it went, which appears first.
  REQUIRE(copy->head().revision.number == 4);
  const auto snapshot = copy->snapshot();
  CHECK((**snapshot->event({1})).key.name == "things.example.org");
  const auto first = **snapshot->event({2});
  CHECK(first.type == storage::EventType::kAdded);
  CHECK(first.audit_annotations.front().value == "3");
  CHECK(engine::has_gap(first));
  CHECK((**snapshot->event({3})).type == storage::EventType::kAdded);
  const auto last = **snapshot->event({4});
  CHECK(last.type == storage::EventType::kDeleted);
  CHECK(last.previous == Revision{3});
}

TEST_CASE("what is no longer kept is a gap where it is imported") {
  const ScratchDirectory directory;
  const auto source = open_store(directory.path() / "source");
  Writer writer(*source);
  for (int i = 0; i < 4; ++i) writer.put("a", std::string(2000, static_cast<char>('k' + i)));
  const storage::Retention retention{.records = {}, .bodies = {.age_ns = 1}};
  while (*source->trim("things.example.org", retention, {1'000'000})) {
  }
  CHECK(!source->snapshot()->provenance({4})->is_whole);
  const auto copy = open_store(directory.path() / "copy");
  const auto imported = import(exported(*source, ArchiveForm::kFlatBuffers), *copy);
  INFO((imported ? "" : imported.error().message));
  REQUIRE(imported.has_value());
  CHECK(storage::verify(*copy).findings.empty());
  const auto snapshot = copy->snapshot();
  CHECK(engine::has_gap(**snapshot->event({3})));
  CHECK(*snapshot->body({5}) == *source->snapshot()->body({4}));
}

TEST_CASE("what stands in for an object is never another life's") {
  const ScratchDirectory directory;
  const auto source = open_store(directory.path() / "source");
  Writer writer(*source);
  writer.put("a", "one");
  writer.put("a", "two");
  auto lines = lines_of(*source);
  auto second = parse_json(lines.at(1))->value.as_object();
  const std::string uid = "3bae8a0b-b4d0-4fe3-b54b-59dc4efc3448";
  second["object"].as_object()["uid"] = uid;
  second["type"] = "ADDED";
  second.erase("body");
  second["bodyGap"] = "no longer kept";
  std::ostringstream file;
  tools::ArchiveWriter archive(
      file, ArchiveForm::kJsonLines,
      {.is_whole = false, .until = {2}, .incarnation = std::string(16, '0')});
  REQUIRE(archive.add(lines.at(0)).has_value());
  REQUIRE(archive.add(to_json(second)).has_value());
  REQUIRE(archive.finish().has_value());
  const auto copy = open_store(directory.path() / "copy");
  const auto imported = import(file.str(), *copy);
  INFO((imported ? "" : imported.error().message));
  REQUIRE(imported.has_value());
  // Behind the definition and the first life with its end.
  const auto snapshot = copy->snapshot();
  CHECK((**snapshot->event({3})).type == storage::EventType::kDeleted);
  const auto body = parse_json(*snapshot->body({4}))->value;
  CHECK(string_at(body, {"metadata", "uid"}) == uid);
  CHECK(find(body, "spec") == nullptr);
}

TEST_CASE("what was redacted is a gap where it is imported, and the telling of it comes along") {
  const auto form = GENERATE(ArchiveForm::kJsonLines, ArchiveForm::kFlatBuffers);
  const ScratchDirectory directory;
  const auto source = open_store(directory.path() / "source");
  Writer writer(*source);
  writer.put("a", "a leaked key");
  writer.put("a", "safe");
  storage::RedactRequest asked;
  asked.key = thing("a");
  asked.from = asked.until = {1};
  asked.reason = "leaked";
  asked.now = {5};
  REQUIRE(storage::redact(*source, asked).has_value());
  CHECK(!source->snapshot()->provenance({2})->is_whole);
  const auto file = exported(*source, form);
  CHECK(file.find("leaked key") == std::string::npos);
  const auto copy = open_store(directory.path() / "copy");
  const auto imported = import(file, *copy);
  INFO((imported ? "" : imported.error().message));
  REQUIRE(imported.has_value());
  CHECK(storage::verify(*copy).findings.empty());
  // The definition that stands in, both versions, the telling.
  REQUIRE(copy->head().revision == Revision{4});
  const auto snapshot = copy->snapshot();
  CHECK(!engine::body_gap(**snapshot->event({2})).empty());
  CHECK(!engine::has_gap(**snapshot->event({3})));
  CHECK(*snapshot->body({3}) == thing_body("a", "safe"));
  CHECK((**snapshot->event({4})).key.resource == storage::kRedactions);
  CHECK(!snapshot->provenance({4})->is_whole);
}

TEST_CASE("a directory has its name only once it is whole") {
  const ScratchDirectory directory;
  const auto wanted = directory.path() / "new";
  {
    const auto made = tools::NewDirectory::begin(wanted);
    REQUIRE(made.has_value());
    // As before a store is opened in it, or where a backup is put there without one.
    const auto file = (*made)->path() / "file";
    std::ofstream(file) << "restored";
    CHECK(tools::NewDirectory::begin(wanted).error().reason == Reason::kServiceUnavailable);
    CHECK(std::filesystem::exists(file));
    REQUIRE((*made)->open(Channel::kExperimental).has_value());
    CHECK(!std::filesystem::exists(wanted));
    CHECK(!tools::NewDirectory::begin(wanted).has_value());  // it is being made
  }
  CHECK(std::filesystem::is_empty(directory.path()));
  std::filesystem::create_directories(directory.path() / "new.unfinished/of/a/killed/process");
  const auto made = tools::NewDirectory::begin(wanted);
  REQUIRE(made.has_value());
  CHECK(std::filesystem::is_empty((*made)->path()));
  const auto store = (*made)->open(Channel::kExperimental);
  REQUIRE(store.has_value());
  Writer(**store).put("a", "one");
  REQUIRE((*made)->finish().has_value());
  CHECK(open_store(wanted)->head().revision.number == 1);
  CHECK(open_store(wanted)->channel() == Channel::kExperimental);
  CHECK(!tools::NewDirectory::begin(wanted).has_value());
}

}  // namespace
}  // namespace gatefold::test
