# fault.sh - for test scripts: a console in which something fails, see
# preload_fault.  Source it after lib.sh.
# shellcheck shell=bash

BOOK=runbooks/voice-cutover.yaml

# No sanitizer likes to be second among the preloaded.
[ -z "$SAN" ] || skip "not under sanitizers"

drill() { # ROOM ENV...
	local room=$1
	shift
	# It gives up by itself after 60 s in which nothing moved.
	timeout 150 env "$@" "$WARROOM" drill "$BOOK" \
		--headless --json --speed 200 --think 0s --seed 3 \
		--room "$room" >"$room.out" 2>"$room.err" </dev/null
}

# Whatever took effect on the platform has its intent on the disk: the key of
# the transaction is in both.
told_with_intent() { # ROOM
	local alone

	[ -f "$1/ledger.jsonl" ] || return 0
	alone=$(comm -23 <(jq -r 'select(.effect != "" and
			(.key | startswith("wr-"))) | .key' \
		"$1/ledger.jsonl" | sort -u) <(jq -r \
		'select(.state == "intent") | .key' "$1/journal.jsonl" |
		sort -u))
	[ -z "$alone" ] || {
		echo "took effect without an intent: $alone"
		return 1
	}
}

# No act of ours took effect twice.  What a probe sends on the way goes out once
# per console under a key of its own, to a platform that is new as well.
once_only() { # LEDGER
	[ -z "$(jq -r 'select(.effect != "" and (.repeat | not) and
			(.key | startswith("wr-"))) | .effect' \
		"$1" | sort | uniq -d)" ]
}

# The sites of a list that FAULT_SITES made, at most so many, evenly chosen:
# "SITE N" for the first call there and for a late one.  Those of ldns are left
# out: it uses what it is given without a look, so that it ends the process.
places() { # FILE MOST
	grep -v ' libldns' "$1" | sort | awk -v most="$2" '
		{ site[NR] = $1; times[NR] = $2 }
		END {
			step = NR > most ? NR / most : 1
			for (i = 1; i <= NR; i += step) {
				k = int(i)
				print site[k], 1
				if (times[k] > 2)
					print site[k], int(times[k] * 2 / 3)
			}
		}'
}

# The rest of a night.  Another night may have taken its twin's port meanwhile.
take_up() { # ROOM
	local code looks=60

	while :; do
		code=0
		drill "$1" || code=$?
		[ $code = 1 ] && [ $looks -gt 0 ] &&
			grep -q 'Address already in use' "$1/twin.log" ||
			return $code
		sleep 0.5
		looks=$((looks - 1))
	done
}

# A night in which something fails, set by VAR=VALUE..., then its journal, then
# the rest of that night.  0: as promised; 1: not; 2: it never came to that.
# Its name goes to $TMPDIR/went_on when more calls of the kind came behind.
night() { # NAME VAR=VALUE...
	local room=$TMPDIR/$1 code=0
	local -a fault=("${@:2}" FAULT_MARK="$TMPDIR/$1.hit")

	drill "$room" LD_PRELOAD="$BUILD/tests/lib/preload_fault.so" \
		"${fault[@]}" || code=$?
	grep -q 'Address already in use' "$room/twin.log" 2>/dev/null && {
		sleep 1
		night "$@"
		return
	}
	[ -e "$room.hit" ] || case $code in
	0 | 5 | 6) return 2 ;;
	*)
		echo "not ok $*: it ended with $code before it came to that"
		tail -n 3 "$room.err"
		return 1
		;;
	esac
	case $code in
	124 | 13[0-9] | 14[0-9])
		echo "not ok $*: ended with $code"
		return 1
		;;
	0 | 5) ;;
	*) [ -s "$room.err" ] || {
		echo "not ok $*: $code, and nobody was told why"
		return 1
	} ;;
	esac
	[ ! -s "$room/journal.jsonl" ] || {
		"$WARROOM" verify "$room" >"$room.verify" 2>&1 &&
			told_with_intent "$room"
	} || {
		echo "not ok $*: the journal"
		cat "$room.verify"
		return 1
	}
	code=0
	grep -q '"kind":"close"' "$room/journal.jsonl" 2>/dev/null ||
		take_up "$room" || code=$?
	case $code in
	0 | 5 | 6) [ ! -f "$room/ledger.jsonl" ] ||
		once_only "$room/ledger.jsonl" && {
		[ ! -s "$room.hit" ] || echo "$1" >>"$TMPDIR/went_on"
		rm -rf "$room" "$room".*
		return 0
	} ;;
	esac
	echo "not ok $*: taken up again it ended with $code"
	tail -n 3 "$room.err"
	return 1
}
