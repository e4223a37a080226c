#!/bin/bash
# A system call or an allocation of the console fails at its N-th time, once or
# for ever: the night ends cleanly and says why, its journal is sound, nothing
# was told to the platform without an intent on the disk, and it can be resumed.
#
# FULL=1 tries every N; otherwise a few of each kind.
. tests/lib/lib.sh

# No sanitizer likes to be second among the preloaded.
FULL=${FULL:-}
[ -z "$SAN" ] || skip "not under sanitizers"

drill() { # ROOM ENV...
	local room=$1
	shift
	# It gives up by itself after 60 s in which nothing moved.
	timeout 150 env "$@" "$WARROOM" drill runbooks/voice-cutover.yaml \
		--headless --json --speed 200 --think 0s --seed 3 \
		--room "$room" >"$room.out" 2>"$room.err" </dev/null
}

# Whatever took effect on the platform has its intent on the disk: the key of
# the transaction is in both.
told_with_intent() { # ROOM
	local alone

	[ -f "$1/ledger.jsonl" ] || return 0
	alone=$(comm -23 <(jq -r 'select(.effect != "" and
			(.key | startswith("wr-"))) | .key' \
		"$1/ledger.jsonl" | sort -u) <(jq -r \
		'select(.state == "intent") | .key' "$1/journal.jsonl" |
		sort -u))
	[ -z "$alone" ] || {
		echo "took effect without an intent: $alone"
		return 1
	}
}

# No act of ours took effect twice.  What a probe sends on the way goes out once
# per console under a key of its own, to a platform that is new as well.
once_only() { # LEDGER
	[ -z "$(jq -r 'select(.effect != "" and (.repeat | not) and
			(.key | startswith("wr-"))) | .effect' \
		"$1" | sort | uniq -d)" ]
}

# 0: as promised; 1: not; 2: it never came to that.
try() { # CALL N EVER
	local room=$TMPDIR/$1.$2.${3:-once} code=0
	local -a fault=(LD_PRELOAD="$BUILD/tests/lib/preload_fault.so"
		FAULT_CALL="$1" FAULT_AT="$2" FAULT_MARK="$room.hit")

	[ -z "$3" ] || fault+=(FAULT_EVER=1)
	drill "$room" "${fault[@]}" || code=$?
	[ -e "$room.hit" ] || return 2
	case $code in
	124 | 13[0-9] | 14[0-9])
		echo "not ok $1 $2 $3: ended with $code"
		return 1
		;;
	0 | 5) ;;
	*) [ -s "$room.err" ] || {
		echo "not ok $1 $2 $3: $code, and nobody was told why"
		return 1
	} ;;
	esac
	[ ! -s "$room/journal.jsonl" ] || {
		"$WARROOM" verify "$room" >"$room.verify" 2>&1 &&
			told_with_intent "$room"
	} || {
		echo "not ok $1 $2 $3: the journal"
		cat "$room.verify"
		return 1
	}
	code=0
	grep -q '"kind":"close"' "$room/journal.jsonl" 2>/dev/null ||
		drill "$room" || code=$?
	case $code in
	0 | 5 | 6) once_only "$room/ledger.jsonl" && {
		rm -r "$room" "$room".*
		return 0
	} ;;
	esac
	echo "not ok $1 $2 $3: taken up again it ended with $code"
	tail -n 3 "$room.err"
	return 1
}

# Every STRIDE-th call of a night, LANES nights at a time: all that fit into a
# night, as the first that never came to its call says.
loop() { # CALL STRIDE LANES
	local n ever code tried=0 over running stride=$2

	[ -z "$FULL" ] || stride=1
	for ever in "" ever; do
		n=1 over='' running=0
		while [ -z "$over" ] || [ $running -gt 0 ]; do
			while [ -z "$over" ] && [ $running -lt "$3" ]; do
				try "$1" "$n" "$ever" &
				running=$((running + 1))
				n=$((n + stride))
			done
			code=0
			wait -n || code=$?
			running=$((running - 1))
			case $code in
			0) tried=$((tried + 1)) ;;
			2) over=yes ;;
			*) return 1 ;;
			esac
		done
	done
	echo "  $1: $tried times"
	[ $tried -gt 1 ]
}

# A night without a platform waits a minute before it gives up: many at a time,
# and meanwhile the others go on.
loop connect 60 60 >"$TMPDIR/connect" 2>&1 &
unplugged=$!
ended_well() {
	wait $unplugged
	local code=$?
	cat "$TMPDIR/connect"
	return $code
}
check "a write that fails" loop write 24 6
check "a sync that fails" loop sync 12 6
check "a rename that fails" loop rename 1 6
check "an allocation that fails" loop alloc 1500 6
check "a connection that fails" ended_well
finish
