// All versions of one object over all its lives, from a server or a directory alike.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/tell/blame.h"
#include "tools/gatefold/source.h"

namespace gatefold::tools {

// Each is held in memory without its body: some 200 MB of an object that was written so often.
inline constexpr std::size_t kVersionsMax = 1'000'000;

struct ObjectVersion {
  engine::VersionMark mark;
  std::string uid;
  bool is_deletion = false;  // its body is the last one
  bool is_creation = false;  // nothing of its life came before it
  bool is_stand_in = false;  // what the log has stands in for an object that is not known
  // Stands for those that the log no longer has, one or more, from `mark` on up to the next one;
  // without a writer, and of the life that goes on behind it, if one does. Its body is a gap.
  bool is_lost = false;
};

struct VersionBody {
  Value value;      // null where it is not known
  std::string gap;  // why
  Value stand_in;   // what the log has instead; null where that is nothing
  bool is_gap() const { return !gap.empty(); }
};

using BodySink = std::function<void(std::size_t version, VersionBody)>;

class ObjectHistory {
 public:
  // `object` as engine::parse_object_name reads it. kNotFound where the log has no version of it;
  // kBadRequest where it is no object's name.
  static Result<ObjectHistory> open(const Source& source, const std::string& object);

  // Oldest first, at least one.
  const std::vector<ObjectVersion>& versions() const { return versions_; }
  const std::string& object() const { return object_; }
  const OpenSource& source() const { return source_; }
  // The first version of the life that the last version belongs to.
  std::size_t last_life() const;
  // The version that stood at a moment (schema/moment.h); nothing before the first. kBadRequest
  // where `text` is none, or a revision that the log has not reached; kNotFound as of
  // check_beginning(); kExpired where an earlier life may have been dropped, or the revision is of
  // another history.
  Result<std::optional<std::size_t>> at(const std::string& text) const;

  // kNotFound where the first known version is no creation: nobody knows what was before it.
  Result<void> check_beginning() const;

  // A deletion's is a gap where it repeats one that stood in.
  Result<VersionBody> body(std::size_t version) const;
  // Of the versions from `first` to `last`, both included, oldest first.
  Result<void> bodies(std::size_t first, std::size_t last, const BodySink& sink) const;
  // As OpenSource::read_timeline.
  Result<Time> timeline(const LineSink& sink) const { return source_.read_timeline(object_, sink); }

 private:
  ObjectHistory(OpenSource source, std::string object)
      : source_(std::move(source)), object_(std::move(object)) {}
  // The object's lines, parsed, after one revision up to another (0: the head); answers the head.
  Result<Revision> read(Revision after, Revision until, bool bodies,
                        const std::function<void(const Value&)>& sink) const;
  void add(const Value& line);
  void note_lost_end();
  Result<void> check_kept(const Moment& moment) const;
  VersionBody lost_body(std::size_t version) const;

  OpenSource source_;
  std::string object_;
  std::string resource_;
  Revision head_;
  Revision oldest_;  // at which the kind can be read; 0: at each
  std::vector<ObjectVersion> versions_;
};

// As report(), but an object that is not known, or no longer kept, is something found (exit code
// 1).
int report_history(const Status& status);

// Who wrote: the field manager, or the user where it has none.
std::string short_writer(const storage::Actor& actor);
// `revision 12, 2026-01-02T03:04:05.000000000Z, by ann (user)`; `revision 12` alone of versions
// that are lost.
std::string mark_text(const engine::VersionMark& mark);
// {"revision", "time", "actor": {...}}.
JsonObject mark_object(const engine::VersionMark& mark);
// A value on one line, cut to what a column holds.
std::string value_text(const Value& value);

}  // namespace gatefold::tools
