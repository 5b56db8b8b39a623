#include "tests/conformance/gateway/table.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/conformance/gateway/object_path.h"
#include "tests/schema/parsed.h"

namespace gatefold::test {
namespace {

Value read_file(const std::string& name) {
  const auto path =
      std::filesystem::path(GATEFOLD_SOURCE_DIR) / "tests/conformance/gateway" / (name + ".yaml");
  INFO(path.string());
  std::ifstream file(path);
  REQUIRE(file.good());
  return yaml(std::string(std::istreambuf_iterator<char>(file), {}));
}

const Value& types() {
  static const auto kTypes = read_file("types");
  return kTypes;
}

std::vector<std::string> strings_of(const Value& value) {
  if (value.is_string()) return {std::string(value.get_string())};
  std::vector<std::string> out;
  for (const auto& one : value.as_array()) out.emplace_back(one.as_string());
  return out;
}

// A copy in which # is a number: the whole text is one, or has it in it.
Value numbered(const Value& value, std::size_t number) {
  if (value.is_array()) {
    JsonArray out;
    for (const auto& item : value.get_array()) out.push_back(numbered(item, number));
    return Value(std::move(out));
  }
  if (value.is_object()) {
    JsonObject out;
    for (const auto& [key, member] : value.get_object()) out[key] = numbered(member, number);
    return Value(std::move(out));
  }
  if (!value.is_string()) return value;
  if (value.get_string() == "#") return Value(number);
  std::string text(value.get_string());
  if (const auto at = text.find('#'); at != std::string::npos) {
    text.replace(at, 1, std::to_string(number));
  }
  return Value(text);
}

std::string long_text(const JsonArray& pieces) {
  std::string out;
  for (const auto& piece : pieces) {
    out += piece.is_string() ? std::string(piece.get_string())
                             : std::string(piece.to_number<std::size_t>(), 'a');
  }
  return out;
}

Value spelt_out(const Value& value);

Value repeated(const Value& value, const Value& of) {
  JsonArray items;
  JsonObject members;
  if (const auto* count = find(value, "items")) {
    for (std::size_t i = 1; i <= count->to_number<std::size_t>(); ++i) {
      items.push_back(numbered(spelt_out(of), i));
    }
    return Value(std::move(items));
  }
  if (const auto* count = find(value, "members")) {
    for (std::size_t i = 1; i <= count->to_number<std::size_t>(); ++i) {
      members["key" + std::to_string(i)] = of;
    }
  } else {
    members[long_text(value.at("key").as_array())] = of;
  }
  return Value(std::move(members));
}

Value spelt_out(const Value& value) {
  if (const auto* pieces = find(value, "long")) return Value(long_text(pieces->as_array()));
  if (const auto* of = find(value, "of")) return repeated(value, *of);
  auto out = value;
  if (auto* object = out.if_object()) {
    for (auto& member : *object) member.value() = spelt_out(member.value());
  } else if (auto* array = out.if_array()) {
    for (auto& item : *array) item = spelt_out(item);
  }
  return out;
}

void add_limits(const Value& limits, const std::string& place, std::vector<Refusal>& out) {
  for (const auto& [path, wrongs] : limits.as_object()) {
    const auto field = joined(place, path);
    for (const auto& [keywords, value] : wrongs.as_object()) {
      Refusal refusal;
      refusal.sets.emplace_back(field, spelt_out(value));
      for (std::string_view rest = keywords; !rest.empty();) {
        const auto end = std::min(rest.find(' '), rest.size());
        refusal.says[field].emplace_back(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
      }
      out.push_back(std::move(refusal));
    }
  }
}

void add_rules(const Value& rules, const std::string& place, std::vector<Refusal>& out) {
  for (const auto& rule : rules.as_array()) {
    Refusal refusal;
    for (const auto& [path, value] : rule.at("set").as_object()) {
      refusal.sets.emplace_back(joined(place, path), spelt_out(value));
    }
    if (const auto* says = rule.at("says").if_object()) {
      for (const auto& [path, texts] : *says) {
        refusal.says[joined(place, path)] = strings_of(texts);
      }
    } else {
      refusal.says[place] = strings_of(rule.at("says"));
    }
    out.push_back(std::move(refusal));
  }
}

void add_groups(const Value& groups, const std::string& place, std::vector<Refusal>& out) {
  for (const auto& group : groups.as_array()) {
    const auto* at = find(group, "at");
    for (const auto& below : at == nullptr ? std::vector<std::string>{""} : strings_of(*at)) {
      const auto here = joined(place, below);
      if (const auto* names = find(group, "type")) {
        for (const auto& name : strings_of(*names)) add_groups(types().at(name), here, out);
      }
      if (const auto* limits = find(group, "limits")) add_limits(*limits, here, out);
      if (const auto* rules = find(group, "rules")) add_rules(*rules, here, out);
    }
  }
}

}  // namespace

Table read_table(const std::string& kind) {
  std::string name = kind;
  for (auto& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  const auto file = read_file(name);
  Table table;
  table.base = table.experimental_base = file.at("base");
  if (const auto* sets = find(file, "experimental")) {
    for (const auto& [path, value] : sets->as_object()) {
      set_at(table.experimental_base, path, value);
    }
  }
  add_groups(file.at("refused"), "", table.refusals);
  if (const auto* sites = find(file, "unreachable")) {
    for (const auto& site : sites->as_array()) {
      const auto texts = strings_of(site);
      table.unreachable.emplace(Site(texts.at(0), texts.at(1)), texts.at(2));
    }
  }
  return table;
}

Value changed(const Value& base, const Refusal& refusal) {
  auto object = base;
  for (const auto& [path, value] : refusal.sets) set_at(object, path, value);
  return object;
}

}  // namespace gatefold::test
