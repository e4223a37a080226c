#!/bin/bash
# A room keeps what its book was made from: the runbook or a named file that was
# edited or lost since is refused by its name, with what moved and the command
# that puts it back.
. tests/lib/lib.sh
command -v jq >/dev/null || skip "jq is not installed"
"$WARROOM" twin --list >/dev/null 2>&1 || skip "built without the twin"
# Nothing of a name needs care but what a shell would.
R="$TMPDIR/ann's room" O="$TMPDIR/old"
B=$TMPDIR/night/books
BOOK=$B/voice-cutover.yaml
export XDG_STATE_HOME=$TMPDIR/state

stop_twins() {
	local services
	for services in "$TMPDIR"/*/services.json "$TMPDIR"/state/*/*/services.json; do
		[ ! -f "$services" ] ||
			kill "$(jq .pid "$services")" 2>/dev/null
	done
}
trap stop_twins EXIT

drill() { # CODE [OPTION...]
	exits "$1" timeout 90 "$WARROOM" drill "$BOOK" --headless --think 0s \
		--speed 50 "${@:2}"
}

# Another folder each: below the runbook's, beside it, and its own.
mkdir -p "$B/sub"
cp runbooks/* "$B"
mv "$B/voice-cutover.gates.json" "$B/sub/one.json"
cp runbooks/voice-cutover.gates.json "$TMPDIR/night/one.json"
printf '%s\n' "# who may approve" \
	"bob ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBob" \
	"ann ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAnn" >"$TMPDIR/night/one.keys"
sed -i 's|^gates: .*|gates: sub/one.json\napprovers: ../one.keys|' "$BOOK"

# Links that wait in its folder lead nowhere.
mkdir -m 700 "$R"
echo mine >"$TMPDIR/victim"
for name in runbook runbook.kept runbook.kept.1 runbook.files; do
	ln -s "$TMPDIR/victim" "$R/$name"
done
check "a room is opened and its console dies" drill 137 --room "$R" \
	--die-after 1
check "no link in its folder was followed" grep -qx mine "$TMPDIR/victim"
check "the copies are files" test -z "$(find "$R" -type l)"
check "a copy for each file, named by none" test "$(cd "$R" &&
	echo runbook.*)" = "$(echo runbook.files runbook.kept{,.1,.2,.3,.4,.5})"
for copy in "$R"/runbook.*; do
	check "${copy##*/} is private" test "$(stat -c %a "$copy")" = 600
done
check "the list is one of checksums" sh -c \
	'cd "$1" && sha256sum --quiet -c "$2"' - "$B" "$R/runbook.files"
check "the files as they were will do" exits 4 "$WARROOM" status "$R"

put_back() { # ROOM: by the commands that were printed
	sed -n 's/^put it back: //p' "$TMPDIR/err" >"$TMPDIR/commands"
	sh -e "$TMPDIR/commands" && exits 4 "$WARROOM" status "$1"
}

names_only() { # FILE: one file is said to have changed, and no other
	[ "$(grep -c -e 'since this room was opened:$' -e 'is missing' \
		"$TMPDIR/err")" = 1 ] && holds "$TMPDIR/err" "/$1 "
}

while IFS='|' read -r name file edit difference; do
	sed -i "$edit" "$B/$file"
	check "$name that was edited is refused" exits 2 "$WARROOM" status "$R"
	check "$name, and nothing else, is named" names_only "$file"
	check "$name: what moved is told" grep -qE "$difference" "$TMPDIR/err"
	cp "$TMPDIR/err" "$TMPDIR/told"
	check "$name: a resume is refused" drill 2 --room "$R"
	check "$name: it tells the same" names_only "$file"
	check "$name is put back" put_back "$R"
	rm "$B/$file"
	check "$name that is lost is refused" exits 2 "$WARROOM" status "$R"
	check "$name, and nothing else, is missed" names_only "$file"
	check "$name: a resume misses it" drill 2 --room "$R"
	check "$name: it says so" names_only "$file"
	check "$name is found again" put_back "$R"
done <<'END'
the runbook|voice-cutover.yaml|s/^rto: .*/rto: 17m/|^rto: 30m -> 17m$
the gate manifest|sub/one.json|s/2\.5/9.5/|abandonment_rate_percent: 2\.5 -> 9\.5$
the trunk manifest|voice-cutover.trunk.json|s/500/50/|^maxConcurrentSessions: 500 -> 50$
the rollback manifest|voice-cutover.rollback.json|s/300/30/|^sequence\..*ttl_seconds: 300 -> 30$
a schema|voice-cutover.action.json|s/"maxLength": 80/"maxLength": 8/|maxLength: 80 -> 8$
the approvers|../one.keys|s/^ann/eve/|^line 3 was: ann ssh-ed25519 AAAA
END

sed -i 's/^{/{ /' "$B/voice-cutover.trunk.json"
check "an edit of the layout is one" exits 2 "$WARROOM" status "$R"
check "and called so" holds "$TMPDIR/err" "only its comments or layout"
check "it is put back, too" put_back "$R"
echo '{' >"$B/voice-cutover.trunk.json"
check "a file that is none any more" exits 2 "$WARROOM" status "$R"
check "is named" names_only voice-cutover.trunk.json
check "and put back" put_back "$R"
sed -i 's/300/30/' "$B/voice-cutover.rollback.json"
rm "$TMPDIR/night/one.keys"
cp "$R/runbook.kept.5" "$TMPDIR/copy"
sed -i 's/300/40/' "$R/runbook.kept.5"
check "of several one has a copy that was edited" exits 2 "$WARROOM" status "$R"
check "nobody puts that back" holds "$TMPDIR/err" "of no use"
check "the other is one command" test 1 = \
	"$(grep -c '^put it back: ' "$TMPDIR/err")"
cp "$TMPDIR/copy" "$R/runbook.kept.5"
check "with its copy both are found" exits 2 "$WARROOM" status "$R"
check "and put back at once" put_back "$R"

# Rooms of older versions: the runbook's copy alone, or none.
mkdir -m 700 "$O"
cp "$R/journal.jsonl" "$R/runbook" "$R/runbook.kept" "$O"
check "without the other copies a room is looked at" exits 4 "$WARROOM" status \
	"$O"
sed -i.was 's/300/30/' "$B/voice-cutover.rollback.json"
check "its files must be the same" exits 2 "$WARROOM" status "$O"
check "but it keeps none to compare" holds "$TMPDIR/err" \
	"keeps no copy of the files that its runbook names"
mv "$B/voice-cutover.rollback.json.was" "$B/voice-cutover.rollback.json"
sed -i.was 's/^rto: .*/rto: 17m/' "$BOOK"
check "save its runbook" exits 2 "$WARROOM" status "$O"
check "of which it tells" grep -qx "rto: 30m -> 17m" "$TMPDIR/err"
rm "$O/runbook.kept"
check "or not even that" exits 2 "$WARROOM" status "$O"
check "which it says" holds "$TMPDIR/err" "keeps no copy of its runbook"
mv "$BOOK.was" "$BOOK"

rm "$R"/runbook.*
check "such a room is resumed to its end" drill 5 --room "$R"
check "and keeps them all from then" test "$(cd "$R" && echo runbook.*)" = \
	"$(echo runbook.files runbook.kept{,.1,.2,.3,.4,.5})"

# A room that nobody named is found for this, too.
check "the runbook's own room is opened" drill 137 --die-after 1
rm "$B/voice-cutover.action.json"
check "a lost file is refused there" drill 2
check "and named" names_only voice-cutover.action.json
cp runbooks/voice-cutover.action.json "$B"

# Nothing begins in a room that cannot keep its copies.
for n in 1 2 3 4 5 6 7 8; do
	[ -z "$SAN" ] || break # none likes to be second among the preloaded
	room=$TMPDIR/full.$n
	check "a disk that is full at write $n of the opening" exits 1 env \
		LD_PRELOAD="$BUILD/tests/lib/preload_fault.so" FAULT_AT=$n \
		FAULT_CALL=write FAULT_EVER=1 timeout 60 "$WARROOM" drill \
		"$BOOK" --headless --room "$room"
	check "is told" holds "$TMPDIR/err" "No space left on device"
	[ $n -gt 6 ] || check "with the file that has no copy" holds \
		"$TMPDIR/err" "the room cannot keep a copy of"
	check "nothing was recorded" test ! -e "$room/journal.jsonl"
	check "and no twin started" test ! -e "$room/services.json"
done
check "a room is open" drill 137 --room "$TMPDIR/open" --die-after 1
cp -r "$B" "$TMPDIR/elsewhere"
cp "$TMPDIR/night/one.keys" "$TMPDIR/one.keys"
sed -i 's/^title: .*/title: another night/' "$TMPDIR/elsewhere/voice-cutover.yaml"
check "another runbook is no runbook of the room" exits 2 "$WARROOM" drill \
	"$TMPDIR/elsewhere/voice-cutover.yaml" --headless \
	--room "$TMPDIR/open"
check "which is said by its name" holds "$TMPDIR/err" \
	"this room was opened with $(realpath "$BOOK")"
check "and nothing is to be put over it" lacks "$TMPDIR/err" "put it back"
finish
