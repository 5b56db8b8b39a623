#include "engine/apply/path_element.h"

#include <algorithm>
#include <charconv>

#include "schema/field_error.h"
#include "schema/go_text.h"
#include "schema/invariant.h"
#include "schema/json.h"

namespace gatefold::engine {
namespace {

using boost::json::kind;

std::string_view text_of(const boost::json::string& text) {
  return {text.data(), text.size()};
}

int rank(const Value& value) {
  switch (value.kind()) {
    case kind::double_:
    case kind::int64:
    case kind::uint64:
      return 0;
    case kind::string:
      return 1;
    case kind::bool_:
      return 2;
    case kind::array:
      return 3;
    case kind::object:
      return 4;
    case kind::null:
      return 5;
  }
  return 5;
}

std::strong_ordering compare_numbers(const Value& a, const Value& b) {
  if (a.is_int64() && b.is_int64()) return a.get_int64() <=> b.get_int64();
  const auto left = a.to_number<double>();
  const auto right = b.to_number<double>();
  if (left < right) return std::strong_ordering::less;
  return left > right ? std::strong_ordering::greater : std::strong_ordering::equal;
}

std::vector<const boost::json::key_value_pair*> sorted_members(const JsonObject& object) {
  std::vector<const boost::json::key_value_pair*> members;
  members.reserve(object.size());
  for (const auto& member : object) members.push_back(&member);
  std::ranges::sort(members, {},
                    [](const auto* member) { return std::string_view(member->key()); });
  return members;
}

std::strong_ordering compare_objects(const JsonObject& a, const JsonObject& b) {
  const auto left = sorted_members(a);
  const auto right = sorted_members(b);
  for (std::size_t at = 0; at < std::min(left.size(), right.size()); ++at) {
    const auto names = std::string_view(left[at]->key()) <=> std::string_view(right[at]->key());
    if (names != 0) return names;
    const auto values = compare_values(left[at]->value(), right[at]->value());
    if (values != 0) return values;
  }
  return left.size() <=> right.size();
}

std::strong_ordering compare_keys(const PathElement::Key& a, const PathElement::Key& b) {
  for (std::size_t at = 0; at < std::min(a.size(), b.size()); ++at) {
    if (const auto names = a[at].first <=> b[at].first; names != 0) return names;
    const auto values = compare_values(a[at].second, b[at].second);
    if (values != 0) return values;
  }
  return a.size() <=> b.size();
}

void append_text(std::string& out, const Value& value) {
  switch (value.kind()) {
    case kind::string:
      out += go_quote(text_of(value.get_string()));
      return;
    case kind::double_:
      append_double(out, value.get_double(), DoubleStyle::kGo);
      return;
    case kind::array: {
      out += '[';
      bool first = true;
      for (const auto& item : value.get_array()) {
        if (!std::exchange(first, false)) out += ',';
        append_text(out, item);
      }
      out += ']';
      return;
    }
    case kind::object:
      for (const auto* member : sorted_members(value.get_object())) {
        out += std::string_view(member->key());
        out += '=';
        append_text(out, member->value());
      }
      return;
    case kind::int64:
    case kind::uint64:
    case kind::bool_:
    case kind::null:
      out += canonical_json(value);
      return;
  }
}

Result<Value> decode_json(std::string_view text) {
  auto parsed = parse_json(text);
  if (!parsed) return bad_request("parsing key as path element: " + parsed.error().message);
  return std::move(parsed->value);
}

Result<DecodedElement> decode_key(std::string_view text) {
  auto value = decode_json(text);
  if (!value) return std::unexpected(value.error());
  if (!value->is_object()) {
    return bad_request("parsing key as path element: a key is an object");
  }
  PathElement::Key key;
  for (auto& member : value->get_object()) {
    key.emplace_back(std::string(member.key()), std::move(member.value()));
  }
  return DecodedElement{.element = PathElement::of_key(std::move(key))};
}

Result<DecodedElement> decode_index(std::string_view text) {
  std::int64_t index = 0;
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
  if (error != std::errc() || end != text.data() + text.size()) {
    return bad_request("parsing key as path element: an index is a number");
  }
  return DecodedElement{.element = PathElement::of_index(index)};
}

}  // namespace

std::strong_ordering compare_values(const Value& a, const Value& b) {
  const auto left = rank(a);
  const auto right = rank(b);
  if (left != right) return left <=> right;
  switch (a.kind()) {
    case kind::double_:
    case kind::int64:
    case kind::uint64:
      return compare_numbers(a, b);
    case kind::string:
      return text_of(a.get_string()) <=> text_of(b.get_string());
    case kind::bool_:
      return int{a.get_bool()} <=> int{b.get_bool()};
    case kind::array:
      return std::lexicographical_compare_three_way(a.get_array().begin(), a.get_array().end(),
                                                    b.get_array().begin(), b.get_array().end(),
                                                    compare_values);
    case kind::object:
      return compare_objects(a.get_object(), b.get_object());
    case kind::null:
      return std::strong_ordering::equal;
  }
  return std::strong_ordering::equal;
}

PathElement PathElement::of_field(std::string_view name) {
  PathElement element;
  element.field_ = name;
  return element;
}

PathElement PathElement::of_key(Key key) {
  std::ranges::sort(key, {}, &std::pair<std::string, Value>::first);
  PathElement element;
  element.sort_ = Sort::kKey;
  element.key_ = std::make_shared<const Key>(std::move(key));
  return element;
}

PathElement PathElement::of_value(Value value) {
  PathElement element;
  element.sort_ = Sort::kValue;
  Key key;
  key.emplace_back(std::string(), std::move(value));
  element.key_ = std::make_shared<const Key>(std::move(key));
  return element;
}

PathElement PathElement::of_index(std::int64_t index) {
  PathElement element;
  element.sort_ = Sort::kIndex;
  element.index_ = index;
  return element;
}

std::strong_ordering PathElement::operator<=>(const PathElement& other) const {
  if (sort_ != other.sort_) return sort_ <=> other.sort_;
  switch (sort_) {
    case Sort::kField:
      return field_ <=> other.field_;
    case Sort::kKey:
      return key_ == other.key_ ? std::strong_ordering::equal : compare_keys(*key_, *other.key_);
    case Sort::kValue:
      return compare_values(value(), other.value());
    case Sort::kIndex:
      return index_ <=> other.index_;
  }
  return std::strong_ordering::equal;
}

std::string PathElement::text() const {
  std::string out;
  switch (sort_) {
    case Sort::kField:
      return "." + field_;
    case Sort::kKey: {
      out = "[";
      bool first = true;
      for (const auto& [name, value] : *key_) {
        if (!std::exchange(first, false)) out += ',';
        out += name;
        out += '=';
        append_text(out, value);
      }
      break;
    }
    case Sort::kValue:
      out = "[=";
      append_text(out, value());
      break;
    case Sort::kIndex:
      out = "[" + std::to_string(index_);
      break;
  }
  out += ']';
  return out;
}

std::string PathElement::encoded() const {
  std::string out;
  switch (sort_) {
    case Sort::kField:
      return "f:" + field_;
    case Sort::kKey: {
      out = "k:{";
      bool first = true;
      for (const auto& [name, value] : *key_) {
        if (!std::exchange(first, false)) out += ',';
        append_json_string(out, name);
        out += ':';
        out += go_json(value);
      }
      out += '}';
      return out;
    }
    case Sort::kValue:
      out = "v:";
      out += go_json(value());
      return out;
    case Sort::kIndex:
      return "i:" + std::to_string(index_);
  }
  return out;
}

std::string path_text(const FieldPath& path) {
  std::string out;
  for (const auto& element : path) out += element.text();
  return out;
}

Result<DecodedElement> decode_element(std::string_view text) {
  if (text.size() < 2) {
    return bad_request("parsing key as path element: key must be 2 characters long:");
  }
  if (text[1] != ':') {
    return bad_request("parsing key as path element: missing colon: " + std::string(text));
  }
  const auto rest = text.substr(2);
  switch (text[0]) {
    case 'f':
      return DecodedElement{.element = PathElement::of_field(rest)};
    case 'k':
      return decode_key(rest);
    case 'v': {
      auto value = decode_json(rest);
      if (!value) return std::unexpected(value.error());
      return DecodedElement{.element = PathElement::of_value(std::move(*value))};
    }
    case 'i':
      return decode_index(rest);
    default:
      return DecodedElement{.known = false, .element = {}};
  }
}

}  // namespace gatefold::engine
