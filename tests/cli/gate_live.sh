#!/bin/sh
# A runbook judged with its probes against the twin, and without anybody.
. tests/lib/lib.sh

"$WARROOM" twin --list >/dev/null 2>&1 || skip "built without the twin"
DIR=$TMPDIR/twin
BOOK=runbooks/voice-cutover.yaml
"$WARROOM" twin --dir "$DIR" --scenario calm --speed 1 >/dev/null 2>&1 &
twin=$!
trap 'kill $twin 2>/dev/null' EXIT
wait_for 20 test -f "$DIR/services.json" || exit 1

judge() {
	"$WARROOM" gate "$BOOK" --twin "$DIR" "$@" >"$TMPDIR/out" \
		2>"$TMPDIR/err" </dev/null
}
judge --json --junit "$TMPDIR/junit.xml"
code=$?
check "the exit code is the verdict's" test "$code" = \
	"$(jq .exit "$TMPDIR/out")"
check "every probe was heard: nothing is unseen" jq -e \
	'[.gates[] | select(.reason == "never seen")] == []' "$TMPDIR/out"
check "the guide's gates are there" jq -e \
	'[.gates[].signal] | index("telephony.abandonment_rate_percent")' \
	"$TMPDIR/out"
check "the time is now's, no file's" jq -e \
	'.samples == null and (.at | type == "string")' "$TMPDIR/out"
check "a calm twin is GO" test "$code" = 0
check "JUnit is written" holds "$TMPDIR/junit.xml" '</testsuites>'
start=$(date +%s)
judge --for 3s
check "--for goes on for so long" test $(($(date +%s) - start)) -ge 3
check "and ends with the decision" sh -c \
	"tail -n 1 '$TMPDIR/out' | grep -qE '^(GO|HOLD|BLIND): '"
kill $twin
wait $twin 2>/dev/null
check "a twin that is gone is told or BLIND, never GO" sh -c \
	"'$WARROOM' gate $BOOK --twin '$DIR' >/dev/null 2>&1;
	 code=\$?; [ \$code = 2 ] || [ \$code = 4 ]"
finish
