#!/bin/bash
# A step that makes load with sipp: judged by what sipp wrote of its own
# calls, and ended with all it started when a rollback comes.
. tests/lib/lib.sh
. tests/lib/plain.sh
. tests/lib/sip_uas.sh

for tool in sipp ss; do
	command -v $tool >/dev/null || skip "$tool is not installed"
done
sipp=$(command -v sipp)
console=
trap 'kill $console $uas 2>/dev/null' EXIT

# book COUNT LENGTH: so many calls of so many milliseconds each to $uas_port.
book() {
	cat >"$TMPDIR/book.yaml" <<-YAML
	runbook: load
	environment: STAGING
	region: here
	thresholds: {telephony: {min_success: 1}}
	steps:
	  - id: load
	    takes: 10s
	    timeout: 1m
	    do:
	      load:
	        tool: sipp
	        argv: [$sipp, -sn, uac, -i, 127.0.0.1, -p, 0, -nostdin,
	               -r, 40, -m, $1, -d, $2, -recv_timeout, 5000,
	               -trace_stat, -stf, stat.csv, -fd, 1,
	               "127.0.0.1:$uas_port"]
	        file: stat.csv
	        min_attempts: 80
	        max_p95: 5s
	        min_peak_sessions: 1
	    undo: none
	YAML
}

# begin ROOM: the step is under way.
begin() {
	sit "$TMPDIR/out.$1" run "$TMPDIR/book.yaml" --room "$TMPDIR/$1" --plain
	hears 'LIVE room' || return 1
	tell arm load
	answers yes
}

calling() {
	pgrep -f "$sipp -sn uac .*$uas_port" >"$TMPDIR/pids"
}

silent() {
	! calling
}

answer_all || { echo "sipp does not start"; cat "$TMPDIR/uas.out"; exit 1; }
book 80 20
check "the runbook is sound" sh -c \
	"'$WARROOM' check '$TMPDIR/book.yaml' 2>&1 | grep -c error: | grep -qx 0"
check "the load begins" begin good
check "eighty calls without a failure hold every limit" hears \
	'load.*sipp: attempts 80, failed 0 %, p95 at most'
check "the room is left" leaves 0
check "the result is sipp's own" test -s "$TMPDIR/stat.csv"

# The old result is good; what counts is the run that is cut off.
book 100000 60000
check "a long load begins" begin cut
check "sipp is calling" wait_for 20 calling
tell abort load
check "it is ended as failed" hears 'load.*cut off, so that it proves nothing'
check "and nothing of it is left" wait_for 20 silent
check "this room is left too" leaves 3

# The same peer answers calls of our own.
cat >"$TMPDIR/book.yaml" <<YAML
runbook: calls
environment: STAGING
region: here
thresholds: {telephony: {min_success: 1}}
endpoints: {trunk: {adapter: sip, address: "127.0.0.1:$uas_port"}}
steps:
  - id: load
    takes: 10s
    timeout: 1m
    do: {calls: {endpoints: [trunk], to: service, every: 100ms}}
    undo: none
YAML
check "calls begin" begin calls
check "sipp answers each of them" hears 'load.*20 of 20 calls answered'
check "their room is left" leaves 0

# Nobody answers at that port any more.
kill $uas
wait $uas 2>/dev/null
book 80 20
check "a load at a dead trunk begins" begin dead
check "it fails by what sipp counted" hears 'load.*not met: .*failed <= 0 %'
check "the last room is left" leaves 3
finish
