#include "tools/gatefold/paint.h"

#include <cstdlib>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

namespace gatefold::tools {
namespace {

std::string_view escape_of(Colour colour) {
  switch (colour) {
    case Colour::kGood:
      return "\x1b[32m";
    case Colour::kBad:
      return "\x1b[31m";
    case Colour::kUnsure:
      return "\x1b[33m";
    case Colour::kNone:
      break;
  }
  return "";
}

}  // namespace

void add_color(CLI::App& command, std::string& when) {
  command
      .add_option("--color", when, "auto (on a terminal, unless NO_COLOR is set), always, never")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->capture_default_str();
}

Paint::Paint(std::string_view when) {
  // Nobody sets variables here.
  const char* no_color = std::getenv("NO_COLOR");  // NOLINT(concurrency-mt-unsafe)
  const bool is_refused = no_color != nullptr && *no_color != '\0';
  is_on_ = when == "always" || (when == "auto" && !is_refused && isatty(STDOUT_FILENO) != 0);
}

Painted Paint::operator()(Colour colour, std::string_view text) const {
  auto plain = without_controls(text);
  if (!is_on_ || colour == Colour::kNone) return {std::move(plain)};
  return {fmt::format("{}{}\x1b[0m", escape_of(colour), plain)};
}

}  // namespace gatefold::tools
