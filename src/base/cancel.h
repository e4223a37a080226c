/*
 * cancel - a token that ends somebody's waiting, or holds it up.
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

/* Of a worker that waits in a loop of its own: raised at each resume, the
 * worker lowers it. */
struct cancel_ear {
	struct wake wake;
	struct cancel_ear *next; /* the token's */
};

struct cancel {
	atomic_bool raised;
	struct wake wake;
	struct lock lock;	 /* of the sleepers */
	struct cancel_ear *ears; /* locked */
	struct signal_flag news; /* raised or nudged */
	atomic_uint nudges;
	int64_t paused_us; /* room time since when; -1: it goes on; locked */
	int64_t idle_us;   /* paused in all before that; locked */
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
 * meanwhile.  A pause does not make it longer: see cancel_hold(). */
bool cancel_sleep_ms(struct cancel *c, int64_t room_ms);
/* The same; a nudge since cancel_nudges() said `before` ends it at once. */
bool cancel_sleep_since(struct cancel *c, int64_t room_ms, unsigned before);

/* Holds the worker up before its next act, until cancel_resume().  Twice is
 * once.  Any thread. */
void cancel_pause(struct cancel *c);
void cancel_resume(struct cancel *c);
bool cancel_is_paused(struct cancel *c); /* any thread */
/* Room time for which it has been paused in all, the pause of now with it. */
int64_t cancel_idle_us(struct cancel *c);
/* Waits while it is paused; false when cancelled.  A nudge does not end it. */
bool cancel_hold(struct cancel *c);

/* Lets `ear` hear of each resume from now on; ERR_SYSTEM, nothing to end then.
 * The worker's; it outlives cancel_unlisten(), which is due before
 * cancel_close(). */
enum err_code cancel_listen(struct cancel *c, struct cancel_ear *ear,
			    struct err *e) MUST_CHECK;
void cancel_unlisten(struct cancel *c, struct cancel_ear *ear);

#endif
