#include "engine/page.h"

#include <algorithm>
#include <utility>

#include "engine/continue_token.h"
#include "engine/limits.h"
#include "engine/list_start.h"
#include "engine/read.h"
#include "schema/json.h"

namespace gatefold::engine {
namespace {

// Objects outside the selection in one piece: a selector that matches nothing may not keep a thread
// for the whole kind.
constexpr std::size_t kPassedOverMax = 4096;
// What `remainingItemCount` counts at most; it is an estimate for progress bars.
constexpr std::size_t kRemainingMax = 100'000;

}  // namespace

// Filters and hands out until the page, or this piece of it, is full.
class Lister::Page {
 public:
  Page(const ListQuery& query, const Kind& kind, const KindVersion& version, std::size_t bytes_max,
       const std::function<void(std::string_view)>& sink, std::int64_t& handed_out,
       std::optional<ObjectKey>& after)
      : query_(query),
        kind_(kind),
        version_(version),
        selected_(kind.is_view() ? kind.stored->storage_version() : version),
        bytes_max_(bytes_max),
        sink_(sink),
        handed_out_(handed_out),
        after_(after) {}

  // False: enough.
  bool offer(const storage::RowView& row) {
    if (!query_.labels.empty() && !query_.labels.matches(row.labels())) return pass_over(row);
    if (!query_.fields.empty() &&
        !query_.fields.matches(row.name_space, row.name, fields_of(row))) {
      return pass_over(row);
    }
    if (query_.limit > 0 && handed_out_ >= query_.limit) {
      has_more_ = true;
      return false;
    }
    if (bytes_ >= bytes_max_) {
      is_cut_ = true;
      return false;
    }
    text_.clear();
    append_object(text_, kind_, version_, row.schema_id, row.body, row.splice_at, row.revision);
    sink_(text_);
    bytes_ += text_.size();
    ++handed_out_;
    after_ = key_of(row);
    return true;
  }

  bool has_more() const { return has_more_; }
  bool is_cut() const { return is_cut_; }

 private:
  ObjectKey key_of(const storage::RowView& row) const {
    return {kind_.resource, std::string(row.name_space), std::string(row.name)};
  }

  SelectableValues fields_of(const storage::RowView& row) const {
    if (row.envelope != nullptr) return row.fields();
    const auto parsed = parse_json(row.body);
    return parsed ? selectable_values(selected_, parsed->value) : SelectableValues();
  }

  bool pass_over(const storage::RowView& row) {
    if (++passed_over_ < kPassedOverMax) return true;
    after_ = key_of(row);
    is_cut_ = true;
    return false;
  }

  const ListQuery& query_;
  const Kind& kind_;
  const KindVersion& version_;
  const KindVersion& selected_;  // what selectors are asked of
  std::size_t bytes_max_;
  const std::function<void(std::string_view)>& sink_;
  std::int64_t& handed_out_;
  std::optional<ObjectKey>& after_;
  std::string text_;
  std::size_t bytes_ = 0;
  std::size_t passed_over_ = 0;
  bool has_more_ = false;
  bool is_cut_ = false;
};

Result<Lister> Lister::start(ListQuery query, const View& view) {
  const auto* kind = view.catalog->find(query.group, query.plural);
  if (kind == nullptr) return not_found({query.group, query.plural, ""}, "");
  auto begun = start_list(query, view, view.snapshot->horizon(kind->resource));
  if (!begun) return std::unexpected(std::move(begun.error()));
  Lister lister;
  lister.revision_ = begun->revision;
  if (auto& token = begun->token) {
    lister.after_ = ObjectKey{kind->resource, std::move(token->name_space), std::move(token->name)};
  }
  if (query.limit > kPageObjectsMax) query.limit = kPageObjectsMax;
  lister.query_ = std::move(query);
  return lister;
}

Result<bool> Lister::next(const View& view, std::size_t bytes_max,
                          const std::function<void(std::string_view)>& sink) {
  if (done_) return false;
  const auto* kind = view.catalog->find(query_.group, query_.plural);
  const auto* version = kind == nullptr ? nullptr : kind->version(query_.version);
  if (version == nullptr) return not_found({query_.group, query_.plural, ""}, "");
  // A later page, or the next chunk of a slow client's, finds the horizon behind its revision.
  const auto horizon = view.snapshot->horizon(kind->resource);
  if (revision_ < horizon) return no_longer_kept(horizon);
  const auto after = after_;
  Page page(query_, *kind, *version, std::max<std::size_t>(bytes_max, 1), sink, handed_out_,
            after_);
  auto read = view.snapshot->scan_at(kind->resource, query_.name_space, after, revision_,
                                     [&](const storage::RowView& row) { return page.offer(row); });
  if (!read) return std::unexpected(std::move(read.error()));
  if (page.is_cut()) return true;
  done_ = true;
  if (!page.has_more()) return false;
  continue_token_ = encode_token({view.incarnation, revision_, after_->name_space, after_->name});
  if (query_.labels.empty() && query_.fields.empty() && !view.snapshot->is_past()) {
    auto left = view.snapshot->count(kind->resource, query_.name_space, after_, kRemainingMax);
    if (!left) return std::unexpected(std::move(left.error()));
    // Of now: where what is left was deleted since, nothing is known.
    if (*left > 0 && *left < kRemainingMax) remaining_ = static_cast<std::int64_t>(*left);
  }
  return false;
}

}  // namespace gatefold::engine
