#include "storage/records.h"

#include <algorithm>
#include <cstring>

#include <flatbuffers/flatbuffers.h>

#include "schema/events_generated.h"
#include "schema/json.h"
#include "schema/meta.h"
#include "storage/failures.h"
#include "storage/keyspace.h"

namespace gatefold::storage {
namespace {

using Builder = flatbuffers::FlatBufferBuilder;
template <class T>
using Offset = flatbuffers::Offset<T>;
template <class T>
using OffsetsOf = Offset<flatbuffers::Vector<Offset<T>>>;

// FlatBuffers leaves out what equals the default, and what is not there can't be changed in place.
constexpr std::uint64_t kPlaceholder = ~std::uint64_t{0};

std::string_view bytes_of(const Uid& uid) {
  return {reinterpret_cast<const char*>(uid.bytes.data()), uid.bytes.size()};
}

format::Uid encode(const Uid& uid) {
  const auto bytes = bytes_of(uid);
  return {read_u64(bytes), read_u64(bytes.substr(8))};
}

Uid decode(const format::Uid* stored) {
  Uid uid;
  if (stored == nullptr) return uid;
  std::string bytes;
  append_u64(bytes, stored->high());
  append_u64(bytes, stored->low());
  std::ranges::transform(bytes, uid.bytes.begin(),
                         [](char byte) { return static_cast<std::uint8_t>(byte); });
  return uid;
}

// Absent where empty.
Offset<flatbuffers::String> encode(Builder& builder, const std::string& text) {
  return text.empty() ? Offset<flatbuffers::String>{} : builder.CreateString(text);
}

std::string decode(const flatbuffers::String* text) {
  return text == nullptr ? std::string{} : text->str();
}

template <class Map>
OffsetsOf<format::Pair> encode_pairs(Builder& builder, const Map& map) {
  std::vector<Offset<format::Pair>> pairs;
  pairs.reserve(map.size());
  for (const auto& [key, value] : map) {
    const auto key_offset = builder.CreateString(key);
    pairs.push_back(format::CreatePair(builder, key_offset, builder.CreateString(value)));
  }
  return builder.CreateVector(pairs);
}

template <class Map>
OffsetsOf<format::Pair> encode_unless_empty(Builder& builder, const Map& map) {
  return map.empty() ? OffsetsOf<format::Pair>{} : encode_pairs(builder, map);
}

using Pairs = flatbuffers::Vector<Offset<format::Pair>>;

template <class Map>
Map decode_pairs(const Pairs* pairs) {
  Map map;
  if (pairs == nullptr) return map;
  for (const auto* pair : *pairs) map.emplace(pair->key()->str(), pair->value()->str());
  return map;
}

Offset<flatbuffers::Vector<const format::Uid*>> encode_uids(Builder& builder,
                                                            const std::vector<Uid>& uids) {
  if (uids.empty()) return {};
  std::vector<format::Uid> encoded;
  encoded.reserve(uids.size());
  for (const auto& uid : uids) encoded.push_back(encode(uid));
  return builder.CreateVectorOfStructs(encoded);
}

std::vector<Uid> decode_uids(const flatbuffers::Vector<const format::Uid*>* stored) {
  std::vector<Uid> uids;
  if (stored == nullptr) return uids;
  for (const auto* uid : *stored) uids.push_back(decode(uid));
  return uids;
}

Offset<format::Actor> encode_actor(Builder& builder, const Actor& actor) {
  const auto user = encode(builder, actor.user);
  const auto user_agent = encode(builder, actor.user_agent);
  const auto field_manager = encode(builder, actor.field_manager);
  const auto verb = encode(builder, actor.verb);
  const auto subresource = encode(builder, actor.subresource);
  return format::CreateActor(builder, user, user_agent, field_manager, verb, subresource);
}

Actor decode_actor(const format::Actor* stored) {
  if (stored == nullptr) return {};
  return {decode(stored->user()), decode(stored->user_agent()), decode(stored->field_manager()),
          decode(stored->verb()), decode(stored->subresource())};
}

OffsetsOf<format::Transition> encode_transitions(Builder& builder,
                                                 const std::vector<Transition>& transitions) {
  if (transitions.empty()) return {};
  std::vector<Offset<format::Transition>> offsets;
  for (const auto& transition : transitions) {
    const auto path = encode(builder, transition.path);
    const auto type = encode(builder, transition.type);
    const auto old_status = encode(builder, transition.old_status);
    const auto new_status = encode(builder, transition.new_status);
    const auto reason = encode(builder, transition.reason);
    const auto message = encode(builder, transition.message);
    offsets.push_back(format::CreateTransition(builder, path, type, old_status, new_status, reason,
                                               message, transition.observed_generation,
                                               transition.transition_time.ns));
  }
  return builder.CreateVector(offsets);
}

Transition decode_transition(const format::Transition& stored) {
  return {decode(stored.path()),        decode(stored.type()),        decode(stored.old_status()),
          decode(stored.new_status()),  decode(stored.reason()),      decode(stored.message()),
          stored.observed_generation(), {stored.transition_time_ns()}};
}

OffsetsOf<format::Repair> encode_repairs(Builder& builder, const std::vector<Repair>& repairs) {
  if (repairs.empty()) return {};
  std::vector<Offset<format::Repair>> offsets;
  for (const auto& repair : repairs) {
    const auto rule = encode(builder, repair.rule);
    const auto path = encode(builder, repair.path);
    const auto type = encode(builder, repair.type);
    offsets.push_back(
        format::CreateRepair(builder, rule, path, type, repair.claimed.ns, repair.kept.ns));
  }
  return builder.CreateVector(offsets);
}

Repair decode_repair(const format::Repair& stored) {
  return {decode(stored.rule()),
          decode(stored.path()),
          decode(stored.type()),
          {stored.claimed_time_ns()},
          {stored.kept_time_ns()}};
}

OffsetsOf<format::Pair> encode_annotations(Builder& builder,
                                           const std::vector<AuditAnnotation>& annotations) {
  if (annotations.empty()) return {};
  std::vector<Offset<format::Pair>> offsets;
  for (const auto& annotation : annotations) {
    const auto key = builder.CreateString(annotation.key);
    offsets.push_back(format::CreatePair(builder, key, builder.CreateString(annotation.value)));
  }
  return builder.CreateVector(offsets);
}

// FlatBuffers read numbers in place and want them aligned; rows lie anywhere in RocksDB's blocks.
class AlignedCopy {
 public:
  explicit AlignedCopy(std::string_view bytes)
      : words_((bytes.size() + 7) / 8), size_(bytes.size()) {
    if (!bytes.empty()) std::memcpy(words_.data(), bytes.data(), bytes.size());
  }

  // The table, or nullptr where the bytes are none.
  template <class Table>
  const Table* root() const {
    const auto* const data = reinterpret_cast<const std::uint8_t*>(words_.data());
    flatbuffers::Verifier verifier(data, size_);
    return verifier.VerifyBuffer<Table>(nullptr) ? flatbuffers::GetRoot<Table>(data) : nullptr;
  }

 private:
  std::vector<std::uint64_t> words_;
  std::size_t size_;
};

constexpr std::size_t kSizeBytes = sizeof(flatbuffers::uoffset_t);
// Where a record has the offset of its root, which is never zero.
constexpr std::string_view kSealMark{"\0\0\0\0", 4};
static_assert(kSealBytes == 2 * Chain{}.size() + kSealMark.size() + sizeof(std::uint64_t));

struct SplitRow {
  std::string_view envelope;
  std::string_view body;
};

std::optional<SplitRow> split_current_row(std::string_view bytes) {
  if (bytes.size() < kSizeBytes) return std::nullopt;
  const std::size_t size = flatbuffers::ReadScalar<flatbuffers::uoffset_t>(bytes.data());
  bytes.remove_prefix(kSizeBytes);
  if (size > bytes.size() || size < kSizeBytes) return std::nullopt;
  return SplitRow{bytes.substr(0, size), bytes.substr(size)};
}

const format::Envelope* envelope_of(const void* envelope) {
  return flatbuffers::GetRoot<format::Envelope>(envelope);
}

}  // namespace

std::vector<std::uint8_t> encode_record(const Event& event, std::uint32_t splice_at) {
  thread_local Builder builder(2048);
  builder.Clear();
  const bool has_old_labels =
      event.type != EventType::kAdded && event.previous_labels != event.labels;
  const bool has_old_fields =
      event.type != EventType::kAdded && event.previous_fields != event.fields;

  const auto group = encode(builder, event.group);
  const auto version = encode(builder, event.version);
  const auto kind = encode(builder, event.kind);
  const auto resource = encode(builder, event.key.resource);
  const auto name_space = encode(builder, event.key.name_space);
  const auto name = encode(builder, event.key.name);
  const auto labels = encode_unless_empty(builder, event.labels);
  const auto fields = encode_unless_empty(builder, event.fields);
  const auto previous_labels =
      has_old_labels ? encode_pairs(builder, event.previous_labels) : OffsetsOf<format::Pair>{};
  const auto previous_fields =
      has_old_fields ? encode_pairs(builder, event.previous_fields) : OffsetsOf<format::Pair>{};
  const auto owner_uids = encode_uids(builder, event.owner_uids);
  const auto actor = encode_actor(builder, event.actor);
  const auto transitions = encode_transitions(builder, event.transitions);
  const auto repairs = encode_repairs(builder, event.repairs);
  const auto annotations = encode_annotations(builder, event.audit_annotations);
  const auto schema_id = encode(builder, event.schema_id);
  const auto uid = encode(event.uid);

  format::RecordBuilder record(builder);
  record.add_revision(kPlaceholder);
  record.add_time_ns(-1);
  record.add_type(static_cast<format::EventType>(event.type));
  record.add_group(group);
  record.add_version(version);
  record.add_kind(kind);
  record.add_resource(resource);
  record.add_name_space(name_space);
  record.add_name(name);
  record.add_uid(&uid);
  record.add_generation(event.generation.number);
  record.add_labels(labels);
  record.add_fields(fields);
  record.add_previous_labels(previous_labels);
  record.add_previous_fields(previous_fields);
  record.add_owner_uids(owner_uids);
  record.add_actor(actor);
  if (event.type != EventType::kAdded) record.add_previous_revision(kPlaceholder);
  record.add_transitions(transitions);
  record.add_repairs(repairs);
  record.add_schema_id(schema_id);
  record.add_deleting(event.deleting);
  record.add_expiry_ns(event.expiry.ns);
  record.add_splice_at(splice_at);
  record.add_audit_annotations(annotations);
  builder.Finish(record.Finish());
  return {builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize()};
}

void stamp_record(std::span<std::uint8_t> record, Revision revision, Time time, Revision previous) {
  auto* const root = flatbuffers::GetMutableRoot<format::Record>(record.data());
  root->mutate_revision(revision.number);
  root->mutate_time_ns(time.ns);
  root->mutate_previous_revision(previous.number);
}

Result<DecodedRecord> decode_record(std::string_view record) {
  const AlignedCopy copy(record);
  const auto* const stored = copy.root<format::Record>();
  if (stored == nullptr) return corruption("a record of the log can't be read");
  DecodedRecord decoded;
  auto& event = decoded.event;
  event.revision = {stored->revision()};
  event.time = {stored->time_ns()};
  event.type = static_cast<EventType>(stored->type());
  event.group = decode(stored->group());
  event.version = decode(stored->version());
  event.kind = decode(stored->kind());
  event.key = {decode(stored->resource()), decode(stored->name_space()), decode(stored->name())};
  event.uid = decode(stored->uid());
  event.generation = {stored->generation()};
  event.labels = decode_pairs<Labels>(stored->labels());
  event.fields = decode_pairs<SelectableValues>(stored->fields());
  event.previous_labels = stored->previous_labels() == nullptr
                              ? event.labels
                              : decode_pairs<Labels>(stored->previous_labels());
  event.previous_fields = stored->previous_fields() == nullptr
                              ? event.fields
                              : decode_pairs<SelectableValues>(stored->previous_fields());
  event.owner_uids = decode_uids(stored->owner_uids());
  event.actor = decode_actor(stored->actor());
  event.previous = {stored->previous_revision()};
  if (stored->transitions() != nullptr) {
    for (const auto* transition : *stored->transitions()) {
      event.transitions.push_back(decode_transition(*transition));
    }
  }
  if (stored->repairs() != nullptr) {
    for (const auto* repair : *stored->repairs()) event.repairs.push_back(decode_repair(*repair));
  }
  if (stored->audit_annotations() != nullptr) {
    for (const auto* pair : *stored->audit_annotations()) {
      event.audit_annotations.push_back({pair->key()->str(), pair->value()->str()});
    }
  }
  event.schema_id = decode(stored->schema_id());
  event.deleting = stored->deleting();
  event.expiry = {stored->expiry_ns()};
  decoded.splice_at = stored->splice_at();
  return decoded;
}

EventOutline outline_record(std::string_view record, RecordScratch& scratch) {
  scratch.resize((record.size() + 7) / 8);
  std::memcpy(scratch.data(), record.data(), record.size());
  const auto* const stored = flatbuffers::GetRoot<format::Record>(scratch.data());
  const auto view = [](const flatbuffers::String* text) {
    return text == nullptr ? std::string_view{} : text->string_view();
  };
  EventOutline outline{.revision = {stored->revision()},
                       .type = static_cast<EventType>(stored->type()),
                       .resource = view(stored->resource()),
                       .name_space = view(stored->name_space()),
                       .name = view(stored->name()),
                       .user = {},
                       .user_agent = {},
                       .field_manager = {},
                       .previous = {stored->previous_revision()}};
  if (const auto* const actor = stored->actor()) {
    outline.user = view(actor->user());
    outline.user_agent = view(actor->user_agent());
    outline.field_manager = view(actor->field_manager());
  }
  return outline;
}

std::optional<std::string> record_resource(std::string_view record) {
  const AlignedCopy copy(record);
  const auto* const stored = copy.root<format::Record>();
  return stored == nullptr ? std::nullopt : std::optional(decode(stored->resource()));
}

std::optional<Time> record_time(std::string_view record) {
  const AlignedCopy copy(record);
  const auto* const stored = copy.root<format::Record>();
  return stored == nullptr ? std::nullopt : std::optional(Time{stored->time_ns()});
}

std::string encode_log_row(const Chain& chain, std::span<const std::uint8_t> record) {
  std::string row;
  row.reserve(chain.size() + record.size());
  row.append(reinterpret_cast<const char*>(chain.data()), chain.size());
  row.append(reinterpret_cast<const char*>(record.data()), record.size());
  return row;
}

std::string encode_seal(const Seal& seal) {
  std::string row(reinterpret_cast<const char*>(seal.after.data()), seal.after.size());
  row += kSealMark;
  append_u64(row, seal.first.number);
  return row.append(reinterpret_cast<const char*>(seal.before.data()), seal.before.size());
}

std::optional<Seal> parse_seal(std::string_view bytes) {
  Seal seal;
  if (bytes.size() != kSealBytes) return std::nullopt;
  std::memcpy(seal.after.data(), bytes.data(), seal.after.size());
  bytes.remove_prefix(seal.after.size());
  if (!bytes.starts_with(kSealMark)) return std::nullopt;
  bytes.remove_prefix(kSealMark.size());
  seal.first = {read_u64(bytes)};
  std::memcpy(seal.before.data(), bytes.data() + sizeof(std::uint64_t), seal.before.size());
  return seal;
}

std::optional<LogRow> parse_log_row(std::string_view bytes) {
  LogRow row;
  if (bytes.size() <= row.chain.size() || parse_seal(bytes)) return std::nullopt;
  std::memcpy(row.chain.data(), bytes.data(), row.chain.size());
  row.record = bytes.substr(row.chain.size());
  return row;
}

std::string encode_current_row(const Event& event, Revision frame_revision, std::uint32_t splice_at,
                               std::string_view body) {
  thread_local Builder builder(1024);
  builder.Clear();
  const auto labels = encode_unless_empty(builder, event.labels);
  const auto fields = encode_unless_empty(builder, event.fields);
  const auto owner_uids = encode_uids(builder, event.owner_uids);
  const auto schema_id = encode(builder, event.schema_id);
  const auto uid = encode(event.uid);
  format::EnvelopeBuilder envelope(builder);
  envelope.add_revision(event.revision.number);
  envelope.add_uid(&uid);
  envelope.add_labels(labels);
  envelope.add_fields(fields);
  envelope.add_owner_uids(owner_uids);
  envelope.add_schema_id(schema_id);
  envelope.add_frame_revision(frame_revision.number);
  envelope.add_splice_at(splice_at);
  envelope.add_deleting(event.deleting);
  envelope.add_expiry_ns(event.expiry.ns);
  envelope.add_type(static_cast<format::EventType>(event.type));
  // Not size-prefixed by FlatBuffers: its prefix is part of the alignment, ours is not.
  builder.Finish(envelope.Finish());
  std::string row(kSizeBytes, '\0');
  row.reserve(kSizeBytes + builder.GetSize() + body.size());
  flatbuffers::WriteScalar(row.data(), static_cast<flatbuffers::uoffset_t>(builder.GetSize()));
  row.append(reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize());
  row.append(body);
  return row;
}

std::optional<CurrentRow> parse_current_row(std::string_view bytes, EnvelopeScratch& scratch) {
  const auto split = split_current_row(bytes);
  if (!split) return std::nullopt;
  scratch.resize((split->envelope.size() + 7) / 8);
  std::memcpy(scratch.data(), split->envelope.data(), split->envelope.size());
  const auto* const envelope = envelope_of(scratch.data());
  const auto* const schema_id = envelope->schema_id();
  return CurrentRow{{envelope->revision()},
                    static_cast<EventType>(envelope->type()),
                    schema_id == nullptr ? std::string_view{} : schema_id->string_view(),
                    envelope->splice_at(),
                    split->body,
                    scratch.data()};
}

Result<StoredObject> decode_current_row(ObjectKey key, std::string_view bytes) {
  const auto split = split_current_row(bytes);
  const AlignedCopy copy(split ? split->envelope : std::string_view{});
  const auto* const envelope = copy.root<format::Envelope>();
  if (envelope == nullptr)
    return corruption("the current row of " + to_string(key) + " can't be read");
  StoredObject object;
  object.key = std::move(key);
  object.revision = {envelope->revision()};
  object.uid = decode(envelope->uid());
  object.labels = decode_pairs<Labels>(envelope->labels());
  object.fields = decode_pairs<SelectableValues>(envelope->fields());
  object.owner_uids = decode_uids(envelope->owner_uids());
  object.schema_id = decode(envelope->schema_id());
  object.frame_revision = {envelope->frame_revision()};
  object.splice_at = envelope->splice_at();
  object.deleting = envelope->deleting();
  object.expiry = {envelope->expiry_ns()};
  object.body.assign(split->body);
  return object;
}

Result<PriorRow> decode_prior_row(std::string_view bytes) {
  const auto split = split_current_row(bytes);
  const AlignedCopy copy(split ? split->envelope : std::string_view{});
  const auto* const envelope = copy.root<format::Envelope>();
  if (envelope == nullptr) return corruption("a current row can't be read");
  return PriorRow{
      decode_uids(envelope->owner_uids()), envelope->deleting(), {envelope->expiry_ns()}};
}

Labels RowView::labels() const {
  if (envelope == nullptr) {
    const auto parsed = parse_json(body);
    return parsed ? labels_of(parsed->value) : Labels();
  }
  return decode_pairs<Labels>(envelope_of(envelope)->labels());
}

SelectableValues RowView::fields() const {
  return decode_pairs<SelectableValues>(envelope_of(envelope)->fields());
}

}  // namespace gatefold::storage
