#include "engine/reactors.h"

#include <chrono>
#include <utility>
#include <vector>

#include <spdlog/spdlog.h>

#include "engine/definitions.h"
#include "engine/reactor_steps.h"

namespace gatefold::engine {
namespace {

// How late an object may go that has expired.
constexpr std::chrono::seconds kTick{1};
// Beyond so much that was not taken up yet, the collector is told to look at everything.
constexpr std::size_t kNewsMax = 65536;

void append(News more, News& news) {
  news.is_unknown =
      news.is_unknown || more.is_unknown || news.gone.size() + news.owned.size() > kNewsMax;
  if (news.is_unknown) {
    news.gone.clear();
    news.owned.clear();
    return;
  }
  news.gone.insert(news.gone.end(), more.gone.begin(), more.gone.end());
  news.owned.insert(news.owned.end(), std::make_move_iterator(more.owned.begin()),
                    std::make_move_iterator(more.owned.end()));
}

}  // namespace

void Reactors::notify(News news) {
  const std::scoped_lock lock(mutex_);
  append(std::move(news), news_);
  has_news_ = true;
  signal_.notify_one();
}

void Reactors::stop() {
  const std::scoped_lock lock(mutex_);
  stopping_ = true;
  signal_.notify_one();
}

void Reactors::run() {
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      const auto is_called = [&] { return has_news_ || stopping_; };
      if (expiry_.is_waiting() || garbage_.is_waiting()) {
        signal_.wait_for(lock, kTick, is_called);
      } else {
        signal_.wait(lock, is_called);
      }
      if (stopping_) return;
      has_news_ = false;
    }
    while (turn()) {
      const std::scoped_lock lock(mutex_);
      if (stopping_) return;
    }
  }
}

bool Reactors::turn() {
  News news;
  {
    const std::scoped_lock lock(mutex_);
    news = std::exchange(news_, {});
  }
  garbage_.note(std::move(news));
  bool acted = definitions_.turn();
  acted = policies_.turn() || acted;
  namespaces_.turn();
  acted = expiry_.turn() || acted;
  acted = garbage_.turn() || acted;
  return end_what_is_deleted() || acted;
}

bool Reactors::end_what_is_deleted() {
  bool acted = false;
  std::optional<ObjectKey> after;
  // In pieces, each with a View of its own: what waits for somebody hides nothing behind it.
  for (bool has_more = true; has_more;) {
    std::vector<ObjectKey> going;
    {
      const auto view = engine_.view();
      if (view == nullptr) return acted;
      auto listed = view->snapshot->deleting(after, [&](const ObjectKey& key) {
        going.push_back(key);
        return going.size() < kPieceObjectsMax;
      });
      if (!listed) {
        spdlog::error("the index of deleted objects can't be read: {}", listed.error().message);
        return acted;
      }
    }
    has_more = going.size() == kPieceObjectsMax;
    if (has_more) after = going.back();
    for (const auto& key : going) {
      if (key.resource == kDefinitions) acted = definitions_.end(key.name) || acted;
      if (key.resource == "namespaces") acted = namespaces_.end(key.name) || acted;
      acted = garbage_.end(key) || acted;
    }
  }
  return acted;
}

}  // namespace gatefold::engine
