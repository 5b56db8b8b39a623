#include "schema/path.h"

#include <vector>

namespace gatefold {

std::string Path::text() const {
  std::vector<const Path*> nodes;
  for (const Path* node = this; !node->is_root(); node = node->parent_) nodes.push_back(node);
  std::string text;
  for (auto node = nodes.rbegin(); node != nodes.rend(); ++node) {
    if ((*node)->is_index_) {
      text += '[' + std::to_string((*node)->index_) + ']';
      continue;
    }
    if ((*node)->is_key_) {
      text += '[';
      text += (*node)->member_;
      text += ']';
      continue;
    }
    if (!text.empty()) text += '.';
    text += (*node)->member_;
  }
  return text;
}

}  // namespace gatefold
