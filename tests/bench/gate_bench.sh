#!/bin/bash
# gate_bench.sh - CPU of `warroom gate --signals` against a jq program of the
# same meaning, on 30, 10,000 and 100,000 thresholds.
#
# Both start as processes, read the same two files and print a verdict for
# each gate; first the verdicts are compared, then the time.  Only ratios are
# printed: machines differ.  Fails below what is promised.
set -eu
export LC_ALL=C
: "${WARROOM:?the program}"
here=$(dirname "$0")
dir=$(mktemp -d /tmp/gate_bench.XXXXXX)
trap 'rm -rf "$dir"' EXIT
command -v jq >/dev/null || {
	echo "jq is not here"
	exit 77
}

# make_files COUNT: a manifest and its samples: all forms of thresholds, a few
# breaches, failures, stale and missing samples.
make_files() {
	awk -v count="$1" -v gates="$dir/$1.json" -v signals="$dir/$1.jsonl" '
	function threshold(name, limit) {
		printf "%s\n\"%s\": %s", comma, name, limit >gates
		comma = ","
	}
	function sample(name, value, rest) {
		printf "{\"signal\":\"%s.%s\",\"value\":%s,\"at\":" \
			"\"2026-11-20T02:%02d:%02dZ\"%s}\n", domain, name, \
			value, odd == 3 ? 31 : 41, i % 60, rest >signals
	}
	BEGIN {
		srand(7)
		printf "{\"gate_id\":\"bench\",\"decision_logic\":" \
			"\"ALL_THRESHOLDS_MET\",\"thresholds\":{" >gates
		for (i = 0; i < count; i++) {
			if (i % 100 == 0) {
				domain = "region_" (i / 100)
				printf "%s\"%s\":{", i ? "\n},\n" : "\n", \
					domain >gates
				comma = ""
			}
			odd = i % 5 == 4 ? int(rand() * 20) : 9
			rest = ",\"n\":" (odd == 2 ? 0 : 100 + i % 900)
			kind = i % 8
			if (kind == 0) {
				name = "abandonment_rate_" i "_percent"
				threshold("max_" name, 2.5)
				value = odd == 1 ? 2.51 : int(rand() * 250) / 100
			} else if (kind == 1) {
				name = "first_response_latency_" i "_ms"
				threshold("max_" name, 1200)
				value = odd == 1 ? 1201 : int(rand() * 1200)
			} else if (kind == 2) {
				name = "success_rate_" i "_percent"
				threshold("min_" name, 99.2)
				value = odd == 1 ? 99.19 : 99.2 + int(rand() * 80) / 100
			} else if (kind == 3) {
				name = "sip_failover_test_" i "_passed"
				threshold(name, "true")
				value = odd == 1 ? "false" : "true"
			} else if (kind == 4) {
				name = "webhook_retry_" i "_count"
				threshold("max_" name, 3)
				value = odd == 1 ? 4 : int(rand() * 4)
			} else if (kind == 5) {
				name = "dead_letter_queue_" i "_depth"
				threshold(name, 0)
				value = odd == 1 ? 1 : 0
			} else if (kind == 6) {
				name = "tls_version_" i
				threshold(name "_minimum", "\"1.2\"")
				value = odd == 1 ? "\"1.1\"" : "\"1.3\""
			} else {
				name = "data_residency_region_" i
				threshold(name, "\"US_EAST_1\"")
				value = odd == 1 ? "\"EU_WEST_1\"" : "\"US_EAST_1\""
			}
			if (odd == 4)
				continue
			if (odd == 5)
				printf "{\"signal\":\"%s.%s\",\"error\":" \
					"\"timed out\"}\n", domain, name >signals
			else
				sample(name, value, rest)
		}
		print "\n}}}" >gates
	}'
}

ours() {
	"$WARROOM" gate "$dir/$1.json" --signals "$dir/$1.jsonl" --json \
		2>/dev/null || [ $? -le 4 ]
}

theirs() {
	jq -n --slurpfile manifest "$dir/$1.json" -f "$here/gate_bench.jq" \
		"$dir/$1.jsonl"
}

# The same verdicts, gate by gate, and the same decision.
compare() {
	local words='.verdict, (.gates[] | .signal + " " + .verdict)'

	ours "$1" | jq -r "$words" >"$dir/ours"
	theirs "$1" | jq -r "$words" >"$dir/theirs"
	cmp "$dir/ours" "$dir/theirs"
	[ "$(wc -l <"$dir/ours")" = $(($1 + 1)) ]
	echo "same verdicts on $1: $(sed 1d "$dir/ours" | sed 's/.* //' |
		sort | uniq -c | awk '{ printf "%s%d %s", s, $1, $2; s = ", " }')"
}

# cpu_us RUNS ours|theirs COUNT: user and system time of one run.
cpu_us() {
	local TIMEFORMAT='%3U %3S' runs=$1 i

	{ time for ((i = 0; i < runs; i++)); do "$2" "$3" >/dev/null; done; } \
		2>&1 | awk -v runs="$runs" '{ printf "%d\n", ($1 + $2) * 1e6 / runs }'
}

median() {
	sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

# measure RUNS COUNT: turn by turn, so that both meet the same machine.
measure() {
	rm -f "$dir"/*.us
	for _ in 1 2 3 4 5; do
		cpu_us "$1" ours "$2" >>"$dir/ours.us"
		[ "$2" -gt 10000 ] ||
			cpu_us "$1" theirs "$2" >>"$dir/theirs.us"
	done
	ours_us=$(median <"$dir/ours.us")
	theirs_us=$([ ! -f "$dir/theirs.us" ] || median <"$dir/theirs.us")
}

bad=0
# promise WHAT RATIO at-least|at-most LIMIT
promise() {
	local kept

	kept=$(awk -v r="$2" -v l="$4" -v how="$3" 'BEGIN {
		print (how == "at-least" ? r >= l : r <= l) ? "kept" : "BROKEN" }')
	[ "$kept" = kept ] || bad=1
	printf '%-52s %6.2f  (%s %s: %s)\n' "$1" "$2" "$3" "$4" "$kept"
}

ratio() {
	awk -v a="$1" -v b="$2" 'BEGIN { printf "%.3f", a / b }'
}

for count in 30 10000 100000; do
	make_files "$count"
	compare "$count"
done
measure 20 30
promise "30 thresholds: CPU of jq / ours" \
	"$(ratio "$theirs_us" "$ours_us")" at-least 4
measure 5 10000
promise "10,000 thresholds: CPU of jq / ours" \
	"$(ratio "$theirs_us" "$ours_us")" at-least 4
tenth_us=$ours_us
measure 2 100000
promise "a threshold of 100,000 / of 10,000, CPU" \
	"$(ratio "$ours_us" "$((tenth_us * 10))")" at-most 1.3
exit "$bad"
