// `gatefold diff`: what differs between two versions of an object, and who made it so.
#include <algorithm>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "engine/tell/attribution.h"
#include "engine/tell/diff.h"
#include "engine/tell/unified.h"
#include "schema/json.h"
#include "schema/yaml.h"
#include "tools/gatefold/commands.h"
#include "tools/gatefold/exit_code.h"
#include "tools/gatefold/object_history.h"
#include "tools/gatefold/options.h"
#include "tools/gatefold/paint.h"
#include "tools/gatefold/print.h"

namespace gatefold::tools {
namespace {

struct DiffCommandOptions {
  Source source;
  std::string object;
  std::string from;
  std::string to;
  std::string output = "table";
  bool shows_managers = false;
  std::string color = "auto";
};

constexpr engine::DiffOptions kWithoutNoise{.leaves_out_noise = true};

// A version, or nothing where the object was not there.
using Place = std::optional<std::size_t>;

struct Ends {
  Place from;
  Place to;
};

Result<Ends> ends_of(const ObjectHistory& history, const DiffCommandOptions& options) {
  Ends ends{.from = {}, .to = history.versions().size() - 1};
  if (!options.to.empty()) {
    auto to = history.at(options.to);
    if (!to) return std::unexpected(std::move(to.error()));
    ends.to = *to;
  }
  if (options.from.empty()) {
    if (ends.to && *ends.to > 0) {
      ends.from = *ends.to - 1;
    } else if (auto known = history.check_beginning(); !known) {
      return std::unexpected(std::move(known.error()));
    }
    return ends;
  }
  auto from = history.at(options.from);
  if (!from) return std::unexpected(std::move(from.error()));
  ends.from = *from;
  return ends;
}

// The changes between the two ends, and for each who made it so.
class Comparison {
 public:
  static Result<Comparison> make(const ObjectHistory& history, Ends ends);

  struct Change {
    engine::FieldChange field;
    engine::Attributed made;
  };
  const std::vector<Change>& changes() const { return changes_; }
  const Value& old_body() const { return old_; }
  const Value& new_body() const { return new_; }
  const std::vector<std::pair<Revision, std::string>>& gaps() const { return gaps_; }
  bool has_ends() const { return has_ends_; }

 private:
  Result<void> attribute(const ObjectHistory& history, Ends ends);

  Value old_;
  Value new_;
  bool has_ends_ = true;
  std::vector<Change> changes_;
  std::vector<std::pair<Revision, std::string>> gaps_;
};

// Reads all versions between the two.
Result<void> Comparison::attribute(const ObjectHistory& history, Ends ends) {
  const bool leads_back = ends.from && (!ends.to || *ends.to < *ends.from);
  const auto begin = leads_back ? ends.to : ends.from;
  const auto last = (leads_back ? ends.from : ends.to).value_or(0);
  auto changes = engine::diff(old_, new_, kWithoutNoise);
  engine::Attribution attribution(changes, leads_back);
  auto done = history.bodies(begin.value_or(0), last, [&](std::size_t version, VersionBody body) {
    const auto& about = history.versions()[version];
    if (body.is_gap() && !about.is_deletion) {
      gaps_.emplace_back(about.mark.revision, std::move(body.gap));
      attribution.fold_gap(about.mark.revision);
      return;
    }
    if (about.is_deletion) body.value = nullptr;
    if (begin == version) {
      attribution.begin(about.mark, std::move(body.value));
    } else {
      attribution.fold(about.mark, std::move(body.value));
    }
  });
  if (!done) return done;
  auto made = attribution.finish();
  for (std::size_t i = 0; has_ends_ && i < changes.size(); ++i) {
    changes_.push_back({std::move(changes[i]), std::move(made[i])});
  }
  return {};
}

Result<Comparison> Comparison::make(const ObjectHistory& history, Ends ends) {
  Comparison comparison;
  const auto load = [&](Place place, Value& value) -> Result<void> {
    if (!place || history.versions()[*place].is_deletion) return {};
    auto body = history.body(*place);
    if (!body) return std::unexpected(std::move(body.error()));
    if (body->is_gap()) comparison.has_ends_ = false;
    value = std::move(body->value);
    sort_members(value);
    return {};
  };
  auto loaded = load(ends.from, comparison.old_);
  if (loaded) loaded = load(ends.to, comparison.new_);
  if (!loaded) return std::unexpected(std::move(loaded.error()));
  if (auto done = comparison.attribute(history, ends); !done) {
    return std::unexpected(std::move(done.error()));
  }
  return comparison;
}

std::string end_text(const ObjectHistory& history, Place place) {
  if (!place) return "before its first version";
  const auto& version = history.versions()[*place];
  return mark_text(version.mark) + (version.is_deletion ? ", deleted" : "");
}

Colour change_colour(engine::ChangeType type) {
  if (type == engine::ChangeType::kAdded) return Colour::kGood;
  return type == engine::ChangeType::kRemoved ? Colour::kBad : Colour::kUnsure;
}

// What else there is to say of who made it so.
std::string more_text(const engine::Attributed& made) {
  std::string text;
  if (made.touched) {
    text += fmt::format("  (changed since, last in {} by {})", to_string(made.touched->revision),
                        short_writer(made.touched->actor));
  }
  if (made.gap_from) {
    text += fmt::format("  (or in the gap that begins at revision {})", to_string(*made.gap_from));
  }
  return text;
}

void print_table(const Comparison& comparison, const Paint& paint) {
  say("{:<9}  {:<44}  {:>8}  {:<30}  {:<28}  {}\n", "CHANGE", "FIELD", "REVISION", "TIME", "WRITER",
      "OLD -> NEW");
  for (const auto& [field, made] : comparison.changes()) {
    const auto& mark = made.mark;
    const auto path = field.path.empty() ? std::string("(the object)") : field.path;
    const auto old_text =
        field.type == engine::ChangeType::kAdded ? "-" : value_text(field.old_value);
    const auto new_text =
        field.type == engine::ChangeType::kRemoved ? "-" : value_text(field.new_value);
    const auto change = fmt::format("{:<9}", engine::change_word(field.type));
    say("{}  {:<44}  {:>8}  {:<30}  {:<28}  {} -> {}{}\n", paint(change_colour(field.type), change),
        path, mark ? to_string(mark->revision) : "?", mark ? format_nanos(mark->time) : "?",
        mark ? short_writer(mark->actor) : "?", old_text, new_text, more_text(made));
  }
}

JsonArray change_objects(const Comparison& comparison) {
  JsonArray lines;
  for (const auto& [field, made] : comparison.changes()) {
    JsonObject line{{"change", engine::change_word(field.type)}, {"field", field.path}};
    if (field.type != engine::ChangeType::kAdded) line["old"] = field.old_value;
    if (field.type != engine::ChangeType::kRemoved) line["new"] = field.new_value;
    if (made.mark) {
      for (auto& member : mark_object(*made.mark)) line.insert(member);
    }
    if (made.touched) line["lastChanged"] = mark_object(*made.touched);
    if (made.gap_from) line["gapFrom"] = made.gap_from->number;
    lines.emplace_back(std::move(line));
  }
  return lines;
}

void print_unified(const ObjectHistory& history, Ends ends, const Comparison& comparison,
                   bool shows_managers, const Paint& paint) {
  const auto text_of = [&](Value body) {
    auto* metadata = shows_managers ? nullptr : find(body, "metadata");
    if (metadata != nullptr && metadata->is_object()) metadata->get_object().erase("managedFields");
    return body.is_null() ? "" : to_yaml(body);
  };
  const auto text =
      engine::unified_diff(text_of(comparison.old_body()), text_of(comparison.new_body()),
                           {without_controls(end_text(history, ends.from)),
                            without_controls(end_text(history, ends.to))});
  for (std::string_view rest = text; !rest.empty();) {
    const auto end = std::min(rest.find('\n'), rest.size() - 1);
    const auto line = rest.substr(0, end);
    const auto colour = line.starts_with('+')    ? Colour::kGood
                        : line.starts_with('-')  ? Colour::kBad
                        : line.starts_with("@@") ? Colour::kUnsure
                                                 : Colour::kNone;
    say("{}\n", paint(colour, line));
    rest.remove_prefix(end + 1);
  }
}

void print(const ObjectHistory& history, Ends ends, const Comparison& comparison,
           const DiffCommandOptions& options) {
  const Paint paint(options.color);
  const auto& output = options.output;
  if (output == "json") {
    for (const auto& line : change_objects(comparison)) fmt::print("{}\n", to_json(line));
  } else if (output == "yaml") {
    fmt::print("{}", to_yaml(change_objects(comparison)));
  } else if (output == "diff") {
    print_unified(history, ends, comparison, options.shows_managers, paint);
  } else {
    say("from {}\nto   {}\n", end_text(history, ends.from), end_text(history, ends.to));
    if (comparison.changes().empty())
      say("nothing differs\n");
    else
      print_table(comparison, paint);
  }
}

int run_diff(const DiffCommandOptions& options) {
  const auto history = ObjectHistory::open(options.source, options.object);
  if (!history) return report_history(history.error());
  const auto ends = ends_of(*history, options);
  if (!ends) return report_history(ends.error());
  const auto comparison = Comparison::make(*history, *ends);
  if (!comparison) return report_history(comparison.error());
  for (const auto& [revision, why] : comparison->gaps()) {
    say(stderr, "gatefold: a gap at revision {}: {}\n", to_string(revision), why);
  }
  if (!comparison->has_ends()) return kFoundSomething;
  print(*history, *ends, *comparison, options);
  return kFine;
}

}  // namespace

void add_diff(CLI::App& app, Run& run) {
  auto options = std::make_shared<DiffCommandOptions>();
  auto* command = app.add_subcommand(
      "diff", "Print what differs between two versions of an object, who changed it and when");
  command->add_option("object", options->object, "such as gateway/prod/web")->required();
  command->add_option("from", options->from,
                      "A revision or an RFC 3339 time; without it the version before the last");
  command->add_option("to", options->to, "Likewise; without it the last version");
  add_source(*command, options->source);
  command
      ->add_option("-o,--output", options->output,
                   "table, json: one line each, yaml, or diff, which leaves out "
                   "metadata.managedFields")
      ->check(CLI::IsMember({"table", "json", "yaml", "diff"}))
      ->capture_default_str();
  command->add_flag("--show-managed-fields", options->shows_managers,
                    "Keep metadata.managedFields in -o diff");
  add_color(*command, options->color);
  command->callback([options, &run] {
    if (options->shows_managers && options->output != "diff") {
      throw CLI::ValidationError("show-managed-fields", "only -o diff shows them");
    }
    run = [options] { return run_diff(*options); };
  });
}

}  // namespace gatefold::tools
