#!/bin/sh
# status of a room in which nothing is recorded yet says so, and no age of it.
. tests/lib/lib.sh
R=$TMPDIR/room

no_age() { # of anything: the room has none
	! grep -E ' for [0-9]' "$TMPDIR/out"
}

mkdir -m 700 "$R"
realpath runbooks/voice-cutover.yaml >"$R/runbook"
: >"$R/journal.jsonl"
chmod 600 "$R/journal.jsonl"
check "an empty journal is BLIND" exits 4 "$WARROOM" status "$R"
check "nothing is recorded" holds "$TMPDIR/out" \
	"$R  nothing is recorded yet: the next start opens it"
check "nor measured" holds "$TMPDIR/out" "was never measured. GO when"
check "at no time" no_age
check "it has no head" grep -qx "0 records, head none" "$TMPDIR/out"
check "as JSON" exits 4 "$WARROOM" status "$R" --json
check "at no time either" no_age
check "its life has not begun" test "$(jq -r .room.life "$TMPDIR/out")" = new

# One record, whole or not: the room was opened just now.
"$WARROOM" twin --list >/dev/null 2>&1 || finish
O=$TMPDIR/opened
trap 'kill "$(jq .pid "$O/services.json")"' EXIT
"$WARROOM" drill runbooks/voice-cutover.yaml --headless --die-after 1 \
	--room "$O" >"$TMPDIR/log" 2>&1
check "a room that was opened is BLIND" exits 4 "$WARROOM" status "$O"
check "and left" holds "$TMPDIR/out" "left without a word"
check "not for years" sh -c "! grep -E 'for [0-9]+d' '$TMPDIR/out'"
head -c 100 "$O/journal.jsonl" >"$TMPDIR/torn"
cat "$TMPDIR/torn" >"$O/journal.jsonl"
check "with half a record" exits 4 "$WARROOM" status "$O"
check "nothing is recorded, too" holds "$TMPDIR/out" "nothing is recorded yet"
check "at no time" no_age
finish
