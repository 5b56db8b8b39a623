#include "tests/engine/lamps.h"

#include <fmt/format.h>

namespace gatefold::engine::test {
namespace {

using storage::EventType;

constexpr std::string_view kDefinition = R"(
spec:
  group: light.example.com
  scope: Namespaced
  names: {plural: lamps, kind: Lamp}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec: {type: object, properties: {watts: {type: string}}}
    selectableFields: [{jsonPath: .spec.watts}]
  - name: v1alpha1
    served: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            properties: {watts: {type: string}, colour: {type: string, default: red}}
)";

KindPtr shared_lamp_kind() {
  static const auto parsed = kind(kDefinition);
  return parsed;
}

std::unique_ptr<storage::Store> open_store() {
  storage::StoreOptions options;
  options.in_memory = true;
  auto store = storage::Store::open(std::move(options));
  if (!store) FAIL(store.error().message);
  return std::move(*store);
}

Uid uid_for(const ObjectKey& key) {
  Uid uid;
  std::size_t at = 0;
  for (const char letter : to_string(key)) uid.bytes.at(at++ % 16) ^= static_cast<uint8_t>(letter);
  return uid;
}

Value lamp_value(const ObjectKey& key, const std::string& watts, const Labels& labels) {
  JsonObject metadata{
      {"name", key.name}, {"namespace", key.name_space}, {"uid", to_string(uid_for(key))}};
  for (const auto& [name, value] : labels) {
    if (!metadata.contains("labels")) metadata["labels"] = JsonObject();
    metadata["labels"].as_object()[name] = value;
  }
  return JsonObject{{"apiVersion", "light.example.com/v1"},
                    {"kind", "Lamp"},
                    {"metadata", std::move(metadata)},
                    {"spec", {{"watts", watts}}}};
}

// `before`: nothing of the past where its revision is 0.
storage::BatchEntry prepare(EventType type, const Lamp& before, const Lamp& after) {
  const auto& version = lamp_kind().storage_version();
  const auto value = lamp_value(after.key, after.watts, after.labels);
  storage::Event event;
  event.type = type;
  event.group = lamp_kind().group;
  event.version = version.name;
  event.kind = lamp_kind().kind;
  event.key = after.key;
  event.uid = uid_for(after.key);
  event.labels = after.labels;
  event.fields = selectable_values(version, value);
  const auto& past = type == EventType::kAdded ? after : before;
  event.previous_labels = past.labels;
  event.previous_fields = selectable_values(version, lamp_value(past.key, past.watts, past.labels));
  event.previous = before.revision;
  event.schema_id = version.schema_id;
  auto body = std::make_shared<const std::string>(canonical_json(value));
  return {storage::prepare_event(std::move(event), std::move(body), {})};
}

}  // namespace

const Kind& lamp_kind() {
  return *shared_lamp_kind();
}

ObjectKey lamp_key(std::string name, std::string name_space) {
  return {std::string(kLamps), std::move(name_space), std::move(name)};
}

Lamp parse_lamp(std::string_view text) {
  const auto value = json(text);
  const auto revision = parse_revision(resource_version_of(value));
  return {lamp_key(std::string(name_of(value)), std::string(namespace_of(value))),
          revision.value_or(Revision{}), std::string(string_at(value, {"spec", "watts"})),
          labels_of(value)};
}

LampWorld::LampWorld()
    : store_(open_store()),
      hub_(store_->head().revision),
      catalog_(std::make_shared<Catalog>(std::vector<KindPtr>{shared_lamp_kind()})) {
  publish_view();
}

void LampWorld::commit(std::vector<storage::BatchEntry> batch) {
  const auto result = store_->commit(batch, {});
  REQUIRE(result.outcome == storage::CommitOutcome::kCommitted);
  for (const auto& entry : batch) {
    auto event = std::make_shared<PublishedEvent>();
    event->event = entry.prepared.event;
    event->body = entry.prepared.body;
    event->splice_at = entry.prepared.splice_at;
    unpublished_.push_back(std::move(event));
  }
}

void LampWorld::commit_put(const ObjectKey& key, const std::string& watts, const Labels& labels) {
  const auto found = lamps_.find(key);
  const auto type = found == lamps_.end() ? EventType::kAdded : EventType::kModified;
  const Lamp before = found == lamps_.end() ? Lamp{} : found->second;
  Lamp after{key, {}, watts, labels};
  commit({prepare(type, before, after)});
  after.revision = store_->head().revision;
  lamps_[key] = after;
  changes_.push_back({type, before, after});
}

void LampWorld::commit_remove(const ObjectKey& key) {
  const auto before = lamps_.at(key);
  commit({prepare(EventType::kDeleted, before, before)});
  lamps_.erase(key);
  auto after = before;
  after.revision = store_->head().revision;
  changes_.push_back({EventType::kDeleted, before, after});
}

void LampWorld::publish_events() {
  hub_.publish(std::exchange(unpublished_, {}));
}

void LampWorld::publish_view() {
  auto view = std::make_shared<View>();
  view->head = store_->head();
  view->snapshot = store_->snapshot();
  view->catalog = catalog_;
  view->incarnation = store_->incarnation();
  view_ = std::move(view);
}

Revision LampWorld::put(const ObjectKey& key, const std::string& watts, const Labels& labels) {
  commit_put(key, watts, labels);
  publish_events();
  publish_view();
  ring();
  return revision();
}

Revision LampWorld::remove(const ObjectKey& key) {
  commit_remove(key);
  publish_events();
  publish_view();
  ring();
  return revision();
}

void LampWorld::put_many(const std::vector<ObjectKey>& keys, const std::string& watts) {
  std::vector<storage::BatchEntry> batch;
  for (const auto& key : keys)
    batch.push_back(prepare(EventType::kAdded, {}, {key, {}, watts, {}}));
  auto revision = store_->head().revision;
  commit(std::move(batch));
  for (const auto& key : keys) {
    revision = revision.next();
    const Lamp lamp{key, revision, watts, {}};
    lamps_[key] = lamp;
    changes_.push_back({EventType::kAdded, {}, lamp});
  }
  publish_events();
  publish_view();
  ring();
}

Revision LampWorld::put_chair() {
  Lamp chair{
      {"chairs.light.example.com", "hall", fmt::format("c{}", revision().number)}, {}, "", {}};
  commit({prepare(EventType::kAdded, {}, chair)});
  publish_events();
  publish_view();
  ring();
  return revision();
}

void LampWorld::trim(std::uint64_t count) {
  for (Result<bool> more = true; *more;) {
    more = store_->trim(kLamps, {.records = {.count = count}, .bodies = {}}, {});
    REQUIRE(more.has_value());
  }
  publish_view();
}

void LampWorld::restart_hub() {
  unpublished_.clear();
  hub_.restart(store_->head().revision);
}

std::vector<Lamp> LampWorld::lamps_at(Revision revision) const {
  std::map<std::string, Lamp> present;
  for (const auto& change : changes_) {
    if (change.after.revision > revision) break;
    const auto order = change.after.key.name_space + "/" + change.after.key.name;
    if (change.type == EventType::kDeleted) {
      present.erase(order);
    } else {
      present[order] = change.after;
    }
  }
  std::vector<Lamp> lamps;
  for (auto& [order, lamp] : present) lamps.push_back(std::move(lamp));
  return lamps;
}

}  // namespace gatefold::engine::test
