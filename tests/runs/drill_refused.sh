#!/bin/sh
# A drill whose room is refused leaves no twin behind, and one whose disk is
# full says so.
. tests/lib/lib.sh

drill() { # ROOM
	timeout 100 "$WARROOM" drill runbooks/voice-cutover.yaml --headless \
		--json --speed 50 --think 0s --scenario calm --room "$1"
}

gone() { # ROOM: its twin, if there was one, has ended
	[ ! -e "$1/services.json" ] ||
		! kill -0 "$(jq -r .pid "$1/services.json")" 2>/dev/null
}

served() {
	flock -n "$1/twin.lock" true || return 1
}

mkdir -m 700 "$TMPDIR/a"
echo other >"$TMPDIR/victim"
ln -s "$TMPDIR/victim" "$TMPDIR/a/journal.jsonl"
check "a journal that is a link is refused" exits 2 drill "$TMPDIR/a"
check "what it leads to is as it was" test other = "$(cat "$TMPDIR/victim")"
check "the twin ends again" wait_for 20 gone "$TMPDIR/a"
check "and lets go of the room" wait_for 20 served "$TMPDIR/a"

ulimit -f 40 # blocks of 512 bytes: the journal's disk is full soon
trap '' XFSZ
check "a journal that cannot be written ends the night" exits 6 \
	drill "$TMPDIR/b"
check "with the reason" holds "$TMPDIR/err" "cannot write: File too large"
finish
