#!/bin/bash
# A room is watched while it is commanded and played again when it is over;
# neither ever touches it.
. tests/lib/lib.sh
"$WARROOM" twin --list >/dev/null 2>&1 || skip "built without the twin"
BOOK=runbooks/voice-cutover.yaml
R=$TMPDIR/room

drill() { # SPEED
	timeout 90 "$WARROOM" drill $BOOK --headless --speed "$1" --seed 7 \
		--think 0s --room "$R"
}

# The drill: killed in its middle, then taken up again to its end.
drill 10 >"$TMPDIR/first.out" 2>"$TMPDIR/first.err" </dev/null &
trap 'kill $(jobs -p) 2>/dev/null' EXIT
check "the room opens" wait_for 20 grep -q '"kind":"open"' "$R/journal.jsonl"
"$WARROOM" watch "$R" --plain >"$TMPDIR/watch" 2>"$TMPDIR/watch.err" \
	</dev/null &
watcher=$!
check "watch says that it only reads" wait_for 10 grep -q \
	"READ-ONLY room room, runbook voice-cutover" "$TMPDIR/watch"
check "it sees the room turn to GO" wait_for 20 grep -q \
	"READ-ONLY decision GO" "$TMPDIR/watch"
check "and steps as they move" wait_for 20 grep -q \
	"READ-ONLY step lower-ttl acting\|READ-ONLY step lock-baseline verified" \
	"$TMPDIR/watch"
holder=$(sed -n 's/^pid \([0-9]*\) on .*/\1/p' "$R/holder")
check "the room is held by the drill alone" test -n "$holder"
kill -9 "$holder"
check "watch says when nobody holds the room" wait_for 10 grep -q \
	"nobody holds the room" "$TMPDIR/watch"
check "and lives on" kill -0 $watcher
check "it never was in the way" lacks "$TMPDIR/first.err" "held by"
code=0
drill 50 >"$TMPDIR/second.out" 2>"$TMPDIR/second.err" </dev/null || code=$?
check "the drill is taken up to its end" test $code = 5
check "watch sees who resumed it" wait_for 10 grep -q \
	"READ-ONLY room resumed\|READ-ONLY .*resume" "$TMPDIR/watch"
code=0
wait $watcher || code=$?
check "watch ends with the room, with its code" test $code = 5
check "it saw the decision turn" holds "$TMPDIR/watch" "decision NO-GO"
check "and the rollback end" holds "$TMPDIR/watch" "rollback validated"
check "its last line has the head" holds "$TMPDIR/watch" \
	"head $(tail -n 1 "$R/journal.jsonl" | jq -r '.hash[:12]')"
check "it had nothing to complain of" test ! -s "$TMPDIR/watch.err"

sum=$(find "$R" -type f -exec stat -c '%n %s %Y' {} + | sort | cksum)
check "watch of a closed room ends at once" exits 5 timeout 10 "$WARROOM" \
	watch "$R" --plain
check "and shows its end" holds "$TMPDIR/out" "room room, closed: rollback"

# states FILE: the moves of steps and items, as lines tell them.
states() {
	grep -oE "READ-ONLY (step|undo) [a-z_-]+ [a-z]+" "$1" |
		cut -d' ' -f2-
}
moves='select(.kind == "step" or .kind == "undo") |
	"\(.kind) \(.step // .name) \(.state)"'
jq -r "$moves" "$R/journal.jsonl" >"$TMPDIR/moves"
check "the night is one worth playing" test "$(wc -l <"$TMPDIR/moves")" -gt 40
check "replay plays a night to its end" exits 0 timeout 60 "$WARROOM" replay \
	"$R" --plain --speed 1000
states "$TMPDIR/out" >"$TMPDIR/played"
check "with every move of the journal, in order" \
	diff "$TMPDIR/moves" "$TMPDIR/played"
check "as of its own time" holds "$TMPDIR/out" \
	"$(jq -r 'select(.kind == "open") | .at[11:19]' "$R/journal.jsonl")"
states "$TMPDIR/watch" >"$TMPDIR/watched"
tail -n 30 "$TMPDIR/moves" >"$TMPDIR/moves.end"
tail -n 30 "$TMPDIR/watched" >"$TMPDIR/watched.end"
check "which watch saw, too" diff "$TMPDIR/moves.end" "$TMPDIR/watched.end"

# The lines of a person who plays with it, each after the answer to the last.
answers() { # N: so many at least
	[ "$(grep -c 'record [0-9]* of [0-9]*, speed' "$TMPDIR/turned")" -ge "$1" ]
}
turns() { # LINE...
	local line n=0
	for line in "$@"; do
		echo "$line" >&3
		n=$((n + 1))
		wait_for 10 answers $n || return 1
	done
}
mkfifo "$TMPDIR/lines"
timeout 60 "$WARROOM" replay "$R" --plain --speed 1 <"$TMPDIR/lines" \
	>"$TMPDIR/turned" 2>&1 &
player=$!
exec 3>"$TMPDIR/lines"
check "replay is paused, stepped and sped up by lines" turns pause step back \
	"later 5s" "earlier 1s" faster slower begin end
printf '%s\n' help arm status quit >&3
code=0
wait $player || code=$?
check "and left" test $code = 0
exec 3>&-
# The steps as they stood at the end, came to by seeking.
"$WARROOM" status "$R" | sed -n 's/^  \([a-z]*\)  *\([a-z-]*\) .*/\2 \1/p' |
	grep -v '^undo\| undo$' >"$TMPDIR/status"
sed -n 's/.* step [0-9]* \([a-z-]* [a-z]*\)\(:.*\)*$/\1/p' "$TMPDIR/turned" |
	tail -n "$(wc -l <"$TMPDIR/status")" >"$TMPDIR/sought"
check "status names the steps" test -s "$TMPDIR/status"
check "seeking leads to the room that status tells" \
	diff "$TMPDIR/status" "$TMPDIR/sought"
paused() { # N: the record where it stood the Nth time
	sed -n 's/.*paused at .* record \([0-9]*\) of .*/\1/p' "$TMPDIR/turned" |
		sed -n "$1p"
}
check "a step is one record" test "$(paused 2)" = $(($(paused 1) + 1))
check "and one back is the one before" test "$(paused 3)" = "$(paused 1)"
check "later goes on in time" grep -qE "paused at [56]s of" "$TMPDIR/turned"
check "faster doubles" holds "$TMPDIR/turned" "speed 2"
check "begin is the first record" grep -qE "paused at .* record 1 of" \
	"$TMPDIR/turned"
check "end is the last one" grep -qE \
	"at the end at (.*) of \1, record ([0-9]+) of \2," "$TMPDIR/turned"
check "help lists the turns" holds "$TMPDIR/turned" "later [DURATION]: "
check "a command is refused with a word" holds "$TMPDIR/turned" "read-only"
check "nothing in the room was touched" test "$sum" = \
	"$(find "$R" -type f -exec stat -c '%n %s %Y' {} + | sort | cksum)"

check "a speed has bounds" exits 2 "$WARROOM" replay "$R" --speed 0
check "what is no room is refused" exits 2 "$WARROOM" watch "$TMPDIR"
mkdir -m 700 "$TMPDIR/bad"
cp "$R/runbook" "$TMPDIR/bad"
sed '7s/"t":\([0-9]\)/"t":9\1/' "$R/journal.jsonl" >"$TMPDIR/bad/journal.jsonl"
for command in watch replay; do
	check "$command refuses a damaged journal" exits 1 timeout 10 \
		"$WARROOM" $command "$TMPDIR/bad" --plain
	check "by the record's number" holds "$TMPDIR/err" "record 7"
done
finish
