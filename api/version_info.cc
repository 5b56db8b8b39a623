#include "api/version_info.h"

#include <fmt/format.h>

#include "schema/json.h"
#include "schema/value.h"

namespace gatefold::api {
namespace {

constexpr std::string_view platform() {
#if defined(__linux__) && defined(__x86_64__)
  return "linux/amd64";
#elif defined(__linux__) && defined(__aarch64__)
  return "linux/arm64";
#else
  return "unknown/unknown";
#endif
}

}  // namespace

std::string git_version() {
  return fmt::format("v{}.{}.0+gatefold-{}", kKubernetesMajor, kKubernetesMinor, GATEFOLD_VERSION);
}

std::string version_document() {
  // Generated clients demand every member. The build is reproducible, so its date is no real one,
  // and there is no Go in it.
  const JsonObject document{
      {"major", std::to_string(kKubernetesMajor)},
      {"minor", std::to_string(kKubernetesMinor)},
      {"gitVersion", git_version()},
      {"gitCommit", ""},
      {"gitTreeState", ""},
      {"buildDate", "1970-01-01T00:00:00Z"},
      {"goVersion", ""},
      {"compiler", "clang"},
      {"platform", platform()},
  };
  return to_json(document);
}

}  // namespace gatefold::api
