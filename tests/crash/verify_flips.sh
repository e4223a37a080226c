#!/bin/bash
# A flipped bit in any record is found and the record named; a torn tail is
# accepted with a word about it.
. tests/lib/lib.sh

room=$TMPDIR/room
timeout 60 "$WARROOM" drill runbooks/voice-cutover.yaml \
		--headless --json --speed 50 --think 0s \
	--room "$room" >/dev/null 2>&1 </dev/null
journal=$room/journal.jsonl
records=$(wc -l <"$journal")
check "there is a journal to damage" test "$records" -gt 20

flip() { # RECORD: one bit in the middle of it
	local line offset length byte
	line=$(sed -n "$1p" "$journal")
	length=${#line}
	offset=$(($(head -n $(($1 - 1)) "$journal" | wc -c) + length / 2))
	cp "$journal" "$TMPDIR/bad.jsonl"
	byte=$(dd if="$journal" bs=1 skip=$offset count=1 2>/dev/null |
		od -An -tu1 | tr -d ' ')
	printf "\\x$(printf %x $((byte ^ 1)))" |
		dd of="$TMPDIR/bad.jsonl" bs=1 seek=$offset conv=notrunc 2>/dev/null
}

bad=0
for ((n = 1; n <= records; n++)); do
	flip "$n"
	if "$WARROOM" verify "$TMPDIR/bad.jsonl" >"$TMPDIR/out" 2>&1; then
		echo "not found: record $n"
		bad=1
	elif ! grep -q "record $n\b" "$TMPDIR/out"; then
		echo "record $n not named: $(cat "$TMPDIR/out")"
		bad=1
	fi
done
check "a flipped bit is found in each of $records records" test $bad = 0

head -c -20 "$journal" >"$TMPDIR/torn.jsonl"
check "a torn tail is accepted" exits 0 "$WARROOM" verify "$TMPDIR/torn.jsonl"
check "with a word about it" holds "$TMPDIR/out" "torn tail"
check "but not against the expected head" exits 1 "$WARROOM" verify \
	--expect-head "$(tail -n 1 "$journal" | jq -r .hash)" \
	"$TMPDIR/torn.jsonl"
finish
