#include "schema/proto/messages.h"

#include <array>
#include <charconv>

#include <fmt/format.h>

namespace gatefold::proto {
namespace {

constexpr std::string_view kAnyVersion = "*";

struct TypeWord {
  std::string_view word;
  ValueType type;
};

constexpr std::array kTypeWords = {TypeWord{"string", ValueType::kText},
                                   TypeWord{"bool", ValueType::kBool},
                                   TypeWord{"int32", ValueType::kInt32},
                                   TypeWord{"int64", ValueType::kInt64},
                                   TypeWord{"double", ValueType::kDouble},
                                   TypeWord{"bytes", ValueType::kBytes},
                                   TypeWord{"time", ValueType::kTime},
                                   TypeWord{"microtime", ValueType::kMicroTime},
                                   TypeWord{"raw", ValueType::kRaw},
                                   TypeWord{"quantity", ValueType::kQuantity},
                                   TypeWord{"intorstring", ValueType::kIntOrString},
                                   TypeWord{"texts", ValueType::kTexts}};
constexpr std::array kUnionWords = {TypeWord{"orbool:", ValueType::kOrBool},
                                    TypeWord{"orarray:", ValueType::kOrArray},
                                    TypeWord{"ortexts:", ValueType::kOrTexts}};

bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

std::string_view take_until(std::string_view& text, char separator) {
  const auto end = text.find(separator);
  const auto word = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return word;
}

// The name of the field's message, empty where it has none.
std::string_view read_type(std::string_view text, Field& field) {
  if (text.ends_with('?')) {
    field.omits_empty = true;
    text.remove_suffix(1);
  }
  if (field.member == ".") {
    field.shape = FieldShape::kInline;
  } else if (take(text, "[]")) {
    field.shape = FieldShape::kRepeated;
  } else if (take(text, "{}")) {
    field.shape = FieldShape::kMap;
  } else if (take(text, "*")) {
    field.shape = FieldShape::kOptional;
  }
  for (const auto& [word, type] : kTypeWords) {
    if (text != word) continue;
    field.type = type;
    return {};
  }
  field.type = ValueType::kMessage;
  for (const auto& [word, type] : kUnionWords) {
    if (take(text, word)) field.type = type;
  }
  return text;
}

}  // namespace

std::expected<Messages, std::string> Messages::parse(std::string_view table) {
  Messages all;
  const auto message_of = [&](std::string_view name) -> Message* {
    auto& message = all.messages_[std::string(name)];
    if (message == nullptr) message = std::make_unique<Message>();
    return message.get();
  };
  Message* current = nullptr;
  for (std::size_t number = 1; !table.empty(); ++number) {
    std::string_view line = take_until(table, '\n');
    if (line.empty() || line.starts_with('#')) continue;
    if (take(line, "object ")) {
      const std::string version(take_until(line, ' '));
      const std::string kind(take_until(line, ' '));
      all.objects_[{version, kind}] = message_of(line);
    } else if (take(line, "message ")) {
      current = message_of(line);
      current->name = line;
    } else {
      Field field;
      const auto digits = take_until(line, ' ');
      const auto end = digits.data() + digits.size();
      field.member = take_until(line, ' ');
      if (current == nullptr || line.empty() ||
          std::from_chars(digits.data(), end, field.number).ptr != end) {
        return std::unexpected(fmt::format("line {} is no field of a message", number));
      }
      const auto message = read_type(line, field);
      if (!message.empty()) field.message = message_of(message);
      current->fields.push_back(std::move(field));
    }
  }
  for (const auto& [name, message] : all.messages_) {
    if (message->name.empty()) return std::unexpected("there is no message " + name);
  }
  return all;
}

const Message* Messages::of_object(std::string_view api_version, std::string_view kind) const {
  for (const auto version : {api_version, kAnyVersion}) {
    const auto found = objects_.find({std::string(version), std::string(kind)});
    if (found != objects_.end()) return found->second;
  }
  return nullptr;
}

const Message* Messages::named(std::string_view name) const {
  const auto found = messages_.find(name);
  return found == messages_.end() ? nullptr : found->second.get();
}

}  // namespace gatefold::proto
