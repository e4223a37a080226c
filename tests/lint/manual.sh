#!/bin/bash
# manual.sh - the manual pages are ones mandoc has nothing against.
set -eu
shopt -s nullglob
pages=(man/*.[1-8])
[ ${#pages[@]} -gt 0 ] || {
	echo "no manual page yet"
	exit 77
}
command -v mandoc >/dev/null || {
	echo "mandoc is not installed"
	exit 77
}
mandoc -T lint -W warning "${pages[@]}"
echo "ok mandoc has nothing to say"
