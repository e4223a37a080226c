#!/bin/bash
# A whole night at the console by keys alone: every step by its plan and its
# phrase, the storm, the rollback, and what the platform says of it in the end.
. tests/lib/lib.sh
. tests/lib/tmux.sh

for need in tmux curl jq; do
	command -v $need >/dev/null || skip "$need is not installed"
done

R=$TMPDIR/night
ran() { # STEP: was it ever confirmed, or begun?
	echo ".kind == \"step\" and .step == \"$1\" and
		(.state | IN(\"confirmed\", \"intent\", \"acting\"))"
}

sit_down 120 36 "$WARROOM drill runbooks/voice-cutover.yaml \
	--theme themes/dark.yaml --speed 5 --room $R"
check "the first line says where one is" sees row_like 1 \
	'PROD +DRILL .*night .*us-east-1 .*commands .*window closes in'
check "the decision becomes GO" sees row_like 2 'GO.*15 of 15 gates met'
# shellcheck disable=SC2154 # of lib.sh
[ "$failures" = 0 ] || finish # nothing to sit at
check "the rollback clock runs" row_like 3 'rollback now .*last safe start'
check "every gate is GO" sees shows_like 'abandonment rate +[0-9.]+ % +≤ 2.5'
check "none is missing" shows_like '1 Telephony .* GO 5 .*2 Integration .* GO 4'
check "the terminal's title says it" wait_for 10 eval \
	'[ "$(mux display-message -p -t wr "#{pane_title}")" = "GO DRILL night" ]'

# What is typed ahead of a plan is no answer to it.
check "the first step is ready" sees shows_like ' lock-baseline .*ready'
press Enter y e s Enter
check "enter shows the plan" sees shows 'lock-baseline · PROD · DRILL'
check "with its request" shows 'POST http://127.0.0.1:'
check "with what is live" shows 'live not there → v-1029384756'
check "with what its end will be" shows '/flowVersionId is v-1029384756'
check "nothing stands in the line" sees shows '> _'
check "what was typed ahead ran nothing" never_recorded "$R" \
	"$(ran lock-baseline)"
check "esc says that nothing happens" presses Escape shows \
	'declined: everything stays as it is'
check "the step is ready again" sees shows_like '1 lock-baseline .* ready'
check "esc ran nothing" never_recorded "$R" "$(ran lock-baseline)"
check "the plan is shown again" arms lock-baseline
check "a key step takes yes" confirms lock-baseline yes

check "the commander's gate is shown" arms go-no-go
check "it takes yes" confirms go-no-go yes

check "the plan of the publication is shown" arms publish-flow
check "it is a PATCH" shows 'PATCH http://127.0.0.1:'
check "of the flow to its new version" shows '"versionId":"v-2040506070"'
check "from the live one" shows 'live v-1029384756 → v-2040506070'
check "the phrase is told" shows 'Type  PUBLISH-FLOW prod us-east-1  and enter'
check "enter alone does nothing and says so" presses Enter shows \
	'enter alone does nothing'
types 'PUBLISH-FLOW prod us-east-2' && press Enter
check "a wrong phrase is refused with its place" sees shows \
	'not confirmed: at character 27 it must go on with  1'
types 'publish-flow prod us-east-1' && press Enter
check "so are other letters" sees shows 'capitals and small letters differ'
types ' ' && press C-u
mux set-buffer 'PUBLISH-FLOW prod us-east-1'
mux paste-buffer -p -t wr
check "a paste is refused with a word" sees shows 'a paste is refused here'
press Enter
check "and leaves the line empty" sees shows 'enter alone does nothing'
check "none of this ran anything" never_recorded "$R" "$(ran publish-flow)"
check "the plan still waits" shows 'publish-flow · PROD · DRILL'
check "the phrase runs it" confirms publish-flow 'PUBLISH-FLOW prod us-east-1'

check "the routing's plan is shown" arms set-routing
check "with what is live" shows 'live v-1029384756 → v-2040506070'
check "it takes yes" confirms set-routing yes
check "the trunk's plan is shown" arms open-trunk
check "with what is live" shows 'live standby → active'
check "it takes yes" confirms open-trunk yes
check "the plan of the DNS switch is shown" arms switch-dns
check "with both records" shows \
	'live A 192.0.2.10 ttl 300 → A 198.51.100.7 ttl 300'
check "the phrase runs it" confirms switch-dns 'SWITCH-DNS prod us-east-1'

check "the storm proposes the rollback" sees shows \
	'ROLLBACK PROPOSED · PROD · DRILL'
check "in one sentence" shows \
	'A breach asks for the rollback: NO-GO: primary trunk alive is no, not yes'
check "the head says it too" row_like 2 'NO-GO.*\(critical\)'
check "no single key rolls back" presses Enter shows 'this key does nothing here'
check "esc closes the box" presses Escape shows_like '▸5 Runbook .* 6 of 8 done'
check "and the proposal stays in the head" row_like 3 'ROLLBACK PROPOSED: R'
check "abandonment follows the trunk" sees shows_like \
	'NO-GO abandonment rate +[0-9.]+ % +≤ 2.5'
press 1 Home
check "the first gate is selected" sees shows_like '▸✗ NO-GO abandonment'
press g
check "its detail names it" sees shows \
	'signal telephony.abandonment_rate_percent, critical'
check "and says by how much" shows_like \
	'NO-GO +abandonment rate [0-9.]+ % > 2.5 % \(critical\) for '
check "esc leads back" presses Escape shows_like '▸✗ NO-GO abandonment'
press End
check "the last gate is selected" sees shows_like '▸✗ NO-GO primary trunk'
press Enter
check "its detail names it" sees shows \
	'signal telephony.primary_trunk_alive, critical'
check "SIP OPTIONS said so" shows_like \
	'NO-GO +primary trunk alive is no, not yes \(critical\) for '
check "the probe is named" shows 'probe trunk-primary (sip_options)'

check "R shows the rollback from a detail" presses R shows \
	'ROLLBACK · PROD · DRILL, a breach asks for it'
check "with everything that ran" shows_like '^.*6 items, about '
check "in the manifest's order, DNS first" shows_like \
	'1 dns_ttl_override .* A 198.51.100.7 ttl 300 → A 192.0.2.10 ttl 300'
check "then the trunk" shows_like '2 siph_trunk_status .* active → disabled'
check "the routing that ran" shows_like \
	'set-routing .* v-2040506070 → v-1029384756'
check "the flow that ran" shows_like \
	'publish-flow .* v-2040506070 → v-1029384756'
check "the tickets" shows_like 'crm_ticket_reassign .* 18 → 0'
check "the recordings" shows_like 'recording_archive_sync .* 41 → 0'
check "and what it keeps" shows 'Keeps: lock-baseline, go-no-go'
check "esc leaves the rollback available" presses Escape shows \
	'rollback declined stays available: R'
check "nothing was undone" never_recorded "$R" '.kind == "undo"'

check "R shows it again" presses R shows 'ROLLBACK · PROD · DRILL'
types 'ROLLBACK prod us-east-2' && press Enter
check "a wrong phrase is refused" sees shows 'not confirmed: at character 23'
check "nothing was undone by it" never_recorded "$R" '.kind == "undo"'
types 'ROLLBACK prod us-east-1' && press Enter
check "the phrase starts it" sees row_like 3 'ROLL(ING|ED) BACK|VALIDATING'
check "it ends rolled back and validated" sees row_like 3 \
	'ROLLED BACK, VALIDATED +6 of 6 undone .* rolled back and validated in'

twin "$R" GET /twin/state >"$TMPDIR/state"
state() {
	check "$1" jq -e "$2" "$TMPDIR/state"
}
state "the platform says DNS is back" \
	'.record | .served == "192.0.2.10" and .content == "192.0.2.10"'
state "the trunk is out of service" \
	'.trunks.validation_trunk_primary.status.now == "disabled"'
state "the flow is back" '.flow.version.now == "v-1029384756"'
state "the routing is back" \
	'.documents["/api/v2/routing/routing-strategies/rs-5566778899"] |
	.flow.version == "v-1029384756"'
state "all tickets are back" \
	'.tickets | .total == 18 and .place.now == "legacy_queue_pool"'
state "all recordings are back" \
	'.recordings | .total == 41 and .place.now == "legacy_storage_bucket"'
state "no call is stranded" '.weather.unrouted == 0'

press q
check "q asks how to leave" sees shows 'Leave the room'
press p
check "the program says 5: rolled back" sees shows 'exit code 5.'
check "and where the room stands" shows \
	'DRILL room night, parked: rollback validated'
check "the terminal is as it was" is_restored
check "the journal verifies" exits 0 "$WARROOM" verify "$R"
finish
