// How the objects of Kubernetes' own groups are laid out in protobuf: data, read from
// messages.table.
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gatefold::proto {

// What one value of a field is, in protobuf and in JSON (R4.8).
enum class ValueType : std::uint8_t {
  kText,
  kBool,
  kInt32,
  kInt64,
  kDouble,
  kBytes,        // base64
  kTime,         // seconds and nanoseconds; whole seconds of RFC 3339, null where it is empty
  kMicroTime,    // the same with six digits of a fraction
  kRaw,          // a message with JSON in it
  kQuantity,     // a message with a text in it
  kIntOrString,  // a message of type, integer and text
  kTexts,        // a message with a list in it, so that maps can have it
  // Messages of which a schema is one half: JSON has one or the other.
  kOrBool,
  kOrArray,
  kOrTexts,
  kMessage,
};

enum class FieldShape : std::uint8_t {
  kSingle,    // always there: where the wire has none it is zero
  kOptional,  // may be absent
  kRepeated,
  kMap,     // by texts
  kInline,  // a message whose members stand in this one's
};

struct Message;

struct Field {
  std::uint32_t number = 0;
  std::string member;  // of JSON
  ValueType type = ValueType::kText;
  FieldShape shape = FieldShape::kSingle;
  bool omits_empty = false;          // Go's `omitempty`
  const Message* message = nullptr;  // of kMessage and, the schema, of kOr...
};

struct Message {
  std::string name;           // `core/v1.Secret`
  std::vector<Field> fields;  // in the order of JSON's members
};

// Immutable; messages live as long as it.
class Messages {
 public:
  // The form stands at the head of messages.table; the error names the line.
  static std::expected<Messages, std::string> parse(std::string_view table);

  // What a body of that type holds; nullptr where that is not known. Options are of any version.
  const Message* of_object(std::string_view api_version, std::string_view kind) const;
  const Message* named(std::string_view name) const;

 private:
  std::map<std::string, std::unique_ptr<Message>, std::less<>> messages_;
  std::map<std::pair<std::string, std::string>, const Message*> objects_;
};

// Those that are compiled in, read at the first call. Any thread.
const Messages& builtin_messages();

}  // namespace gatefold::proto
