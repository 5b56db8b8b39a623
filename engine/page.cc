#include "engine/page.h"

#include <map>
#include <utility>

#include <fmt/format.h>

#include "engine/continue_token.h"
#include "engine/limits.h"
#include "engine/read.h"
#include "schema/json.h"

namespace gatefold::engine {
namespace {

// Above it a page as of the past is read from the versions instead of being corrected.
constexpr std::size_t kCorrectionsMax = 1024;
// What `remainingItemCount` counts at most; it is an estimate for progress bars.
constexpr std::size_t kRemainingMax = 100'000;

constexpr std::string_view kTokenTooOld =
    "The provided continue parameter is too old to display a consistent list result. You can start "
    "a new list without the continue parameter, or use the continue token in this response to "
    "retrieve the remainder of the results. Continuing with the provided token results in an "
    "inconsistent list - objects that were created, modified, or deleted between the time the "
    "first chunk was returned and now may show up in the list.";

std::unexpected<Status> wrong_options(const FieldError& error) {
  return invalid({"meta.k8s.io", "", "ListOptions"}, "", {error});
}

std::unexpected<Status> forbidden_match(std::string_view why) {
  return wrong_options(forbidden_field("resourceVersionMatch",
                                       fmt::format("resourceVersionMatch {}", why),
                                       "resource-version-match"));
}

Result<void> check_combination(const ListQuery& query) {
  const bool has_match = query.match != VersionMatch::kUnset;
  if (!query.continue_token.empty()) {
    if (has_match) return forbidden_match("is forbidden when continue is provided");
    if (!query.resource_version.empty() && query.resource_version != "0") {
      return bad_request("specifying resource version is not allowed when using continue");
    }
  }
  if (has_match && query.resource_version.empty()) {
    return forbidden_match("is forbidden unless resourceVersion is provided");
  }
  if (query.match == VersionMatch::kExact && query.resource_version == "0") {
    return forbidden_match("\"exact\" is forbidden for resourceVersion \"0\"");
  }
  return {};
}

std::unexpected<Status> too_old_token(const View& view, ContinueToken token) {
  Status status{.reason = Reason::kExpired, .message = std::string(kTokenTooOld)};
  token.incarnation = view.incarnation;
  token.revision = {};
  status.continue_token = encode_token(token);
  return std::unexpected(std::move(status));
}

std::unexpected<Status> too_large(Revision wanted, Revision current) {
  Status status{.reason = Reason::kTimeout,
                .message = fmt::format("Timeout: Too large resource version: {}, current: {}",
                                       wanted.number, current.number)};
  status.details.causes = {{"ResourceVersionTooLarge", "Too large resource version", ""}};
  status.details.retry_after_seconds = 1;
  return std::unexpected(std::move(status));
}

// The order of lists: bytes of `<namespace>/<name>` (R14.2).
std::string order_of(std::string_view name_space, std::string_view name) {
  return name_space.empty() ? std::string(name) : fmt::format("{}/{}", name_space, name);
}

// One object on its way to the sink.
struct Item {
  std::string_view name_space;
  std::string_view name;
  Revision revision;
  std::string_view schema_id;
  std::string_view body;
  std::uint32_t splice_at = 0;
};

// Filters and hands out until the page, or this piece of it, is full.
class Page {
 public:
  Page(const ListQuery& query, const Kind& kind, const KindVersion& version, std::size_t bytes_max,
       const std::function<void(std::string_view)>& sink, std::int64_t& handed_out,
       std::optional<ObjectKey>& after)
      : query_(query),
        kind_(kind),
        version_(version),
        bytes_max_(bytes_max),
        sink_(sink),
        handed_out_(handed_out),
        after_(after) {}

  // False: enough. The labels and fields come from functions, for they are parsed on demand.
  bool offer(const Item& item, const std::function<Labels()>& labels,
             const std::function<SelectableValues()>& fields) {
    if (!query_.labels.empty() && !query_.labels.matches(labels())) return true;
    if (!query_.fields.empty() && !query_.fields.matches(item.name_space, item.name, fields())) {
      return true;
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
    append_object(text_, kind_, version_, item.schema_id, item.body, item.splice_at, item.revision);
    sink_(text_);
    bytes_ += text_.size();
    ++handed_out_;
    after_ = ObjectKey{kind_.resource, std::string(item.name_space), std::string(item.name)};
    return true;
  }

  bool offer_past(const storage::PastObject& past) {
    std::optional<Value> value;
    const auto parsed = [&]() -> const Value& {
      if (!value) {
        auto json = parse_json(past.body);
        value = json ? std::move(json->value) : Value(JsonObject());
      }
      return *value;
    };
    return offer(
        {past.key.name_space, past.key.name, past.revision, past.schema_id, past.body,
         past.splice_at},
        [&] { return labels_of(parsed()); }, [&] { return selectable_values(version_, parsed()); });
  }

  bool offer_row(const storage::RowView& row) {
    return offer(
        {row.name_space, row.name, row.revision, row.schema_id, row.body, row.splice_at},
        [&] { return row.labels(); }, [&] { return row.fields(); });
  }

  bool has_more() const { return has_more_; }
  bool is_cut() const { return is_cut_; }

 private:
  const ListQuery& query_;
  const Kind& kind_;
  const KindVersion& version_;
  std::size_t bytes_max_;
  const std::function<void(std::string_view)>& sink_;
  std::int64_t& handed_out_;
  std::optional<ObjectKey>& after_;
  std::string text_;
  std::size_t bytes_ = 0;
  bool has_more_ = false;
  bool is_cut_ = false;
};

// What objects that changed since were at the page's revision, in the list's order.
using Corrections = std::map<std::string, std::optional<storage::PastObject>>;

// Nothing where too much has changed to be corrected one by one.
Result<std::optional<Corrections>> corrections(const View& view, const std::string& resource,
                                               const std::string& name_space, Revision revision) {
  std::map<std::string, ObjectKey> changed;
  auto read =
      view.snapshot->changes(resource, revision, view.revision(), [&](const storage::Event& event) {
        if (name_space.empty() || event.key.name_space == name_space) {
          changed.emplace(order_of(event.key.name_space, event.key.name), event.key);
        }
        return changed.size() <= kCorrectionsMax;
      });
  if (!read) return std::unexpected(std::move(read.error()));
  if (changed.size() > kCorrectionsMax) return std::nullopt;
  Corrections then;
  for (auto& [order, key] : changed) {
    auto past = view.snapshot->object_at(key, revision);
    if (!past) return std::unexpected(std::move(past.error()));
    then.emplace(order, std::move(*past));
  }
  return then;
}

// The rows of now, with what changed since put back.
Result<void> scan_corrected(const View& view, const ListQuery& query, const std::string& resource,
                            const std::optional<ObjectKey>& after, const Corrections& then,
                            Page& page) {
  auto next = after ? then.upper_bound(order_of(after->name_space, after->name)) : then.begin();
  bool is_enough = false;
  const auto offer_until = [&](const std::string* order) {
    for (; !is_enough && next != then.end() && (order == nullptr || next->first < *order); ++next) {
      if (next->second && !page.offer_past(*next->second)) is_enough = true;
    }
    return !is_enough;
  };
  auto read =
      view.snapshot->scan(resource, query.name_space, after, [&](const storage::RowView& row) {
        const auto order = order_of(row.name_space, row.name);
        if (!offer_until(&order)) return false;
        if (next != then.end() && next->first == order) {
          if (next->second && !page.offer_past(*next->second)) is_enough = true;
          ++next;
        } else if (!page.offer_row(row)) {
          is_enough = true;
        }
        return !is_enough;
      });
  if (!read) return read;
  offer_until(nullptr);
  return {};
}

}  // namespace

Result<Revision> parse_revision_parameter(std::string_view text) {
  if (text.empty()) return Revision{};
  const auto revision = parse_revision(text);
  if (!revision) {
    return bad_request(fmt::format("resourceVersion: Invalid value: {}: must be a decimal number",
                                   go_quote(text)));
  }
  return *revision;
}

Result<Lister> Lister::start(ListQuery query, const View& view) {
  if (auto checked = check_combination(query); !checked) {
    return std::unexpected(std::move(checked.error()));
  }
  const auto* kind = view.catalog->find(query.group, query.plural);
  if (kind == nullptr) return not_found({query.group, query.plural, ""}, "");
  Lister lister;
  lister.revision_ = view.revision();
  const auto horizon = view.snapshot->horizon(kind->resource);
  if (!query.continue_token.empty()) {
    auto token = decode_token(query.continue_token);
    if (!token) return std::unexpected(std::move(token.error()));
    const bool goes_on = token->revision != Revision{};
    if (goes_on && (token->incarnation != view.incarnation || token->revision < horizon ||
                    token->revision > view.revision())) {
      return too_old_token(view, std::move(*token));
    }
    if (goes_on) lister.revision_ = token->revision;
    lister.after_ = ObjectKey{kind->resource, std::move(token->name_space), std::move(token->name)};
  } else {
    auto wanted = parse_revision_parameter(query.resource_version);
    if (!wanted) return std::unexpected(std::move(wanted.error()));
    if (*wanted > view.revision()) return too_large(*wanted, view.revision());
    // A limit alone asks for exactly that revision, by old custom (R14.6).
    const bool is_exact =
        query.match == VersionMatch::kExact ||
        (query.match == VersionMatch::kUnset && query.limit > 0 && *wanted != Revision{});
    if (is_exact) {
      if (*wanted < horizon) {
        return failure(Reason::kExpired, "The resourceVersion for the provided list is too old.");
      }
      lister.revision_ = *wanted;
    }
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
  const auto after = after_;
  Page page(query_, *kind, *version, bytes_max, sink, handed_out_, after_);
  auto then = view.revision() == revision_
                  ? Result<std::optional<Corrections>>(Corrections())
                  : corrections(view, kind->resource, query_.name_space, revision_);
  if (!then) return std::unexpected(std::move(then.error()));
  auto read = *then ? scan_corrected(view, query_, kind->resource, after, **then, page)
                    : view.snapshot->scan_at(
                          kind->resource, query_.name_space, after, revision_,
                          [&](const storage::PastObject& past) { return page.offer_past(past); });
  if (!read) return std::unexpected(std::move(read.error()));
  if (page.is_cut()) return true;
  done_ = true;
  if (!page.has_more()) return false;
  continue_token_ = encode_token({view.incarnation, revision_, after_->name_space, after_->name});
  if (query_.labels.empty() && query_.fields.empty()) {
    auto left = view.snapshot->count(kind->resource, query_.name_space, after_, kRemainingMax);
    if (!left) return std::unexpected(std::move(left.error()));
    if (*left < kRemainingMax) remaining_ = static_cast<std::int64_t>(*left);
  }
  return false;
}

}  // namespace gatefold::engine
