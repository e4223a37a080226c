#!/bin/bash
# Memory is refused to a library under each command that judges: none of them
# is killed by it, all of them end, none says GO, valid or sound of what is not.
#
# FULL=1 refuses it at every place that asks for it, otherwise at a few.
. tests/lib/lib.sh
. tests/lib/fault.sh
. tests/lib/guide.sh

"$WARROOM" twin --list >/dev/null 2>&1 || skip "built without the twin"
GUIDE=runbooks/voice-cutover.gates.json
BOOK=runbooks/voice-cutover.yaml
GOOD=$TMPDIR/good.jsonl
most=$([ "${FULL:-0}" = 1 ] && echo 100000 || echo 12)

guide_signals "$GOOD"
sed 's/"value":99.2/"value":9.2/' "$GOOD" >"$TMPDIR/bad.jsonl"
sed 's/^gates:/gatez:/' "$BOOK" >"$TMPDIR/bad.yaml"
drill "$TMPDIR/room" || [ $? = 5 ] || exit 1
mkdir "$TMPDIR/flipped"
sed '7s/"at":"20/"at":"19/' "$TMPDIR/room/journal.jsonl" \
	>"$TMPDIR/flipped/journal.jsonl"
chmod 700 "$TMPDIR/flipped"
chmod 600 "$TMPDIR/flipped/journal.jsonl"

DIR=$TMPDIR/twin
"$WARROOM" twin --dir "$DIR" --scenario calm --speed 1 >/dev/null 2>&1 &
twin=$!
trap 'kill $twin 2>/dev/null' EXIT
wait_for 20 test -f "$DIR/services.json" || exit 1

under() { # OUT VAR=VALUE... -- ARGUMENTS...
	local out=$1
	local -a vars=()
	shift
	while [ "$1" != -- ]; do
		vars+=("$1")
		shift
	done
	shift
	timeout 60 env LD_PRELOAD="$BUILD/tests/lib/preload_fault.so" \
		FAULT_VERB="$1" "${vars[@]}" "$WARROOM" "$@" \
		>"$out.out" 2>"$out.err" </dev/null
}

# One place that gets nothing; CODE is how it ends with memory.
refuse() { # NAME CODE CALL SITE N ARGUMENTS...
	local at=$TMPDIR/$1.$3.$4.$5 code=0

	under "$at" FAULT_CALL="$3" FAULT_SITE="$4" FAULT_AT="$5" \
		FAULT_MARK="$at.hit" -- "${@:6}" || code=$?
	[ -e "$at.hit" ] || return 2
	case $code in
	124 | 13[0-9] | 14[0-9]) ;; # late, killed
	"$2") [ "$code" != 0 ] || [ -s "$at.out" ] && return 0 ;;
	0) ;;
	*) [ -s "$at.err" ] || [ -s "$at.out" ] && return 0 ;;
	esac
	echo "not ok $1: $3 $4 $5: it ended with $code, else with $2"
	tail -n 3 "$at.out" "$at.err"
	return 1
}

# Three at a time.
refuse_all() { # NAME CODE CALL ARGUMENTS... <"SITE N" lines
	local tried=0 code pid site n pids=''

	while read -r site n; do
		refuse "${@:1:3}" "$site" "$n" "${@:4}" &
		pids="$pids $!"
		tried=$((tried + 1))
		[ $((tried % 3)) != 0 ] && continue
		for pid in $pids; do
			code=0
			wait "$pid" || code=$?
			[ "$code" != 1 ] || return 1
		done
		pids=
	done
	for pid in $pids; do
		code=0
		wait "$pid" || code=$?
		[ "$code" != 1 ] || return 1
	done
	echo "  $1: $3 at $tried places"
	[ "$tried" -gt 0 ]
}

# Every place of a command where a library asks for memory.
heap() { # NAME CODE ARGUMENTS...
	local code=0 all=$TMPDIR/$1.all

	under "$TMPDIR/$1" FAULT_CALL=heap FAULT_AT=0 FAULT_SITES="$all" -- \
		"${@:3}" || code=$?
	[ "$code" = "$2" ] || {
		echo "with memory it ends with $code, not $2"
		cat "$TMPDIR/$1.err"
		return 1
	}
	places "$all" "$most" | refuse_all "$1" "$2" heap "${@:3}"
}

# Every call of a kind that a short command makes, in turn.
calls() { # NAME CODE CALL MOST ARGUMENTS...
	seq "$4" | sed 's/^/0 /' | refuse_all "${@:1:3}" "${@:5}"
}

check "gate says GO of what is GO" heap gate 0 \
	gate "$GUIDE" --signals "$GOOD"
check "gate never says GO of a breach" heap breach 1 \
	gate "$GUIDE" --signals "$TMPDIR/bad.jsonl"
check "check" heap check 0 check "$BOOK"
check "check never calls a wrong file valid" heap wrong 2 \
	check "$TMPDIR/bad.yaml"
check "verify" heap verify 0 verify "$TMPDIR/room"
check "verify never calls a changed journal sound" heap flipped 1 \
	verify "$TMPDIR/flipped"
check "status" heap status 5 status "$TMPDIR/room"
check "plan" heap plan 0 plan "$BOOK" --twin "$DIR"
check "probe" heap probe 0 probe "$BOOK" --twin "$DIR"
check "gate with probes" heap live 0 gate "$BOOK" --twin "$DIR"
for kind in thread socket wake watch open; do
	n=$([ "${FULL:-0}" = 1 ] && echo 60 || echo 4)
	check "gate with probes, $kind" calls live 0 $kind "$n" \
		gate "$BOOK" --twin "$DIR"
done
finish
