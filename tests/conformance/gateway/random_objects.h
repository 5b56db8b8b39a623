// Objects of a kind drawn from a seed: most of what they have keeps to the schema, some doesn't.
#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "schema/kind.h"
#include "schema/value.h"

namespace gatefold::test {

class RandomObjects {
 public:
  RandomObjects(SchemaPtr schema, std::uint64_t seed);

  // Spec and status of what the schema asks for, and some of what it allows.
  Value object();
  // Puts something else that keeps to the schema at a place of spec or status.
  void vary(Value& object);
  // Breaks something: takes a member away, makes it null, of a wrong type, too long, too large or
  // unknown, doubles an item, fills a list or empties it.
  void spoil(Value& object);

  std::size_t below(std::size_t end) { return static_cast<std::size_t>(random_() % end); }

 private:
  struct Place {
    Value* value;
    const SchemaNode* schema;
  };

  Value value_of(const SchemaNode& schema, int depth);
  Value object_of(const SchemaNode& schema, int depth);
  Value list_of(const SchemaNode& schema, int depth);
  Value text_of(const SchemaNode& schema);
  Value number_of(const SchemaNode& schema);
  const std::vector<std::string>& words_of(const SchemaNode& schema);
  std::vector<Place> places_in(Value& object) const;
  Place any_place(Value& object);
  void spoil_object(JsonObject& object);
  void spoil_list(JsonArray& list);
  Value spoiled_scalar(const SchemaNode& schema);

  SchemaPtr schema_;
  std::mt19937_64 random_;
  std::map<const SchemaNode*, std::vector<std::string>> words_;
};

}  // namespace gatefold::test
