#!/bin/sh
# Wrong command lines end with 2 and say what is wanted; --help never fails.
. tests/lib/lib.sh
BOOK=runbooks/voice-cutover.yaml
GATES=runbooks/voice-cutover.gates.json

# refuses TEXT ARGUMENTS...: ends with 2, nothing on stdout, TEXT on stderr.
refuses() {
	text=$1
	shift
	exits 2 "$WARROOM" "$@" && holds "$TMPDIR/err" "$text" &&
		test ! -s "$TMPDIR/out"
}

check "no command is a usage error" refuses "usage: warroom"
check "a misspelt command names its neighbor" \
	refuses 'did you mean "verify"?' verfy
check "--help shows the commands" exits 0 "$WARROOM" --help
check "with the exit codes" holds "$TMPDIR/out" "5 rolled back and validated"
check "help is the same" exits 0 "$WARROOM" help

commands=$("$WARROOM" --help | sed -n 's/^  \([a-z]\{1,\}\) .*/\1/p')
check "the commands are listed" test "$(echo "$commands" | wc -l)" -ge 10
for command in $commands; do
	check "$command --help succeeds" exits 0 "$WARROOM" $command --help
	check "$command --help begins with its usage" \
		holds "$TMPDIR/out" "usage: warroom $command"
	check "$command refuses an unknown option" \
		refuses "see warroom $command --help" $command --nonsense
done
for command in run check plan gate baseline probe status watch replay verify; do
	check "$command without an operand shows its usage" \
		refuses "usage: warroom $command" $command
done
for command in run drill gate baseline status watch replay verify; do
	check "$command refuses an operand too many" \
		refuses "usage: warroom $command" $command a b
done
for command in twin schema; do
	check "$command takes no operand" \
		refuses "usage: warroom $command" $command a
done
check "an option without its value is refused" \
	refuses "see warroom verify --help" verify --expect-head

check "a speed must be a number" refuses "want a number from 0.1 to 1000" \
	drill $BOOK --headless --speed fast
check "and within bounds" refuses "want a number from 0.1 to 1000" \
	twin --dir "$TMPDIR/t" --speed 5000
check "of a replay, too" refuses "want a number from 0.1 to 1000" \
	replay "$TMPDIR" --speed 0
check "a seed is not negative" refuses "--seed -1: want a number" \
	drill $BOOK --headless --seed -1
check "a duration has a unit" refuses "want a duration such as 90s" \
	drill $BOOK --headless --think 60
check "in probe, too" refuses "want a duration" probe $BOOK --for soon
check "a score without --headless is refused" \
	refuses "--json goes with --headless" drill $BOOK --json
check "items of a plan want --rollback" \
	refuses "items go with --rollback only" plan $BOOK switch-dns
check "--at wants --signals" refuses "--at goes with --signals" \
	gate $BOOK --at 2026-11-20T02:00:00Z
check "--at wants a time" refuses "want a time such as" \
	gate $GATES --signals /dev/null --at yesterday
check "--for and --signals exclude each other" \
	refuses "do not go with --signals" gate $GATES --signals /dev/null --for 5s
check "no twin serves in an empty folder" refuses "services.json" \
	probe $BOOK --twin "$TMPDIR"
check "an unknown scenario is answered by the known ones" \
	refuses "trunk-storm, calm" twin --dir "$TMPDIR/t" --scenario stormy
check "rooms on etcd are refused in words" refuses "etcd" \
	drill $BOOK --headless --room etcd://h1/night

for command in run plan gate baseline probe check drill; do
	check "$command names a file that is not there" \
		refuses "$TMPDIR/absent.yaml" $command "$TMPDIR/absent.yaml"
done
for command in status watch replay verify; do
	check "$command names a room that is not there" \
		refuses "$TMPDIR/absent" $command "$TMPDIR/absent"
done
esc=$(printf 'a\033[31m\302\233')
check "an unknown command is told in clean text" \
	refuses 'no command "a\x1b[31mU+009B"' "$esc"
check "so is an unknown option" refuses '--a\x1b[31mU+009B' verify "--$esc"
check "and a value that will not do" refuses '--speed a\x1b[31mU+009B:' \
	drill $BOOK --headless --speed "$esc"
check "an option with a value is given once" refuses "--speed is given twice" \
	drill $BOOK --headless --speed 1 --speed 2
check "a flag takes no value" refuses "takes no value" verify --json=1 x

lost() { # COMMAND...: its output has no room; it says so and has failed
	"$@" >/dev/full 2>"$TMPDIR/err" && return 1
	holds "$TMPDIR/err" "could not be written"
}
check "output that is lost is a failure" lost "$WARROOM" schema
check "a reader who has enough is none" sh -c \
	'{ "$0" schema; echo $? >"$1"; } | head -c 1 >"$1.out" &&
	test "$(cat "$1")" = 0' "$WARROOM" "$TMPDIR/code"
check "nothing was left behind" test "$(find "$TMPDIR" -name '*.jsonl')" = ""
finish
