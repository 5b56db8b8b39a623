#include "tests/contract/as_told.h"

#include <catch2/catch.hpp>

#include "engine/page.h"
#include "engine/read.h"
#include "tests/contract/random_history.h"

namespace gatefold::test {
namespace {

Shown refused(const Status& status) {
  INFO(status.message);
  REQUIRE(status.reason == Reason::kExpired);
  return none(Shown::Type::kExpired);
}

Shown list_in_pages(const engine::View& view, const Resource& resource) {
  if (view.catalog->find(resource.group, resource.plural) == nullptr)
    return none(Shown::Type::kNotServed);
  Shown shown;
  engine::ListQuery query;
  query.group = resource.group;
  query.version = resource.version;
  query.plural = resource.plural;
  query.limit = 3;
  do {
    auto lister = engine::Lister::start(query, view);
    if (!lister) return refused(lister.error());
    REQUIRE(lister->revision() == view.revision());
    const auto note = [&](std::string_view text) { shown.objects.emplace_back(text); };
    for (bool goes_on = true; goes_on;) {
      const auto more = lister->next(view, 2000, note);
      if (!more) return refused(more.error());
      goes_on = *more;
    }
    query.continue_token = lister->continue_token();
  } while (!query.continue_token.empty());
  return shown;
}

Shown read_alone(const engine::View& view, const Resource& resource, const ObjectKey& key) {
  const auto* kind = view.catalog->find(resource.group, resource.plural);
  if (kind == nullptr) return none(Shown::Type::kNotServed);
  const auto object = engine::read_object(view, *kind, *kind->version(resource.version), key);
  if (!object) return refused(object.error());
  Shown shown;
  if (*object) shown.objects.push_back((*object)->json);
  return shown;
}

void in_form(const Form& form, Expected& expected, Shown& shown) {
  for (auto& [key, text] : expected.objects) text = form(text);
  for (auto& text : shown.objects) text = form(text);
}

std::vector<std::string> ledger_lines(const storage::Snapshot& snapshot,
                                      const std::string& name_space, Revision until) {
  std::vector<std::string> lines;
  const auto read =
      snapshot.transitions(name_space, {}, until, [&](const storage::LedgerEntry& entry) {
        lines.push_back(transition_line(entry.revision, entry.key, entry.transition,
                                        told_manager(entry.actor)));
        return true;
      });
  REQUIRE(read.has_value());
  return lines;
}

}  // namespace

void require_as_told(const Expected& expected, const Shown& shown) {
  REQUIRE((shown.type != Shown::Type::kNotServed) == expected.is_served);
  if (!expected.is_served) return;
  if (shown.type == Shown::Type::kExpired) {
    REQUIRE(expected.may_be_gone);
    return;
  }
  REQUIRE_FALSE(expected.is_gone);
  std::vector<std::string> objects;
  for (const auto& [key, text] : expected.objects) objects.push_back(text);
  REQUIRE(shown.objects == objects);
}

void require_ledger(const ToldHistory& told, const std::vector<ToldTransition>& expected,
                    const std::vector<std::string>& shown, Revision cut) {
  std::size_t next = 0;
  for (const auto& transition : expected) {
    const bool is_shown = next < shown.size() && shown[next] == transition.line;
    if (is_shown) {
      ++next;
      continue;
    }
    INFO(transition.line);
    INFO("instead: " << (next < shown.size() ? shown[next] : "nothing"));
    REQUIRE((transition.revision <= cut || told.may_lack_record(transition.revision)));
  }
  INFO((next < shown.size() ? shown[next] : ""));
  REQUIRE(next == shown.size());
}

std::string_view told_manager(const storage::Actor& actor) {
  return actor.user.starts_with("system:") ? std::string_view() : actor.field_manager;
}

void require_view(const engine::View& view, Revision at, const ToldHistory& told,
                  const Form& form) {
  const auto compare = [&](Expected expected, Shown shown) {
    if (form) in_form(form, expected, shown);
    require_as_told(expected, shown);
  };
  for (const auto& resource : told_resources()) {
    INFO(resource.plural << " at " << at.number);
    const bool is_definitions = resource.plural == kToldDefinitions.plural;
    const auto keys = is_definitions ? std::vector{kLampsDefinition} : told.keys(resource);
    for (const auto& key : keys) {
      INFO(to_string(key));
      compare(told.expected(resource, at, at, &key), read_alone(view, resource, key));
    }
    // Definitions are large, and all but one stay as they are.
    if (is_definitions && (form || at.number % 16 != 0)) continue;
    compare(told.expected(resource, at, at), list_in_pages(view, resource));
  }
}

void require_ledger_of(const storage::Snapshot& snapshot, const ToldHistory& told, Revision until) {
  INFO("the ledger up to " << until.number);
  for (const auto* name_space : {"", "default", "kube-system", "n0"}) {
    auto expected = told.transitions(until);
    std::erase_if(expected, [&](const auto& one) { return one.name_space != name_space; });
    require_ledger(told, expected, ledger_lines(snapshot, name_space, until));
  }
}

}  // namespace gatefold::test
