// The first version of an object in which something turned true. Pure: it asks for what it wants to
// look at.
#pragma once

#include <cstddef>
#include <expected>
#include <functional>
#include <optional>
#include <string>

#include "schema/status.h"

namespace gatefold::engine {

// What a predicate says of one version.
struct Verdict {
  bool is_true = false;
  bool is_gap = false;  // the version's body is no longer kept: nobody knows
  std::string error;    // it couldn't be evaluated, which counts as not true: why
};

// Version 0 is the oldest. Fails where a version can't be read.
using Judge = std::function<Result<Verdict>(std::size_t)>;

struct Bisection {
  // kScan: every version up to the one found was looked at, so that it is the first. kBinary: among
  // kBisectSamples versions spread over the history it turned once at most and stayed; then between
  // two of these the range was halved. A flip between two samples would not have been seen, so that
  // this is no proof.
  enum class Method { kScan, kBinary };
  Method method = Method::kScan;
  std::size_t looked_at = 0;
  std::size_t samples = 0;  // of these, spread over the history to see whether it can be halved
  std::optional<std::size_t> first_true;
  // The last known one before it; nothing where it was true as far back as is known.
  std::optional<std::size_t> last_false;
  // Versions without a body right before first_true: it may have turned in one of them.
  std::size_t gaps_before = 0;
  std::size_t gaps = 0;    // among those that were looked at
  std::size_t errors = 0;  // likewise
  std::string first_error;
  // Every version up to first_true, or all where there is none, was looked at and has a body.
  bool is_certain = false;

  // Nothing could be evaluated, so that "never true" means nothing.
  bool is_blind() const { return !first_true && looked_at > 0 && errors + gaps == looked_at; }
};

// So many versions are looked at in any case. Fewer versions than that are scanned: it costs no
// more, and is certain.
inline constexpr std::size_t kBisectSamples = 16;

// Nobody can tell whether a predicate is monotonic without looking at every version, which is what
// halving is to save. Where it is true in the oldest version, that is the first. Else samples are
// looked at: where they say false up to a point and true behind it, with no gap among them, what
// lies between the two at the turn is halved; where they go back and forth, it is scanned from the
// start to the first of them that is true; where all are false, the whole is. `scans`: every
// version is looked at in any case, up to the one found.
Result<Bisection> bisect(std::size_t count, bool scans, const Judge& judge);

}  // namespace gatefold::engine
