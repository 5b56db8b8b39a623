// Writes a C++ source that holds the documents of kinds as JSON, which is read in a tenth of the
// time that YAML takes: `embed_kinds OUTPUT DOCUMENT...`. Part of the build, not of the binary.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <string>

#include <fmt/format.h>

#include "schema/json.h"
#include "schema/yaml.h"

namespace gatefold {
namespace {

// Of a line, for those who look at it.
constexpr std::size_t kPieceBytes = 4000;

std::string literal(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += kPieceBytes) {
    out += "    \"";
    for (const char c : text.substr(at, kPieceBytes)) {
      // Three octal digits end by themselves; hexadecimal ones would take in what follows.
      const auto byte = static_cast<unsigned char>(c);
      const bool is_plain = byte >= ' ' && byte < 0x7f && c != '"' && c != '\\' && c != '?';
      out += is_plain ? std::string(1, c) : fmt::format("\\{:03o}", byte);
    }
    out += "\"\n";
  }
  return out;
}

int embed(const std::filesystem::path& output, std::span<char*> documents) {
  std::string source = "// Generated from schema/kinds.\n#include \"schema/builtin_kinds.h\"\n\n";
  // The standard promises no longer literals than 65,536 bytes; our compilers take any.
  source += "#pragma GCC diagnostic ignored \"-Woverlength-strings\"\n\n";
  source += "namespace gatefold {\n\n";
  std::string entries;
  for (std::size_t i = 0; i < documents.size(); ++i) {
    const std::filesystem::path path = documents[i];
    std::ifstream file(path, std::ios::binary);
    const std::string text(std::istreambuf_iterator<char>(file), {});
    const auto document = parse_yaml(text);
    if (!file || !document) {
      fmt::print(stderr, "{}: {}\n", path.string(), document ? "" : document.error().message);
      return 1;
    }
    const auto json = to_json(*document);
    source += fmt::format("static const char kDocument{}[] =\n{}    ;\n", i, literal(json));
    const bool is_core = find_path(*document, {"spec", "x-gatefold", "core"}) != nullptr;
    entries += fmt::format("    {{\"{}\", {}, {{kDocument{}, {}}}}},\n", path.filename().string(),
                           is_core, i, json.size());
  }
  source += "\nstd::vector<BuiltinKind> builtin_kind_documents() {\n";
  source += fmt::format("  return {{\n{}  }};\n}}\n\n}}  // namespace gatefold\n", entries);
  std::ofstream out(output, std::ios::binary | std::ios::trunc);
  out << source;
  out.close();
  return out ? 0 : 1;
}

}  // namespace
}  // namespace gatefold

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  return gatefold::embed(argv[1], std::span(argv, static_cast<std::size_t>(argc)).subspan(2));
}
