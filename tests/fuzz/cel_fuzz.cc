#include <string>

#include "schema/cel/lexer.h"
#include "schema/cel/parser.h"
#include "schema/invariant.h"
#include "schema/utf8.h"
#include "tests/fuzz/target.h"

namespace gatefold::fuzz {
namespace {

// The tokens alone, each on a line of its own.
std::string respaced(std::string_view text) {
  std::string out;
  for (const cel::Token& token : cel::tokenize(text).tokens) {
    out += token.text;
    out += '\n';
  }
  return out;
}

void examine_tree(std::string_view text, const std::string& tree) {
  const auto again = cel::parse(respaced(text));
  GATEFOLD_ASSERT(again.has_value() || again.error().offset == cel::kNowhere);
  GATEFOLD_ASSERT(!again || cel::to_string(**again) == tree);
  // A comment on the last line must not swallow the parenthesis. One level more may be too much.
  const auto nested = cel::parse("(" + std::string(text) + "\n)");
  GATEFOLD_ASSERT(nested.has_value() || nested.error().offset == cel::kNowhere);
  GATEFOLD_ASSERT(!nested || cel::to_string(**nested) == tree);
}

void examine_issue(std::string_view text, const cel::Issue& issue) {
  GATEFOLD_ASSERT(!issue.message.empty());
  GATEFOLD_ASSERT(issue.offset == cel::kNowhere || issue.offset <= cel::count_code_points(text));
  GATEFOLD_ASSERT(cel::to_string(issue, text).starts_with("ERROR: <input>:"));
  GATEFOLD_ASSERT(!find_invalid_utf8(cel::to_string(issue, text)));
}

}  // namespace

// Any bytes are taken; the promises are about UTF-8.
void examine(std::string_view bytes) {
  const auto parsed = cel::parse(bytes);
  if (find_invalid_utf8(bytes)) return;
  const auto again = cel::parse(bytes);
  GATEFOLD_ASSERT(parsed.has_value() == again.has_value());
  if (!parsed) {
    examine_issue(bytes, parsed.error());
    return;
  }
  const std::string tree = cel::to_string(**parsed);
  GATEFOLD_ASSERT(cel::to_string(**again) == tree);
  examine_tree(bytes, tree);
}

}  // namespace gatefold::fuzz
