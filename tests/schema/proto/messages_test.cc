#include "schema/proto/messages.h"

#include <catch2/catch.hpp>

#include "schema/catalog.h"

namespace gatefold::proto {
namespace {

constexpr std::string_view kTable = R"(# a remark
object v1 Lamp a/v1.Lamp
object * Options a/v1.Options

message a/v1.Lamp
1 metadata a/v1.Options
2 colours []string?
3 watts *int32
4 labels {}bytes?
5 . a/v1.Options
6 either *orbool:a/v1.Lamp?
message a/v1.Options
7 name string
)";

}  // namespace

TEST_CASE("a table of messages is read") {
  const auto messages = Messages::parse(kTable);
  REQUIRE(messages.has_value());
  const auto* lamp = messages->of_object("v1", "Lamp");
  REQUIRE(lamp != nullptr);
  CHECK(lamp->name == "a/v1.Lamp");
  REQUIRE(lamp->fields.size() == 6);
  const auto& fields = lamp->fields;
  CHECK(fields[0].number == 1);
  CHECK(fields[0].member == "metadata");
  CHECK(fields[0].type == ValueType::kMessage);
  CHECK(fields[0].shape == FieldShape::kSingle);
  CHECK_FALSE(fields[0].omits_empty);
  CHECK(fields[0].message == messages->named("a/v1.Options"));
  CHECK(fields[1].shape == FieldShape::kRepeated);
  CHECK(fields[1].omits_empty);
  CHECK(fields[2].shape == FieldShape::kOptional);
  CHECK(fields[2].type == ValueType::kInt32);
  CHECK(fields[3].shape == FieldShape::kMap);
  CHECK(fields[3].type == ValueType::kBytes);
  CHECK(fields[4].shape == FieldShape::kInline);
  CHECK(fields[5].type == ValueType::kOrBool);
  CHECK(fields[5].message == lamp);
}

TEST_CASE("objects go by version and kind, options by their kind (R4.7)") {
  const auto messages = Messages::parse(kTable);
  REQUIRE(messages.has_value());
  CHECK(messages->of_object("v2", "Lamp") == nullptr);
  CHECK(messages->of_object("v1", "lamp") == nullptr);
  CHECK(messages->of_object("apps/v1", "Options") == messages->named("a/v1.Options"));
  CHECK(messages->named("a/v1.Nope") == nullptr);
}

TEST_CASE("a table that is broken says where") {
  const auto error_of = [](std::string_view table) {
    const auto messages = Messages::parse(table);
    return messages ? "" : messages.error();
  };
  CHECK(error_of("1 name string\n") == "line 1 is no field of a message");
  CHECK(error_of("message a\n\nx name string\n") == "line 3 is no field of a message");
  CHECK(error_of("message a\n1 name\n") == "line 2 is no field of a message");
  CHECK(error_of("message a\n1 name b\n") == "there is no message b");
  CHECK(error_of("object v1 A a\n") == "there is no message a");
}

TEST_CASE("every kind that is compiled in has its message (R4.9)") {
  std::size_t count = 0;
  for (const auto& kind : builtin_catalog()->kinds()) {
    // Nobody sends what shows the log.
    if (!kind->core || kind->shows_log()) continue;
    for (const auto& version : kind->versions) {
      INFO(kind->kind);
      CHECK(builtin_messages().of_object(kind->api_version(version.name), kind->kind) != nullptr);
      ++count;
    }
  }
  CHECK(count > 20);
}

TEST_CASE("reviews, options and scales have their messages (R4.7, R4.9)") {
  for (const auto* kind : {"SelfSubjectAccessReview", "SelfSubjectRulesReview",
                           "SubjectAccessReview", "LocalSubjectAccessReview"}) {
    CHECK(builtin_messages().of_object("authorization.k8s.io/v1", kind) != nullptr);
  }
  for (const auto* kind : {"TokenReview", "TokenRequest", "SelfSubjectReview"}) {
    CHECK(builtin_messages().of_object("authentication.k8s.io/v1", kind) != nullptr);
  }
  CHECK(builtin_messages().of_object("autoscaling/v1", "Scale") != nullptr);
  const auto* options = builtin_messages().of_object("apps/v1", "DeleteOptions");
  REQUIRE(options != nullptr);
  CHECK(options == builtin_messages().of_object("v1", "DeleteOptions"));
  CHECK(options == builtin_messages().of_object("meta.k8s.io/v1", "DeleteOptions"));
}

}  // namespace gatefold::proto
