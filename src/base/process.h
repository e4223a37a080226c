/*
 * process - one program run to its end, with all it started.
 *
 * No shell, no search path, nothing inherited but what is given: its own
 * session, /dev/null as input, one pipe for both outputs, no other
 * descriptor, "/" as folder unless another is named, default signals.  When
 * its time is over it gets SIGTERM and, after a grace, SIGKILL; what it left
 * in its session is killed and named either way.  A program that begins a
 * session of its own gets away.  Any thread; blocks.
 */
#ifndef BASE_PROCESS_H
#define BASE_PROCESS_H

#include <stdint.h>

#include "base/buf.h"
#include "base/cancel.h"

#define PROCESS_LEFT 160

struct process_order {
	const char *const *argv; /* NULL-terminated; argv[0] begins with "/" */
	const char *const *env;	 /* NULL-terminated "NAME=value" */
	const char *folder;	 /* to run in; NULL: "/" */
	int64_t until_real_us;	 /* of clock_real_us() */
	int grace_ms;		 /* real, between SIGTERM and SIGKILL; 0.. */
	const struct cancel *cancel; /* ends it as the time does; or NULL */
	size_t keep;		     /* the last bytes of its output; 1.. */
};

enum process_how {
	PROCESS_EXITED,	   /* code: its exit code */
	PROCESS_SIGNALLED, /* by somebody else; code: the signal */
	PROCESS_LATE,	   /* ended by us: the time was over */
	PROCESS_CANCELLED, /* ended by us: nobody wants it any more */
};

struct process_end {
	enum process_how how;
	int code;
	struct buf output; /* raw bytes; the caller clears it always */
	uint64_t dropped;  /* bytes of output before those that are kept */
	int left_count;	   /* processes it left running; they are killed */
	char left[PROCESS_LEFT]; /* "sleep (4711), ..."; clean; "" none */
	bool is_left;		 /* some could not be killed and run on */
};

/* ERR_ABSENT: no such program; ERR_SYSTEM: it could not be started.  Nothing
 * has run then. */
enum err_code process_run(struct process_end *out,
			  const struct process_order *o,
			  struct err *e) MUST_CHECK;

#endif
