#!/bin/bash
# run.sh - run test programs, one line each.
#
# usage: run.sh NAME=PATH...
#
# Each program runs in the top folder, with a home, state and temporary folder
# of its own, a fixed locale, zone and terminal, and a time limit; what it
# leaves running is ended.  It passes by exit code 0, and is skipped by 77
# (its last line says why).  JOBS at a time (2), TEST_LIMIT seconds each (120).
set -u
self=$0

settle_environment() {
	local v
	for v in $(compgen -e); do
		case $v in
		XDG_* | WARROOM_* | LC_* | *_proxy | *_PROXY | NO_COLOR | TMUX* | \
			SSH_* | COLUMNS | LINES | LANGUAGE | MAKE*) unset "$v" ;;
		esac
	done
	export LANG=C.UTF-8 TZ=UTC TERM=xterm-256color
	export PATH="$PATH:/usr/sbin:/sbin"
	export ASAN_OPTIONS=abort_on_error=1:detect_stack_use_after_return=1
	export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
	export LSAN_OPTIONS=suppressions=$PWD/tests/lib/lsan.supp:print_suppressions=0
	export TSAN_OPTIONS=halt_on_error=1:suppressions=$PWD/tests/lib/tsan.supp
	BUILD=$(realpath -m "${BUILD:-build}")
	WARROOM=${WARROOM:+$(realpath -m "$WARROOM")}
	export BUILD WARROOM
	export JOBS=${JOBS:-2} SAN=${SAN:-}
	# Sanitizers are slow, and so is a machine that runs two of them.
	local scale=1
	case $SAN in address) scale=3 ;; thread) scale=5 ;; cov) scale=2 ;; esac
	export LIMIT=$((${TEST_LIMIT:-120} * scale))
	ulimit -c 0
}

# Ends what the program left running: its private folder gives it away.
end_leftovers() {
	local env pid left=
	for env in /proc/[0-9]*/environ; do
		pid=${env#/proc/}
		pid=${pid%/environ}
		grep -qs "^TMPDIR=$1\$" <(tr '\0' '\n' 2>/dev/null <"$env") &&
			left="$left $pid"
	done
	# shellcheck disable=SC2086 # ids are words
	[ -z "$left" ] || kill -KILL $left 2>/dev/null
}

# How many tests the program says it ran: cmocka's count, or lines "ok ...".
count_tests() {
	local n
	n=$(sed -n 's/^\[==========\] \([0-9]*\) test(s) run\.$/\1/p' "$1" |
		awk '{ n += $1 } END { print n + 0 }')
	[ "$n" -gt 0 ] || n=$(grep -c '^ok ' "$1")
	[ "$n" -gt 0 ] || n=1
	echo "$n"
}

run_one() {
	local name=${1%%=*} path=${1#*=} dir code=0 start took n
	local -a before=() args=()

	dir=$(mktemp -d /tmp/wr.XXXXXX)
	mkdir -p "$dir/home" "$dir/state" "$dir/tmp"
	export HOME=$dir/home XDG_STATE_HOME=$dir/state TMPDIR=$dir/tmp
	# The thread sanitizer wants the classic places of memory.
	if [ "$SAN" = thread ] && setarch -R true 2>/dev/null; then
		before=(setarch -R)
	fi
	case $name in
	fuzz/*)
		n=${name#fuzz/}
		n=${n%_fuzz}
		mkdir -p "$BUILD/corpus/$n" "tests/fuzz/corpus/$n"
		args=("-max_total_time=${FUZZ_SECONDS:-60}" -timeout=10
			-rss_limit_mb=2048 -error_exitcode=1 "-artifact_prefix=$BUILD/"
			-verbosity=0 "$BUILD/corpus/$n" "tests/fuzz/corpus/$n")
		[ ! -f "tests/fuzz/$n.dict" ] ||
			args+=("-dict=tests/fuzz/$n.dict")
		LIMIT=$((${FUZZ_SECONDS:-60} + 120))
		;;
	*.sh) ;;
	esac
	case $path in
	*.sh) before+=(bash) ;;
	/*) ;;
	*) path=./$path ;;
	esac

	start=$(date +%s%N)
	# The outer redirection is for what bash says about a crash.
	{
		timeout -k 5 "$LIMIT" "${before[@]}" "$path" "${args[@]}" \
			>"$dir/out" 2>&1 </dev/null || code=$?
	} 2>>"$dir/out"
	took=$((($(date +%s%N) - start) / 100000000))
	took=$((took / 10)).$((took % 10))
	end_leftovers "$dir/tmp"

	exec 9>"$RESULTS/lock"
	flock 9
	case $code in
	0)
		n=$(count_tests "$dir/out")
		printf 'ok   %-36s %3d test%s %s s\n' "$name" "$n" \
			"$([ "$n" = 1 ] && echo ' ' || echo s)" "$took"
		echo ok >>"$RESULTS/all"
		;;
	77)
		printf 'skip %-36s %s\n' "$name" "$(tail -n 1 "$dir/out")"
		;;
	124 | 137)
		printf 'FAIL %-36s no end within %s s\n' "$name" "$LIMIT"
		tail -n 200 "$dir/out" | sed 's/^/     /'
		echo FAIL >>"$RESULTS/all"
		;;
	*)
		printf 'FAIL %-36s exit code %s, %s s\n' "$name" "$code" "$took"
		tail -n 200 "$dir/out" | sed 's/^/     /'
		echo FAIL >>"$RESULTS/all"
		;;
	esac
	chmod -R u+rwX "$dir" 2>/dev/null
	rm -rf "$dir"
}

if [ "${1:-}" = --one ]; then
	run_one "$2"
	exit 0
fi

settle_environment
RESULTS=$(mktemp -d /tmp/wr-results.XXXXXX)
export RESULTS
trap 'rm -rf "$RESULTS"' EXIT
: >"$RESULTS/all"
[ $# = 0 ] || printf '%s\0' "$@" | xargs -0 -n 1 -P "$JOBS" bash "$self" --one
passed=$(grep -c '^ok$' "$RESULTS/all")
failed=$(grep -c '^FAIL$' "$RESULTS/all")
echo "$passed passed, $failed failed"
# Nothing run is nothing proven.
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
