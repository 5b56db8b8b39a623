#include "tests/tidy/rules.h"

#include <algorithm>

#include <catch2/catch.hpp>

namespace gatefold::tidy {
namespace {

// The lines on which `rule` is broken.
std::vector<std::size_t> lines_against(Rule rule, const Findings& findings) {
  std::vector<std::size_t> lines;
  for (const Finding& finding : findings) {
    if (finding.rule == rule) lines.push_back(finding.line);
  }
  return lines;
}

std::vector<std::string> paths_of(const Findings& findings) {
  std::vector<std::string> paths;
  for (const Finding& finding : findings) paths.push_back(finding.path);
  return paths;
}

using Numbers = std::vector<std::size_t>;
using Paths = std::vector<std::string>;

TEST_CASE("rooms include leftward") {
  const auto edges = [](std::string path, std::string text) {
    return lines_against(Rule::kEdge, wrong_includes({std::move(path), std::move(text)}));
  };
  CHECK(edges("engine/view.h", "#include \"schema/value.h\"\n#include \"engine/view.h\"\n") ==
        Numbers{});
  CHECK(edges("schema/value.cc", "#include \"storage/store.h\"\n") == Numbers{1});
  CHECK(edges("storage/store.cc", "\n#  include \"engine/view.h\"\n") == Numbers{2});
  CHECK(edges("api/verbs/get.cc", "#include \"tools/gatefold/serve.h\"\n") == Numbers{1});
  CHECK(edges("tools/gatefold/main.cc", "#include \"tests/support/golden.h\"\n") == Numbers{1});
  CHECK(edges("tests/api/a_test.cc", "#include \"tools/gatefold/serve.h\"\n") == Numbers{});
  CHECK(edges("engine/view.cc", "#include \"view.h\"\n") == Numbers{1});
  CHECK(edges("README.md", "#include \"nowhere/view.h\"\n") == Numbers{});
}

TEST_CASE("libraries stay in the rooms that hide them") {
  const auto borders = [](std::string path, std::string text) {
    return lines_against(Rule::kBorder, wrong_includes({std::move(path), std::move(text)}));
  };
  CHECK(borders("storage/store.cc", "#include <rocksdb/db.h>\n") == Numbers{});
  CHECK(borders("engine/engine.cc", "#include <rocksdb/db.h>\n") == Numbers{1});
  CHECK(borders("tools/gatefold/main.cc", "#include <rocksdb/db.h>\n") == Numbers{1});
  CHECK(borders("storage/records.cc", "#include <flatbuffers/flatbuffers.h>\n") == Numbers{});
  CHECK(borders("schema/ids.h", "#include <flatbuffers/flatbuffers.h>\n") == Numbers{1});
  CHECK(borders("storage/records.cc", "#include \"schema/events_generated.h\"\n") == Numbers{});
  CHECK(borders("engine/read.cc", "#include \"schema/events_generated.h\"\n") == Numbers{1});
  CHECK(borders("engine/engine.cc", "#include <boost/asio/post.hpp>\n") == Numbers{1});
  CHECK(borders("schema/json.cc", "#include <boost/beast/core.hpp>\n") == Numbers{1});
  CHECK(borders("api/session.cc", "#include <boost/beast/http.hpp>\n") == Numbers{});
  CHECK(borders("tools/gatefold/serve.cc", "#include <boost/asio/ip/tcp.hpp>\n") == Numbers{});
  CHECK(borders("tests/storage/fault.h", "#include <rocksdb/env.h>\n") == Numbers{});
}

TEST_CASE("rooms link leftward") {
  CHECK(
      wrong_links({"engine/CMakeLists.txt", "target_link_libraries(a gatefold_storage)"}).empty());
  CHECK(lines_against(Rule::kEdge, wrong_links({"storage/CMakeLists.txt",
                                                "\nx(a PUBLIC gatefold_engine)"})) == Numbers{2});
}

TEST_CASE("files are short, READMEs shorter, data as long as they are") {
  const auto text = [](std::size_t lines) {
    std::string written;
    for (std::size_t line = 0; line < lines; ++line) written += "x\n";
    return written;
  };
  CHECK(wrong_length({"api/session.cc", text(600)}).empty());
  CHECK(wrong_length({"api/session.cc", text(601)}).size() == 1);
  CHECK(wrong_length({"api/README.md", text(80)}).empty());
  CHECK(wrong_length({"api/README.md", text(81)}).size() == 1);
  CHECK(wrong_length({"schema/kinds/core/services.yaml", text(2000)}).empty());
  CHECK(wrong_length({"tests/golden/openapi/all.json", text(2000)}).empty());
}

TEST_CASE("lines have 100 columns") {
  const auto widths = [](std::string path, std::string text) {
    return lines_against(Rule::kWidth, wrong_width({std::move(path), std::move(text)}));
  };
  std::string umlauts;
  for (int count = 0; count < 100; ++count) umlauts += "\xC3\xBC";
  CHECK(widths("api/session.cc", std::string(100, 'x') + '\n' + umlauts + '\n') == Numbers{});
  CHECK(widths("api/session.cc", "\n" + std::string(101, 'x')) == Numbers{2});
  CHECK(widths("tests/CMakeLists.txt", umlauts + "\xC3\xBC") == Numbers{1});
  CHECK(widths("docs/a.md", std::string(120, 'x')) == Numbers{});
  CHECK(widths("schema/kinds/core/services.yaml", std::string(120, 'x')) == Numbers{});
}

TEST_CASE("documents in raw strings are data, what follows them is not") {
  const std::string wide(101, 'x');
  const std::string document = "auto a = R\"json(\n)\"" + wide + "\n" + wide + ")json\";\n";
  CHECK(wrong_width({"tests/api/a_test.cc", document}).empty());
  CHECK(lines_against(Rule::kWidth, wrong_width({"tests/api/a_test.cc", document + wide})) ==
        Numbers{4});
}

TEST_CASE("names say something") {
  CHECK(wrong_name({"engine/watch_hub.h", ""}).empty());
  CHECK(wrong_name({"engine/field_manager.h", ""}).empty());
  CHECK(wrong_name({"schema/commonplace.cc", ""}).empty());
  for (const char* path : {"schema/json_util.h", "api/helpers.cc", "engine/watch_manager.h",
                           "tests/common/door.h", "misc.md", "storage/store_impl.cc"}) {
    INFO(path);
    CHECK(wrong_name({path, ""}).size() == 1);
  }
}

TEST_CASE("headers begin with their contract") {
  CHECK(wrong_header({"a.h", "// What it promises.\n#pragma once\n"}).empty());
  CHECK(wrong_header({"a.h", "// What it\n// promises.\n\n#pragma once\nint a;\n"}).empty());
  CHECK(wrong_header({"a.h", "#pragma once\n// Too late.\n"}).size() == 1);
  CHECK(wrong_header({"a.h", "// Says.\n#include <vector>\n#pragma once\n"}).size() == 1);
  CHECK(wrong_header({"a.h", "// Says.\n"}).size() == 1);
  CHECK(wrong_header({"a.h", ""}).size() == 2);
  CHECK(wrong_header({"a.cc", "int a;\n"}).empty());
}

TEST_CASE("nothing is left behind as a comment") {
  const auto left = [](std::string text) {
    return lines_against(Rule::kUnfinished, unfinished({"api/session.cc", std::move(text)}));
  };
  CHECK(left("// a method\n// for nowhere\n") == Numbers{});
  CHECK(left("\n// TO"
             "DO: more\n") == Numbers{2});
  CHECK(left("x();  // fix"
             "me\n") == Numbers{1});
  CHECK(left("// Good enough for "
             "now.\n") == Numbers{1});
}

TEST_CASE("every room has a README") {
  std::vector<SourceFile> tree;
  for (const char* room : {"schema", "storage", "engine", "api", "tools", "tests"}) {
    tree.push_back({std::string(room) + "/README.md", "x\n"});
  }
  CHECK(wrong_readmes(tree).empty());
  tree.erase(tree.begin() + 2);
  CHECK(paths_of(wrong_readmes(tree)) == Paths{"engine/README.md"});
}

TEST_CASE("every source is part of the build") {
  const std::vector<SourceFile> tree = {
      {"CMakeLists.txt", "add_subdirectory(api)\n# add_subdirectory(lost)\n"},
      {"api/CMakeLists.txt",
       "add_library(api\n  get.cc verbs/list.cc ${CMAKE_CURRENT_SOURCE_DIR}/put.cc\n"
       "  ${CMAKE_SOURCE_DIR}/schema/value.cc ../tools/main.cc)  # watch.cc\n"},
      {"api/get.cc", ""},
      {"api/put.cc", ""},
      {"api/verbs/list.cc", ""},
      {"api/verbs/get.cc", ""},
      {"api/watch.cc", ""},
      {"lost/CMakeLists.txt", "add_library(lost lost.cc)"},
      {"lost/lost.cc", ""},
      {"schema/value.cc", ""},
      {"tools/main.cc", ""},
  };
  CHECK(paths_of(orphans(tree)) ==
        Paths{"api/verbs/get.cc", "api/watch.cc", "lost/CMakeLists.txt"});
}

TEST_CASE("all rules are asked") {
  const std::vector<SourceFile> tree = {
      {"schema/util.h",
       "#include \"api/get.h\"\n#include <rocksdb/db.h>\n// fix"
       "me\n" +
           std::string(101, 'x') + std::string(600, '\n')},
      {"schema/lost.cc", ""},
  };
  const auto findings = all_findings(tree);
  for (const Rule rule : {Rule::kEdge, Rule::kBorder, Rule::kLength, Rule::kWidth, Rule::kName,
                          Rule::kHeader, Rule::kReadme, Rule::kOrphan, Rule::kUnfinished}) {
    INFO(static_cast<int>(rule));
    CHECK(!lines_against(rule, findings).empty());
  }
  const std::vector<SourceFile> links = {{"schema/CMakeLists.txt", "x(gatefold_api)"}};
  CHECK(lines_against(Rule::kEdge, all_findings(links)) == Numbers{1});
}

TEST_CASE("exceptions cover one rule in one file and may not idle") {
  const Findings findings = {{Rule::kName, "a/util.h", 0, "name"},
                             {Rule::kWidth, "b.h", 3, "wide"}};
  const Exception name{Rule::kName, "a/util.h", "its name upstream"};
  CHECK(paths_of(not_excepted(findings, {name})) == Paths{"b.h"});
  CHECK(paths_of(not_excepted(findings, {{Rule::kWidth, "a/util.h", "other rule"}, name})) ==
        Paths{"b.h", "a/util.h"});
}

TEST_CASE("findings say where") {
  CHECK(Finding{Rule::kWidth, "b.h", 3, "wide"}.text() == "b.h:3: wide");
  CHECK(Finding{Rule::kName, "b.h", 0, "name"}.text() == "b.h: name");
}

TEST_CASE("lines are numbered from one, and a last line needs no end") {
  const auto lines = lines_of("a\n\nb");
  REQUIRE(lines.size() == 3);
  CHECK(lines[2].number == 3);
  CHECK(lines[2].text == "b");
  CHECK(lines_of("a\n").size() == 1);
  CHECK(lines_of("").empty());
}

TEST_CASE("the tree is the repository without what is built") {
  const auto tree = read_tree(GATEFOLD_SOURCE_DIR);
  const auto has = [&](std::string_view path) {
    return std::ranges::find(tree, path, &SourceFile::path) != tree.end();
  };
  CHECK(has("CMakeLists.txt"));
  CHECK(has("tests/tidy/rules_test.cc"));
  CHECK(has(".ci/run"));
  CHECK(std::ranges::none_of(tree, [](const SourceFile& file) {
    return file.path.starts_with("build/") || file.path.starts_with(".git/");
  }));
}

}  // namespace
}  // namespace gatefold::tidy
