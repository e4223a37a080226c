#!/bin/bash
# The console is killed at random times of a night on which answers get lost;
# however often, the night ends in a true state and nothing is done twice.
#
# KILLS=500 kills that often (25; 6 under sanitizers).
. tests/lib/lib.sh

kills=${KILLS:-$([ -z "$SAN" ] && echo 25 || echo 6)}
lanes=5

drill() { # ROOM LIMIT ARGS...: killed after LIMIT seconds, 0 never
	local room=$1 limit=$2
	shift 2
	timeout -s KILL "$limit" "$WARROOM" drill runbooks/voice-cutover.yaml \
		--headless --json --speed 50 --think 0s --scenario worst-night \
		--seed "$((RANDOM % 1000))" --room "$room" "$@" \
		>"$room.out" 2>>"$room.err" </dev/null
}

# The room as it was left: a killed process may hold it a moment longer, and
# a kill may come when all is over and only the room's end is told.
settled() { # ROOM LIMIT
	local i code=7

	for ((i = 0; i < 100 && code == 7; i++)); do
		code=0
		drill "$1" "$2" || code=$?
		[ $code != 7 ] || sleep 0.1
	done
	[ $code != 2 ] || code=$(tail -n 1 "$1/journal.jsonl" |
		jq 'if .kind == "close" then .code else 2 end')
	return "$code"
}

# Each effect once, by the platform's own count.
once_only() { # LEDGER
	[ -z "$(jq -r 'select(.effect != "" and (.repeat | not)) | .effect' \
		"$1" | sort | uniq -d)" ]
}

# What a journal calls under way at a kill is called unknown first, or the
# room was not taken up again.
tells_the_truth() { # JOURNAL
	jq -s -e '
		def running: IN("intent", "acting", "accepted", "converging",
			"verifying", "backoff");
		reduce .[] as $r ({open: {}, good: true};
			if $r.kind == "resume" then .due = (.open | to_entries |
				map(select(.value | running) | .key))
			elif $r.kind == "step" or $r.kind == "undo" then
				"\($r.kind) \($r.step // $r.item)" as $k |
				(if ((.due // []) | index($k)) != null
				then .good = (.good and $r.state == "unknown") |
					.due -= [$k] else . end) |
				.open[$k] = $r.state
			else . end) | .good' "$1" >/dev/null
}

# One night: killed up to six times, then left alone until it ends.
night() { # NUMBER; says how many kills it took
	local room=$TMPDIR/$1 code tries=0 killed=0

	while [ $tries -lt 6 ]; do
		tries=$((tries + 1))
		code=0
		settled "$room" "$((RANDOM % 4)).$((RANDOM % 900 + 100))" ||
			code=$?
		[ $code = 137 ] || break
		killed=$((killed + 1))
	done
	[ $code != 137 ] || {
		code=0
		settled "$room" 90 || code=$?
	}
	echo $killed >"$room.kills"
	case $code in 0 | 5) ;; *)
		echo "not ok night $1 ended with $code after $killed kills"
		tail -n 3 "$room.err" "$room/journal.jsonl"
		return 1
		;;
	esac
	"$WARROOM" verify "$room" >/dev/null &&
		tells_the_truth "$room/journal.jsonl" &&
		once_only "$room/ledger.jsonl" || {
		echo "not ok night $1 ($killed kills): $room"
		jq -c 'select(.kind == "step" or .kind == "undo" or
			.kind == "resume") | [.seq, .kind, .step // .name,
			.state, .detail]' "$room/journal.jsonl" | tail -n 40
		jq -c 'select(.effect != "")' "$room/ledger.jsonl"
		return 1
	}
	rm -rf "$room" "$room.out" "$room.err"
}

lane() { # NUMBER: nights until its share of kills has happened
	local n=0 done=0 bad=0

	while [ $done -lt $(((kills + lanes - 1) / lanes)) ] && [ $n -lt 1000 ]
	do
		n=$((n + 1))
		night "$1-$n" || bad=1
		done=$((done + $(cat "$TMPDIR/$1-$n.kills")))
	done
	echo "$done" >"$TMPDIR/lane-$1"
	return $bad
}

RANDOM=${SEED:-11}
pids=
for ((l = 0; l < lanes; l++)); do
	RANDOM=$((${SEED:-11} + l))
	lane "$l" 2>/dev/null &
	pids="$pids $!"
done
bad=0
for pid in $pids; do
	wait "$pid" || bad=1
done
total=$(awk '{ n += $1 } END { print n }' "$TMPDIR"/lane-*)
check "killed $total times at random, each night ends truthfully" \
	test $bad = 0
check "it was killed often enough" test "$total" -ge "$kills"
finish
