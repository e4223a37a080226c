/*
 * loop - one event loop: transfers, sockets, timers, each under a deadline.
 *
 * A loop belongs to one thread, which alone calls everything here except
 * loop_wake().  Callbacks run inside loop_run(), on that thread, with no lock
 * held; they may start and cancel anything on the same loop.
 */
#ifndef NET_LOOP_H
#define NET_LOOP_H

#include <stdint.h>

#include "base/err.h"
#include "net/fence.h"

/* Prepares the libraries below; main calls it once, before threads start. */
void net_setup(void);

struct loop;

/* `fence` is borrowed and outlives the loop. */
enum err_code loop_new(struct loop **out, const struct fence *fence,
		       struct err *e) MUST_CHECK;
/* Ends everything still open without calling back; waits for nobody. */
void loop_free(struct loop *l);

/* Handles what is ready (not from inside a callback); waits at most until
 * `until_real_us` (clock_real_us()), less when woken or a timer is due. */
void loop_run(struct loop *l, int64_t until_real_us);
void loop_wake(struct loop *l); /* any thread: loop_run() returns soon */

/* The one given to loop_new(). */
const struct fence *loop_fence(const struct loop *l);

/* A timer; owned by the loop, gone after it fired or was cancelled. */
struct loop_timer;
/* Calls due(ctx) once, on the loop's thread. */
struct loop_timer *loop_at(struct loop *l, int64_t at_real_us,
			   void (*due)(void *ctx), void *ctx);
void loop_timer_cancel(struct loop_timer *t); /* NULL is fine */

/* A watched descriptor; `events` are poll() bits, `ready` gets revents.  The
 * descriptor stays the caller's, is watched once at most and outlives its
 * watch.  NULL when the system refuses to watch it. */
struct loop_watch;
struct loop_watch *loop_watch(struct loop *l, int fd, short events,
			      void (*ready)(void *ctx, short revents),
			      void *ctx);
/* Waits for these from now on. */
void loop_watch_events(struct loop_watch *w, short events);
void loop_watch_end(struct loop_watch *w); /* NULL is fine */
/* Ends it without a word to the system: its descriptor is closed, and the
 * number may be another thread's by now.  NULL is fine. */
void loop_watch_forget(struct loop_watch *w);

/* Runs the loop on the calling thread until *done, the cancel descriptor
 * `cancel_fd` (-1: none) is readable, or `until_real_us`; the way actors wait
 * for one answer.  ERR_NONE when *done, else ERR_CANCELLED or ERR_TIMEOUT. */
enum err_code loop_run_until(struct loop *l, const bool *done, int cancel_fd,
			     int64_t until_real_us, struct err *e) MUST_CHECK;

#endif
