#include "storage/findings.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace gatefold::storage {
namespace {

// RocksDB insists on another name for it.
std::string name_of(Family family) {
  return family == Family::kMeta ? "meta" : info(family).name;
}

Revision last_of(const Finding& finding) {
  return std::max(finding.revision, finding.until);
}

std::string object_of(const std::string& family, const std::string& key) {
  if (family == info(Family::kCurrent).name) return key;
  const auto version = parse_version_key(key);
  return version ? std::string(version->object) : std::string();
}

}  // namespace

std::string table_name(const rocksdb::LiveFileMetaData& file) {
  return file.name.substr(file.name.find_last_of('/') + 1);
}

TableRange range_of(const rocksdb::LiveFileMetaData& file) {
  const auto& family = file.column_family_name;
  if (family == info(Family::kLog).name || family == info(Family::kBodies).name) {
    const auto first = parse_revision_key(file.smallestkey);
    const auto last = parse_revision_key(file.largestkey);
    if (!first || !last) return {};
    return {*first, *last,
            fmt::format(" (the file has revisions {} to {})", first->number, last->number)};
  }
  if (family == info(Family::kCurrent).name || family == info(Family::kVersions).name) {
    return {{},
            {},
            fmt::format(" (the file has objects {} to {})", object_of(family, file.smallestkey),
                        object_of(family, file.largestkey))};
  }
  return {};
}

void Findings::add(Finding finding) {
  if (++count_of_[finding.where] > kFindingsMax) {
    report_.truncated = true;
    return;
  }
  report_.findings.push_back(std::move(finding));
}

void Findings::add(Revision revision, Family family, std::string message) {
  add({.revision = revision,
       .until = {},
       .where = name_of(family),
       .message = std::move(message),
       .is_derived = info(family).is_derived});
}

void Findings::add_failure(const Database& database, Revision revision, Revision until,
                           Family family, const Status& status) {
  auto message = status.message;
  std::vector<rocksdb::LiveFileMetaData> files;
  database.db().GetLiveFilesMetaData(&files);
  for (const auto& file : files) {
    if (message.find(table_name(file)) != message.npos) message += range_of(file).text;
  }
  until = std::max(revision, until);
  for (auto& finding : report_.findings) {
    if (finding.where != name_of(family) || finding.message != message) continue;
    if (revision.number == 0) return;
    const auto last = std::max(last_of(finding), until);
    if (finding.revision.number == 0 || revision < finding.revision) finding.revision = revision;
    if (last > finding.revision) finding.until = last;
    return;
  }
  add({.revision = revision,
       .until = until > revision ? until : Revision{},
       .where = name_of(family),
       .message = std::move(message),
       .is_damage = status.message.starts_with("corruption:"),
       .is_derived = info(family).is_derived});
}

Finding* Findings::of(Family family, Revision revision) {
  const auto found = std::ranges::find_if(report_.findings, [&](const Finding& finding) {
    return finding.where == name_of(family) && finding.revision <= revision &&
           revision <= last_of(finding);
  });
  return found == report_.findings.end() ? nullptr : &*found;
}

bool Findings::blames_record(Revision revision) {
  return of(Family::kLog, revision) != nullptr || count(Family::kLog) > kFindingsMax;
}

bool Findings::blames(Revision revision) {
  return blames_record(revision) || of(Family::kBodies, revision) != nullptr ||
         count(Family::kBodies) > kFindingsMax;
}

void Findings::blame_body(Finding& finding) {
  --count_of_[finding.where];
  finding.where = name_of(Family::kBodies);
  finding.message = std::string(kAlteredBody);
  ++count_of_[finding.where];
}

std::size_t Findings::count(Family family) const {
  const auto found = count_of_.find(name_of(family));
  return found == count_of_.end() ? 0 : found->second;
}

bool Findings::names(const std::string& file) const {
  return std::ranges::any_of(report_.findings, [&](const Finding& finding) {
    return finding.where == file || finding.message.find(file) != std::string::npos;
  });
}

}  // namespace gatefold::storage
