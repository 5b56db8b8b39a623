// A history in one file, in either of two forms, written and read as a stream; storage/README.md
// says what stands where. The first entry says what the file holds, the last one proves that it is
// whole: a file that is cut off, or altered in any byte, is found.
#pragma once

#include <cstdint>
#include <istream>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

#include "engine/exact_line.h"
#include "schema/channel.h"
#include "schema/status.h"
#include "schema/value.h"
#include "storage/prepared_event.h"

namespace gatefold::tools {

enum class ArchiveForm { kJsonLines, kFlatBuffers };

// What the file holds.
struct ArchiveHeader {
  // Every event up to `until`: their revisions and the chain are kept where they are imported.
  bool is_whole = true;
  Revision after;  // events in (after, until]
  Revision until;
  storage::Chain chain{};   // behind `until`
  std::string incarnation;  // of the directory in which `until` was committed first
  Channel channel = Channel::kStandard;
  JsonObject only;  // the filters of what is not whole
};

class ArchiveWriter {
 public:
  // Writes the header. The stream outlives the writer.
  ArchiveWriter(std::ostream& out, ArchiveForm form, const ArchiveHeader& header);
  // An event as engine::log_lines tells it with bodies.
  Result<void> add(std::string_view line);
  // Writes the proof; the error says that the stream took less than everything.
  Result<void> finish();
  std::uint64_t events() const { return events_; }

 private:
  void put(std::string_view entry);

  std::ostream& out_;
  ArchiveForm form_;
  storage::Chain proof_{};
  std::uint64_t events_ = 0;
};

class ArchiveReader {
 public:
  // Reads the header; the form is that of the file. The stream outlives the reader.
  static Result<ArchiveReader> open(std::istream& in);
  const ArchiveHeader& header() const { return header_; }
  // The next event; nothing behind the last one, once the proof held. Errors name the entry.
  Result<std::optional<engine::ExactLine>> next();
  std::uint64_t events() const { return events_; }

 private:
  explicit ArchiveReader(std::istream& in) : in_(&in) {}
  Result<std::string> take();
  Result<std::string> take_line();
  Result<std::string> take_frame();
  Result<engine::ExactLine> take_record(std::string_view record);
  Result<void> check_end(std::string_view entry);
  std::unexpected<Status> wrong(std::string_view what) const;
  std::unexpected<Status> ended() const;

  std::istream* in_;
  ArchiveForm form_ = ArchiveForm::kJsonLines;
  ArchiveHeader header_;
  storage::Chain proof_{};
  std::uint64_t entries_ = 0;
  std::uint64_t events_ = 0;
};

}  // namespace gatefold::tools
