#include "schema/moment.h"

#include <fmt/format.h>

#include "schema/field_error.h"

namespace gatefold {

Result<Moment> parse_moment(std::string_view text) {
  if (const auto revision = parse_revision(text); revision && revision->number > 0) {
    return *revision;
  }
  if (const auto time = parse_rfc3339(text)) return *time;
  return bad_request(fmt::format(
      "{} is no moment: write a revision from 1 on, or a time such as 2026-01-02T03:04:05Z",
      go_quote(text)));
}

}  // namespace gatefold
