#!/bin/sh
# Two drills begun at the same moment on one room: one has it, the other is
# told so with 7 and leaves room and twin alone.
. tests/lib/lib.sh
"$WARROOM" twin --list >/dev/null 2>&1 || skip "built without the twin"
ROUNDS=6

begin() { # ROOM NAME
	code=0
	"$WARROOM" drill runbooks/voice-cutover.yaml --plain --scenario calm \
		--room "$1" <"$1.in" >"$1.$2.out" 2>&1 4>&- ||
		code=$?
	echo $code >"$1.$2"
}

has_ended() { # ROOM: one of the two
	[ -s "$1.a" ] || [ -s "$1.b" ]
}

have_ended() {
	[ -s "$1.a" ] && [ -s "$1.b" ]
}

end_all() {
	for room in "$TMPDIR"/room*/; do
		kill "$(jq .pid "$room/services.json")"
	done
}
trap 'echo park >&4; end_all' EXIT

n=0
while [ $n -lt $ROUNDS ]; do
	n=$((n + 1))
	R=$TMPDIR/room$n
	mkfifo "$R.in"
	exec 4<>"$R.in"
	begin "$R" a &
	begin "$R" b &
	check "round $n: one of the two ends" wait_for 60 has_ended "$R"
	check "because the room is held" test "$(cat "$R".[ab])" = 7
	check "which it says" holds "$R.$([ -s "$R.a" ] && echo a || echo b).out" \
		"is held by"
	check "the other one has the room" wait_for 20 test -s "$R/holder"
	check "and the one twin" kill -0 "$(jq .pid "$R/services.json")"
	check "nobody tried to start a second one" lacks "$R/twin.log" \
		"another twin"
	echo park >&4
	check "and it leaves when it is told to" wait_for 20 have_ended "$R"
	check "with 3" test "$(cat "$R".[ab] | sort | tr '\n' ' ')" = "3 7 "
done
finish
