// The evaluator's inside: one walk over a tree.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "schema/cel/ast.h"
#include "schema/cel/eval.h"
#include "schema/cel/val.h"

namespace gatefold::cel {

// As messages of the reference implementation name a value's type: `types.Int`.
std::string_view go_type_name(const Val& value);

// Whether a list or a map may be indexed with it at all.
bool is_key(const Val& value);

class Walker {
 public:
  Walker(std::span<Val> slots, Evaluation& evaluation) : slots_(slots), evaluation_(evaluation) {}

  Val eval(const Node& node);

 private:
  // An identifier, or what a value is taken from: a chain of selects and indexes over something.
  // cel-go calls that an attribute, applies the whole chain at once, and charges for it as one.
  struct Attribute {
    enum class State : std::uint8_t {
      kRoot,      // nothing was taken yet; an optional is opened by what comes first
      kPlain,     // no optional so far
      kOptional,  // `val` is what an optional holds
      kAbsent     // none, whatever follows
    };
    Val val;
    State state = State::kRoot;
    bool is_free = false;  // starts with a ternary, which is not charged for
  };

  Val use(std::uint32_t slot);
  Val eval_call(const Node& node, const Call& call);
  Val eval_logic(const Call& call, bool absorbing);
  Val eval_equality(const Call& call, bool wanted);
  Val eval_optional_or(const Call& call, bool wants_value);
  Val eval_operator(const Call& call);
  Val eval_function(const Call& call);
  Val eval_in_constants(const Call& call);
  Val eval_list(const ListLiteral& literal);
  Val eval_map(const MapLiteral& literal);

  Attribute resolve(const Node& node);
  Attribute resolve_conditional(const Call& call);
  Attribute resolve_select(const Select& select);
  Attribute resolve_index(const Call& call, bool is_optional);
  Val eval_attribute(const Node& node);
  // The value of an attribute without the charge for its start.
  Val value_of(const Attribute& attribute);
  Val eval_index_key(const Node& node);
  bool open(Attribute& attribute);

  enum class Found : std::uint8_t { kFound, kMissing, kFailed };
  Found find_field(const Val& from, const Select& select, Val& out);
  Found find_variable(const Val& from, std::string_view name, Val& out);
  Found find_item(const Val& from, const Val& key, Val& out);
  Attribute taken(const Attribute& from, Found found, const Val& out, const Val& missing,
                  bool is_presence);

  Val eval_comprehension(const Comprehension& comprehension);
  void bind_item(const Comprehension& comprehension, const Val& range, std::size_t index);
  Val all(const Comprehension& comprehension, const Val& range);
  Val exists(const Comprehension& comprehension, const Val& range);
  Val exists_one(const Comprehension& comprehension, const Val& range);
  bool keeps(const Comprehension& comprehension, std::optional<Val>& error);
  Val collect_list(const Comprehension& comprehension, const Val& range);
  Val collect_map(const Comprehension& comprehension, const Val& range);
  Val eval_bind(const Bind& bind);

  // A variable of optMap while what it will be bound to is evaluated. What is paid there for the
  // first use of a variable from outside is not paid again when that is evaluated again.
  struct Binding {
    std::uint32_t slot = 0;
    Binding* outer = nullptr;
    std::uint64_t paid_outside = 0;
  };

  Val fail(std::string_view message) { return error_val(evaluation_.arena, message); }

  std::span<Val> slots_;
  Evaluation& evaluation_;
  Binding* binding_ = nullptr;
};

}  // namespace gatefold::cel
