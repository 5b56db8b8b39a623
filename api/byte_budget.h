// Bytes in memory for requests that are being read or answered, over all connections of a server:
// each may be small, and all together still too much. Any thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <utility>

namespace gatefold::api {

class ByteBudget {
 public:
  explicit ByteBudget(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  // What one request has of it, given back at its end.
  class Share {
   public:
    explicit Share(ByteBudget& budget) : budget_(&budget) {}
    Share(Share&& other) noexcept
        : budget_(other.budget_), bytes_(std::exchange(other.bytes_, 0)) {}
    Share& operator=(Share&&) = delete;
    ~Share() { release(); }

    // False: there is no room, and the share is as it was.
    bool grow_to(std::size_t bytes) {
      if (bytes <= bytes_) return true;
      const auto more = bytes - bytes_;
      if (budget_->taken_.fetch_add(more) + more > budget_->bytes_max_) {
        budget_->taken_ -= more;
        return false;
      }
      bytes_ = bytes;
      return true;
    }
    void release() { budget_->taken_ -= std::exchange(bytes_, 0); }

   private:
    ByteBudget* budget_;
    std::size_t bytes_ = 0;
  };

 private:
  const std::size_t bytes_max_;
  std::atomic<std::size_t> taken_{0};
};

}  // namespace gatefold::api
