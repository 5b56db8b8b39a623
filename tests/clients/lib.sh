# Shared by the client tests: a server in memory of its own, and words for what is expected. Needs $GATEFOLD, the
# binary. Everything that is started here ends with the script.
set -uo pipefail
work=$(mktemp -d)
failures=0

start_server() { # FLAGS...: sets $url, $server_pid and $KUBECONFIG; $listen may say where
  : >"$work/ready" # of an earlier server
  "$GATEFOLD" serve --listen "${listen:-127.0.0.1:0}" --log-level warn "$@" >"$work/ready" 2>"$work/server.log" &
  server_pid=$!
  for _ in $(seq 1200); do
    [[ -s $work/ready ]] && break
    kill -0 "$server_pid" 2>/dev/null || break
    sleep 0.05
  done
  url=$(sed -n 's/.*"url":"\([^"]*\)".*/\1/p' "$work/ready")
  if [[ -z $url ]]; then
    echo "the server did not get ready:" && cat "$work/server.log"
    exit 1
  fi
  export KUBECONFIG=$work/kubeconfig HOME=$work
  "$GATEFOLD" kubeconfig --server "$url" >"$KUBECONFIG"
}

# await SECONDS PATTERN FILE PID: reads what process PID appends to the file until a line matches; fails when time or the
# process ends before. A process that was just put into the background may not have made the file yet.
await() {
  : >>"$3"
  timeout "$1" grep -qEm1 -- "$2" <(tail -n +1 -f --pid="$4" "$3")
}

stop_server() {
  [[ -n ${server_pid:-} ]] || return 0
  kill "$server_pid" 2>/dev/null
  wait "$server_pid" 2>/dev/null
  local code=$?
  server_pid=
  return "$code"
}

cleanup() {
  stop_server
  rm -rf "$work"
}
trap cleanup EXIT

fail() {
  failures=$((failures + 1))
  printf 'FAILED: %s\n' "$1"
  [[ $# -lt 2 ]] || printf '%s\n' "$2" | sed 's/^/    /' | head -40
}

# expect NAME PATTERN COMMAND...: the command succeeds and prints a match of the extended regular expression.
expect() {
  local name=$1 pattern=$2 output code
  shift 2
  output=$(timeout 300 "$@" 2>&1)
  code=$?
  if [[ $code -ne 0 ]]; then
    fail "$name: exit code $code" "$output"
  elif ! grep -qE -- "$pattern" <<<"$output"; then
    fail "$name: nothing matches $pattern" "$output"
  fi
}

# expect_failure NAME PATTERN COMMAND...: the command fails and prints a match.
expect_failure() {
  local name=$1 pattern=$2 output
  shift 2
  if output=$(timeout 300 "$@" 2>&1); then
    fail "$name: it succeeded" "$output"
  elif ! grep -qE -- "$pattern" <<<"$output"; then
    fail "$name: nothing matches $pattern" "$output"
  fi
}

# expect_code NAME CODE PATTERN COMMAND...: the command ends with the code and prints a match.
expect_code() {
  local name=$1 code=$2 pattern=$3 output actual
  shift 3
  output=$(timeout 300 "$@" 2>&1)
  actual=$?
  if [[ $actual -ne $code ]]; then
    fail "$name: exit code $actual, not $code" "$output"
  elif ! grep -qE -- "$pattern" <<<"$output"; then
    fail "$name: nothing matches $pattern" "$output"
  fi
}

# What well-behaved clients have written to the server breaks no rule of the guard. Writes that changed nothing are
# counted as no-op, and no fault.
guard_is_silent() {
  local counts found
  counts=$(curl -s "$url/metrics" | grep '^gatefold_guard_findings_total{')
  [[ -n $counts ]] || fail "the guard's findings are counted"
  found=$(grep -vE ' 0$|rule="no-op"' <<<"$counts")
  [[ -z $found ]] || fail "the guard finds fault with well-behaved clients" "$found"
}

finish() {
  if stop_server; then :; else fail "the server ended with code $?" "$(cat "$work/server.log")"; fi
  if [[ $failures -gt 0 ]]; then
    echo "$failures expectations failed; the server said:"
    tail -20 "$work/server.log"
    exit 1
  fi
  echo "all expectations hold"
}
