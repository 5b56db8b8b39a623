#include "engine/review_facts.h"

#include "engine/tokens.h"

namespace gatefold::engine {
namespace {

constexpr std::pair<std::string_view, std::string_view> kBoundKinds[] = {
    {"Pod", "pods"}, {"Secret", "secrets"}, {"Node", "nodes"}};

}  // namespace

std::optional<BoundReference> bound_reference(const Value& request) {
  const auto* said = find_path(request, {"spec", "boundObjectRef"});
  if (said == nullptr || !said->is_object()) return std::nullopt;
  const auto api_version = string_at(*said, {"apiVersion"});
  const auto slash = api_version.find('/');
  const bool has_group = slash != std::string_view::npos;
  BoundReference reference{
      .group = std::string(has_group ? api_version.substr(0, slash) : ""),
      .version = std::string(has_group ? api_version.substr(slash + 1) : api_version),
      .kind = std::string(string_at(*said, {"kind"})),
      .name = std::string(string_at(*said, {"name"})),
      .uid = std::string(string_at(*said, {"uid"})),
      .plural = {}};
  for (const auto& [kind, plural] : kBoundKinds) {
    if (reference.group.empty() && reference.kind == kind) reference.plural = plural;
  }
  return reference;
}

Result<void> gather_review(const Command& command, const View& view, const Overlay* overlay,
                           Time now, Facts& facts) {
  facts.review.tokens = view.tokens.get();
  const auto token = string_at(command.body, {"spec", "token"});
  if (facts.kind->plural == "tokenreviews" && !token.empty()) {
    facts.review.token = examine_token(token, view, overlay, now);
  }
  return {};
}

Result<void> gather_token_request(const Command& command, const View& view, const Overlay* overlay,
                                  Facts& facts) {
  facts.review.tokens = view.tokens.get();
  const auto reference = bound_reference(command.body);
  if (!reference || reference->plural.empty()) return {};
  const auto name_space = reference->plural == "nodes" ? "" : command.name_space;
  auto bound =
      current_object({std::string(reference->plural), name_space, reference->name}, view, overlay);
  if (!bound) return std::unexpected(std::move(bound.error()));
  facts.review.bound = std::move(*bound);
  if (!facts.review.bound || reference->plural != "pods") return {};
  const std::string node_name(string_at(*facts.review.bound, {"spec", "nodeName"}));
  if (node_name.empty()) return {};
  auto node = current_object({"nodes", "", node_name}, view, overlay);
  if (!node) return std::unexpected(std::move(node.error()));
  facts.review.node = std::move(*node);
  return {};
}

}  // namespace gatefold::engine
