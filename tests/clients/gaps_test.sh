#!/usr/bin/env bash
# What the reading tools say where a history has gaps, and how sure they are of the rest.
# gaps_test.sh GATEFOLD SOURCE_DIR
GATEFOLD=$(realpath "$1") source=$2
command -v curl >/dev/null || { echo "SKIP: curl is not installed"; exit 0; }
. "$source/tests/clients/lib.sh"
start_server --data "$work/data"
maps=$url/api/v1/namespaces/default/configmaps
gateways=$url/apis/gateway.networking.k8s.io/v1/namespaces/default/gateways
web=gateway.gateway.networking.k8s.io/default/web # as kubectl prints it

send() { # METHOD URL BODY
  curl -fsS -m 60 -o "$work/answer" -X "$1" -H "Content-Type: ${type:-application/merge-patch+json}" -d "$3" "$2" || fail "$1 $2"
}
revision() { sed -nE 's/.*"resourceVersion": ?"([0-9]+)".*/\1/p' "$work/answer"; }

# A number that is 4 once, and above 30 from then on. Samples of the history don't meet the 4.
type=application/json send POST "$maps" '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"m"},"data":{"n":"0"}}'
first=$(revision)
for n in $(seq 40); do send PATCH "$maps/m" "{\"data\":{\"n\":\"$n\"}}"; done
turns='int(self.data.n) > 30 || self.data.n == "4"'
expect_code "an answer by halves is no proof" 0 "^not proven: 16 samples .* --scan would show" \
  "$GATEFOLD" bisect configmap/default/m "$turns" --server "$url"
for form in json yaml; do
  expect_code "no proof as $form" 0 '"?certain"?: ?false' "$GATEFOLD" bisect configmap/default/m "$turns" -o $form --server "$url"
done
expect_code "a scan proves it" 0 "^first true in revision $((first + 4)), [^,]*, by [^,]*$" \
  "$GATEFOLD" bisect configmap/default/m "$turns" --scan --server "$url"
expect_code "what is true from the start needs one look" 0 '^scanned: 1 of 41 versions' \
  "$GATEFOLD" bisect configmap/default/m 'has(self.data.n)' --server "$url"
for ends in "$((first + 9)) $first" "2100-01-02T00:00:00Z 2100-01-01T00:00:00Z" "$((first + 9)) 2001-01-01T00:00:00Z"; do
  read -r from to <<<"$ends"
  expect_code "from $from to $to" 2 'lies behind' "$GATEFOLD" bisect configmap/default/m true --from "$from" --to "$to" --server "$url"
done

type=application/json send POST "$gateways?fieldManager=ann" '{"apiVersion":"gateway.networking.k8s.io/v1","kind":"Gateway",
  "metadata":{"name":"web"},"spec":{"gatewayClassName":"edge","listeners":[{"name":"http","port":80,"protocol":"HTTP"}]}}'
created=$(revision)
send PATCH "$gateways/web?fieldManager=bob" '{"spec":{"gatewayClassName":"other"}}'
changed=$(revision)
expect_code "who created it, of what was not there yet" 0 \
  "^added +\(the object\) +$created .* ann .*  \(changed since, last in $changed by bob\)$" \
  "$GATEFOLD" diff "$web" "$first" "$changed" --server "$url"
expect_code "who created it, as JSON" 0 "\"revision\":$created,.*\"lastChanged\":\{\"revision\":$changed," \
  "$GATEFOLD" diff "$web" "$first" "$changed" -o json --server "$url"
"$GATEFOLD" diff "$web" "$created" "$changed" -o diff --server "$url" >"$work/unified"
grep -q managedFields "$work/unified" && fail "a unified diff leaves out managers" "$(cat "$work/unified")"
expect_code "managers that are asked for" 0 managedFields \
  "$GATEFOLD" diff "$web" "$created" "$changed" -o diff --show-managed-fields --server "$url"
expect_code "managers in a table" 2 'only -o diff' "$GATEFOLD" diff "$web" --show-managed-fields --server "$url"

told='{"status":{"conditions":[{"type":"Programmed","status":"True","reason":"Told",
  "message":"","observedGeneration":2,"lastTransitionTime":"2020-01-01T00:00:01Z"}]}}'
send PATCH "$gateways/web/status?fieldManager=left" "$told"
sleep 1.1
expect_code "a server counts on" 0 '^status.conditions Programmed +True +[1-9][0-9.a-z]*s ' "$GATEFOLD" transitions "$web" --server "$url"

# Writes that say nothing new; behind them versions of which the middle ones will be dropped.
for _ in 1 2 3; do send PATCH "$gateways/web/status?fieldManager=left" "$told"; done
type=application/json send POST "$url/api/v1/namespaces" '{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"mark"}}'
type=application/json send POST "$maps" '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"k"},"data":{"n":"0"}}'
for n in $(seq 9); do send PATCH "$maps/k" "{\"data\":{\"n\":\"$n\"}}"; done
dropped=$(($(revision) - 7))

for command in "show $web" "log" "stats" "transitions $web" "export"; do
  "$GATEFOLD" $command --server "$url" >/dev/full 2>"$work/said"
  code=$?
  [[ $code -eq 3 ]] || fail "$command on a full disk: exit code $code" "$(cat "$work/said")"
done
"$GATEFOLD" --help >/dev/full 2>"$work/said"
code=$?
[[ $code -eq 3 ]] || fail "help on a full disk: exit code $code" "$(cat "$work/said")"

send PATCH "$gateways/web?fieldManager=ann" '{"metadata":{"labels":{"a":"b"}}}'
# Rows and cursor movements that clients make up are seen through.
definitions=$url/apis/apiextensions.k8s.io/v1/customresourcedefinitions
define_lamp() { # SCOPE
  type=application/json send POST "$definitions" '{"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition",
    "metadata":{"name":"lamps.a.io"},"spec":{"group":"a.io","scope":"'"$1"'","names":{"plural":"lamps","singular":"lamp","kind":"Lamp"},
    "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","properties":{"status":
    {"type":"object","properties":{"conditions":{"type":"array","items":{"type":"object","properties":{"type":{"type":"string"},
    "status":{"type":"string"},"reason":{"type":"string"},"lastTransitionTime":{"type":"string"}}}}}}}}}}]}}'
  for _ in $(seq 1200); do curl -fsS -o /dev/null "$url/apis/a.io/v1/lamps" 2>/dev/null && break || sleep 0.05; done
}
define_lamp Namespaced
type=application/json send POST "$url/apis/a.io/v1/namespaces/default/lamps" '{"apiVersion":"a.io/v1","kind":"Lamp",
  "metadata":{"name":"l1"},"status":{"conditions":[{"type":"On","status":"True",
  "lastTransitionTime":"2020-01-01T00:00:00Z","reason":"R\u001b[2J\n      99  forged"}]}}'
expect "a reason stays in its row" ' R\\u001b\[2J\\n      99  forged ' "$GATEFOLD" transitions lamp/default/l1 --server "$url"
expect "a version is redacted" '^redacted 1 version' \
  "$GATEFOLD" redact configmap/default/m --revision $((first + 2)) --reason $'oops\n      99  forged' --server "$url"
expect "so does why something was redacted" 'redacts .*: oops\\n      99  forged$' "$GATEFOLD" log --server "$url"
send PATCH "$maps/m" '{"data":{"n":"50"}}' # else the log would end with the redaction
stop_server || fail "the server did not end well"
expect_code "a directory's clock has stopped" 0 '^status.conditions Programmed +True +[1-9]' "$GATEFOLD" transitions "$web" --data "$work/data"
"$GATEFOLD" export --data "$work/data" 2>/dev/null | "$GATEFOLD" import - --data "$work/copy" >"$work/said" 2>&1 ||
  fail "standard input is imported" "$(cat "$work/said")"
gap=$("$GATEFOLD" log --data "$work/copy" -o json --bodies | sed -nE 's/^\{"revision":([0-9]+),.*"bodyGap":.*/\1/p')
expect_code "what was redacted is a gap in a copy" 1 "a gap at revision $gap," \
  "$GATEFOLD" show configmap/default/m --at "$gap" --data "$work/copy"
expect_code "a difference to it" 1 "a gap at revision $gap:" "$GATEFOLD" diff configmap/default/m "$gap" --data "$work/copy"
expect_code "a bisection over it" 0 'gap: 1 versions right before' \
  "$GATEFOLD" bisect configmap/default/m 'int(self.data.n) > 2' --to $((gap + 1)) --data "$work/copy"
expect_code "blame of a copy" 0 'there are gaps' "$GATEFOLD" blame configmap/default/m --data "$work/copy"
"$GATEFOLD" export --data "$work/copy" -o "$work/again.jsonl" 2>/dev/null
expect "a history with what stands in is exported whole" '^imported' "$GATEFOLD" import "$work/again.jsonl" --data "$work/again"
expect_code "and is a gap still" 1 "a gap at revision $gap," \
  "$GATEFOLD" show configmap/default/m --at "$gap" --data "$work/again"

# Printed times are whole: asked for by one, it is the version of that event.
read -r _ time _ < <("$GATEFOLD" log --kind gateway --data "$work/data" | grep " $changed ")
expect_code "a time of the log is the event's" 0 'gatewayClassName: other' "$GATEFOLD" show "$web" --at "$time" --data "$work/data"

# A definition that comes back with another scope leaves the objects of then to be asked for.
start_server --data "$work/data"
curl -fsS -o /dev/null -X DELETE "$url/apis/apiextensions.k8s.io/v1/customresourcedefinitions/lamps.a.io"
for _ in $(seq 1200); do curl -fsS -o /dev/null "$url/apis/apiextensions.k8s.io/v1/customresourcedefinitions/lamps.a.io" 2>/dev/null || break; sleep 0.05; done
definitions=$url/apis/apiextensions.k8s.io/v1/customresourcedefinitions
define_lamp Cluster
expect_code "an object of another scope" 0 '^  name: l1' "$GATEFOLD" show lamps.a.io/default/l1 --server "$url"
expect_code "one that never was" 2 'a lamp is written lamp/NAME' "$GATEFOLD" show lamps.a.io/default/l2 --server "$url"
stop_server || fail "the server did not end well"

# Whether a folder created an object, the log says; where it no longer does, the object stays, and that is told.
mkdir "$work/folder"
printf '{apiVersion: v1, kind: ConfigMap, metadata: {name: f, namespace: default}}\n' >"$work/folder/f.yaml"
start_server --data "$work/applied" --manifests "$work/folder" --retain configmaps=count:1
maps=$url/api/v1/namespaces/default/configmaps
for _ in $(seq 1200); do curl -fsS -o /dev/null "$maps/f" 2>/dev/null && break || sleep 0.05; done
for n in $(seq 6); do send PATCH "$maps/f" "{\"data\":{\"n\":\"$n\"}}"; done
created() { "$GATEFOLD" log --kind cm --name f --type ADDED -o json --server "$url" 2>/dev/null | grep -c .; }
for _ in $(seq 1200); do [[ $(created) -gt 0 ]] || break && sleep 0.1; done
rm "$work/folder/f.yaml"
for _ in $(seq 1200); do curl -sS "$url/readyz?verbose" | grep -q 'errors: ' && break || sleep 0.1; done
expect "why an object without a file stays" 'configmaps/default/f: its file is gone, but it stays: who created it is no longer kept' \
  curl -sS "$url/readyz?verbose"
stop_server || fail "the server that applied a folder did not end well"

# Of the oldest versions one may be left that newer ones are stored against. Then as now, what was between is not known.
cp -r "$work/data" "$work/short"
start_server --data "$work/short" --retain configmaps=count:5 --retain gateways.gateway.networking.k8s.io=count:1
lines() { "$GATEFOLD" log --kind configmap --name "$1" --server "$url" 2>/dev/null | grep -c "configmaps/default/$1"; }
for _ in $(seq 1200); do [[ $(lines m) -gt 6 || $(lines k) -gt 6 ]] || break && sleep 0.1; done
last=$("$GATEFOLD" show configmap/default/m -o json --server "$url" | sed -nE 's/.*"resourceVersion": "([0-9]+)".*/\1/p')
stop_server || fail "the server that forgets did not end well"
lost=$((first + 30))
since=$("$GATEFOLD" log --data "$work/short" -o json 2>/dev/null | sed -nE '$s/^\{"revision":([0-9]+),.*/\1/p')
expect_code "a stretch that lacks events says so" 0 '^gatefold: not all events are kept: of configmaps up to revision [0-9]+$' \
  "$GATEFOLD" log --kind cm --after "$first" --until $((first + 20)) --data "$work/short"
expect_code "so do its statistics" 0 '^gatefold: not all events are kept: of configmaps up to revision [0-9]+$' \
  "$GATEFOLD" stats --kind cm --after "$first" --until $((first + 20)) --data "$work/short"
expect_code "and transitions" 0 '^gatefold: not all events are kept: of gateways.gateway.networking.k8s.io up to revision [0-9]+$' \
  "$GATEFOLD" transitions "$web" --data "$work/short"
"$GATEFOLD" log --kind cm --after "$since" --data "$work/short" 2>&1 >/dev/null | grep -q . && fail "a whole stretch says nothing"
expect_code "what stood where versions are lost" 1 "a gap at revision [0-9]+.*: versions .* are no longer kept" \
  "$GATEFOLD" show configmap/default/m --at "$lost" --data "$work/short"
expect_code "a version that is left" 0 '"n": "40"' "$GATEFOLD" show configmap/default/m --at $((first + 40)) --data "$work/short"
expect_code "a difference from where they are lost" 1 'no longer kept' \
  "$GATEFOLD" diff configmap/default/m "$lost" "$last" --data "$work/short"
expect_code "what may have turned where they are lost" 0 '"certain":false,.*"gapsBefore":1' \
  "$GATEFOLD" bisect configmap/default/m 'int(self.data.n) > 30' -o json --data "$work/short"
expect_code "who set what may have come where they are lost" 0 ' metadata.name = "m"  \(or ' \
  "$GATEFOLD" blame configmap/default/m --data "$work/short"
expect_code "what has not moved since versions were lost" 0 '^status.conditions Programmed +True +[1-9].* 100.0%' \
  "$GATEFOLD" transitions "$web" --data "$work/short"
expect_code "lint says what it did not judge where versions are lost" 0 "^not judged: versions of 2 configmaps, revisions 1 to [0-9]+: the log has no records" \
  "$GATEFOLD" lint --kind configmap --data "$work/short"
for from in "0 1 3.times" "$dropped 0 ^0.findings"; do
  read -r after code said <<<"$from"
  expect_code "lint of what was written in vain, after $after" "$code" "$said" \
    "$GATEFOLD" lint --kind gateway --rule no-op --after "$after" --data "$work/short"
done
[[ -z $("$GATEFOLD" log --after $((dropped - 1)) --until "$dropped" --data "$work/short" -o json) ]] ||
  fail "the record of revision $dropped is dropped"
start_server --data "$work/short" --at "$dropped"
expect_code "a server of then does not take the version before for that of then" 1 'no longer kept' \
  "$GATEFOLD" show configmap/default/m --at "$dropped" --server "$url"
expect_code "nor compares with it" 1 'no longer kept' \
  "$GATEFOLD" diff configmap/default/m "$((dropped - 1))" "$dropped" --server "$url"
stop_server
expect_code "who set what came later" 0 ' data.n = "50"$' "$GATEFOLD" blame configmap/default/m --data "$work/short"

if ! command -v python3 >/dev/null; then
  echo "SKIP: audit logs with gaps need python3"
  finish
  exit
fi
"$GATEFOLD" log --data "$work/data" -o json --bodies --kind configmap --name m |
  grep '"body":' | python3 "$source/tests/clients/audit_log.py" >"$work/audit.jsonl"
# Every third record has no objects, the last one is cut off, and the first ones are there twice.
python3 - "$work/audit.jsonl" >"$work/mixed.jsonl" <<'PYTHON'
import json, sys
for number, line in enumerate(open(sys.argv[1])):
    record = json.loads(line)
    if number % 3 == 2:
        record["level"] = "Metadata"
        record.pop("responseObject", None)
    print(json.dumps(record))
PYTHON
records=$(wc -l <"$work/mixed.jsonl")
head -3 "$work/mixed.jsonl" >"$work/head.jsonl"
tail -1 "$work/mixed.jsonl" | head -c 100 >>"$work/mixed.jsonl"
expect_code "a log that is being written is imported" 0 "standard input, line $((records + 1)): it is cut off, and left out" \
  bash -c '"$0" import --audit - "$1" --data "$2" <"$3"' "$GATEFOLD" "$work/head.jsonl" "$work/cluster" "$work/mixed.jsonl"
told=$("$GATEFOLD" import --audit "$work/mixed.jsonl" --data "$work/counted" -o json 2>/dev/null)
head=$("$GATEFOLD" log --data "$work/counted" -o json | sed -nE '$s/^\{"revision":([0-9]+),.*/\1/p')
grep -qE "\"events\":$head,\"writes\":$records," <<<"$told" || fail "events and writes are counted apart" "$told"
expect_code "the log shows gaps" 0 ' gap: the object' "$GATEFOLD" log --kind cm --data "$work/cluster"
# Without its first records it begins with no creation; the last one is a deletion without the object behind what stands in.
python3 - "$work/audit.jsonl" >"$work/midway.jsonl" <<'PYTHON'
import json, sys
records = [json.loads(line) for line in open(sys.argv[1])][5:8]
records[-1]["level"] = "Metadata"
records[-1].pop("responseObject", None)
records[-1].pop("requestObject", None)
gone = json.loads(json.dumps(records[-1]))
gone.update(verb="delete", auditID="gone", responseStatus={"code": 200})
for record in records + [gone]:
    print(json.dumps(record))
PYTHON
expect "an audit log that begins midway" '^imported' "$GATEFOLD" import --audit "$work/midway.jsonl" --data "$work/midway"
begins=$("$GATEFOLD" log --kind cm --data "$work/midway" -o json | head -1 | sed -nE 's/^\{"revision":([0-9]+),.*/\1/p')
unknown="what configmap/default/m was before is not known: .* revision $begins,"
expect_code "what was before it begins" 1 "$unknown" "$GATEFOLD" show configmap/default/m --at 2001-01-01T00:00:00Z --data "$work/midway"
expect_code "a difference to that" 1 "$unknown" \
  "$GATEFOLD" diff configmap/default/m 2001-01-01T00:00:00Z "$begins" --data "$work/midway"
expect_code "a deletion behind what stands in" 1 'a gap at revision' "$GATEFOLD" show configmap/default/m --data "$work/midway"
expect_code "lint says what it did not judge" 0 "^not judged: $((records / 3)) versions of configmaps/default/m" \
  "$GATEFOLD" lint --kind configmap --data "$work/cluster"
expect_code "bisect says what it did not see" 0 '"gaps":[1-9]' \
  "$GATEFOLD" bisect configmap/default/m 'int(self.data.n) > 30' -o json --data "$work/cluster"
# Of the second of three statuses only the writer is known.
python3 - >"$work/statuses.jsonl" <<'PYTHON'
import json
for number, status in enumerate(["True", None, "False"]):
    web = {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway",
           "metadata": {"name": "web", "namespace": "prod", "uid": "11111111-1111-4111-8111-111111111111"},
           "spec": {"gatewayClassName": "c", "listeners": []},
           "status": {"conditions": [{"type": "Programmed", "status": status, "reason": "R", "message": "",
                                      "lastTransitionTime": f"2026-01-01T00:00:0{number}Z"}]}}
    record = {"kind": "Event", "apiVersion": "audit.k8s.io/v1", "level": "Metadata", "auditID": f"status-{number}",
              "stage": "ResponseComplete", "verb": "update" if number else "create",
              "requestURI": "/apis/gateway.networking.k8s.io/v1/namespaces/prod/gateways/web/status",
              "user": {"username": "u"}, "userAgent": "controller/1", "responseStatus": {"code": 200},
              "objectRef": {"resource": "gateways", "namespace": "prod", "name": "web", "subresource": "status",
                            "apiGroup": "gateway.networking.k8s.io", "apiVersion": "v1"},
              "requestReceivedTimestamp": f"2026-01-01T00:00:0{number}.000000Z",
              "stageTimestamp": f"2026-01-01T00:00:0{number}.000000Z"}
    if status:
        record |= {"level": "RequestResponse", "responseObject": web}
    print(json.dumps(record))
PYTHON
expect "an audit log that lacks a status" '^imported' "$GATEFOLD" import --audit "$work/statuses.jsonl" --data "$work/statuses"
expect_code "who knows how long it was True" 0 'status.conditions Programmed +False .* - +[0-9.%]+ +- +0 +\?{39}F$' \
  "$GATEFOLD" transitions gateway/prod/web --data "$work/statuses"
expect_code "which version is not known" 0 '1 of 3 versions of gateway/prod/web only stand in' \
  "$GATEFOLD" transitions gateway/prod/web --data "$work/statuses"
start_server --data "$work/statuses"
expect_code "the same by HTTP" 0 '"cut": ?true' python3 -c \
  'import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1]).read().decode())' \
  "$url/apis/gateway.networking.k8s.io/v1/namespaces/prod/gateways/web/conditions"
stop_server
expect_code "a range that ends before it begins" 2 'ends before it begins' \
  "$GATEFOLD" export --from 5 --to 3 --data "$work/statuses" -o "$work/none"
expect_code "no name is no object's" 2 'object: an empty value' "$GATEFOLD" show "" --data "$work/statuses"
for from in "$work" -; do
  expect_code "an audit log that can't be read: $from" 3 "can't be read" \
    bash -c '"$0" import --audit "$1" --data "$2" <"$3"' "$GATEFOLD" "$from" "$work/unread" "$work"
  [[ ! -e $work/unread ]] || fail "what can't be read leaves no directory"
done
# A server that answers what is no line, but for a log with objects, in which nothing is.
python3 - >"$work/port" 2>/dev/null <<'PYTHON' &
import http.server
class Broken(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b"" if "bodies=true" in self.path else b"no line\n"
        self.send_response(200)
        for name, value in (("Content-Length", str(len(body))), ("Gatefold-Revision", "1"), ("Gatefold-Head", "1")):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
server = http.server.HTTPServer(("127.0.0.1", 0), Broken)
print(server.server_port, flush=True)
server.serve_forever()
PYTHON
broken=$!
await 60 . "$work/port" "$broken" || fail "a broken server listens"
for command in "log" "log -o yaml" "show configmap/default/m" "transitions configmap/default/m" stats lint; do
  expect_code "$command of what is no line" 3 'a line of the source is no JSON' \
    "$GATEFOLD" $command --server "http://127.0.0.1:$(cat "$work/port")"
done
kill "$broken"
expect_code "standard input twice" 2 'read once' "$GATEFOLD" import --audit - - --data "$work/twice"
finish
