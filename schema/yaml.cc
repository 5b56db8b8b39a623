#include "schema/yaml.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <sstream>

#include <fmt/format.h>
#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "schema/field_error.h"
#include "schema/json.h"
#include "schema/utf8.h"
#include "schema/yaml_scalar.h"

namespace gatefold {
namespace {

constexpr std::size_t kStringBytesPerNode = 64;
constexpr std::string_view kTooDeep = "exceeded max depth";

// Leaves yaml-cpp's parser from within an event; caught in this file.
struct Refusal {
  std::string message;
};

std::string at_line(int line, std::string_view message) {
  return line < 0 ? std::string(message) : fmt::format("line {}: {}", line + 1, message);
}

[[noreturn]] void refuse(const YAML::Mark& mark, std::string_view message) {
  throw Refusal{at_line(mark.line, message)};
}

std::size_t nodes_of(const Value& value) {
  std::size_t nodes = 1;
  if (const auto* object = value.if_object()) {
    for (const auto& member : *object) nodes += nodes_of(member.value());
  } else if (const auto* array = value.if_array()) {
    for (const auto& item : *array) nodes += nodes_of(item);
  } else if (const auto* string = value.if_string()) {
    nodes += string->size() / kStringBytesPerNode;
  }
  return nodes;
}

// yaml-cpp turns the escapes \N and \_ into single bytes, which are no UTF-8.
std::string encoded(const std::string& text) {
  if (!find_invalid_utf8(text)) return text;
  std::string encoded;
  std::string_view rest = text;
  while (!rest.empty()) {
    const auto bytes = first_code_point(rest).bytes;
    if (bytes == 0) encoded += '\xc2';
    encoded += rest.substr(0, std::max<std::size_t>(bytes, 1));
    rest.remove_prefix(std::max<std::size_t>(bytes, 1));
  }
  return encoded;
}

// yaml-cpp takes the end of the text for a missing quote when it stands at the start of a line:
// half a manifest would do. The end of a document is something that it does not forgive.
std::string with_document_end(std::string_view text) {
  const auto last = text.find_last_not_of(' ');
  if (last == std::string_view::npos || text[last] != '\n') return std::string(text);
  return std::string(text.substr(0, last + 1)) + "...\n";
}

// yaml-cpp begins another document wherever something doesn't belong to the one before it, such as
// `b: 1` below `- a`. Only a line of dashes does that.
void check_document_start(const YAML::Mark& mark, std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  const auto skipped = text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  const auto at = std::min(static_cast<std::size_t>(mark.pos) + skipped, text.size());
  if (!text.substr(at).starts_with("---")) refuse(mark, "did not find expected <document start>");
}

// Looks at the start of a document that nobody reads.
class UnreadDocument : public YAML::EventHandler {
 public:
  struct Started {};

  explicit UnreadDocument(std::string_view text) : text_(text) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    check_document_start(mark, text_);
    throw Started{};
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t,
                const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}

 private:
  std::string_view text_;
};

// Builds one document's value from yaml-cpp's events.
class Builder : public YAML::EventHandler {
 public:
  // `text` is nothing for the first document, which may start anyhow.
  Builder(YamlLimits limits, std::optional<std::string_view> text) : limits_(limits), text_(text) {}

  Value take_root() { return std::move(root_); }
  std::vector<std::string> take_duplicates() { return std::move(duplicates_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (text_) check_document_start(mark, *text_);
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (expects_key()) refuse(mark, "null can't be a key");
    add(mark, anchor, Value(nullptr));
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto anchored = anchored_.find(anchor);
    if (anchored == anchored_.end()) refuse(mark, "an anchor's value contains itself");
    count(mark, anchored->second.nodes);
    const Value& value = anchored->second.value;
    if (expects_key()) {
      take_key(mark, value, false);
    } else {
      place(mark, Value(value));
    }
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& scalar_text) override {
    const auto text = encoded(scalar_text);
    auto value = scalar(mark, tag, text);
    if (!expects_key()) {
      add(mark, anchor, std::move(value));
      return;
    }
    remember(mark, anchor, value);
    take_key(mark, value, tag == "?" && text == "<<");
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, anchor, Value(JsonArray()));
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, anchor, Value(JsonObject()));
  }
  void OnMapEnd() override {
    auto& frame = frames_.back();
    auto& object = frame.container.get_object();
    // What the mapping says itself wins over what it merges, the first merged over the next.
    for (const auto& merged : frame.merged) {
      for (const auto& member : merged) object.emplace(member.key(), member.value());
    }
    close();
  }

 private:
  struct Frame {
    Value container;
    YAML::Mark mark;
    YAML::anchor_t anchor = YAML::NullAnchor;
    std::optional<std::string> key;
    bool merging = false;
    std::vector<JsonObject> merged;
  };
  struct Anchored {
    Value value;
    std::size_t nodes = 0;
  };

  bool expects_key() const {
    return !frames_.empty() && frames_.back().container.is_object() && !frames_.back().key;
  }

  void count(const YAML::Mark& mark, std::size_t nodes) {
    nodes_ += nodes;
    if (nodes_ > limits_.nodes_max) refuse(mark, "document contains excessive aliasing or nodes");
  }

  void remember(const YAML::Mark& mark, YAML::anchor_t anchor, const Value& value) {
    if (anchor == YAML::NullAnchor) return;
    const auto nodes = nodes_of(value);
    count(mark, nodes);
    anchored_.insert_or_assign(anchor, Anchored{value, nodes});
  }

  static Value scalar(const YAML::Mark& mark, const std::string& tag, const std::string& text) {
    constexpr std::string_view kYamlTag = "tag:yaml.org,2002:";
    static const std::set<std::string_view> kResolved = {"int", "float", "bool", "null"};
    const bool is_yaml_tag = tag.starts_with(kYamlTag);
    const auto type = is_yaml_tag ? std::string_view(tag).substr(kYamlTag.size()) : "";
    if (type == "binary") refuse(mark, "!!binary is not supported");
    if (tag != "?" && !kResolved.contains(type)) return Value(boost::json::string_view(text));
    auto value = resolve_plain_scalar(text);
    if (!value) refuse(mark, "json: unsupported value: " + text);
    return std::move(*value);
  }

  void take_key(const YAML::Mark& mark, const Value& value, bool merge) {
    auto& frame = frames_.back();
    frame.merging = merge;
    if (const auto* string = value.if_string()) {
      frame.key.emplace(string->data(), string->size());
    } else if (value.is_primitive() && !value.is_null()) {
      frame.key = to_json(value);
    } else {
      refuse(mark, "a key must be a scalar");
    }
    const bool repeated = !merge && frame.container.get_object().contains(*frame.key);
    if (repeated) {
      duplicates_.push_back(
          at_line(mark.line, fmt::format("key {} already set in map", go_quote(*frame.key))));
    }
  }

  void add(const YAML::Mark& mark, YAML::anchor_t anchor, Value value) {
    count(mark, nodes_of(value));
    remember(mark, anchor, value);
    place(mark, std::move(value));
  }

  // Puts a finished value where it belongs.
  void place(const YAML::Mark& mark, Value value) {
    if (frames_.empty()) {
      root_ = std::move(value);
      return;
    }
    auto& frame = frames_.back();
    if (auto* array = frame.container.if_array()) {
      array->push_back(std::move(value));
      return;
    }
    if (frame.merging) {
      merge(mark, frame, value);
    } else {
      frame.container.get_object().insert_or_assign(*frame.key, std::move(value));
    }
    frame.merging = false;
    frame.key.reset();
  }

  static void merge(const YAML::Mark& mark, Frame& frame, const Value& value) {
    constexpr std::string_view kComplaint =
        "map merge requires map or sequence of maps as the value";
    if (const auto* object = value.if_object()) {
      frame.merged.push_back(*object);
      return;
    }
    const auto* array = value.if_array();
    if (array == nullptr) refuse(mark, kComplaint);
    for (const auto& item : *array) {
      if (!item.is_object()) refuse(mark, kComplaint);
      frame.merged.push_back(item.get_object());
    }
  }

  void open(const YAML::Mark& mark, YAML::anchor_t anchor, Value container) {
    if (expects_key()) refuse(mark, "a key must be a scalar");
    if (frames_.size() >= limits_.nesting_max) refuse(mark, kTooDeep);
    count(mark, 1);
    frames_.push_back({std::move(container), mark, anchor, std::nullopt, false, {}});
  }

  void close() {
    auto frame = std::move(frames_.back());
    frames_.pop_back();
    remember(frame.mark, frame.anchor, frame.container);
    place(frame.mark, std::move(frame.container));
  }

  YamlLimits limits_;
  std::optional<std::string_view> text_;
  std::size_t nodes_ = 0;
  std::vector<Frame> frames_;
  std::map<YAML::anchor_t, Anchored> anchored_;
  std::vector<std::string> duplicates_;
  Value root_;
};

// yaml-cpp passes every byte on, and takes NUL for the sign of a wider encoding. A value with
// broken strings could not be stored as JSON.
std::optional<YamlError> find_unreadable(std::string_view text) {
  const auto invalid = find_invalid_utf8(text);
  const auto at = std::min(text.find('\0'), invalid.value_or(text.size()));
  if (at >= text.size()) return std::nullopt;
  const auto line = std::ranges::count(text.substr(0, at), '\n');
  return YamlError{at_line(static_cast<int>(line), text[at] == '\0'
                                                       ? "control characters are not allowed"
                                                       : "invalid UTF-8")};
}

// Every document up to `documents_max`; a stream without any has none.
std::expected<std::vector<ParsedYaml>, YamlError> read_documents(std::string_view text,
                                                                 YamlLimits limits,
                                                                 std::size_t documents_max) {
  if (auto error = find_unreadable(text)) return std::unexpected(std::move(*error));
  std::vector<ParsedYaml> documents;
  try {
    std::istringstream stream(with_document_end(text));
    YAML::Parser parser(stream);
    while (documents.size() < documents_max) {
      Builder builder(limits, documents.empty() ? std::nullopt : std::optional(text));
      if (!parser.HandleNextDocument(builder)) return documents;
      documents.push_back({builder.take_root(), builder.take_duplicates()});
    }
    UnreadDocument unread(text);
    parser.HandleNextDocument(unread);
  } catch (const UnreadDocument::Started&) {
    return documents;
  } catch (const Refusal& refusal) {
    return std::unexpected(YamlError{refusal.message});
  } catch (const YAML::DeepRecursion& error) {
    return std::unexpected(YamlError{at_line(error.mark.line, kTooDeep)});
  } catch (const YAML::Exception& error) {
    return std::unexpected(YamlError{at_line(error.mark.line, error.msg)});
  }
  return documents;
}

// JSON is YAML, but yaml-cpp reads its escapes of surrogate pairs wrongly, and slowly.
std::optional<ParsedYaml> read_as_json(std::string_view text, YamlLimits limits) {
  const auto start = text.find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos || text[start] != '{') return std::nullopt;
  auto parsed = parse_json(text, {limits.nesting_max});
  if (!parsed) return std::nullopt;
  ParsedYaml yaml{std::move(parsed->value), {}};
  for (const auto& path : parsed->duplicates) {
    yaml.duplicates.push_back(fmt::format("key {} already set in map", go_quote(path)));
  }
  return yaml;
}

}  // namespace

std::expected<ParsedYaml, YamlError> parse_yaml_with_duplicates(std::string_view text,
                                                                YamlLimits limits) {
  if (auto json = read_as_json(text, limits)) return std::move(*json);
  auto documents = read_documents(text, limits, 1);
  if (!documents) return std::unexpected(std::move(documents.error()));
  if (documents->empty()) return ParsedYaml{};
  return std::move(documents->front());
}

std::expected<Value, YamlError> parse_yaml(std::string_view text, YamlLimits limits) {
  auto parsed = parse_yaml_with_duplicates(text, limits);
  if (!parsed) return std::unexpected(std::move(parsed.error()));
  return std::move(parsed->value);
}

std::expected<std::vector<Value>, YamlError> parse_yaml_documents(std::string_view text,
                                                                  YamlLimits limits) {
  std::vector<Value> values;
  if (auto json = read_as_json(text, limits)) {
    values.push_back(std::move(json->value));
    return values;
  }
  auto documents = read_documents(text, limits, text.size() / 4 + 1);
  if (!documents) return std::unexpected(std::move(documents.error()));
  for (auto& document : *documents) {
    if (!document.value.is_null()) values.push_back(std::move(document.value));
  }
  return values;
}

}  // namespace gatefold
