#include "tools/gatefold/kubeconfig.h"

#include <fmt/format.h>

namespace gatefold::tools {

std::string kubeconfig_text(const std::string& server) {
  return fmt::format(
      "apiVersion: v1\n"
      "kind: Config\n"
      "clusters:\n"
      "- name: gatefold\n"
      "  cluster:\n"
      "    server: {}\n"
      "users:\n"
      "- name: gatefold\n"
      "  user: {{}}\n"
      "contexts:\n"
      "- name: gatefold\n"
      "  context:\n"
      "    cluster: gatefold\n"
      "    user: gatefold\n"
      "    namespace: default\n"
      "current-context: gatefold\n",
      server);
}

}  // namespace gatefold::tools
