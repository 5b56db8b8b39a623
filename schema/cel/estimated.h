// What an estimate knows of an expression; inside of `estimate`.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "schema/cel/ast.h"
#include "schema/cel/range.h"

namespace gatefold::cel {

// Where in the variables' schemas an expression leads to: the variable, then fields and the names
// of declared_size.h. Empty: nowhere. Views texts of the tree.
//
// A path is a slice, as Go has them: what two paths append to the same one shares its space as long
// as there is room, so that the second overwrites the last step of the first. The reference asks
// for sizes by such paths after that has happened, and so do we.
class SizePath {
 public:
  SizePath() = default;
  explicit SizePath(std::string_view variable) : SizePath(SizePath().appended(variable)) {}

  SizePath appended(std::string_view step) const {
    auto out = *this;
    const auto room = space_ == nullptr ? 0 : space_->size();
    if (size_ == room) {
      out.space_ =
          std::make_shared<std::vector<std::string_view>>(std::max<std::size_t>(1, 2 * room));
      if (space_ != nullptr) std::ranges::copy(*space_, out.space_->begin());
    }
    (*out.space_)[size_] = step;
    ++out.size_;
    return out;
  }

  std::span<const std::string_view> steps() const {
    return space_ == nullptr ? std::span<const std::string_view>()
                             : std::span<const std::string_view>(*space_).first(size_);
  }

 private:
  std::shared_ptr<std::vector<std::string_view>> space_;
  std::size_t size_ = 0;
};

// Sizes of what a list or a map holds.
struct Entries {
  bool is_list = false;
  Range key;  // of a list: 1
  Range value;

  Entries united(const Entries& other) const {
    return {.is_list = is_list, .key = key.united(other.key), .value = value.united(other.value)};
  }
};

inline std::optional<Entries> united(const std::optional<Entries>& a,
                                     const std::optional<Entries>& b) {
  if (!a || !b) return std::nullopt;
  return a->united(*b);
}

struct Estimated {
  const Type* type = nullptr;
  std::string_view name;             // of an identifier
  const Literal* literal = nullptr;  // nullptr: it is none
  SizePath path;
  std::optional<Range> size;  // nothing: not known, or not yet
  std::optional<Entries> entries;
  Range cost;  // of the expression with all that is below it
};

}  // namespace gatefold::cel
