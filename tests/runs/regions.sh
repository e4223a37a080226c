#!/bin/sh
# Eight regions in parallel: all done, one lags and is named, two split off,
# and all of it is taken back.
. tests/lib/lib.sh
"$WARROOM" twin --list >/dev/null 2>&1 || skip "built without the twin"
BOOK=runbooks/regions.yaml

drill() { # CODE SCENARIO
	exits "$1" timeout 100 "$WARROOM" drill "$BOOK" --headless --json \
		--speed 20 --seed 7 --scenario "$2" --room "$TMPDIR/$2"
}

steps() { # ROOM FILTER: holds for some record of the step
	jq -es '[.[] | select(.kind == "step" and .step == "publish-flow")] |
		any(.[]; '"$2"')' "$TMPDIR/$1/journal.jsonl" >/dev/null
}

writes() { # ROOM REGION: requests that region was sent
	jq -s --arg r "/regions/$2/" '[.[] | select(.path // "" |
		startswith($r)) | select(.method == "PATCH")] | length' \
		"$TMPDIR/$1/ledger.jsonl"
}

check "the runbook has no findings" exits 0 "$WARROOM" check "$BOOK"
check "a calm night ends done" drill 0 calm
check "all regions are at the target" steps calm \
	'.state == "verified" and ([.regions[]] | unique) == ["target"] and
	 (.regions | length) == 8'
check "each was told once" test "$(writes calm eu-west-1)" = 1

check "a night with a late region ends done" drill 0 region-lag
check "the late one is named while the step converges" steps region-lag \
	'.state == "converging" and
	 (.detail | startswith("7 of 8 regions, waiting for eu-west-1 ")) and
	 .regions["eu-west-1"] == "unknown" and
	 .regions["sa-east-1"] == "target"'

check "a night with a split is taken back" drill 5 split-brain
check "the split is named" steps split-brain \
	'.state == "failed" and (.detail | startswith("split: target in 6 (")) and
	 (.detail | contains("baseline in 2 (eu-west-1, ap-southeast-2)"))'
check "what was on the other side was not told again" \
	test "$(writes split-brain eu-west-1)" = 1
check "what had moved was told twice: there and back" \
	test "$(writes split-brain us-east-1)" = 2
check "the undo says where each region is back" jq -es \
	'[.[] | select(.kind == "undo" and .state == "verified")][0] |
	 ([.regions[]] | unique) == ["baseline"]' \
	"$TMPDIR/split-brain/journal.jsonl"
check "the matrix says where each region stands" exits 5 "$WARROOM" status \
	--matrix --csv "$TMPDIR/split-brain"
check "all is at the baseline again" holds "$TMPDIR/out" \
	'flow:f-8473625190,eu-west-1,baseline,'
check "and as one object" exits 0 "$WARROOM" status --matrix --json \
	"$TMPDIR/calm"
check "with a side for each region" jq -e '.objects[0].regions |
	length == 8 and all(.[]; .side == "target" and .age_s >= 0)' \
	"$TMPDIR/out"
check "nothing is left over" test \
	"$(cat "$TMPDIR/split-brain/leftovers.csv" | tr -d '\r')" = \
	"object,region,detail,since"
check "the list of it is the owner's alone" test \
	"$(stat -c %a "$TMPDIR/split-brain/leftovers.csv")" = 600
finish
