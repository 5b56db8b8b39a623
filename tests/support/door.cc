#include "tests/support/door.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stdexcept>

#include "tests/support/doors.h"

namespace gatefold::test {

std::uint64_t Door::revision() {
  return engine().view()->revision().number;
}

std::uint64_t Door::sightings(const ObjectKey& key) {
  std::uint64_t count = 0;
  auto read = engine().view()->snapshot->sightings(key, [&](const storage::Sighting& sighting) {
    count += sighting.count;
    return true;
  });
  if (!read) throw std::runtime_error(read.error().message);
  return count;
}

std::vector<storage::LedgerEntry> Door::ledger(const std::string& name_space) {
  std::vector<storage::LedgerEntry> entries;
  const auto view = engine().view();
  auto read = view->snapshot->transitions(name_space, Revision{}, view->revision(),
                                          [&](const storage::LedgerEntry& entry) {
                                            entries.push_back(entry);
                                            return true;
                                          });
  if (!read) throw std::runtime_error(read.error().message);
  return entries;
}

storage::Event Door::newest(const std::string& resource) {
  std::optional<storage::Event> newest;
  const auto view = engine().view();
  auto read = view->snapshot->changes(resource, Revision{}, view->revision(),
                                      [&](const storage::Event& event) {
                                        newest = event;
                                        return true;
                                      });
  if (!read) throw std::runtime_error(read.error().message);
  return newest.value();
}

std::unique_ptr<Door> open_door(DoorKind kind) {
  if (kind == DoorKind::kHttp) return open_http_door();
  return kind == DoorKind::kReopened ? open_reopened_door() : open_embedded_door();
}

bool eventually(const std::function<bool()>& holds) {
  std::mutex mutex;
  std::condition_variable never;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::unique_lock lock(mutex);
    never.wait_for(lock, std::chrono::milliseconds(2));
  }
  return true;
}

}  // namespace gatefold::test
