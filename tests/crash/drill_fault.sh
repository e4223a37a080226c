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
	local ONLY=

	# It ends at once, as if it were killed there: what follows is tried
	# for one of eight.
	[ "$1" != alloc ] || [ -z "$FULL" ] || [ $(($2 % 8)) = 0 ] || ONLY=once
	night "$1.$2.${3:-once}" FAULT_CALL="$1" FAULT_AT="$2" \
		${3:+FAULT_EVER=1}
}

# The numbers that are due: every STRIDE-th; for ever, only those that did not
# end the console at once, for which it would be the same night.
numbers() { # CALL STRIDE EVER
	if [ -z "$3" ]; then
		seq 1 "$2" 1000000
	else
		sed -n "s/^$1\.\([0-9]*\)\.once\$/\1/p" "$TMPDIR/went_on" |
			sort -n
	fi
}

# LANES nights at a time: all numbers that fit into a night, as the first that
# never came to its call says.
loop() { # CALL STRIDE LANES
	local n ever code tried over running stride=$2

	[ -z "$FULL" ] || stride=1
	for ever in "" ever; do
		over='' running=0 tried=0
		exec {due}< <(numbers "$1" "$stride" "$ever")
		while [ -z "$over" ] || [ $running -gt 0 ]; do
			while [ -z "$over" ] && [ $running -lt "$3" ]; do
				read -r n <&$due || over=yes
				[ -z "$over" ] || break
				try "$1" "$n" "$ever" &
				running=$((running + 1))
			done
			[ $running -gt 0 ] || break
			code=0
			wait -n || code=$?
			running=$((running - 1))
			case $code in
			0) tried=$((tried + 1)) ;;
			2) over=yes ;;
			*) return 1 ;;
			esac
		done
		exec {due}<&-
		echo "  $1${ever:+ for ever}: $tried times"
		[ -n "$ever" ] || [ $tried -gt 1 ] || return 1
	done
}

: >"$TMPDIR/went_on"

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
