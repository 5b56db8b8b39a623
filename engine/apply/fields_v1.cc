#include <utility>

#include "engine/apply/field_set.h"

namespace gatefold::engine {
namespace {

// What a member of FieldsV1 says: what is below it, and whether it is in the set itself.
struct Parsed {
  FieldSet below;
  bool is_member = false;
};

Result<Parsed> parse(const Value& fields, std::size_t level) {
  if (fields.is_null()) return Parsed{.below = {}, .is_member = true};
  if (!fields.is_object()) return bad_request("a set of fields is an object");
  if (level > kFieldLevelsMax) return bad_request("a set of fields has too many levels");
  bool is_member = false;
  std::vector<PathElement> members;
  std::vector<FieldSubset> subsets;
  for (const auto& member : fields.get_object()) {
    const std::string_view key = member.key();
    if (key == ".") {
      is_member = true;
      continue;
    }
    auto decoded = decode_element(key);
    if (!decoded) return std::unexpected(std::move(decoded.error()));
    if (!decoded->known) continue;
    auto parsed = parse(member.value(), level + 1);
    if (!parsed) return parsed;
    if (parsed->is_member) members.push_back(decoded->element);
    if (!parsed->below.empty()) {
      subsets.push_back({std::move(decoded->element), std::move(parsed->below)});
    }
  }
  const bool says_nothing = members.empty() && subsets.empty();
  return Parsed{.below = FieldSet::of(std::move(members), std::move(subsets)),
                .is_member = is_member || says_nothing};
}

void write(const FieldSet& fields, JsonObject& object) {
  object.reserve(object.size() + fields.members().size() + fields.subsets().size());
  auto member = fields.members().begin();
  auto subset = fields.subsets().begin();
  while (member != fields.members().end() || subset != fields.subsets().end()) {
    if (subset == fields.subsets().end() ||
        (member != fields.members().end() && *member < subset->element)) {
      object.emplace(member->encoded(), JsonObject());
      ++member;
      continue;
    }
    auto& below = object.emplace(subset->element.encoded(), JsonObject()).first->value();
    if (member != fields.members().end() && *member == subset->element) {
      below.get_object().emplace(".", JsonObject());
      ++member;
    }
    write(subset->fields, below.get_object());
    ++subset;
  }
}

}  // namespace

Result<FieldSet> parse_fields_v1(const Value& fields) {
  auto parsed = parse(fields, 0);
  if (!parsed) return std::unexpected(std::move(parsed.error()));
  return std::move(parsed->below);
}

Value to_fields_v1(const FieldSet& fields) {
  JsonObject object;
  write(fields, object);
  return object;
}

}  // namespace gatefold::engine
