// Whether an answer says what an observed one says, when uids, revisions, times and generated names
// are other ones.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schema/ids.h"
#include "schema/time.h"
#include "schema/value.h"

namespace gatefold::test {

// Both sides of a difference: strings as they are, anything else as JSON, uids as `<uid>`.
struct Sides {
  std::string observed;
  std::string ours;
};
using Differences = std::map<std::string, Sides>;

// What stands for what. Grows with each pair of answers that is compared.
class Likeness {
 public:
  // Paths at which `ours` differs from `observed`: `body.metadata.uid`. Causes are compared as
  // sets, resources of discovery by their names, managedFields without their times and order.
  Differences differences(const Value& observed, const Value& ours);

  // Says that an object that was set up stands for the observed one.
  void bind_uid(const std::string& observed, const std::string& ours) { uids_[observed] = ours; }

  // The same of a revision that no compared answer shows; nothing where one does.
  void bind_revision(Revision observed, Revision ours) { revisions_.emplace(observed, ours); }

  // What stands for the observed uid; "" where nothing does yet.
  std::string ours(const std::string& observed) const;

  // `text` without what differs from run to run: uids and revisions in sentences, ages.
  static std::string plain(std::string_view text);

  // The observed request, as it has to be sent here.
  std::string translated(std::string text) const;

  // Times in answers lie between these two.
  void set_time(Time now) {
    if (!began_) began_ = now;
    now_ = now;
  }

 private:
  void compare(const Value& observed, const Value& ours, const std::string& path);
  void compare_objects(const JsonObject& observed, const JsonObject& ours, const std::string& path);
  void compare_resources(const JsonArray& observed, const JsonArray& ours, const std::string& path);
  void compare_causes(const JsonArray& observed, const JsonArray& ours, const std::string& path);
  static std::string managers(const Value& list);
  void differ(const std::string& path, const Value* observed, const Value* ours);
  bool is_like(std::string_view key, const std::string& observed, const std::string& ours);
  bool is_same_uid(const std::string& observed, const std::string& ours);
  bool is_same_revision(const std::string& observed, const std::string& ours);
  bool is_like_time(const std::string& observed, const std::string& ours) const;

  std::map<std::string, std::string> uids_;
  std::map<std::string, std::string> names_;   // generated ones
  std::map<std::string, std::string> tokens_;  // of lists
  std::map<Revision, Revision> revisions_;
  Differences found_;
  std::optional<Time> began_;
  Time now_;
};

}  // namespace gatefold::test
