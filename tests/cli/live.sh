#!/bin/bash
# A live room wants its secrets and its endpoints, and never takes a twin for
# them, however near one is.
. tests/lib/lib.sh
BOOK=runbooks/voice-cutover.yaml
R=$TMPDIR/room
SECRETS="WARROOM_PLATFORM_SECRET WARROOM_CRM_TOKEN WARROOM_DNS_TOKEN"
# shellcheck disable=SC2086 # names are words
unset $SECRETS

for command in run plan probe gate; do
	check "$command without secrets is refused" exits 2 timeout 20 \
		"$WARROOM" $command $BOOK
	for name in $SECRETS; do
		check "$command names $name" holds "$TMPDIR/err" \
			"environment variable $name is not set"
	done
done
check "one that is there is not named" exits 2 env \
	WARROOM_CRM_TOKEN=crm-secret-word timeout 20 "$WARROOM" run $BOOK
check "only the others are" lacks "$TMPDIR/err" WARROOM_CRM_TOKEN
check "and no value is repeated" lacks "$TMPDIR/err" crm-secret-word
check "an empty one counts as missing" exits 2 env \
	WARROOM_CRM_TOKEN= timeout 20 "$WARROOM" run $BOOK
check "and is named" holds "$TMPDIR/err" WARROOM_CRM_TOKEN
check "no room was made" test ! -e "$XDG_STATE_HOME/warroom"

# The same runbook with endpoints where nobody listens.
sed -e 's,https://[a-z.]*,http://127.0.0.1:1,' \
	-e 's/address: .*/address: 127.0.0.1:1/' -e 's/every: .*/every: 1s/' \
	$BOOK >"$TMPDIR/dead.yaml"
cp runbooks/*.json "$TMPDIR"
export WARROOM_PLATFORM_SECRET=a-secret-word-1 \
	WARROOM_CRM_TOKEN=a-secret-word-2 WARROOM_DNS_TOKEN=a-secret-word-3
check "probe finds every endpoint dead" exits 4 timeout 30 "$WARROOM" probe \
	"$TMPDIR/dead.yaml"

# Two wait for the budget while the slots of the others come round.
{
	printf '%s\n' 'runbook: once' 'environment: TEST' 'endpoints:' \
		'  a: {adapter: plain, url: "http://127.0.0.1:1",' \
		'    rate_per_minute: 60}' 'probes:'
	for n in 1 2 3 4 5 6; do
		echo "  p$n: {every: 20s, http: {endpoint: a, path: /}," \
			"signals: {x.s$n: status}}"
	done
	printf '%s\n' 'thresholds: {x: {s1: {max: 200, source: us}}}' \
		'steps: [{id: one, do: {manual: {text: Look.}}}]'
} >"$TMPDIR/once.yaml"
timeout 60 "$WARROOM" probe "$TMPDIR/once.yaml" --json >"$TMPDIR/once"
check "one round shows each probe once" test 6 = \
	"$(jq -r 'select(.samples) | .probe' "$TMPDIR/once" | sort -u | wc -l)"
check "and no more" test 6 = \
	"$(jq -r 'select(.samples) | .probe' "$TMPDIR/once" | wc -l)"

timeout 30 "$WARROOM" plan "$TMPDIR/dead.yaml" >"$TMPDIR/plan"
check "plan shows where it could not read" test "$(grep -c 'live ? -> ' \
	"$TMPDIR/plan")" = 5
check "and makes nothing up" lacks "$TMPDIR/plan" "live v-"
check "gate is BLIND" test "$(timeout 30 "$WARROOM" gate \
	"$TMPDIR/dead.yaml" --json | jq -r .verdict)" = BLIND

"$WARROOM" twin --list >/dev/null 2>&1 || finish

asked() { # how many requests the twin has had, by its own count
	local answer
	exec 3<>"/dev/tcp/127.0.0.1/$port"
	printf 'GET /twin/state HTTP/1.0\r\nX-Twin: 1\r\n\r\n' >&3
	answer=$(tr -d '\r' <&3 | sed '1,/^$/d')
	exec 3>&-
	jq -c '[.requests.sip, .requests.dns, .weather.asked]' <<<"$answer"
}

# A twin in the very folder of the room, as a drill leaves one.
"$WARROOM" twin --dir "$R" --scenario calm >"$TMPDIR/twin.log" 2>&1 &
twin=$!
trap 'kill $twin $live 2>/dev/null' EXIT
check "a twin serves in the room's folder" wait_for 10 test -s \
	"$R/services.json"
port=$(jq -r .http "$R/services.json")
port=${port##*:}
before=$(asked)
check "it can be asked" test -n "$before"
"$WARROOM" run "$TMPDIR/dead.yaml" --room "$R" \
	>"$TMPDIR/live.out" 2>"$TMPDIR/live.err" </dev/null &
live=$!
check "the live room opens without a terminal" wait_for 10 grep -q \
	'"kind":"decision"' "$R/journal.jsonl"
check "as LIVE" test "$(head -n 1 "$R/journal.jsonl" | jq -r .mode)" = LIVE
check "with a word in each line" holds "$TMPDIR/live.out" " LIVE room "
check "nobody is asked anything" lacks "$TMPDIR/live.out" "> type"
check "measurements failed" wait_for 10 grep -q '"kind":"samples".*refused' \
	"$R/journal.jsonl"
check "none came out" test "$(jq -r 'select(.kind == "samples") | .s[] |
	select(length == 4) | .[0]' "$R/journal.jsonl")" = ""
check "the decision is BLIND" test "$(jq -r 'select(.kind == "decision") |
	.verdict' "$R/journal.jsonl" | sort -u)" = BLIND
check "the twin was not asked" test "$(asked)" = "$before"
check "nor told to do anything" test ! -s "$R/ledger.jsonl"
check "told to end" kill $live
code=0
wait $live || code=$?
check "the live room ends as interrupted" test $code = 130
check "and is parked" test "$(tail -n 1 "$R/journal.jsonl" |
	jq -r .kind)" = parked
check "no secret in the journal" lacks "$R/journal.jsonl" a-secret-word
check "nor on the screen" lacks "$TMPDIR/live.out" a-secret-word
check "left before its end, says status" exits 4 "$WARROOM" status "$R"
# A file that says otherwise leads no drill to another host.
mkdir -m 700 "$TMPDIR/astray"
echo '{"http":"http://192.0.2.7:80","token_url":"http://192.0.2.7:80/t",
	"cloudflare":"http://192.0.2.7:80","sip":{},"dns":"192.0.2.7:53",
	"tls":"192.0.2.7:443"}' >"$TMPDIR/astray/services.json"
check "services of another host are refused" exits 2 timeout 20 "$WARROOM" \
	probe $BOOK --twin "$TMPDIR/astray"
check "and named" holds "$TMPDIR/err" "a drill reaches the twin alone"
finish
