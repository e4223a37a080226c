/*
 * cancel - a token that ends somebody's waiting.
 *
 * The owner raises it from any thread; the worker polls cancel_is_raised() or
 * puts the descriptor into its poll set.  Cancelling never undoes what was
 * already sent.
 */
#ifndef BASE_CANCEL_H
#define BASE_CANCEL_H

#include <stdatomic.h>
#include <stdint.h>

#include "base/lock.h"
#include "base/wake.h"

struct cancel {
	atomic_bool raised;
	struct wake wake;
	struct lock lock;	 /* of the sleepers */
	struct signal_flag news; /* raised or nudged */
	atomic_uint nudges;
};

/* A lowered token; fails with ERR_SYSTEM.  End it with cancel_close(). */
enum err_code cancel_open(struct cancel *c, struct err *e) MUST_CHECK;
void cancel_raise(struct cancel *c);	       /* any thread */
bool cancel_is_raised(const struct cancel *c); /* any thread */
void cancel_close(struct cancel *c);	       /* when nobody waits any more */

/* Ends every sleep of now, once; later ones last as ever.  Any thread. */
void cancel_nudge(struct cancel *c);
/* How often it was nudged.  Any thread. */
unsigned cancel_nudges(const struct cancel *c);

/* Sleeps `room_ms` of room time, or until nudged; false when cancelled
 * meanwhile. */
bool cancel_sleep_ms(struct cancel *c, int64_t room_ms);

#endif
