// GATEFOLD_ASSERT stays on in release: a broken invariant prints where and aborts, so that nothing
// false is written.
#pragma once

namespace gatefold {

[[noreturn]] void invariant_broken(const char* what, const char* file, int line) noexcept;

}  // namespace gatefold

#define GATEFOLD_ASSERT(condition)    \
  ((condition) ? static_cast<void>(0) \
               : ::gatefold::invariant_broken(#condition, __FILE__, __LINE__))
