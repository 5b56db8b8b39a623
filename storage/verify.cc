// Two sets are equal when all of the one are in the other and both have the same size. So the log
// is read once, every row that its events fold to is looked up, and the rows of each family are
// counted; nothing is kept but counters. Only where they differ it is searched for what differs.
#include "storage/verify.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "storage/acknowledged.h"
#include "storage/directory_lock.h"
#include "storage/failures.h"
#include "storage/findings.h"
#include "storage/recover.h"
#include "storage/verify_files.h"
#include "storage/verify_log.h"
#include "storage/verify_meta.h"
#include "storage/verify_rows.h"

namespace gatefold::storage {
namespace {

void prove_rows(const Snapshot::Pin& pin, const VerifyProgress& progress, VerifyReport& report,
                Findings& findings) {
  const auto kept = read_kept(pin.database(), pin.snapshot());
  std::set<std::string> doubted;
  if (kept) {
    doubted = doubt_kept(pin, report.head, *kept, findings);
  } else {
    findings.add_failure(pin.database(), {}, {}, Family::kMeta, kept.error());
  }
  const auto* const known = kept ? &*kept : nullptr;
  LogProof log(pin, report.head, known, doubted, findings);
  log.run(progress);
  RowProof rows(pin, report.head, log, findings);
  rows.run();
  prove_meta(pin, report.head, known, doubted, log, findings);
  report.events = log.events();
  report.rows = rows.rows();
}

// A directory whose files are whole, and whose rows keep it from being opened. False: they could
// not be read.
bool prove_closed_rows(const std::filesystem::path& directory, const VerifyProgress& progress,
                       VerifyReport& report, Findings& findings) {
  Location location;
  location.env = rocksdb::Env::Default();
  location.path = directory.string();
  location.read_only = true;
  auto database = Database::open(location);
  if (!database) return false;
  for (const auto& family : kFamilies) {
    if (!(*database)->has(family.family)) return false;
  }
  const auto head = told_head(**database);
  const Snapshot::Pin pin(std::move(*database));
  if (!head) {
    const Rows log(pin.database(), Family::kLog, pin.snapshot(), "", "");
    return !log.valid() && log.status();
  }
  report.head = *head;
  prove_rows(pin, progress, report, findings);
  return true;
}

// What keeps a directory from being opened.
void prove_closed(const std::filesystem::path& directory, const Status& why,
                  const VerifyProgress& progress, VerifyReport& report, Findings& findings) {
  prove_closed_files(directory, findings);
  if (!findings.is_empty()) return;
  const bool is_read = prove_closed_rows(directory, progress, report, findings);
  const auto acknowledged = Acknowledged::open(directory, /*read_only=*/true);
  const auto last =
      acknowledged ? (*acknowledged)->last().value_or(std::nullopt) : std::optional<Head>();
  if (last && is_read && last->revision > report.head.revision) {
    const auto first = report.head.revision.next();
    findings.add({.revision = first,
                  .until = last->revision > first ? last->revision : Revision{},
                  .where = info(Family::kLog).name,
                  .message = "was acknowledged, but is not there"});
  }
  if (!findings.is_empty()) return;
  findings.add({.revision = {},
                .until = {},
                .where = "store",
                .message = why.message,
                .is_damage = why.message.starts_with("corruption:")});
}

// The first thing that is wrong with what is not derived; nothing where that is whole.
std::optional<Status> truth_failure(VerifyReport report) {
  std::erase_if(report.findings, [](const Finding& finding) { return finding.is_derived; });
  if (report.findings.empty()) return std::nullopt;
  const auto& first = *std::ranges::max_element(report.findings, {}, &Finding::is_damage);
  if (!first.is_damage) return failure(Reason::kInternalError, first.message).error();
  constexpr std::string_view kPrefix = "corruption: ";
  std::string_view what = first.message;
  if (what.starts_with(kPrefix)) what.remove_prefix(kPrefix.size());
  auto where = first.where;
  if (first.until > first.revision) {
    where += fmt::format(", revisions {} to {}", first.revision.number, first.until.number);
  } else if (first.revision.number != 0) {
    where += fmt::format(", revision {}", first.revision.number);
  }
  const auto others = report.findings.size() - 1;
  const auto more = others > 0 ? fmt::format(" (and {} more)", others) : "";
  return corruption(fmt::format("{}: {}{}; nothing was dropped", where, what, more)).error();
}

// As prove_truth(), but for what becomes a finding.
Result<bool> prove_log(const Snapshot::Pin& pin, const std::optional<Head>& acknowledged,
                       const Progress& progress, Findings& findings) {
  const auto is_ours = check_truth(pin.database());
  if (!is_ours || !*is_ours) return is_ours;
  const auto kept = read_kept(pin.database(), pin.snapshot());
  if (!kept) return std::unexpected(kept.error());
  const auto proven = prove_head(pin.database(), acknowledged);
  if (const auto head = proven ? *proven : told_head(pin.database())) {
    // A refold neither needs nor mends what retention notes.
    VerifyReport of_kept;
    Findings doubts(of_kept);
    const auto doubted = doubt_kept(pin, *head, *kept, doubts);
    LogProof(pin, *head, &*kept, doubted, findings).run(progress);
  }
  if (!proven) return std::unexpected(proven.error());
  return true;
}

}  // namespace

// Sees the Pin of a Snapshot.
class Verifier {
 public:
  static const Snapshot::Pin& pin(const Snapshot& snapshot) { return *snapshot.pin_; }
};

VerifyReport verify(const Store& store, const VerifyProgress& progress) {
  const auto snapshot = store.snapshot();
  VerifyReport report;
  report.head = snapshot->head();
  Findings findings(report);
  prove_rows(Verifier::pin(*snapshot), progress, report, findings);
  return report;
}

Result<bool> prove_truth(const Location& location, const std::optional<Head>& acknowledged,
                         const Progress& progress) {
  VerifyReport report;
  Findings findings(report);
  auto reading = location;
  reading.read_only = true;
  auto truth = Database::open(reading, is_truth);
  if (!truth) {
    prove_closed_files(location.path, findings);
    return std::unexpected(truth_failure(report).value_or(truth.error()));
  }
  const Snapshot::Pin pin(std::move(*truth));
  const auto is_ours = prove_log(pin, acknowledged, progress, findings);
  prove_tables(pin.database(), told_head(pin.database()).value_or(Head{}), findings);
  if (auto failed = truth_failure(report)) return std::unexpected(std::move(*failed));
  return is_ours;
}

Result<VerifyReport> verify_directory(const std::filesystem::path& directory,
                                      const VerifyProgress& progress) {
  if (auto found = find_directory(directory); !found) {
    return std::unexpected(std::move(found.error()));
  }
  const auto lock = DirectoryLock::share(directory);
  if (!lock) return std::unexpected(lock.error());
  VerifyReport report;
  Findings findings(report);
  const auto store = Store::open({.directory = directory, .read_only = true});
  if (store) {
    const auto snapshot = (*store)->snapshot();
    const auto& pin = Verifier::pin(*snapshot);
    report.head = snapshot->head();
    prove_rows(pin, progress, report, findings);
    prove_tables(pin.database(), report.head, findings);
  } else if (store.error().reason == Reason::kInternalError) {
    prove_closed(directory, store.error(), progress, report, findings);
  } else {
    return std::unexpected(store.error());
  }
  const bool is_told = prove_small_files(directory, findings);
  report.is_end_known = is_told || report.head.revision.number == 0;
  return report;
}

}  // namespace gatefold::storage
