#include "schema/cel/estimate.h"

#include <map>
#include <utility>

#include "schema/cel/estimate_call.h"
#include "schema/cel/estimated.h"
#include "schema/cel/lexer.h"
#include "schema/cel/unify.h"

namespace gatefold::cel {
namespace {

using Kind = Comprehension::Kind;

// Operands of optMap are walked twice, and nest.
constexpr std::size_t kVisitsMax = 1 << 16;

constexpr Range kIdentifier = Range::exactly(1);
constexpr Range kNewList = Range::exactly(10);
constexpr Range kNewMap = Range::exactly(30);
constexpr Range kOne = Range::exactly(1);

bool is_scalar(const Type& type) {
  switch (type.kind) {
    case TypeKind::kBool:
    case TypeKind::kDouble:
    case TypeKind::kDuration:
    case TypeKind::kInt:
    case TypeKind::kTimestamp:
    case TypeKind::kUint:
      return true;
    case TypeKind::kOptional:
      return !type.parameters.empty() && is_scalar(*type.parameters[0]);
    default:
      return false;
  }
}

struct SizeOfLiteral {
  std::uint64_t operator()(const std::string& text) const { return count_code_points(text); }
  std::uint64_t operator()(const Bytes& value) const { return value.bytes.size(); }
  std::uint64_t operator()(const auto&) const { return 1; }
};

class Estimator {
 public:
  explicit Estimator(DeclaredSizes& sizes) : sizes_(sizes) {}

  // The depth is that of the tree, which the parser bounds.
  Estimated visit(const Node& node) {
    ++visits_;
    auto term = std::visit([&](const auto& what) { return term_of(node, what); }, node.what);
    term.type = node.type.get();
    return term;
  }

 private:
  // A variable of a macro.
  struct Local {
    SizePath path;
    std::optional<Range> size;
    std::optional<Entries> entries;
  };
  using Locals = std::map<std::string_view, std::vector<Local>>;

  const Local* local(std::string_view name) const {
    const auto found = locals_.find(name);
    return found == locals_.end() || found->second.empty() ? nullptr : &found->second.back();
  }
  void push(std::string_view name, Local variable) { locals_[name].push_back(std::move(variable)); }
  void pop(std::string_view name) { locals_[name].pop_back(); }

  SizePath path_of(const Estimated& term) const {
    const auto* variable = local(term.name);
    return variable != nullptr ? variable->path : term.path;
  }

  // What is declared goes before what follows from the type.
  std::optional<Range> size_of(Estimated& term) const {
    if (term.size) return term.size;
    term.size = declared_size(sizes_, path_of(term).steps());
    if (term.size) return term.size;
    if (is_scalar(*term.type)) return kOne;
    const auto* variable = local(term.name);
    return variable != nullptr ? variable->size : std::nullopt;
  }
  Range known_size_of(Estimated& term) const { return size_of(term).value_or(Range::unknown()); }

  std::optional<Entries> entries_of(const Estimated& term) const {
    if (term.entries) return term.entries;
    const auto* variable = local(term.name);
    return variable != nullptr ? variable->entries : std::nullopt;
  }

  Estimated visit_argument(const Node& node) {
    auto term = visit(node);
    settle(term);
    return term;
  }
  // What calls see of a term is what is known now.
  void settle(Estimated& term) const {
    term.entries = entries_of(term);
    term.size = size_of(term);
  }

  Estimated identifier(std::string_view name) const {
    Estimated term;
    term.name = name;
    const auto* variable = local(name);
    term.path = variable != nullptr ? variable->path : SizePath(name);
    term.cost = kIdentifier;
    return term;
  }

  Estimated term_of(const Node&, const Literal& literal) const {
    // The name of a type; what it is called doesn't matter.
    if (literal.val.kind == ValKind::kType) return identifier("@type");
    Estimated term;
    term.literal = &literal;
    term.size = Range::exactly(std::visit(SizeOfLiteral(), literal.value));
    return term;
  }

  Estimated term_of(const Node&, const Ident& ident) const { return identifier(ident.name); }

  Estimated term_of(const Node&, const Select& select) {
    auto operand = visit(*select.operand);
    Estimated term;
    term.cost = operand.cost;
    if (select.is_test) return term;
    if (select.is_optional) {
      term.cost += kOne;
      return term;
    }
    const auto kind = operand.type->kind;
    if (kind == TypeKind::kMap || kind == TypeKind::kObject) term.cost += kOne;
    term.path = path_of(operand).appended(select.field);
    return term;
  }

  Estimated term_of(const Node& node, const Call& call) {
    std::string_view function = call.function;
    if (function.starts_with('.')) function.remove_prefix(1);
    if (function == "dyn") return undone(*call.arguments[0]);
    std::vector<Estimated> arguments;
    for (const auto& argument : call.arguments) arguments.push_back(visit_argument(*argument));
    Estimated target;
    if (call.target != nullptr) target = visit_argument(*call.target);
    CallSite site{.function = function,
                  .target = call.target == nullptr ? nullptr : &target,
                  .arguments = arguments,
                  .sizes = &sizes_};
    Estimated term;
    term.type = node.type.get();
    if (call.overloads.empty()) {
      take(term, estimate_call(site));
    } else {
      auto cost = Range::none();
      std::optional<Range> size;
      for (const auto* overload : call.overloads) {
        site.overload = overload;
        const auto estimate = estimate_call(site);
        cost = cost.united(estimate.cost);
        if (estimate.size) size = size ? size->united(*estimate.size) : *estimate.size;
        if (estimate.entries) term.entries = estimate.entries;
        if (function == "_[_]") index(*overload, arguments[0], term, size);
        if (!size) size = size_of(term);
      }
      term.cost = cost;
      if (size) term.size = size;
    }
    term.cost += target.cost;
    return term;
  }

  static void take(Estimated& term, CallEstimate estimate) {
    term.cost = estimate.cost;
    term.size = estimate.size;
    term.entries = estimate.entries;
  }

  void index(const Overload& overload, const Estimated& container, Estimated& term,
             std::optional<Range>& size) const {
    const auto kind = overload.arguments[0]->kind;
    if (kind != TypeKind::kList && kind != TypeKind::kMap) return;
    size = container.entries ? std::optional(container.entries->value) : std::nullopt;
    term.path = path_of(container).appended(kind == TypeKind::kList ? kItems : kValues);
  }

  // Of dyn(): what is known of its argument stays known.
  Estimated undone(const Node& node) {
    auto argument = visit_argument(node);
    Estimated term;
    term.cost = argument.cost + kOne;
    term.size = argument.size;
    term.entries = argument.entries;
    return term;
  }

  Estimated term_of(const Node&, const ListLiteral& list) {
    std::vector<Estimated> terms;
    Estimated term = new_list();
    term.size = Range::exactly(list.elements.size());
    if (list.elements.empty()) return term;
    term.entries->value = Range::none();
    for (const auto& element : list.elements) {
      auto item = visit(*element);
      term.cost += item.cost;
      term.entries->value = term.entries->value.united(known_size_of(item));
    }
    return term;
  }

  static Estimated new_list() {
    Estimated term;
    term.size = Range::exactly(0);
    term.entries = Entries{.is_list = true, .key = kOne, .value = Range::exactly(0)};
    term.cost = kNewList;
    return term;
  }

  Estimated term_of(const Node&, const MapLiteral& map) {
    Estimated term = new_map();
    term.size = Range::exactly(map.entries.size());
    if (map.entries.empty()) return term;
    auto& entries = *term.entries;
    entries.key = Range::none();
    entries.value = Range::none();
    for (const auto& entry : map.entries) {
      auto key = visit(*entry.key);
      auto value = visit(*entry.value);
      term.cost += key.cost + value.cost;
      entries.key = entries.key.united(known_size_of(key));
      entries.value = entries.value.united(known_size_of(value));
    }
    return term;
  }

  static Estimated new_map() {
    Estimated term;
    term.size = Range::exactly(0);
    term.entries = Entries{.is_list = false, .key = Range::exactly(0), .value = Range::exactly(0)};
    term.cost = kNewMap;
    return term;
  }

  // The checker lets none through.
  static Estimated term_of(const Node&, const MessageLiteral&) { return {}; }

  Estimated term_of(const Node& node, const Comprehension& comprehension) {
    auto range = visit(*comprehension.range);
    const bool has_two = !comprehension.variable2.empty();
    if (has_two) {
      push_item(comprehension.variable, range, false);
      push_item(comprehension.variable2, range, true);
    } else {
      push_item(comprehension.variable, range, is_list(range));
    }
    auto term = loop(node, comprehension);
    pop(comprehension.variable);
    if (has_two) pop(comprehension.variable2);
    // What the loop has made of the paths is seen here.
    const auto times = known_size_of(range);
    term.cost = range.cost + term.cost * times + around(comprehension.kind);
    if (!is_quantifier(comprehension.kind)) term.size = times;
    return term;
  }

  static bool is_quantifier(Kind kind) {
    return kind == Kind::kAll || kind == Kind::kExists || kind == Kind::kExistsOne;
  }

  bool is_list(const Estimated& range) const {
    const auto entries = entries_of(range);
    return entries ? entries->is_list : range.type->kind == TypeKind::kList;
  }

  // A variable for an index or a key, or for an item or a value.
  void push_item(std::string_view name, const Estimated& range, bool is_value) {
    const auto entries = entries_of(range);
    const bool of_list = is_list(range);
    Local variable;
    if (entries) variable.size = is_value ? entries->value : entries->key;
    const auto of_item = of_list ? kItems : kValues;
    const auto of_key = of_list ? kIndices : kKeys;
    variable.path = path_of(range).appended(is_value ? of_item : of_key);
    push(name, std::move(variable));
  }

  // What is paid once beside the range: the accumulator's start and the result.
  static Range around(Kind kind) {
    switch (kind) {
      case Kind::kAll:
      case Kind::kExists:
        return kIdentifier;
      case Kind::kExistsOne:  // accumulator == 1
        return kIdentifier + kOne;
      case Kind::kFilter:
      case Kind::kMap:
      case Kind::kTransformList:
        return kNewList + kIdentifier;
      case Kind::kTransformMap:
      case Kind::kTransformMapEntry:
        return kNewMap + kIdentifier;
    }
    return {};
  }

  // One round: its cost, and what the result is known to hold.
  Estimated loop(const Node& node, const Comprehension& comprehension) {
    Estimated term;
    Range condition;
    if (comprehension.condition != nullptr) condition = visit(*comprehension.condition).cost;
    switch (comprehension.kind) {
      case Kind::kAll:
        // @not_strictly_false(accumulator), then `accumulator && condition`.
        term.cost = Range::exactly(2) + or_less(condition);
        break;
      case Kind::kExists:
        term.cost = Range::exactly(3) + or_less(condition);
        break;
      case Kind::kExistsOne:
        // condition ? accumulator + 1 : accumulator
        term.cost = condition + Range::exactly(2).united(kIdentifier);
        break;
      case Kind::kFilter: {
        auto item = identifier(comprehension.variable);
        item.type = node.type->parameters[0].get();
        collect(item, term);
        break;
      }
      case Kind::kMap:
      case Kind::kTransformList: {
        auto item = visit(*comprehension.transform);
        collect(item, term);
        break;
      }
      case Kind::kTransformMap:
        // cel.@mapInsert(accumulator, key, value)
        term.cost = Range::exactly(3) + visit(*comprehension.transform).cost;
        break;
      case Kind::kTransformMapEntry:
        term.cost = Range::exactly(2) + visit(*comprehension.transform).cost;
        break;
    }
    if (!is_quantifier(comprehension.kind) && comprehension.condition != nullptr) {
      term.cost = condition + term.cost.united(kIdentifier);
    }
    if (is_quantifier(comprehension.kind)) term.size = kOne;
    return term;
  }

  static Range or_less(Range condition) {
    return {.min = kIdentifier.min, .max = (kIdentifier + condition).max};
  }

  // accumulator + [item]
  void collect(Estimated& item, Estimated& term) const {
    term.cost = kOne + kIdentifier + kNewList + item.cost;
    term.entries = new_list().entries;
    term.entries->value = term.entries->value.united(known_size_of(item));
  }

  static Estimated priced(Range cost, const Type& type) {
    Estimated term;
    term.type = &type;
    term.cost = cost;
    if (is_scalar(type)) term.size = kOne;
    return term;
  }

  // optional.hasValue() ? optional.of(result) : optional.none(), with the variable bound to
  // optional.value(). cel.bind alone is not among Kubernetes' macros.
  Estimated term_of(const Node& node, const Bind& bind) {
    const auto asked = priced(visit(*bind.value).cost + kOne, *simple_type(TypeKind::kBool));
    const auto value = priced((visits_ < kVisitsMax ? visit(*bind.value).cost + kOne : asked.cost),
                              *unwrap_optional(bind.value->type).first);
    push(bind.variable, {.path = {}, .size = value.size, .entries = {}});
    auto there = visit(*bind.result);
    pop(bind.variable);
    settle(there);
    there.cost += kNewList + value.cost;
    if (bind.kind == Bind::Kind::kOptMap) there = priced(there.cost + kOne, *node.type);
    const Estimated arguments[] = {asked, std::move(there), priced(kOne, *node.type)};
    Estimated term;
    take(term, estimate_call({.function = "_?_:_", .arguments = arguments, .sizes = &sizes_}));
    return term;
  }

  DeclaredSizes& sizes_;
  Locals locals_;
  std::size_t visits_ = 0;
};

}  // namespace

Range estimate(const Node& root, DeclaredSizes& sizes) {
  return Estimator(sizes).visit(root).cost;
}

}  // namespace gatefold::cel
