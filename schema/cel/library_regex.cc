// Kubernetes' library of regular expressions (k8s.io/apiserver/pkg/cel/library/regex.go).
#include <algorithm>
#include <limits>
#include <vector>

#include <fmt/format.h>
#include <re2/re2.h>

#include "schema/cel/budget.h"
#include "schema/cel/cost.h"
#include "schema/cel/eval.h"
#include "schema/cel/function.h"
#include "schema/cel/pattern.h"
#include "schema/utf8.h"

namespace gatefold::cel {
namespace {

// The pattern of a call: compiled already where it is a literal.
class Pattern {
 public:
  Pattern(Evaluation& evaluation, std::span<const Val> arguments) : compiled_(evaluation.pattern) {
    if (!can_pay(evaluation, pattern_cost(size_of(arguments[0]), size_of(arguments[1])))) {
      compiled_ = nullptr;
    } else if (compiled_ == nullptr) {
      compile(evaluation, arguments[1].text);
    }
  }

  const re2::RE2* get() const { return compiled_; }

  // Where there is none. `prefix` stands before the complaint about a pattern.
  Val error(Evaluation& evaluation, std::string_view prefix) const {
    if (error_.empty()) return exhausted_error();
    return error_val(evaluation.arena, fmt::format("{}{}", prefix, error_));
  }

 private:
  // The cost grows with the pattern's text, which may be short for a large program.
  void compile(Evaluation& evaluation, std::string_view text) {
    constexpr std::uint64_t kStepsPerInstruction = 8;
    auto compiled = compile_pattern(text);
    if (!compiled) {
      error_ = std::move(compiled.error());
      return;
    }
    owned_ = std::move(*compiled);
    const auto instructions = static_cast<std::uint64_t>(std::max(0, owned_->ProgramSize()));
    if (can_step(evaluation, instructions * kStepsPerInstruction)) compiled_ = owned_.get();
  }

  const re2::RE2* compiled_;
  std::shared_ptr<const re2::RE2> owned_;
  std::string error_;
};

struct Match {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// The first match at or behind `from`; what is before it still counts for `^` and `\b`.
bool find_match(const re2::RE2& pattern, std::string_view text, std::size_t from, Match& match) {
  const re2::StringPiece whole(text.data(), text.size());
  re2::StringPiece found;
  if (!pattern.Match(whole, from, whole.size(), re2::RE2::UNANCHORED, &found, 1)) return false;
  match.begin = static_cast<std::size_t>(found.data() - whole.data());
  match.end = match.begin + found.size();
  return true;
}

// Go's rule: a match of nothing right behind another match does not count. What is behind a match
// may be read for each of them, so steps are counted as if it were.
std::vector<Val> find_matches(Evaluation& evaluation, const re2::RE2& pattern,
                              std::string_view text, std::size_t count_max) {
  constexpr std::size_t kBytesPerStep = 16;
  std::vector<Val> out;
  std::size_t at = 0;
  std::size_t last_end = std::numeric_limits<std::size_t>::max();
  Match match;
  while (out.size() < count_max && at <= text.size() && find_match(pattern, text, at, match)) {
    const bool is_repeated_nothing = match.end == at && match.begin == last_end;
    if (match.end > at) {
      at = match.end;
    } else {
      at +=
          at < text.size() ? std::max<std::size_t>(1, first_code_point(text.substr(at)).bytes) : 1;
    }
    last_end = match.end;
    if (!can_step(evaluation, 1 + (text.size() - match.end) / kBytesPerStep)) break;
    if (!is_repeated_nothing) {
      out.push_back(string_val(text.substr(match.begin, match.end - match.begin)));
    }
  }
  return out;
}

constexpr std::string_view kIllegal = "Illegal regex: ";

Val find(Evaluation& evaluation, std::span<const Val> arguments) {
  const Pattern pattern(evaluation, arguments);
  if (pattern.get() == nullptr) return pattern.error(evaluation, kIllegal);
  const std::string_view text = arguments[0].text;
  Match match;
  if (!find_match(*pattern.get(), text, 0, match)) return string_val("");
  return string_val(text.substr(match.begin, match.end - match.begin));
}

Val find_all(Evaluation& evaluation, std::span<const Val> arguments) {
  const Pattern pattern(evaluation, arguments);
  if (pattern.get() == nullptr) return pattern.error(evaluation, kIllegal);
  const bool is_limited = arguments.size() > 2 && arguments[2].integer >= 0;
  const auto matches = find_matches(evaluation, *pattern.get(), arguments[0].text,
                                    is_limited ? static_cast<std::size_t>(arguments[2].integer)
                                               : std::numeric_limits<std::size_t>::max());
  if (evaluation.is_exhausted || !can_build(evaluation, matches.size() * sizeof(Val))) {
    return exhausted_error();
  }
  const auto items = evaluation.arena.make_span<Val>(matches.size());
  std::ranges::copy(matches, items.begin());
  return list_val(items);
}

Val matches(Evaluation& evaluation, std::span<const Val> arguments) {
  const Pattern pattern(evaluation, arguments);
  if (pattern.get() == nullptr) return pattern.error(evaluation, "");
  const re2::StringPiece text(arguments[0].text.data(), arguments[0].text.size());
  return bool_val(re2::RE2::PartialMatch(text, *pattern.get()));
}

std::uint64_t cost(std::span<const Val> arguments, const Val&) {
  return pattern_cost(size_of(arguments[0]), size_of(arguments[1]));
}

// The reference lets `matches(text, pattern)` pass for one unit, whatever the sizes, which looks
// like an oversight; both forms do the same work and cost the same here.
constexpr Declaration kDeclarations[] = {
    {"string.find(string) string", find, cost},
    {"string.findAll(string) list(string)", find_all, cost},
    {"string.findAll(string, int) list(string)", find_all, cost},
    {"matches(string, string) bool", matches, cost},
    {"string.matches(string) bool", matches, cost},
};

}  // namespace

std::span<const Declaration> regex_functions() {
  return kDeclarations;
}

}  // namespace gatefold::cel
