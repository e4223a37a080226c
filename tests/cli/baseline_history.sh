#!/bin/sh
# Histories: every odd line at its place, gaps, columns in any order; and what
# a manifest may say about its baselines.
. tests/lib/lib.sh

CSV=$TMPDIR/history.csv

# read CODE OPTION...: with rules that take what little there is.
read_it() {
	code=$1
	shift
	exits "$code" "$WARROOM" baseline "$CSV" --min-samples 1 \
		--min-weeks 1 "$@"
}
complains() { holds "$TMPDIR/err" "$1"; }

# broken LINE PLACE WORDS
broken() {
	printf 'time,signal,value,n,accepted\n%s\n' "$1" >"$CSV"
	check "$1: exit 2" read_it 2
	check "$1: its place" complains "history.csv:$2: error: "
	check "$1: in words" complains "$3"
	check "$1: no manifest" test ! -s "$TMPDIR/out"
}
T=2026-11-20T02:00:00Z
broken "yesterday,a.b,1,1,true" 2:1 '"time" must be a time'
broken "1969-11-20T02:00:00Z,a.b,1,1,true" 2:1 '"time" must be a time'
broken "$T,b,1,1,true" 2:22 '"signal" must be a name'
broken "$T,a.b c,1,1,true" 2:22 '"signal" must be a name'
broken "$T,a.,1,1,true" 2:22 '"signal" must be a name'
broken "$T,a.b,nan,1,true" 2:26 '"value" must be a number, found "nan"'
broken "$T,a.b,inf,1,true" 2:26 '"value" must be a number'
broken "$T,a.b,true,1,true" 2:26 '"value" must be a number'
broken "$T,a.b,1;5,1,true" 2:26 '"value" must be a number'
broken "$T,a.b,1,-1,true" 2:28 '"n" must be a whole number'
broken "$T,a.b,1,1.5,true" 2:28 '"n" must be a whole number'
broken "$T,a.b,1,1,maybe" 2:30 '"accepted" must be true or false'
broken "$T,a.b,1,1,true,x" 2:35 "6 fields, at most 5"
broken "$T,a.b" 2:25 'no "value"'
broken "\"$T,a.b,1" 2:1 "not properly quoted"
printf 'time,signal,valu\n' >"$CSV"
check "an unknown column is refused" read_it 2
check "at its place" complains "history.csv:1:13: error: unknown column"
check "and the missing one is named" complains 'no column "value"'
printf 'time,signal,value,time\n' >"$CSV"
check "a column twice is refused" read_it 2
printf 'x\ny\n' >"$CSV"
check "all bad lines at once" read_it 2
check "the first" complains "history.csv:1:1"
check "and the second" complains "history.csv:2:1"
printf '%s,a.b,1\000,1\n' $T >"$CSV"
check "a NUL is refused" read_it 2
: >"$CSV"
check "an empty history gives nothing" read_it 2
check "no file" exits 2 "$WARROOM" baseline "$TMPDIR/none.csv"
check "a percentile of 100" exits 2 "$WARROOM" baseline "$CSV" --percentile 100
check "a headroom below 1" exits 2 "$WARROOM" baseline "$CSV" --headroom 0.9
check "a time that is none" read_it 2 --at noon
check "an id that is none" read_it 2 --id 'a b'

limit() { # FILTER of the output
	jq -e "$1" "$TMPDIR/out"
}
printf '%s,a.b,10,5\r\n\n%s,a.b,,\n"%s","a.b","20",\n' $T $T $T >"$CSV"
check "no header, quotes, CRLF, blank lines, gaps" read_it 0 --headroom 1 \
	--percentile 50
check "are what they look like" limit '.thresholds.a.max_b.limit == 15'
printf 'value,accepted,signal,time\n1,0,a.b,%s\n7,1,a.b,%s\n8,,c.d,%s\n' \
	$T $T $T >"$CSV"
check "columns in another order" read_it 0 --headroom 1
check "only what was accepted counts" limit '.thresholds.a.max_b.limit == 7'
check "no word means accepted" limit '.thresholds.c.max_d.limit == 8'
check "a short history is told" complains "covers 0 of 90 days"

# Directions and limits that nothing could breach.
{
	for s in a.max_success_rate a.min_wait_ms a.failed_success_percent \
		a.answered_percent a.speed_of_answer_seconds \
		a.service_level_percent a.mos; do
		echo "$T,$s,50"
	done
	echo "$T,b.full_percent,99"
	echo "$T,b.zero_available_percent,5"
} >"$CSV"
check "directions" read_it 0
check "by name, else by words" limit '.thresholds.a | keys == [
	"max_failed_success_percent", "max_speed_of_answer_seconds",
	"max_success_rate", "min_answered_percent", "min_mos",
	"min_service_level_percent", "min_wait_ms"]'
check "what could never be breached is left out" limit \
	'.thresholds | has("b") | not'
check "and told" complains "b.full_percent: its limit could never be breached"

# Baselines in manifests.
manifest() { # BASELINE
	printf '{"gate_id":"x","history":{"digest":"sha256:00","days":90},\n' \
		>"$TMPDIR/gate.json"
	printf '"thresholds":{"a":{"max_b":{"limit":3,"source":"s",\n' \
		>>"$TMPDIR/gate.json"
	printf '"baseline":%s}}}}\n' "$1" >>"$TMPDIR/gate.json"
	"$WARROOM" check "$TMPDIR/gate.json" >"$TMPDIR/out" 2>&1
}
ranks=1,1,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,3
manifest '{"limit":3,"mean":1,"deviation":0.5,"events":9,"ranks":['$ranks']}'
check "a whole baseline is fine" holds "$TMPDIR/out" "0 warnings"
manifest '{"limit":2,"mean":1,"deviation":0.5}'
check "a looser limit is a warning" holds "$TMPDIR/out" \
	"gate.json:3:1: warning: the limit 3"
manifest '{"limit":3,"mean":1}'
check "deviation may not miss" holds "$TMPDIR/out" '"deviation" is missing'
manifest '{"limit":3,"mean":1,"deviation":-1}'
check "nor be negative" holds "$TMPDIR/out" 'from 0 to'
manifest '{"limit":3,"mean":1,"deviation":1,"ranks":[2,1]}'
check "ranks rise" holds "$TMPDIR/out" "gate.json:3:57: error: ranks rise"
manifest '{"limit":3,"mean":1,"deviation":1,"rank":[]}'
check "unknown keys are errors" holds "$TMPDIR/out" 'did you mean "ranks"'
printf '{"thresholds":{"a":{"b":{"equals":true,"baseline":{}}}}}' \
	>"$TMPDIR/gate.json"
check "a flag has no baseline" exits 2 "$WARROOM" check "$TMPDIR/gate.json"
check "and is told" holds "$TMPDIR/out" "for limits that are numbers"
finish
