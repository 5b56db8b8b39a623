#include "engine/core_kinds.h"

#include <algorithm>

#include <fmt/format.h>

#include "schema/base64.h"
#include "tests/engine/core_writes.h"

namespace gatefold::engine {
namespace {

using namespace engine::test;

TEST_CASE("kinds without rules of their own pass through") {
  const auto gateways = builtin_catalog();
  const auto& kind = *gateways->find("gateway.networking.k8s.io", "gateways");
  const Value object = json(R"({"spec":{"ports":"x"},"stringData":{"a":"b"}})");
  Value same = object;
  complete_core(kind, "", nullptr, kStamp, {}, same);
  CHECK(same == object);
  CHECK(validate_core(kind, "", object, &object).empty());
}

TEST_CASE("a custom kind called services is no Service") {
  Kind kind = kind_of("services");
  kind.group = "example.com";
  kind.resource = kind.resource_name().group_resource();
  Value object = json(R"({"spec":{}})");
  complete_core(kind, "", nullptr, kStamp, {}, object);
  CHECK(object == json(R"({"spec":{}})"));
  CHECK(validate_core(kind, "", object, nullptr).empty());
}

TEST_CASE("namespaces have a label, a finalizer and a phase (R21.1)") {
  const Value fresh = completed("namespaces", R"({"metadata":{"name":"a"}})");
  CHECK(fresh == json(R"({"metadata":{"name":"a","labels":{"kubernetes.io/metadata.name":"a"}},
                          "spec":{"finalizers":["kubernetes"]},"status":{"phase":"Active"}})"));
  struct Case {
    std::string_view subresource, object, labels, finalizers, phase;
  };
  constexpr std::string_view kOwn = R"({"kubernetes.io/metadata.name":"a"})";
  const Case cases[] = {
      {"", R"({"metadata":{"name":"a"},"spec":{"finalizers":[]}})", kOwn, R"(["kubernetes"])",
       "Active"},
      {"", R"({"metadata":{"name":"a","labels":{"kubernetes.io/metadata.name":"b"}}})", kOwn,
       R"(["kubernetes"])", "Active"},
      {"", R"({"metadata":{"name":"a","labels":{"x":"y"}},"spec":null})",
       R"({"x":"y","kubernetes.io/metadata.name":"a"})", R"(["kubernetes"])", "Active"},
      {"finalize", R"({"metadata":{"name":"a"},"spec":{"finalizers":["x/y"]}})", kOwn, R"(["x/y"])",
       "Active"},
      {"status", R"({"metadata":{"name":"a"},"status":{"phase":"Terminating"}})", kOwn,
       R"(["kubernetes"])", "Terminating"},
      {"status", R"({"metadata":{"name":"a"},"status":{}})", kOwn, R"(["kubernetes"])", "Active"},
      {"", R"({"metadata":{"name":"a","deletionTimestamp":"2026-01-01T00:00:00Z"}})", kOwn,
       R"(["kubernetes"])", "Terminating"},
  };
  for (const auto& [subresource, text, labels, finalizers, phase] : cases) {
    INFO(text);
    const auto object = completed("namespaces", text, &fresh, subresource);
    CHECK(*find_path(object, {"metadata", "labels"}) == json(labels));
    CHECK(*find_path(object, {"spec", "finalizers"}) == json(finalizers));
    CHECK(string_at(object, {"status", "phase"}) == phase);
  }
}

TEST_CASE("a new namespace keeps the finalizers that it asks for beside its own") {
  const auto finalizers = [](std::string_view spec) {
    const auto object =
        completed("namespaces", fmt::format(R"({{"metadata":{{"name":"a"}},"spec":{}}})", spec));
    return canonical_json(*find_path(object, {"spec", "finalizers"}));
  };
  CHECK(finalizers(R"({"finalizers":["x/y"]})") == R"(["x/y","kubernetes"])");
  CHECK(finalizers(R"({"finalizers":["kubernetes"]})") == R"(["kubernetes"])");
  CHECK(finalizers(R"({"finalizers":null})") == R"(["kubernetes"])");
}

TEST_CASE("rules of Namespaces (R21.7)") {
  const Value fresh = completed("namespaces", R"({"metadata":{"name":"a"}})");
  const std::string not_standard =
      "name is neither a standard finalizer name nor is it fully qualified";
  struct Case {
    const Value* old_object;
    std::string_view subresource, object;
    Texts wanted;
  };
  const Case cases[] = {
      {nullptr, "", R"({"spec":{"finalizers":["x/y","orphan","foregroundDeletion"]}})", {}},
      {nullptr,
       "",
       R"({"spec":{"finalizers":["x"]}})",
       {R"(spec.finalizers: Invalid value: "x": )" + not_standard}},
      {&fresh, "", R"({"spec":{"finalizers":["x"]}})", {}},  // changes nothing
      {&fresh,
       "finalize",
       R"({"spec":{"finalizers":["x/y","x"]}})",
       {R"(spec.finalizers[1]: Invalid value: "x": )" + not_standard}},
      {&fresh,
       "finalize",
       R"({"spec":{"finalizers":["x/"]}})",
       {R"(spec.finalizers[0]: Invalid value: "x/": name part must be non-empty)",
        R"(spec.finalizers[0]: Invalid value: "x/": name part must consist of alphanumeric )"
        R"(characters, '-', '_' or '.', and must start and end with an alphanumeric character )"
        R"((e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is )"
        R"('([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'))"}},
      {&fresh, "status", R"({"status":{"phase":"Active"}})", {}},
      {&fresh,
       "status",
       R"({"status":{"phase":"Terminating"}})",
       {R"(status.Phase: Invalid value: "Terminating": )"
        "may only be 'Active' if `deletionTimestamp` is empty"}},
      {&fresh,
       "status",
       R"({"metadata":{"deletionTimestamp":"2026-01-01T00:00:00Z"},"status":{"phase":"Active"}})",
       {R"(status.Phase: Invalid value: "Active": )"
        "may only be 'Terminating' if `deletionTimestamp` is not empty"}},
  };
  for (const auto& [old_object, subresource, object, wanted] : cases) {
    INFO(subresource << ' ' << object);
    CHECK(complaints("namespaces", object, old_object, subresource) == wanted);
  }
}

TEST_CASE("a namespace's name of any length becomes its label") {
  // Short strings live in the value itself, which moves when a member is added.
  for (const std::size_t length : {1u, 5u, 14u, 15u, 63u}) {
    const std::string name(length, 'n');
    const auto object =
        completed("namespaces", fmt::format(R"({{"metadata":{{"name":"{}"}}}})", name));
    CHECK(string_at(object, {"metadata", "labels", "kubernetes.io/metadata.name"}) == name);
  }
}

TEST_CASE("what has the wrong type is left to the schema's complaint") {
  struct Case {
    std::string_view resource, object, field;
  };
  const Case cases[] = {
      {"namespaces", R"({"metadata":{"name":"a"},"spec":"x"})", "spec"},
      {"namespaces", R"({"metadata":{"name":"a"},"status":[]})", "status"},
      {"services", R"({"spec":"x"})", "spec"},
      {"services", R"({"spec":{"ports":{}}})", "spec.ports"},
      {"services", R"({"spec":{"ports":["x"]}})", "spec.ports[0]"},
      {"services", R"({"spec":{"clusterIP":7,"ports":[{"port":80}]}})", "spec.clusterIP"},
      {"services", R"({"spec":{"clusterIPs":"x","ports":[{"port":80}]}})", "spec.clusterIPs"},
      {"services", R"({"spec":{"clusterIP":[],"ports":[{"port":80}]}})", "spec.clusterIP"},
      {"services", R"({"spec":{"type":[],"ports":[{"port":80}]}})", "spec.type"},
      {"services", R"({"spec":{"sessionAffinity":"ClientIP","sessionAffinityConfig":"x"}})",
       "spec.sessionAffinityConfig"},
      {"services", R"({"spec":{"sessionAffinity":"ClientIP",
                               "sessionAffinityConfig":{"clientIP":1}}})",
       "spec.sessionAffinityConfig.clientIP"},
      {"secrets", R"({"data":"x","stringData":{"a":"b"}})", "data"},
      {"secrets", R"({"stringData":"x"})", "stringData"},
      {"secrets", R"({"stringData":{"a":"b","c":1}})", "stringData.c"},
      {"secrets", R"({"type":"kubernetes.io/tls","data":[]})", "data"},
      {"configmaps", R"({"data":[],"binaryData":7})", "data"},
      {"configmaps", R"({"data":{"a":{}}})", "data.a"},
  };
  for (const auto& [resource, text, field] : cases) {
    INFO(resource << ' ' << text);
    const auto& schema = *kind_of(resource).storage_version().schema;
    const auto object = completed(resource, text);
    const auto errors = validate_structural(schema, object);
    CHECK(std::ranges::any_of(errors, [&](const auto& one) { return one.field == field; }));
    // Nothing falls over it, nor over it as an old object.
    validate_core(kind_of(resource), "", object, &object);
    completed(resource, text, &object);
  }
}

TEST_CASE("stringData ends up in data (R23.2)") {
  struct Case {
    std::string_view object, wanted;
  };
  const Case cases[] = {
      {R"({})", R"({"type":"Opaque"})"},
      {R"({"type":""})", R"({"type":"Opaque"})"},
      {R"({"type":"mine"})", R"({"type":"mine"})"},
      {R"({"stringData":{"a":"hi"}})", R"({"type":"Opaque","data":{"a":"aGk="}})"},
      {R"({"stringData":{"a":"hi","b":""},"data":{"a":"eA==","c":"eQ=="}})",
       R"({"type":"Opaque","data":{"a":"aGk=","b":"","c":"eQ=="}})"},
      {R"({"stringData":{},"data":{"c":"eQ=="}})", R"({"type":"Opaque","data":{"c":"eQ=="}})"},
      {R"({"stringData":{}})", R"({"type":"Opaque"})"},
      {R"({"stringData":{"a":"hi"},"data":null})", R"({"type":"Opaque","data":{"a":"aGk="}})"},
  };
  for (const auto& [text, wanted] : cases) {
    CHECK(canonical_json(completed("secrets", text)) == canonical_json(json(wanted)));
  }
}

TEST_CASE("rules of Secrets (R23.2)") {
  struct Case {
    std::string_view object;
    Texts wanted;
  };
  const Case cases[] = {
      {R"({"stringData":{"a":"b",".a-B_9":""}})", {}},
      {R"({"type":"kubernetes.io/tls","stringData":{"tls.crt":"","tls.key":""}})", {}},
      {R"({"type":"kubernetes.io/tls","stringData":{"tls.key":""}})",
       {"data[tls.crt]: Required value"}},
      {R"({"type":"kubernetes.io/tls"})",
       {"data[tls.crt]: Required value", "data[tls.key]: Required value"}},
      {R"({"type":"kubernetes.io/basic-auth","stringData":{"password":""}})", {}},
      {R"({"type":"kubernetes.io/basic-auth"})",
       {"data[username]: Required value", "data[password]: Required value"}},
      {R"({"type":"kubernetes.io/ssh-auth","stringData":{"ssh-privatekey":"k"}})", {}},
      {R"({"type":"kubernetes.io/ssh-auth","stringData":{"ssh-privatekey":""}})",
       {"data[ssh-privatekey]: Required value"}},
      {R"({"type":"kubernetes.io/dockerconfigjson","stringData":{".dockerconfigjson":"{}"}})", {}},
      {R"({"type":"kubernetes.io/dockerconfigjson"})", {"data[.dockerconfigjson]: Required value"}},
      {R"({"type":"kubernetes.io/dockercfg"})", {"data[.dockercfg]: Required value"}},
      {R"({"type":"kubernetes.io/dockercfg","stringData":{".dockercfg":"null"}})", {}},
      {R"({"type":"kubernetes.io/dockercfg","stringData":{".dockercfg":"[]"}})",
       {R"(data[.dockercfg]: Invalid value: "<secret contents redacted>": )"
        "json: cannot unmarshal array into Go value of type map[string]interface {}"}},
      {R"({"type":"kubernetes.io/dockercfg","stringData":{".dockercfg":"{"}})",
       {R"(data[.dockercfg]: Invalid value: "<secret contents redacted>": )"
        "unexpected end of JSON input"}},
      {R"({"type":"kubernetes.io/service-account-token"})",
       {"metadata.annotations[kubernetes.io/service-account.name]: Required value"}},
      {R"({"type":"kubernetes.io/service-account-token",
           "metadata":{"annotations":{"kubernetes.io/service-account.name":"default"}}})",
       {}},
  };
  for (const auto& [text, wanted] : cases) {
    INFO(text);
    CHECK(complaints("secrets", text) == wanted);
  }
}

TEST_CASE("keys of data (R12.6)") {
  const std::string long_key(254, 'k');
  const std::string regex =
      "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. "
      "'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is "
      "'[-._a-zA-Z0-9]+')";
  const std::pair<std::string, Texts> cases[] = {
      {"a", {}},
      {"...", {"must not start with '..'"}},
      {".a", {}},
      {"a..b", {}},
      {long_key.substr(1), {}},
      {long_key, {"must be no more than 253 characters"}},
      {"", {regex}},
      {"a b", {regex}},
      {"a/b", {regex}},
      {"\xc3\xa9", {regex}},
      {".", {"must not be '.'"}},
      {"..", {"must not be '..'"}},
      {"..a/b", {regex, "must not start with '..'"}},
  };
  for (const auto& [key, wanted] : cases) {
    for (const auto& [resource, member] :
         {std::pair("secrets", "data"), {"configmaps", "data"}, {"configmaps", "binaryData"}}) {
      INFO(resource << ' ' << member << ' ' << key);
      Texts expected;
      for (const auto& text : wanted) {
        expected.push_back(
            fmt::format("{}[{}]: Invalid value: {}: {}", member, key, go_quote(key), text));
      }
      CHECK(complaints(resource,
                       canonical_json(Value(JsonObject{{member, JsonObject{{key, "aGk="}}}}))) ==
            expected);
    }
  }
}

TEST_CASE("data may have a mebibyte (R12.6)") {
  constexpr std::size_t kMax = 1048576;
  constexpr std::string_view kTooLong = "Too long: may not be more than 1048576 bytes";
  const auto with = [](std::string_view member, const std::string& text) {
    return canonical_json(Value(JsonObject{{member, JsonObject{{"a", text}}}}));
  };
  struct Case {
    std::string_view resource, member;
    bool is_base64;
    std::string_view field;
  };
  const Case cases[] = {{"secrets", "stringData", false, "data"},
                        {"secrets", "data", true, "data"},
                        {"configmaps", "data", false, "[]"},
                        {"configmaps", "binaryData", true, "[]"}};
  for (const auto& [resource, member, is_base64, field] : cases) {
    INFO(resource << ' ' << member);
    for (const std::size_t more : {0u, 1u, 2u, 3u}) {
      const std::string bytes(kMax - 1 + more, 'x');
      const auto found = complaints(resource, with(member, is_base64 ? to_base64(bytes) : bytes));
      CHECK(found == (more <= 1 ? Texts{} : Texts{fmt::format("{}: {}", field, kTooLong)}));
    }
  }
  // Both members count.
  const Value both(
      JsonObject{{"data", JsonObject{{"a", std::string(kMax / 2, 'x')}}},
                 {"binaryData", JsonObject{{"b", to_base64(std::string(kMax / 2 + 1, 'x'))}}}});
  CHECK(complaints("configmaps", canonical_json(both)) == Texts{fmt::format("[]: {}", kTooLong)});
  // What is no base64 is not large for that.
  for (const auto* odd : {"=", "==", "a", "a=", "===="}) {
    const auto errors = validate_core(kind_of("secrets"), "", json(with("data", odd)), nullptr);
    CHECK(texts(errors) == Texts{});
  }
}

TEST_CASE("a key is in data or in binaryData (R12.6)") {
  CHECK(complaints("configmaps", R"({"data":{"a":"x","c":"x"},"binaryData":{"b":"","c":""}})") ==
        Texts{R"(data[c]: Invalid value: "c": duplicate of key present in binaryData)"});
}

TEST_CASE("immutable data is locked, and so is the lock (R23.2, R23.3)") {
  const std::string why = "Forbidden: field is immutable when `immutable` is set";
  struct Case {
    std::string_view resource, old_object, object;
    Texts fields;
  };
  const Case cases[] = {
      {"secrets", R"({"data":{"a":"eA=="}})", R"({"data":{"a":"eQ=="}})", {}},
      {"secrets", R"({"data":{"a":"eA=="}})", R"({"data":{"a":"eQ=="},"immutable":true})", {}},
      {"secrets", R"({"data":{"a":"eA=="},"immutable":false})", R"({"data":{}})", {}},
      {"secrets",
       R"({"data":{"a":"eA==","b":""},"immutable":true})",
       R"({"data":{"b":"","a":"eA=="},"immutable":true,"metadata":{"labels":{"x":"y"}}})",
       {}},
      {"secrets",
       R"({"data":{"a":"eA=="},"immutable":true})",
       R"({"stringData":{"a":"x"},"immutable":true})",
       {}},
      {"secrets",
       R"({"data":{"a":"eA=="},"immutable":true})",
       R"({"data":{"a":"eQ=="},"immutable":true})",
       {"data"}},
      {"secrets", R"({"data":{"a":"eA=="},"immutable":true})", R"({"immutable":true})", {"data"}},
      {"secrets",
       R"({"data":{"a":"eA=="},"immutable":true})",
       R"({"data":{"a":"eA=="}})",
       {"immutable"}},
      {"secrets",
       R"({"immutable":true})",
       R"({"immutable":false,"data":{"a":""}})",
       {"immutable", "data"}},
      {"configmaps",
       R"({"data":{"a":"x"},"binaryData":{"b":""},"immutable":true})",
       R"({"data":{"a":"y"},"binaryData":{"b":"eA=="},"immutable":true})",
       {"data", "binaryData"}},
      {"configmaps",
       R"({"data":{"a":"x"},"immutable":true})",
       R"({"data":{"a":"x"},"immutable":null})",
       {"immutable"}},
  };
  for (const auto& [resource, before, now, fields] : cases) {
    INFO(before << " -> " << now);
    const auto old_object = completed(resource, before);
    Texts wanted;
    for (const auto& field : fields) wanted.push_back(field + ": " + why);
    CHECK(complaints(resource, now, &old_object) == wanted);
  }
}

TEST_CASE("fields that a kind's document lists as immutable keep their value (R23.6)") {
  const auto old_secret = completed("secrets", R"({"type":"mine"})");
  CHECK(complaints("secrets", R"({"type":"mine"})", &old_secret) == Texts{});
  CHECK(complaints("secrets", R"({"type":"yours"})", &old_secret) ==
        Texts{R"(type: Invalid value: "yours": field is immutable)"});
  CHECK(complaints("secrets", R"({})", &old_secret) ==
        Texts{R"(type: Invalid value: "Opaque": field is immutable)"});

  // By a document alone: no C++ knows this kind.
  Kind kind = *builtin_catalog()->find("gateway.networking.k8s.io", "gateways");
  kind.immutable_fields = {{".spec.a.b"}};
  const Value before = json(R"({"spec":{"a":{"b":1}}})");
  const std::pair<std::string_view, Texts> cases[] = {
      {R"({"spec":{"a":{"b":1,"c":2}}})", {}},
      {R"({"spec":{"a":{"b":2}}})", {"spec.a.b: Invalid value: 2: field is immutable"}},
      {R"({"spec":{}})", {R"(spec.a.b: Invalid value: "": field is immutable)"}},
  };
  for (const auto& [now, wanted] : cases) {
    CHECK(texts(validate_core(kind, "", json(now), &before)) == wanted);
  }
  // It may get one, and a create may choose.
  const Value without = json(R"({"spec":{}})");
  CHECK(texts(validate_core(kind, "", before, &without)) == Texts{});
  CHECK(texts(validate_core(kind, "", before, nullptr)) == Texts{});
}

}  // namespace
}  // namespace gatefold::engine
