#!/bin/bash
# headers.sh - each header compiles alone and is guarded by its own name.
set -u
bad=0
flags="-std=c17 -D_GNU_SOURCE -Isrc -I. -Wall -Wextra -Wpedantic -Wshadow \
-Wconversion -Wstrict-prototypes -Werror -fsyntax-only"

while read -r header; do
	name=${header#src/}
	# shellcheck disable=SC2086 # flags are words
	printf '#include "%s"\nextern int one;\n' "$name" | gcc $flags -x c - || {
		echo "$header: does not compile alone"
		bad=1
	}
	guard=$(echo "$name" | tr 'a-z/.-' 'A-Z___')
	grep -q "^#ifndef $guard\$" "$header" || {
		echo "$header: wants the guard $guard"
		bad=1
	}
done < <(find src ui tests/lib -name '*.h' | sort)
[ "$bad" = 0 ] && echo "ok every header stands alone"
exit "$bad"
