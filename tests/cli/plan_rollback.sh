#!/bin/sh
# The plan of a rollback says what each item waits for and what stands in for
# it, in words and as JSON, also while nothing can be read.
. tests/lib/lib.sh
BOOK=$TMPDIR/book.yaml

json() { # FILTER: holds for what was printed
	jq -e "$1" "$TMPDIR/out" >/dev/null || {
		head -c 4000 "$TMPDIR/out"
		return 1
	}
}

# Port 1 of loopback: nobody is there.
cat >"$BOOK" <<'END'
runbook: plan
environment: STAGING
region: us-east-1
rto: 30m
thresholds:
  telephony:
    max_loss_percent: 2.5
endpoints:
  platform: {adapter: plain, url: "http://127.0.0.1:1"}
probes:
  loss:
    http: {endpoint: platform, path: /loss}
    signals:
      telephony.loss_percent: /v
      telephony.active_sessions: /sessions
steps:
  - id: flow
    layer: flow
    object: flow:1
    do: {http: {endpoint: platform, method: PATCH, path: /flow,
      verify: {path: /flow, pointer: /is, equals: new}}}
    undo: {http: {endpoint: platform, method: PATCH, path: /back,
      verify: {path: /back, pointer: /is, equals: old}}}
  - id: route
    layer: routing
    object: route:1
    needs: [flow]
    do: {http: {endpoint: platform, method: PATCH, path: /route,
      verify: {path: /route, pointer: /is, equals: new}}}
    undo: {http: {endpoint: platform, method: PATCH, path: /reroute,
      verify: {path: /reroute, pointer: /is, equals: old}}}
    undo_emergency:
      exec: {argv: [/usr/bin/true], verify: {argv: [/usr/bin/true]}}
rollback:
  policy: propose
  drain:
    sessions:
      signal: telephony.active_sessions
      max: 2
      session_timer: 10m
      before: [route]
END

check "a plan that cannot be read is BLIND" exits 4 "$WARROOM" plan "$BOOK" \
	--rollback
check "it says what an item waits for" holds "$TMPDIR/out" \
	"waits before route: sessions <= 2, at most 10m"
check "and what stands in for it" holds "$TMPDIR/out" \
	"if the platform cannot be reached: by exec"
check "as JSON" exits 4 "$WARROOM" plan "$BOOK" --rollback --json
check "it says what that item waits for" json '.rollback[0] |
	.name == "route" and .waits == [{drain: "sessions", most_ms: 600000,
	text: "waits before route: sessions <= 2, at most 10m"}]'
check "and by which kind it is done without the platform" json \
	'.rollback[0].emergency == "exec"'
check "and that the other one does neither" json '.rollback[1] |
	.name == "flow" and .waits == [] and (has("emergency") | not)'
check "a forward plan" exits 4 "$WARROOM" plan "$BOOK" --json
check "knows no such waits" json '[.steps[] | has("waits")] | any | not'
finish
