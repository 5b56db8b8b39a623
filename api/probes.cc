#include "api/probes.h"

#include <algorithm>

namespace gatefold::api {

void Probes::add(std::string name, bool live, std::function<CheckResult()> check) {
  checks_.push_back({std::move(name), live, std::move(check)});
}

std::optional<Response> Probes::answer(std::string_view path, const Query& query) const {
  if (path.ends_with('/')) path.remove_suffix(1);
  if (!path.starts_with('/')) return std::nullopt;
  path.remove_prefix(1);
  const auto slash = path.find('/');
  const auto probe = path.substr(0, slash);
  const auto single = slash == std::string_view::npos ? "" : path.substr(slash + 1);
  const bool only_live = probe == "livez" || probe == "healthz";
  if (!only_live && probe != "readyz") return std::nullopt;

  const auto excluded = query.all("exclude");
  std::string lines;
  bool is_ok = true;
  bool found = single.empty();
  for (const auto& check : checks_) {
    if (only_live && !check.live) continue;
    if (!single.empty() && check.name != single) continue;
    found = true;
    if (std::ranges::find(excluded, check.name) != excluded.end()) {
      lines += "[+]" + check.name + " excluded: ok\n";
      continue;
    }
    const auto result = check.run();
    is_ok = is_ok && result.is_ok;
    lines += result.is_ok ? "[+]" + check.name + " ok" : "[-]" + check.name + " failed";
    lines += result.note.empty() ? "\n" : ": " + result.note + "\n";
  }
  if (!found) return text_response(404, "404 page not found\n");
  if (!is_ok) return text_response(500, lines + std::string(probe) + " check failed\n");
  if (!query.first("verbose")) return text_response(200, "ok");
  return text_response(200, lines + std::string(probe) + " check passed\n");
}

}  // namespace gatefold::api
