#!/bin/bash
# cov.sh - how many lines of each source file did the tests reach?
#
# usage: cov.sh BUILD    after a run of the tests in a SAN=cov build
set -eu
build=$1
find "$build/src" "$build/ui" -name '*.gcda' 2>/dev/null | sort |
	while read -r data; do
		gcov -n "$data" 2>/dev/null
	done | awk '
/^File / {
	file = $2
	gsub("\047", "", file)
}
/^Lines executed:/ && file ~ /^(src|ui)\/.*\.c$/ {
	split($2, part, ":")
	share = substr(part[2], 1, length(part[2]) - 1)
	lines += $4
	reached += $4 * share / 100
	printf "%6.1f %%  of %5d lines  %s\n", share, $4, file
	file = ""
}
END {
	if (lines > 0)
		printf "%6.1f %%  of %5d lines  in all\n",
			100 * reached / lines, lines
}'
