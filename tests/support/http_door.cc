#include <stdexcept>

#include <fmt/format.h>

#include "schema/json.h"
#include "tests/support/doors.h"
#include "tests/support/http_peer.h"
#include "tests/support/served_engine.h"

namespace gatefold::test {
namespace {

std::string encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || std::string_view("-._~").contains(c);
    out += is_plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

std::string path_of(std::string_view group, std::string_view version, std::string_view plural,
                    std::string_view name_space) {
  std::string path =
      group.empty() ? fmt::format("/api/{}", version) : fmt::format("/apis/{}/{}", group, version);
  if (!name_space.empty()) path += fmt::format("/namespaces/{}", name_space);
  return path + fmt::format("/{}", plural);
}

class Query {
 public:
  void add(std::string_view name, std::string_view value) {
    text_ += fmt::format("{}{}={}", text_.empty() ? '?' : '&', name, encoded(value));
  }
  void add_if(std::string_view name, std::string_view value) {
    if (!value.empty()) add(name, value);
  }
  void add(engine::VersionMatch match) {
    if (match == engine::VersionMatch::kExact) add("resourceVersionMatch", "Exact");
    if (match == engine::VersionMatch::kNotOlderThan) add("resourceVersionMatch", "NotOlderThan");
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

std::string_view method_of(engine::Verb verb) {
  switch (verb) {
    case engine::Verb::kCreate:
      return "POST";
    case engine::Verb::kUpdate:
      return "PUT";
    case engine::Verb::kPatch:
      return "PATCH";
    case engine::Verb::kDelete:
      return "DELETE";
  }
  return "";
}

std::string_view content_type_of(const engine::Command& command) {
  if (command.verb != engine::Verb::kPatch) return "application/json";
  switch (command.patch_type) {
    case engine::PatchType::kJson:
      return "application/json-patch+json";
    case engine::PatchType::kMerge:
      return "application/merge-patch+json";
    case engine::PatchType::kStrategicMerge:
      return "application/strategic-merge-patch+json";
    case engine::PatchType::kApply:
      return "application/apply-patch+yaml";
    case engine::PatchType::kRestore:
      break;  // no patch on the wire: it goes to /rollback
  }
  return "";
}

Query query_of(const engine::Command& command) {
  Query query;
  if (command.verb == engine::Verb::kDelete) return query;
  if (command.dry_run) query.add("dryRun", "All");
  if (command.field_validation == engine::FieldValidation::kStrict) {
    query.add("fieldValidation", "Strict");
  } else if (command.field_validation == engine::FieldValidation::kIgnore) {
    query.add("fieldValidation", "Ignore");
  }
  query.add_if("fieldManager", command.actor.field_manager);
  if (command.force) query.add("force", "true");
  return query;
}

std::string delete_options(const engine::Command& command) {
  const auto& options = command.delete_options;
  JsonObject body{{"kind", "DeleteOptions"}, {"apiVersion", "v1"}};
  JsonObject preconditions;
  if (options.uid) preconditions["uid"] = *options.uid;
  if (options.resource_version) preconditions["resourceVersion"] = *options.resource_version;
  if (!preconditions.empty()) body["preconditions"] = std::move(preconditions);
  if (command.dry_run) body["dryRun"] = JsonArray{"All"};
  if (options.orphan_dependents) body["orphanDependents"] = *options.orphan_dependents;
  if (options.propagation == engine::Propagation::kBackground)
    body["propagationPolicy"] = "Background";
  if (options.propagation == engine::Propagation::kForeground)
    body["propagationPolicy"] = "Foreground";
  if (options.propagation == engine::Propagation::kOrphan) body["propagationPolicy"] = "Orphan";
  return to_json(body);
}

// The text of `299 - "text"`.
std::string warning_text(std::string_view header) {
  std::string text;
  const auto begin = header.find('"');
  if (begin == std::string_view::npos || !header.ends_with('"')) return std::string(header);
  header = header.substr(begin + 1, header.size() - begin - 2);
  for (std::size_t i = 0; i < header.size(); ++i) {
    if (header[i] == '\\' && i + 1 < header.size()) ++i;
    text += header[i];
  }
  return text;
}

Answer answer_of(const HttpAnswer& http) {
  Answer answer;
  for (const auto& warning : http.all("warning")) answer.warnings.push_back(warning_text(warning));
  auto body = http.json();
  if (http.code >= 200 && http.code < 300) {
    if (string_at(body, {"kind"}) != "Status") answer.object = std::move(body);
    return answer;
  }
  answer.reason = string_at(body, {"reason"});
  if (answer.reason.empty()) answer.reason = fmt::format("HTTP {}", http.code);
  answer.message = body.is_null() ? http.body : std::string(string_at(body, {"message"}));
  answer.continue_token = string_at(body, {"metadata", "continue"});
  const auto* causes = find_path(body, {"details", "causes"});
  if (causes == nullptr) return answer;
  for (const auto& cause : causes->as_array()) {
    answer.causes.push_back({std::string(string_at(cause, {"reason"})),
                             std::string(string_at(cause, {"message"})),
                             std::string(string_at(cause, {"field"}))});
  }
  return answer;
}

class HttpWatch : public Watch {
 public:
  explicit HttpWatch(HttpPeer peer) : peer_(std::move(peer)) {}

  std::optional<Seen> next() override {
    const auto line = peer_.read_line();
    if (!line) return std::nullopt;
    auto event = parse_json(*line);
    if (!event) throw std::runtime_error("an event that is no JSON: " + *line);
    return Seen{std::string(string_at(event->value, {"type"})), *find(event->value, "object")};
  }

 private:
  HttpPeer peer_;
};

class HttpDoor : public Door {
 public:
  HttpDoor() : server_(world_.world()), peer_(server_.port()) {}

  Answer write(engine::Command command) override {
    auto target = path_of(command.group, command.version, command.plural, command.name_space);
    if (!command.name.empty()) target += "/" + encoded(command.name);
    if (!command.subresource.empty()) target += "/" + command.subresource;
    target += query_of(command).text();
    const auto body =
        command.verb == engine::Verb::kDelete ? delete_options(command) : to_json(command.body);
    return answer_of(peer_.call(
        method_of(command.verb), target,
        {{"Content-Type", std::string(content_type_of(command))}, {"User-Agent", "contract"}},
        body));
  }

  Answer get(const Resource& resource, const std::string& name_space,
             const std::string& name) override {
    return answer_of(peer_.call(
        "GET",
        path_of(resource.group, resource.version, resource.plural, name_space) + "/" + name));
  }

  Answer get_scale(const Resource& resource, const std::string& name_space,
                   const std::string& name) override {
    return get(resource, name_space, name + "/scale");
  }

  Page list(const ListAsk& ask) override {
    Query query;
    query.add_if("labelSelector", ask.labels);
    query.add_if("fieldSelector", ask.fields);
    if (ask.limit != 0) query.add("limit", std::to_string(ask.limit));
    query.add_if("continue", ask.continue_token);
    query.add_if("resourceVersion", ask.resource_version);
    query.add(ask.match);
    const auto& resource = ask.resource;
    auto answer = answer_of(peer_.call(
        "GET",
        path_of(resource.group, resource.version, resource.plural, ask.name_space) + query.text()));
    Page page{.reason = answer.reason,
              .message = answer.message,
              .causes = answer.causes,
              .continue_token = answer.continue_token};
    if (!answer.ok()) return page;
    for (const auto& item : find(answer.object, "items")->as_array()) page.items.push_back(item);
    const auto* metadata = find(answer.object, "metadata");
    page.resource_version = string_at(*metadata, {"resourceVersion"});
    page.continue_token = string_at(*metadata, {"continue"});
    if (find(*metadata, "remainingItemCount") != nullptr) {
      page.remaining = integer_at(*metadata, {"remainingItemCount"}, -1);
    }
    return page;
  }

  OpenedWatch watch(const WatchAsk& ask) override {
    Query query;
    query.add("watch", "1");
    query.add_if("labelSelector", ask.labels);
    query.add_if("fieldSelector", ask.fields);
    query.add_if("resourceVersion", ask.resource_version);
    if (ask.bookmarks) query.add("allowWatchBookmarks", "true");
    if (ask.send_initial_events) {
      query.add("sendInitialEvents", *ask.send_initial_events ? "true" : "false");
    }
    query.add(ask.match);
    const auto& resource = ask.resource;
    HttpPeer peer(server_.port());
    peer.send(fmt::format(
        "GET {}{} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        path_of(resource.group, resource.version, resource.plural, ask.name_space), query.text()));
    auto head = peer.read_head();
    if (head.code == 200) return {{}, std::make_unique<HttpWatch>(std::move(peer))};
    peer.read_body(head);
    return {answer_of(head), nullptr};
  }

 protected:
  engine::Engine& engine() override { return server_.engine(); }

 private:
  ServedEngine server_;
  HttpPeer peer_;
};

}  // namespace

std::unique_ptr<Door> open_http_door() {
  return std::make_unique<HttpDoor>();
}

}  // namespace gatefold::test
