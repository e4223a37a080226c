#!/bin/sh
# schema prints valid JSON that knows every kind and every key in use.
. tests/lib/lib.sh
S=$TMPDIR/schema.json

has() { # FILTER
	jq -e "$1" "$S" >/dev/null
}

check "schema succeeds" exits 0 "$WARROOM" schema
cp "$TMPDIR/out" "$S"
check "without a word on stderr" test ! -s "$TMPDIR/err"
check "it is one JSON object" has 'type == "object"'
check "it says which draft" has '."$schema" | endswith("2020-12/schema")'
check "the step kinds are there" has '."$defs".act.properties | keys ==
	["calls","dns","exec","gate","http","load","manual","parallel","reconcile","trunk","wait"]'
check "the probe kinds are there" has \
	'.properties.probes.additionalProperties | [.oneOf[].required[0]] |
	["dns","http","sip_options","tls"] - . == []'
check "an act has one kind" has '."$defs".act | (.oneOf | length) ==
	(.properties | length)'
check "each kind says what it is" has '[."$defs".act.properties[],
	(.properties.probes.additionalProperties | .properties[.oneOf[].required[0]])
	| .description | length > 10] | all'
check "nothing unknown may stand in it" has \
	'[.. | objects | select(.properties? != null and
	(.properties | type) == "object") |
	.additionalProperties == false] | all'
check "what is required is there" has '[.. | objects |
	select((.required? | type) == "array" and .properties? != null) |
	.properties as $p | .required[] | in($p)] | all'
for key in $(sed -n 's/^\([a-z]*\):.*/\1/p' runbooks/voice-cutover.yaml); do
	check "it knows $key" has ".properties | has(\"$key\")"
done
finish
