#!/bin/bash
# shell.sh - the scripts are sound as far as shellcheck can tell.
set -eu
command -v shellcheck >/dev/null || {
	echo "shellcheck is not installed"
	exit 77
}
find tests .ci -type f \( -name '*.sh' -o -path .ci/run \) -print0 | sort -z |
	xargs -0 shellcheck -S warning
echo "ok shellcheck has nothing to say"
