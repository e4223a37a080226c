#!/bin/sh
# status and verify tell a room from its files alone, and touch nothing.
. tests/lib/lib.sh
"$WARROOM" twin --list >/dev/null 2>&1 || skip "built without the twin"
BOOK=runbooks/voice-cutover.yaml
R=$TMPDIR/room C=$TMPDIR/calm
ZERO=0000000000000000000000000000000000000000000000000000000000000000

json() { # FILTER: holds for what was printed
	jq -e "$1" "$TMPDIR/out" >/dev/null || {
		head -c 4000 "$TMPDIR/out"
		return 1
	}
}

drill() { # CODE ROOM SCENARIO SPEED
	exits "$1" timeout 60 "$WARROOM" drill $BOOK --headless --speed "$4" \
		--think 0s --room "$2" --scenario "$3" --json
}

check "a drill is struck and rolled back" drill 5 "$R" trunk-storm 50
check "its score is one JSON object" json '.exit == 5 and
	.rollback.state == "validated" and .mode == "DRILL"'
check "the folder is private" test "$(stat -c %a "$R")" = 700
check "so is the journal" test "$(stat -c %a "$R/journal.jsonl")" = 600
check "nobody holds it" test ! -e "$R/holder"
check "the twin is gone" test ! -e "$R/services.json"

sum=$(cksum <"$R/journal.jsonl")
head=$(tail -n 1 "$R/journal.jsonl" | jq -r .hash)
records=$(wc -l <"$R/journal.jsonl")
check "status ends with the code of the room" exits 5 "$WARROOM" status "$R"
check "it says that the room is closed" holds "$TMPDIR/out" "closed"
check "and what became of the rollback" holds "$TMPDIR/out" \
	"rollback validated"
check "and the head" holds "$TMPDIR/out" "$head"
check "status as JSON" exits 5 "$WARROOM" status "$R" --json
check "has the same" json '.exit == 5 and .rollback == "validated" and
	.held == false and (.room | type) == "object"'
check "verify finds the chain whole" exits 0 "$WARROOM" verify "$R"
check "verify as JSON" exits 0 "$WARROOM" verify --json "$R"
check "counts the records" json ".valid and .records == $records and
	.head == \"$head\" and .torn == false and .torn_bytes == 0"
check "the file itself will do" exits 0 "$WARROOM" verify "$R/journal.jsonl"
check "the head can be expected" exits 0 "$WARROOM" verify "$R" \
	--expect-head "$head"
check "so can what a console shows of it" exits 0 "$WARROOM" verify "$R" \
	--expect-head "$(printf %.12s "$head")"
check "less of it proves nothing" exits 2 "$WARROOM" verify "$R" \
	--expect-head "$(printf %.11s "$head")"
check "nor does a word" exits 2 "$WARROOM" verify "$R" --expect-head torn
check "which is said" holds "$TMPDIR/err" "64 hexadecimal digits"
check "another head is refused" exits 1 "$WARROOM" verify "$R" \
	--expect-head $ZERO
check "looking changed nothing" test "$sum" = "$(cksum <"$R/journal.jsonl")"

cp -r runbooks "$TMPDIR/books"
mkdir -m 700 "$TMPDIR/edited"
cp "$R/journal.jsonl" "$R/runbook.kept" "$TMPDIR/edited"
realpath "$TMPDIR/books/voice-cutover.yaml" >"$TMPDIR/edited/runbook"
check "the runbook as it was is kept, private" test \
	"$(stat -c %a "$R/runbook.kept")" = 600
check "and it is the runbook" cmp "$R/runbook.kept" $BOOK
check "a copy of the runbook will do" exits 5 "$WARROOM" status "$TMPDIR/edited"
sed -i 's/^rto: .*/rto: 17m/' "$TMPDIR/books/voice-cutover.yaml"
check "one that was edited does not" exits 2 "$WARROOM" status "$TMPDIR/edited"
check "and what moved is named" grep -qE '^rto: [0-9a-z]+ -> 17m$' "$TMPDIR/err"

mkdir -m 700 "$TMPDIR/torn" "$TMPDIR/bad" "$TMPDIR/short"
cp "$R/runbook" "$TMPDIR/torn"
head -c -20 "$R/journal.jsonl" >"$TMPDIR/torn/journal.jsonl"
check "a torn tail is no damage" exits 0 "$WARROOM" verify --json "$TMPDIR/torn"
check "but told" json ".valid and .torn and .records == $records - 1 and
	.torn_bytes > 20"
check "status reads as far as it goes" exits 5 "$WARROOM" status "$TMPDIR/torn"
check "and sees that nobody closed it" holds "$TMPDIR/out" "resumes"
# With its outputs closed, no file or socket of ours takes their place.
timeout 60 "$WARROOM" drill $BOOK --headless --room "$TMPDIR/mute" \
	0<&- 1>&- 2>&- &
mute=$!
wait_for 20 test -s "$TMPDIR/mute/journal.jsonl"
mute=$(pgrep -P $mute)
for fd in 0 1 2; do
	check "closed, descriptor $fd stays no file of ours" test \
		"$(readlink "/proc/$mute/fd/$fd")" = /dev/null
done
kill "$mute"
wait

mkdir -m 700 "$TMPDIR/empty"
(umask 077 && : >"$TMPDIR/empty/journal.jsonl")
check "no record at all proves nothing" exits 1 "$WARROOM" verify \
	"$TMPDIR/empty"
head -n -1 "$R/journal.jsonl" >"$TMPDIR/short/journal.jsonl"
check "a missing record shows by the head alone" exits 0 "$WARROOM" verify \
	"$TMPDIR/short"
check "when it is expected" exits 1 "$WARROOM" verify "$TMPDIR/short" \
	--expect-head "$head"
cp "$R/runbook" "$TMPDIR/bad"
sed '7s/"t":\([0-9]\)/"t":9\1/' "$R/journal.jsonl" >"$TMPDIR/bad/journal.jsonl"
check "a changed record is damage" exits 1 "$WARROOM" verify --json \
	"$TMPDIR/bad"
check "and named" json '.valid == false and .bad_record == 7 and
	.bad_offset > 0 and (.why | length) > 10'
check "status refuses it, too" exits 1 "$WARROOM" status "$TMPDIR/bad"
check "by its number" holds "$TMPDIR/err" "record 7"

check "a calm drill reaches its end" drill 0 "$C" calm 150
check "status says so" exits 0 "$WARROOM" status "$C" --json
check "with every step over" json '.exit == 0 and .verdict == "GO" and
	.rollback == "none"'

lines=$(wc -l <"$R/twin.log")
check "a closed room is not walked again" exits 2 timeout 60 "$WARROOM" drill \
	$BOOK --headless --room "$R"
check "because it is closed" holds "$TMPDIR/err" "is closed"
check "and no twin was started for it" test "$lines" = \
	"$(wc -l <"$R/twin.log")" -a ! -e "$R/services.json"
check "as LIVE neither" exits 2 env WARROOM_PLATFORM_SECRET=a \
	WARROOM_CRM_TOKEN=b WARROOM_DNS_TOKEN=c timeout 20 \
	"$WARROOM" run $BOOK --room "$R"
finish
