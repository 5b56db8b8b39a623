#include "schema/invariant.h"

#include <cstdio>
#include <cstdlib>

namespace gatefold {

void invariant_broken(const char* what, const char* file, int line) noexcept {
  std::fprintf(stderr, "gatefold: invariant broken: %s (%s:%d)\n", what, file, line);
  std::fflush(stderr);
  std::abort();
}

}  // namespace gatefold
