#!/bin/sh
# A drill whose room is refused starts no twin for it, and one whose disk is
# full says so.
. tests/lib/lib.sh

drill() { # ROOM
	timeout 100 "$WARROOM" drill runbooks/voice-cutover.yaml --headless \
		--json --speed 50 --think 0s --scenario calm --room "$1"
}

no_twin() { # ROOM: none was ever started for it
	[ ! -e "$1/twin.log" ] && [ ! -e "$1/services.json" ]
}

mkdir -m 700 "$TMPDIR/a"
echo other >"$TMPDIR/victim"
ln -s "$TMPDIR/victim" "$TMPDIR/a/journal.jsonl"
check "a journal that is a link is refused" exits 2 drill "$TMPDIR/a"
check "what it leads to is as it was" test other = "$(cat "$TMPDIR/victim")"
check "no twin was started for it" no_twin "$TMPDIR/a"

check "a scenario that is none is refused" exits 2 timeout 100 "$WARROOM" \
	drill runbooks/voice-cutover.yaml --headless --scenario flap \
	--room "$TMPDIR/none"
check "with those there are" holds "$TMPDIR/err" \
	'no scenario "flap": there are trunk-storm, calm'
check "and no twin was started in it" no_twin "$TMPDIR/none"

mkdir -m 777 "$TMPDIR/open"
chmod 777 "$TMPDIR/open"
check "a folder that others may write is refused" exits 2 drill "$TMPDIR/open"
check "with the reason" holds "$TMPDIR/err" "others may write there"
check "and no twin was started in it" no_twin "$TMPDIR/open"
for room in /proc/no-such "$TMPDIR/victim" "$TMPDIR/victim/room"; do
	check "$room cannot be a room" exits 2 drill "$room"
	check "and that is said" holds "$TMPDIR/err" "$room"
done
if [ "$(id -u)" != 0 ]; then
	mkdir -m 500 "$TMPDIR/shut"
	check "nor a folder that cannot be written" exits 2 drill "$TMPDIR/shut"
	check "which is said" holds "$TMPDIR/err" "cannot be written"
fi

ulimit -f 40 # blocks of 512 bytes: the journal's disk is full soon
trap '' XFSZ
check "a journal that cannot be written ends the night" exits 6 \
	drill "$TMPDIR/b"
check "with the reason" holds "$TMPDIR/err" "cannot write: File too large"
finish
