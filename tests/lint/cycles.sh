#!/bin/bash
# cycles.sh - no module needs itself, however long the way round.
#
# A module is a .c file and its header.  tsort names the members of a loop.
set -eu
export LC_ALL=C

pairs() {
	find src ui -name '*.[ch]' -print0 |
		xargs -0 grep -HoE '^[ 	]*#[ 	]*include[ 	]*"[^"]+"' |
		sed -E 's/^(src\/)?//; s/\.[ch]:.*"([^"]+)\.h"$/ \1/' |
		awk '$1 != $2' | sort -u
}

if ! pairs | tsort >/dev/null 2>"${TMPDIR:-/tmp}/loops"; then
	echo "modules that include each other in a circle:"
	sed 's/^tsort: //; s/^-: input.*/a circle:/' "${TMPDIR:-/tmp}/loops"
	exit 1
fi
echo "ok no include cycle"
