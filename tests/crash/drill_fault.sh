#!/bin/bash
# A system call or an allocation of the console fails at its N-th time, once or
# for ever: the night ends cleanly and says why, its journal is sound, nothing
# was told to the platform without an intent on the disk, and it can be resumed.
#
# FULL=1 tries every N; otherwise a few of each kind.  A night has tens of
# thousands of allocations: each is tried in a small one, some in the large.
. tests/lib/lib.sh
. tests/lib/fault.sh

FULL=${FULL:-}

try() { # CALL N EVER
	night "$size$1.$2.${3:-once}" FAULT_CALL="$1" FAULT_AT="$2" \
		${3:+FAULT_EVER=1}
}

# The numbers that are due: every STRIDE-th; for ever, only those that did not
# end the console at once, for which it would be the same night.
numbers() { # CALL STRIDE EVER
	if [ -z "$3" ]; then
		seq 1 "$2" 1000000
	else
		sed -n "s/^$size$1\.\([0-9]*\)\.once\$/\1/p" "$TMPDIR/went_on" |
			sort -n
	fi
}

# LANES nights at a time: all numbers that fit into a night, as the first that
# never came to its call says.
loop() { # CALL STRIDE LANES [FULL_STRIDE]
	local n ever code tried over running stride=$2

	[ -z "$FULL" ] || stride=${4:-1}
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
		echo "  $size$1${ever:+ for ever}: $tried times"
		[ -n "$ever" ] || [ $tried -gt 1 ] || return 1
	done
}

size=
: >"$TMPDIR/went_on"

# A trunk goes into service, its gate says NO-GO, and it is taken back.
cat >"$TMPDIR/small.json" <<-'END'
	{"gate_id": "small", "decision_logic": "ALL_THRESHOLDS_MET",
	 "rollback_trigger": "ANY_CRITICAL_THRESHOLD_BREACH",
	 "thresholds": {"telephony": {"trunk_status": "standby"}}}
END
cat >"$TMPDIR/small.yaml" <<-'END'
	runbook: small
	environment: STAGING
	region: us-east-1
	rto: 30m
	gates: small.json
	endpoints:
	  platform:
	    adapter: guide
	    url: https://api.mypurecloud.com
	    token_url: https://login.mypurecloud.com/oauth/token
	    client_id: warroom-cutover
	    secret_env: WARROOM_PLATFORM_SECRET
	probes:
	  trunk:
	    every: 5s
	    http:
	      endpoint: platform
	      path: /api/v2/telephony/trunks/validation_trunk_primary
	    signals: {telephony.trunk_status: /status}
	baseline: []
	steps:
	  - id: open-trunk
	    takes: 10s
	    confirm: key
	    object: trunk:validation_trunk_primary
	    do:
	      trunk:
	        endpoint: platform
	        trunk: validation_trunk_primary
	        status: active
	    undo:
	      trunk:
	        endpoint: platform
	        trunk: validation_trunk_primary
	        status: standby
	  - id: watch
	    needs: [open-trunk]
	    takes: 5m
	    confirm: none
	    do: {wait: {for: 5m, gates: watch}}
	    undo: none
	rollback:
	  policy: propose
	  stagger: 1s
	  validate:
	    trunk: {signal: telephony.trunk_status, equals: standby, for: 5s}
END

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
check "an allocation that fails" loop alloc 1500 6 50
size=small. BOOK=$TMPDIR/small.yaml
check "each allocation that fails in a small night" loop alloc 150 6
check "a connection that fails" ended_well
finish
