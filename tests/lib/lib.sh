# lib.sh - for test scripts: checks, and waits with a limit.  Source it first:
#   . tests/lib/lib.sh
# Each check prints "ok ..." or "not ok ...", `finish` ends the script.
# $WARROOM is the program, $TMPDIR a folder of this script alone.
# shellcheck shell=sh

failures=0

# check WHAT COMMAND...: the command succeeds.
check() {
	what=$1
	shift
	if "$@"; then
		echo "ok $what"
	else
		echo "not ok $what: $*"
		failures=$((failures + 1))
	fi
}

# exits CODE COMMAND...: ends with exactly CODE; a crash never counts.
# Output goes to $TMPDIR/out and $TMPDIR/err.
exits() {
	want=$1
	shift
	got=0
	"$@" >"$TMPDIR/out" 2>"$TMPDIR/err" </dev/null || got=$?
	[ "$got" = "$want" ] && return 0
	echo "exit code $got, not $want: $*"
	sed 's/^/  out: /' "$TMPDIR/out" | tail -n 40
	sed 's/^/  err: /' "$TMPDIR/err" | tail -n 40
	return 1
}

# holds FILE TEXT / lacks FILE TEXT: a fixed string is, is not, in the file.
holds() {
	grep -qF -e "$2" "$1" && return 0
	echo "no \"$2\" in $1:"
	sed 's/^/  /' "$1" | tail -n 40
	return 1
}

lacks() {
	! grep -nF -e "$2" "$1"
}

# wait_for SECONDS COMMAND...: until it succeeds, looking 20 times a second.
wait_for() {
	looks=$(($1 * 20))
	shift
	while [ "$looks" -gt 0 ]; do
		"$@" >/dev/null 2>&1 && return 0
		sleep 0.05
		looks=$((looks - 1))
	done
	echo "never came true: $*"
	return 1
}

# skip WHY: what this script needs is not here.
skip() {
	echo "$*"
	exit 77
}

finish() {
	[ "$failures" = 0 ]
	exit
}
