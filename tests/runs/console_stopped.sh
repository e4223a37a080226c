#!/bin/bash
# Job control: a screen that watches is suspended and comes back; one that
# commands a room is not, and what stops it from outside leaves no trace.
. tests/lib/lib.sh
. tests/lib/tmux.sh

for need in tmux curl jq; do
	command -v $need >/dev/null || skip "$need is not installed"
done
"$WARROOM" twin --list >/dev/null 2>&1 || skip "built without the twin"

R=$TMPDIR/night
"$WARROOM" drill runbooks/voice-cutover.yaml --plain --speed 5 \
	--scenario calm --room "$R" <"$TMPDIR" >"$TMPDIR/first" 2>&1
"$WARROOM" status "$R" >/dev/null
[ -s "$R/journal.jsonl" ] || finish

pid_of() { # COMMAND: the process on the terminal
	pgrep -f -o -- "^$WARROOM $1 .*$R"
}
state_of() {
	sed 's/.*) //;s/ .*//' "/proc/$1/stat"
}
help_is_gone() {
	! shows 'Keys in'
}
word_is_gone() {
	! shows 'suspend is off'
}

is_stopped() {
	[ "$(state_of "$1")" = T ]
}

# ---- a watch at a shell with job control ----

sit_down 100 30 "PS1='at the shell ' bash --norc --noprofile -i"
check "a shell" sees shows 'at the shell'
press "$WARROOM watch $R --theme themes/dark.yaml" Enter
check "the room is watched" sees row_like 1 'READ-ONLY'
watch=$(pid_of watch)
press C-z
check "ctrl-Z leads back to the shell" sees shows 'Stopped'
check "the process stands" wait_for 20 is_stopped "$watch"
check "the shell's screen is there" shows 'at the shell'
press 'echo left-of-the-line' Enter
check "and its line works" sees shows_like '^left-of-the-line'
size 90 28
press fg Enter
check "fg brings the room back" sees row_like 1 'READ-ONLY'
check "in the size the window has now" sees row_like 28 'q leave'
check "nothing of the shell is left on it" eval '! shows "at the shell"'
press '?'
check "keys work again" sees shows 'Keys in'
press Escape
sees help_is_gone # else the shell gets the key
kill -STOP "$watch"
check "a stop from outside" wait_for 20 is_stopped "$watch"
sees shows 'at the shell'
sleep 4 # what the word counts
press fg Enter
check "comes back as well" sees row_like 1 'READ-ONLY'
check "and says what was missed" sees shows_like 'back after 00:0[0-9]: 0 rec'
kill -TSTP "$watch"
check "a stop by its signal is a ctrl-Z" wait_for 20 is_stopped "$watch"
press fg Enter
sees row_like 1 'READ-ONLY'
press C-z
sees shows 'at the shell'
press bg Enter
goes_on() {
	! is_stopped "$1"
}
check "in the background it goes on" wait_for 20 goes_on "$watch"
press 'echo still-here' Enter
check "and leaves the terminal alone" sees shows_like '^still-here'
check "the shell has the screen" eval '! row_like 1 READ-ONLY'
press fg Enter
check "fg shows it again" sees row_like 1 'READ-ONLY'
press q
check "q leaves it" sees shows_like '^at the shell'
size 100 30
press 'exit' Enter
check "the terminal is as it was" is_restored

# ---- a drill commands its room: it is not stopped by a key ----

sit_down 100 30 "$WARROOM drill runbooks/voice-cutover.yaml \
--theme themes/dark.yaml --scenario calm --room $R"
check "the drill is resumed" sees row_like 1 'DRILL'
drill=$(pid_of drill)
check "the process" test -n "$drill"
press C-z
check "ctrl-Z is refused with the reason" sees shows 'suspend is off'
press Escape
check "escape takes the word away" sees word_is_gone
kill -TSTP "$drill"
check "so is its signal" sees shows 'suspend is off'
check "it runs on" goes_on "$drill"
kill -STOP "$drill"
check "a stop from outside stops it" wait_for 20 is_stopped "$drill"
size 80 24
sleep 4 # what the word counts
kill -CONT "$drill"
check "after a stop it says what was missed" sees shows 'back after'
check "in the size the window has now" sees row_like 24 'q leave'
size 100 30
press q
sees shows 'Leave the room'
press p
check "the program says 3" sees shows 'exit code 3.'
check "the terminal is as it was" is_restored
finish
