#!/bin/bash
# tests/rules.md says for each rule of the specification which test holds it: the rule's id has to
# stand in the name of a test in that file. Rules that are not for us say why. Where the
# specification lies beside the clone, none of its rules may be missing.
set -euo pipefail
cd "$(dirname "$0")/../.."
table=tests/rules.md
specification=../shared/spec/kubernetes-semantics.md
failed=0

complain() {
  echo "$table: $*"
  failed=1
}

# The lines of a file that name a test: in C++ those of TEST_CASE, elsewhere what is printed or
# labelled, so any line.
names_in() {
  case $1 in
    *.cc) awk '/TEST_CASE\(/ { on = 1 } on { print } /\{$/ { on = 0 }' "$1" ;;
    *) cat "$1" ;;
  esac
}

listed=$(sed -nE 's/^\| (R[0-9]+\.[0-9]+) \| .*/\1/p' "$table")
[ -n "$listed" ] || complain "no rules"
twice=$(sort <<< "$listed" | uniq -d)
[ -z "$twice" ] || complain "listed twice:" $twice

while IFS='|' read -r _ rule place _; do
  rule=${rule// /}
  place=${place# }
  place=${place% }
  case $place in
    n/a:\ ?*) continue ;;
    n/a*) complain "$rule: n/a without a reason" ;;
  esac
  for file in ${place//,/ }; do
    if [ ! -f "tests/$file" ]; then
      complain "$rule: there is no tests/$file"
    elif ! names_in "tests/$file" | grep -qE "\b${rule/./\\.}\b([^.0-9]|\.[^0-9]|\.?$)"; then
      complain "$rule: no test in tests/$file has it in its name"
    fi
  done
done < <(grep -E '^\| R[0-9]+\.[0-9]+ \|' "$table")

if [ -f "$specification" ]; then
  missing=$(comm -13 <(sort -u <<< "$listed") \
    <(grep -oE 'R[0-9]+\.[0-9]+' "$specification" | sort -u))
  [ -z "$missing" ] || complain "missing:" $missing
else
  echo "SKIP: the specification is absent"
fi
[ $failed = 0 ] && echo "every rule has its test"
exit $failed
