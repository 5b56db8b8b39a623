// YAML text to values and back (yaml-cpp). YAML 1.1 as Kubernetes reads it: y, n, yes, no, on and
// off are booleans when unquoted (R4.16).
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "schema/value.h"

namespace gatefold {

struct YamlError {
  std::string message;  // one line, with the line number
};

struct YamlLimits {
  std::size_t nesting_max = 512;
  // After aliases are resolved: "billion laughs" ends here. 64 bytes of a string count as one node.
  std::size_t nodes_max = 1'000'000;
};

struct ParsedYaml {
  Value value;
  // Keys that stood twice in one mapping, the last one won: `line 5: key "a" already set in map`.
  std::vector<std::string> duplicates;
};

// The first document of `text`; an empty one is null. Anchors, aliases and merge keys are resolved.
std::expected<Value, YamlError> parse_yaml(std::string_view text, YamlLimits limits = {});
// The same with what strict decoding complains about.
std::expected<ParsedYaml, YamlError> parse_yaml_with_duplicates(std::string_view text,
                                                                YamlLimits limits = {});
// All documents, empty ones left out.
std::expected<std::vector<Value>, YamlError> parse_yaml_documents(std::string_view text,
                                                                  YamlLimits limits = {});
// Block style, members in their own order; strings that would read as something else are quoted.
std::string to_yaml(const Value& value);

}  // namespace gatefold
