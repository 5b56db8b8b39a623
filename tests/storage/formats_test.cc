// The bytes on disk: the worked example of storage/README.md is what is written, and is read back.
#include <cstdlib>
#include <fstream>
#include <iterator>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "storage/keyspace.h"
#include "storage/records.h"
#include "tests/storage/raw_database.h"
#include "tests/storage/scratch.h"

namespace gatefold::test {
namespace {

using Rows = std::vector<std::pair<std::string, std::string>>;

std::string escaped(std::string_view bytes) {
  if (bytes.empty()) return "-";
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte == 0) {
      text += "\\0";
    } else if (byte > 0x20 && byte < 0x7f && c != '\\') {
      text += c;
    } else {
      text += fmt::format("\\x{:02x}", byte);
    }
  }
  return text;
}

std::string unescaped(std::string_view text) {
  std::string bytes;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '\\') {
      bytes += text[at];
    } else if (text[++at] == '0') {
      bytes += '\0';
    } else {
      bytes += static_cast<char>(std::stoi(std::string(text.substr(at + 1, 2)), nullptr, 16));
      at += 2;
    }
  }
  return bytes;
}

constexpr std::string_view kFamiliesShown[] = {"log",      "bodies",      "current",
                                               "versions", "transitions", "index"};

// One event: the thing `a` appears, with a condition.
std::string written_rows() {
  const ScratchDirectory directory;
  {
    const auto store = open_store(directory.path());
    Writer writer(*store);
    writer.put("a", "1", {{"tier", "edge"}},
               {{.path = "status.conditions",
                 .type = "Ready",
                 .old_status = "",
                 .new_status = "True",
                 .reason = "Works",
                 .message = "",
                 .observed_generation = 1,
                 .transition_time = {1}}});
  }
  const RawDatabase raw(directory.path());
  std::string text;
  for (const auto family : kFamiliesShown) {
    for (const auto& [key, value] : raw.rows(std::string(family))) {
      text += fmt::format("{} {} {}\n", family, escaped(key), escaped(value));
    }
  }
  return text;
}

constexpr const char* kReadme = GATEFOLD_SOURCE_DIR "/storage/README.md";
constexpr std::string_view kOpening = "```text\n";

// The README's example; GATEFOLD_BLESS=1 puts `blessed` in its place first.
std::string documented_rows(const std::string& blessed = "") {
  std::ifstream in(kReadme);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  const auto opening = text.find(kOpening);
  REQUIRE(opening != std::string::npos);
  const auto begin = opening + kOpening.size();
  const auto end = text.find("```", begin);
  const char* bless = std::getenv("GATEFOLD_BLESS");
  if (blessed.empty() || bless == nullptr || std::string_view(bless) != "1") {
    return text.substr(begin, end - begin);
  }
  std::ofstream(kReadme) << text.replace(begin, end - begin, blessed);
  return blessed;
}

// The value of the first row of a family in the documented block.
std::string value_of(const std::string& rows, std::string_view family) {
  const auto line = rows.find(fmt::format("{} ", family));
  REQUIRE(line != std::string::npos);
  const auto key = rows.find(' ', line) + 1;
  const auto value = rows.find(' ', key) + 1;
  return unescaped(rows.substr(value, rows.find('\n', value) - value));
}

}  // namespace

TEST_CASE("the worked example is what is written") {
  const auto written = written_rows();
  CHECK(documented_rows(written) == written);
}

TEST_CASE("the worked example says what happened") {
  const auto rows = documented_rows();
  const auto log = value_of(rows, "log");
  const auto row = storage::parse_log_row(log);
  REQUIRE(row.has_value());
  const auto record = storage::decode_record(row->record);
  REQUIRE(record.has_value());
  const auto& event = record->event;
  CHECK(event.revision == Revision{1});
  CHECK(event.type == storage::EventType::kAdded);
  CHECK(event.key == thing("a"));
  CHECK(event.labels == Labels{{"tier", "edge"}});
  CHECK(event.actor.user == "tester");
  REQUIRE(event.transitions.size() == 1);
  CHECK(event.transitions[0].type == "Ready");
  CHECK(event.transitions[0].new_status == "True");

  const auto current = storage::decode_current_row(thing("a"), value_of(rows, "current"));
  REQUIRE(current.has_value());
  CHECK(current->revision == Revision{1});
  CHECK(current->body == thing_body("a", "1"));
}

}  // namespace gatefold::test
