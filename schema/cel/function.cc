#include "schema/cel/function.h"

#include <array>
#include <map>
#include <string>
#include <utility>

#include "schema/invariant.h"

namespace gatefold::cel {
namespace {

struct NamedType {
  std::string_view name;
  TypeKind kind;
  std::uint32_t kinds;
  std::string_view opaque = {};
};

constexpr auto kNamedTypes = std::to_array<NamedType>({
    {"bool", TypeKind::kBool, bit_of(ValKind::kBool)},
    {"int", TypeKind::kInt, bit_of(ValKind::kInt)},
    {"uint", TypeKind::kUint, bit_of(ValKind::kUint)},
    {"double", TypeKind::kDouble, bit_of(ValKind::kDouble)},
    {"string", TypeKind::kString, bit_of(ValKind::kString)},
    {"bytes", TypeKind::kBytes, bit_of(ValKind::kBytes)},
    {"null", TypeKind::kNull, bit_of(ValKind::kNull)},
    {"dyn", TypeKind::kDyn, kAnyKind},
    {"timestamp", TypeKind::kTimestamp, bit_of(ValKind::kTimestamp)},
    {"duration", TypeKind::kDuration, bit_of(ValKind::kDuration)},
    {"list", TypeKind::kList, bit_of(ValKind::kList)},
    {"map", TypeKind::kMap, bit_of(ValKind::kMap)},
    {"optional", TypeKind::kOptional, bit_of(ValKind::kOptional)},
    {"type", TypeKind::kType, bit_of(ValKind::kType)},
    {"url", TypeKind::kOpaque, bit_of(ValKind::kUrl), "kubernetes.URL"},
    {"ip", TypeKind::kOpaque, bit_of(ValKind::kIp), "net.IP"},
    {"cidr", TypeKind::kOpaque, bit_of(ValKind::kCidr), "net.CIDR"},
    {"quantity", TypeKind::kOpaque, bit_of(ValKind::kQuantity), "kubernetes.Quantity"},
    {"format", TypeKind::kOpaque, bit_of(ValKind::kFormat), "kubernetes.NamedFormat"},
    {"semver", TypeKind::kOpaque, bit_of(ValKind::kSemver), "kubernetes.Semver"},
    {"authorizer", TypeKind::kOpaque, bit_of(ValKind::kAuthorizer),
     "kubernetes.authorization.Authorizer"},
    {"pathcheck", TypeKind::kOpaque, bit_of(ValKind::kPathCheck),
     "kubernetes.authorization.PathCheck"},
    {"groupcheck", TypeKind::kOpaque, bit_of(ValKind::kGroupCheck),
     "kubernetes.authorization.GroupCheck"},
    {"resourcecheck", TypeKind::kOpaque, bit_of(ValKind::kResourceCheck),
     "kubernetes.authorization.ResourceCheck"},
    {"decision", TypeKind::kOpaque, bit_of(ValKind::kDecision),
     "kubernetes.authorization.Decision"},
});

std::size_t parameters_of(TypeKind kind) {
  switch (kind) {
    case TypeKind::kList:
    case TypeKind::kOptional:
    case TypeKind::kType:
      return 1;
    case TypeKind::kMap:
      return 2;
    default:
      return 0;
  }
}

// Reads compiled-in text, which doesn't nest deep.
class SignatureReader {
 public:
  explicit SignatureReader(std::string_view text) : rest_(text) {}

  Overload read() {
    read_name();
    while (!take(")")) {
      GATEFOLD_ASSERT(read_argument());
      take(", ");
    }
    GATEFOLD_ASSERT(take(" "));
    const auto result = read_type();
    GATEFOLD_ASSERT(result && rest_.empty());
    overload_.result = result->type;
    return std::move(overload_);
  }

 private:
  struct Read {
    TypePtr type;
    std::uint32_t kinds = kAnyKind;
  };

  // Up to and including the parenthesis that opens the arguments. What is before the first dot is a
  // target where it is a type; `optional` alone is none.
  void read_name() {
    const auto whole = rest_;
    const bool is_absolute = take(".");
    if (!is_absolute) {
      overload_.is_method = read_argument() && take(".");
      if (!overload_.is_method) {
        overload_.arguments.clear();
        overload_.kinds.clear();
        rest_ = whole;
      }
    }
    const auto end = rest_.find('(');
    GATEFOLD_ASSERT(end != std::string_view::npos && end > 0);
    overload_.name = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
  }

  bool read_argument() {
    const auto read = read_type();
    if (!read) return false;
    overload_.arguments.push_back(read->type);
    overload_.kinds.push_back(read->kinds);
    return true;
  }

  std::optional<Read> read_type() {
    std::size_t size = 0;
    while (size < rest_.size() && ((rest_[size] >= 'a' && rest_[size] <= 'z') ||
                                   (rest_[size] >= 'A' && rest_[size] <= 'Z'))) {
      ++size;
    }
    const auto word = rest_.substr(0, size);
    if (word.size() == 1 && word[0] <= 'Z') {
      rest_.remove_prefix(size);
      return Read{parameter_type(std::string(word))};
    }
    for (const auto& named : kNamedTypes) {
      if (named.name != word) continue;
      rest_.remove_prefix(size);
      return read_parameters(named);
    }
    return std::nullopt;
  }

  std::optional<Read> read_parameters(const NamedType& named) {
    const auto count = parameters_of(named.kind);
    if (count == 0) {
      if (named.kind != TypeKind::kOpaque) return Read{simple_type(named.kind), named.kinds};
      return Read{opaque_type(std::string(named.opaque)), named.kinds};
    }
    if (!take("(")) {
      // `type` alone is the type of any type.
      if (named.kind != TypeKind::kType) return std::nullopt;
      return Read{simple_type(named.kind), named.kinds};
    }
    std::vector<TypePtr> parameters;
    for (std::size_t i = 0; i < count; ++i) {
      if (i > 0) take(", ");
      auto parameter = read_type();
      if (!parameter) return std::nullopt;
      parameters.push_back(std::move(parameter->type));
    }
    if (!take(")")) return std::nullopt;
    return Read{compose(named.kind, parameters), named.kinds};
  }

  static TypePtr compose(TypeKind kind, const std::vector<TypePtr>& parameters) {
    if (kind == TypeKind::kMap) return map_type(parameters[0], parameters[1]);
    if (kind == TypeKind::kList) return list_type(parameters[0]);
    if (kind == TypeKind::kOptional) return optional_type(parameters[0]);
    return type_type(parameters[0]);
  }

  bool take(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }

  std::string_view rest_;
  Overload overload_;
};

using Functions = std::map<std::string, std::vector<Overload>, std::less<>>;

const Functions& functions() {
  static const Functions kFunctions = [] {
    Functions out;
    // In the order of Kubernetes' environment: of several overloads that a value of unknown type
    // may take, the first binds its type.
    for (const auto library :
         {operator_functions(), conversion_functions(), time_functions(), url_functions(),
          regex_functions(), list_functions(), optional_functions(), quantity_functions(),
          string_functions(), address_functions(), format_functions(), semver_functions(),
          authorizer_functions()}) {
      for (const auto& declaration : library) {
        auto overload = parse_signature(declaration);
        auto& overloads = out[overload.name];
        overloads.push_back(std::move(overload));
      }
    }
    return out;
  }();
  return kFunctions;
}

}  // namespace

Overload parse_signature(const Declaration& declaration) {
  auto overload = SignatureReader(declaration.signature).read();
  overload.function = declaration.function;
  overload.cost = declaration.cost;
  return overload;
}

std::span<const Overload> overloads_of(std::string_view name) {
  const auto found = functions().find(name);
  if (found == functions().end()) return {};
  return found->second;
}

}  // namespace gatefold::cel
