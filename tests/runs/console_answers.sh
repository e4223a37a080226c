#!/bin/sh
# What a person decides at the console holds: before: go, a park that is taken
# back by a rollback, a rollback that halted, the end of the room.
. tests/lib/lib.sh
. tests/lib/plain.sh

ROLLBACK='ROLLBACK prod us-east-1'
TWIN=$TMPDIR/twin
twin_serves "$TWIN" --scenario calm

# The first step runs at once, but only at GO.
mkdir "$TMPDIR/book"
cp runbooks/*.json "$TMPDIR/book"
awk '/^    confirm: key/ && !n++ { print "    confirm: none"
	print "    before: go"; next } { print }' \
	runbooks/voice-cutover.yaml >"$TMPDIR/book/hasty.yaml"
twin_fault '{"fault":"lost-trunk","count":-1,"match":"trunk_secondary"}'
sit "$TMPDIR/hasty" run "$TMPDIR/book/hasty.yaml" --plain \
	--room "$TMPDIR/r1" --twin "$TWIN"
check "the decision is NO-GO" hears "decision NO-GO"
tell arm lock-baseline
check "a step without confirm needs GO all the same" hears \
	"lock-baseline needs GO, the decision is NO-GO"
check "and is ready again" hears "lock-baseline ready"
check "nothing was sent" lacks "$TMPDIR/hasty" "POST "
check "a room closed before its work is done is no success" \
	leaves 1 close tomorrow
kill $twin
twin_serves "$TMPDIR/r2" --scenario calm --speed 5
sit "$TMPDIR/night" drill runbooks/voice-cutover.yaml --plain --speed 5 \
	--room "$TMPDIR/r2"
check "the decision is GO" hears "decision GO"
tell arm lock-baseline
answers yes 1
hears "lock-baseline verified"
tell arm go-no-go
answers yes 2
hears "go-no-go verified"

# A park waits for the act in hand; the rollback does not wait for the park.
twin_fault '{"fault":"job-never-ends","count":-1,"match":""}'
twin_fault '{"fault":"503","count":-1,"match":"/crm/tickets"}'
tell arm publish-flow
answers 'PUBLISH-FLOW prod us-east-1'
check "a step converges" hears "publish-flow (accepted|converging)"
tell park
sleep 0.3
tell rollback
check "a rollback is shown though the room is being parked" answers "$ROLLBACK"
check "and begins" hears "rollback running"
twin_fault '{"fault":"none"}'
twin_fault '{"fault":"503","count":-1,"match":"/crm/tickets"}'
check "it halts where the platform refuses" wait_for 80 grep -q \
	"rollback halted" "$TMPDIR/night"
tell rollback
check "its plan can be looked at" wait_for 20 asked 2 "$ROLLBACK"
tell no
check "declined, it is halted still" hears \
	"rollback halted.*not all is taken back: stays available"
check "and the end says so" leaves 6
check "so does status" exits 6 "$WARROOM" status "$TMPDIR/r2"
finish
