#!/bin/bash
# A system call or an allocation of the console fails at its N-th time, once or
# for ever: the night ends cleanly and says why, its journal is sound, nothing
# was told to the platform without an intent on the disk, and it can be resumed.
#
# FULL=1 tries every N; otherwise a few of each kind.
. tests/lib/lib.sh
. tests/lib/fault.sh

FULL=${FULL:-}

try() { # CALL N EVER
	night "$1.$2.${3:-once}" FAULT_CALL="$1" FAULT_AT="$2" \
		${3:+FAULT_EVER=1}
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
