#include "tools/gatefold/kubeconfig.h"

#include <string_view>

#include <fmt/format.h>

namespace gatefold::tools {

std::string kubeconfig_text(const std::string& server) {
  // Over plain HTTP there is no certificate to verify, and client-node wants that said before it
  // speaks at all. client-go reads the line for https servers only.
  const std::string_view unverified =
      server.starts_with("http:") ? "    insecure-skip-tls-verify: true\n" : "";
  return fmt::format(
      "apiVersion: v1\n"
      "kind: Config\n"
      "clusters:\n"
      "- name: gatefold\n"
      "  cluster:\n"
      "    server: {}\n{}"
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
      server, unverified);
}

}  // namespace gatefold::tools
