#!/bin/sh
# A new trunk is proved by synthetic calls: each is in the journal, and one
# that is not in service does not pass.
. tests/lib/lib.sh
"$WARROOM" twin --list >/dev/null 2>&1 || skip "built without the twin"
BOOK=runbooks/first-calls.yaml

drill() { # CODE BOOK ROOM
	exits "$1" timeout 100 "$WARROOM" drill "$2" --headless --json \
		--speed 20 --seed 7 --scenario calm --room "$TMPDIR/$3"
}

journal() { # ROOM FILTER
	jq -es "$2" "$TMPDIR/$1/journal.jsonl" >/dev/null
}

check "the runbook has no findings" exits 0 "$WARROOM" check "$BOOK"
check "a calm night ends done" drill 0 "$BOOK" calm
check "each of twenty calls is in the journal, answered" journal calm \
	'[.[] | select(.kind == "request" and .method == "INVITE") | .status] |
	length == 20 and all(.[]; . == 200)'
check "and the step says how many" journal calm \
	'any(.[]; .step? == "first-calls" and .state? == "verified" and
	(.detail | startswith("20 of 20 calls answered")))'
check "they came no faster than they were to" journal calm \
	'[.[] | select(.method? == "INVITE") | .t] | (last - first) >= 19000'

# The same calls while the trunk is not in service.
sed -e 's/status: disabled/status: standby/' -e 's/status: active/status: disabled/' \
	"$BOOK" >"$TMPDIR/closed.yaml"
check "a night with a closed trunk does not end done" drill 5 \
	"$TMPDIR/closed.yaml" closed
check "the step says what the trunk answered" journal closed \
	'any(.[]; .step? == "first-calls" and .state? == "failed" and
	(.detail | startswith("not met: 0 of 20 calls answered")))'
finish
