#include "engine/lint/report.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/guard/memory.h"

namespace gatefold::engine {
namespace {

std::string times_text(std::uint64_t count) {
  if (count == 1) return "";
  return count == 2 ? ", twice" : fmt::format(", {} times", count);
}

std::string sentence(const LintFinding& finding, const std::string& detail) {
  auto text = fmt::format("{}: ", fmt::join(finding.writers, " and "));
  if (!finding.type.empty()) text += finding.type + ": ";
  text += detail;
  text += finding.is_varied ? fmt::format(" (the last of {})", finding.count)
                            : times_text(finding.count);
  // The repaired ones are of a form of their own.
  if (finding.repaired > 0) text += "; the guard put it right";
  return text;
}

std::vector<LintWriter> writers_of(const std::vector<LintFinding>& findings) {
  std::map<std::string, LintWriter> by_name;
  std::map<std::string, std::set<ObjectKey>> objects;
  for (const auto& finding : findings) {
    for (const auto& name : finding.writers) {
      auto& writer = by_name[name];
      writer.writer = name;
      writer.counts[finding.rule] += finding.count;
      objects[name].insert(finding.key);
    }
  }
  std::vector<LintWriter> writers;
  for (auto& [name, writer] : by_name) {
    writer.objects = objects[name].size();
    writers.push_back(std::move(writer));
  }
  const auto sum_of = [](const LintWriter& writer) {
    std::uint64_t sum = 0;
    for (const auto& [rule, count] : writer.counts) sum += count;
    return sum;
  };
  std::ranges::sort(writers, [&](const LintWriter& a, const LintWriter& b) {
    const auto more = sum_of(a), less = sum_of(b);
    return more != less ? more > less : a.writer < b.writer;
  });
  return writers;
}

JsonObject key_json(const ObjectKey& key) {
  JsonObject object{{"resource", key.resource}};
  if (!key.name_space.empty()) object["namespace"] = key.name_space;
  if (!key.name.empty()) object["name"] = key.name;
  return object;
}

Value finding_json(const LintFinding& finding) {
  auto object = key_json(finding.key);
  object["kind"] = finding.kind;
  if (!finding.uid.empty()) object["uid"] = finding.uid;
  JsonObject json{{"rule", text_of(finding.rule).id}, {"object", std::move(object)}};
  if (!finding.path.empty()) json["path"] = finding.path;
  if (!finding.type.empty()) json["condition"] = finding.type;
  JsonArray writers;
  for (const auto& writer : finding.writers) writers.emplace_back(writer);
  json["writers"] = std::move(writers);
  json["count"] = finding.count;
  if (finding.repaired > 0) json["repaired"] = finding.repaired;
  if (finding.first.number > 0) {
    json["firstRevision"] = finding.first.number;
    json["lastRevision"] = finding.last.number;
  }
  json["firstTime"] = format_nanos(finding.first_time);
  json["lastTime"] = format_nanos(finding.last_time);
  json["message"] = finding.text;
  return json;
}

}  // namespace

void LintGathering::add(const LintedVersion& version, LintNote note) {
  if (note.writers.empty()) note.writers = {writer_text(version.writer)};
  std::ranges::sort(note.writers);
  const auto twins = std::ranges::unique(note.writers);
  note.writers.erase(twins.begin(), twins.end());
  auto& finding =
      findings_[{version.key, version.uid, note.rule, note.path, note.type,
                 note.joins_writers ? std::vector<std::string>() : note.writers, note.form}];
  if (finding.count == 0) {
    finding = {.rule = note.rule,
               .key = version.key,
               .kind = version.kind,
               .uid = version.uid,
               .path = note.path,
               .type = note.type,
               .writers = note.writers,
               .first = note.first.number > 0 ? note.first : version.revision,
               .last = {},
               .first_time = note.first.number > 0 ? note.first_time : version.time,
               .last_time = {},
               .text = ""};
  }
  for (const auto& writer : note.writers) {
    const auto place = std::ranges::lower_bound(finding.writers, writer);
    if (place == finding.writers.end() || *place != writer) finding.writers.insert(place, writer);
  }
  finding.last = version.revision;
  finding.last_time = version.time;
  finding.count += note.count;
  if (note.is_repaired) finding.repaired += note.count;
  finding.is_varied = finding.is_varied || (!finding.text.empty() && finding.text != note.detail);
  finding.text = std::move(note.detail);
}

void LintGathering::add_sighting(const storage::Sighting& sighting, GuardRule rule,
                                 const std::string& kind, const std::string& writer) {
  const bool changed_nothing = rule == GuardRule::kNoOp;
  auto& finding = findings_[{sighting.key, "", rule, "", "", {writer}, "sighting"}];
  finding = {.rule = rule,
             .key = sighting.key,
             .kind = kind,
             .uid = "",
             .path = "",
             .type = "",
             .writers = {writer},
             .first = {},
             .last = {},
             .first_time = sighting.first,
             .last_time = sighting.last,
             .count = sighting.count,
             .repaired = changed_nothing ? 0 : sighting.count,
             .text = changed_nothing
                         ? "writes that changed nothing"
                         : "writes that became nothing: all they moved was lastTransitionTime"};
}

void LintGathering::add_gap(const LintedVersion& version) {
  auto& gap = gaps_[version.key];
  if (gap.versions++ == 0) gap.first = version.revision;
  gap.key = version.key;
  gap.last = version.revision;
  gap.why = version.gap.empty() ? "the line has no object" : version.gap;
}

void LintGathering::add_lost(const ObjectKey& key, Revision first, Revision last) {
  auto& gap = lost_[key];
  if (gap.first.number == 0) gap.first = first;
  gap.key = key;
  gap.last = last;
  gap.why = "the log has no records of them";
}

LintReport LintGathering::take() {
  LintReport report;
  for (auto& [name, finding] : std::exchange(findings_, {})) {
    finding.text = sentence(finding, finding.text);
    report.findings.push_back(std::move(finding));
  }
  std::ranges::sort(report.findings, {}, [](const LintFinding& finding) {
    return std::tie(finding.key, finding.first, finding.rule, finding.path, finding.type,
                    finding.writers, finding.text);
  });
  report.writers = writers_of(report.findings);
  for (auto& [key, gap] : std::exchange(lost_, {})) {
    if (report.gaps.empty() || report.gaps.back().key.resource != key.resource) {
      report.gaps.push_back(std::move(gap));
      continue;
    }
    auto& all = report.gaps.back();
    all.key = {key.resource, "", ""};
    ++all.objects;
    all.first = std::min(all.first, gap.first);
    all.last = std::max(all.last, gap.last);
  }
  for (auto& [key, gap] : std::exchange(gaps_, {})) report.gaps.push_back(std::move(gap));
  std::ranges::sort(report.gaps, {},
                    [](const LintGap& gap) { return std::tie(gap.key, gap.first, gap.versions); });
  return report;
}

std::string gap_text(const LintGap& gap) {
  return gap.objects == 1 ? to_string(gap.key)
                          : fmt::format("{} {}", gap.objects, gap.key.resource);
}

std::string object_text(const LintFinding& finding) {
  const auto& name_space = finding.key.name_space;
  return fmt::format("{} {}{}{}", finding.kind, name_space, name_space.empty() ? "" : "/",
                     finding.key.name);
}

Value report_json(const LintReport& report) {
  JsonArray findings;
  for (const auto& finding : report.findings) findings.push_back(finding_json(finding));
  JsonArray writers;
  for (const auto& writer : report.writers) {
    JsonObject counts;
    for (const auto& [rule, count] : writer.counts) counts[text_of(rule).id] = count;
    writers.push_back(JsonObject{
        {"writer", writer.writer}, {"findings", std::move(counts)}, {"objects", writer.objects}});
  }
  JsonArray gaps;
  for (const auto& gap : report.gaps) {
    JsonObject json{{"object", key_json(gap.key)}};
    if (gap.objects > 1) json["objects"] = gap.objects;
    if (gap.versions > 0) json["versions"] = gap.versions;
    json["firstRevision"] = gap.first.number;
    json["lastRevision"] = gap.last.number;
    json["message"] = gap.why;
    gaps.push_back(std::move(json));
  }
  return JsonObject{{"findings", std::move(findings)},
                    {"writers", std::move(writers)},
                    {"notJudged", std::move(gaps)},
                    {"versions", report.versions},
                    {"objects", report.objects}};
}

}  // namespace gatefold::engine
