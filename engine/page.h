// LIST: one consistent page, handed out in bounded chunks (spec section 14).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "engine/ledger_range.h"
#include "engine/version_ask.h"
#include "engine/view.h"
#include "schema/selector.h"

namespace gatefold::engine {

struct ListQuery {
  std::string group;
  std::string version;
  std::string plural;
  std::string name_space;  // empty: all
  LabelSelector labels;
  FieldSelector fields;
  std::int64_t limit = 0;  // 0 and less: all
  std::string continue_token;
  std::string resource_version;
  VersionMatch match = VersionMatch::kUnset;
  LedgerRange range;  // of kinds that show the log
};

// A list on its way out. It holds no View: each chunk re-enters by revision, so that pages are one
// consistent list however long the client takes. One connection's thread.
class Lister {
 public:
  // Fails as start_list() says (list_start.h); for a revision that is not there yet the caller
  // waits first, Engine::wait_for.
  static Result<Lister> start(ListQuery query, const View& view);

  // Calls `sink` with the JSON of each matching object in order until the page is complete, about
  // `bytes_max` are handed out, or thousands of objects did not match: a piece may be empty.
  // Answers whether there is more to come for this page.
  Result<bool> next(const View& view, std::size_t bytes_max,
                    const std::function<void(std::string_view)>& sink);

  // The snapshot's revision; from the start on.
  Revision revision() const { return revision_; }
  // Known when next() answered false. Empty: the list is complete.
  const std::string& continue_token() const { return continue_token_; }
  // Matching objects behind this page; nothing with selectors (R14.4).
  std::optional<std::int64_t> remaining() const { return remaining_; }

 private:
  class Page;

  ListQuery query_;
  Revision revision_;
  std::optional<ObjectKey> after_;
  std::int64_t handed_out_ = 0;
  bool done_ = false;
  std::string continue_token_;
  std::optional<std::int64_t> remaining_;
};

// The revision that a list or get asks for at least: R14.6, R14.11. 0: any. kBadRequest where it is
// no number.
Result<Revision> parse_revision_parameter(std::string_view text);

}  // namespace gatefold::engine
