#!/bin/sh
# A drill that is left keeps its twin while there is something to go on with,
# and lets it go once all was taken back.
. tests/lib/lib.sh
. tests/lib/plain.sh
"$WARROOM" twin --list >/dev/null 2>&1 || skip "built without the twin"
R=$TMPDIR/room

# what of the twin's environment is called like that
given() {
	tr '\0' '\n' <"/proc/$(jq -r .pid "$R/services.json")/environ" |
		grep -e "$1"
}

serves() {
	kill -0 "$(jq -r .pid "$R/services.json" 2>/dev/null)" 2>/dev/null
}

is_gone() {
	[ ! -e "$R/services.json" ]
}

back() { # the console on that room
	sit "$TMPDIR/$1" drill runbooks/voice-cutover.yaml --plain --speed 20 \
		--scenario calm --room "$R"
}
trap 'kill $console; kill $(jq -r .pid "$R/services.json")' EXIT

export WARROOM_PLATFORM_SECRET=not-for-the-twin WARROOM_NOTIFY=none
back first
check "the decision is GO" hears "decision GO"
tell arm lock-baseline
answers yes
check "a step is done" hears "lock-baseline verified"
check "left with steps to do" leaves 3
check "the twin goes on" serves
check "it was given what a process needs" given '^HOME='
check "and nothing of the console" test -z "$(given WARROOM)"
check "no secret of it" test -z "$(given not-for-the-twin)"

back second
check "the same twin is found" hears "found the twin"
tell rollback
check "the rollback's plan is shown" answers 'ROLLBACK prod us-east-1'
check "all is taken back" hears "rollback validated"
check "left after that" leaves 5
check "there is nothing left for the twin" wait_for 20 is_gone
finish
