#!/bin/sh
# A room that was green is resumed while the platform is silent: the old green
# opens nothing.
. tests/lib/lib.sh

ROOM=$TMPDIR/room TWIN=$TMPDIR/twin
mkfifo "$TMPDIR/in"
exec 4<>"$TMPDIR/in"
mkdir "$TWIN"
"$WARROOM" twin --dir "$TWIN" --scenario calm >"$TMPDIR/twin.out" 2>&1 &
twin=$!
trap 'kill -CONT $twin; kill $twin' EXIT
wait_for 20 test -s "$TWIN/services.json"

sit() { # OUT: a console whose lines come from descriptor 4
	timeout 60 "$WARROOM" run runbooks/voice-cutover.yaml --plain \
		--room "$ROOM" --twin "$TWIN" <"$TMPDIR/in" >"$1" 2>&1 4>&- &
	console=$!
}

# The phrase is believed only after it can have been read.
answer() { # OUT WORD
	wait_for 20 grep -q "> type  $2 " "$1" || return 1
	sleep 0.4
	echo "$2" >&4
}

sit "$TMPDIR/first"
check "the decision is GO" wait_for 20 grep -q "decision GO" "$TMPDIR/first"
echo "arm lock-baseline" >&4
check "the first step is confirmed" answer "$TMPDIR/first" yes
check "and verified" wait_for 20 grep -q "lock-baseline verified" \
	"$TMPDIR/first"
echo park >&4
wait $console

kill -STOP $twin
sit "$TMPDIR/second"
check "the room is resumed" wait_for 20 grep -q "room resumed" \
	"$TMPDIR/second"
echo "arm go-no-go" >&4
check "the gate step is confirmed" answer "$TMPDIR/second" yes
check "and fails, for nothing was measured" wait_for 20 grep -q \
	"step go-no-go failed the decision is BLIND" "$TMPDIR/second"
check "no old green let it through" lacks "$TMPDIR/second" \
	"go-no-go verified"
echo park >&4
wait $console
finish
