#!/bin/bash
# Ninety simulated days with a rhythm of weekday and hour and an outage:
# limits within the sampling error of the true percentile x 1.2.
. tests/lib/lib.sh

CSV=$TMPDIR/history.csv
GATES=$TMPDIR/gates.json

# history STEP: a line every STEP seconds, 90 days from Monday 2025-11-17 on.
# Inside an hour each signal is uniform between two bounds that are a multiple
# of `busy`, so its percentiles are known exactly.  Two days of outage are not
# accepted.
history() {
	awk -v step="$1" '
	function two(n) { return (n < 10 ? "0" : "") n }
	function stamp(t,    z, doe, yoe, y, doy, m) { # days to a date
		z = int(t / 86400) + 719468
		doe = z % 146097
		yoe = doe - int(doe / 1460) + int(doe / 36524)
		yoe = int((yoe - int(doe / 146096)) / 365)
		doy = doe - (365 * yoe + int(yoe / 4) - int(yoe / 100))
		m = int((5 * doy + 2) / 153)
		y = yoe + int(z / 146097) * 400 + (m >= 10)
		return y "-" two(m < 10 ? m + 3 : m - 9) "-" \
			two(doy - int((153 * m + 2) / 5) + 1) "T" \
			two(int(t / 3600) % 24) ":" two(int(t / 60) % 60) ":" \
			two(t % 60) "Z"
	}
	function row(name, value) {
		printf "%s,%s,%.6f,400,%s\n", at, name, value,
			out ? "false" : "true"
	}
	BEGIN {
		srand(11)
		print "time,signal,value,n,accepted"
		start = 1763337600
		for (t = start; t < start + 90 * 86400; t += step) {
			day = int((t - start) / 86400)
			hour = int(t / 3600) % 24
			busy = day % 7 < 5 && hour >= 8 && hour < 18 ? 3 : 1
			out = day == 40 || day == 41
			at = stamp(t)
			row("telephony.abandonment_rate_percent",
				out ? 60 : busy * (0.5 + rand() / 2))
			row("telephony.success_rate_percent",
				out ? 5 : 100 - busy * (0.1 + 0.2 * rand()))
			row("telephony.first_response_latency_ms",
				out ? 9000 : busy * (200 + 100 * rand()))
			row("integrations.max_webhook_retry_count",
				int(busy * rand() * 2))
		}
	}' >"$CSV"
}

# near KEY WANT ERROR: the limit is within ERROR of WANT.
near() {
	jq -e --arg key "$1" --argjson want "$2" --argjson error "$3" \
		'.thresholds | add | .[$key].limit |
		. >= $want - $error and . <= $want + $error' \
		"$GATES" >/dev/null && return 0
	jq -c --arg key "$1" '.thresholds | add | .[$key]' "$GATES"
	return 1
}

limits() {
	exits 0 "$WARROOM" baseline "$CSV" "$@" && cp "$TMPDIR/out" "$GATES"
}

history 300
# The standard error of the 95th percentile of n values, uniform over a width
# of w, is w * sqrt(0.95 * 0.05 / n); n = 12 or 13 weeks of 12 values; four of
# them are allowed.
busy=2026-02-16T09:30:00Z
check "limits for a Monday morning" limits --at $busy
check "a rate: p95 x 1.2" near max_abandonment_rate_percent 3.51 0.13
check "a latency: p95 x 1.2" near max_first_response_latency_ms 1062 26
check "a share of success: its failing part x 1.2" \
	near min_success_rate_percent 98.956 0.05
check "a name that says max is believed" near max_webhook_retry_count 6 0
check "outages are left out" jq -e \
	'[.thresholds[][].baseline.mean] | all(. < 4000)' "$GATES"
check "each says where it comes from" jq -e '[.thresholds[][].source |
	test("^p(95|5) [0-9.]+ x 1.2, Mon 09h, 1[23] weeks, n=1[0-9]+, 90 d$")] |
	length == 4 and all' "$GATES"
check "the digest of the history is inside" test \
	"$(jq -r .history.digest "$GATES")" = \
	"sha256:$(sha256sum <"$CSV" | cut -d' ' -f1)"
check "lint finds nothing" exits 0 "$WARROOM" check "$GATES"
check "nothing at all" holds "$TMPDIR/out" "0 warnings"

# What gate makes of it.
judge() { # CODE ABANDONMENT
	printf '{"signal":"%s","value":%s,"n":400}\n' \
		telephony.abandonment_rate_percent "$2" \
		telephony.success_rate_percent 99.5 \
		telephony.first_response_latency_ms 700 \
		integrations.webhook_retry_count 1 >"$TMPDIR/signals"
	exits "$1" "$WARROOM" gate "$GATES" --signals "$TMPDIR/signals"
}
check "gate takes it: an ordinary Monday is GO" judge 0 2.2
check "gate takes it: past the limit is NO-GO" judge 1 3.7
jq '.thresholds.telephony.max_abandonment_rate_percent.limit = 9' "$GATES" \
	>"$TMPDIR/loose.json"
check "a limit made looser" exits 0 "$WARROOM" check "$TMPDIR/loose.json"
check "is warned about" holds "$TMPDIR/out" \
	'the limit 9 of "telephony.abandonment_rate_percent" is looser than its baseline'
awk 'BEGIN { for (i = 0; i < 30; i++) printf "{\"signal\":" \
	"\"telephony.abandonment_rate_percent\",\"value\":%s,\"at\":" \
	"\"2026-02-16T09:%02d:00Z\"}\n", i < 5 ? 2.2 : 3.2, i }' \
	>"$TMPDIR/slide"
sed 's/}$/,"at":"2026-02-16T09:29:00Z"}/' "$TMPDIR/signals" |
	grep -v abandon >>"$TMPDIR/slide"
check "a slide is HOLD before it is a breach" exits 3 "$WARROOM" gate \
	"$GATES" --signals "$TMPDIR/slide"
check "and called drift" holds "$TMPDIR/out" "drifting away from its baseline"
limits --at $busy --small-samples
check "with --small-samples too few to tell is HOLD" judge 3 2.2
check "and says so" holds "$TMPDIR/out" "low confidence"

# The same bytes, whatever stands around them.
limits --at $busy
cp "$GATES" "$TMPDIR/first.json"
limits --at $busy
check "the same file twice gives the same bytes" cmp "$GATES" \
	"$TMPDIR/first.json"
"$WARROOM" baseline "$CSV" --at $busy --json >"$TMPDIR/line" 2>/dev/null
jq -S . "$GATES" >"$TMPDIR/sorted"
check "--json means the same" sh -c "jq -S . '$TMPDIR/line' | cmp - \
	'$TMPDIR/sorted'"
check "--json is one line" test "$(wc -l <"$TMPDIR/line")" = 1
{
	head -n 1 "$CSV"
	sed 1d "$CSV" | sort -t, -k3
} >"$TMPDIR/shuffled.csv"
exits 0 "$WARROOM" baseline "$TMPDIR/shuffled.csv" --at $busy
check "the order of the lines changes only the digest" test \
	"$(jq -S 'del(.history, .gate_id)' "$TMPDIR/out" | sha256sum)" = \
	"$(jq -S 'del(.history, .gate_id)' "$GATES" | sha256sum)"

# Hours differ, and so do the knobs.
limits --at 2026-02-15T03:00:00Z
check "a Sunday night is another hour" \
	near max_abandonment_rate_percent 1.17 0.045
limits --at $busy --percentile 50 --headroom 1
check "the median itself" near max_abandonment_rate_percent 2.25 0.27
limits --at $busy --at-least a.b,telephony.first_response_latency_ms
check "--at-least turns the direction" jq -e \
	'.thresholds.telephony | has("min_first_response_latency_ms")' "$GATES"
limits --at $busy --id monday_gate
check "--id names the manifest" jq -e '.gate_id == "monday_gate"' "$GATES"

# An hourly history has one value a week.
history 3600
check "a dozen values are enough" limits --at $busy
check "but rough, and told so" holds "$TMPDIR/err" "rests on 1"
check "more hours are surer" limits --at $busy --hours 8
check "and need no warning" lacks "$TMPDIR/err" "rests on"
check "too few samples give no limit" exits 2 "$WARROOM" baseline "$CSV" \
	--at $busy --min-samples 60
check "for each signal a warning" holds "$TMPDIR/err" \
	"too few for a baseline: it takes 60"
check "and nothing on stdout" test ! -s "$TMPDIR/out"
finish
