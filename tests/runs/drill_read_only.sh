#!/bin/sh
# A room that is only looked at is measured and recorded; nothing acts.
. tests/lib/lib.sh
. tests/lib/plain.sh
"$WARROOM" twin --list >/dev/null 2>&1 || skip "built without the twin"
R=$TMPDIR/room
trap 'kill $console; kill $(jq -r .pid "$R/services.json")' EXIT

sit "$TMPDIR/seat" drill runbooks/voice-cutover.yaml --plain --read-only \
	--speed 20 --scenario calm --room "$R"
check "the word is READ-ONLY" hears " READ-ONLY decision GO"
for verb in 'arm lock-baseline' rollback 'note a word' 'ack telephony'; do
	tell "$verb"
done
refused() {
	[ "$(grep -c "this screen is read-only" "$seat")" = 4 ]
}
check "what acts is refused with the reason" wait_for 20 refused
check "leaving it parks the room" leaves 3
check "nothing else was done" eval '! grep -qE \
	"\"kind\":\"(step|undo|rollback|note|ack)\"" "$R/journal.jsonl"'
finish
