#!/bin/sh
# Signals files: every odd line has its outcome and its word; the shapes of
# JSON and JUnit.
. tests/lib/lib.sh

cat >"$TMPDIR/gate.json" <<'END'
{"gate_id":"two","thresholds":{"t":{
"max_rate_percent":{"limit":2.5,"for":"60s","clear_for":"30s"},
"ok":true}}}
END
FILE=$TMPDIR/signals.jsonl

judge() { # CODE [OPTION...]
	code=$1
	shift
	exits "$code" "$WARROOM" gate "$TMPDIR/gate.json" --signals "$FILE" "$@"
}
says() { holds "$TMPDIR/out" "$1"; }
complains() { holds "$TMPDIR/err" "$1"; }

# rate MINUTE:SECOND VALUE / ok MINUTE:SECOND: samples at 02:MM:SS.
rate() {
	printf '{"signal":"t.rate_percent","value":%s,"at":"2026-11-20T02:%sZ"}\n' \
		"$2" "$1" >>"$FILE"
}
ok() {
	printf '{"signal":"t.ok","value":true,"at":"2026-11-20T02:%sZ"}\n' \
		"$1" >>"$FILE"
}

# broken LINE PLACE WORDS: exit 2, and the finding stands at LINE:COLUMN.
broken() {
	printf '\n%s\n' "$1" >"$FILE"
	check "$3: exit 2" judge 2
	check "$3: said with its place" complains "signals.jsonl:$2: error: "
	check "$3: in words" complains "$3"
	check "$3: nothing is judged" test ! -s "$TMPDIR/out"
}
broken '{"signal":"t.rate_percent","value":NaN}' 2:36 "NaN and Infinity"
broken '{"signal":"t.rate_percent","value":-Infinity}' 2:36 "expected a value"
broken '{"signal":"t.rate_percent","value":1e999}' 2:36 "beyond a double"
broken '{"signal":"t.rate_percent","value":1' 2:37 "one sample is one line"
broken '{"signal":"t.rate_percent","value":1}}' 2:38 "more text after"
broken '{"signal":"t.rate_percent","value":1,"tiem":"x"}' 2:38 'unknown key "tiem"'
broken '{"signal":"t.rate_percent","value":1,"value":2}' 2:38 "duplicate key"
broken '{"signal":"t.rate_percent","value":1,"error":"x"}' 2:38 "either a"
broken '{"signal":"t.rate_percent","value":[1]}' 2:36 "must be a number, a flag"
broken '{"signal":"t.rate_percent","value":1,"n":-1}' 2:42 "whole number of events"
broken '{"signal":"t.rate_percent","value":1,"n":1.5}' 2:42 "whole number of events"
broken '{"signal":"t.rate_percent","value":1,"at":"yesterday"}' 2:43 '"at" must be a time'
broken '{"signal":"t.rate_percent","value":1,"at":""}' 2:43 '"at" must be a time'
broken '{"signal":"t.rate_percent","value":1,"at":1732}' 2:43 '"at" must be a time'
broken '{"signal":"t.rate_percent"}' 2:1 'neither "value" nor "error"'
broken '{"value":1}' 2:1 'without "signal"'
broken '{"signal":7,"value":1}' 2:11 '"signal" must be a text'
broken '["t.rate_percent",1]' 2:1 "a line must be a sample"
broken '{"signal":"t.ok","value":"a\u0000b"}' 2:26 "the character NUL"
printf '{"signal":"t.ok","value":"\377"}\n' >"$FILE"
check "bytes that are not UTF-8: exit 2" judge 2
check "bytes that are not UTF-8: said" complains "byte that is not UTF-8"
: >"$FILE"
ok 00:00
printf 'x\n' >>"$FILE"
printf '{"signal":"t.ok"}\n' >>"$FILE"
check "all broken lines at once" judge 2
check "the first" complains "signals.jsonl:2:1"
check "and the second" complains "signals.jsonl:3:1"

# Times.
: >"$FILE"
ok 10:00
rate 10:00 2.6
check "a fresh breach waits for its time: HOLD" judge 3
rate 11:00 2.6
ok 11:00
check "a breach of 60 s is NO-GO" judge 1
rate 11:10 1
ok 11:10
check "a breach is not over at once" judge 1
rate 11:40 1
check "but after clear_for" judge 0
check "as of then, the rest is not known" judge 1 --at 2026-11-20T02:11:05Z
check "which is said" complains "3 samples later than the judgement"
check "--at with an offset is the same time" judge 1 \
	--at 2026-11-20T03:11:05+01:00
check "long after, all is stale" judge 4 --at 2026-11-20T02:20:00Z
check "and says so" says "is stale"
check "before the first, all is in the future" judge 4 \
	--at 2026-11-20T02:00:00Z
check "and says so" says "measured in the future"

tac "$FILE" >"$TMPDIR/tac" && cat "$TMPDIR/tac" >"$FILE"
check "out of order is put in order" judge 0
check "and told" complains "older than the one before of their signal"
sort "$TMPDIR/tac" | sed p >"$FILE"
check "each line twice changes nothing" judge 0
check "and is told" complains "7 samples repeat the one before"
: >"$FILE"
ok 10:00
rate 10:00 1
rate 10:00 2.6
check "of two at one time the later line counts" judge 3
check "and it is told" complains "contradicts another of its time"

printf '%s\n' '{"signal":"t.ok","value":true}' \
	'{"signal":"t.rate_percent","value":2.4}' >"$FILE"
check "without any time nothing is stale" judge 0
check "whenever it is" judge 0 --at 2030-01-01T00:00:00Z
rate 10:00 1
ok 20:00
rate 20:00 1
printf '{"signal":"t.ok","value":false}\n' >>"$FILE"
check "an untimed sample is as old as the one before" judge 1
sed '$d' "$FILE" | sed '/20:00/d' >"$TMPDIR/cut" && cat "$TMPDIR/cut" >"$FILE"
check "the first ones as the first that has a time" judge 4 \
	--at 2026-11-20T02:12:01Z
check "fresh until then" judge 0 --at 2026-11-20T02:12:00Z

printf '%s\n' '{"signal":"t.ok","value":true}' '' \
	'{"signal":"t.rate_percnt","value":2.4}' \
	'  {"signal":"t.rate\u005fpercent","value":2.4}  ' >"$FILE"
check "unknown signals are passed over" judge 0
check "with a count and a guess" complains \
	'signals.jsonl:3:1: warning: no gate asks for "t.rate_percnt" (did you mean "t.rate_percent"?): 1 such sample'
sed 's/$/\r/' "$FILE" >"$TMPDIR/crlf" && cat "$TMPDIR/crlf" >"$FILE"
check "lines may end as on Windows" judge 0
check "standard input is a file too" sh -c \
	"'$WARROOM' gate '$TMPDIR/gate.json' --signals - <'$FILE' >/dev/null 2>&1"
printf '{"signal":"t.ok","error":"\033[31m\\u202e<b> & \\"x\\""}\n' |
	sed 's/\x1b/\\u001b/' >"$FILE"
check "foreign text: BLIND" judge 4 --json --junit "$TMPDIR/junit.xml"
check "is made harmless" jq -e '.gates[] | select(.signal == "t.ok") |
	.why | test("\u001b") or test("\u202e") | not' "$TMPDIR/out"
check "and escaped in XML" holds "$TMPDIR/junit.xml" \
	'&lt;b&gt; &amp; &quot;x&quot;'

# Shapes.
json() { jq -e "$1" "$TMPDIR/out"; }
: >"$FILE"
rate 10:00 2.6
rate 11:00 2.6
rm -f "$TMPDIR/junit.xml"
check "JSON: the exit code stays" judge 1 --json --junit "$TMPDIR/junit.xml"
check "JSON: one object" json 'type == "object" and .schema_version == 1'
check "JSON: the decision" json '.verdict == "NO-GO" and .exit == 1 and
	.leading == "t.rate_percent" and .at == "2026-11-20T02:11:00.000Z" and
	(.sentence | startswith("NO-GO: rate 2.6 % > 2.5 %")) and
	.counts == {"OFF":0,"GO":0,"HOLD":0,"BLIND":1,"NO-GO":1}'
check "JSON: the keys" json 'keys == ["at","counts","exit","gate_id","gates",
	"leading","logic","platform","rollback_due","samples",
	"schema_version","score","sentence","verdict","vetoed"]'
check "JSON: the keys of a gate" json '.gates | map(keys) | unique ==
	[["age_ms","critical","domain","flaps","key","limit","margin","n","op",
	"reason","sentence","shadow","signal","since_ms","source","title",
	"unit","value","verdict","weight","why"]]'
check "JSON: a gate" json '.gates[0] | .verdict == "NO-GO" and
	.reason == "breached" and .value == 2.6 and .limit == 2.5 and
	.margin == -0.1 and .n == null and .age_ms == 0 and
	.since_ms == 60000 and .op == "at_most"'
check "JUnit: the counts" holds "$TMPDIR/junit.xml" \
	'tests="3" failures="2" errors="1" skipped="0"'
check "JUnit: BLIND is an error" holds "$TMPDIR/junit.xml" \
	'<error type="BLIND"'
check "JUnit: no place to write: the verdict stays" judge 1 \
	--junit "$TMPDIR/nowhere/junit.xml"
check "and it is told" complains "--junit"

# Asked wrongly.
check "no such signals file" exits 2 "$WARROOM" gate "$TMPDIR/gate.json" \
	--signals "$TMPDIR/none"
check "no such manifest" exits 2 "$WARROOM" gate "$TMPDIR/none" \
	--signals "$FILE"
check "--at that is no time" judge 2 --at tomorrow
check "--for has no use for recorded samples" judge 2 --for 5s
check "--at has no use for probes" exits 2 "$WARROOM" gate \
	runbooks/voice-cutover.yaml --at 2026-11-20T02:00:00Z
check "a manifest without samples" exits 2 "$WARROOM" gate "$TMPDIR/gate.json"
check "is told what to do" complains "--signals"
finish
