// What `GET /version` answers (spec R3.1).
#pragma once

#include <string>

namespace gatefold::api {

// The release of Kubernetes whose behaviour is shown to clients (spec R0.1).
inline constexpr int kKubernetesMajor = 1;
inline constexpr int kKubernetesMinor = 33;

// `v1.33.0+gatefold-0.1.0`: a semantic version, so that clients can judge their skew.
std::string git_version();

std::string version_document();

}  // namespace gatefold::api
