/*
 * late - a library that is loaded when it is first called.
 *
 * For libraries with many others behind them, of which most commands call
 * nothing: their functions stand in one file of ours under their own names and
 * hand on.  With all that is called found there, the linker leaves the library
 * itself out.  Without a function there everything works too, but the library
 * is loaded at each start (tests/cli/start.sh says so).
 */
#ifndef BASE_LATE_H
#define BASE_LATE_H

#include <assert.h>
#include <stdatomic.h>
#include <string.h>

/* The address of the function `name` of the shared `library` (its SONAME), kept
 * in *known, NULL before.  A library or a function that is not there ends the
 * program with 127 and a word on stderr, as the dynamic linker does.  The
 * library stays loaded.  Any thread: two that are first find the same. */
void *late_function(_Atomic(void *) *known, const char *library,
		    const char *name);

/* Declares `call`, the function `name` of `library` itself; the types of its
 * result and its arguments as its header has them. */
#define LATE_CALL(library, type, name, ...)                    \
	static _Atomic(void *) known;                          \
	type (*call)(__VA_ARGS__);                             \
	void *found = late_function(&known, library, #name);   \
	static_assert(sizeof(call) == sizeof(found), "POSIX"); \
	memcpy(&call, &found, sizeof(call))

#endif
