#!/bin/bash
# The second person: another account by the room's socket, or an SSH key, by
# the agent or a file; what is no second person is refused with a sentence.
. tests/lib/lib.sh

command -v jq >/dev/null || skip "jq is not installed"
command -v script >/dev/null || skip "script is not installed"

PATIENCE=60
# Another account comes as far as here: no secret lies above the rooms.
S=$(mktemp -d /tmp/approve.XXXXXX)
chmod 711 "$S"
mkdir "$S/books" "$S/keys"
cp runbooks/* "$S/books"
cp "$WARROOM" "$S/warroom"
chmod 755 "$S/warroom"
BOOK=$S/books/night.yaml
chmod 700 "$S/books" "$S/keys"

ssh-keygen -q -t ed25519 -N '' -C '' -f "$S/keys/bob"
ssh-keygen -q -t ecdsa -N '' -C '' -f "$S/keys/eve"
ssh-keygen -q -t ed25519 -N '' -C '' -f "$S/keys/ann"
{
	printf '# who may approve\n\n'
	printf 'bob %s\n' "$(cat "$S/keys/bob.pub")"
	printf 'ann %s\n' "$(cat "$S/keys/ann.pub")"
} >"$S/books/approvers"
sed '/id: lock-baseline/,/confirm:/s/confirm: key/confirm: two_person/
/id: publish-flow/,/confirm:/s/confirm: phrase/confirm: two_person/
s/^steps:/approvers: approvers\n&/' runbooks/voice-cutover.yaml >"$BOOK"

drill=(timeout 200 "$WARROOM" drill "$BOOK" --theme themes/dark.yaml
	--speed 5 --room)

clear_up() {
	local services
	for services in "$S"/*/services.json; do
		[ ! -f "$services" ] ||
			kill "$(jq .pid "$services")" 2>/dev/null
	done
	[ -z "${SSH_AGENT_PID:-}" ] || kill "$SSH_AGENT_PID" 2>/dev/null
	rm -rf "$S"
}
trap clear_up EXIT

recorded() { # ROOM FILTER
	jq -e -n "[inputs] | any($2)" "$1/journal.jsonl" >/dev/null
}

never_recorded() {
	[ -s "$1/journal.jsonl" ] && ! recorded "$@"
}

# ---- the runbook ----

check "a runbook with approvers is valid" exits 0 "$WARROOM" check "$BOOK"
for fault in '* ssh-ed25519 A|must name one person' \
	'bob,eve ssh-ed25519 A|must name one person' \
	'eve cert-authority ssh-ed25519 A|names an authority' \
	"eve $(cat "$S/keys/bob.pub")|has the key of \"bob\"" \
	'eve ssh-ed25519|is not "name type key"'; do
	cp "$S/books/approvers" "$S/books/kept"
	printf '%s\n' "${fault%%|*}" >>"$S/books/approvers"
	check "\"${fault%%|*}\" is refused" exits 2 \
		"$WARROOM" check "$BOOK"
	check "with its line" holds "$TMPDIR/out" "approvers line 5"
	check "and why" holds "$TMPDIR/out" "${fault#*|}"
	mv "$S/books/kept" "$S/books/approvers"
done
mv "$S/books/approvers" "$S/books/gone"
check "a file that is not there is named" exits 2 "$WARROOM" check "$BOOK"
check "with its path" holds "$TMPDIR/out" "$S/books/approvers"
mv "$S/books/gone" "$S/books/approvers"

# ---- headless: nobody says yes for two ----

check "a headless drill without a second person ends with 6" exits 6 \
	"${drill[@]}" "$S/alone" --headless
check "and says what is missing" recorded "$S/alone" \
	'.kind == "parked" and (.why | contains("--second-person"))'
check "nothing was confirmed" never_recorded "$S/alone" \
	'.kind == "step" and .state == "confirmed"'
timeout 200 "$WARROOM" drill "$BOOK" --theme themes/dark.yaml --speed 50 \
	--room "$S/played" --headless --second-person --scenario calm \
	>"$TMPDIR/out" 2>"$TMPDIR/err"
check "a policy may play the second person" test $? = 0
check "the journal says that it was a policy" recorded "$S/played" \
	'.kind == "approval" and .by == "second policy" and
	 .how == "policy of the drill"'

# ---- a room that waits ----

R=$S/night
OUT=$TMPDIR/night.out
mkfifo "$TMPDIR/stdin"
mkdir -m 710 "$R"
OTHER=65534
[ "$(id -u)" != 0 ] || chgrp "$OTHER" "$R"
WARROOM_COMMANDER=ann "${drill[@]}" "$R" --scenario calm --plain \
	<"$TMPDIR/stdin" >"$OUT" 2>"$TMPDIR/night.err" &
pid=$!
exec 7>"$TMPDIR/stdin"

said() {
	grep -qE -e "$1" "$OUT"
}
says() {
	wait_for "$PATIENCE" said "$1" || {
		tail -n 15 "$OUT"
		return 1
	}
}
line() {
	printf '%s\n' "$1" >&7
}
answers() {
	local tries
	for ((tries = 0; tries < PATIENCE; tries++)); do
		line "$1"
		wait_for 1 said "$2" >/dev/null && return 0
	done
	says "$2"
}

# approve CODE TYPED COMMAND...: at a terminal; TYPED once it is asked for.
approve() {
	local want=$1 typed=$2 got asked
	shift 2
	rm -f "$TMPDIR/keys"
	mkfifo "$TMPDIR/keys"
	: >"$TMPDIR/seen"
	timeout 60 script -qefc "$*" "$TMPDIR/seen" <"$TMPDIR/keys" \
		>/dev/null 2>&1 &
	asked=$!
	exec 8>"$TMPDIR/keys"
	wait_for 20 eval \
		"grep -qE '^(> |Script done)' '$TMPDIR/seen'" >/dev/null
	printf '%s\n' "$typed" >&8 2>/dev/null
	got=0
	wait $asked || got=$?
	exec 8>&-
	[ "$got" = "$want" ] && return 0
	echo "exit code $got, not $want: $*"
	cat "$TMPDIR/seen"
	return 1
}
# No job of this shell may end it when its terminal is gone.
trap '' PIPE

PHRASE='APPROVE LOCK-BASELINE prod us-east-1'
A="$S/warroom approve $R lock-baseline"

check "the first step is offered" says '> 1 arm lock-baseline'
check "no plan is open" approve 1 "$PHRASE" "$A --key $S/keys/bob"
check "it says so" holds "$TMPDIR/seen" 'no plan is open'
go_times() { # N: so many times the decision became GO
	[ "$(jq -n '[inputs | select(.kind == "decision" and
		.verdict == "GO")] | length' "$R/journal.jsonl")" -ge "$1" ]
}
check "the room is GO" wait_for "$PATIENCE" go_times 1
line 1
check "the plan says what is awaited, and the command" says \
	"plan waits for a second person: warroom approve $R lock-baseline"
check "its phrase alone does not confirm" answers \
	'LOCK-BASELINE prod us-east-1' 'not confirmed: waits for a second'

check "the commander's own account is refused" approve 1 "$PHRASE" "$A"
check "with a sentence" holds "$TMPDIR/seen" "commander's own account"
check "without a terminal nothing is typed" exits 2 \
	"$S/warroom" approve "$R" lock-baseline --key "$S/keys/bob"
check "it shows the plan nevertheless" holds "$TMPDIR/out" 'plan of lock-base'
check "another step is not the open one" approve 1 "$PHRASE" \
	"$S/warroom approve $R publish-flow"
check "which it says" holds "$TMPDIR/seen" 'the open plan is another one'
check "no step, no plan" approve 1 x "$S/warroom approve $R nonsense"
check "which it says as well" holds "$TMPDIR/seen" 'no such step'
check "a wrong phrase approves nothing" approve 1 'APPROVE' \
	"$A --key $S/keys/bob"
check "a stranger's key is refused" approve 1 "$PHRASE" "$A --key $S/keys/eve"
check "as nobody's" holds "$TMPDIR/seen" "the signature is nobody's"
check "the commander's key is refused" approve 1 "$PHRASE" \
	"$A --key $S/keys/ann"
check "as the commander's" holds "$TMPDIR/seen" \
	'the commander is no second person'
check "a key that is not there" approve 1 "$PHRASE" "$A --key $S/keys/none"
check "no approval was recorded" never_recorded "$R" '.kind == "approval"'

if [ "$(id -u)" = 0 ]; then
	U="setpriv --reuid=$OTHER --regid=$OTHER --clear-groups"
	check "a folder's group reaches the socket" test \
		"$(stat -c '%a %g' "$R/control.sock")" = "660 $OTHER"
	check "a third account does not" approve 2 x \
		"setpriv --reuid=65533 --regid=65533 --clear-groups $A"
	check "and is told how it could" holds "$TMPDIR/seen" 'chmod 710'
	check "another account approves" approve 0 "$PHRASE" "$U $A"
	check "the plan was shown to it" holds "$TMPDIR/seen" \
		'plan of lock-baseline'
	check "the room knows which account" recorded "$R" \
		".kind == \"approval\" and .how == \"uid $OTHER\" and
		 .step == \"lock-baseline\""
else
	echo "not root: no other account to approve from; a key does it"
	check "a key file approves" approve 0 "$PHRASE" "$A --key $S/keys/bob"
fi
check "the console says who" says 'approved the plan of lock-baseline'
check "the phrase begins it" answers 'LOCK-BASELINE prod us-east-1' \
	'step lock-baseline (confirmed|verified)'
check "it is done" says 'step lock-baseline verified'

says '> 1 arm go-no-go' >/dev/null && line 1
says '> type  yes  and' >/dev/null &&
	answers yes 'step go-no-go verified' >/dev/null
check "the next of two persons" says '> 1 arm publish-flow'
line 1
check "waits too" says "warroom approve $R publish-flow"
PHRASE='APPROVE PUBLISH-FLOW prod us-east-1'
A="$S/warroom approve $R publish-flow"

# ---- killed between the approval and the intent ----

check "a key file approves" approve 0 "$PHRASE" "$A --key $S/keys/bob"
check "by its owner's name" recorded "$R" \
	'.kind == "approval" and .who == "bob" and
	 (.how | startswith("ED25519 key SHA256:"))'
kill -9 "$(sed -n 's/^pid \([0-9]*\) .*/\1/p' "$R/holder")"
wait $pid 2>/dev/null
exec 7>&-
check "nobody holds it now" approve 2 x "$A"
check "which it says too" holds "$TMPDIR/seen" 'nobody holds'
check "the socket was left behind" test -S "$R/control.sock"
OUT=$TMPDIR/again.out
WARROOM_COMMANDER=ann "${drill[@]}" "$R" --scenario calm --plain \
	<"$TMPDIR/stdin" >"$OUT" 2>"$TMPDIR/night.err" &
pid=$!
exec 7>"$TMPDIR/stdin"
check "the step is offered anew" says '> 1 arm publish-flow'
check "in a room that is GO again" wait_for "$PATIENCE" go_times 2
line 1
check "its approval is gone" says "warroom approve $R publish-flow"
check "the phrase alone does nothing" answers \
	'PUBLISH-FLOW prod us-east-1' 'not confirmed: waits for a second'
check "nothing ran" never_recorded "$R" \
	'.step == "publish-flow" and .state == "confirmed"'

# ---- the agent ----

eval "$(ssh-agent -s)" >/dev/null
ssh-add -q "$S/keys/bob"
mv "$S/keys/bob" "$S/keys/away"
export SSH_AUTH_SOCK
check "a key in the agent approves" approve 0 "$PHRASE" \
	"$A --key $S/keys/bob.pub"
check "the phrase begins it" answers 'PUBLISH-FLOW prod us-east-1' \
	'step publish-flow (confirmed|verified)'
check "it ran once" says 'step publish-flow verified'
line park
check "the room is left" wait_for "$PATIENCE" eval "! kill -0 $pid"
check "the socket is gone with it" test ! -e "$R/control.sock"
check "the journal is whole" exits 0 "$WARROOM" verify "$R"
check "the room says who approved" test \
	"$("$WARROOM" status --json "$R" | jq -r '[.room.steps[] |
		select(.step == "publish-flow")][0].second')" = bob
exec 7>&-

# ---- a rule that two persons break ----

R=$S/rule
OUT=$TMPDIR/rule.out
A="$S/warroom approve $R lock-baseline"
PHRASE='APPROVE LOCK-BASELINE prod us-east-1'
{
	sed 's/^steps:/approvers: approvers\n&/' runbooks/voice-cutover.yaml
	cat <<-'EOF'
		invariants:
		  untouched:
		    title: No deployment of this night
		    at_least: 1
		    of: {"deployment:d-9876543210": none}
	EOF
} >"$S/books/rule.yaml"
mkdir -m 710 "$R"
WARROOM_COMMANDER=ann timeout 200 "$WARROOM" drill "$S/books/rule.yaml" \
	--speed 5 --scenario calm --plain --room "$R" \
	<"$TMPDIR/stdin" >"$OUT" 2>"$TMPDIR/night.err" &
pid=$!
exec 7>"$TMPDIR/stdin"
check "a step that breaks a rule is offered" says '> 1 arm lock-baseline'
check "the room is GO" wait_for "$PATIENCE" go_times 1
line 1
check "its plan says which" says 'BREAKS untouched: 0 after it, exactly 1'
check "it is not confirmed" answers yes 'not confirmed: it breaks untouched'
line 'override untouched'
check "an override needs a reason" says 'something is missing: override RULE REASON'
line 'override unheard-of the vendor asks for it'
check "and a rule by its name" says 'no RULE "unheard-of"'
check "none of them was recorded" never_recorded "$R" '.kind == "override"'
line 'override untouched the vendor asks for it'
check "with both it waits for a second person" says \
	"warroom approve $R lock-baseline"
check "the journal has the rule, the reason and who" recorded "$R" \
	'.kind == "override" and .rule == "untouched" and .by == "ann" and
	 .reason == "the vendor asks for it" and .step == "lock-baseline"'
check "the commander's yes is not enough" answers yes \
	'not confirmed: .*waits for a second person'
check "nor is their own account" approve 1 "$PHRASE" "$A"
check "which it says" holds "$TMPDIR/seen" "commander's own account"
check "nor their own key" approve 1 "$PHRASE" "$A --key $S/keys/ann"
check "which it says" holds "$TMPDIR/seen" 'the commander is no second person'
check "no approval was recorded" never_recorded "$R" '.kind == "approval"'
check "nothing was confirmed" never_recorded "$R" \
	'.kind == "step" and .state == "confirmed"'
check "a second person approves" approve 0 "$PHRASE" "$A --key $S/keys/bob"
check "who is shown what is overridden" holds "$TMPDIR/seen" \
	'OVERRIDES untouched: the vendor asks for it'
check "then the commander's yes begins it" answers yes \
	'step lock-baseline (confirmed|verified)'
check "it is done" says 'step lock-baseline verified'
check "it was approved before it was confirmed" test "$(jq -rn '[inputs |
	select(.kind == "override" or .kind == "approval" or
		(.kind == "step" and .state == "confirmed")) | .kind] |
	join(" ")' "$R/journal.jsonl")" = 'override approval step'
line park
check "the room is left" wait_for "$PATIENCE" eval "! kill -0 $pid"
check "the room knows both, and that it is over" test "$("$WARROOM" status \
	--json "$R" | jq -c '.room.overrides | map([.rule, .reason, .by,
		.second, .in_force])')" = \
	'[["untouched","the vendor asks for it","ann","bob",false]]'
exec 7>&-
wait
finish
