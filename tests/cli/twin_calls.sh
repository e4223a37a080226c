#!/bin/bash
# The twin's trunks by UDP, TCP and TLS: asked, called, and with their faults.
. tests/lib/lib.sh

"$WARROOM" twin --list >/dev/null 2>&1 || skip "built without the twin"
DIR=$TMPDIR/twin
"$WARROOM" twin --dir "$DIR" --scenario calm >/dev/null 2>&1 &
twin=$!
trap 'kill $twin 2>/dev/null' EXIT
wait_for 20 test -f "$DIR/services.json" || exit 1
http=$(jq -r .http "$DIR/services.json")
sed 's/validation_trunk_primary/legacy_trunk/' runbooks/voice-cutover.trunk.json \
	>"$TMPDIR/trunk.json"

# book TRANSPORT: the primary and its secondary, asked and called.
book() {
	cat <<-YAML
	runbook: trunks
	title: trunks
	environment: staging
	trunk: trunk.json
	thresholds: {telephony: {min_answered: 1}}
	steps: [{id: s, title: s, do: {manual: {text: nothing}}}]
	endpoints:
	  trunk_secondary: {adapter: sip, address: "a.test:5060", transport: $1}
	  legacy_trunk: {adapter: sip, address: "b.test:5060", transport: $1}
	probes:
	  ask:
	    every: 1h
	    timeout: 2s
	    sip_options: {endpoints: [trunk_secondary, legacy_trunk],
	      failures: 1, recoveries: 1}
	    signals: {o.alive: alive, o.status: status, o.active: active,
	      o.failover_ready: failover_ready}
	  call:
	    every: 1h
	    timeout: 4s
	    sip_call: {endpoints: [trunk_secondary, legacy_trunk], to: test}
	    signals: {c.answered: answered, c.codec: codec, c.status: status,
	      c.fallback: codec_fallback, c.valid: sdp_valid,
	      c.asymmetric: asymmetric}
	YAML
}

# probe TRANSPORT: all facts of both probes in $TMPDIR/facts.
probe() {
	book "$1" >"$TMPDIR/book.yaml"
	timeout 30 "$WARROOM" probe "$TMPDIR/book.yaml" --twin "$DIR" --json \
		>"$TMPDIR/out" 2>"$TMPDIR/err" </dev/null
	jq -s '[.[] | select(.samples) | .samples[] |
		{(.signal): (if has("value") then .value else "none" end)}] |
		add' "$TMPDIR/out" >"$TMPDIR/facts"
}

says() {
	check "$1" jq -e "length == 10 and ($2)" "$TMPDIR/facts" || {
		cat "$TMPDIR/facts" "$TMPDIR/err"
	}
}

fault() {
	curl -sf -H 'X-Twin: 1' "$http/twin/fault" -d "$1" >/dev/null
}

calls() { # of the trunk $1, as the twin counts them
	curl -sf -H 'X-Twin: 1' "$http/twin/state" | jq -c ".trunks.$1 |
		[.calls_made, .calls_refused, .calls_open]"
}

made=0
for transport in udp tcp tls; do
	probe $transport
	says "$transport: both trunks answer" \
		'."o.alive" and ."o.status" == 200 and ."o.failover_ready"'
	says "$transport: the manifest's trunk comes first" \
		'."o.active" == "legacy_trunk"'
	says "$transport: calls are answered with G722, and fall back" \
		'."c.answered" and ."c.codec" == "G722" and ."c.fallback" and
		."c.valid" and ."c.asymmetric" == false'
	made=$((made + 4))
	check "$transport: no call is left up" test "$(calls legacy_trunk)" = \
		"[$made,0,0]"
done

fault '{"fault":"trunk-g722-only","match":"trunk_secondary","count":4}'
probe udp
says "a secondary of G722 alone is the asymmetric case" \
	'."c.asymmetric" and ."c.fallback" == false and ."c.answered"'
check "and refused two calls" test "$(calls trunk_secondary)" = \
	"[$((made + 2)),2,0]"
fault '{"fault":"trunk-503","match":"legacy_trunk","count":2,"retry_after_s":9}'
probe udp
says "503: the secondary carries the calls" '."o.alive" == false and
	."o.status" == 503 and ."o.active" == "trunk_secondary"'
says "503: the call fails and gives no verdict" \
	'."c.answered" == false and ."c.status" == 503 and ."c.fallback" == "none"'
fault '{"fault":"lost-trunk","match":"legacy_trunk","count":20}'
probe udp
says "408 by silence" '."o.alive" == false and ."o.status" == "none" and
	."c.answered" == false and ."c.status" == "none"'
finish
