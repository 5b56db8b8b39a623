#include "schema/cel/estimate_call.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace gatefold::cel {
namespace {

constexpr double kTraversal = 0.1;
constexpr double kPattern = 0.25;
constexpr Range kOne = Range::exactly(1);
// Of an address in bytes.
constexpr Range kAddressBytes{.min = 4, .max = 16};
constexpr std::uint64_t kFormatNameMax = 64;
constexpr double kFormatPatternBytes = 128;

Range known_or_unknown(const Estimated& term) {
  return term.size.value_or(Range::unknown());
}

bool is_one_of(std::string_view name, std::span<const std::string_view> names) {
  return std::ranges::find(names, name) != names.end();
}

// Answers of Kubernetes' own libraries; without the arguments' costs.
using Answer = std::optional<CallEstimate>;

class LibraryCall {
 public:
  explicit LibraryCall(const CallSite& site) : site_(site) {}

  Answer answer() const {
    const auto name = site_.function;
    if (is_one_of(name, kNominal)) return CallEstimate{kOne, std::nullopt};
    if (is_one_of(name, kListFunctions)) return over_items();
    if (is_one_of(name, kReadArgument)) return CallEstimate{read(argument(0)), std::nullopt};
    if (is_one_of(name, kReadTarget)) return CallEstimate{read(*site_.target), size_of_target()};
    if (name == "url") return CallEstimate{read(argument(0)), size(argument(0))};
    if (name == "replace") return replace();
    if (name == "split") return split();
    if (name == "join") return join();
    if (name == "find" || name == "findAll") return find();
    if (name == "ip") {
      const auto cost = site_.arguments.empty() ? kOne : read(argument(0));
      return CallEstimate{cost, std::nullopt};
    }
    if (name == "ip.isCanonical") {
      return CallEstimate{size(argument(0)).scaled_by(2 * kTraversal), std::nullopt};
    }
    if (name == "containsIP") return contains(compare_addresses());
    if (name == "containsCIDR") {
      return contains(compare_addresses() + kAddressBytes.scaled_by(kTraversal) + kOne);
    }
    if (name == "validate") {
      return CallEstimate{read(argument(0)).scaled_by(kFormatPatternBytes * kPattern),
                          std::nullopt};
    }
    if (name == "_==_") return equal();
    return std::nullopt;
  }

 private:
  static constexpr auto kNominal = std::to_array<std::string_view>({"masked",
                                                                    "prefixLength",
                                                                    "family",
                                                                    "isUnspecified",
                                                                    "isLoopback",
                                                                    "isLinkLocalMulticast",
                                                                    "isLinkLocalUnicast",
                                                                    "isGlobalUnicast",
                                                                    "format.named",
                                                                    "sign",
                                                                    "asInteger",
                                                                    "isInteger",
                                                                    "asApproximateFloat",
                                                                    "isGreaterThan",
                                                                    "isLessThan",
                                                                    "compareTo",
                                                                    "add",
                                                                    "sub",
                                                                    "major",
                                                                    "minor",
                                                                    "patch",
                                                                    "getScheme",
                                                                    "getHostname",
                                                                    "getHost",
                                                                    "getPort",
                                                                    "getEscapedPath",
                                                                    "getQuery"});
  static constexpr auto kListFunctions =
      std::to_array<std::string_view>({"isSorted", "sum", "max", "min", "indexOf", "lastIndexOf"});
  static constexpr auto kReadArgument = std::to_array<std::string_view>(
      {"cidr", "isIP", "isCIDR", "quantity", "isQuantity", "semver", "isSemver"});
  static constexpr auto kReadTarget =
      std::to_array<std::string_view>({"lowerAscii", "upperAscii", "substring", "trim"});

  const Estimated& argument(std::size_t index) const { return site_.arguments[index]; }

  Range size(const Estimated& term) const {
    if (term.size) return *term.size;
    return declared_size(*site_.sizes, term.path.steps()).value_or(Range::unknown());
  }
  Range size_of_target() const { return size(*site_.target); }
  Range read(const Estimated& term) const { return size(term).scaled_by(kTraversal); }

  // Of one of the target's items. Where the target leads nowhere, neither do its items.
  Range size_of_items() const {
    const auto above = site_.target->path.steps();
    if (above.empty()) return Range::unknown();
    std::vector<std::string_view> steps(above.begin(), above.end());
    steps.push_back(kItems);
    return declared_size(*site_.sizes, steps).value_or(Range::unknown());
  }

  Answer over_items() const {
    const auto& parameters = site_.target->type->parameters;
    // A text has no items; a value of any type is taken for one.
    if (parameters.empty()) return CallEstimate{read(*site_.target), std::nullopt};
    auto cost = kOne;
    const auto kind = parameters[0]->kind;
    if (kind == TypeKind::kString || kind == TypeKind::kBytes) {
      cost += size_of_items().scaled_by(kTraversal);
    }
    return CallEstimate{size_of_target() * cost, std::nullopt};
  }

  Answer replace() const {
    const auto whole = size_of_target();
    const auto from = size(argument(0));
    const auto to = size(argument(1));
    const auto divided = [](std::uint64_t a, std::uint64_t b) {
      return scaled_to_integer(static_cast<double>(a) / static_cast<double>(b));
    };
    Range times = Range::exactly(0);
    Range kept = Range::exactly(0);
    if (from.min == 0) {
      // An empty text is found around every character.
      times.max = saturating_sum(whole.max, 1);
      kept.max = whole.max;
    } else if (to.max <= from.min) {
      kept.max = whole.max;
    } else {
      times.max = divided(whole.max, from.min);
    }
    if (from.max == 0) {
      times.min = saturating_sum(whole.min, 1);
      kept.min = whole.min;
    } else if (from.max <= to.min) {
      kept.min = whole.min;
    } else {
      times.min = divided(whole.min, from.max);
    }
    return CallEstimate{whole.scaled_by(2 * kTraversal), times * to + kept};
  }

  static std::uint64_t scaled_to_integer(double number) {
    const auto up = std::ceil(number);
    return up >= kTwoTo64 ? kUnbounded : static_cast<std::uint64_t>(up);
  }

  Answer split() const {
    const auto whole = size_of_target();
    auto pieces_max = whole.max;
    if (site_.arguments.size() > 1 && argument(1).literal != nullptr) {
      const auto* limit = std::get_if<std::int64_t>(&argument(1).literal->value);
      if (limit != nullptr) pieces_max = static_cast<std::uint64_t>(*limit);
    }
    return CallEstimate{whole.scaled_by(2 * kTraversal), Range{.min = 0, .max = pieces_max}};
  }

  Answer join() const {
    const auto items = size_of_target();
    Range whole;
    if (!site_.target->type->parameters.empty()) whole = items * size_of_items();
    if (!site_.arguments.empty()) {
      const auto less_one = [](std::uint64_t number) { return number > 0 ? number - 1 : 0; };
      whole += size(argument(0)) * Range{.min = less_one(items.min), .max = less_one(items.max)};
    }
    return CallEstimate{whole.scaled_by(kTraversal), whole};
  }

  Answer find() const {
    const auto text = size_of_target();
    const auto cost = (text + kOne).scaled_by(kTraversal) * size(argument(0)).scaled_by(kPattern);
    return CallEstimate{cost, Range{.min = 0, .max = text.max}};
  }

  static Range compare_addresses() { return (kAddressBytes + kAddressBytes).scaled_by(kTraversal); }

  Answer contains(Range cost) const {
    if (site_.overload->arguments[1]->kind == TypeKind::kString) cost += read(argument(0));
    return CallEstimate{cost, std::nullopt};
  }

  Answer equal() const {
    const auto& type = *argument(0).type;
    if (type.kind != TypeKind::kOpaque || !is_exactly(type, *argument(1).type)) {
      return std::nullopt;
    }
    if (type.name == "kubernetes.NamedFormat") {
      return CallEstimate{Range{.min = 1, .max = kFormatNameMax}.scaled_by(kTraversal),
                          std::nullopt};
    }
    if (type.name == "kubernetes.URL") {
      const auto size = argument(1).size.value_or(kOne);
      return CallEstimate{Range{.min = 1, .max = size.max}.scaled_by(kTraversal), std::nullopt};
    }
    return CallEstimate{kOne, std::nullopt};
  }

  const CallSite& site_;
};

// Functions of the language and its extensions.
class CoreCall {
 public:
  explicit CoreCall(const CallSite& site) : site_(site) {}

  CallEstimate answer() const {
    const auto name = site_.function;
    if (name == "_&&_" || name == "_||_") {
      const auto left = argument(0).cost;
      return {.cost = {.min = left.min, .max = (left + argument(1).cost).max}, .size = {}};
    }
    if (name == "_?_:_") return conditional();
    if (name.starts_with("sets.")) return sets();
    if (name == "format") return plus_arguments(read(*site_.target));
    if (name == "bytes" && takes(0, TypeKind::kString)) {
      const auto size = known_or_unknown(argument(0));
      // Four bytes for a character at most; numbers wrap.
      return plus_arguments(read(argument(0)), Range{.min = size.min, .max = size.max * 4});
    }
    if (name == "string" && takes(0, TypeKind::kBytes)) {
      const auto size = known_or_unknown(argument(0));
      return plus_arguments(read(argument(0)), Range{.min = size.min / 4, .max = size.max});
    }
    if (name == "strings.quote") {
      const auto size = known_or_unknown(argument(0));
      return plus_arguments(read(argument(0)), Range{.min = size.min + 2, .max = size.max * 2 + 2});
    }
    if (name == "startsWith" || name == "endsWith") return plus_arguments(read(argument(0)));
    if (name == "@in" && takes(1, TypeKind::kList)) {
      return plus_arguments(known_or_unknown(argument(1)).scaled_by(1));
    }
    if (name == "matches" && site_.target != nullptr) {
      return plus_arguments((known_or_unknown(*site_.target) + kOne).scaled_by(kTraversal) *
                            known_or_unknown(argument(0)).scaled_by(kPattern));
    }
    if (name == "contains") {
      return plus_arguments(read(*site_.target) * read(argument(0)));
    }
    if (name == "_+_" && (takes_texts() || takes(0, TypeKind::kList))) return joined();
    if (name == "_==_" || name == "_!=_" || (is_one_of(name, kOrders) && takes_texts())) {
      return compared();
    }
    return plus_arguments(kOne);
  }

 private:
  static constexpr auto kOrders = std::to_array<std::string_view>({"_<_", "_<=_", "_>_", "_>=_"});

  const Estimated& argument(std::size_t index) const { return site_.arguments[index]; }

  // Whether argument `index`, the target being none, is of that type in this overload.
  bool takes(std::size_t index, TypeKind kind) const {
    return index < site_.overload->arguments.size() &&
           site_.overload->arguments[index]->kind == kind;
  }
  bool takes_texts() const {
    return (takes(0, TypeKind::kString) && takes(1, TypeKind::kString)) ||
           (takes(0, TypeKind::kBytes) && takes(1, TypeKind::kBytes));
  }

  static Range read(const Estimated& term) { return known_or_unknown(term).scaled_by(kTraversal); }

  CallEstimate plus_arguments(Range cost, std::optional<Range> size = std::nullopt) const {
    for (const auto& argument : site_.arguments) cost += argument.cost;
    return {.cost = cost, .size = size};
  }

  CallEstimate conditional() const {
    const auto& first = argument(1);
    const auto& second = argument(2);
    return {.cost = argument(0).cost + first.cost.united(second.cost),
            .size = known_or_unknown(first).united(known_or_unknown(second)),
            .entries = united(first.entries, second.entries)};
  }

  CallEstimate sets() const {
    const auto size = [&](const Estimated& term) {
      if (term.size) return *term.size;
      return declared_size(*site_.sizes, term.path.steps()).value_or(Range::unknown());
    };
    const double times = site_.function == "sets.equivalent" ? 2 : 1;
    return plus_arguments((size(argument(0)) * size(argument(1))).scaled_by(times) + kOne);
  }

  CallEstimate joined() const {
    const auto size = known_or_unknown(argument(0)) + known_or_unknown(argument(1));
    auto out = plus_arguments(takes_texts() ? size.scaled_by(kTraversal) : kOne, size);
    out.entries = united(argument(0).entries, argument(1).entries);
    return out;
  }

  CallEstimate compared() const {
    const auto max = std::min(known_or_unknown(argument(0)).max, known_or_unknown(argument(1)).max);
    return plus_arguments(Range{.min = max > 0 ? 1U : 0U, .max = max}.scaled_by(kTraversal));
  }

  const CallSite& site_;
};

}  // namespace

std::optional<Range> declared_size(DeclaredSizes& sizes, std::span<const std::string_view> steps) {
  if (steps.empty()) return std::nullopt;
  // All variables are of the first one's schema.
  const auto max = sizes.elements_max(steps.subspan(1));
  if (!max) return std::nullopt;
  return Range{.min = 0, .max = *max};
}

CallEstimate estimate_call(const CallSite& site) {
  auto answer = site.overload == nullptr ? std::nullopt : LibraryCall(site).answer();
  if (!answer) return CoreCall(site).answer();
  for (const auto& argument : site.arguments) answer->cost += argument.cost;
  return *answer;
}

}  // namespace gatefold::cel
