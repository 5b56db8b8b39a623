#include "tests/tidy/rules.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <set>

namespace gatefold::tidy {
namespace {

constexpr std::size_t kLinesMax = 600;
constexpr std::size_t kReadmeLinesMax = 80;
constexpr std::size_t kColumnsMax = 100;

// Leftmost first. Tests stand right of everything.
constexpr std::array<std::string_view, 6> kRooms = {"schema", "storage", "engine",
                                                    "api",    "tools",   "tests"};
constexpr std::array<std::string_view, 2> kSourceExtensions = {"h", "cc"};

std::optional<std::size_t> place_of(std::string_view room) {
  const auto found = std::ranges::find(kRooms, room);
  if (found == kRooms.end()) return std::nullopt;
  return static_cast<std::size_t>(found - kRooms.begin());
}

std::string_view room_of(std::string_view path) {
  return path.substr(0, path.find('/'));
}

bool is_source(const SourceFile& file) {
  return std::ranges::find(kSourceExtensions, extension_of(file.path)) != kSourceExtensions.end();
}

bool is_build_file(const SourceFile& file) {
  return file.path == "CMakeLists.txt" || file.path.ends_with("/CMakeLists.txt");
}

// Data and what programs wrote: their shape is not a matter of taste.
bool is_data(const SourceFile& file) {
  constexpr std::array<std::string_view, 3> kFolders = {"schema/kinds/", "tests/golden/",
                                                        "tests/fuzz/found/"};
  constexpr std::array<std::string_view, 6> kExtensions = {"json", "jsonl", "sum",
                                                           "mod",  "bin",   "table"};
  return std::ranges::find(kExtensions, extension_of(file.path)) != kExtensions.end() ||
         std::ranges::any_of(kFolders, [&](auto folder) { return file.path.starts_with(folder); });
}

// What an #include line names, with its first delimiter: `<vector` or `"schema/value.h`.
std::optional<std::string_view> included_by(std::string_view line) {
  if (!line.starts_with('#')) return std::nullopt;
  line.remove_prefix(std::min(line.size(), line.find_first_not_of("# \t")));
  if (!line.starts_with("include")) return std::nullopt;
  const std::size_t begin = line.find_first_of("<\"");
  if (begin == std::string_view::npos) return std::nullopt;
  return line.substr(begin, line.find_first_of(">\"", begin + 1) - begin);
}

struct Border {
  std::string_view prefix;
  std::array<std::string_view, 2> rooms;
};

constexpr std::array<Border, 4> kBorders = {{{"rocksdb/", {"storage", "tests"}},
                                             {"flatbuffers/", {"storage", "tests"}},
                                             {"boost/asio", {"api", "tools"}},
                                             {"boost/beast", {"api", "tools"}}}};

bool crosses_border(std::string_view room, std::string_view included) {
  if (room == "tests") return false;
  if (included.ends_with("_generated.h")) return room != "storage";
  return std::ranges::any_of(kBorders, [&](const Border& border) {
    return included.starts_with(border.prefix) &&
           std::ranges::find(border.rooms, room) == border.rooms.end();
  });
}

bool is_word_character(char character) {
  return std::isalnum(static_cast<unsigned char>(character)) != 0;
}

// The runs of letters and digits in `text`, in lower case.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words(1);
  for (const char character : text) {
    if (is_word_character(character)) {
      words.back() += static_cast<char>(std::tolower(static_cast<unsigned char>(character)));
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

// Whether `phrase`, in lower case and of whole words, stands in `line`.
bool says(std::string_view line, std::string_view phrase) {
  const auto words = words_of(line);
  const auto wanted = words_of(phrase);
  return !std::ranges::search(words, wanted).empty();
}

// Characters, not bytes: UTF-8's continuation bytes don't count.
std::size_t columns_of(std::string_view line) {
  return static_cast<std::size_t>(std::ranges::count_if(
      line, [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }));
}

void append(Findings& all, const Findings& more) {
  all.insert(all.end(), more.begin(), more.end());
}

// The numbers of the lines that hold a piece of a raw string literal.
std::set<std::size_t> raw_string_lines(std::string_view text) {
  std::set<std::size_t> raw;
  const auto line_at = [&](std::size_t at) {
    return 1 + static_cast<std::size_t>(std::ranges::count(text.substr(0, at), '\n'));
  };
  std::size_t begin = text.find("R\"");
  while (begin != std::string_view::npos) {
    const std::size_t open = text.find('(', begin);
    if (open == std::string_view::npos) break;
    const std::string close = ')' + std::string(text.substr(begin + 2, open - begin - 2)) + '"';
    const std::size_t end = std::min(text.find(close, open), text.size());
    for (std::size_t line = line_at(begin); line <= line_at(end); ++line) raw.insert(line);
    begin = text.find("R\"", end);
  }
  return raw;
}

}  // namespace

std::string Finding::text() const {
  return path + (line == 0 ? "" : ':' + std::to_string(line)) + ": " + what;
}

Findings wrong_includes(const SourceFile& file) {
  Findings findings;
  const std::string_view room = room_of(file.path);
  const auto place = place_of(room);
  if (!is_source(file) || !place) return findings;
  for (const Line& line : lines_of(file.text)) {
    const auto included = included_by(line.text);
    if (!included) continue;
    const std::string_view name = included->substr(1);
    if (crosses_border(room, name)) {
      findings.push_back({Rule::kBorder, file.path, line.number,
                          std::string(room) + " may not include " + std::string(name)});
    } else if (included->starts_with('"') && !place_of(room_of(name))) {
      findings.push_back({Rule::kEdge, file.path, line.number,
                          std::string(name) + " is not named from the root of the repository"});
    } else if (included->starts_with('"') && *place_of(room_of(name)) > *place) {
      findings.push_back({Rule::kEdge, file.path, line.number,
                          std::string(name) + " stands right of " + std::string(room)});
    }
  }
  return findings;
}

Findings wrong_links(const SourceFile& file) {
  Findings findings;
  const auto place = place_of(room_of(file.path));
  if (!is_build_file(file) || !place) return findings;
  for (const Line& line : lines_of(file.text)) {
    for (std::size_t right = *place + 1; right < kRooms.size(); ++right) {
      if (line.text.find("gatefold_" + std::string(kRooms.at(right))) == std::string_view::npos) {
        continue;
      }
      findings.push_back({Rule::kEdge, file.path, line.number,
                          "gatefold_" + std::string(kRooms.at(right)) + " stands right of " +
                              std::string(kRooms.at(*place))});
    }
  }
  return findings;
}

Findings wrong_length(const SourceFile& file) {
  if (is_data(file)) return {};
  const bool is_readme = file.path.ends_with("/README.md");
  const std::size_t most = is_readme ? kReadmeLinesMax : kLinesMax;
  const std::size_t count = lines_of(file.text).size();
  if (count <= most) return {};
  return {{Rule::kLength, file.path, 0,
           std::to_string(count) + " lines, at most " + std::to_string(most)}};
}

Findings wrong_width(const SourceFile& file) {
  // Not prose, which its reader wraps, nor scripts, where a command and what is expected of it read
  // as one line; documents within the sources are data.
  constexpr std::array<std::string_view, 5> kExtensions = {"h", "cc", "fbs", "cmake", "txt"};
  Findings findings;
  if (std::ranges::find(kExtensions, extension_of(file.path)) == kExtensions.end()) {
    return findings;
  }
  const auto raw = raw_string_lines(file.text);
  for (const Line& line : lines_of(file.text)) {
    const std::size_t columns = columns_of(line.text);
    if (columns <= kColumnsMax || raw.contains(line.number)) continue;
    findings.push_back(
        {Rule::kWidth, file.path, line.number,
         std::to_string(columns) + " columns, at most " + std::to_string(kColumnsMax)});
  }
  return findings;
}

Findings wrong_name(const SourceFile& file) {
  constexpr std::array<std::string_view, 9> kEmptyNames = {
      "util", "utils", "helper", "helpers", "manager", "managers", "misc", "common", "impl"};
  const auto words = words_of(file.path);
  for (std::size_t at = 0; at < words.size(); ++at) {
    if (std::ranges::find(kEmptyNames, words[at]) == kEmptyNames.end()) continue;
    // Kubernetes' own word for a writer.
    if (words[at].starts_with("manager") && at > 0 && words[at - 1] == "field") continue;
    return {{Rule::kName, file.path, 0, '"' + words[at] + "\" says nothing"}};
  }
  return {};
}

Findings wrong_header(const SourceFile& file) {
  if (extension_of(file.path) != "h") return {};
  Findings findings;
  if (!file.text.starts_with("// ")) {
    findings.push_back({Rule::kHeader, file.path, 1, "no contract on the first line"});
  }
  const auto lines = lines_of(file.text);
  const auto code = std::ranges::find_if(
      lines, [](const Line& line) { return !line.text.empty() && !line.text.starts_with("//"); });
  if (code == lines.end() || code->text != "#pragma once") {
    findings.push_back({Rule::kHeader, file.path, code == lines.end() ? 0 : code->number,
                        "#pragma once has to come right after the contract"});
  }
  return findings;
}

Findings unfinished(const SourceFile& file) {
  // In two pieces each, so that this file passes its own test.
  constexpr std::array<std::string_view, 4> kPhrases = {
      "to"
      "do",
      "fix"
      "me",
      "xx"
      "x",
      "for "
      "now"};
  Findings findings;
  if (is_data(file)) return findings;
  for (const Line& line : lines_of(file.text)) {
    for (const std::string_view phrase : kPhrases) {
      if (!says(line.text, phrase)) continue;
      findings.push_back({Rule::kUnfinished, file.path, line.number,
                          '"' + std::string(phrase) + "\": finish it or leave it out"});
    }
  }
  return findings;
}

Findings wrong_readmes(const std::vector<SourceFile>& tree) {
  Findings findings;
  for (const std::string_view room : kRooms) {
    const std::string path = std::string(room) + "/README.md";
    if (std::ranges::find(tree, path, &SourceFile::path) == tree.end()) {
      findings.push_back({Rule::kReadme, path, 0, "missing"});
    }
  }
  return findings;
}

Findings all_findings(const std::vector<SourceFile>& tree) {
  constexpr std::array kFileRules = {wrong_includes, wrong_links,  wrong_length, wrong_width,
                                     wrong_name,     wrong_header, unfinished};
  Findings all = wrong_readmes(tree);
  append(all, orphans(tree));
  for (const SourceFile& file : tree) {
    for (const auto rule : kFileRules) append(all, rule(file));
  }
  return all;
}

Findings not_excepted(const Findings& findings, const std::vector<Exception>& exceptions) {
  const auto covers = [](const Exception& exception, const Finding& finding) {
    return exception.rule == finding.rule && exception.path == finding.path;
  };
  Findings rest;
  for (const Finding& finding : findings) {
    if (std::ranges::none_of(exceptions, [&](const auto& one) { return covers(one, finding); })) {
      rest.push_back(finding);
    }
  }
  for (const Exception& exception : exceptions) {
    if (std::ranges::none_of(findings, [&](const auto& one) { return covers(exception, one); })) {
      rest.push_back({exception.rule, std::string(exception.path), 0,
                      "the exception covers nothing any more"});
    }
  }
  return rest;
}

}  // namespace gatefold::tidy
