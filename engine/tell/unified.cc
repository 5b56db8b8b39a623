#include "engine/tell/unified.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <fmt/format.h>

namespace gatefold::engine {
namespace {

constexpr std::size_t kContext = 3;

using Lines = std::vector<std::string_view>;

Lines lines_of(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

struct Edit {
  char mark = ' ';  // ' ' in both, '-' in the old, '+' in the new one
  std::string_view line;
};

// The shortest way from one to the other: for each number of edits, how far each diagonal reaches
// (E. Myers, "An O(ND) difference algorithm and its variations", 1986).
class Search {
 public:
  Search(std::span<const std::string_view> old_lines, std::span<const std::string_view> new_lines)
      : old_(old_lines), new_(new_lines) {}

  std::vector<Edit> edits() {
    if (!find()) return replaced();
    std::vector<Edit> edits;
    auto x = static_cast<std::ptrdiff_t>(old_.size());
    auto y = static_cast<std::ptrdiff_t>(new_.size());
    for (auto d = static_cast<std::ptrdiff_t>(rows_.size()) - 1; d >= 0; --d) {
      const auto k = x - y;
      const bool is_insertion = d > 0 && came_down(d, k);
      const auto from_k = is_insertion ? k + 1 : k - 1;
      const auto from_x = d == 0 ? 0 : reach(d - 1, from_k);
      const auto from_y = d == 0 ? 0 : from_x - from_k;
      while (x > from_x && y > from_y) {
        edits.push_back({' ', old_[static_cast<std::size_t>(--x)]});
        --y;
      }
      if (d == 0) break;
      if (is_insertion) {
        edits.push_back({'+', new_[static_cast<std::size_t>(--y)]});
      } else {
        edits.push_back({'-', old_[static_cast<std::size_t>(--x)]});
      }
    }
    std::ranges::reverse(edits);
    return edits;
  }

 private:
  // Row d holds the diagonals -d..d.
  std::ptrdiff_t reach(std::ptrdiff_t d, std::ptrdiff_t k) const {
    return k < -d || k > d ? -1
                           : rows_[static_cast<std::size_t>(d)][static_cast<std::size_t>(k + d)];
  }
  bool came_down(std::ptrdiff_t d, std::ptrdiff_t k) const {
    return k == -d || (k != d && reach(d - 1, k - 1) < reach(d - 1, k + 1));
  }

  bool find() {
    const auto n = static_cast<std::ptrdiff_t>(old_.size());
    const auto m = static_cast<std::ptrdiff_t>(new_.size());
    for (std::ptrdiff_t d = 0; d <= static_cast<std::ptrdiff_t>(kUnifiedEditsMax); ++d) {
      std::vector<std::int32_t> row(static_cast<std::size_t>(2 * d + 1), -1);
      for (auto k = -d; k <= d; k += 2) {
        auto x = d == 0 ? 0 : came_down(d, k) ? reach(d - 1, k + 1) : reach(d - 1, k - 1) + 1;
        auto y = x - k;
        while (x < n && y < m && y >= 0 &&
               old_[static_cast<std::size_t>(x)] == new_[static_cast<std::size_t>(y)]) {
          ++x;
          ++y;
        }
        row[static_cast<std::size_t>(k + d)] = static_cast<std::int32_t>(x);
        if (x >= n && y >= m) {
          rows_.push_back(std::move(row));
          return true;
        }
      }
      rows_.push_back(std::move(row));
    }
    return false;
  }

  std::vector<Edit> replaced() const {
    std::vector<Edit> edits;
    for (const auto line : old_) edits.push_back({'-', line});
    for (const auto line : new_) edits.push_back({'+', line});
    return edits;
  }

  std::span<const std::string_view> old_;
  std::span<const std::string_view> new_;
  std::vector<std::vector<std::int32_t>> rows_;
};

std::vector<Edit> edits_between(const Lines& old_lines, const Lines& new_lines) {
  const auto shorter = std::min(old_lines.size(), new_lines.size());
  std::size_t head = 0;
  while (head < shorter && old_lines[head] == new_lines[head]) ++head;
  std::size_t tail = 0;
  while (tail < shorter - head &&
         old_lines[old_lines.size() - 1 - tail] == new_lines[new_lines.size() - 1 - tail]) {
    ++tail;
  }
  std::vector<Edit> edits;
  for (std::size_t i = 0; i < head; ++i) edits.push_back({' ', old_lines[i]});
  Search search(std::span(old_lines).subspan(head, old_lines.size() - head - tail),
                std::span(new_lines).subspan(head, new_lines.size() - head - tail));
  for (const auto& edit : search.edits()) edits.push_back(edit);
  for (std::size_t i = old_lines.size() - tail; i < old_lines.size(); ++i) {
    edits.push_back({' ', old_lines[i]});
  }
  return edits;
}

// Where each stretch of changes begins and ends, context and all.
struct Hunk {
  std::size_t begin = 0;
  std::size_t end = 0;
};

std::vector<Hunk> hunks_of(const std::vector<Edit>& edits) {
  std::vector<Hunk> hunks;
  for (std::size_t i = 0; i < edits.size(); ++i) {
    if (edits[i].mark == ' ') continue;
    const auto begin = i < kContext ? 0 : i - kContext;
    const auto end = std::min(i + 1 + kContext, edits.size());
    if (!hunks.empty() && begin <= hunks.back().end) {
      hunks.back().end = end;
    } else {
      hunks.push_back({begin, end});
    }
  }
  return hunks;
}

// `start,count` as diff -u writes it.
std::string range_text(std::size_t before, std::size_t count) {
  if (count == 1) return std::to_string(before + 1);
  return fmt::format("{},{}", count == 0 ? before : before + 1, count);
}

}  // namespace

std::string unified_diff(std::string_view old_text, std::string_view new_text,
                         const UnifiedNames& names) {
  const auto edits = edits_between(lines_of(old_text), lines_of(new_text));
  std::string text;
  std::size_t at = 0;
  std::size_t old_at = 0;
  std::size_t new_at = 0;
  const auto step = [&](const Edit& edit) {
    if (edit.mark != '+') ++old_at;
    if (edit.mark != '-') ++new_at;
  };
  for (const auto& hunk : hunks_of(edits)) {
    if (text.empty()) text = fmt::format("--- {}\n+++ {}\n", names.old_name, names.new_name);
    for (; at < hunk.begin; ++at) step(edits[at]);
    const auto old_before = old_at;
    const auto new_before = new_at;
    std::string lines;
    for (; at < hunk.end; ++at) {
      step(edits[at]);
      lines.append(1, edits[at].mark).append(edits[at].line).append(1, '\n');
    }
    text += fmt::format("@@ -{} +{} @@\n{}", range_text(old_before, old_at - old_before),
                        range_text(new_before, new_at - new_before), lines);
  }
  return text;
}

}  // namespace gatefold::engine
