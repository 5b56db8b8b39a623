#!/usr/bin/env bash
# What the reading tools print of a server's history, when they stop, and what they end with.
# reading_tools_test.sh GATEFOLD SOURCE_DIR
GATEFOLD=$1 source=$2
. "$source/tests/clients/lib.sh"
mkdir "$work/manifests"
for name in a b c; do
  printf '{apiVersion: v1, kind: ConfigMap, metadata: {name: %s, namespace: default}}\n' "$name" >"$work/manifests/$name.yaml"
done
cat >"$work/manifests/web.yaml" <<'YAML'
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: web, namespace: default}
spec: {gatewayClassName: edge, listeners: [{name: http, port: 80, protocol: HTTP}]}
YAML
start_server --data "$work/data" --manifests "$work/manifests"

lines() { "$GATEFOLD" log --server "$url" -o json "$@" | wc -l; }

# Following until there are four events of manifests waits for all of them.
[[ $(timeout 300 "$GATEFOLD" log --server "$url" -o json --follow --field-manager gatefold-manifests --limit 4 | wc -l) -eq 4 ]] ||
  fail "a log is followed until its limit" "$("$GATEFOLD" log --server "$url")"
head=$("$GATEFOLD" log --server "$url" -o json | tail -1 | sed -n 's/.*"revision":\([0-9]*\).*/\1/p')
[[ $(lines) -eq $head ]] || fail "the whole log" "$(lines) lines of $head"
[[ $(lines --until 3) -eq 3 ]] || fail "the log until a revision"
[[ $(lines --after 3 --until 5) -eq 2 ]] || fail "the log between two revisions"
[[ $(lines --follow --until 3) -eq 3 ]] || fail "a followed log ends where it was told to"
[[ $(lines --until $((head + 100))) -eq $head ]] || fail "a log that is not followed ends at its head"
[[ $(lines --user nobody) -eq 0 ]] || fail "nobody wrote"
[[ $(lines --kind cm --limit 2) -eq 2 ]] || fail "a limit counts what is printed"

expect_code "transitions of what no controller has seen" 1 'no transitions of gateway/default/web are known' \
  "$GATEFOLD" transitions gateway/default/web --server "$url"
expect_code "transitions of what never was" 1 'no transitions of gateway/default/nope are known' \
  "$GATEFOLD" transitions gateway/default/nope --server "$url"
expect_code "transitions of no object" 2 'is no object: write KIND' "$GATEFOLD" transitions nothing --server "$url"
expect_code "a server that is not there" 3 'reached' "$GATEFOLD" log --server http://127.0.0.1:1
expect_code "a directory that a server holds" 3 "$server_pid" "$GATEFOLD" log --data "$work/data"
stop_server || fail "the server did not end well"
[[ $("$GATEFOLD" log --data "$work/data" -o json | wc -l) -ge $head ]] || fail "the log of a directory"
expect_code "transitions of what never was, in a directory" 1 'no transitions' \
  "$GATEFOLD" transitions gateway/default/nope --data "$work/data"
expect "verify" '^fine' "$GATEFOLD" verify --data "$work/data"
finish
