#!/bin/bash
# What the load probe says of the statistics that sipp wrote of its own calls.
. tests/lib/lib.sh
. tests/lib/sip_uas.sh

for tool in sipp jq ss; do
	command -v $tool >/dev/null || skip "$tool is not installed"
done

cat >"$TMPDIR/book.yaml" <<'YAML'
runbook: load
title: load
environment: staging
thresholds: {telephony: {min_success: 1}}
steps: [{id: s, title: s, do: {manual: {text: nothing}}}]
probes:
  p:
    every: 1h
    load: {file: stat.csv, tool: sipp}
    signals:
      f.attempts: attempts
      f.success_percent: success_percent
      f.failed: failed
      f.p95_ms: p95_ms
      f.peak_cps: peak_cps
      f.peak_sessions: peak_sessions
      f.age_seconds: age_seconds
YAML

# calls COUNT: so many calls to $uas_port, statistics in stat.csv.
calls() {
	rm -f "$TMPDIR/stat.csv"
	(cd "$TMPDIR" && timeout 30 sipp -sn uac -i 127.0.0.1 -p 0 -nostdin \
		-r 40 -m "$1" -d 20 -timeout 20 -recv_timeout 1500 \
		-max_retrans 2 -trace_stat -stf stat.csv -fd 1 \
		"127.0.0.1:$uas_port") >"$TMPDIR/uac.out" 2>&1
}

# says WHAT FILTER: the probe's samples answer the filter with true.
says() {
	timeout 30 "$WARROOM" probe "$TMPDIR/book.yaml" --json \
		>"$TMPDIR/out" 2>"$TMPDIR/err" </dev/null
	jq -c 'select(.probe == "p") | .samples | map({(.signal[2:]):
		(.error // .value)}) | add' "$TMPDIR/out" >"$TMPDIR/seen"
	check "$1" sh -c "jq -es 'length == 1 and (.[0] | $2)' \
		'$TMPDIR/seen' >/dev/null ||
		{ cat '$TMPDIR/out' '$TMPDIR/err'; false; }"
}

answer_all || { echo "sipp does not start"; cat "$TMPDIR/uas.out"; exit 1; }
calls 80
says "eighty calls, all good" '.attempts == 80 and .success_percent == 100 and
	.failed == 0 and .age_seconds < 60 and .peak_cps > 10 and
	.peak_cps <= 200 and .p95_ms > 0 and .peak_sessions >= 0'
kill $uas
wait $uas 2>/dev/null

# Nobody answers at that port any more: every call fails.
calls 6
says "six calls, none good" '.attempts == 6 and .success_percent == 0 and
	.failed == 6'

size=$(stat -c %s "$TMPDIR/stat.csv")
truncate -s $((size - 5)) "$TMPDIR/stat.csv"
says "five bytes less are no result" '.attempts | tostring |
	contains("truncated")'
finish
