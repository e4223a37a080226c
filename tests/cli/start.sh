#!/bin/sh
# A command that judges files starts without the libraries of the network.
. tests/lib/lib.sh

command -v ldd >/dev/null || skip "ldd is not installed"
ldd "$WARROOM" >"$TMPDIR/libraries" || exit 1
check "the C library is there" holds "$TMPDIR/libraries" libc.so
check "libcurl waits until it is called" lacks "$TMPDIR/libraries" libcurl
check "libmicrohttpd waits for a twin" lacks "$TMPDIR/libraries" libmicrohttpd
check "and what is behind the one" lacks "$TMPDIR/libraries" libldap
check "and what is behind the other" lacks "$TMPDIR/libraries" libgnutls
check "a command without a network works" exits 0 "$WARROOM" check \
	runbooks/voice-cutover.gates.json
finish
