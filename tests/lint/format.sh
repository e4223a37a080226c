#!/bin/bash
# format.sh - the layout of all C files is what clang-format makes of them.
set -eu
find src ui tests -name '*.[ch]' -print0 | sort -z |
	xargs -0 clang-format --dry-run -Werror
echo "ok the layout is clang-format's"
