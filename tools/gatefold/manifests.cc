#include "tools/gatefold/manifests.h"

#include <algorithm>
#include <exception>
#include <limits>
#include <optional>

#include <fmt/format.h>
#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "engine/page.h"
#include "engine/read.h"
#include "schema/json.h"
#include "schema/meta.h"
#include "tools/gatefold/manifest_object.h"
#include "tools/gatefold/manifest_watch.h"

namespace gatefold::tools {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Editors write files in several steps: the folder is read when there was no news for so long, or
// when a file that is always written to would keep it waiting.
constexpr milliseconds kSettle{100};
constexpr milliseconds kSettleMax{5000};
// Without news the folder is read again now and then: not every file system tells.
constexpr milliseconds kRescan{30'000};
constexpr std::size_t kNoteErrorsMax = 5;

constexpr std::string_view kNamespaces = "namespaces";

bool is_namespace(const ManifestObject& object) {
  return string_at(object.value, {"kind"}) == "Namespace";
}

// Whether this life of the object began with a file of the folder.
// kExpired where that is no longer kept.
Result<bool> is_created_by_manifests(const storage::Snapshot& snapshot, Revision revision) {
  while (revision.number > 0) {
    const auto event = snapshot.event(revision);
    if (!event) return std::unexpected(event.error());
    if (!*event) return false;
    if ((*event)->type == storage::EventType::kAdded) {
      const auto& actor = (*event)->actor;
      return actor.user == kManifestsUser && actor.field_manager == kManifestsManager;
    }
    revision = (*event)->previous;
  }
  return false;
}

// An object in the namespace that is not on its way out.
Result<std::optional<ObjectKey>> find_staying(const engine::View& view, const std::string& name) {
  std::optional<ObjectKey> staying;
  for (const auto& kind : view.catalog->kinds()) {
    if (!kind->namespaced() || kind->is_view() || kind->shows_log()) continue;
    auto scanned = view.snapshot->scan(kind->resource, name, std::nullopt, [&](const auto& row) {
      const auto object = parse_json(row.body);
      if (object && is_deleting(object->value)) return true;
      staying = ObjectKey{kind->resource, std::string(row.name_space), std::string(row.name)};
      return false;
    });
    if (!scanned) return std::unexpected(std::move(scanned.error()));
    if (staying) break;
  }
  return staying;
}

}  // namespace

Manifests::Manifests(engine::Engine& engine, std::filesystem::path folder,
                     milliseconds departure_wait)
    : engine_(engine),
      folder_(std::move(folder)),
      departure_wait_(departure_wait),
      stop_event_(eventfd(0, EFD_CLOEXEC)) {}

Manifests::~Manifests() {
  stop();
  if (stop_event_ >= 0) close(stop_event_);
}

void Manifests::start() {
  thread_ = std::thread([this] { follow(); });
}

void Manifests::stop() {
  stopping_ = true;
  if (!thread_.joinable()) return;
  eventfd_write(stop_event_, 1);
  thread_.join();
}

std::string Manifests::note() const {
  const std::scoped_lock lock(mutex_);
  return note_;
}

void Manifests::follow() {
  FolderWatch watch(folder_);
  do {
    if (!watch.arm()) {
      spdlog::debug("{} can't be watched; it is read every {} s", folder_.string(),
                    kRescan.count() / 1000);
    }
    apply();
  } while (wait_for_news(watch));
}

// False: it is time to stop.
bool Manifests::wait_for_news(FolderWatch& watch) {
  pollfd waits[] = {{stop_event_, POLLIN, 0}, {watch.descriptor(), POLLIN, 0}};
  const auto until = steady_clock::now() + (again_soon_ ? departure_wait_ : kRescan);
  std::optional<steady_clock::time_point> first_news;
  for (;;) {
    const auto now = steady_clock::now();
    if (first_news ? now - *first_news >= kSettleMax : now >= until) return !stopping_;
    const auto wait =
        first_news ? kSettle : std::chrono::ceil<milliseconds>(until - steady_clock::now());
    const int ready = poll(waits, 2, static_cast<int>(std::max(wait, milliseconds(0)).count()));
    if (stopping_) return false;
    if (ready == 0 && first_news) return true;
    const bool is_news = (waits[1].revents & POLLIN) != 0 && watch.drain();
    if (is_news && !first_news) first_news = now;
  }
}

std::vector<std::string> Manifests::apply() {
  Pass pass;
  try {
    run(pass);
  } catch (const std::exception& failure) {
    pass.errors.push_back(fmt::format("{}: {}", folder_.string(), failure.what()));
    departures_.clear();
  }
  if (!stopping_) publish(pass);
  return pass.errors;
}

void Manifests::publish(const Pass& pass) {
  if (pass.errors != errors_) {
    for (const auto& error : pass.errors) spdlog::error("manifests: {}", error);
    if (pass.errors.empty()) spdlog::info("manifests: no errors any more");
    errors_ = pass.errors;
  }
  auto note = fmt::format("{} objects", pass.applied);
  for (std::size_t i = 0; i < std::min(pass.errors.size(), kNoteErrorsMax); ++i) {
    note += (i == 0 ? "; errors: " : "; ") + pass.errors[i];
  }
  if (pass.errors.size() > kNoteErrorsMax) {
    note += fmt::format("; and {} more", pass.errors.size() - kNoteErrorsMax);
  }
  if (!pass.is_whole) note += "; nothing is deleted until it is known what all files name";
  const std::scoped_lock lock(mutex_);
  note_ = std::move(note);
}

void Manifests::run(Pass& pass) {
  const auto folder = read_manifests(folder_);
  pass.errors = folder.errors;
  pass.is_whole = folder.errors.empty();
  // Namespaces first: the others may live in them.
  for (const bool namespaces : {true, false}) {
    for (const auto& object : folder.objects) {
      if (stopping_ || pass.is_cut_short) break;
      if (is_namespace(object) == namespaces) apply_object(object, pass);
    }
  }
  again_soon_ = false;
  if (!stopping_) remove_departed(folder, pass);
  if (pass.is_cut_short) {
    again_soon_ = true;
    pass.errors.emplace_back("the store is being opened again");
  }
}

void Manifests::apply_object(const ManifestObject& object, Pass& pass) {
  const auto complain = [&](const std::string& message) {
    pass.errors.push_back(fmt::format("{}: {} {}: {}", object.file,
                                      string_at(object.value, {"kind"}), name_of(object.value),
                                      message));
  };
  auto view = engine_.view();
  if (view == nullptr) {
    pass.is_whole = false;
    pass.is_cut_short = true;
    return;
  }
  const auto target = manifest_target(view->catalog, object.value);
  if (!target) {
    pass.is_whole = false;
    return complain(target.error().message);
  }
  const auto [first, is_first] = pass.present.emplace(target->key, object.file);
  if (!is_first) return complain(fmt::format("{} has it already", first->second));

  const auto& kind = *target->kind;
  const auto current =
      engine::read_object(*view, kind, *kind.version(target->version), target->key);
  view.reset();
  if (!current) return complain(current.error().message);
  auto command = create_from_manifest(*target, object.file, object.value);
  if (*current) {
    const auto stored = parse_json((*current)->json);
    if (!stored) return complain("the stored object can't be read");
    command = patch_to_manifest(*target, object.file, object.value, stored->value);
  }
  const auto written = engine_.execute(std::move(command));
  if (!written) return complain(written.error().message);
  ++pass.applied;
}

void Manifests::remove_departed(const ManifestFolder& folder, Pass& pass) {
  const auto before = std::exchange(departures_, {});
  if (!pass.is_whole) return;
  auto view = engine_.view();
  if (view == nullptr) {
    pass.is_cut_short = true;
    return;
  }
  auto found = find_departed(*view, pass);
  view.reset();
  if (!found) {
    pass.errors.push_back(found.error().message);
    return;
  }
  departures_ = std::move(*found);

  const auto now = steady_clock::now();
  const bool is_same = std::exchange(files_, folder.files) == folder.files;
  if (!is_same) unchanged_since_ = now;
  const bool is_settled = is_same && now - unchanged_since_ >= departure_wait_;
  // Namespaces last: the others may live in them.
  for (const bool namespaces : {false, true}) {
    for (const auto& [object, kind] : departures_) {
      if (stopping_) return;
      if ((kind->resource == kNamespaces) != namespaces) continue;
      if (is_settled && before.contains(object)) {
        remove({kind, object.first, object.second}, pass);
      } else {
        again_soon_ = true;
      }
    }
  }
}

Result<Manifests::Departures> Manifests::find_departed(const engine::View& view, Pass& pass) const {
  Departures departures;
  Result<void> failed;
  for (const auto& kind : view.catalog->kinds()) {
    if (kind->is_view() || kind->shows_log()) continue;
    engine::ListQuery query;
    query.group = kind->group;
    query.version = kind->storage_version().name;
    query.plural = kind->plural;
    query.labels.requirements.push_back({std::string(kCreatedLabel),
                                         LabelRequirement::Operator::kIn,
                                         {std::string(kCreatedByManifests)}});
    auto lister = engine::Lister::start(std::move(query), view);
    if (!lister) return std::unexpected(std::move(lister.error()));
    const auto note = [&](std::string_view json) {
      const auto parsed = parse_json(json);
      if (!parsed || is_deleting(parsed->value)) return;
      const auto& object = parsed->value;
      ObjectKey key{kind->resource, std::string(namespace_of(object)),
                    std::string(name_of(object))};
      const auto revision = parse_revision(resource_version_of(object));
      if (pass.present.contains(key) || !revision) return;
      const auto is_ours = is_created_by_manifests(*view.snapshot, *revision);
      if (!is_ours && is_ours.error().reason == Reason::kExpired) {
        pass.errors.push_back(
            fmt::format("{}: its file is gone, but it stays: who created it is no longer kept",
                        to_string(key)));
      } else if (!is_ours) {
        failed = std::unexpected(is_ours.error());
      }
      if (!is_ours || !*is_ours) return;
      departures.emplace(std::pair(std::move(key), std::string(uid_of(object))), kind);
    };
    for (bool is_more = true; is_more;) {
      auto listed = lister->next(view, std::numeric_limits<std::size_t>::max(), note);
      if (!listed) return std::unexpected(std::move(listed.error()));
      if (!failed) return std::unexpected(std::move(failed.error()));
      is_more = *listed;
    }
  }
  return departures;
}

void Manifests::remove(const Departed& departed, Pass& pass) {
  const auto complain = [&](const std::string& message) {
    pass.errors.push_back(fmt::format("{}: {}", to_string(departed.key), message));
  };
  if (departed.kind->resource == kNamespaces) {
    auto view = engine_.view();
    if (view == nullptr) return complain("the store is being opened again");
    const auto staying = find_staying(*view, departed.key.name);
    if (!staying) return complain(staying.error().message);
    if (*staying) {
      return complain(
          fmt::format("its file is gone, but it stays while it holds {}", to_string(**staying)));
    }
  }
  const auto removed = engine_.execute(delete_departed(*departed.kind, departed.key, departed.uid));
  if (!removed && removed.error().reason != Reason::kNotFound) {
    complain(removed.error().message);
  }
}

}  // namespace gatefold::tools
