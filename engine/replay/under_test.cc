#include "engine/replay/under_test.h"

#include <algorithm>

#include <fmt/format.h>

namespace gatefold::engine {

Result<WriterPattern> parse_writer_pattern(std::string_view text) {
  const auto split = text.find('=');
  const auto word = text.substr(0, split);
  using Part = WriterPattern::Part;
  for (const auto& [name, part] : {std::pair{"user", Part::kUser},
                                   {"fieldManager", Part::kFieldManager},
                                   {"userAgent", Part::kUserAgent}}) {
    if (word != name || split == std::string_view::npos || split + 1 == text.size()) continue;
    return WriterPattern{part, std::string(text.substr(split + 1))};
  }
  return bad_request(fmt::format(
      "a writer is user=PATTERN, fieldManager=PATTERN or userAgent=PATTERN, not {}", text));
}

bool matches_glob(std::string_view glob, std::string_view text) {
  std::size_t at = 0;
  std::size_t in_text = 0;
  // Where to go on when the last star has to take one more character.
  std::size_t star = std::string_view::npos;
  std::size_t taken = 0;
  while (in_text < text.size()) {
    if (at < glob.size() && glob[at] == '*') {
      star = at++;
      taken = in_text;
    } else if (at < glob.size() && glob[at] == text[in_text]) {
      ++at;
      ++in_text;
    } else if (star != std::string_view::npos) {
      at = star + 1;
      in_text = ++taken;
    } else {
      return false;
    }
  }
  return glob.substr(at).find_first_not_of('*') == std::string_view::npos;
}

bool UnderTest::wrote(std::string_view user, std::string_view field_manager,
                      std::string_view user_agent) const {
  return std::ranges::any_of(patterns_, [&](const WriterPattern& pattern) {
    using Part = WriterPattern::Part;
    const auto text = pattern.part == Part::kUser           ? user
                      : pattern.part == Part::kFieldManager ? field_manager
                                                            : user_agent;
    return matches_glob(pattern.glob, text);
  });
}

}  // namespace gatefold::engine
