#include "tests/contract/observed.h"

#include <algorithm>
#include <fstream>
#include <stdexcept>

#include "schema/json.h"

namespace gatefold::test {
namespace {

constexpr std::size_t kTooLargeBytes = (3u << 20) + 1;
constexpr int kTooManyOperations = 10'001;

// As Python's json.dumps wrote the request bodies: the real server quotes them in its errors.
void write_spaced(const Value& value, std::string& out) {
  if (const auto* object = value.if_object()) {
    out += '{';
    for (const auto& member : *object) {
      if (out.back() != '{') out += ", ";
      append_json_string(out, {member.key().data(), member.key().size()});
      out += ": ";
      write_spaced(member.value(), out);
    }
    out += '}';
  } else if (const auto* array = value.if_array()) {
    out += '[';
    for (const auto& item : *array) {
      if (out.back() != '[') out += ", ";
      write_spaced(item, out);
    }
    out += ']';
  } else {
    out += to_json(value);
  }
}

std::string body_text(const Value& body) {
  std::string text;
  if (!body.is_string()) {
    write_spaced(body, text);
    return text;
  }
  text = body.as_string();
  if (text == "<3145729 chars>") return std::string(kTooLargeBytes, 'x');
  if (text != "<list of 10001>") return text;
  text = "[";
  for (int i = 0; i < kTooManyOperations; ++i) {
    text += i == 0 ? "" : ",";
    text += R"({"op":"test","path":"/metadata/name","value":"r"})";
  }
  return text + "]";
}

std::optional<std::string> text_or_nothing(const Value& value) {
  if (value.is_null()) return std::nullopt;
  return std::string(value.as_string());
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0;;) {
    const auto end = text.find(separator, begin);
    parts.emplace_back(trimmed(text.substr(begin, end - begin)));
    if (end == std::string_view::npos) return parts;
    begin = end + 1;
  }
}

std::string joined_content_types(const Value& list) {
  std::string text;
  for (const auto& type : list.as_array()) text += type.as_string();
  return text;
}

ObservedRow parse_row(int number, const std::string& line) {
  auto parsed = parse_json(line);
  if (!parsed) throw std::runtime_error("a row that is no JSON: " + parsed.error().message);
  const auto& fields = parsed->value.as_object();
  ObservedRow row;
  row.number = number;
  row.title = fields.at("title").as_string();
  row.method = fields.at("method").as_string();
  row.path = fields.at("path").as_string();
  row.request_content_type = text_or_nothing(fields.at("requestContentType"));
  row.accept = text_or_nothing(fields.at("accept"));
  if (!fields.at("body").is_null()) row.body = body_text(fields.at("body"));
  row.code = static_cast<int>(fields.at("code").as_int64());
  row.content_type = joined_content_types(fields.at("contentType"));
  for (const auto& warning : fields.at("warnings").as_array()) {
    row.warnings.emplace_back(warning.as_string());
  }
  std::ranges::sort(row.warnings);
  row.response = fields.at("response");
  return row;
}

}  // namespace

std::vector<ObservedRow> read_observed(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::vector<ObservedRow> rows;
  for (std::string line; std::getline(in, line);) {
    rows.push_back(parse_row(static_cast<int>(rows.size()) + 1, line));
  }
  return rows;
}

std::vector<Deviation> read_deviations(const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in) throw std::runtime_error("no " + file.string());
  std::vector<Deviation> deviations;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line.starts_with('#')) continue;
    if (line.starts_with("  ")) {
      if (deviations.empty()) throw std::runtime_error("a text of no deviation: " + line);
      deviations.back().texts += line + '\n';
      continue;
    }
    const auto parts = split(line, '|');
    if (parts.size() != 3) throw std::runtime_error("no deviation: " + line);
    Deviation deviation;
    std::size_t used = 0;
    deviation.first = std::stoi(parts[0], &used);
    const auto rest = std::string_view(parts[0]).substr(used);
    deviation.last =
        rest.starts_with('-') ? std::stoi(std::string(rest.substr(1))) : deviation.first;
    for (auto& what : split(parts[1], ',')) {
      if (what == "not sent") {
        deviation.is_sent = false;
      } else if (what == "sent as merge patch") {
        deviation.as_merge_patch = true;
      } else {
        deviation.differences.push_back(std::move(what));
      }
    }
    std::ranges::sort(deviation.differences);
    deviation.reason = parts[2];
    deviations.push_back(std::move(deviation));
  }
  return deviations;
}

}  // namespace gatefold::test
