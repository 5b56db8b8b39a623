// LIST of a kind that shows the log.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/ledger.h"
#include "engine/page.h"

namespace gatefold::engine {

// A list on its way out, as engine::Lister: entries in the order of the log, up to the list's
// revision or the end of its range, which is the list's revision then. It holds no View. One
// connection's thread.
class LedgerLister {
 public:
  // Fails as start_list() and stretch_of() say; kExpired, too, where the range states a first
  // revision of a resource that is no longer kept. One that states none begins with what is kept.
  static Result<LedgerLister> start(ListQuery query, const View& view);

  // As Lister::next().
  Result<bool> next(const View& view, std::size_t bytes_max,
                    const std::function<void(std::string_view)>& sink);

  // Of a range that states where it begins: resources of which events in it may have been dropped.
  const std::vector<std::string>& warnings() const { return warnings_; }
  Revision revision() const { return revision_; }
  const std::string& continue_token() const { return continue_token_; }
  // Nobody counts what is left of a log.
  static std::optional<std::int64_t> remaining() { return std::nullopt; }

 private:
  struct Piece;
  Result<void> take(Piece& piece, const storage::Event& event);
  LedgerSelection selection(const Kind& kind) const;

  ListQuery query_;
  Revision revision_;
  Revision looked_at_;                // events up to here are done
  std::optional<LedgerPlace> after_;  // the last entry that was handed out
  std::int64_t handed_out_ = 0;
  bool done_ = false;
  std::string continue_token_;
  std::vector<std::string> warnings_;
};

}  // namespace gatefold::engine
