#include <charconv>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "schema/cel/validate.h"

namespace gatefold::cel {
namespace {

struct Clause {
  std::string_view kinds;  // one letter for each type that it takes
  std::string_view complaint;
};

char letter_of(const Type& type) {
  switch (type.kind) {
    case TypeKind::kBool:
      return 'b';
    case TypeKind::kInt:
    case TypeKind::kUint:
      return 'i';
    case TypeKind::kDouble:
      return 'd';
    case TypeKind::kString:
      return 's';
    case TypeKind::kBytes:
      return 'y';
    case TypeKind::kNull:
    case TypeKind::kTimestamp:
    case TypeKind::kDuration:
    case TypeKind::kList:
    case TypeKind::kMap:
    case TypeKind::kType:
      return 'o';
    default:
      return '-';
  }
}

std::optional<Clause> clause_of(char verb) {
  switch (verb) {
    case 's':
      return Clause{"bidsyo",
                    "string clause can only be used on strings, bools, bytes, ints, doubles, maps, "
                    "lists, types, durations, and timestamps"};
    case 'd':
      return Clause{"i", "decimal clause can only be used on integers"};
    case 'f':
      return Clause{"ds", "fixed-point clause can only be used on doubles"};
    case 'e':
      return Clause{"ds", "scientific clause can only be used on doubles"};
    case 'b':
      return Clause{"ib", "only integers and bools can be formatted as binary"};
    case 'x':
    case 'X':
      return Clause{"isy", "only integers, byte buffers, and strings can be formatted as hex"};
    case 'o':
      return Clause{"i", "octal clause can only be used on integers"};
    default:
      return std::nullopt;
  }
}

// The reference takes one byte for a code point.
std::string shown(char verb) {
  const auto byte = static_cast<unsigned char>(verb);
  if (byte < 0x80) return {verb};
  return {static_cast<char>(0xc0 | (byte >> 6)), static_cast<char>(0x80 | (byte & 0x3f))};
}

// The node that the clause doesn't take: `node`, or for text something in its literal.
const Node* misfit(const Node& node, const Clause& clause, bool looks_inside) {
  const bool is_dyn_type = is_dyn(*node.type);
  if (!is_dyn_type && !clause.kinds.contains(letter_of(*node.type))) return &node;
  if (!looks_inside) return nullptr;
  if (const auto* list = std::get_if<ListLiteral>(&node.what)) {
    for (const auto& element : list->elements) {
      if (const auto* found = misfit(*element, clause, true)) return found;
    }
  } else if (const auto* map = std::get_if<MapLiteral>(&node.what)) {
    for (const auto& entry : map->entries) {
      if (const auto* found = misfit(*entry.key, clause, true)) return found;
      if (const auto* found = misfit(*entry.value, clause, true)) return found;
    }
  }
  return nullptr;
}

class FormatReader {
 public:
  FormatReader(std::string_view text, const Node& call, const ListLiteral& arguments,
               IssueList& issues)
      : text_(text), call_(call), arguments_(arguments), issues_(issues) {}

  void read() {
    std::size_t used = 0;
    while (!text_.empty()) {
      if (text_[0] != '%') {
        text_.remove_prefix(1);
      } else if (text_.starts_with("%%")) {
        text_.remove_prefix(2);
      } else if (!read_clause(used++)) {
        return;
      }
    }
    const auto count = arguments_.elements.size();
    if (count > used) {
      fail(fmt::format("too many arguments supplied to string.format (expected {}, got {})", used,
                       count));
    }
  }

 private:
  bool fail(std::string message) {
    issues_.report(call_.offset, std::move(message));
    return false;
  }

  bool unreadable(std::string_view why) {
    return fail(fmt::format("could not parse formatting clause: {}", why));
  }

  bool read_clause(std::size_t index) {
    text_.remove_prefix(1);
    if (text_.empty()) return fail("unexpected end of string");
    if (index >= arguments_.elements.size())
      return fail(fmt::format("index {} out of range", index));
    if (text_[0] == '.' && !read_precision()) return false;
    const char verb = text_[0];
    text_.remove_prefix(1);
    const auto clause = clause_of(verb);
    if (!clause) {
      return unreadable(fmt::format("unrecognized formatting clause \"{}\"", shown(verb)));
    }
    const auto* wrong = misfit(*arguments_.elements[index], *clause, verb == 's');
    if (wrong == nullptr) return true;
    issues_.report(wrong->offset, fmt::format("error during formatting: {}, was given {}",
                                              clause->complaint, wrong->type->name));
    return false;
  }

  bool read_precision() {
    constexpr std::string_view kWhere = "error while parsing precision: ";
    text_.remove_prefix(1);
    std::size_t size = 0;
    while (size < text_.size() && text_[size] >= '0' && text_[size] <= '9') ++size;
    const auto digits = text_.substr(0, size);
    text_.remove_prefix(size);
    if (text_.empty()) {
      return unreadable(fmt::format("{}could not find end of precision specifier", kWhere));
    }
    std::int64_t precision = 0;
    const auto [end, code] =
        std::from_chars(digits.data(), digits.data() + digits.size(), precision);
    if (code == std::errc()) return true;
    return unreadable(fmt::format(
        "{}error while converting precision to integer: strconv.Atoi: parsing \"{}\": {}", kWhere,
        digits, code == std::errc::result_out_of_range ? "value out of range" : "invalid syntax"));
  }

  std::string_view text_;
  const Node& call_;
  const ListLiteral& arguments_;
  IssueList& issues_;
};

}  // namespace

void validate_format(const Node& node, const Call& call, IssueList& issues) {
  if (call.target == nullptr || call.arguments.size() != 1) return;
  const auto* target = std::get_if<Literal>(&call.target->what);
  const auto* text = target != nullptr ? std::get_if<std::string>(&target->value) : nullptr;
  const auto* arguments = std::get_if<ListLiteral>(&call.arguments[0]->what);
  if (text == nullptr || arguments == nullptr) return;
  FormatReader(*text, node, *arguments, issues).read();
}

}  // namespace gatefold::cel
