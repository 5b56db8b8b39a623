// What is wrong with one field: validation accumulates these, so that a client mends everything in
// one round. Texts are Kubernetes' (spec R11.6, R19.19); tests match type, field and origin.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "schema/value.h"

namespace gatefold {

enum class FieldErrorType {
  kRequired,
  kInvalid,
  kTypeInvalid,
  kNotSupported,
  kDuplicate,
  kForbidden,
  kTooLong,
  kTooMany,
  kNotFound,
  kInternal,
};

struct FieldError {
  FieldErrorType type = FieldErrorType::kInvalid;
  std::string field;   // `spec.listeners[0].name`; "<nil>" for none
  std::string body;    // text after the field, `Invalid value: 0: must be ...`
  std::string origin;  // the rule that spoke: "minimum", "list-map", "cel", "name", ...
};

using FieldErrors = std::vector<FieldError>;

void append_errors(FieldErrors& errors, FieldErrors&& more);

// The word in details.causes[].reason, such as "FieldValueInvalid".
std::string_view field_error_reason(FieldErrorType type);

// Constructors; `value` is rendered as Kubernetes 1.27 to 1.33 does (R11.6): strings Go-quoted,
// numbers and booleans plain, null as "null" in quotes, lists and maps in Go's %#v.
FieldError required(std::string field, std::string_view detail, std::string origin);
FieldError invalid_value(std::string field, const Value& value, std::string_view detail,
                         std::string origin);
// Of a value that is no JSON; `rendered` is how it stands in the text.
FieldError invalid_rendered(std::string field, std::string_view rendered, std::string_view detail,
                            std::string origin);
FieldError invalid_type(std::string field, const Value& value, std::string_view detail,
                        std::string origin);
FieldError not_supported(std::string field, const Value& value,
                         const std::vector<std::string>& supported, std::string origin);
FieldError duplicate(std::string field, const Value& value, std::string origin);
FieldError forbidden_field(std::string field, std::string_view detail, std::string origin);
FieldError too_long(std::string field, std::size_t bytes_max, std::string origin);
FieldError too_many(std::string field, std::size_t actual, std::size_t items_max,
                    std::string origin);

// Go's %q of a string and %#v of a value, as error texts show them.
std::string go_quote(std::string_view text);
std::string go_syntax(const Value& value);

}  // namespace gatefold
