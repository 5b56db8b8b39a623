// Definitions as a real server was given them (spec, observed/crd-lifecycle.txt), and what is wrong
// with them.
#pragma once

#include <string>
#include <string_view>

#include "tests/schema/parsed.h"

namespace gatefold::test {

// `foos.lc.com`, kind Foo, with these members of the spec (YAML, in braces) beside or in place of
// the usual ones: a version v1, served and stored, whose schema keeps everything.
Value foos(std::string_view spec = "{}");
// With one version that has this schema; whose property `a` has it.
Value foos_of_schema(std::string_view schema);
Value foos_of_property(std::string_view schema);

// As an API server takes it in: decoded, defaulted, with its status.
Value admitted(Value definition, const Value* old_definition = nullptr);

// What is wrong with a new one; the same as the message of the answer.
Texts complaints(const Value& definition);
std::string refusal(const Value& definition, const FieldErrors& errors);

// The text of ../shared/spec/observed/crd-lifecycle.txt; "" where it is not there, which is said
// once.
const std::string& observed_lifecycle();

}  // namespace gatefold::test
