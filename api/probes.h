// Health: /livez, /readyz, /healthz and their single checks (R3.2).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/request.h"
#include "api/response.h"

namespace gatefold::api {

struct CheckResult {
  bool is_ok = true;
  std::string note;  // shown with ?verbose
};

// Any thread.
class Probes {
 public:
  // Checks are added before the server starts. `live`: it counts for /livez too, not only for
  // readiness.
  void add(std::string name, bool live, std::function<CheckResult()> check);

  // `path` is `/readyz`, `/livez/log`, ...; nothing where it is no probe.
  std::optional<Response> answer(std::string_view path, const Query& query) const;

 private:
  struct Check {
    std::string name;
    bool live;
    std::function<CheckResult()> run;
  };
  std::vector<Check> checks_;
};

}  // namespace gatefold::api
