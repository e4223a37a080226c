#!/bin/sh
# contract: 0 valid, 1 invalid with every finding in its place, 2 unusable.
. tests/lib/lib.sh

command -v jq >/dev/null || skip "jq is not installed"
schema=$TMPDIR/schema.json
cat >"$schema" <<'EOF'
{
  "type": "object",
  "required": ["contactId", "callId"],
  "properties": {
    "contactId": {"type": "string", "pattern": "^TEST_[A-Z]+_\\d{4}$"},
    "callId": {"type": "string", "minLength": 3},
    "direction": {"enum": ["inbound", "outbound"]},
    "attempts": {"type": "integer", "maximum": 5}
  },
  "additionalProperties": false
}
EOF
good=$TMPDIR/good.json
bad=$TMPDIR/bad.json
echo '{"contactId":"TEST_CONTACT_9981","callId":"uuid_4829"}' >"$good"
cat >"$bad" <<'EOF'
{
  "contactId": "9981",
  "direction": "sideways",
  "attempts": 7,
  "extra": true
}
EOF

# at LINE:COLUMN RULE: bad.json has that finding there.
at() {
	grep -q "^$bad:$1: error: .* \[$2\]\$" "$TMPDIR/out" && return 0
	sed 's/^/  /' "$TMPDIR/out"
	return 1
}

check "a valid document ends with 0" exits 0 "$WARROOM" contract "$schema" "$good"
check "and says nothing" test ! -s "$TMPDIR/out" -a ! -s "$TMPDIR/err"
check "an invalid one ends with 1" exits 1 "$WARROOM" contract "$schema" "$bad"
check "a pattern is told in its place" at 2:16 pattern
check "so is a word that is none of the list" at 3:16 enum
check "so is a number too large" at 4:15 maximum
check "so is a member nobody knows" at 5:12 additionalProperties
check "so is what is missing, at its object" at 1:1 required
check "all of them, and no more" test "$(wc -l <"$TMPDIR/out")" = 5
check "with value and expectation" holds "$TMPDIR/out" \
	'"sideways" is none of "inbound", "outbound"'
check "several documents: the worst counts" \
	exits 1 "$WARROOM" contract "$schema" "$good" "$bad"

check "as JSON" exits 1 "$WARROOM" contract --json "$schema" "$good" "$bad"
check "one object a document" \
	test "$(jq -c .valid <"$TMPDIR/out" | tr '\n' ' ')" = "true false "
check "with pointers on both sides" test "$(jq -r 'select(.valid | not) |
	.findings[] | select(.rule == "enum") | .instance + " " + .keyword' \
	<"$TMPDIR/out")" = "/direction /properties/direction/enum"

from_stdin() {
	"$WARROOM" contract "$schema" - <"$bad" >"$TMPDIR/out"
}
from_stdin
check "a document on stdin is judged the same" test $? = 1
check "and named so" holds "$TMPDIR/out" "stdin:3:16: error:"

# unusable TEXT SCHEMA DOC: ends with 2 and says TEXT.
unusable() {
	exits 2 "$WARROOM" contract "$2" "$3" && holds "$TMPDIR/err" "$1"
}
schema_is() {
	printf '%s\n' "$1" >"$TMPDIR/s.json"
}
check "no schema there" unusable "absent.json" "$TMPDIR/absent.json" "$good"
check "no document there" unusable "absent.json" "$schema" "$TMPDIR/absent.json"
printf '{"a":1,"a":2}' >"$TMPDIR/twice.json"
check "a name given twice is no document" unusable \
	"twice.json:1:8: error: name given twice" "$schema" "$TMPDIR/twice.json"
printf '{"a":"\\ud800"}' >"$TMPDIR/lone.json"
check "nor is half of a surrogate pair" unusable \
	"surrogate without its pair" "$schema" "$TMPDIR/lone.json"
schema_is '{"$ref":"#/nowhere"}'
check "a reference to nothing" unusable \
	's.json:1:9: error: nothing is at the reference "#/nowhere"' \
	"$TMPDIR/s.json" "$good"
schema_is '{"$ref":"https://example.com/other.json"}'
check "nothing is fetched" unusable "nothing is fetched" "$TMPDIR/s.json" "$good"
schema_is '{"allOf":[{"$ref":"#"}]}'
check "references in a circle" unusable "circle" "$TMPDIR/s.json" "$good"
schema_is '{"$schema":"http://json-schema.org/draft-04/schema#"}'
check "a dialect we do not know" unusable "dialect" "$TMPDIR/s.json" "$good"
schema_is '{"minLength":"3"}'
check "a keyword with a wrong value" unusable \
	'"minLength" must be a number, found a text' "$TMPDIR/s.json" "$good"
schema_is '{"pattern":"(?i)a"}'
check "a pattern of another language" unusable "is no pattern" \
	"$TMPDIR/s.json" "$good"

schema_is '{"properties":{"callId":{"pattern":"^(a+)+$"}}}'
printf '{"callId":"%s!"}' "$(printf 'a%.0s' $(seq 60))" >"$TMPDIR/slow.json"
check "a pattern that would never end gives up" \
	exits 1 timeout 10 "$WARROOM" contract "$TMPDIR/s.json" "$TMPDIR/slow.json"
check "and says so" holds "$TMPDIR/out" "too many steps at \"/callId\" [limit]"

# The schema we print is one we can read, and judges runbooks.
"$WARROOM" schema >"$TMPDIR/runbook.schema.json"
printf '{"runbook":"a","endpoints":{"x":{"url":"https://a.example"}}}' \
	>"$TMPDIR/no-book.json"
check "our own schema judges runbooks" \
	exits 1 "$WARROOM" contract "$TMPDIR/runbook.schema.json" "$TMPDIR/no-book.json"
check "and finds the endpoint without its adapter" \
	holds "$TMPDIR/out" 'the member "adapter" is missing'
python=$(command -v python3 || true)
if [ -n "$python" ] && "$python" -c 'import yaml' 2>/dev/null; then
	"$python" -c 'import json, sys, yaml
json.dump(yaml.safe_load(sys.stdin), sys.stdout)' \
		<runbooks/voice-cutover.yaml >"$TMPDIR/book.json"
	check "a runbook as JSON is what our schema asks for" \
		exits 0 "$WARROOM" contract "$TMPDIR/runbook.schema.json" "$TMPDIR/book.json"
fi
finish
