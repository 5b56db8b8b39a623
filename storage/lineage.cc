#include "storage/lineage.h"

#include <algorithm>
#include <utility>

#include "storage/digest.h"
#include "storage/failures.h"
#include "storage/keyspace.h"

namespace gatefold::storage {
namespace {

constexpr std::size_t kIncarnationBytes = 16;
constexpr std::size_t kAncestorBytes = kIncarnationBytes + 16;

}  // namespace

std::string encode_lineage(const std::vector<Ancestor>& lineage) {
  std::string bytes;
  for (const auto& ancestor : lineage) {
    bytes += ancestor.incarnation;
    append_u64(bytes, ancestor.last.number);
    append_u64(bytes, ancestor.head.number);
  }
  return bytes;
}

std::optional<std::vector<Ancestor>> parse_lineage(std::string_view bytes) {
  if (bytes.size() % kAncestorBytes != 0) return std::nullopt;
  std::vector<Ancestor> lineage;
  for (; !bytes.empty(); bytes.remove_prefix(kAncestorBytes)) {
    lineage.push_back({std::string(bytes.substr(0, kIncarnationBytes)),
                       {read_u64(bytes.substr(kIncarnationBytes))},
                       {read_u64(bytes.substr(kIncarnationBytes + 8))}});
  }
  return lineage;
}

std::vector<Ancestor> lineage_at(std::vector<Ancestor> lineage, std::string incarnation,
                                 Revision then) {
  const auto author = std::ranges::find_if(
      lineage, [&](const Ancestor& ancestor) { return then <= ancestor.last; });
  if (author != lineage.end()) incarnation = author->incarnation;
  lineage.erase(author, lineage.end());
  lineage.push_back({std::move(incarnation), then, then});
  return lineage;
}

Result<std::vector<Ancestor>> read_lineage(const Database& database) {
  const auto bytes = database.read(Family::kMeta, kMetaLineage);
  if (!bytes) return std::unexpected(bytes.error());
  auto lineage = parse_lineage(bytes->value_or(""));
  if (!lineage) return corruption("the meta row of the lineage can't be read");
  return std::move(*lineage);
}

Chain epoch_chain(const Chain& before, Revision first, Revision last) {
  std::string text = "epoch";
  append_u64(text, first.number);
  append_u64(text, last.number);
  return next_chain(before, {}, sha256(text));
}

bool is_epoch(const Seal& seal, Revision last) {
  return seal.after == epoch_chain(seal.before, seal.first, last);
}

}  // namespace gatefold::storage
