#include "schema/cel/cost.h"

#include <limits>

namespace gatefold::cel {
namespace {

// The reference lets short strings pass for nothing and has no bound; here nodes beyond kFreeNodes
// count too, and a walk has an end: lists that name one another make small expressions into endless
// ones.
class Walk {
 public:
  std::uint64_t cost(const Val& value) {
    visit(value, 0);
    if (is_endless_) return kUnpayable;
    return units_ + (nodes_ > kFreeNodes ? (nodes_ - kFreeNodes) / kNodesPerUnit : 0);
  }

 private:
  static constexpr std::uint64_t kUnpayable = std::numeric_limits<std::int64_t>::max();
  static constexpr std::uint64_t kFreeNodes = 4096;
  static constexpr std::uint64_t kNodesPerUnit = 64;
  static constexpr std::uint64_t kNodesMax = 1 << 24;
  static constexpr std::size_t kWalkDepthMax = 1000;

  void visit(const Val& value, std::size_t depth) {
    is_endless_ = is_endless_ || ++nodes_ > kNodesMax || depth > kWalkDepthMax;
    if (is_endless_) return;
    switch (value.kind) {
      case ValKind::kString:
      case ValKind::kBytes:
        units_ += value.text.size() / 10;
        return;
      case ValKind::kList:
        for (std::size_t i = 0; i < list_size(value) && !is_endless_; ++i) {
          visit(list_at(scratch_, value, i), depth + 1);
        }
        return;
      case ValKind::kMap:
        for (std::size_t i = 0; i < map_size(value) && !is_endless_; ++i) {
          const MapItem item = map_at(scratch_, value, i);
          visit(item.key, depth + 1);
          visit(item.value, depth + 1);
        }
        return;
      default:
        ++units_;
    }
  }

  Arena scratch_;
  std::uint64_t units_ = 0;
  std::uint64_t nodes_ = 0;
  bool is_endless_ = false;
};

}  // namespace

std::uint64_t walk_cost(const Val& value) {
  return Walk().cost(value);
}

}  // namespace gatefold::cel
