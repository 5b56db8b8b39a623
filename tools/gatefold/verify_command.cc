#include "tools/gatefold/verify_command.h"

#include <algorithm>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "storage/digest.h"
#include "storage/verify.h"
#include "tools/gatefold/commands.h"
#include "tools/gatefold/exit_code.h"
#include "tools/gatefold/options.h"
#include "tools/gatefold/paint.h"
#include "tools/gatefold/print.h"
#include "tools/gatefold/progress.h"

namespace gatefold::tools {
namespace {

int code_of(const storage::VerifyReport& report) {
  if (report.findings.empty()) return kFine;
  const auto is_truth = [](const storage::Finding& finding) {
    return finding.is_damage && !finding.is_derived;
  };
  if (std::ranges::any_of(report.findings, is_truth)) return kCorruption;
  const bool is_damaged = std::ranges::any_of(report.findings, &storage::Finding::is_damage);
  return is_damaged ? kDerivedCorruption : kInputOutput;
}

std::string_view verdict_of(int code) {
  switch (code) {
    case kFine:
      return "fine";
    case kDerivedCorruption:
      return "derived rows damaged";
    case kInputOutput:
      return "unreadable";
    default:
      return "damaged";
  }
}

Value value_of(const storage::VerifyReport& report, int code) {
  JsonArray findings;
  for (const auto& finding : report.findings) {
    JsonObject object{{"revision", finding.revision.number},
                      {"where", finding.where},
                      {"message", finding.message},
                      {"derived", finding.is_derived}};
    if (finding.until.number != 0) object["until"] = finding.until.number;
    findings.emplace_back(std::move(object));
  }
  return JsonObject{{"verdict", verdict_of(code)},
                    {"revision", report.head.revision.number},
                    {"chain", storage::chain_text(report.head.chain)},
                    {"events", report.events},
                    {"rows", report.rows},
                    {"findings", std::move(findings)},
                    {"truncated", report.truncated},
                    {"endKnown", report.is_end_known}};
}

void print_text(const storage::VerifyReport& report, int code, const VerifyOptions& options) {
  const Paint paint(options.color);
  for (const auto& finding : report.findings) {
    auto where = finding.where;
    if (finding.until > finding.revision) {
      where += fmt::format(", revisions {} to {}", finding.revision.number, finding.until.number);
    } else if (finding.revision.number != 0) {
      where += fmt::format(", revision {}", finding.revision.number);
    }
    say("{}: {}\n", paint(Colour::kBad, where), finding.message);
  }
  if (report.truncated) say("... and more\n");
  say("{}: {} events, {} rows, revision {}, chain {}\n",
      paint(code == kFine ? Colour::kGood : Colour::kBad, verdict_of(code)), report.events,
      report.rows, report.head.revision.number, storage::chain_text(report.head.chain));
  if (!report.is_end_known) {
    say("whether the log ends where it did nobody knows: the file `acknowledged` does not say\n");
  }
  if (code == kDerivedCorruption) {
    say("the log holds, and the rest follows from it: gatefold rebuild --data {}\n",
        options.directory);
  }
}

// A directory that can't be opened at all, for who reads reports.
storage::VerifyReport report_of(const Status& failure) {
  storage::VerifyReport report;
  report.findings.push_back({.revision = {},
                             .until = {},
                             .where = "directory",
                             .message = failure.message,
                             .is_damage = failure.message.starts_with("corruption:")});
  return report;
}

}  // namespace

int run_verify(const VerifyOptions& options) {
  const auto verified = [&] {
    Progress progress("events");
    return storage::verify_directory(
        options.directory,
        [&](std::uint64_t done, std::uint64_t total) { progress.show(done, total); });
  }();
  if (!verified) {
    const auto code = report(verified.error());
    if (options.output != "text") {
      print_value(value_of(report_of(verified.error()), code), options.output);
    }
    return code;
  }
  const auto code = code_of(*verified);
  if (options.output == "text") {
    print_text(*verified, code, options);
  } else {
    print_value(value_of(*verified, code), options.output);
  }
  return code;
}

void add_verify(CLI::App& app, Run& run) {
  auto options = std::make_shared<VerifyOptions>();
  auto* command =
      app.add_subcommand("verify", "Prove that a data directory's rows equal the fold of its log");
  command->footer(
      "Ends with 4 where the log, its chain, a body or a file is damaged, and with 5 where that "
      "holds and only rows that follow from it are: `gatefold rebuild` makes them anew.");
  command->add_option("--data", options->directory, "The data directory; no server may hold it")
      ->required();
  add_result_output(*command, options->output);
  add_color(*command, options->color);
  command->callback([options, &run] { run = [options] { return run_verify(*options); }; });
}

}  // namespace gatefold::tools
