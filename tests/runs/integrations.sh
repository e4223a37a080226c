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
		($d["/crm/webhooks/wh-4455667788"]
			// {url: "https://crm.domain.com/hooks/legacy",
				enabled: true} | "move-webhook \(tojson)"),
		(.trunks | to_entries[] |
			"\(if .key == "validation_trunk_primary" then
			"open-trunk" else .key end) \(.value.status.now)"),
		"record \(.record.content) \(.record.ttl)",
		"flow \(.flow.version.now)", "tickets \(.tickets | tojson)"'
}

readonly steps='freeze-schedules dual-write move-webhook open-trunk'

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
		test "$(moved "$room.first" "$room.before")" = 4
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
	 ["open-trunk", "move-webhook", "dual-write", "freeze-schedules"] or
	 map(select(.kind == "undo" and .state == "verified") | .name) ==
	 ["open-trunk", "freeze-schedules", "move-webhook", "dual-write"]' \
	"$TMPDIR/broken/journal.jsonl"
check "the trunk went when the calls on it had ended" jq -es \
	'map(select(.kind == "drain") | .state) == ["waiting", "ended"]' \
	"$TMPDIR/broken/journal.jsonl"

# shellcheck disable=SC2086
each '' 'ROLLBACK prod us-east-1' $steps
each move-webhook 'REVERT webhook:wh-4455667788 prod us-east-1' move-webhook
each dual-write 'REVERT pipeline:tickets prod us-east-1' dual-write \
	move-webhook
each freeze-schedules 'REVERT schedule:ws-3344556677 prod us-east-1' \
	freeze-schedules open-trunk
each open-trunk 'REVERT trunk:validation_trunk_primary prod us-east-1' \
	open-trunk
finish
