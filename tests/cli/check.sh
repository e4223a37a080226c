#!/bin/sh
# check finds everything at once, at its place, with the nearest known word.
. tests/lib/lib.sh

# mistake N PATTERN: line N of the findings reads like this.
mistake() {
	sed -n "$1p" "$TMPDIR/out" >"$TMPDIR/line"
	grep -qE "^$2\$" "$TMPDIR/line" || {
		echo "line $1 is: $(cat "$TMPDIR/line")"
		echo "  and not: $2"
		return 1
	}
}

# at PATTERN WORD: "line:column" of WORD in the first line of that pattern, as
# awk counts.
at() {
	awk -v pattern="$1" -v word="$2" '$0 ~ pattern {
		print NR ":" index($0, word); exit
	}' "$BAD"
}

cp runbooks/voice-cutover.*.json "$TMPDIR"
BAD=$TMPDIR/bad.yaml
sed -e 's/^title: /titel: /' \
	-e '/^  trunk-legacy:/,/endpoints/s/every: 5s/every: 5/' \
	-e 's/^      endpoints: \[legacy_trunk\]/      endpoints: [legacy_trnk]/' \
	-e '/^  - id: set-routing/,/layer/s/needs: \[publish-flow\]/needs: [publish-flwo]/' \
	-e '/^  - id: open-trunk/,/undo/s/status: active/status: activ/' \
	runbooks/voice-cutover.yaml >"$BAD"
check "five things were spoiled" test \
	"$(diff runbooks/voice-cutover.yaml "$BAD" | grep -c '^>')" = 5

check "a bad runbook ends with 2" exits 2 "$WARROOM" check "$BAD"
check "exactly five findings" test "$(wc -l <"$TMPDIR/out")" = 5
check "each is an error with place and rule" test "$(grep -cE \
	"^$BAD:[0-9]+:[0-9]+: error: .+ \[[a-z-]+\]\$" "$TMPDIR/out")" = 5
check "an unknown key" mistake 1 \
	"$BAD:$(at '^titel' titel): error: .*titel.*\"title\".*\[unknown-key\]"
check "a duration without a unit" mistake 2 \
	"$BAD:$(at 'every: 5$' '5'): error: .*every.*5s.*\[wrong-type\]"
check "an unknown endpoint" mistake 3 "$BAD:$(at legacy_trnk \
	legacy_trnk): error: .*legacy_trnk.*\"legacy_trunk\".*\[unknown-endpoint\]"
check "an unknown step" mistake 4 "$BAD:$(at publish-flwo \
	publish-flwo): error: .*publish-flwo.*\"publish-flow\".*\[unknown-step\]"
check "an unknown word" mistake 5 "$BAD:$(at 'status: activ$' \
	'activ'): error: .*activ.*\"active\".*\[unknown-word\]"

for command in run plan probe gate "drill --headless"; do
	# shellcheck disable=SC2086 # an option among the words
	check "$command refuses it, too" exits 2 "$WARROOM" $command "$BAD"
	check "with the same findings" test "$(grep -c ': error: ' \
		"$TMPDIR/err")" = 5
done

for file in runbooks/* themes/*; do
	check "$file is clean" exits 0 "$WARROOM" check "$file"
	check "no error in $file" lacks "$TMPDIR/out" ": error: "
done
check "all of them at once" exits 0 "$WARROOM" check runbooks/* themes/*
check "and they are counted" holds "$TMPDIR/out" "files checked"

sed '/^baseline:/d' runbooks/first-calls.yaml >"$TMPDIR/unproved.yaml"
check "undos without a baseline may pass" exits 0 "$WARROOM" check \
	"$TMPDIR/unproved.yaml"
check "but nothing could be compared" holds "$TMPDIR/out" "[no-snapshot]"
check "nor be called healthy" holds "$TMPDIR/out" "[no-validation]"
check "with both there is nothing to say" exits 0 "$WARROOM" check \
	runbooks/integrations-cutover.yaml
check "and nothing is said" lacks "$TMPDIR/out" "warning: "
sed -e '/^    object: pipeline:tickets$/d' \
	-e '/^  legacy-gets-every-ticket:/,/^$/d' -e '/^invariants:/d' \
	runbooks/integrations-cutover.yaml >"$TMPDIR/unnamed.yaml"
check "a change of nobody knows what may pass" exits 0 "$WARROOM" check \
	"$TMPDIR/unnamed.yaml"
check "but it is in no baseline and no matrix" holds "$TMPDIR/out" \
	'"dual-write" changes something and does not say what'
check "one bad file spoils the lot" exits 2 "$WARROOM" check \
	themes/dark.yaml "$BAD"

sed 's/CUTOVER_EXECUTED {region}/CUTOVER_EXECUTED {flowId}/' \
	runbooks/regions.yaml >"$TMPDIR/regions.yaml"
check "a step with a placeholder of nobody's" exits 0 "$WARROOM" check \
	"$TMPDIR/regions.yaml"
check "is told which are known there" holds "$TMPDIR/out" \
	'unknown placeholder {flowId}: known here are {region}; it is sent as'
check "once" test "$(grep -c 'placeholder' "$TMPDIR/out")" = 1
sed 's/CUTOVER_EXECUTED {region}/CUTOVER_EXECUTED {regoin}/' \
	runbooks/regions.yaml >"$TMPDIR/regions.yaml"
check "one that is nearly known is refused" exits 2 "$WARROOM" check \
	"$TMPDIR/regions.yaml"

printf 'theme: x\n256:\n  nomal: 1 2\n16: {}\nmono: {}\n' >"$TMPDIR/theme.yaml"
check "a theme with a misspelt role" exits 2 "$WARROOM" check \
	"$TMPDIR/theme.yaml"
check "is told which is meant" holds "$TMPDIR/out" '(did you mean "normal"?)'
printf '{"gate_id":"x","thresholds":{"telephony":{"max_x":"2"}}}\n' \
	>"$TMPDIR/gates.json"
check "a number in quotes is no number" exits 2 "$WARROOM" check \
	"$TMPDIR/gates.json"
check "at its place in the JSON" holds "$TMPDIR/out" \
	"$TMPDIR/gates.json:1:51: error: "
printf '{"rollback_id":"x","names":["a","b"],"sequence":[]}\n' \
	>"$TMPDIR/list.json"
check "a list where names belong" exits 2 "$WARROOM" check "$TMPDIR/list.json"
check "is named" holds "$TMPDIR/out" 'unknown key "names"'

# A step of its own lowers the TTL; what takes the switch back leaves as much.
awk '{ print } /^steps:/ { print "  - id: lower-ttl"
	print "    title: Lower the TTL a day before"
	print "    takes: 30s\n    confirm: phrase\n    layer: transport"
	print "    object: dns:sip.domain.com\n    idempotent: true"
	print "    do: {dns: {endpoint: dns-provider, server: dns-primary,"
	print "         zone: z, name: sip.domain.com, type: A,"
	print "         value: 192.0.2.10, ttl: 300}}\n    undo: none" }' \
	runbooks/voice-cutover.yaml >"$TMPDIR/lower.yaml"
check "a TTL may be lowered before the cutover" exits 0 "$WARROOM" check \
	"$TMPDIR/lower.yaml"
sed 's/^    legacy_trunk_ip: .*/    legacy_trunk_ip: ""/' \
	runbooks/voice-cutover.yaml >"$TMPDIR/empty.yaml"
check "a name for nothing is refused" exits 2 "$WARROOM" check \
	"$TMPDIR/empty.yaml"
check "at its place" holds "$TMPDIR/out" '"legacy_trunk_ip" is empty'
printf 'shopping: list\n' >"$TMPDIR/other.yaml"
check "a file of another kind" exits 2 "$WARROOM" check "$TMPDIR/other.yaml"
check "is told what it could be" holds "$TMPDIR/out" "[unknown-file]"
check "an empty file is an error" exits 2 "$WARROOM" check /dev/null
finish
