#!/bin/sh
# The guide's manifest: GO at its limits, NO-GO one step past any of them,
# BLIND without any of them, and the exit codes of all that lies between.
. tests/lib/lib.sh
. tests/lib/guide.sh

GUIDE=runbooks/voice-cutover.gates.json
GOOD=$TMPDIR/good.jsonl
ONE=$TMPDIR/one.jsonl

# judge CODE FILE [OPTION...]: by the guide.
judge() {
	code=$1 file=$2
	shift 2
	exits "$code" "$WARROOM" gate "$GUIDE" --signals "$file" "$@"
}

says() { holds "$TMPDIR/out" "$1"; }
complains() { holds "$TMPDIR/err" "$1"; }

guide_signals "$GOOD"

check "every value on its limit is GO" judge 0 "$GOOD"
check "the decision counts the gates" says "GO: 11 of 11 gates met"

# with SIGNAL REST: the good file, one record replaced (REST empty: removed).
with() {
	grep -vF "\"$1\"" "$GOOD" >"$ONE"
	[ "$2" = "" ] || printf '{"signal":"%s",%s}\n' "$1" "$2" >>"$ONE"
}
AT='"at":"2026-11-20T02:41:09Z"'

# breach SIGNAL VALUE SENTENCE
breach() {
	with "$1" "\"value\":$2,$AT"
	check "$1 at $2 is NO-GO" judge 1 "$ONE"
	check "$1 at $2 says so" says "NO-GO  $1 "
	check "$1 at $2 is the decision" says "NO-GO: $3"
	with "$1" ""
	check "without $1 it is BLIND" judge 4 "$ONE"
	check "and $1 is named" says "BLIND  $1 "
}

breach telephony.abandonment_rate_percent 2.5000000000000004 \
	"abandonment rate 2.5000000000000004 % > 2.5 % (critical)"
breach telephony.first_response_latency_ms 1200.0000000000002 \
	"first response latency 1200.0000000000002 ms > 1200 ms (critical)"
breach telephony.success_rate_percent 99.19999999999999 \
	"success rate 99.19999999999999 % < 99.2 % (critical)"
breach telephony.sip_failover_test_passed false \
	"SIP failover test passed is no, not yes (critical)"
breach integrations.api_error_rate_percent 0.5000000000000001 \
	"API error rate 0.5000000000000001 % > 0.5 %"
breach integrations.webhook_retry_count 4 "webhook retry count 4 > 3"
breach integrations.dead_letter_queue_depth 1 "dead letter queue depth 1 > 0"
breach integrations.schema_validation_passed false \
	"schema validation passed is no, not yes"
breach compliance.tls_version '"1.1"' "TLS version 1.1 < 1.2 (critical)"
breach compliance.data_residency_region '"US_EAST_2"' \
	"data residency region is US_EAST_2, not US_EAST_1 (critical)"
breach compliance.pci_dss_masking_enabled false \
	"PCI DSS masking enabled is no, not yes (critical)"

# blind SIGNAL REST WORDS: a record that says nothing is BLIND, with its why.
blind() {
	with "$1" "$2"
	check "$2 is BLIND" judge 4 "$ONE"
	check "$2 says why" says "$3"
}
RATE=telephony.abandonment_rate_percent

blind $RATE "\"error\":\"timed out\",$AT" \
	"cannot be measured (timed out)"
blind $RATE "\"value\":null,$AT" "(the value is null)"
blind $RATE "\"value\":\"NaN\",$AT" "a number belongs here"
blind $RATE "\"value\":\"1.2\",$AT" "a number belongs here"
blind $RATE "\"value\":true,$AT" "a number belongs here"
blind $RATE "\"value\":-0.1,$AT" "(negative)"
blind $RATE "\"value\":1.2,\"n\":0,$AT" "rests on too few events"
blind $RATE '"value":1.2,"at":"2026-11-20T02:39:08Z"' "is stale"
blind compliance.tls_version "\"value\":1.2,$AT" "a text belongs here"
blind compliance.pci_dss_masking_enabled "\"value\":\"true\",$AT" \
	"yes or no belongs here"
with $RATE '"value":1.2,"at":"2026-11-20T02:39:09Z"'
check "120 s old is fresh" judge 0 "$ONE"
with $RATE "\"value\":101,$AT"
check "101 % is no GO" judge 1 "$ONE"

with $RATE "\"value\":2.6,$AT"
grep -v tls_version "$ONE" >"$TMPDIR/mixed.jsonl"
sed -i 's/"signal":"integrations.webhook_retry_count","value":3/"signal":"integrations.webhook_retry_count","error":"refused"/' \
	"$TMPDIR/mixed.jsonl"
check "a breach among gaps and failures is NO-GO" judge 1 \
	"$TMPDIR/mixed.jsonl"
check "and the gaps are counted" says "2 BLIND."

# A gap does not end a breach; a good measurement does.
with $RATE "\"value\":2.6,\"at\":\"2026-11-20T02:41:00Z\""
printf '{"signal":"%s","error":"refused",%s}\n' $RATE "$AT" >>"$ONE"
check "a breach with a gap behind it is NO-GO" judge 1 "$ONE"
check "and not seen to end" says "not seen to end"
printf '{"signal":"%s","value":2.4,%s}\n' $RATE \
	'"at":"2026-11-20T02:41:10Z"' >>"$ONE"
check "a good measurement ends it" judge 0 "$ONE"
: >"$ONE"
check "nothing measured is BLIND" judge 4 "$ONE"

# HOLD, and a GO that outweighs.
cat >"$TMPDIR/soft.json" <<'END'
{"gate_id":"soft","decision_logic":"WEIGHTED_SCORE","pass_score":80,
"warn_score":60,"thresholds":{
"a":{"max_x":{"limit":10,"warn":8,"weight":8}},
"b":{"max_y":{"limit":1,"weight":2}}}}
END
soft() {
	printf '{"signal":"a.x","value":%s}\n{"signal":"b.y","value":%s}\n' \
		"$2" "$3" >"$ONE"
	exits "$1" "$WARROOM" gate "$TMPDIR/soft.json" --signals "$ONE" \
		--junit "$TMPDIR/junit.xml"
}
check "in the warn band it is HOLD" soft 3 9 1
check "and JUnit is red" holds "$TMPDIR/junit.xml" '<failure type="HOLD"'
check "a breach may be outweighed" soft 0 1 2
check "and JUnit is green" lacks "$TMPDIR/junit.xml" '<failure'
check "but says what was" holds "$TMPDIR/junit.xml" 'skipped="1"'
check "untimed samples have no age" lacks "$TMPDIR/out" " age "
finish
