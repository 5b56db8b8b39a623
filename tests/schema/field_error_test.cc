#include "schema/field_error.h"

#include "tests/schema/parsed.h"

namespace gatefold {
namespace {

using test::json;

TEST_CASE("field errors say what Kubernetes says (R11.6)") {
  const Value number = json("0");
  CHECK(required("f", "", "o").body == "Required value");
  CHECK(required("f", "must not be empty", "o").body == "Required value: must not be empty");
  CHECK(invalid_value("f", number, "must be more", "o").body == "Invalid value: 0: must be more");
  CHECK(invalid_value("f", number, "", "o").body == "Invalid value: 0");
  CHECK(invalid_type("f", Value("x"), "d", "o").body == "Invalid value: \"x\": d");
  CHECK(not_supported("f", Value("C"), {"A", "B"}, "o").body ==
        "Unsupported value: \"C\": supported values: \"A\", \"B\"");
  CHECK(not_supported("f", number, {"1"}, "o").body ==
        "Unsupported value: 0: supported values: \"1\"");
  CHECK(duplicate("f", json(R"({"k":"a"})"), "o").body ==
        R"(Duplicate value: map[string]interface {}{"k":"a"})");
  CHECK(forbidden_field("f", "not here", "o").body == "Forbidden: not here");
  CHECK(too_long("f", 4, "o").body == "Too long: may not be more than 4 bytes");
  CHECK(too_many("f", 3, 2, "o").body == "Too many: 3: must have at most 2 items");
}

TEST_CASE("field errors carry their type, field and origin") {
  const auto error = too_long("spec.a", 4, "maxLength");
  CHECK(error.type == FieldErrorType::kTooLong);
  CHECK(error.field == "spec.a");
  CHECK(error.origin == "maxLength");
  CHECK(required("f", "", "o").type == FieldErrorType::kRequired);
  CHECK(invalid_value("f", Value(1), "", "o").type == FieldErrorType::kInvalid);
  CHECK(invalid_type("f", Value(1), "", "o").type == FieldErrorType::kTypeInvalid);
  CHECK(not_supported("f", Value(1), {}, "o").type == FieldErrorType::kNotSupported);
  CHECK(duplicate("f", Value(1), "o").type == FieldErrorType::kDuplicate);
  CHECK(forbidden_field("f", "", "o").type == FieldErrorType::kForbidden);
  CHECK(too_many("f", 2, 1, "o").type == FieldErrorType::kTooMany);
}

TEST_CASE("types have the words of details.causes (R11.6)") {
  using enum FieldErrorType;
  const std::pair<FieldErrorType, std::string_view> cases[] = {
      {kRequired, "FieldValueRequired"},       {kInvalid, "FieldValueInvalid"},
      {kTypeInvalid, "FieldValueTypeInvalid"}, {kNotSupported, "FieldValueNotSupported"},
      {kDuplicate, "FieldValueDuplicate"},     {kForbidden, "FieldValueForbidden"},
      {kTooLong, "FieldValueTooLong"},         {kTooMany, "FieldValueTooMany"},
      {kNotFound, "FieldValueNotFound"},       {kInternal, "InternalError"},
  };
  for (const auto& [type, word] : cases) CHECK(field_error_reason(type) == word);
}

TEST_CASE("offending values print as Go prints them (R11.6)") {
  const auto shown = [](std::string_view text) {
    return invalid_value("f", json(text), "", "o").body.substr(15);
  };
  CHECK(shown("null") == "\"null\"");
  CHECK(shown("true") == "true");
  CHECK(shown("-3") == "-3");
  CHECK(shown("1.5") == "1.5");
  CHECK(shown("12345678.5") == "1.23456785e+07");
  CHECK(shown(R"("a\"b")") == R"("a\"b")");
  CHECK(shown("[]") == "[]interface {}{}");
  CHECK(shown(R"(["a",1,null,[true]])") ==
        R"([]interface {}{"a", 1, interface {}(nil), []interface {}{true}})");
  CHECK(shown(R"({"b":1,"a":{"x":"y"}})") ==
        R"(map[string]interface {}{"a":map[string]interface {}{"x":"y"}, "b":1})");
  CHECK(go_syntax(json("null")) == "<nil>");
}

TEST_CASE("strings are quoted as Go quotes them") {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", R"("")"},
      {"a'b`c", R"("a'b`c")"},
      {"\"\\", R"("\"\\")"},
      {"\a\b\f\n\r\t\v", R"("\a\b\f\n\r\t\v")"},
      {std::string_view("\0\x1b\x7f", 3), R"("\x00\x1b\x7f")"},
      {"é日😀", R"("é日😀")"},
      {"\xc2\xa0", R"("\u00a0")"},
      {"\xe2\x80\xa8\xef\xbb\xbf", R"("\u2028\ufeff")"},
      {"\xf3\xa0\x80\x81", R"("\U000e0001")"},
      {"a\xff\xc3(", R"("a\xff\xc3(")"},
      {"\xef\xbf\xbd", "\"\xef\xbf\xbd\""},
  };
  for (const auto& [text, quoted] : cases) CHECK(go_quote(text) == quoted);
}

}  // namespace
}  // namespace gatefold
