#!/bin/bash
# Each component of the example is taken back alone: it and what builds on it
# are as before the night, everything else is as the night left it.  The
# platform itself says so.
. tests/lib/lib.sh
. tests/lib/plain.sh

command -v jq >/dev/null || skip "jq is not installed"
command -v curl >/dev/null || skip "curl is not installed"

end_drills() {
	local services
	kill "$console" 2>/dev/null
	for services in "$TMPDIR"/*/services.json; do
		[ ! -f "$services" ] ||
			kill "$(jq .pid "$services")" 2>/dev/null
	done
}
trap end_drills EXIT

# What the strategy is before anybody writes to it.
readonly strategy='{"flow": {"version": "v-1029384756"},
	"conditions": [{"truePath": "defaultQueue"}]}'

# What a night moves.
readonly moved='publish-flow|set-routing|open-trunk|switch-dns|tickets|recordings'

# state ROOM: each component with its value, one a line.
state() {
	curl -sf -H 'X-Twin: 1' \
		"$(jq -r .http "$1/services.json")/twin/state" |
		jq -r --argjson strategy "$strategy" \
			'"switch-dns \(.record.content) \(.record.ttl)",
		(.trunks | to_entries[] | "\(if .key == "validation_trunk_primary"
		then "open-trunk" else .key end) \(.value.status.now)"),
		"publish-flow \(.flow.version.now)",
		"deployments \(.deployments | map(.id) | join(","))",
		"tickets \(.tickets.place | tojson)",
		"tickets-total \(.tickets.total)",
		"recordings \(.recordings.place | tojson)",
		"recordings-total \(.recordings.total)",
		(.documents["/api/v2/routing/routing-strategies/rs-5566778899"]
		// $strategy |
		"set-routing \(.flow.version) \(.conditions[0].truePath)")'
}

# walk STEP PHRASE: armed, confirmed, verified.
walk() {
	local plans
	plans=$(grep -c -e "> type  $2  and enter" "$seat")
	tell "arm $1"
	answers "$2" $((plans + 1)) && hears "step $1 verified"
}

night() { # ROOM
	sit "$1.out" drill runbooks/voice-cutover.yaml --plain \
		--scenario calm --speed 40 --seed 3 --room "$1" &&
		hears 'decision GO' && state "$1" | sort >"$1.first" &&
		walk lock-baseline yes && walk go-no-go yes &&
		walk publish-flow "PUBLISH-FLOW prod us-east-1" &&
		walk set-routing yes && walk open-trunk yes &&
		walk switch-dns "SWITCH-DNS prod us-east-1" &&
		state "$1" | sort >"$1.before"
}

# reverted ROOM ITEM PHRASE ENDING
reverted() {
	tell "rollback $2"
	answers "$3" && wait_for 40 grep -q "rollback $4" "$seat" &&
		state "$1" | sort >"$1.after"
}

# ends open|halted: parked as that; open is whatever the gates say of it.
ends() {
	leaves 6 >"$TMPDIR/left"
	case $1 in
	halted) [ "$got" = 6 ] ;;
	*) [ "$got" != 6 ] && [ "$got" != 5 ] && [ "$got" != 2 ] ;;
	esac || {
		cat "$TMPDIR/left"
		return 1
	}
}

# is_as ROOM FILE COMPONENT...: these are what FILE says they were.
is_as() {
	local room=$1 was=$2 one
	shift 2
	for one in "$@"; do
		[ -n "$(grep "^$one " "$room.after")" ] &&
			[ "$(grep "^$one " "$room.after")" = \
				"$(grep "^$one " "$was")" ] || {
			echo "$one: $(grep "^$one " "$room.after"), not" \
				"$(grep "^$one " "$was")"
			return 1
		}
	done
}

others() { # COMPONENT...: all that is compared, but these
	local pattern
	pattern=$(printf '^%s |' "$@")
	cut -d' ' -f1 "$TMPDIR/one.first" | sort -u | sed 's/$/ /' |
		grep -vE "${pattern%|}" | tr -d ' '
}

# each ITEM PHRASE UNDONE-TRUNK COMPONENT...: the closure, in any order.
each() {
	local item=$1 phrase=$2 room=$TMPDIR/one ending='validated' end=open
	shift 2
	# Without the flow it was made for, the strategy drops calls: said so.
	[ "$item" != set-routing ] ||
		ending='halted not validated: synthetic inbound' end=halted
	rm -rf "$room" "$room".*
	check "$item: the night is walked" night "$room"
	check "$item: everything moved" test "$(comm -12 "$room.first" \
		"$room.before" | grep -cE "^($moved) ")" = 0
	check "$item: is taken back, $ending" reverted "$room" "$item" \
		"$phrase" "$ending"
	# The trunk stood by before the night; its undo and the manifest disable it.
	sed 's/^open-trunk .*/open-trunk disabled/' "$room.first" >"$room.baseline"
	check "$item: with what builds on it, as before the night" \
		is_as "$room" "$room.baseline" "$@"
	# shellcheck disable=SC2046
	check "$item: and nothing else" \
		is_as "$room" "$room.before" $(others "$@")
	check "$item: the room is $end then" ends $end
	check "$item: the journal verifies" exits 0 "$WARROOM" verify "$room"
}

each switch-dns 'REVERT dns:sip.domain.com prod us-east-1' switch-dns
each open-trunk 'REVERT trunk:validation_trunk_primary prod us-east-1' \
	open-trunk switch-dns
each set-routing 'REVERT strategy:rs-5566778899 prod us-east-1' \
	set-routing open-trunk switch-dns
each publish-flow 'REVERT flow:f-8473625190 prod us-east-1' \
	publish-flow set-routing open-trunk switch-dns
each crm_ticket_reassign \
	'REVERT tickets:open_tickets_since_cutover prod us-east-1' tickets
each recording_archive_sync \
	'REVERT recordings:cutover_window_recordings prod us-east-1' recordings
finish
