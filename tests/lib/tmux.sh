# tmux.sh - for test scripts that sit at the console: a terminal of their own.
#   . tests/lib/lib.sh && . tests/lib/tmux.sh
# The server is private to $TMPDIR and ends with the script.  Nothing here
# sleeps blindly: keys are sent, then the screen is looked at until it shows
# what must come, at most $PATIENCE seconds.
# shellcheck shell=bash

PATIENCE=60
seat=0 # each terminal has a server of its own: one that ends may linger
export TMUX_TMPDIR=$TMPDIR
unset TMUX

mux() {
	tmux -L "wr$seat" -f /dev/null "$@"
}

# sit_down COLS ROWS COMMAND: the command on a new terminal of that size,
# between two looks at the terminal's modes; its exit code is said after it.
sit_down() {
	cat >"$TMPDIR/inside" <<-EOF
		stty -a >"$TMPDIR/modes.before"
		$3
		echo "exit code \$?."
		stty -a >"$TMPDIR/modes.after"
		read -r line
		printf '%s' "\$line" >"$TMPDIR/line"
		sleep 1000
	EOF
	mux kill-server 2>/dev/null
	seat=$((seat + 1))
	rm -f "$TMPDIR/modes.after" "$TMPDIR/line"
	mux new-session -d -s wr -x "$1" -y "$2" "exec bash $TMPDIR/inside"
	trap 'mux kill-server 2>/dev/null; stop_twins' EXIT
}

press() {
	mux send-keys -t wr "$@"
}

screen() {
	mux capture-pane -p -t wr
}

# shows TEXT, shows_like REGEX, row_like ROW REGEX: as the screen is now.
shows() {
	screen | grep -qF -e "$1"
}

shows_like() {
	screen | grep -qE -e "$1"
}

row_like() {
	screen | sed -n "$1p" | grep -qE -e "$2"
}

# sees CHECK ARGS...: one of the looks above, waited for; else what is there.
sees() {
	wait_for "$PATIENCE" "$@" && return 0
	screen | sed 's/^/  | /'
	return 1
}

# Types into the line of an open box until all of it stands there: a box that
# has just opened is deaf for a moment.  Without a box nothing is typed.
types() {
	local tries
	presses C-u shows '> _' || return 1
	for ((tries = 0; tries < PATIENCE; tries++)); do
		press C-u
		press -l "$1"
		wait_for 1 shows "> $1_" >/dev/null && return 0
	done
	echo "never stood in the box: $1"
	screen | sed 's/^/  | /'
	return 1
}

# presses KEY CHECK ARGS...: the key until it shows; a deaf box takes none.
presses() {
	local key=$1 tries
	shift
	for ((tries = 0; tries < PATIENCE; tries++)); do
		press "$key"
		wait_for 1 "$@" >/dev/null && return 0
	done
	sees "$@"
}

# arms STEP: the box of its plan, by enter on the runbook's next step.
arms() {
	sees shows_like " $1 .*ready" && press Enter &&
		sees shows_like "$1 . PROD . DRILL" && sees shows "> _"
}

# confirms STEP PHRASE: from the open box to the verified step.
confirms() {
	types "$2" && press Enter && sees shows_like " $1 .*verified"
}

# recorded ROOM FILTER: does the room's journal hold such a record?
recorded() {
	jq -e -n "[inputs] | any($2)" "$1/journal.jsonl" >/dev/null
}

never_recorded() {
	! recorded "$@"
}

# twin ROOM METHOD PATH: what the twin of a room answers.
twin() {
	curl -sS -m 10 -X "$2" -H 'X-Twin: 1' \
		"$(jq -r .http "$1/services.json")$3"
}

stop_twins() {
	local services
	for services in "$TMPDIR"/*/services.json; do
		[ ! -f "$services" ] ||
			twin "${services%/*}" POST /twin/stop >/dev/null 2>&1
	done
}

# size COLS ROWS: of the terminal from now on.
size() {
	mux resize-window -t wr -x "$1" -y "$2"
}

# The terminal is as it was: modes, the screen that scrolls, a cursor, and
# what is pasted comes as it is.
is_restored() {
	wait_for "$PATIENCE" test -s "$TMPDIR/modes.after" || return 1
	diff "$TMPDIR/modes.before" "$TMPDIR/modes.after" || return 1
	[ "$(mux display-message -p -t wr \
		'#{alternate_on} #{cursor_flag} #{keypad_flag}')" = "0 1 0" ] ||
		return 1
	mux set-buffer 'as it is'
	mux paste-buffer -p -t wr
	press Enter
	wait_for "$PATIENCE" test -s "$TMPDIR/line" &&
		[ "$(cat "$TMPDIR/line")" = 'as it is' ]
}
