#include "tests/contract/likeness.h"

#include <algorithm>
#include <array>
#include <regex>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "schema/json.h"

namespace gatefold::test {
namespace {

constexpr std::string_view kNever = "1970-01-01T00:00:00Z";

std::string_view key_of(const JsonObject::value_type& member) {
  return {member.key().data(), member.key().size()};
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

// The real server sends `details: {}` where there is nothing to tell; leaving it out says the same.
bool is_nothing(std::string_view key, const Value& value) {
  return key == "details" && value.is_object() && value.get_object().empty();
}

bool is_texts(const JsonArray& array) {
  return std::ranges::all_of(array, [](const Value& each) { return each.is_string(); });
}

bool is_time_key(std::string_view key) {
  constexpr std::array<std::string_view, 3> kKeys = {"creationTimestamp", "deletionTimestamp",
                                                     "lastTransitionTime"};
  return std::ranges::find(kKeys, key) != kKeys.end();
}

}  // namespace

Differences Likeness::differences(const Value& observed, const Value& ours) {
  found_.clear();
  compare(observed, ours, "body");
  return found_;
}

void Likeness::differ(const std::string& path, const Value* observed, const Value* ours) {
  const auto text = [&](const Value* value) {
    if (value == nullptr) return std::string("nothing");
    return plain(value->is_string() ? std::string(value->get_string()) : to_json(*value));
  };
  found_[path] = {text(observed), text(ours)};
}

std::string Likeness::ours(const std::string& observed) const {
  const auto bound = uids_.find(observed);
  return bound == uids_.end() ? "" : bound->second;
}

// Who manages what, without since when: the rows were asked within a second and are not here.
std::string Likeness::managers(const Value& list) {
  std::multiset<std::string> entries;
  for (auto entry : list.as_array()) {
    entry.as_object().erase("time");
    entries.insert(canonical_json(entry));
  }
  return fmt::format("{}", fmt::join(entries, " "));
}

std::string Likeness::translated(std::string text) const {
  for (const auto& [observed, ours] : uids_) replace_all(text, observed, ours);
  for (const auto& [observed, ours] : names_) replace_all(text, observed, ours);
  for (const auto& [observed, ours] : tokens_) replace_all(text, observed, ours);
  static const std::regex kRevision(R"re(("resourceVersion": ?")(\d+)("))re");
  std::string out;
  auto from = text.cbegin();
  for (std::sregex_iterator at(text.begin(), text.end(), kRevision), end; at != end; ++at) {
    const auto bound = revisions_.find(*parse_revision((*at)[2].str()));
    out.append(from, (*at)[2].first);
    out += bound == revisions_.end() ? (*at)[2].str() : to_string(bound->second);
    from = (*at)[2].second;
  }
  return out.append(from, text.cend());
}

void Likeness::compare(const Value& observed, const Value& ours, const std::string& path) {
  if (observed.is_object() && ours.is_object()) {
    compare_objects(observed.get_object(), ours.get_object(), path);
  } else if (observed.is_array() && ours.is_array()) {
    const auto& theirs = observed.get_array();
    const auto& own = ours.get_array();
    if (path.ends_with(".causes")) return compare_causes(theirs, own, path);
    if (path.ends_with(".resources")) return compare_resources(theirs, own, path);
    if (is_texts(theirs) && theirs.size() != own.size()) return differ(path, &observed, &ours);
    for (std::size_t i = 0; i < std::min(theirs.size(), own.size()); ++i) {
      compare(theirs[i], own[i], path + '[' + std::to_string(i) + ']');
    }
    if (theirs.size() != own.size()) differ(path + " length", &observed, &ours);
  } else if (observed.is_string() && ours.is_string()) {
    const auto key = path.substr(path.rfind('.') + 1);
    const std::string theirs(observed.get_string());
    const std::string own(ours.get_string());
    if (!is_like(key, theirs, own)) differ(path, &observed, &ours);
  } else if (observed != ours) {
    differ(path, &observed, &ours);
  }
}

void Likeness::compare_objects(const JsonObject& observed, const JsonObject& ours,
                               const std::string& path) {
  const auto* prefix = observed.if_contains("generateName");
  const auto* name = observed.if_contains("name");
  const auto* own_name = ours.if_contains("name");
  if (prefix != nullptr && name != nullptr && own_name != nullptr) {
    names_.emplace(name->as_string(), own_name->as_string());
  }
  for (const auto& member : observed) {
    const auto key = key_of(member);
    if (is_nothing(key, member.value())) continue;
    const auto below = path + '.' + std::string(key);
    if (const auto* own = ours.if_contains(key); own != nullptr && key == "managedFields") {
      if (managers(member.value()) != managers(*own)) differ(below, &member.value(), own);
    } else if (own != nullptr) {
      compare(member.value(), *own, below);
    } else {
      differ(below, &member.value(), nullptr);
    }
  }
  for (const auto& member : ours) {
    const auto key = key_of(member);
    if (is_nothing(key, member.value())) continue;
    if (!observed.contains(key)) differ(path + '.' + std::string(key), nullptr, &member.value());
  }
}

void Likeness::compare_resources(const JsonArray& observed, const JsonArray& ours,
                                 const std::string& path) {
  for (const auto& theirs : observed) {
    const auto name = string_at(theirs, {"name"});
    const auto own = std::ranges::find_if(
        ours, [&](const Value& each) { return string_at(each, {"name"}) == name; });
    const auto below = path + '[' + std::string(name) + ']';
    if (own == ours.end()) {
      differ(below, &theirs, nullptr);
    } else {
      compare(theirs, *own, below);
    }
  }
}

void Likeness::compare_causes(const JsonArray& observed, const JsonArray& ours,
                              const std::string& path) {
  std::set<std::string> theirs;
  std::set<std::string> own;
  for (const auto& cause : observed) theirs.insert(plain(canonical_json(cause)));
  for (const auto& cause : ours) own.insert(plain(canonical_json(cause)));
  if (theirs == own) return;
  const Value shown(observed);
  const Value own_shown(ours);
  differ(path, &shown, &own_shown);
}

bool Likeness::is_like(std::string_view key, const std::string& observed, const std::string& ours) {
  if (key == "uid") return is_same_uid(observed, ours);
  if (key == "resourceVersion") return is_same_revision(observed, ours);
  if (is_time_key(key)) return is_like_time(observed, ours);
  if (key == "continue") {
    if (observed.empty() || ours.empty()) return observed == ours;
    tokens_[observed] = ours;
    return true;
  }
  if (const auto generated = names_.find(observed); generated != names_.end()) {
    return generated->second == ours && observed.size() == ours.size();
  }
  return plain(observed) == plain(ours);
}

bool Likeness::is_same_uid(const std::string& observed, const std::string& ours) {
  if (const auto bound = uids_.find(observed); bound != uids_.end()) return bound->second == ours;
  if (!parse_uid(observed)) return observed == ours;
  const bool is_taken =
      std::ranges::any_of(uids_, [&](const auto& each) { return each.second == ours; });
  uids_[observed] = ours;
  return !is_taken && parse_uid(ours).has_value();
}

// Revisions are compared by order: the same one, an earlier one or a later one.
bool Likeness::is_same_revision(const std::string& observed, const std::string& ours) {
  const auto theirs = parse_revision(observed);
  const auto own = parse_revision(ours);
  if (!theirs || !own) return observed == ours;
  if (const auto bound = revisions_.find(*theirs); bound != revisions_.end()) {
    return bound->second == *own;
  }
  const auto after = revisions_.upper_bound(*theirs);
  const bool is_after_all_earlier = after == revisions_.begin() || std::prev(after)->second < *own;
  const bool is_before_all_later = after == revisions_.end() || *own < after->second;
  revisions_[*theirs] = *own;
  return is_after_all_earlier && is_before_all_later;
}

bool Likeness::is_like_time(const std::string& observed, const std::string& ours) const {
  if (observed == kNever || ours == kNever) return observed == ours;
  const auto time = parse_rfc3339(ours);
  return time && ours.size() == observed.size() && cut_to_seconds(*began_) <= *time &&
         *time <= now_;
}

std::string Likeness::plain(std::string_view text) {
  static const std::regex kUid("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");
  static const std::regex kRecord(R"(in record \(\d+\))");
  static const std::regex kCurrent(R"(current: \d+)");
  static const std::regex kWritten(R"(("resourceVersion\\?":\\?")\d+)");
  static const std::regex kAge("^([0-9]+[smhdy])+$");
  std::string out(text);
  out = std::regex_replace(out, kUid, "<uid>");
  out = std::regex_replace(out, kRecord, "in record (<revision>)");
  out = std::regex_replace(out, kCurrent, "current: <revision>");
  out = std::regex_replace(out, kWritten, "$1<revision>");
  return std::regex_replace(out, kAge, "<age>");
}

}  // namespace gatefold::test
