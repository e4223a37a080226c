#!/bin/bash
# manual.sh - the manual says everything the program has, and nothing else.
#
# What the program has is asked of the program (--help, schema) and of the
# tables its help is made from; what is missing is named.
set -eu
shopt -s nullglob
pages=(man/*.[1-8])
[ ${#pages[@]} -gt 0 ] || {
	echo "no manual page"
	exit 1
}
for tool in mandoc jq; do
	command -v $tool >/dev/null || {
		echo "$tool is not installed"
		exit 77
	}
done
BUILD=${BUILD:-build}
WARROOM=${WARROOM:-$BUILD/warroom}
# Like a path, not like a word to look for in PATH.
WARROOM=$(realpath -m "$WARROOM")
[ -x "$WARROOM" ] || make -s BUILD="$BUILD" all >/dev/null
scratch=$(mktemp -d "${TMPDIR:-/tmp}/manual.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
failures=0

fail() {
	echo "$*"
	failures=$((failures + 1))
}

# shown PAGE: its words with one blank between them, as readers see them.
shown() {
	mandoc -T ascii -O width=1000 "$1" | sed 's/.\x08//g' | tr -s ' \n' ' '
}

# part PAGE HEADING: the source below a heading, up to the next one.
part() {
	awk -v want="$2" '/^\.S[hs] / { on = substr($0, 5) == want; next } on' "$1"
}

# items PAGE HEADING...: the tags of the lists below these headings.
items() {
	local page=$1 heading
	shift
	for heading in "$@"; do
		part "$page" "$heading"
	done | sed -n 's/^\.It [A-Z][a-z] \(\\&\)\{0,1\}//p' | sort -u
}

# same WHAT FILE1 FILE2: what the program has (1) and the manual says (2).
same() {
	local word
	[ -s "$2" ] || fail "$1: nothing found to compare with the manual"
	for word in $(comm -23 "$2" "$3"); do
		fail "$1: the manual does not say $word"
	done
	for word in $(comm -13 "$2" "$3"); do
		fail "$1: the manual says $word, the program has none"
	done
}

# says WHAT PAGE COMMAND...: each line it prints stands in the page.
says() {
	local line what=$1 page=$2 n=0
	shift 2
	while IFS= read -r line; do
		n=$((n + 1))
		grep -qF -e "$line" "$scratch/$page" ||
			fail "man/$page does not say of a $what: $line"
	done < <("$@")
	[ "$n" -gt 0 ] || fail "no $what found to look for"
}

# table FILE: "word help" for each row X(CODE, "word", ..., "help") of it.
table() {
	tr -d '\\\n' <"$1" | tr '\t' ' ' |
		grep -oE 'X\([A-Z_]+(, *("[^"]*"|true|false))+ *\)' |
		sed -E 's/^[^"]*"([^"]*)".*"([^"]*)"[^"]*$/\1 \2/'
}

commands() {
	local cmd line
	"$WARROOM" --help | sed -n 's/^  \([a-z]\{1,\}\) .*/\1/p' >"$scratch/commands"
	[ -s "$scratch/commands" ] || fail "warroom --help lists no command"
	while IFS= read -r cmd; do
		part man/warroom.1 "$cmd" >"$scratch/part"
		grep -q "^\.Cm $cmd\$" "$scratch/part" ||
			fail "man/warroom.1 has no command $cmd"
		"$WARROOM" "$cmd" --help |
			sed -nE 's/^  --([a-z-]+)( [A-Z])?.*/\1\2/p' |
			sed 's/ [A-Z]$/ VALUE/' | tr ' ' : | sort >"$scratch/has"
		sed -nE 's/^\.It Fl -([a-z-]+)( Ar .*)?$/\1\2/p' "$scratch/part" |
			sed 's/ Ar .*/:VALUE/' | sort >"$scratch/said"
		[ -s "$scratch/has" ] || {
			line=$(cat "$scratch/said")
			[ -z "$line" ] || fail "warroom $cmd has no option $line"
			continue
		}
		same "option of warroom $cmd" "$scratch/has" "$scratch/said"
	done <"$scratch/commands"
}

# keys FILTER HEADING...: the keys that the schema has there.
keys() {
	local filter=$1
	shift
	jq -r "$filter" "$scratch/schema" | sort -u >"$scratch/has"
	items man/warroom-runbook.5 "$@" >"$scratch/said"
	same "key of $1" "$scratch/has" "$scratch/said"
}

# Settings of a kind under dotted names.
readonly settings='def flat($p): to_entries[] | ($p + .key),
	(.key as $k | (.value | objects | .properties // {}) |
	flat($p + $k + "."));'

# kinds Probe|Step: their names.
kinds() {
	local where='.properties.probes.additionalProperties'
	[ "$1" = Probe ] || where='.["$defs"].act'
	jq -r "$where.oneOf[].required[0]" "$scratch/schema"
}

runbook() {
	local kind what top='.properties' step='.["$defs"].act.properties'
	local probe='.properties.probes.additionalProperties'
	local base='.properties.baseline.items'
	local act='.properties.rollback.properties.acts.additionalProperties'
	"$WARROOM" schema >"$scratch/schema"
	keys "$top | keys[]" RUNBOOK
	keys "$top.endpoints.additionalProperties.properties | keys[]" ENDPOINTS
	keys "$probe | (.oneOf | map(.required[0])) as \$k |
		(.properties | keys) - \$k | .[]" PROBES
	keys "$top.steps.items.properties | keys[]" STEPS
	keys "$top.steps.items.properties.retry.properties | keys[]" Retry
	keys "$top.rollback.properties | keys[]" ROLLBACK
	keys "$act | (.oneOf | map(.required[0])) as \$k |
		(.properties | keys) - \$k | .[], \"{target}\", \"{value}\",
		\"{ttl_seconds}\"" Acts
	keys "$top.rollback.properties.validate.additionalProperties.properties |
		keys[]" Validation
	keys "$top.rollback.properties.drain.additionalProperties.properties |
		keys[]" Drain
	keys "$base | (.oneOf | map(.required[0])) as \$k |
		(.properties | keys) - \$k | .[]" BASELINE
	for kind in $(jq -r "$base.oneOf[].required[0]" "$scratch/schema"); do
		keys "$settings $base.properties.$kind.properties | flat(\"\")" \
			"Baseline read $kind"
	done
	for kind in $(kinds Probe); do
		keys "$settings $probe.properties.$kind.properties | flat(\"\")" \
			"Probe kind $kind"
	done
	for kind in $(kinds Step); do
		keys "$settings $step.$kind.properties | flat(\"\")" \
			"Step kind $kind"
	done
	for what in Probe Step; do
		sed -n "s/^\.Ss $what kind //p" man/warroom-runbook.5 | sort >"$scratch/said"
		kinds "$what" | sort >"$scratch/has"
		same "$what kind" "$scratch/has" "$scratch/said"
	done
}

# Rows of files that the schema leaves out, and facts of probes.
manifests() {
	local file kind fact
	sed -n 's/.*\.name = "\([^"]*\)".*/\1/p' src/conf/manifest_*.c |
		sort -u >"$scratch/has"
	items man/warroom-runbook.5 "Gate manifest" Domains Thresholds \
		Baselines "Rollback manifest" "Trunk manifest" | grep -v : >"$scratch/said"
	same "key of a manifest" "$scratch/has" "$scratch/said"
	sed -n '/signal_fields/,/NULL/s/.*\.name = "\([^"]*\)".*/\1/p' \
		src/conf/runbook_probes.c | sort >"$scratch/has"
	items man/warroom-runbook.5 Signals >"$scratch/said"
	same "key of a signal" "$scratch/has" "$scratch/said"
	for file in src/probe/probe_*.c; do
		kind=$(sed -n 's/.*\.spec = { .name = "\([^"]*\)".*/\1/p' "$file")
		for fact in $(tr -d '\n' <"$file" |
			grep -oE '\.facts = ("[^"]*"[[:space:]]*)+' | grep -oE '[a-z_0-9]+' |
			grep -vx facts); do
			part man/warroom-runbook.5 "Probe kind $kind" |
				grep -qE "^\.Ic $fact( |\$)" ||
				fail "Probe kind $kind: the manual has no fact $fact"
		done
	done
}

# In how many writings the masking probe hides what must not leave.
writings() {
	local count accounts
	count=$(grep -cE '^	\{ LEAK_(CARD|CVV),' src/probe/samples.c)
	accounts=$(sed -n 's/^#define ACCOUNT_WRITINGS //p' src/probe/probe_masking.c)
	part man/warroom-runbook.5 "Probe kind masking" |
		grep -q "in $((count + accounts)) writings" ||
		fail "masking sends $((count + accounts)) writings, the manual says otherwise"
}

scenarios() {
	"$WARROOM" twin --list | tr -s ' '
}

control_calls() {
	grep -hoE '"(GET|POST)", "/twin/[a-z]+"' src/twin/twin_control.c |
		tr -d '",'
}

# "name help" for each row of the keys.
key_rows() {
	sed -n '/key_rows\[\] = {/,/^};/p' ui/keymap.c | tr '\n\t' '  ' |
		grep -oE '\}, *"[^"]*", *(NULL|"[^"]*"), *"[^"]*"' |
		sed -E 's/^[^"]*"([^"]*)".*"([^"]*)"$/\1 \2/'
}

tables() {
	local page code
	for page in "${pages[@]}"; do
		shown "$page" >"$scratch/${page#man/}"
	done
	says role warroom-theme.5 table src/model/theme.h
	says record warroom.1 table src/model/record.h
	says state warroom.1 table src/model/step.h
	says verb warroom.1 table src/engine/command.h
	says turn warroom.1 table ui/turn.h
	says fault warroom.1 table src/twin/fault.h
	says scenario warroom.1 scenarios
	says "control call" warroom.1 control_calls
	says key warroom.1 key_rows
	[ "$(grep -c 'verb_[a-z]* },' ui/keymap.c)" = "$(key_rows | wc -l)" ] ||
		fail "some rows of ui/keymap.c are not understood here"
	for code in $(sed -n 's/.*EXIT_[A-Z_]* = \([0-9]*\),.*/\1/p' \
		src/cli/cli.h); do
		part man/warroom.1 "EXIT STATUS" | grep -qx "\.It $code" ||
			fail "man/warroom.1 has no exit status $code"
	done
	grep -rhoE 'getenv\("[A-Z_]+"\)' src ui | tr -d '")' | cut -d'(' -f2 |
		sort -u >"$scratch/has"
	items man/warroom.1 ENVIRONMENT >"$scratch/said"
	same "environment variable" "$scratch/has" "$scratch/said"
}

mandoc -T lint -W warning "${pages[@]}"
echo "ok mandoc has nothing to say"
commands
runbook
manifests
writings
tables
[ "$failures" = 0 ] || {
	echo "$failures things differ"
	exit 1
}
echo "ok the manual says what the program has"
