#include "storage/prepared_event.h"

#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "storage/digest.h"
#include "storage/frames.h"
#include "storage/records.h"

namespace gatefold::storage {
namespace {

// Walks through JSON text that is known to be canonical.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  // At the first member of an object behind its brace: moves to the value of member `key`, or to
  // the end of the object and false.
  bool enter(std::string_view key) {
    while (at_ < text_.size() && text_[at_] == '"') {
      const auto start = at_;
      skip_string();
      const auto name = text_.substr(start + 1, at_ - start - 2);
      member_ = start;
      ++at_;  // the colon
      if (name == key) return true;
      skip_value();
      if (at_ < text_.size() && text_[at_] == ',') ++at_;
    }
    return false;
  }
  // Over the brace of an object; false: the value is none.
  bool open() {
    if (at_ >= text_.size() || text_[at_] != '{') return false;
    ++at_;
    return true;
  }
  // Where the member begins that enter() found.
  std::size_t member() const { return member_; }

 private:
  void skip_string() {
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\') ++at_;
    }
    ++at_;
  }
  void skip_value() {
    int depth = 0;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"') {
        skip_string();
        continue;
      }
      if (depth == 0 && (c == ',' || c == '}')) return;
      if (c == '{' || c == '[') ++depth;
      if (c == '}' || c == ']') --depth;
      ++at_;
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t member_ = 0;
};

}  // namespace

std::uint32_t find_splice(std::string_view body) {
  Scanner scanner(body);
  const bool found =
      scanner.open() && scanner.enter("metadata") && scanner.open() && scanner.enter("uid");
  return found ? static_cast<std::uint32_t>(scanner.member()) : 0;
}

void append_spliced(std::string& out, std::string_view body, std::uint32_t splice_at,
                    Revision revision) {
  if (splice_at == 0 || splice_at > body.size()) {
    out.append(body);
    return;
  }
  out.append(body.substr(0, splice_at));
  fmt::format_to(std::back_inserter(out), R"("resourceVersion":"{}",)", revision.number);
  out.append(body.substr(splice_at));
}

PreparedEvent prepare_event(Event event, Body body, const Frame& frame) {
  PreparedEvent prepared;
  prepared.digest = sha256(*body);
  prepared.splice_at = find_splice(*body);
  prepared.record = encode_record(event, prepared.splice_at);
  const bool has_frame =
      frame.revision.number != 0 && frame.body != nullptr && !frame.body->empty();
  auto stored = store_body(*body, has_frame ? std::string_view(*frame.body) : std::string_view());
  prepared.stored_body = std::move(stored.bytes);
  if (stored.is_delta) prepared.frame_revision = frame.revision;
  prepared.event = std::move(event);
  prepared.body = std::move(body);
  return prepared;
}

}  // namespace gatefold::storage
