// Which writers of a history are the controller that is under test in a replay. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "schema/status.h"

namespace gatefold::engine {

struct WriterPattern {
  enum class Part { kUser, kFieldManager, kUserAgent };
  Part part = Part::kFieldManager;
  std::string glob;  // `*` is any text; everything else is itself
};

// `user=PATTERN`, `fieldManager=PATTERN` or `userAgent=PATTERN`. kBadRequest says what is wrong.
Result<WriterPattern> parse_writer_pattern(std::string_view text);

// Whether all of `text` is what the pattern says.
bool matches_glob(std::string_view glob, std::string_view text);

// Empty: nobody is.
class UnderTest {
 public:
  UnderTest() = default;
  explicit UnderTest(std::vector<WriterPattern> patterns) : patterns_(std::move(patterns)) {}

  // One pattern that fits is enough.
  bool wrote(std::string_view user, std::string_view field_manager,
             std::string_view user_agent) const;
  bool empty() const { return patterns_.empty(); }

 private:
  std::vector<WriterPattern> patterns_;
};

}  // namespace gatefold::engine
