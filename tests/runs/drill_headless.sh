#!/bin/sh
# A headless drill walks the night, is struck, rolls back and says so.
. tests/lib/lib.sh

sequence() {
	jq -c 'select(.kind == "step" or .kind == "verdict" or
		.kind == "undo" or .kind == "rollback") |
		[.kind, .step // .gate // .name, .state // .verdict, .reason]' \
		"$1/journal.jsonl"
}

drill() {
	exits 5 timeout 100 "$WARROOM" drill runbooks/voice-cutover.yaml \
		--headless --json --speed 20 \
		--seed 7 --room "$1" && cp "$TMPDIR/out" "$1.json"
}

json() { # FILE FILTER: holds
	jq -e "$2" "$1" >/dev/null || {
		jq . "$1"
		return 1
	}
}

A=$TMPDIR/a B=$TMPDIR/b
check "the drill ends rolled back and validated" drill "$A"
check "stdout is one JSON object" json "$A.json" '.schema_version == 1'
check "it carries the decision" json "$A.json" \
	'.decision.verdict == "NO-GO" and (.decision.sentence | length) > 20'
check "it says how long the fault went unseen" json "$A.json" \
	'.detection_delay_ms > 0 and .detection_delay_ms < 120000'
check "the rollback kept its time objective" json "$A.json" \
	'.rollback.state == "validated" and
	 .rollback.duration_ms > 0 and .rollback.duration_ms < .rollback.rto_ms'
check "what stays is named whole, before what was proved" json "$A.json" \
	'.rollback.detail | test("; kept: lock-baseline; .*conditions hold$")'
check "and nobody else has changed anything" json "$A.json" \
	'.rollback.detail | contains("not ours") | not'
check "every step has an outcome" json "$A.json" \
	'[.steps[] | select(.outcome == "undone")] | length == 4'
check "nothing is left over" json "$A.json" '.leftovers == 0'
check "the journal verifies" exits 0 "$WARROOM" verify "$A"
check "the head is the journal's" holds "$TMPDIR/out" \
	"$(jq -r .head "$A.json")"
check "status agrees" exits 5 "$WARROOM" status "$A"
check "the storm was seen by SIP OPTIONS" holds "$A/journal.jsonl" \
	'"gate":"telephony.primary_trunk_alive","verdict":"NO-GO"'
check "and by abandonment" holds "$A/journal.jsonl" \
	'"gate":"telephony.abandonment_rate_percent","verdict":"NO-GO"'

# The witness: what the platform itself says happened, in the end.
last() { jq -r "select(.effect | startswith(\"$1\")) | .effect" \
	"$A/ledger.jsonl" | tail -n 1; }
check "DNS is back" test "$(last 'record sip.domain.com')" = \
	"record sip.domain.com -> 192.0.2.10 ttl 300"
check "the trunk is out of service" test \
	"$(last 'trunk validation_trunk_primary')" = \
	"trunk validation_trunk_primary at disabled"
check "the flow is back" test "$(last 'flow f-8473625190')" = \
	"flow f-8473625190 at v-1029384756"

DRILLS=$XDG_STATE_HOME/warroom/drills/voice-cutover.jsonl
check "its times are kept for the forecast" json "$DRILLS" \
	'(.items | length) == 6 and all(.items[]; .took_ms >= 0)'
check "for nobody else to read" test "$(stat -c %a "$DRILLS")" = 600
check "a second drill with the same seed" drill "$B"
check "adds a line" test "$(wc -l <"$DRILLS")" = 2
sequence "$A" >"$TMPDIR/a.seq"
sequence "$B" >"$TMPDIR/b.seq"
check "the sequence is a whole night" test \
	"$(wc -l <"$TMPDIR/a.seq")" -gt 80
check "gives the same sequence of records" \
	diff "$TMPDIR/a.seq" "$TMPDIR/b.seq"
check "a closed room is not walked again" exits 2 "$WARROOM" drill \
	runbooks/voice-cutover.yaml \
	--headless --room "$A"
finish
