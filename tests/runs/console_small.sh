#!/bin/bash
# The console on small and poor terminals: 80 x 24 is enough for a whole
# night, less never confirms what cannot be read, and neither colours nor
# letters beyond ASCII are needed.
. tests/lib/lib.sh
. tests/lib/tmux.sh

for need in tmux curl jq; do
	command -v $need >/dev/null || skip "$need is not installed"
done

drill="$WARROOM drill runbooks/voice-cutover.yaml --theme themes/dark.yaml \
--speed 5 --room $TMPDIR"
R=$TMPDIR/night
at() { # STEP STATE: a record says so
	echo ".kind == \"step\" and .step == \"$1\" and .state == \"$2\""
}

# ---- 80 x 24, and what happens to an open plan when it gets smaller ----

sit_down 80 24 "$drill/night"
check "the place" sees row_like 1 'PROD +DRILL .*night .*window closes in'
check "the decision" sees row_like 2 'GO.*15 of 15 gates met'
# shellcheck disable=SC2154 # of lib.sh
[ "$failures" = 0 ] || finish # nothing to sit at
check "the rollback clock" row_like 3 'rollback now .*last safe start [0-9:]+'
check "a pane is a line" row_like 4 '^ 1 Telephony +✓ GO +5 of 5'
check "so are the others" row_like 7 '^ 4 Rollback readiness +✓ GO +3 of 3'
check "the runbook keeps its rows" row_like 16 ' 8 announce '
press 1
check "the pane in focus opens" sees shows_like \
	'✓ GO +abandonment rate +[0-9.]+ % +≤ 2.5 .*s│$'
press 5
check "and closes again" sees row_like 5 '^ 2 Integration '

check "a plan fits" arms lock-baseline
types 'ye'
size 90 30
check "another size empties the line" sees shows '> _'
check "and says why" sees shows 'the window changed: type the phrase again'
types 'yes'
size 40 12
press Enter # confirms nothing: the plan cannot be read
check "a plan that does not fit is withdrawn" sees shows \
	'the plan was withdrawn'
check "the journal says so" wait_for 20 recorded "$R" \
	"$(at lock-baseline ready) and .was == \"armed\""
check "the decision stays" sees row_like 2 'GO'
check "and the current step" sees shows_like ' 1 lock-baseline'
size 20 5
check "20 x 5 still shows the decision" sees row_like 2 'GO'
check "and the mode" sees row_like 1 'DRILL'
size 10 2
check "10 x 2 shows the word" sees row_like 2 '^.?GO.? *$'
size 2 1
check "2 x 1 shows what fits" sees row_like 1 '^GO$'
size 1 1
size 1 3
size 80 24
check "the screen comes back" presses Escape row_like 24 'enter .*R rollback'
# The word of the withdrawal goes after a while: it is no part of the room.
check "the words go" wait_for 30 eval '! shows withdrawn'
still() {
	screen | sed -n '1p;3,16p' | sed 's/[0-9][0-9:]*/N/g'
}
still >"$TMPDIR/grown"
press C-l
is_still() {
	still | diff "$TMPDIR/grown" -
}
check "as it would be drawn anew" wait_for 10 is_still
check "nothing was confirmed by any of this" never_recorded "$R" \
	"$(at lock-baseline confirmed)"

walk() { # STEP PHRASE
	check "$1: its plan fits 80 x 24" arms "$1"
	check "$1: the phrase runs it" confirms "$1" "$2"
}
walk lock-baseline yes
walk go-no-go yes
walk publish-flow 'PUBLISH-FLOW prod us-east-1'
walk set-routing yes
walk open-trunk yes
walk switch-dns 'SWITCH-DNS prod us-east-1'
check "the storm opens its box" sees shows 'ROLLBACK PROPOSED · PROD · DRILL'
size 40 12
check "also on 40 x 12" sees shows 'ROLLBACK PROPOSED'
size 80 24
check "R shows the plan" presses R shows 'ROLLBACK · PROD · DRILL'
types 'ROLLBACK prod us-east-1'
size 30 8
check "the rollback's plan is withdrawn too" sees shows 'the plan was'
check "and stays available" wait_for 20 recorded "$R" \
	'.kind == "rollback" and .state == "declined"'
size 80 24
sees row_like 24 'R rollback'
check "nothing was undone" never_recorded "$R" '.kind == "undo"'
check "R shows it again" presses R shows 'ROLLBACK · PROD · DRILL'
types 'ROLLBACK prod us-east-1' && press Enter
check "it ends rolled back and validated" sees row_like 3 \
	'ROLLED BACK, VALIDATED'
press q
check "q asks how to leave" sees shows 'Leave the room'
press p
check "the program says 5" sees shows 'exit code 5.'
check "the terminal is as it was" is_restored

# ---- colours ----

colours() { # of the screen: SGR numbers beyond attributes and defaults
	mux capture-pane -e -p -t wr | grep -oE $'\033''\[[0-9;:]*m' |
		tr -d $'\033''[m' | tr ';:' '\n\n' |
		grep -vxE '0?|1|2|4|7|22|24|27|39|49' | sort -un | tr '\n' ' '
}
sit_down 120 36 "TERM=screen-256color $drill/colour"
check "with colours" sees row_like 2 'GO.*15 of 15'
check "there are some" test -n "$(colours)"
stop_twins
sit_down 120 36 "NO_COLOR=1 TERM=screen-256color $drill/bare"
check "under NO_COLOR" sees row_like 2 'GO.*15 of 15'
check "there is none" test -z "$(colours)"
press Enter
check "a box opens" sees shows '> _'
check "also without" test -z "$(colours)"
check "attributes tell it from the rest" eval \
	"mux capture-pane -e -p -t wr | grep -q \$'\033'"
stop_twins

# ---- letters ----

is_ascii() {
	! screen | LC_ALL=C grep -n '[^ -~]'
}
sit_down 80 24 "LANG=C TERM=vt100 $drill/ascii"
check "on a vt100 in the C locale" sees row_like 2 '^.GO. 15 of 15 gates met'
check "no letter beyond ASCII is drawn" is_ascii
check "rows say it with signs" row_like 4 '^ 1 Telephony +[+] GO +5 of 5'
sees shows_like ' lock-baseline .*ready'
press Enter
check "a box opens" sees shows '> _'
check "in ASCII" is_ascii
check "limits are spelled" shows 'live not there -> v-1029384756'
check "the phrase works" confirms lock-baseline yes
presses q shows 'Leave the room'
press p
check "a room left early says 3" sees shows 'exit code 3.'
finish
