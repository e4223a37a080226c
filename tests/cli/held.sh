#!/bin/sh
# A room has one commander: the second one is told who holds it, with 7.
. tests/lib/lib.sh
"$WARROOM" twin --list >/dev/null 2>&1 || skip "built without the twin"
BOOK=runbooks/voice-cutover.yaml
R=$TMPDIR/room

twin_ends() { # the process is gone
	! kill -0 "$1" 2>/dev/null
}

"$WARROOM" drill $BOOK --headless --speed 1 --room "$R" \
	>"$TMPDIR/first.out" 2>"$TMPDIR/first.err" </dev/null &
first=$!
trap 'kill $first $twin 2>/dev/null' EXIT
check "the first opens the room" wait_for 20 grep -q '"kind":"open"' \
	"$R/journal.jsonl"
twin=$(jq .pid "$R/services.json")
check "and signs it" holds "$R/holder" "pid $first on "

check "a second one is refused" exits 7 timeout 20 "$WARROOM" drill $BOOK \
	--headless --speed 1 --room "$R"
check "and told by whom" holds "$TMPDIR/err" "held by pid $first on "
check "the twin was not even looked for" lacks "$TMPDIR/err" "twin"
check "it left the holder's name" holds "$R/holder" "pid $first on "
check "and the twin alone" kill -0 "$twin"
check "also with a console" exits 7 timeout 20 "$WARROOM" drill $BOOK \
	--plain --room "$R"
check "status of a room not measured yet" exits 4 "$WARROOM" status "$R" --json
check "sees that it is held" test "$(jq .held "$TMPDIR/out")" = true
check "verify, too" exits 0 "$WARROOM" verify "$R"

check "told to stop" kill $first
code=0
wait $first || code=$?
check "the first ends as interrupted" test $code = 130
check "the room is parked" test "$(tail -n 1 "$R/journal.jsonl" |
	jq -r .kind)" = parked
check "and free" test ! -e "$R/holder"
check "its twin lives on" kill -0 "$twin"
check "as LIVE the room is refused" exits 2 env WARROOM_PLATFORM_SECRET=a \
	WARROOM_CRM_TOKEN=b WARROOM_DNS_TOKEN=c timeout 20 \
	"$WARROOM" run $BOOK --room "$R"
check "because it is a drill's" holds "$TMPDIR/err" "opened as DRILL, not LIVE"
check "now the twin may go" kill "$twin"
check "and goes" wait_for 10 twin_ends "$twin"
finish
