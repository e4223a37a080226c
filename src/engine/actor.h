/*
 * actor - a thread that carries out one errand on the network and reports.
 *
 * The director starts it, cancels it, joins it; the actor only puts messages
 * into the director's inbox.  It borrows env and copies the acts.
 */
#ifndef ENGINE_ACTOR_H
#define ENGINE_ACTOR_H

#include "base/queue.h"
#include "base/thread.h"
#include "engine/message.h"

struct actor;

struct errand_order {
	enum errand errand;
	int64_t id; /* comes back in each message */
	const struct action_env *env;
	const struct act *const *acts; /* copied; PERFORM takes one */
	size_t act_count;
	const char *key; /* PERFORM; copied */
	bool idempotent;
	bool is_repeat; /* PERFORM: an earlier try may have had its effect */
	int max_attempts;
	struct book_retry retry; /* PERFORM */
	int64_t timeout_ms;	 /* room time; PERFORM */
	int64_t settle_ms;	 /* READBACK: how long "not there" is doubted */
	uint64_t seed;
};

/* Starts at once.  Every started actor ends with exactly one MESSAGE_END. */
enum err_code actor_start(struct actor **out, const struct errand_order *o,
			  struct queue *inbox, struct err *e) MUST_CHECK;
void actor_cancel(struct actor *a); /* any thread; NULL is fine */
void actor_nudge(struct actor *a);  /* ends its waits of now; likewise */
void actor_join(struct actor *a);   /* waits and frees; NULL is fine */

#endif
