/*
 * placing - synthetic calls, one after the other, until all have ended.
 *
 * Each call is taken down as soon as it stands.  A cancel, or the deadline of
 * the work, takes down what is up and begins no more; while it is paused no
 * call begins.  Actor thread.
 */
#ifndef ACTION_PLACING_H
#define ACTION_PLACING_H

#include "action/work.h"
#include "net/trunks.h"

struct placing_order {
	struct trunks trunks; /* called in turn */
	const char *to;
	size_t count;
	int64_t every_us; /* room time */
	int answer_ms;	  /* real, of one call */
};

struct placed {
	size_t begun, answered;
	bool is_stopped;	 /* before all were begun, or had ended */
	struct err fault;	 /* of ours; ERR_NONE: none */
	char why[ACTION_DETAIL]; /* of the last that was not answered */
};

/* Tells each call as it ends; fills in *out.  Real time beyond the deadline:
 * at most what calls need to be taken down. */
void placing_run(const struct placing_order *o, struct work *w,
		 struct placed *out);

#endif
