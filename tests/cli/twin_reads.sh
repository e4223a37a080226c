#!/bin/sh
# probe, plan and gate ask a twin; nothing of it is changed by that.
. tests/lib/lib.sh
"$WARROOM" twin --list >/dev/null 2>&1 || skip "built without the twin"
BOOK=runbooks/voice-cutover.yaml
T=$TMPDIR/twin
unset WARROOM_PLATFORM_SECRET WARROOM_CRM_TOKEN WARROOM_DNS_TOKEN

json() { # FILTER [OPTION]: holds for what was printed
	jq -e $2 "$1" "$TMPDIR/out" >/dev/null || {
		head -c 4000 "$TMPDIR/out"
		return 1
	}
}

"$WARROOM" twin --dir "$T" --scenario calm >"$TMPDIR/twin.log" 2>&1 &
twin=$!
trap 'kill $twin 2>/dev/null' EXIT
check "the twin says where it serves" wait_for 10 test -s "$T/services.json"
check "it is this process" test "$(jq .pid "$T/services.json")" = $twin
check "its files are private" test \
	"$(stat -c %a "$T/services.json" "$T/ledger.jsonl" | sort -u)" = 600
check "a second one is refused the folder" exits 7 "$WARROOM" twin --dir "$T"

check "probe sees everything" exits 0 "$WARROOM" probe $BOOK --twin "$T"
check "and what it cost" holds "$TMPDIR/out" "connections"
check "with values" holds "$TMPDIR/out" "rollback.dns_ttl_seconds"
check "in digits people can read" sh -c \
	"! grep -E '[0-9]\.[0-9]{7}' '$TMPDIR/out'"
check "what is not counted is a dash" grep -q '^dns .* -  *-$' "$TMPDIR/out"
check "as JSON Lines" exits 0 "$WARROOM" probe $BOOK --twin "$T" --json
# A probe whose own time comes during the round speaks twice.
check "a line for each probe" test "$(jq -r '.probe // empty' "$TMPDIR/out" |
	sort -u | tr '\n' ' ')" = "agents baseline calls-inbound calls-outbound contract dns edge-tls integration pipeline queue \
recording-storage trunk-failover trunk-legacy trunk-primary "
check "no word beside the JSON" test ! -s "$TMPDIR/err"
check "probe of one" exits 0 "$WARROOM" probe $BOOK dns --twin "$T" --json
check "asks that one alone" json 'map(.probe // empty) | unique == ["dns"]' -s
check "and its last line is what it cost" json '.[-1].cost |
	length == 1 and .[0].probe == "dns" and .[0].runs >= 1 and .[0].p50_ms > 0' -s
check "a probe that is not there" exits 2 "$WARROOM" probe $BOOK dsn --twin "$T"

check "plan reads everything" exits 0 "$WARROOM" plan $BOOK --twin "$T"
check "and shows requests" holds "$TMPDIR/out" \
	"/api/v2/architect/flows/f-8473625190"
check "and what is live" holds "$TMPDIR/out" \
	"live A 192.0.2.10 ttl 300 -> A 198.51.100.7 ttl 300"
check "no secret in it" lacks "$TMPDIR/out" "drill-secret"
check "plan as JSON" exits 0 "$WARROOM" plan $BOOK --json --twin "$T"
check "has each step in its order" json '[.steps[].name] == ["lock-baseline",
	"go-no-go","publish-flow","set-routing","open-trunk","switch-dns",
	"watch-traffic","announce"]'
check "with live state and a fingerprint" json '[.steps[] |
	select(.kind == "http" or .kind == "dns" or .kind == "trunk") |
	.before != "?" and (.fingerprint | length) == 64] | all'
check "every request goes to loopback" json '[.steps[].requests[] |
	select(test("://")) | test("http://127\\.0\\.0\\.1:")] | all'
check "plan of the rollback" exits 0 "$WARROOM" plan $BOOK --rollback --json \
	--twin "$T"
check "takes transport back first, user state last" json \
	'[.rollback[].name] == ["dns_ttl_override","siph_trunk_status",
	"set-routing","publish-flow","crm_ticket_reassign",
	"recording_archive_sync"]'
check "one item of it" exits 0 "$WARROOM" plan $BOOK siph_trunk_status \
	--rollback --json --twin "$T"
check "takes back what builds on it too" json '[.rollback[] | [.name, .because]] ==
	[["dns_ttl_override", "siph_trunk_status"], ["siph_trunk_status", null]]'

check "gate judges one round" exits 0 "$WARROOM" gate $BOOK --twin "$T" --json
check "as GO, with every gate" json '.verdict == "GO" and .exit == 0 and
	(.gates | length) == .counts.GO'

# The twin's own account: looking has changed nothing.  The contract's probe is
# a trial call, and the only thing that is written down.
check "the ledger has trial calls" holds "$T/ledger.jsonl" \
	"/actions/validation_action/execute"
check "and no other effect" test "$(jq -r 'select(.effect != "") | .path' \
	"$T/ledger.jsonl" | sort -u | wc -l)" = 1
check "asked to stop" kill $twin
check "the twin ends well" wait $twin
check "and takes its address along" test ! -e "$T/services.json"
check "probe says that nobody serves" exits 2 "$WARROOM" probe $BOOK \
	--twin "$T"
finish
