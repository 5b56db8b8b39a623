// The garbage collector (R10.6, R10.7): the end of objects whose owners are gone, and of owners
// that wait for their dependents. Part of the reactors: acts through the front door, on their
// thread.
//
// Where to look comes with the writer's news; after a start, or where news may have been lost, all
// references to owners are looked at once more, by the index of owners alone.
#pragma once

#include <deque>
#include <optional>
#include <set>

#include "engine/engine.h"
#include "engine/news.h"
#include "engine/ownership.h"

namespace gatefold::engine {

class GarbageCollector {
 public:
  explicit GarbageCollector(Engine& engine) : engine_(engine) {}

  // Work for later turns.
  void note(News news);
  // A bounded piece of work; whether something changed or there is more of it.
  bool turn();
  // A step towards the end of an object that is being deleted and has a finalizer of the garbage
  // collector; whether something changed.
  bool end(const ObjectKey& key);
  // Whether something was refused and is tried again at some time: then turn() wants to be called
  // now and then without news.
  bool is_waiting() const { return !refused_.keys.empty(); }

 private:
  struct Ending;
  struct GoneWork {
    Uid uid;
    std::optional<ObjectKey> after;  // dependents up to this one have been looked at
  };

  // Objects that are looked at again later; of too many all are.
  struct Waiting {
    std::set<ObjectKey> keys;
    bool has_more = false;
    void put(const ObjectKey& key);
  };

  void look_at_all();
  void look_at(Waiting waiting);
  void take_up_what_waits();
  std::vector<ObjectKey> next_piece();
  bool has_work() const;
  bool attempt(const std::vector<ObjectKey>& keys);
  bool perform(std::vector<Command> commands);
  Result<bool> look_at_dependents(const View& view, Ending& ending);
  bool release(const Kind& kind, const Found& owner, std::string_view finalizer);

  Engine& engine_;
  std::deque<GoneWork> gone_;
  std::set<ObjectKey> due_;
  GoneOwners known_gone_;
  // Under way through all references to owners, after the last that was looked at.
  bool passes_ = true;
  std::optional<storage::Dependence> passed_;
  // Objects with an owner of a kind that was not served under this catalog.
  CatalogPtr catalog_;
  Waiting unresolved_;
  Waiting refused_;
  Time refused_until_;
};

}  // namespace gatefold::engine
