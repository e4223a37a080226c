#!/bin/bash
# A drill through pipes: numbered prompts and lines that are only ever
# appended, phrases on stdin, and nobody there means nothing is confirmed.
. tests/lib/lib.sh

command -v jq >/dev/null || skip "jq is not installed"

PATIENCE=60
drill=(timeout 110 "$WARROOM" drill runbooks/voice-cutover.yaml
	--theme themes/dark.yaml --speed 5 --room)

end_twins() {
	local services
	for services in "$TMPDIR"/*/services.json; do
		[ ! -f "$services" ] ||
			kill "$(jq .pid "$services")" 2>/dev/null
	done
}
trap end_twins EXIT

recorded() { # ROOM FILTER
	jq -e -n "[inputs] | any($2)" "$1/journal.jsonl" >/dev/null
}

never_recorded() {
	[ -s "$1/journal.jsonl" ] && ! recorded "$@"
}

confirmed='.kind == "step" and (.state | IN("confirmed", "intent", "acting"))'

R=$TMPDIR/night
OUT=$TMPDIR/night.out
mkfifo "$TMPDIR/stdin"
"${drill[@]}" "$R" --plain <"$TMPDIR/stdin" >"$OUT" 2>"$TMPDIR/night.err" &
pid=$!
exec 7>"$TMPDIR/stdin"

said() {
	grep -qE -e "$1" "$OUT"
}

# Every later look sees at least what earlier ones did: lines are appended.
: >"$TMPDIR/before"
says() {
	wait_for "$PATIENCE" said "$1" || {
		tail -n 15 "$OUT"
		return 1
	}
	cmp -n "$(wc -c <"$TMPDIR/before")" "$TMPDIR/before" "$OUT" &&
		cp "$OUT" "$TMPDIR/before"
}

line() {
	printf '%s\n' "$1" >&7
}

# answers LINE REGEX: the line, again each second while it comes too soon
# after its plan to have been read.
answers() {
	local tries
	for ((tries = 0; tries < PATIENCE; tries++)); do
		line "$1"
		wait_for 1 said "$2" >/dev/null && return 0
	done
	says "$2"
}

# walks STEP PHRASE: the numbered choice, the plan, the phrase.
walks() {
	says "> 1 arm $1, 2 rollback" && line 1 &&
		says "plan of $1 in PROD" && says "[0-9]+> type  $2  and" &&
		answers "$2" "step $1 (confirmed|verified)" &&
		says "step $1 verified"
}

check "the first line says where one is" says \
	'^[0-9:]{8} DRILL room night, runbook voice-cutover, PROD us-east-1'
check "the decision becomes GO" says 'DRILL decision GO: 15 of 15 gates met'
check "prompts are numbered" says '^DRILL 1> 1 arm lock-baseline, 2 rollback'
line 3
check "a number stands for its verb" says 'DRILL step 1 lock-baseline ready'
line 'nonsense'
check "another word is refused with a word" says 'nonsense'
check "a key step takes yes" walks lock-baseline yes
check "the commander's gate too" walks go-no-go yes
check "the next one is offered" says '> 1 arm publish-flow, 2 rollback'
line 1
check "its plan is numbered" says 'plan 2 of [0-9]+: PATCH http://127.0.0.1:'
check "with what is live" says \
	'plan [0-9] of [0-9]: live v-1029384756 -> v-2040506070'
check "a wrong phrase is refused with its place" answers \
	'PUBLISH-FLOW prod us-east-2' 'not confirmed: at character 27'
check "so is the choice's number" answers 1 \
	'not confirmed: at character 1 it must go on'
check "nothing ran" never_recorded "$R" \
	".step == \"publish-flow\" and $confirmed"
check "no leaves everything as it is" answers no \
	'step publish-flow ready declined'
check "the phrase runs it" walks publish-flow 'PUBLISH-FLOW prod us-east-1'
check "routing" walks set-routing yes
check "trunk" walks open-trunk yes
check "DNS" walks switch-dns 'SWITCH-DNS prod us-east-1'
check "the storm is told" says 'DRILL NO-GO primary trunk alive no'
check "and what it asks for" says \
	'a breach asks for the rollback: "rollback" shows its plan'
line rollback
check "the rollback's plan is shown" says 'DRILL plan of the ROLLBACK in PROD'
check "with its phrase" says '[0-9]+> type  ROLLBACK prod us-east-1  and enter'
check "the phrase starts it" answers 'ROLLBACK prod us-east-1' \
	'DRILL rollback running'
check "it ends validated" says 'DRILL rollback validated: rolled back and'
line park
check "park ends the lines" wait_for "$PATIENCE" eval "! kill -0 $pid"
wait $pid
check "with the code of a rolled back room" test $? = 5
exec 7>&-
check "and a last line" holds "$OUT" \
	'DRILL room night, parked: rollback validated'
check "no escape byte was written" lacks "$OUT" $'\033'
check "nor any other control byte" eval "! LC_ALL=C grep -n '[^ -~]' '$OUT'"
check "every line says when, or asks" eval \
	"! grep -vE '^[0-9]{2}:[0-9]{2}:[0-9]{2} DRILL |^DRILL [0-9]+> |^DRILL room ' '$OUT'"
numbers=$(sed -n 's/^DRILL \([0-9]*\)> .*/\1/p' "$OUT")
check "the numbers count up by one" test "$numbers" = \
	"$(seq 1 "$(echo "$numbers" | wc -l)")"
check "stderr stays empty" test ! -s "$TMPDIR/night.err"

# ---- nobody there ----

check "input that ends parks the room" exits 130 \
	"${drill[@]}" "$TMPDIR/eof" --plain
check "its journal says why" recorded "$TMPDIR/eof" \
	'.kind == "console" and .state == "lost"'
check "nothing was confirmed" never_recorded "$TMPDIR/eof" "$confirmed"

# Typed ahead of everything, then the end: no plan was there to be read.
printf '1\nyes\nyes\n' | "${drill[@]}" "$TMPDIR/ahead" --plain \
	>"$TMPDIR/ahead.out" 2>&1
check "lines typed ahead end in a parked room" test $? = 130
check "nor confirm anything" never_recorded "$TMPDIR/ahead" "$confirmed"

# Without a terminal and without --plain stdin is nobody's word.
"${drill[@]}" "$TMPDIR/nobody" >"$TMPDIR/nobody.out" 2>&1 \
	< <(yes 'yes' 2>/dev/null) &
pid=$!
OUT=$TMPDIR/nobody.out
: >"$TMPDIR/before"
check "without a terminal lines are written" says 'decision GO: 15 of 15'
check "no prompt is" eval "! grep -E '^DRILL [0-9]+>' '$OUT'"
check "and no escape byte" lacks "$OUT" $'\033'
check "what stdin says arms nothing" never_recorded "$TMPDIR/nobody" \
	'.kind == "step" and .state == "armed"'
kill -TERM $pid
wait $pid
check "a word to end parks it" test $? = 130
check "nothing was ever confirmed" never_recorded "$TMPDIR/nobody" \
	"$confirmed"
check "the room is parked" recorded "$TMPDIR/nobody" '.kind == "parked"'
finish
