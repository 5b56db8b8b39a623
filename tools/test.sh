#!/usr/bin/env bash
# Installs the Debian packages that are missing, then builds and tests everything: the checks of
# tools/check, the suite under ASan and UBSan, what has threads under TSan, and clients, kills and
# small benches on the release. Prints the seconds of each stage. With CI=true, a skip that
# tests/skips doesn't list fails the run.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
. tools/packages.sh

# RocksDB is not instrumented: what it does inside looks like races.
export TSAN_OPTIONS=${TSAN_OPTIONS:-ignore_noninstrumented_modules=1}

on_release='^(clients|crash|bench-smoke)$'
jobs=$(nproc)
failed=0
table=""

# stage NAME COMMAND...: runs it, notes its seconds; its status is the command's.
stage() {
  local name=$1 start=$SECONDS outcome=ok
  shift
  printf '\n== %s\n' "$name"
  "$@" || outcome=FAILED
  table+=$(printf '%6d s  %-6s  %s' $((SECONDS - start)) "$outcome" "$name")$'\n'
  [[ $outcome == ok ]] || { failed=1 && false; }
}

configure() { cmake --preset "$1" -DGATEFOLD_TESTS=ON --log-level=WARNING >/dev/null; }

# The tests of `ctest FILTER...` that are programs of the build. Labels are known before anything is
# built, so a sanitizer compiles only what its tests need.
targets() {
  local preset=$1
  shift
  comm -12 \
    <(ctest --preset "$preset" -N "$@" | sed -nE 's/^ *Test +#[0-9]+: (\S+).*/\1/p' | sort) \
    <(cmake --build --preset "$preset" --target help | sed -nE 's/^(\S+): phony$/\1/p' | sort)
}

# build PRESET PROGRAMS FILTER...: the tests of FILTER, and the PROGRAMS that they run.
build() {
  local preset=$1 programs=$2
  shift 2
  configure "$preset" &&
    { targets "$preset" "$@" && echo "$programs"; } |
    xargs cmake --build --preset "$preset" -j "$jobs" --target
}

run() {
  local preset=$1
  shift
  ctest --preset "$preset" -j "$jobs" --no-tests=error "$@" &&
    if [[ ${CI:-} == true ]]; then
      tools/check_skips.sh tests/skips "build/$preset/Testing/Temporary/LastTest.log"
    fi
}

suite() {
  local title=$1 preset=$2 programs=$3
  shift 3
  stage "$title: build" build "$preset" "$programs" "$@" &&
    stage "$title: tests" run "$preset" "$@"
}

stage "packages" install_packages "${build_packages[@]}" "${test_packages[@]}" || exit 1
stage "format" tools/check format
suite "address and undefined behaviour" dev gatefold -LE "$on_release"
suite "threads" tsan "" -L '^threads$'
suite "release" release "gatefold gatefold_drop_derived protobuf_conformance_test" -L "$on_release"
stage "tidy" tools/check tidy

printf '\n%s%6d s  in all\n' "$table" "$SECONDS"
exit "$failed"
