#!/bin/bash
# A library of the console is refused memory, or the console a thread, a
# socket, a descriptor or a look at them: the night ends with a word or goes on
# truthfully, its journal is sound, and it can be resumed.
#
# FULL=1 tries each place and each call; otherwise a few.
. tests/lib/lib.sh
. tests/lib/fault.sh

lanes=3

# Nights with lines "VAR=VALUE VAR=VALUE..." from stdin, some at a time.
nights() { # NAME
	local n=0 tried=0 pids='' vars

	while read -r -a vars; do
		n=$((n + 1))
		night "$1.$n" "${vars[@]}" &
		pids="$pids $!"
		[ $((n % lanes)) = 0 ] || continue
		gather || return 1
	done
	gather || return 1
	echo "  $1: $tried times"
	[ "$tried" -gt 0 ]
}

gather() {
	local pid code

	for pid in $pids; do
		code=0
		wait "$pid" || code=$?
		[ "$code" != 1 ] || return 1
		[ "$code" = 2 ] || tried=$((tried + 1))
	done
	pids=
}

heap() {
	local all=$TMPDIR/all most=3 code=0

	[ "${FULL:-0}" = 1 ] && most=100000
	drill "$TMPDIR/untouched" FAULT_CALL=heap FAULT_AT=0 \
		LD_PRELOAD="$BUILD/tests/lib/preload_fault.so" \
		FAULT_SITES="$all" || code=$?
	[ "$code" = 5 ] || return 1
	places "$all" "$most" |
		sed 's/\(.*\) \(.*\)/FAULT_CALL=heap FAULT_SITE=\1 FAULT_AT=\2/' |
		nights heap
}

# Each STEP-th call of a night up to MOST, or the named ones.
calls() { # KIND STEP MOST N...
	local kind=$1 step=$2 most=$3

	shift 3
	[ "${FULL:-0}" = 1 ] && set -- $(seq 1 "$step" "$most")
	printf "FAULT_CALL=$kind FAULT_AT=%d\n" "$@" | nights "$kind"
}

check "memory for a library" heap
check "memory for a library, of ours" calls given 700 140000 30 9000 90000
check "a thread" calls thread 1 12 3
check "a socket" calls socket 1 120 20
check "a pipe, a timer, a poll set" calls wake 1 40 9
check "a descriptor to watch" calls watch 1 200 12
check "a wait for descriptors" calls wait 1 500 60
check "a file to open" calls open 1 60 20
finish
