#include "engine/exact_line.h"

#include <utility>

#include <fmt/format.h>

#include "schema/json.h"
#include "schema/time.h"

namespace gatefold::engine {
namespace {

template <class Map>
JsonObject object_of(const Map& map) {
  JsonObject object;
  for (const auto& [key, value] : map) object[key] = value;
  return object;
}

// Reads members of one object; notes the first that is missing or of another type.
class Reader {
 public:
  explicit Reader(const Value& value) : value_(value) {}

  std::string text(std::string_view key, bool is_required = false) {
    const auto* member = find(value_, key);
    if (member == nullptr) return absent<std::string>(key, is_required);
    const auto* text = member->if_string();
    return text == nullptr ? wrong<std::string>(key, "a string") : std::string(*text);
  }
  std::int64_t integer(std::string_view key, bool is_required = false) {
    const auto* member = find(value_, key);
    if (member == nullptr) return absent<std::int64_t>(key, is_required);
    const auto* number = member->if_int64();
    return number == nullptr ? wrong<std::int64_t>(key, "an integer") : *number;
  }
  Revision revision(std::string_view key) {
    const auto number = integer(key, /*is_required=*/true);
    if (number < 0) wrong<std::int64_t>(key, "a revision");
    return {static_cast<std::uint64_t>(number)};
  }
  bool flag(std::string_view key) {
    const auto* member = find(value_, key);
    if (member == nullptr) return false;
    const auto* flag = member->if_bool();
    return flag == nullptr ? wrong<bool>(key, "true or false") : *flag;
  }
  Time time(std::string_view key, bool is_required = false) {
    const auto written = text(key, is_required);
    if (written.empty()) return {};
    const auto parsed = parse_rfc3339(written);
    return parsed ? *parsed : wrong<Time>(key, "a time");
  }
  Uid uid(std::string_view key) {
    const auto parsed = parse_uid(text(key, /*is_required=*/true));
    return parsed ? *parsed : wrong<Uid>(key, "a uid");
  }
  template <class Map>
  Map pairs(std::string_view key) {
    Map map;
    const auto* member = find(value_, key);
    if (member == nullptr) return map;
    if (!member->is_object()) return wrong<Map>(key, "an object");
    for (const auto& pair : member->get_object()) {
      if (!pair.value().is_string()) return wrong<Map>(key, "an object of strings");
      map.emplace(std::string(pair.key()), std::string(pair.value().get_string()));
    }
    return map;
  }
  // Calls `read(Reader&)` for each item.
  template <class Read>
  void each(std::string_view key, const Read& read) {
    const auto* member = find(value_, key);
    if (member == nullptr) return;
    if (!member->is_array()) {
      wrong<bool>(key, "a list");
      return;
    }
    for (const auto& item : member->get_array()) {
      Reader reader(item);
      read(reader, item);
      if (complaint_.empty() && !reader.complaint_.empty()) {
        complaint_ = fmt::format("{}: {}", key, reader.complaint_);
      }
    }
  }
  template <class Read>
  void within(std::string_view key, const Read& read) {
    const auto* member = find(value_, key);
    if (member == nullptr || !member->is_object()) {
      wrong<bool>(key, "an object");
      return;
    }
    Reader reader(*member);
    read(reader);
    if (complaint_.empty() && !reader.complaint_.empty()) {
      complaint_ = fmt::format("{}: {}", key, reader.complaint_);
    }
  }

  template <class T>
  T wrong(std::string_view key, std::string_view expected) {
    if (complaint_.empty()) complaint_ = fmt::format("{} is not {}", key, expected);
    return T{};
  }
  const std::string& complaint() const { return complaint_; }

 private:
  template <class T>
  T absent(std::string_view key, bool is_required) {
    if (is_required && complaint_.empty()) complaint_ = fmt::format("{} is missing", key);
    return T{};
  }

  const Value& value_;
  std::string complaint_;
};

storage::EventType read_type(Reader& line) {
  const auto word = line.text("type", /*is_required=*/true);
  if (word == "ADDED") return storage::EventType::kAdded;
  if (word == "MODIFIED") return storage::EventType::kModified;
  if (word == "DELETED") return storage::EventType::kDeleted;
  return line.wrong<storage::EventType>("type", "ADDED, MODIFIED or DELETED");
}

void read_what(Reader& line, storage::Event& event) {
  event.revision = line.revision("revision");
  event.time = line.time("time", /*is_required=*/true);
  event.type = read_type(line);
  event.kind = line.text("kind", /*is_required=*/true);
  const auto api_version = line.text("apiVersion", /*is_required=*/true);
  const auto slash = api_version.find('/');
  if (slash != std::string::npos) event.group = api_version.substr(0, slash);
  event.version = slash == std::string::npos ? api_version : api_version.substr(slash + 1);
  line.within("object", [&](Reader& object) {
    event.key = {object.text("resource", /*is_required=*/true), object.text("namespace"),
                 object.text("name", /*is_required=*/true)};
    event.uid = object.uid("uid");
  });
  event.generation = {line.integer("generation")};
  event.previous = line.revision("previous");
  event.deleting = line.flag("deleting");
  event.schema_id = line.text("schema");
  event.expiry = line.time("expiry");
  event.labels = line.pairs<Labels>("labels");
  event.fields = line.pairs<SelectableValues>("fields");
}

void read_rest(Reader& line, const Value& value, storage::Event& event) {
  event.previous_labels = find(value, "previousLabels") == nullptr
                              ? event.labels
                              : line.pairs<Labels>("previousLabels");
  event.previous_fields = find(value, "previousFields") == nullptr
                              ? event.fields
                              : line.pairs<SelectableValues>("previousFields");
  line.within("actor", [&](Reader& actor) {
    event.actor = {actor.text("user"), actor.text("userAgent"), actor.text("fieldManager"),
                   actor.text("verb"), actor.text("subresource")};
  });
  line.each("owners", [&](Reader& reader, const Value& item) {
    const auto* text = item.if_string();
    const auto uid = text == nullptr ? std::nullopt : parse_uid(*text);
    event.owner_uids.push_back(uid ? *uid : reader.wrong<Uid>("an item", "a uid"));
  });
  line.each("transitions", [&](Reader& item, const Value&) {
    event.transitions.push_back({item.text("path"), item.text("type"), item.text("oldStatus"),
                                 item.text("newStatus"), item.text("reason"), item.text("message"),
                                 item.integer("observedGeneration"), item.time("transitionTime")});
  });
  line.each("repairs", [&](Reader& item, const Value&) {
    event.repairs.push_back({item.text("rule"), item.text("path"), item.text("type"),
                             item.time("claimed"), item.time("kept")});
  });
  if (const auto* annotations = find(value, "auditAnnotations")) {
    if (!annotations->is_object()) line.wrong<bool>("auditAnnotations", "an object");
    for (const auto& key : annotations->is_object() ? annotations->get_object() : JsonObject{}) {
      if (!key.value().is_string()) line.wrong<bool>("auditAnnotations", "an object of strings");
      event.audit_annotations.push_back(
          {std::string(key.key()), std::string(string_at(*annotations, {key.key()}))});
    }
  }
}

}  // namespace

void add_exact_members(JsonObject& line, const storage::Event& event) {
  if (!event.labels.empty()) line["labels"] = object_of(event.labels);
  if (!event.fields.empty()) line["fields"] = object_of(event.fields);
  if (event.previous_labels != event.labels) {
    line["previousLabels"] = object_of(event.previous_labels);
  }
  if (event.previous_fields != event.fields) {
    line["previousFields"] = object_of(event.previous_fields);
  }
  if (!event.owner_uids.empty()) {
    JsonArray owners;
    for (const auto& owner : event.owner_uids) owners.emplace_back(to_string(owner));
    line["owners"] = std::move(owners);
  }
  if (!event.schema_id.empty()) line["schema"] = event.schema_id;
  if (event.expiry != Time{}) line["expiry"] = format_nanos(event.expiry);
}

Result<ExactLine> parse_exact_line(std::string_view text) {
  auto parsed = parse_json(text);
  if (!parsed) return bad_request(parsed.error().message);
  auto& value = parsed->value;
  if (!value.is_object()) return bad_request("it is no event");
  if (!parsed->duplicates.empty()) {
    return bad_request(fmt::format("{} stands there twice", parsed->duplicates.front()));
  }
  ExactLine line;
  Reader reader(value);
  read_what(reader, line.event);
  read_rest(reader, value, line.event);
  line.body_gap = reader.text("bodyGap");
  if (!reader.complaint().empty()) return bad_request(reader.complaint());
  auto* body = find(value, "body");
  if (body == nullptr && line.body_gap.empty()) return bad_request("body is missing");
  if (body == nullptr) return line;
  if (!body->is_object()) return bad_request("body is not an object");
  // It was put there on the way out; stored bodies have none.
  auto* metadata = find(*body, "metadata");
  if (metadata != nullptr && metadata->is_object()) metadata->get_object().erase("resourceVersion");
  line.body = std::make_shared<const std::string>(canonical_json(*body));
  return line;
}

}  // namespace gatefold::engine
