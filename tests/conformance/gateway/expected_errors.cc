#include "tests/conformance/gateway/expected_errors.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "tests/conformance/gateway/object_path.h"
#include "tests/schema/parsed.h"

namespace gatefold::test {
namespace {

constexpr std::string_view kStatus = "status";
constexpr std::string_view kSkipped =
    "<nil>: Invalid value: \"null\": some validation rules were not checked because the object was "
    "invalid; correct the existing errors to complete validation";

// No value of the tables needs an escape.
std::string quoted(std::string_view text) {
  REQUIRE(text.find_first_of("\"\\\n\t") == std::string_view::npos);
  return fmt::format("\"{}\"", text);
}

std::string plain(const Value& value) {
  return value.is_string() ? std::string(value.get_string())
                           : std::to_string(value.to_number<std::int64_t>());
}

std::string shown(const Value& value) {
  return value.is_string() ? quoted(std::string_view(value.get_string())) : plain(value);
}

std::size_t size_of(const Value& value) {
  return value.is_array() ? value.get_array().size() : value.as_object().size();
}

// Limits after which rules are not evaluated (R19.20).
bool hides_rules(std::string_view keyword) {
  constexpr std::array kHiding{"required", "enum",          "maxLength", "maxItems",
                               "format",   "maxProperties", "oneOf"};
  return std::ranges::find(kHiding, keyword) != kHiding.end();
}

std::string doubled(const Value& schema, const Value& list, const std::string& field) {
  const auto& array = list.as_array();
  const auto& last = array.back();
  const auto at = fmt::format("{}[{}]: Duplicate value: ", field, array.size() - 1);
  const auto* keys = find(schema, "x-kubernetes-list-map-keys");
  if (keys == nullptr) return at + shown(last);
  std::vector<std::string> members;
  for (const auto& key : keys->as_array()) {
    const std::string_view name = key.as_string();
    members.push_back(fmt::format("{}:{}", quoted(name), shown(last.at(name))));
  }
  std::ranges::sort(members);
  return fmt::format("{}map[string]interface {{}}{{{}}}", at, fmt::join(members, ", "));
}

// The one combinator of these schemas: a text that is to be an IP address.
std::vector<std::string> no_address(const std::string& root, const std::string& field,
                                    const std::string& inner, const Value& object) {
  const auto value = quoted(std::string_view(object.at("value").as_string()));
  return {fmt::format("{}: Invalid value: \"\": \"{}\" must validate one and only one schema "
                      "(oneOf). Found none valid",
                      root, inner),
          fmt::format("{}: Invalid value: \"\": \"{}.value\" must validate at least one schema "
                      "(anyOf)",
                      root, inner),
          fmt::format("{0}.value: Invalid value: {1}: {2}.value in body must be of type ipv4: {1}",
                      field, value, inner)};
}

class Composer {
 public:
  Composer(const Value& schema, const std::set<Site>& sites, const Value& object, bool is_status)
      : schema_(schema), sites_(sites), object_(object), is_status_(is_status) {}

  // False where the schema does not say it.
  bool add(const std::string& field, const std::string& what) {
    const auto place = schema_at(schema_, field);
    if (place.node == nullptr) return false;
    if (sites_.contains({place.path, what}) && !what.contains(' ')) {
      add_limit(field, what, *place.node);
      expected_.sites.emplace(place.path, what);
      return true;
    }
    constexpr std::string_view kEvaluating = " evaluating rule: ";
    const auto at = what.find(kEvaluating);
    const auto message = at == std::string::npos ? what : what.substr(at + kEvaluating.size());
    if (!sites_.contains({place.path, message})) return false;
    expected_.errors.push_back(fmt::format("{}: Invalid value: {}: {}", field,
                                           quoted(string_at(*place.node, {"type"})), what));
    expected_.sites.emplace(place.path, message);
    return true;
  }

  Expected take(bool has_rules) {
    if (hidden_ && has_rules) expected_.errors.emplace_back(kSkipped);
    std::ranges::sort(expected_.errors);
    return std::move(expected_);
  }

 private:
  void add_limit(const std::string& field, const std::string& keyword, const Value& schema) {
    hidden_ |= hides_rules(keyword);
    const auto* value = value_at(object_, field);
    if (keyword == "required") {
      REQUIRE(value == nullptr);
      return say(field, "Required value");
    }
    INFO(field);
    REQUIRE(value != nullptr);
    // A write to the subresource is judged by the schema of the status alone.
    const auto inner = is_status_ ? field.substr(kStatus.size() + 1) : field;
    if (keyword == "duplicate") return expected_.errors.push_back(doubled(schema, *value, field));
    if (keyword == "oneOf") {
      const auto root = is_status_ ? std::string(kStatus) : "<nil>";
      for (auto& text : no_address(root, field, inner, *value)) {
        expected_.errors.push_back(std::move(text));
      }
      return;
    }
    if (keyword == "format") {
      return say(field,
                 fmt::format("Invalid value: {0}: {1} in body must be of type date-time: {0}",
                             shown(*value), inner));
    }
    const auto& bound = schema.at(keyword);
    const auto invalid = [&](const std::string& actual, const std::string& should) {
      say(field, fmt::format("Invalid value: {}: {} in body should {}", actual, inner, should));
    };
    if (keyword == "enum") {
      std::vector<std::string> choices;
      for (const auto& choice : bound.as_array()) choices.push_back(quoted(plain(choice)));
      return say(field, fmt::format("Unsupported value: {}: supported values: {}", shown(*value),
                                    fmt::join(choices, ", ")));
    }
    if (keyword == "maxLength") {
      return say(field, fmt::format("Too long: may not be more than {} bytes", plain(bound)));
    }
    if (keyword == "maxItems" || keyword == "maxProperties") {
      return say(field, fmt::format("Too many: {}: must have at most {} items", size_of(*value),
                                    plain(bound)));
    }
    if (keyword == "pattern") {
      return invalid(shown(*value), fmt::format("match '{}'", plain(bound)));
    }
    if (keyword == "minLength") {
      return invalid(shown(*value), fmt::format("be at least {} chars long", plain(bound)));
    }
    if (keyword == "minItems") {
      return invalid(std::to_string(size_of(*value)),
                     fmt::format("have at least {} items", plain(bound)));
    }
    if (keyword == "minimum") {
      return invalid(shown(*value), "be greater than or equal to " + plain(bound));
    }
    REQUIRE(keyword == "maximum");
    invalid(shown(*value), "be less than or equal to " + plain(bound));
  }

  void say(const std::string& field, const std::string& body) {
    expected_.errors.push_back(fmt::format("{}: {}", field, body));
  }

  const Value& schema_;
  const std::set<Site>& sites_;
  const Value& object_;
  const bool is_status_;
  bool hidden_ = false;
  Expected expected_;
};

bool has_rules(const std::set<Site>& sites) {
  return std::ranges::any_of(sites, [](const Site& site) { return site.second.contains(' '); });
}

}  // namespace

bool is_of_status(const Refusal& refusal) {
  return std::ranges::all_of(refusal.sets, [](const auto& set) {
    return set.first == kStatus || set.first.starts_with("status.");
  });
}

std::optional<Expected> expected_errors(const Refusal& refusal, const Value& schema,
                                        const std::set<Site>& sites, const Value& object) {
  Composer composer(schema, sites, object, is_of_status(refusal));
  bool says_any = false;
  for (const auto& [field, texts] : refusal.says) {
    for (const auto& text : texts) says_any |= composer.add(field, text);
  }
  if (!says_any) return std::nullopt;
  return composer.take(has_rules(sites));
}

}  // namespace gatefold::test
