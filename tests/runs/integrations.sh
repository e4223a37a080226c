#!/bin/bash
# The example of everything beside the voice: dual write, webhook, schedules
# and trunk are walked and taken back, whole and component by component.  The
# platform itself says that each is as before the night, and nothing else.
. tests/lib/lib.sh
. tests/lib/plain.sh

command -v jq >/dev/null || skip "jq is not installed"
command -v curl >/dev/null || skip "curl is not installed"
"$WARROOM" twin --list >/dev/null 2>&1 || skip "built without the twin"
BOOK=runbooks/integrations-cutover.yaml

end_drills() {
	local services
	kill "$console" 2>/dev/null
	for services in "$TMPDIR"/*/services.json; do
		[ ! -f "$services" ] ||
			kill "$(jq .pid "$services")" 2>/dev/null
	done
}
trap end_drills EXIT

# state ROOM: each component with its value, one a line; what nobody has
# written to is as it began.
state() {
	curl -sf -H 'X-Twin: 1' \
		"$(jq -r .http "$1/services.json")/twin/state" |
		jq -r '.documents as $d |
		($d["/api/v2/wfm/schedules/ws-3344556677/freeze"]
			// {frozen: false} | "freeze-schedules \(tojson)"),
		($d["/crm/pipelines/tickets/dual-write"]
			// {enabled: false} | "dual-write \(tojson)"),
		($d["/api/v2/users/u-6655443322/routing/profile"] // {
			skills: [{skill: {id: "sk-1122334455"}, level: 5}],
			queues: [{id: "q-9988776655", order: 1}],
			status: "Available"} | "agent-profile \(tojson)"),
		($d["/crm/webhooks/wh-4455667788"]
			// {url: "https://crm.domain.com/hooks/legacy",
				enabled: true} | "move-webhook \(tojson)"),
		(.trunks | to_entries[] |
			"\(if .key == "validation_trunk_primary" then
			"open-trunk" else .key end) \(.value.status.now)"),
		"record \(.record.content) \(.record.ttl)",
		"flow \(.flow.version.now)", "tickets \(.tickets | tojson)"'
}

readonly steps='freeze-schedules dual-write move-webhook agent-profile open-trunk'

# walk STEP: armed, confirmed, verified.
walk() {
	local plans
	plans=$(grep -c -e "> type  yes  and enter" "$seat")
	tell "arm $1"
	answers yes $((plans + 1)) && hears "step $1 verified"
}

night() { # ROOM
	local step
	sit "$1.out" drill "$BOOK" --plain --scenario calm --speed 40 \
		--seed 3 --room "$1" && hears 'decision GO' &&
		state "$1" | sort >"$1.first" && walk go-no-go || return 1
	for step in $steps; do
		walk "$step" || return 1
	done
	state "$1" | sort >"$1.before"
}

# moved FIRST BEFORE: how many of the steps changed the platform.
moved() {
	local step n=0
	for step in $steps; do
		[ "$(grep "^$step " "$1")" = "$(grep "^$step " "$2")" ] ||
			n=$((n + 1))
	done
	echo "$n"
}

reverted() { # ROOM ITEM PHRASE
	tell "rollback $2"
	answers "$3" && wait_for 40 grep -q "rollback validated" "$seat" &&
		state "$1" | sort >"$1.after"
}

# each ITEM PHRASE COMPONENT...: these are as before the night, all others as
# the night left them.
each() {
	local item=$1 phrase=$2 room=$TMPDIR/one gone
	shift 2
	rm -rf "$room" "$room".*
	check "${item:-all}: the night is walked" night "$room"
	check "${item:-all}: each step moved something" \
		test "$(moved "$room.first" "$room.before")" = 5
	check "${item:-all}: is taken back and validated" \
		reverted "$room" "$item" "$phrase"
	gone=$(printf '^%s |' "$@")
	{
		grep -E "${gone%|}" "$room.first"
		grep -vE "${gone%|}" "$room.before"
	} | sort >"$room.wanted"
	check "${item:-all}: exactly what builds on it is as before" \
		diff "$room.wanted" "$room.after"
	check "${item:-all}: the room is left" leaves_any
	check "${item:-all}: the journal verifies" exits 0 "$WARROOM" verify \
		"$room"
}

# What the gates say of a room that goes on is no matter here; a halt is.
leaves_any() {
	leaves 6 >"$TMPDIR/left"
	[ "$got" != 6 ] && [ "$got" != 2 ] && [ "$got" -lt 128 ]
}

check "the runbook has no findings" exits 0 "$WARROOM" check "$BOOK"
check "not even a warning" test ! -s "$TMPDIR/err"

# The policy takes back what a step that fails leaves half done.
cat >"$TMPDIR/last" <<'STEP'
  - id: close-legacy
    title: A step that the CRM does not know
    needs: [open-trunk, move-webhook]
    takes: 5s
    confirm: key
    layer: user_state
    object: legacy:tickets
    do:
      http:
        endpoint: crm
        method: POST
        path: /crm/legacy/close
        verify: {path: /crm/legacy/close, pointer: /closed, equals: "true"}
    undo: none
STEP
awk -v last="$TMPDIR/last" '/^rollback:/ {
	while ((getline line < last) > 0) print line; print "" } { print }' \
	"$BOOK" >"$TMPDIR/broken.yaml"
check "a headless night is walked to its end" exits 0 timeout 100 "$WARROOM" \
	drill "$BOOK" --headless --json --scenario calm --speed 20 --seed 7 \
	--room "$TMPDIR/calm"
check "one that breaks at its last step is taken back" exits 5 timeout 100 \
	"$WARROOM" drill "$TMPDIR/broken.yaml" --headless --json \
	--scenario calm --speed 20 --seed 7 --room "$TMPDIR/broken"
last() { jq -r "select(.effect | tostring | startswith(\"$1\")) | .effect" \
	"$TMPDIR/broken/ledger.jsonl" | tail -n 1; }
check "the schedules are no longer frozen" test "$(last schedule)" = \
	"schedule no longer frozen: ws-3344556677"
check "tickets go to one side again" test \
	"$(jq -s 'map(select(.path // "" | endswith("/dual-write"))) |
		map(select(.method == "PATCH")) | length' \
		"$TMPDIR/broken/ledger.jsonl")" = 2
check "the webhook went back before that" jq -es \
	'map(select(.kind == "undo" and .state == "verified") | .name) ==
	 ["move-name", "open-trunk", "agent-profile", "move-webhook",
		"dual-write", "freeze-schedules"] or
	 map(select(.kind == "undo" and .state == "verified") | .name) ==
	 ["move-name", "open-trunk", "agent-profile", "freeze-schedules",
		"move-webhook", "dual-write"]' "$TMPDIR/broken/journal.jsonl"
check "the registrar was called back first, by the policy of the drill" jq -es \
	'map(select(.kind == "undo" and .name == "move-name")) |
	 map(.state) == ["intent", "acting", "verifying", "verified"] and
	 (.[1].detail | test("registrar desk: Call the registrar")) and
	 (.[2].detail == "done by the policy of the drill") and
	 (.[3].detail | test("says 192.0.2.10"))' "$TMPDIR/broken/journal.jsonl"
check "the trunk went when the calls on it had ended" jq -es \
	'map(select(.kind == "drain") | .state) == ["waiting", "ended"]' \
	"$TMPDIR/broken/journal.jsonl"

# What a person takes back is asked of them at the prompt, and waited for.
check "a night with the registrar's step is walked" night "$TMPDIR/name"
check "the registrar's step too" walk move-name
tell "rollback move-name"
check "its rollback says who is to call" answers \
	'REVERT name:sip.domain.com prod us-east-1'
check "it asks them" hears 'move-name is done by a person, registrar desk: Call'
tell 'status'
check "whoever asks is told as well" hears \
	'move-name waits for a person, registrar desk'
check "status says it to programs" jq -e '.room.rollback.person == {"item": 0,
	"owner": "registrar desk", "text": ("Call the registrar: " +
	"sip.domain.com back to 192.0.2.10, TTL 300. Write down its ticket.")}' \
	<<<"$("$WARROOM" status "$TMPDIR/name" --json)"
plan() { "$WARROOM" plan "$BOOK" --rollback --twin "$TMPDIR/name" "$@"; }
plan --json >"$TMPDIR/plan.json"
check "the plan says who takes it back, and how it is seen" jq -es '.[0].rollback |
	map(select(.kind == "manual")) | length == 1 and (.[0] |
	.name == "move-name" and .person.owner == "registrar desk" and
	(.person.text | test("back to 192.0.2.10")) and
	(.requests | map(test("ask dns-primary for sip.domain.com A")) | any))' \
	"$TMPDIR/plan.json"
plan >"$TMPDIR/plan.txt"
check "and to people" grep -q "by a person, registrar desk: Call" \
	"$TMPDIR/plan.txt"
check "its exit code says that a person is needed" exits 6 "$WARROOM" status \
	"$TMPDIR/name"
check "so does that of a console which is left" leaves 6
sit "$TMPDIR/name.next" drill "$BOOK" --plain --scenario calm --speed 40 \
	--seed 3 --room "$TMPDIR/name"
check "who opens the room is asked" hears \
	'move-name is done by a person, registrar desk: Call'
tell 'done move-name ticket 4711'
check "it goes on with their proof" hears 'rollback validated'
check "the room is left" leaves_any
check "the proof is in the journal" jq -es 'map(select(.kind == "undo" and
	.state == "verifying") | .detail) == ["ticket 4711"]' \
	"$TMPDIR/name/journal.jsonl"

# shellcheck disable=SC2086
each '' 'ROLLBACK prod us-east-1' $steps
each move-webhook 'REVERT webhook:wh-4455667788 prod us-east-1' move-webhook
each dual-write 'REVERT pipeline:tickets prod us-east-1' dual-write \
	move-webhook
each agent-profile 'REVERT profile:u-6655443322 prod us-east-1' agent-profile
each freeze-schedules 'REVERT schedule:ws-3344556677 prod us-east-1' \
	freeze-schedules open-trunk
each open-trunk 'REVERT trunk:validation_trunk_primary prod us-east-1' \
	open-trunk
finish
