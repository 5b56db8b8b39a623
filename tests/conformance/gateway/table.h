// The invalid objects, written down: one file per kind, and types.yaml for what several kinds or
// places share. A file says
//
//   base:     an object that is accepted; `set` and `limits` below change copies of it
//   experimental: {path: value}: what the base has beside in the experimental channel
//   refused:  a list of groups of objects
//   unreachable: [[place, keyword or message, why no object can be refused for it]]
//
// and a group says
//
//   at:      the place or places in the object that its paths start from; the root without it
//   type:    groups of types.yaml, by name or names, at the same places
//   limits:  {path: {keyword: value}}: with this value there, the object fails for the keyword. Of
//            several keywords, with spaces between them, for all
//   rules:   [{says: {path: message}, set: {path: value}}]: with these values there, it fails for
//            the rules with these messages (a list, where there are several). `says: message`
//            stands for the place itself; keywords of limits are possible as messages
//
// A value may be `null`, which takes the member away, {long: [text, 3, text]}, a text with that
// many a's in it, {items: 3, of: value}, a list of copies in which # stands for 1, 2, 3, or
// {members: 3, of: value}, a map with as many keys, or {key: [text, 3], of: value}, with a long
// one.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "schema/value.h"
#include "tests/conformance/gateway/sites.h"

namespace gatefold::test {

struct Refusal {
  std::vector<std::pair<std::string, Value>> sets;
  std::map<std::string, std::vector<std::string>> says;  // by field: keywords and messages
};

struct Table {
  Value base;
  Value experimental_base;
  std::vector<Refusal> refusals;
  std::map<Site, std::string> unreachable;
};

// tests/conformance/gateway/<kind>.yaml, the kind in small letters.
Table read_table(const std::string& kind);

// The base with the changes of a refusal.
Value changed(const Value& base, const Refusal& refusal);

}  // namespace gatefold::test
