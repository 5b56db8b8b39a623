// A world of one kind, with the steps of a write apart: the log, the hub, the View, the bells.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/view.h"
#include "engine/watch_hub.h"
#include "storage/store.h"
#include "tests/schema/parsed.h"

namespace gatefold::engine::test {

using namespace gatefold::test;

inline constexpr std::string_view kLamps = "lamps.light.example.com";

// Lamp, stored as v1; v1alpha1 has a colour of its own.
const Kind& lamp_kind();

ObjectKey lamp_key(std::string name, std::string name_space = "hall");

// A lamp at one revision.
struct Lamp {
  ObjectKey key;
  Revision revision;
  std::string watts;
  Labels labels;
  bool operator==(const Lamp&) const = default;
};

// As clients see it.
Lamp parse_lamp(std::string_view json);

// What a write changed.
struct Change {
  storage::EventType type = storage::EventType::kAdded;
  Lamp before;
  Lamp after;  // of a deletion: the last content at the deletion's revision
};

class LampWorld {
 public:
  LampWorld();

  // Each is one step of a write, in this order.
  void commit_put(const ObjectKey& key, const std::string& watts, const Labels& labels = {});
  void commit_remove(const ObjectKey& key);
  void publish_events();
  void publish_view();
  void ring() { hub_.ring(); }

  // All steps at once.
  Revision put(const ObjectKey& key, const std::string& watts, const Labels& labels = {});
  Revision remove(const ObjectKey& key);
  // Many lamps that were not there, as one batch.
  void put_many(const std::vector<ObjectKey>& keys, const std::string& watts);
  // Events of another kind: revisions that watchers of lamps hear nothing of.
  Revision put_chair();

  // Drops what is older than the newest `count` versions of a lamp.
  void trim(std::uint64_t count);
  // As after a store was opened again: what was committed is read from the log.
  void restart_hub();

  const View& view() const { return *view_; }
  ViewPtr view_now() const { return view_; }
  Revision revision() const { return view_->revision(); }
  WatchHub& hub() { return hub_; }
  const std::vector<Change>& changes() const { return changes_; }
  // In the order of lists.
  std::vector<Lamp> lamps_at(Revision revision) const;

 private:
  void commit(std::vector<storage::BatchEntry> batch);

  std::unique_ptr<storage::Store> store_;
  WatchHub hub_;
  CatalogPtr catalog_;
  ViewPtr view_;
  std::vector<PublishedPtr> unpublished_;
  std::map<ObjectKey, Lamp> lamps_;  // that there are
  std::vector<Change> changes_;
};

}  // namespace gatefold::engine::test
