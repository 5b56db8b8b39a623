#include "tools/gatefold/config.h"

#include <array>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <system_error>

#include <fmt/format.h>

#include "schema/catalog.h"
#include "schema/value.h"
#include "schema/yaml.h"

namespace gatefold::tools {
namespace {

// Far beyond what anybody sets; a device or a log given by mistake ends here.
constexpr std::size_t kConfigBytesMax = 1u << 20;

// A member of the file and where it stands: `guard.kinds`.
struct Member {
  const Value& value;
  std::string path;
};

std::unexpected<Status> wrong(const std::string& path, std::string_view what) {
  return bad_request(fmt::format("{}: {}", path.empty() ? "the file" : path, what));
}

// Calls `read(key, member)` for each member; stops at the first that is wrong.
template <class Read>
Result<void> each_member(const Member& section, const Read& read) {
  if (section.value.is_null()) return {};
  const auto* object = section.value.if_object();
  if (object == nullptr) return wrong(section.path, "must be a map");
  for (const auto& entry : *object) {
    const std::string key(entry.key());
    const auto path = section.path.empty() ? key : section.path + "." + key;
    if (auto fine = read(key, Member{entry.value(), path}); !fine) return fine;
  }
  return {};
}

// The word of a mode. YAML reads a bare `off` as false.
Result<std::string> mode_word(const Member& member) {
  if (const auto* word = member.value.if_string()) return std::string(*word);
  if (const auto* flag = member.value.if_bool(); flag != nullptr && !*flag) return "off";
  return wrong(member.path, "must be a mode: off, repair, warn or reject");
}

// Rules and their modes; `set` takes a rule and a mode.
template <class Set>
Result<void> read_mode(const std::string& rule, const Member& member, const Set& set) {
  auto word = mode_word(member);
  if (!word) return std::unexpected(std::move(word.error()));
  Result<void> fine = set(rule, *word);
  if (!fine) return wrong(member.path, fine.error().message);
  return {};
}

// Kinds that definitions make may come later, and have a group; the others are known by now.
Result<void> check_resource(const std::string& resource, const std::string& path) {
  if (resource.find('.') != std::string::npos) return {};
  if (core_catalog()->find_resource(resource) != nullptr) return {};
  return wrong(path, fmt::format("{} is no resource: say it in the plural and with its group, such "
                                 "as gateways.gateway.networking.k8s.io",
                                 go_quote(resource)));
}

Result<void> read_guard_kind(const std::string& resource, const Member& kind,
                             engine::GuardSettings& guard) {
  if (auto known = check_resource(resource, kind.path); !known) return known;
  const auto set = [&](std::string_view rule, std::string_view mode) {
    return guard.set_for(resource, rule, mode);
  };
  // Whatever their order, `all` comes first: the others are its exceptions.
  for (const bool is_all : {true, false}) {
    auto fine = each_member(kind, [&](const std::string& rule, const Member& member) {
      if ((rule == "all") != is_all) return Result<void>{};
      return read_mode(rule, member, set);
    });
    if (!fine) return fine;
  }
  return {};
}

Result<void> read_guard(const Member& section, Config& config) {
  constexpr std::string_view kKinds = "kinds";
  const auto set = [&](std::string_view rule, std::string_view mode) {
    return config.guard.set(rule, mode);
  };
  for (const bool is_all : {true, false}) {
    auto fine = each_member(section, [&](const std::string& rule, const Member& member) {
      if (rule == kKinds || (rule == "all") != is_all) return Result<void>{};
      return read_mode(rule, member, set);
    });
    if (!fine) return fine;
  }
  const auto* kinds = find(section.value, kKinds);
  if (kinds == nullptr) return {};
  return each_member({*kinds, fmt::format("{}.{}", section.path, kKinds)},
                     [&](const std::string& resource, const Member& kind) {
                       return read_guard_kind(resource, kind, config.guard);
                     });
}

Result<void> read_retention(const Member& section, Config& config) {
  auto fine = each_member(section, [](const std::string& resource, const Member& member) {
    return resource == "*" ? Result<void>{} : check_resource(resource, member.path);
  });
  if (!fine) return fine;
  auto settings = engine::RetentionSettings::parse(section.value);
  if (!settings) return std::unexpected(std::move(settings.error()));
  config.retention = std::move(*settings);
  return {};
}

struct Section {
  std::string_view name;
  Result<void> (*read)(const Member& section, Config& config);
};

constexpr std::array kSections = {Section{"guard", read_guard},
                                  Section{"retention", read_retention}};

Result<void> read_section(const std::string& name, const Member& member, Config& config) {
  for (const auto& section : kSections) {
    if (section.name == name) return section.read(member, config);
  }
  std::string known;
  for (const auto& section : kSections) {
    known.append(known.empty() ? "" : ", ").append(section.name);
  }
  return wrong(member.path, fmt::format("is no section; there is {}", known));
}

}  // namespace

Result<Config> parse_config(std::string_view text, std::string_view name) {
  auto parsed = parse_yaml_with_duplicates(text);
  if (!parsed) return bad_request(fmt::format("{}: {}", name, parsed.error().message));
  if (!parsed->duplicates.empty()) {
    return bad_request(fmt::format("{}: {}", name, parsed->duplicates.front()));
  }
  if (const auto documents = parse_yaml_documents(text); !documents || documents->size() > 1) {
    return bad_request(fmt::format("{}: there is more than one document", name));
  }
  Config config;
  auto fine =
      each_member({parsed->value, ""}, [&](const std::string& section, const Member& member) {
        return read_section(section, member, config);
      });
  if (!fine) return bad_request(fmt::format("{}: {}", name, fine.error().message));
  return config;
}

Result<Config> read_config(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  const auto failed = [&] {
    return unavailable(fmt::format("{} can't be read: {}", file,
                                   std::error_code(errno, std::generic_category()).message()));
  };
  if (!in) return failed();
  std::string text(kConfigBytesMax + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad() || (in.fail() && !in.eof())) return failed();
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > kConfigBytesMax) {
    return bad_request(fmt::format("{} is larger than {} bytes", file, kConfigBytesMax));
  }
  return parse_config(text, file);
}

Result<void> set_guard_flag(std::string_view flag, engine::GuardSettings& guard) {
  const auto equals = flag.find('=');
  if (equals == std::string_view::npos) {
    return bad_request(fmt::format("--guard wants RULE=MODE, not {}", flag));
  }
  auto fine = guard.set(flag.substr(0, equals), flag.substr(equals + 1));
  if (!fine) return bad_request(fmt::format("--guard {}: {}", flag, fine.error().message));
  return {};
}

Result<void> set_retain_flag(std::string_view flag, engine::RetentionSettings& retention) {
  if (auto added = retention.add(flag); !added) return added;
  const std::string resource(flag.substr(0, flag.find('=')));
  if (resource == "*") return {};
  return check_resource(resource, fmt::format("--retain {}", flag));
}

}  // namespace gatefold::tools
