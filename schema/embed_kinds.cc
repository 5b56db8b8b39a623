// Writes a C++ source that holds the table of messages as it is and the documents of kinds as JSON,
// which is read in a tenth of the time that YAML takes: `embed_kinds OUTPUT TABLE DOCUMENT...`.
// Part of the build, not of the binary.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
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

std::optional<std::string> text_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(file), {});
  if (!file) return std::nullopt;
  return text;
}

int embed(const std::filesystem::path& output, const std::filesystem::path& table,
          std::span<char*> documents) {
  std::string source =
      "// Generated from schema/kinds and schema/proto.\n#include \"schema/builtin_kinds.h\"\n\n";
  // The standard promises no longer literals than 65,536 bytes; our compilers take any.
  source += "#pragma GCC diagnostic ignored \"-Woverlength-strings\"\n\n";
  source += "namespace gatefold {\n\n";
  std::string entries;
  for (std::size_t i = 0; i < documents.size(); ++i) {
    const std::filesystem::path path = documents[i];
    const auto text = text_of(path);
    const auto document = parse_yaml(text.value_or(""));
    if (!text || !document) {
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
  source += fmt::format("  return {{\n{}  }};\n}}\n\n", entries);
  const auto messages = text_of(table);
  if (!messages) {
    fmt::print(stderr, "{}: is not there\n", table.string());
    return 1;
  }
  source += fmt::format("std::string_view builtin_message_table() {{\n  return\n{}    ;\n}}\n\n",
                        literal(*messages));
  source += "}  // namespace gatefold\n";
  std::ofstream out(output, std::ios::binary | std::ios::trunc);
  out << source;
  out.close();
  return out ? 0 : 1;
}

}  // namespace
}  // namespace gatefold

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  const auto arguments = std::span(argv, static_cast<std::size_t>(argc));
  return gatefold::embed(argv[1], argv[2], arguments.subspan(3));
}
