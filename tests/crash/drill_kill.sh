#!/bin/bash
# The console is killed at every record of a drill; the next start tells the
# truth, nothing takes effect twice, and the drill can be finished.
. tests/lib/lib.sh

# Sanitizers are slow: they look at every seventh record.
stride=1
[ -z "$SAN" ] || stride=7

# The example, but its trunk need be stable for five seconds only, not for two
# minutes: this is about kills, and there are hundreds of nights.
books=$TMPDIR/books
cp -r runbooks "$books"
sed -i 's/^\( *\)guide: trunks_stable$/&\n\1for: 5s/' \
	"$books/voice-cutover.yaml"

drill() { # ROOM ARGS...
	local room=$1
	shift
	timeout 60 "$WARROOM" drill "$books/voice-cutover.yaml" \
		--headless --json --speed 100 --think 0s \
		--seed 3 --room "$room" "$@" >"$room.out" 2>"$room.err" </dev/null
}

# After the kill: what was under way in the journal must be called unknown by
# the next process before anything else is said of it.
tells_the_truth() { # JOURNAL RECORDS_BEFORE
	jq -s -e --argjson n "$2" '
		def running: IN("intent", "acting", "accepted", "converging",
			"verifying", "backoff");
		def last_states(rs): reduce (rs[] |
			select(.kind == "step" or .kind == "undo")) as $r ({};
			.["\($r.kind) \($r.step // $r.item)"] = $r.state);
		.[:$n] as $before | .[$n:] as $after |
		[last_states($before) | to_entries[] |
			select(.value | running) | .key] |
		all(. as $key | [$after[] |
			select(.kind == "step" or .kind == "undo") |
			select("\(.kind) \(.step // .item)" == $key)][0].state ==
			"unknown")' "$1" >/dev/null
}

once_only() { # LEDGER
	[ -z "$(jq -r 'select(.effect != "" and (.repeat | not)) | .effect' \
		"$1" | sort | uniq -d)" ]
}

kill_at() { # N
	local room=$TMPDIR/$1 code=0 before

	drill "$room" --die-after "$1" 2>/dev/null || code=$?
	if [ "$code" = 5 ] && [ "$(wc -l <"$room/journal.jsonl")" -lt "$1" ]; then
		return 0 # this night was over sooner: fewer measurements
	fi
	if [ "$code" != 137 ]; then
		echo "not ok record $1: the first run ended with $code"
		return 1
	fi
	before=$(wc -l <"$room/journal.jsonl")
	if [ "$before" != "$1" ]; then
		echo "not ok record $1: the journal has $before records"
		return 1
	fi
	# Killed when all was over and only its own end was left to tell.
	code=5
	[ "$(tail -n 1 "$room/journal.jsonl" | jq -r .kind)" = close ] || {
		code=0
		drill "$room" || code=$?
	}
	if [ "$code" != 5 ]; then
		echo "not ok record $1: the second run ended with $code"
		tail -n 5 "$room.err" "$room/journal.jsonl"
		return 1
	fi
	"$WARROOM" verify "$room" >/dev/null &&
		tells_the_truth "$room/journal.jsonl" "$1" &&
		once_only "$room/ledger.jsonl" || {
		echo "not ok record $1: $room"
		tail -n +"$1" "$room/journal.jsonl" | head -n 12
		jq -c . "$room/ledger.jsonl"
		return 1
	}
	rm -rf "$room" "$room.out" "$room.err"
}

room=$TMPDIR/whole
drill "$room"
check "an undisturbed drill ends rolled back" test $? = 5
records=$(wc -l <"$room/journal.jsonl")
check "it left a journal worth killing at" test "${records:-0}" -gt 80
check "its effects happen once each" once_only "$room/ledger.jsonl"

lanes=6
lane() { # FIRST: lanes together cover every record
	local bad=0 n
	for ((n = $1; n < records; n += lanes * stride)); do
		kill_at "$n" || bad=1
	done
	return $bad
}
pids=
for ((l = 0; l < lanes; l++)); do
	lane $((1 + l * stride)) 2>/dev/null &
	pids="$pids $!"
done
bad=0
for pid in $pids; do
	wait "$pid" || bad=1
done
check "killed at each of $records records, the night goes on truthfully" \
	test $bad = 0
finish
