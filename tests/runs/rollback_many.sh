#!/bin/sh
# A rollback of a hundred items can be seen and taken like any other.
. tests/lib/lib.sh
. tests/lib/plain.sh

ROOM=$TMPDIR/room
mkdir "$TMPDIR/book"
cp runbooks/* "$TMPDIR/book"
jq 'walk(if type == "array" and any(.[]; .action? == "crm_ticket_reassign")
	then [range(100) as $i | .[] |
		select(.action == "crm_ticket_reassign") |
		.step = $i + 1 | .target += "_\($i)"]
	else . end)' runbooks/voice-cutover.rollback.json \
	>"$TMPDIR/book/voice-cutover.rollback.json"
twin_serves "$ROOM" --scenario calm --speed 5
sit "$TMPDIR/night" drill "$TMPDIR/book/voice-cutover.yaml" --plain \
	--speed 5 --room "$ROOM"
check "the decision is GO" hears "decision GO"
tell rollback
check "the plan is shown" answers "ROLLBACK prod us-east-1"
check "it says how many items there are" hears "100 items"
check "and how many it does not list" hears "and 88 more items"
check "it begins" hears "rollback running"
check "with every item" test 100 = "$(jq -s '[.[] | select(.kind ==
	"rollback" and .state == "armed")][-1].items | length' \
	"$ROOM/journal.jsonl")"
finish
