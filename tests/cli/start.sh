#!/bin/sh
# A command that judges files starts without the libraries of the network.
. tests/lib/lib.sh

command -v ldd >/dev/null || skip "ldd is not installed"
ldd "$WARROOM" >"$TMPDIR/libraries" || exit 1
check "the C library is there" holds "$TMPDIR/libraries" libc.so
check "libcurl waits until it is called" lacks "$TMPDIR/libraries" libcurl
check "and so do those behind it" lacks "$TMPDIR/libraries" libldap
check "a command without a network works" exits 0 "$WARROOM" check \
	runbooks/voice-cutover.gates.json
finish
