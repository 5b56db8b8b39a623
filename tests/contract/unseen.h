// What the observed server held that no row shows being made.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "schema/ids.h"
#include "tests/contract/observed.h"

namespace gatefold::test {

// An object that was there, though no row makes it.
struct UnseenObject {
  std::string uid;
  std::string name;
  Revision first_seen;  // the first answer that shows it; 0 where none shows its revision
  Value content;        // of that answer, to be created; null where none shows it whole
};

// Infers, from all answers, which objects have to be made and before which row.
class UnseenObjects {
 public:
  explicit UnseenObjects(const std::vector<ObservedRow>& rows);

  // Those that `row` needs and that were not handed out before, in the order of their revisions.
  std::vector<UnseenObject> before(const ObservedRow& row);
  // The uids that `row` or a later one shows.
  std::set<std::string> shown_from(const ObservedRow& row) const;

 private:
  void look_at(const ObservedRow& row);
  void look_at_object(const Value& object);

  std::map<std::string, UnseenObject> objects_;  // by uid
  std::map<std::string, int> last_rows_;         // that show them
  std::set<std::string> made_by_rows_;
  std::set<std::string> handed_out_;
};

// A page of all Gateways, from the first one on.
struct ListedPage {
  Revision revision;
  std::size_t total = 0;  // objects on it and behind it
};
std::optional<ListedPage> whole_collection(const ObservedRow& row);

// The uids that an answer shows.
std::set<std::string> shown_uids(const Value& response);

}  // namespace gatefold::test
