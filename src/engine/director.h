/*
 * director - the thread that owns the room and decides what happens next.
 *
 * Private to the engine.  Everything below is called on the director's thread
 * only.  The room changes by director_emit() alone: judged first, then
 * journaled, then folded in.
 */
#ifndef ENGINE_DIRECTOR_H
#define ENGINE_DIRECTOR_H

#include "engine/parts.h"

/*
 * opening.c: fills in `d`, opens or resumes the room, and begins or carries on
 * what its records say.  `publish` gets each snapshot and owns it.  Fails as
 * engine_open() does; director_shut() is due in each case.
 */
enum err_code director_open(struct director *d, const struct engine_options *o,
			    void (*publish)(void *ctx, struct snapshot *s),
			    void *ctx, struct err *e) MUST_CHECK;
/* Stops the poller, joins every actor, closes the journal, frees. */
void director_shut(struct director *d);

int64_t director_now_ms(const struct director *d); /* room time */

/* Journals `r` (sets number and times), folds it in, clears it.  False when the
 * journal failed, or the room cannot come to it and nothing was written: the
 * director is dead then and acts no more. */
bool director_emit(struct director *d, struct record *r);

/* Says something to the person; not journaled. */
void director_notice(struct director *d, const char *fmt, ...)
	PRINTF_LIKE(2, 3);

/* Journal and fold are no longer trustworthy: stop acting, say why. */
void director_die(struct director *d, const char *why);

/* Makes the first picture, before the thread starts. */
void director_publish(struct director *d);

/* One turn: takes `m` in (NULL: nothing came) and frees it, then does all
 * that is due by now. */
void director_turn(struct director *d, struct message *m);

/* The thread's body: turns until parked, closed or dead. */
void director_run(struct director *d);

/* Idempotency key of a step's or item's business transaction: stable over
 * retries and restarts, different between rooms, objects and directions. */
void director_key(const struct director *d, char *to, size_t size,
		  const char *what, const char *direction);

/* Records an exchange of an actor with the world. */
void director_request(struct director *d, const char *field, const char *name,
		      const struct action_event *event);

#endif
