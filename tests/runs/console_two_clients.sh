#!/bin/bash
# Two people at one tmux: the window takes the size of whoever typed last.  No
# garbage, no lost key, and a plan that no longer fits is withdrawn.
. tests/lib/lib.sh
. tests/lib/tmux.sh

for need in tmux curl jq script; do
	command -v $need >/dev/null || skip "$need is not installed"
done
"$WARROOM" twin --list >/dev/null 2>&1 || skip "built without the twin"

R=$TMPDIR/night
declare -A pids

# client NAME ROWS COLS: somebody who attaches by a terminal of their own, and
# whose keys come from the pipe NAME.keys.
client() {
	mkfifo "$TMPDIR/$1.keys"
	script -qfec "stty rows $2 cols $3; exec env TERM=xterm-256color \
		tmux -L wr${seat:?} -f /dev/null attach -t wr" "$TMPDIR/$1.seen" \
		<"$TMPDIR/$1.keys" >/dev/null 2>&1 &
	pids[$1]=$!
	if [ "$1" = big ]; then
		exec 5>"$TMPDIR/$1.keys"
	else
		exec 6>"$TMPDIR/$1.keys"
	fi
}
hits() { # NAME KEYS: that person types
	if [ "$1" = big ]; then
		printf '%b' "$2" >&5
	else
		printf '%b' "$2" >&6
	fi
}
# strikes NAME KEYS CHECK...: until it is so; a box is deaf for a moment.
strikes() {
	local name=$1 keys=$2 tries
	shift 2
	for ((tries = 0; tries < 20; tries++)); do
		hits "$name" "$keys"
		wait_for 1 "$@" >/dev/null && return 0
	done
	sees "$@"
}
clients() {
	[ "$(mux list-clients -t wr | wc -l)" = "$1" ]
}
is_wide() { # COLS: of the window
	[ "$(mux display-message -p -t wr '#{window_width}')" = "$1" ]
}

sit_down 120 36 "$WARROOM drill runbooks/voice-cutover.yaml --scenario calm \
--theme themes/dark.yaml --speed 5 --room $R"
trap 'kill "${pids[@]}"; mux kill-server; stop_twins' EXIT
mux set-option -g window-size latest
mux set-option -s escape-time 0
sees row_like 1 'DRILL'
client big 37 120
check "one attaches" wait_for 20 clients 1
hits big '?'
check "whoever types has the window" wait_for 20 is_wide 120
check "and is heard" sees shows 'Keys in'
hits big '\033'
sees row_like 36 'enter open'
client small 13 40
check "another attaches" wait_for 20 clients 2
hits small 'j'
check "the window is theirs when they type" wait_for 20 is_wide 40
check "their key was not lost" sees shows 'Journal'
hits small '\033'
check "the small screen says the decision" sees row_like 2 'GO'
check "and nothing is left of the wide one" eval '! shows "Rollback readiness"'

# A plan is open at the wide client when the other one types.
hits big '\r'
check "the wide one arms a step" sees shows 'lock-baseline · PROD'
check "in their size" wait_for 20 is_wide 120
check "who begins to type" strikes big '\025ye' shows '> ye_'
hits small 'x'
check "the other one's key changes the size" wait_for 20 is_wide 40
check "the plan that no longer fits is withdrawn" sees shows 'the plan was'
check "the journal says so" wait_for 20 recorded "$R" \
	'.kind == "step" and .state == "ready" and .was == "armed"'
hits small 's\r'
check "what was meant for it confirms nothing" never_recorded "$R" \
	'.kind == "step" and .state == "confirmed"'

# Both type at once, again and again: every key is heard, by whole pictures.
for ((i = 0; i < 15; i++)); do
	hits big '\033\033'
	hits small '\033'
	hits big '?'
	hits small '\033'
done
check "the picture is whole for whoever goes on" strikes big '\033' \
	row_like 36 'enter open .*R rollback'
check "in their size" is_wide 120
still() {
	screen | sed -n '1p;4,20p' | sed 's/[0-9][0-9:]*[smh]*/N/g'
}
# How often the program has cleared its terminal.
mux pipe-pane -t wr "cat >$TMPDIR/drawn"
cleared() {
	grep -ao $'\033\\[H\033\\[J' "$TMPDIR/drawn" | wc -l
}
cleared_since() {
	[ "$(cleared)" -gt "$1" ]
}
as_now() {
	still | diff "$TMPDIR/now" -
}
is_still() {
	local before
	before=$(cleared)
	still >"$TMPDIR/now"
	hits big '\014'
	# On their own: whoever waits for this counts looks as well.
	(wait_for 20 cleared_since "$before" && wait_for 1 as_now)
}
check "and as it would be drawn anew" wait_for 20 is_still
hits big '1'
check "keys work" sees shows_like '▸1 Telephony'
strikes big '5\r' shows 'lock-baseline · PROD'
hits small 'q'
wait_for 20 is_wide 40
kill "${pids[small]}"
unset "pids[small]"
check "one leaves" wait_for 20 clients 1
check "the other goes on in their size" strikes big '\033' \
	row_like 36 'enter open .*q leave'
strikes big q shows 'Leave the room'
hits big 'p'
check "the program says 3" sees shows 'exit code 3.'
size 120 36
check "the terminal is as it was" is_restored
finish
