#include "tools/gatefold/verify_command.h"

#include <algorithm>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "schema/json.h"
#include "storage/digest.h"
#include "storage/verify.h"
#include "tools/gatefold/commands.h"
#include "tools/gatefold/exit_code.h"
#include "tools/gatefold/paint.h"
#include "tools/gatefold/progress.h"

namespace gatefold::tools {
namespace {

void print_json(const storage::VerifyReport& report) {
  JsonArray findings;
  for (const auto& finding : report.findings) {
    JsonObject object{{"revision", finding.revision.number},
                      {"where", finding.where},
                      {"message", finding.message}};
    if (finding.until.number != 0) object["until"] = finding.until.number;
    findings.emplace_back(std::move(object));
  }
  fmt::print("{}\n", to_json(JsonObject{{"revision", report.head.revision.number},
                                        {"chain", storage::chain_text(report.head.chain)},
                                        {"events", report.events},
                                        {"rows", report.rows},
                                        {"findings", std::move(findings)},
                                        {"truncated", report.truncated}}));
}

void print_text(const storage::VerifyReport& report, const Paint& paint) {
  for (const auto& finding : report.findings) {
    auto where = finding.where;
    if (finding.until > finding.revision) {
      where += fmt::format(", revisions {} to {}", finding.revision.number, finding.until.number);
    } else if (finding.revision.number != 0) {
      where += fmt::format(", revision {}", finding.revision.number);
    }
    fmt::print("{}: {}\n", paint(Colour::kBad, where), finding.message);
  }
  if (report.truncated) fmt::print("... and more\n");
  fmt::print(
      "{}: {} events, {} rows, revision {}, chain {}\n",
      report.findings.empty() ? paint(Colour::kGood, "fine") : paint(Colour::kBad, "damaged"),
      report.events, report.rows, report.head.revision.number,
      storage::chain_text(report.head.chain));
}

}  // namespace

int run_verify(const VerifyOptions& options) {
  const auto verified = [&] {
    Progress progress("events");
    return storage::verify_directory(
        options.directory,
        [&](std::uint64_t done, std::uint64_t total) { progress.show(done, total); });
  }();
  if (!verified) return report(verified.error());
  if (options.output == "json") {
    print_json(*verified);
  } else {
    print_text(*verified, Paint(options.color));
  }
  if (verified->findings.empty()) return kFine;
  const bool is_damaged = std::ranges::any_of(verified->findings, &storage::Finding::is_damage);
  return is_damaged ? kCorruption : kInputOutput;
}

void add_verify(CLI::App& app, Run& run) {
  auto options = std::make_shared<VerifyOptions>();
  auto* command =
      app.add_subcommand("verify", "Prove that a data directory's rows equal the fold of its log");
  command->add_option("--data", options->directory, "The data directory; no server may hold it")
      ->required();
  command->add_option("-o,--output", options->output, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  add_color(*command, options->color);
  command->callback([options, &run] { run = [options] { return run_verify(*options); }; });
}

}  // namespace gatefold::tools
