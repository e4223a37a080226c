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

#include "base/wake.h"

struct cancel {
	atomic_bool raised;
	struct wake wake;
};

/* A lowered token; fails with ERR_SYSTEM.  End it with cancel_close(). */
enum err_code cancel_open(struct cancel *c, struct err *e) MUST_CHECK;
void cancel_raise(struct cancel *c);	       /* any thread */
bool cancel_is_raised(const struct cancel *c); /* any thread */
void cancel_close(struct cancel *c);	       /* when nobody waits any more */

/* Sleeps `room_ms` of room time; false when cancelled meanwhile. */
bool cancel_sleep_ms(const struct cancel *c, int64_t room_ms);

#endif
