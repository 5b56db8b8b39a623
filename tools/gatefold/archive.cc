#include "tools/gatefold/archive.h"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "schema/json.h"
#include "storage/digest.h"
#include "storage/records.h"

namespace gatefold::tools {
namespace {

constexpr std::int64_t kFormatVersion = 1;
constexpr std::string_view kMagic = "gatefold";
// A line is an object of at most 1.5 MB and what its record says of it, which escapes can double
// some times over. A size beyond it is none.
constexpr std::size_t kEntryBytesMax = std::size_t{32} << 20;

std::string header_text(const ArchiveHeader& header) {
  JsonObject object{{"gatefold", "history"},
                    {"format", kFormatVersion},
                    {"incarnation", header.incarnation},
                    {"channel", channel_name(header.channel)},
                    {"revision", header.until.number},
                    {"chain", storage::chain_text(header.chain)}};
  if (!header.is_whole) {
    object["partial"] = true;
    object["after"] = header.after.number;
    object["only"] = header.only;
  }
  return to_json(object);
}

Result<ArchiveHeader> parse_header(std::string_view text) {
  const auto parsed = parse_json(text);
  if (!parsed || string_at(parsed->value, {"gatefold"}) != "history") {
    return bad_request("this is no history that gatefold exported");
  }
  const auto& value = parsed->value;
  const auto format = integer_at(value, {"format"}, 0);
  if (format != kFormatVersion) {
    return bad_request(
        fmt::format("the history has format {}, this program knows {}", format, kFormatVersion));
  }
  const auto chain = storage::parse_chain(string_at(value, {"chain"}));
  const auto channel = parse_channel(string_at(value, {"channel"}));
  const auto until = integer_at(value, {"revision"}, -1);
  const auto after = integer_at(value, {"after"}, 0);
  const std::string incarnation(string_at(value, {"incarnation"}));
  const bool is_good = chain && channel && until >= 0 && after >= 0 && incarnation.size() == 16;
  if (!is_good) return bad_request("the header of the history can't be read");
  return ArchiveHeader{.is_whole = find(value, "partial") == nullptr,
                       .after = {static_cast<std::uint64_t>(after)},
                       .until = {static_cast<std::uint64_t>(until)},
                       .chain = *chain,
                       .incarnation = incarnation,
                       .channel = *channel,
                       .only = {}};
}

std::string proof_text(std::uint64_t events, const storage::Chain& proof) {
  return to_json(
      JsonObject{{"gatefold", "end"}, {"events", events}, {"proof", storage::chain_text(proof)}});
}

std::string_view bytes_of(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

storage::Chain prove(const storage::Chain& proof, std::string_view entry) {
  return storage::next_chain(
      proof, {reinterpret_cast<const std::uint8_t*>(entry.data()), entry.size()}, {});
}

// Little endian, as FlatBuffers' own size prefixes.
std::string size_prefix(std::size_t size) {
  std::string bytes;
  for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>((size >> shift) & 0xff);
  return bytes;
}

}  // namespace

ArchiveWriter::ArchiveWriter(std::ostream& out, ArchiveForm form, const ArchiveHeader& header)
    : out_(out), form_(form) {
  if (form_ == ArchiveForm::kFlatBuffers) out_ << kMagic;
  put(header_text(header));
}

void ArchiveWriter::put(std::string_view entry) {
  proof_ = prove(proof_, entry);
  if (form_ == ArchiveForm::kFlatBuffers) {
    out_ << size_prefix(entry.size()) << entry;
  } else {
    out_ << entry << '\n';
  }
}

Result<void> ArchiveWriter::add(std::string_view line) {
  ++events_;
  if (form_ == ArchiveForm::kJsonLines) {
    put(line);
  } else {
    auto event = engine::parse_exact_line(line);
    if (!event) return std::unexpected(std::move(event.error()));
    const auto splice_at = event->body == nullptr ? 0 : storage::find_splice(*event->body);
    auto record = storage::encode_record(event->event, splice_at);
    storage::stamp_record(record, event->event.revision, event->event.time, event->event.previous);
    put(bytes_of(record));
    put(event->body == nullptr ? std::string_view() : std::string_view(*event->body));
    if (event->body == nullptr) put(event->body_gap);
  }
  return out_ ? Result<void>() : unavailable("the file can't be written");
}

Result<void> ArchiveWriter::finish() {
  // A record is never empty, so that what follows is no event.
  if (form_ == ArchiveForm::kFlatBuffers) put({});
  put(proof_text(events_, proof_));
  out_.flush();
  return out_ ? Result<void>() : unavailable("the file can't be written");
}

std::unexpected<Status> ArchiveReader::wrong(std::string_view what) const {
  return failure(Reason::kInternalError,
                 fmt::format("corruption: entry {} of the history: {}", entries_, what));
}

// What was to be read is not there: the file ends, or the disk does not give it.
std::unexpected<Status> ArchiveReader::ended() const {
  return in_->bad() ? unavailable("the file can't be read") : wrong("the file is cut off here");
}

Result<std::string> ArchiveReader::take_line() {
  std::string line;
  for (int c = in_->get(); c != '\n'; c = in_->get()) {
    if (c == std::istream::traits_type::eof()) return ended();
    if (line.size() >= kEntryBytesMax) return wrong("the line is too long");
    line += static_cast<char>(c);
  }
  return line;
}

Result<std::string> ArchiveReader::take_frame() {
  std::array<char, 4> prefix{};
  if (!in_->read(prefix.data(), prefix.size())) return ended();
  std::size_t size = 0;
  for (std::size_t i = 0; i < prefix.size(); ++i) {
    size |= static_cast<std::size_t>(static_cast<unsigned char>(prefix.at(i))) << (8 * i);
  }
  if (size > kEntryBytesMax) return wrong("its size can't be");
  std::string frame(size, '\0');
  if (!in_->read(frame.data(), static_cast<std::streamsize>(size))) {
    return ended();
  }
  return frame;
}

Result<std::string> ArchiveReader::take() {
  ++entries_;
  return form_ == ArchiveForm::kJsonLines ? take_line() : take_frame();
}

Result<ArchiveReader> ArchiveReader::open(std::istream& in) {
  ArchiveReader reader(in);
  if (in.peek() == kMagic.front()) {
    std::string magic(kMagic.size(), '\0');
    in.read(magic.data(), static_cast<std::streamsize>(magic.size()));
    if (magic != kMagic) return bad_request("this is no history that gatefold exported");
    reader.form_ = ArchiveForm::kFlatBuffers;
  }
  auto entry = reader.take();
  if (!entry) return std::unexpected(std::move(entry.error()));
  auto header = parse_header(*entry);
  if (!header) return std::unexpected(std::move(header.error()));
  reader.header_ = std::move(*header);
  reader.proof_ = prove(reader.proof_, *entry);
  return reader;
}

Result<void> ArchiveReader::check_end(std::string_view entry) {
  if (entry != proof_text(events_, proof_)) {
    return wrong("the history is not what was exported: entries are missing or were altered");
  }
  if (in_->peek() != std::istream::traits_type::eof()) return wrong("there is more behind the end");
  return {};
}

Result<engine::ExactLine> ArchiveReader::take_record(std::string_view record) {
  auto decoded = storage::decode_record(record);
  if (!decoded) return wrong(decoded.error().message);
  engine::ExactLine line;
  line.event = std::move(decoded->event);
  auto body = take();
  if (!body) return std::unexpected(std::move(body.error()));
  proof_ = prove(proof_, *body);
  if (!body->empty()) {
    line.body = std::make_shared<const std::string>(std::move(*body));
    return line;
  }
  auto gap = take();
  if (!gap) return std::unexpected(std::move(gap.error()));
  proof_ = prove(proof_, *gap);
  line.body_gap = std::move(*gap);
  return line;
}

Result<std::optional<engine::ExactLine>> ArchiveReader::next() {
  auto entry = take();
  if (!entry) return std::unexpected(std::move(entry.error()));
  const bool is_frame = form_ == ArchiveForm::kFlatBuffers;
  const bool is_end = is_frame ? entry->empty() : entry->starts_with(R"({"gatefold":"end")");
  if (is_end && is_frame) {
    proof_ = prove(proof_, *entry);
    entry = take();
    if (!entry) return std::unexpected(std::move(entry.error()));
  }
  if (is_end) {
    if (auto checked = check_end(*entry); !checked) return std::unexpected(checked.error());
    return std::nullopt;
  }
  proof_ = prove(proof_, *entry);
  ++events_;
  if (is_frame) {
    auto line = take_record(*entry);
    if (!line) return std::unexpected(std::move(line.error()));
    return std::move(*line);
  }
  auto line = engine::parse_exact_line(*entry);
  if (!line) return wrong(line.error().message);
  return std::move(*line);
}

}  // namespace gatefold::tools
