// Field paths as error texts show them: `spec.listeners[0].name`, `metadata.labels`.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace gatefold {

// A node of a path on the stack of a recursive walk: costs nothing until it is printed. A child
// must not outlive its parent.
class Path {
 public:
  Path() = default;  // the root; prints as ""
  Path(const Path& parent, std::string_view member) : parent_(&parent), member_(member) {}
  Path(const Path& parent, std::size_t index) : parent_(&parent), index_(index), is_index_(true) {}
  // A key of a map where it is told from a field: `labels[app]`.
  static Path of_key(const Path& parent, std::string_view key) {
    Path path(parent, key);
    path.is_key_ = true;
    return path;
  }

  std::string text() const;
  bool is_root() const { return parent_ == nullptr; }

 private:
  const Path* parent_ = nullptr;
  std::string_view member_;
  std::size_t index_ = 0;
  bool is_index_ = false;
  bool is_key_ = false;
};

}  // namespace gatefold
