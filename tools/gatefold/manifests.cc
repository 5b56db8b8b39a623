#include "tools/gatefold/manifests.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>
#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "engine/page.h"
#include "engine/read.h"
#include "schema/json.h"
#include "schema/meta.h"

namespace gatefold::tools {
namespace {

constexpr std::string_view kManager = "gatefold-manifests";
// Editors write files in several steps: news is let settle before the folder is read.
constexpr int kSettleMs = 100;
// Without news the folder is read again now and then: not every file system tells.
constexpr int kRescanMs = 30'000;
constexpr std::size_t kNoteErrorsMax = 5;

engine::Actor actor(std::string_view verb) {
  return {"system:gatefold:manifests", "gatefold", std::string(kManager), std::string(verb), ""};
}

struct Target {
  CatalogPtr catalog;  // keeps kind alive
  const Kind* kind = nullptr;
  std::string version;
  ObjectKey key;
};

Result<Target> target_of(const engine::View& view, const Value& object) {
  const auto api_version = string_at(object, {"apiVersion"});
  const auto slash = api_version.find('/');
  const auto group = slash == std::string_view::npos ? "" : api_version.substr(0, slash);
  Target target;
  target.catalog = view.catalog;
  target.version = api_version.substr(slash == std::string_view::npos ? 0 : slash + 1);
  target.kind = view.catalog->find_kind(group, string_at(object, {"kind"}));
  const auto* version = target.kind == nullptr ? nullptr : target.kind->version(target.version);
  if (version == nullptr || !version->served) {
    return bad_request(
        fmt::format("no kind {} in {} is served", string_at(object, {"kind"}), api_version));
  }
  if (name_of(object).empty()) return bad_request("metadata.name is needed");
  auto name_space = std::string(namespace_of(object));
  if (!target.kind->namespaced()) name_space.clear();
  if (target.kind->namespaced() && name_space.empty()) name_space = "default";
  target.key = {target.kind->resource, name_space, std::string(name_of(object))};
  return target;
}

engine::Command command_on(const Kind& kind, const std::string& version, const ObjectKey& key,
                           engine::Verb verb) {
  engine::Command command;
  command.verb = verb;
  command.group = kind.group;
  command.version = version;
  command.plural = kind.plural;
  command.name_space = key.name_space;
  if (verb != engine::Verb::kCreate) command.name = key.name;
  command.field_validation = engine::FieldValidation::kStrict;
  return command;
}

// Status belongs to controllers, not to files.
Value without_status(Value object) {
  object.as_object().erase("status");
  return object;
}

JsonObject& annotations_of(Value& object) {
  auto& metadata = object_member(object.as_object(), "metadata");
  return object_member(metadata, "annotations");
}

}  // namespace

Value manifest_patch(const Value& applied, const Value& desired) {
  if (!desired.is_object()) return desired;
  JsonObject patch;
  for (const auto& [key, value] : desired.as_object()) {
    const auto* before = find(applied, key);
    patch[key] = manifest_patch(before == nullptr ? Value() : *before, value);
  }
  if (applied.is_object()) {
    for (const auto& [key, value] : applied.as_object()) {
      if (!desired.as_object().contains(key)) patch[key] = nullptr;
    }
  }
  return patch;
}

Manifests::Manifests(engine::Engine& engine, std::filesystem::path folder)
    : engine_(engine), folder_(std::move(folder)), stop_event_(eventfd(0, EFD_CLOEXEC)) {}

Manifests::~Manifests() {
  stop();
  if (stop_event_ >= 0) close(stop_event_);
}

void Manifests::start() {
  thread_ = std::thread([this] { follow(); });
}

void Manifests::stop() {
  if (!thread_.joinable()) return;
  eventfd_write(stop_event_, 1);
  thread_.join();
}

std::string Manifests::note() const {
  const std::scoped_lock lock(mutex_);
  return note_;
}

void Manifests::follow() {
  const int watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  const auto mask = IN_CREATE | IN_DELETE | IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO;
  if (inotify_add_watch(watch, folder_.c_str(), mask) < 0) {
    spdlog::warn("{} can't be watched; it is read every {} s", folder_.string(), kRescanMs / 1000);
  }
  apply();
  pollfd waits[] = {{stop_event_, POLLIN, 0}, {watch, POLLIN, 0}};
  for (;;) {
    poll(waits, 2, kRescanMs);
    if ((waits[0].revents & POLLIN) != 0) break;
    if ((waits[1].revents & POLLIN) != 0) {
      if (poll(waits, 1, kSettleMs) > 0) break;
      char drained[4096];
      while (read(watch, drained, sizeof(drained)) > 0) {
      }
    }
    apply();
  }
  close(watch);
}

std::vector<std::string> Manifests::apply() {
  auto folder = read_manifests(folder_);
  auto errors = folder.errors;
  present_.clear();
  std::size_t applied = 0;
  // Namespaces first: the others may live in them.
  for (const bool namespaces : {true, false}) {
    for (const auto& object : folder.objects) {
      if ((string_at(object.value, {"kind"}) == "Namespace") != namespaces) continue;
      applied += apply_object(object, errors) ? 1 : 0;
    }
  }
  remove_departed(folder, errors);
  for (const auto& error : errors) spdlog::error("manifests: {}", error);

  auto note = fmt::format("{} objects", applied);
  for (std::size_t i = 0; i < std::min(errors.size(), kNoteErrorsMax); ++i) {
    note += (i == 0 ? "; errors: " : "; ") + errors[i];
  }
  if (errors.size() > kNoteErrorsMax)
    note += fmt::format("; and {} more", errors.size() - kNoteErrorsMax);
  const std::scoped_lock lock(mutex_);
  note_ = std::move(note);
  return errors;
}

bool Manifests::apply_object(const ManifestObject& object, std::vector<std::string>& errors) {
  const auto complain = [&](const Status& status) {
    errors.push_back(fmt::format("{}: {} {}: {}", object.file, string_at(object.value, {"kind"}),
                                 name_of(object.value), status.message));
    return false;
  };
  auto view = engine_.view();
  if (view == nullptr) return complain({.message = "the store is being opened again"});
  auto target = target_of(*view, object.value);
  if (!target) return complain(target.error());
  const auto& kind = *target->kind;
  present_.insert(target->key);
  auto desired = without_status(object.value);
  const auto said = canonical_json(desired);

  auto current = engine::read_object(*view, kind, *kind.version(target->version), target->key);
  view.reset();
  if (!current) return complain(current.error());
  annotations_of(desired)[kAppliedAnnotation] = said;
  if (!*current) {
    auto command = command_on(kind, target->version, target->key, engine::Verb::kCreate);
    annotations_of(desired)[kFileAnnotation] = object.file;
    auto& metadata = object_member(desired.as_object(), "metadata");
    object_member(metadata, "labels")[kCreatedLabel] = "manifests";
    command.body = std::move(desired);
    command.actor = actor("create");
    auto created = engine_.execute(std::move(command));
    return created ? true : complain(created.error());
  }
  auto stored = parse_json((*current)->json);
  if (!stored) return complain({.message = "the stored object can't be read"});
  auto& annotations = annotations_of(stored->value);
  const auto* before = annotations.if_contains(kAppliedAnnotation);
  auto applied =
      before != nullptr && before->is_string() ? parse_json(before->as_string()) : parse_json("{}");
  // An object that the folder created moves with its file.
  if (annotations.contains(kFileAnnotation)) annotations_of(desired)[kFileAnnotation] = object.file;
  auto command = command_on(kind, target->version, target->key, engine::Verb::kPatch);
  command.patch_type = engine::PatchType::kMerge;
  command.body = manifest_patch(applied ? applied->value : Value(), desired);
  command.actor = actor("patch");
  auto patched = engine_.execute(std::move(command));
  return patched ? true : complain(patched.error());
}

void Manifests::remove_departed(const ManifestFolder& folder, std::vector<std::string>& errors) {
  const auto is_broken = [&](std::string_view file) {
    return std::ranges::any_of(folder.broken_files,
                               [&](const auto& broken) { return broken == "*" || broken == file; });
  };
  auto view = engine_.view();
  if (view == nullptr) return;
  std::vector<std::pair<const Kind*, ObjectKey>> departed;
  for (const auto& kind : view->catalog->kinds()) {
    engine::ListQuery query;
    query.group = kind->group;
    query.version = kind->storage_version().name;
    query.plural = kind->plural;
    query.labels.requirements.push_back(
        {std::string(kCreatedLabel), LabelRequirement::Operator::kIn, {"manifests"}});
    auto lister = engine::Lister::start(std::move(query), *view);
    if (!lister) continue;
    auto listed =
        lister->next(*view, std::numeric_limits<std::size_t>::max(), [&](std::string_view json) {
          auto object = parse_json(json);
          if (!object) return;
          const auto file = string_at(object->value, {"metadata", "annotations", kFileAnnotation});
          ObjectKey key{kind->resource, std::string(namespace_of(object->value)),
                        std::string(name_of(object->value))};
          const bool stays = file.empty() || is_broken(file) || present_.contains(key) ||
                             is_deleting(object->value);
          if (!stays) departed.emplace_back(kind.get(), std::move(key));
        });
    if (!listed) errors.push_back(listed.error().message);
  }
  const auto catalog = view->catalog;
  view.reset();
  for (const auto& [kind, key] : departed) {
    auto command = command_on(*kind, kind->storage_version().name, key, engine::Verb::kDelete);
    command.actor = actor("delete");
    auto removed = engine_.execute(std::move(command));
    if (!removed && removed.error().reason != Reason::kNotFound)
      errors.push_back(fmt::format("{}: {}", to_string(key), removed.error().message));
  }
}

}  // namespace gatefold::tools
