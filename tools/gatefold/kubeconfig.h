// `gatefold kubeconfig`: a kubeconfig for kubectl and other clients.
#pragma once

#include <string>

namespace gatefold::tools {

// YAML text that names one cluster, user and context, all called gatefold. That certificates are
// not verified is said of http: servers alone.
std::string kubeconfig_text(const std::string& server);

}  // namespace gatefold::tools
