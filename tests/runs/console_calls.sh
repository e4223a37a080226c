#!/bin/bash
# What calls for a person: the option of the tmux pane, a program, the bell's
# choice; and nothing of it is left when the screen ends.
. tests/lib/lib.sh
. tests/lib/tmux.sh

for need in tmux curl jq; do
	command -v $need >/dev/null || skip "$need is not installed"
done
"$WARROOM" twin --list >/dev/null 2>&1 || skip "built without the twin"

R=$TMPDIR/night
drill="$WARROOM drill runbooks/voice-cutover.yaml --scenario calm --speed 5"
cat >"$TMPDIR/called" <<-EOF
	#!/bin/sh
	[ -t 0 ] && echo terminal >>"$TMPDIR/calls"
	echo "\$# \$1" >>"$TMPDIR/calls"
	exec sleep 1000
EOF
chmod +x "$TMPDIR/called"
option() { # WANTED
	[ "$(mux show-options -p -v -q -t wr @warroom)" = "$1" ]
}
title() {
	[ "$(mux display-message -p -t wr '#{pane_title}')" = "$1" ]
}

check "a way that is none is refused" exits 2 $drill --room "$R" --plain \
	--notify bell,smoke
check "with the ways there are" holds "$TMPDIR/err" "want bell, flash, title"
check "so is a program without its path" exits 2 env \
	WARROOM_NOTIFY_COMMAND=mail $drill --room "$R" --plain
check "and one that is not there" exits 2 env \
	WARROOM_NOTIFY_COMMAND=/no/such/program $drill --room "$R" --plain
stop_twins

sit_down 100 30 "WARROOM_NOTIFY_COMMAND=$TMPDIR/called $drill --room $R"
check "the pane's option is the decision" sees option 'GO DRILL night'
check "so is the title" sees title 'GO DRILL night'
check "nobody was called" test ! -e "$TMPDIR/calls"
twin "$R" POST /twin/fault >/dev/null
curl -sf -H 'X-Twin: 1' \
	-d '{"fault":"lost-trunk","count":-1,"match":"trunk_secondary"}' \
	"$(jq -r .http "$R/services.json")/twin/fault" >/dev/null
check "a worse decision is told" sees option 'NO-GO DRILL night'
check "the program is called with what happened" wait_for 30 grep -q \
	'^1 night: NO-GO' "$TMPDIR/calls"
check "once, and without a terminal" test "$(wc -l <"$TMPDIR/calls")" = 1
check "the screen does not wait for it" presses '?' shows 'Keys in'
press Escape
press q
sees shows 'Leave the room'
press p
check "the program ends" sees shows 'exit code 3.'
check "the option is gone" sees option ''
check "the terminal is as it was" is_restored

sit_down 100 30 "$drill --room $R --notify none"
sees row_like 1 DRILL
check "with none the option stays unset" option ''
check "and the title is not the decision" eval '! title "GO DRILL night"'
finish
