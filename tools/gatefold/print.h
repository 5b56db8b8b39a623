// What people read: names and reasons that clients chose neither move a terminal's cursor nor look
// like lines of their own. Every table and text of the tools goes through here; JSON and YAML have
// escapes themselves.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

namespace gatefold::tools {

// Control characters (C0, DEL and C1) as `\n` or `\u001b`; all else as it is.
std::string without_controls(std::string_view text);

// A text whose escape codes are Gatefold's own: it is printed as it is.
struct Painted {
  std::string text;
  Painted& operator+=(const Painted& more) {
    text += more.text;
    return *this;
  }
};

inline std::string printable(const Painted& painted) {
  return painted.text;
}

template <class T>
auto printable(const T& value) {
  if constexpr (std::is_convertible_v<const T&, std::string_view>) {
    return without_controls(value);
  } else {
    return value;
  }
}

template <class T>
using Printable = decltype(printable(std::declval<const T&>()));

// As fmt::format and fmt::print, with printable() of each argument.
template <class... Args>
std::string format_text(fmt::format_string<Printable<Args>...> format, const Args&... args) {
  return fmt::format(format, printable(args)...);
}

template <class... Args>
void say(std::FILE* file, fmt::format_string<Printable<Args>...> format, const Args&... args) {
  fmt::print(file, format, printable(args)...);
}

template <class... Args>
void say(fmt::format_string<Printable<Args>...> format, const Args&... args) {
  say(stdout, format, args...);
}

}  // namespace gatefold::tools
