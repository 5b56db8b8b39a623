// The doors to one behaviour: the engine in this process, HTTP on a socket, and an engine on disk
// that is closed and opened again between any two steps. A contract test is written against Door
// and runs through all of them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/command.h"
#include "engine/engine.h"
#include "engine/page.h"
#include "schema/status.h"
#include "schema/value.h"
#include "tests/support/test_world.h"

namespace gatefold::test {

struct Resource {
  std::string group;
  std::string version;
  std::string plural;
  bool namespaced = true;
};

// What a write or a read of one object came to.
struct Answer {
  std::string reason;  // "" for success
  std::string message;
  std::vector<Cause> causes;
  std::vector<std::string> warnings;
  std::string continue_token;  // of a list that has expired
  Value object;  // null for a failure, and for a deletion that is done and shows no object

  bool ok() const { return reason.empty(); }
};

struct ListAsk {
  Resource resource;
  std::string name_space;
  std::string labels;  // selectors as clients write them
  std::string fields;
  std::int64_t limit = 0;
  std::string continue_token;
  std::string resource_version;
  engine::VersionMatch match = engine::VersionMatch::kUnset;
};

struct Page {
  std::string reason;
  std::string message;
  std::vector<Cause> causes;
  std::vector<Value> items;
  std::string resource_version;
  std::string continue_token;
  std::optional<std::int64_t> remaining;
};

struct WatchAsk {
  Resource resource;
  std::string name_space;
  std::string labels;
  std::string fields;
  std::string resource_version;
  bool bookmarks = false;
  std::optional<bool> send_initial_events;
  engine::VersionMatch match = engine::VersionMatch::kUnset;
};

struct Seen {
  std::string type;  // ADDED, MODIFIED, DELETED, BOOKMARK, ERROR
  Value object;
};

// A watch that is open. It ends before its door does.
class Watch {
 public:
  virtual ~Watch() = default;
  // The next event; waits a minute for it and throws then. Nothing: the watch is over.
  virtual std::optional<Seen> next() = 0;
};

struct OpenedWatch {
  Answer refusal;  // ok where there is a watch
  std::unique_ptr<Watch> watch;
};

class Door {
 public:
  virtual ~Door() = default;

  virtual Answer write(engine::Command command) = 0;
  virtual Answer get(const Resource& resource, const std::string& name_space,
                     const std::string& name) = 0;
  // What its scale subresource shows.
  virtual Answer get_scale(const Resource& resource, const std::string& name_space,
                           const std::string& name) = 0;
  virtual Page list(const ListAsk& ask) = 0;
  virtual OpenedWatch watch(const WatchAsk& ask) = 0;

  // Behind all doors there is an engine; these look at it directly. The head of the log:
  std::uint64_t revision();
  // Writes that the guard turned into nothing, of the object.
  std::uint64_t sightings(const ObjectKey& key);
  // The ledger of a namespace, oldest first.
  std::vector<storage::LedgerEntry> ledger(const std::string& name_space);
  // The newest event of a resource; there is one.
  storage::Event newest(const std::string& resource);

  TestWorld& world() { return world_; }

 protected:
  virtual engine::Engine& engine() = 0;

  TestWorld world_;
};

enum class DoorKind { kEmbedded, kHttp, kReopened };

std::unique_ptr<Door> open_door(DoorKind kind);

// Asks until `holds` or for half a minute: reactors work behind the caller's back, and an engine
// that is opened again for each question lets them work between two questions alone.
bool eventually(const std::function<bool()>& holds);

}  // namespace gatefold::test
