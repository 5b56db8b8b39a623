#include "api/params.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "schema/catalog.h"

namespace gatefold::api {
namespace {

Request request(std::string_view query, std::string body = "", std::string user_agent = "") {
  Request request;
  parse_target(fmt::format("/?{}", query), request);
  request.body = std::move(body);
  request.user_agent = std::move(user_agent);
  return request;
}

std::string refusal(const Status& status) {
  return fmt::format("{}: {}", reason_name(status.reason), status.message);
}

std::string written(std::string_view query, std::string_view kind = "CreateOptions") {
  const auto options = parse_write_options(request(query, "", "me/1.0"), kind);
  if (!options) return refusal(options.error());
  constexpr std::array<std::string_view, 3> kModes = {"ignore", "warn", "strict"};
  return fmt::format("{}{} by {}", options->dry_run ? "dry " : "",
                     kModes.at(static_cast<std::size_t>(options->field_validation)),
                     options->field_manager);
}

std::string removed(std::string_view query, std::string body = "") {
  const auto options = parse_remove_options(request(query, std::move(body)), "example.com/v1");
  if (!options) return refusal(options.error());
  constexpr std::array<std::string_view, 4> kPolicies = {"default", "background", "foreground",
                                                         "orphan"};
  const auto& its = options->options;
  std::string text = fmt::format("{}{}", options->dry_run ? "dry " : "",
                                 kPolicies.at(static_cast<std::size_t>(its.propagation)));
  if (its.orphan_dependents) text += *its.orphan_dependents ? " orphans" : " no orphans";
  if (its.uid) text += " uid=" + *its.uid;
  if (its.resource_version) text += " rv=" + *its.resource_version;
  return text;
}

std::string listed(std::string_view query) {
  const auto catalog = builtin_catalog();
  const auto& kind = *catalog->find("", "configmaps");
  const auto options = parse_list_options(request(query), kind, kind.storage_version(), Time{});
  if (!options) return refusal(options.error());
  std::string text =
      fmt::format("{} labels {} fields limit {}", options->labels.requirements.size(),
                  options->fields.requirements.size(), options->limit);
  if (!options->continue_token.empty()) text += " continue=" + options->continue_token;
  if (!options->resource_version.empty()) text += " rv=" + options->resource_version;
  if (options->match == engine::VersionMatch::kExact) text += " exact";
  if (options->match == engine::VersionMatch::kNotOlderThan) text += " not older";
  if (options->bookmarks) text += " bookmarks";
  if (options->send_initial_events)
    text += *options->send_initial_events ? " initial" : " no initial";
  if (options->timeout_seconds != 0) text += fmt::format(" {}s", options->timeout_seconds);
  return text;
}

}  // namespace

TEST_CASE("options of writes (R5.1, R5.2, R5.3)") {
  const std::string invalid = "Invalid: CreateOptions.meta.k8s.io \"\" is invalid: ";
  const auto [query, wanted] = GENERATE_COPY(table<std::string, std::string>({
      {"", "warn by me"},
      {"dryRun=All", "dry warn by me"},
      {"dryRun=All&dryRun=All", "dry warn by me"},
      {"fieldValidation=Strict&fieldManager=a", "strict by a"},
      {"fieldValidation=Ignore", "ignore by me"},
      {"fieldValidation=", "warn by me"},
      {"fieldManager=a%20b&fieldManager=c", "warn by a b"},
      {"nobody=knows", "warn by me"},
      {"dryRun=", invalid + R"(dryRun: Unsupported value: []string{""}: supported values: "All")"},
      {"dryRun=All&dryRun=Foo",
       invalid + R"(dryRun: Unsupported value: []string{"All", "Foo"}: supported values: "All")"},
      {"fieldValidation=Foo", invalid + R"(fieldValidation: Unsupported value: "Foo": )" +
                                  R"(supported values: "", "Ignore", "Strict", "Warn")"},
      {"fieldManager=ab%0A", invalid + R"(fieldManager: Invalid value: "ab\n": )" +
                                 "invalid character U+000A (at position 2)"},
      {"fieldManager=" + std::string(128, 'a'), "warn by " + std::string(128, 'a')},
      {"fieldManager=" + std::string(129, 'a'),
       invalid + "fieldManager: Too long: may not be more than 128 bytes"},
  }));
  INFO(query);
  CHECK(written(query) == wanted);
}

TEST_CASE("only an apply patch may be forced (R5.6)") {
  CHECK(written("force=true", "PatchOptions") ==
        "Invalid: PatchOptions.meta.k8s.io \"\" is invalid: force: Forbidden: may not be specified "
        "for non-apply patch");
  CHECK(written("force=true", "UpdateOptions") == "warn by me");
}

TEST_CASE("a client that names no field manager is known by its User-Agent (R5.2)") {
  CHECK(default_field_manager("kubectl/v1.33 (linux/amd64)") == "kubectl");
  CHECK(default_field_manager("plain") == "plain");
  CHECK(default_field_manager("a\tb/1") == "ab");
  CHECK(default_field_manager("") == "unknown");
  CHECK(default_field_manager("/1") == "unknown");
  CHECK(default_field_manager(std::string(200, 'a')) == std::string(128, 'a'));
}

TEST_CASE("options of deletions come from the query or from the body (R5.7, R10.1, R10.5, R10.8)") {
  const std::string invalid = "Invalid: DeleteOptions.meta.k8s.io \"\" is invalid: ";
  const std::string both = "orphanDependents and deletionPropagation cannot be both set";
  const auto [query, body, wanted] = GENERATE_COPY(table<std::string, std::string, std::string>({
      {"", "", "default"},
      {"propagationPolicy=Foreground", "", "foreground"},
      {"propagationPolicy=Background&dryRun=All", "", "dry background"},
      {"orphanDependents=true", "", "default orphans"},
      {"orphanDependents=false", "", "default no orphans"},
      {"gracePeriodSeconds=30", "", "default"},
      {"gracePeriodSeconds=-1", "", "default"},
      {"gracePeriodSeconds=abc", "",
       R"(BadRequest: strconv.ParseInt: parsing "abc": invalid syntax)"},
      {"propagationPolicy=Foreground&orphanDependents=true", "",
       invalid + R"(propagationPolicy: Invalid value: "Foreground": )" + both},
      {"propagationPolicy=Nope", "",
       invalid + R"(propagationPolicy: Unsupported value: "Nope": )" +
           R"(supported values: "Foreground", "Background", "Orphan", "nil")"},
      {"", R"({"kind":"DeleteOptions","apiVersion":"meta.k8s.io/v1"})", "default"},
      {"", R"({"kind":"DeleteOptions","apiVersion":"example.com/v1"})", "default"},
      {"", R"({"kind":"DeleteOptions","apiVersion":"foo/v1"})",
       R"(BadRequest: no kind "DeleteOptions" is registered for version "foo/v1")"},
      // With a body the query says nothing (R5.7).
      {"dryRun=All&propagationPolicy=Nope", "{}", "default"},
      {"", R"({"kind":"DeleteOptions","apiVersion":"v1","dryRun":["All"]})", "dry default"},
      {"", R"({"propagationPolicy":"Orphan"})", "orphan"},
      {"", R"({"orphanDependents":false,"gracePeriodSeconds":0})", "default no orphans"},
      {"", R"({"preconditions":{"uid":"u","resourceVersion":"7"}})", "default uid=u rv=7"},
      {"", R"({"preconditions":null,"propagationPolicy":null,"dryRun":null})", "default"},
      {"", R"({"propagationPolicy":"Orphan","orphanDependents":true})",
       invalid + R"(propagationPolicy: Invalid value: "Orphan": )" + both},
  }));
  INFO(query << " " << body);
  CHECK(removed(query, body) == wanted);
}

TEST_CASE("options of lists and watches (R1.6)") {
  const std::string invalid = "Invalid: ListOptions.meta.k8s.io \"\" is invalid: ";
  const auto [query, wanted] = GENERATE_COPY(table<std::string, std::string>({
      {"", "0 labels 0 fields limit 0"},
      {"labelSelector=a%3Db,c&fieldSelector=metadata.name%3Dx", "2 labels 1 fields limit 0"},
      {"limit=7&continue=abc", "0 labels 0 fields limit 7 continue=abc"},
      {"limit=-1", "0 labels 0 fields limit -1"},
      {"limit=5&limit=6", "0 labels 0 fields limit 5"},
      {"resourceVersion=9&resourceVersionMatch=Exact", "0 labels 0 fields limit 0 rv=9 exact"},
      {"resourceVersion=9&resourceVersionMatch=NotOlderThan",
       "0 labels 0 fields limit 0 rv=9 not older"},
      {"allowWatchBookmarks=true&timeoutSeconds=5", "0 labels 0 fields limit 0 bookmarks 5s"},
      {"sendInitialEvents=true",
       invalid + "sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list"},
      {"sendInitialEvents=0",
       invalid + "sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list"},
      {"limit=abc", R"(BadRequest: strconv.ParseInt: parsing "abc": invalid syntax)"},
      {"limit=1.5", R"(BadRequest: strconv.ParseInt: parsing "1.5": invalid syntax)"},
      {"timeoutSeconds=9223372036854775808",
       R"(BadRequest: strconv.ParseInt: parsing "9223372036854775808": value out of range)"},
      {"resourceVersion=1&resourceVersionMatch=Foo",
       invalid + R"(resourceVersionMatch: Unsupported value: "Foo": )" +
           R"(supported values: "Exact", "NotOlderThan", "")"},
      {"fieldSelector=data.a%3Db",
       R"(BadRequest: "data.a" is not a known field selector: only "metadata.name", "metadata.namespace")"},
      {"fieldSelector=a", "BadRequest: invalid selector: 'a'; can't understand 'a'"},
      {"labelSelector=a,", "BadRequest: found '', expected: identifier after ','"},
  }));
  INFO(query);
  CHECK(listed(query) == wanted);
}

TEST_CASE("a timeout has to be a duration (R1.8)") {
  for (const auto* query : {"", "timeout=", "timeout=32s", "timeout=1m0.5s", "timeout=0"}) {
    INFO(query);
    CHECK(check_timeout(request(query)).has_value());
  }
  const auto checked = check_timeout(request("timeout=soon"));
  REQUIRE_FALSE(checked.has_value());
  CHECK(
      refusal(checked.error()) ==
      "BadRequest: invalid timeout specified in the request URL - time: invalid duration \"soon\"");
}

}  // namespace gatefold::api
