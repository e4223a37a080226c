#!/bin/sh
# "TTL at most 300 s for 24 h", judged from recorded samples in their time.
. tests/lib/lib.sh

cat >"$TMPDIR/gates.json" <<'JSON'
{"gate_id":"ttl","thresholds":{"dns":{"ttl_seconds":
{"max":300,"held_for":"24h","max_age":"10m","source":"guide"}}},
"decision_logic":"ALL_THRESHOLDS_MET"}
JSON
# samples HOURS VALUE: one each ten minutes from 2026-11-19T00:00:00Z on.
samples() {
	awk -v n=$(($1 * 6)) -v v="$2" 'BEGIN { for (i = 0; i <= n; i++)
		printf "{\"signal\":\"dns.ttl_seconds\",\"value\":%s,\"at\":\"2026-11-%02dT%02d:%02d:00Z\"}\n",
			v, 19 + i / 144, i / 6 % 24, i % 6 * 10 }'
}
judge() { # CODE
	exits "$1" "$WARROOM" gate "$TMPDIR/gates.json" --signals \
		"$TMPDIR/signals.jsonl"
}

samples 3 300 >"$TMPDIR/signals.jsonl"
check "three hours are HOLD" judge 3
check "and say how long of how long" holds "$TMPDIR/out" "held for 3h of 1d"
samples 24 300 >"$TMPDIR/signals.jsonl"
check "a day is GO" judge 0
samples 24 300 | sed '$d' >"$TMPDIR/signals.jsonl"
check "ten minutes less are HOLD" judge 3
samples 24 300 | sed '70d' >"$TMPDIR/signals.jsonl"
check "a measurement that is missing starts it again" judge 3
check "from there" holds "$TMPDIR/out" "held for 12h 20m of 1d"
samples 24 300 | sed '70s/300/301/' >"$TMPDIR/signals.jsonl"
check "one over the limit starts it again" judge 3
for bad in '"1 day"' -1 '"40d"' true; do
	sed "s/\"24h\"/$bad/" "$TMPDIR/gates.json" >"$TMPDIR/bad.json"
	check "held_for: $bad is a finding" exits 2 "$WARROOM" check \
		"$TMPDIR/bad.json"
	check "that names it" holds "$TMPDIR/out" held_for
done
finish
