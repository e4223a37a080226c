# plain.sh - a plain console in the hands of a test; after lib.sh.
# shellcheck shell=sh

# sit OUT ARGS...: warroom with these arguments; its lines go to OUT, `tell`
# speaks to it.  One at a time.
sit() {
	seat=$1
	shift
	rm -f "$TMPDIR/seat.in"
	mkfifo "$TMPDIR/seat.in"
	exec 4<>"$TMPDIR/seat.in"
	timeout 100 "$WARROOM" "$@" <"$TMPDIR/seat.in" >"$seat" 2>&1 4>&- &
	console=$!
}

tell() {
	echo "$*" >&4
}

# hears PATTERN: a line that matches has come, or comes within 20 seconds.
hears() {
	wait_for 20 grep -qE -e "$1" "$seat"
}

# answers WORD [NTH]: once the NTH plan (1) asks for it, and a person can have
# read it.
answers() {
	wait_for 20 asked "${2:-1}" "$1" || return 1
	sleep 0.4
	tell "$1"
}

asked() {
	[ "$(grep -c -e "> type  $2  and enter" "$seat")" -ge "$1" ]
}

# leaves CODE [VERB...]: parks, or what else ends it, and ends with that code.
leaves() {
	code=$1
	shift
	tell "${*:-park}"
	got=0
	wait "$console" || got=$?
	[ "$got" = "$code" ] && return 0
	echo "exit code $got, not $code"
	return 1
}

# twin_serves DIR ARGS...: a twin of this test alone.
twin_serves() {
	twin_dir=$1
	mkdir -p "$1"
	shift
	"$WARROOM" twin --dir "$twin_dir" "$@" >"$TMPDIR/twin.out" 2>&1 &
	twin=$!
	trap 'kill -CONT $twin; kill $twin; kill $console' EXIT
	wait_for 20 test -s "$twin_dir/services.json"
}

twin_fault() { # JSON
	curl -sf -H 'X-Twin: 1' -d "$1" \
		"$(jq -r .http "$twin_dir/services.json")/twin/fault" \
		>/dev/null
}
