# book.sh - for test scripts: a runbook of probes.  Source it behind lib.sh.
# shellcheck shell=sh

# book_begin FILE: all that a runbook needs but endpoints and probes, which
# the caller appends in this order.
book_begin() {
	cat >"$1" <<-YAML
	runbook: probes
	title: probes
	environment: TEST
	thresholds:
	  ready:
	    told: true
	steps:
	  - id: wait
	    title: wait
	    do: { wait: { for: 1s } }
	endpoints:
	YAML
}

# probed FILE SIGNAL: the value of the last sample of that signal in what
# "probe --json" printed, or "? " and its error.
probed() {
	jq -rs --arg s "$2" '[.[].samples[]? | select(.signal == $s) |
		if has("value") then .value else "? " + .error end][-1]' "$1"
}
