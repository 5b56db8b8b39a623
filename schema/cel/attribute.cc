#include <cmath>

#include "schema/cel/json_val.h"
#include "schema/cel/text.h"
#include "schema/cel/walker.h"

namespace gatefold::cel {
namespace {

using Kind = ValKind;

// Where a list may be indexed; nothing and a message where a value is no index.
struct Index {
  bool is_valid = false;
  std::int64_t place = -1;
};

Index index_of(const Val& key) {
  if (key.is(Kind::kInt)) return {true, key.integer};
  if (key.is(Kind::kUint)) {
    if (key.uinteger > std::uint64_t{INT64_MAX}) return {};
    return {true, static_cast<std::int64_t>(key.uinteger)};
  }
  const double number = key.number;
  if (!(number > -kTwoTo63 && number < kTwoTo63) || std::trunc(number) != number) return {};
  return {true, static_cast<std::int64_t>(number)};
}

Operation operation_at(const Node& node) {
  const auto* call = std::get_if<Call>(&node.what);
  if (call == nullptr) return Operation::kUnplanned;
  return call->operation;
}

bool is_attribute(const Node& node) {
  if (node.constant != nullptr) return false;
  if (std::holds_alternative<Ident>(node.what) || std::holds_alternative<Select>(node.what)) {
    return true;
  }
  if (const auto* bind = std::get_if<Bind>(&node.what)) return bind->kind != Bind::Kind::kBind;
  const auto operation = operation_at(node);
  return operation == Operation::kConditional || operation == Operation::kIndex ||
         operation == Operation::kOptionalIndex;
}

}  // namespace

bool is_key(const Val& key) {
  switch (key.kind) {
    case Kind::kString:
    case Kind::kInt:
    case Kind::kUint:
    case Kind::kDouble:
    case Kind::kBool:
      return true;
    default:
      return false;
  }
}

std::string_view go_type_name(const Val& value) {
  switch (value.kind) {
    case Kind::kNull:
      return "types.Null";
    case Kind::kBool:
      return "types.Bool";
    case Kind::kInt:
      return "types.Int";
    case Kind::kUint:
      return "types.Uint";
    case Kind::kDouble:
      return "types.Double";
    case Kind::kString:
      return "types.String";
    case Kind::kBytes:
      return "types.Bytes";
    case Kind::kTimestamp:
      return "types.Timestamp";
    case Kind::kDuration:
      return "types.Duration";
    case Kind::kType:
      return "*types.Type";
    case Kind::kOptional:
      return "*types.Optional";
    case Kind::kList:
      return "*types.baseList";
    case Kind::kMap:
      return "*types.baseMap";
    case Kind::kIp:
      return "cel.IP";
    case Kind::kCidr:
      return "cel.CIDR";
    default:
      return type_name(value);
  }
}

Walker::Attribute Walker::resolve(const Node& node) {
  if (node.constant != nullptr) return {*node.constant};
  if (const auto* ident = std::get_if<Ident>(&node.what)) return {use(ident->slot)};
  if (const auto* select = std::get_if<Select>(&node.what)) return resolve_select(*select);
  if (const auto* bind = std::get_if<Bind>(&node.what)) {
    return {eval_bind(*bind), Attribute::State::kRoot, bind->kind != Bind::Kind::kBind};
  }
  if (const auto* call = std::get_if<Call>(&node.what)) {
    switch (call->operation) {
      case Operation::kConditional:
        return resolve_conditional(*call);
      case Operation::kIndex:
        return resolve_index(*call, false);
      case Operation::kOptionalIndex:
        return resolve_index(*call, true);
      default:
        break;
    }
  }
  return {eval(node)};
}

// The identifier at the start of a branch is not charged for: cel-go takes the branch's attribute
// out of what would charge.
Walker::Attribute Walker::resolve_conditional(const Call& call) {
  const auto condition = eval(*call.arguments[0]);
  if (!condition.is(Kind::kBool)) {
    return {condition.is_error() ? condition : no_such_overload(), Attribute::State::kRoot, true};
  }
  auto branch = resolve(*call.arguments[condition.boolean ? 1 : 2]);
  branch.is_free = true;
  return branch;
}

// Before something is taken from an attribute. False: it stays as it is.
bool Walker::open(Attribute& attribute) {
  if (attribute.val.is_error() || attribute.state == Attribute::State::kAbsent) return false;
  if (attribute.state != Attribute::State::kRoot || !attribute.val.is(Kind::kOptional)) return true;
  if (attribute.val.optional == nullptr) {
    attribute.state = Attribute::State::kAbsent;
    return false;
  }
  attribute.val = *attribute.val.optional;
  attribute.state = Attribute::State::kOptional;
  return !attribute.val.is_error();
}

Walker::Found Walker::find_field(const Val& from, const Select& select, Val& out) {
  if (from.is(Kind::kMap)) {
    const bool is_declared =
        select.object_schema != nullptr && from.is_json && from.json.schema == select.object_schema;
    const bool is_there =
        is_declared
            ? find_declared(evaluation_.arena, from, select.unescaped, *select.field_schema, out)
            : select_field(evaluation_.arena, from, select.field, select.unescaped, out);
    if (!is_there) return Found::kMissing;
    return out.is_error() ? Found::kFailed : Found::kFound;
  }
  if (from.is(Kind::kVariables)) return find_variable(from, select.field, out);
  if (!from.is(Kind::kList)) return Found::kMissing;
  out = literal_error("unsupported index type 'string' in list");
  return Found::kFailed;
}

Walker::Found Walker::find_variable(const Val& from, std::string_view name, Val& out) {
  auto* composition = evaluation_.composition;
  const auto* value = composition == nullptr ? nullptr : composition->value_of(name, from.visible);
  if (value == nullptr) return Found::kMissing;
  out = *value;
  return out.is_error() ? Found::kFailed : Found::kFound;
}

Walker::Found Walker::find_item(const Val& from, const Val& key, Val& out) {
  if (!is_key(key)) {
    out = fail("invalid qualifier type: " + std::string(go_type_name(key)));
    return Found::kFailed;
  }
  if (from.is(Kind::kMap)) {
    if (!map_find(evaluation_.arena, from, key, out)) return Found::kMissing;
    return out.is_error() ? Found::kFailed : Found::kFound;
  }
  if (from.is(Kind::kVariables)) {
    if (key.is(Kind::kString)) return find_variable(from, key.text, out);
    out = no_such_overload();
    return Found::kFailed;
  }
  if (!from.is(Kind::kList)) return Found::kMissing;
  if (key.is(Kind::kString) || key.is(Kind::kBool)) {
    out = fail("unsupported index type '" + std::string(type_name(key)) + "' in list");
    return Found::kFailed;
  }
  const auto index = index_of(key);
  if (!index.is_valid) {
    out = fail("unsupported index value " + message_text(key) + " in list");
    return Found::kFailed;
  }
  if (index.place < 0 || static_cast<std::uint64_t>(index.place) >= list_size(from)) {
    return Found::kMissing;
  }
  // Lists that have a schema take ints only (k8s.io/apiserver/pkg/cel/common/values.go).
  if (from.is_json && from.json.schema != nullptr && !key.is(Kind::kInt)) {
    out = fail("unsupported index: " + message_text(key));
    return Found::kFailed;
  }
  out = list_at(evaluation_.arena, from, static_cast<std::size_t>(index.place));
  return out.is_error() ? Found::kFailed : Found::kFound;
}

// The attribute after one step. What is looked for in an optional way costs only where it is there.
Walker::Attribute Walker::taken(const Attribute& from, Found found, const Val& out,
                                const Val& missing, bool is_presence) {
  const bool is_optional = is_presence || from.state == Attribute::State::kOptional;
  if (!is_optional || found == Found::kFound) evaluation_.charge(1);
  if (found == Found::kFailed) return {out, Attribute::State::kPlain, from.is_free};
  if (found == Found::kFound) {
    return {out, is_optional ? Attribute::State::kOptional : Attribute::State::kPlain,
            from.is_free};
  }
  if (is_optional) return {none_val(), Attribute::State::kAbsent, from.is_free};
  return {missing, Attribute::State::kPlain, from.is_free};
}

Walker::Attribute Walker::resolve_select(const Select& select) {
  auto from = resolve(*select.operand);
  const bool is_open = open(from);
  if (!is_open) {
    if (!select.is_test || from.val.is_error()) return from;
    return {bool_val(false), Attribute::State::kPlain, from.is_free};
  }
  Val out;
  const auto found = find_field(from.val, select, out);
  if (!select.is_test) {
    const bool needs_error = found == Found::kMissing && !select.is_optional &&
                             from.state != Attribute::State::kOptional;
    const auto missing =
        needs_error ? no_such_key(evaluation_.arena, string_val(select.field)) : Val();
    return taken(from, found, out, missing, select.is_optional);
  }
  if (from.state != Attribute::State::kOptional || found == Found::kFound) evaluation_.charge(1);
  if (found == Found::kFailed) return {out, Attribute::State::kPlain, from.is_free};
  return {bool_val(found == Found::kFound), Attribute::State::kPlain, from.is_free};
}

Val Walker::eval_index_key(const Node& node) {
  if (!is_attribute(node)) return eval(node);
  return value_of(resolve(node));
}

Walker::Attribute Walker::resolve_index(const Call& call, bool is_optional) {
  auto from = resolve(*call.arguments[0]);
  if (!open(from)) return from;
  const auto key = eval_index_key(*call.arguments[1]);
  if (evaluation_.is_exhausted) return {exhausted_error()};
  Val out = key;
  const auto found = key.is_error() ? Found::kFailed : find_item(from.val, key, out);
  Val missing;
  if (found == Found::kMissing && !is_optional && from.state != Attribute::State::kOptional) {
    missing = from.val.is(Kind::kList) ? fail("index out of bounds: " + message_text(key))
                                       : no_such_key(evaluation_.arena, key);
  }
  return taken(from, found, out, missing, is_optional);
}

Val Walker::value_of(const Attribute& attribute) {
  if (attribute.val.is_error()) return attribute.val;
  switch (attribute.state) {
    case Attribute::State::kOptional:
      return optional_val(evaluation_.arena, attribute.val);
    case Attribute::State::kAbsent:
      return none_val();
    default:
      return attribute.val;
  }
}

// Presence tests are free in Kubernetes: the charge for the chain's start is taken back, even where
// there was none.
Val Walker::eval_attribute(const Node& node) {
  const auto attribute = resolve(node);
  const auto* select = std::get_if<Select>(&node.what);
  const bool is_test = select != nullptr && select->is_test;
  if (is_test && attribute.is_free && evaluation_.cost > 0) --evaluation_.cost;
  if (!is_test && !attribute.is_free) evaluation_.charge(1);
  return value_of(attribute);
}

}  // namespace gatefold::cel
