#include "tools/gatefold/kubeconfig.h"

#include <memory>
#include <string_view>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "tools/gatefold/commands.h"
#include "tools/gatefold/exit_code.h"

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

void add_kubeconfig(CLI::App& app, Run& run) {
  auto server = std::make_shared<std::string>("http://127.0.0.1:8080");
  auto* command = app.add_subcommand("kubeconfig", "Print a kubeconfig for clients");
  command->add_option("--server", *server, "The server's URL")->capture_default_str();
  command->callback([server, &run] {
    run = [server] {
      fmt::print("{}", kubeconfig_text(*server));
      return kFine;
    };
  });
}

}  // namespace gatefold::tools
