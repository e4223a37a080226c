/*
 * actor - a thread that carries out errands on the network and reports.
 *
 * One errand at a time.  The director starts it, sends it, cancels it, joins
 * it; the actor only puts messages into the director's inbox.  It borrows env
 * and copies the acts.
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
	const char *key;	    /* PERFORM; copied */
	bool idempotent, if_absent; /* see action.h */
	bool is_repeat;	  /* PERFORM: an earlier try may have had its effect */
	bool is_doubted;  /* PERFORM; see action.h */
	int64_t doubt_ms; /* likewise */
	int max_attempts;
	struct book_retry retry; /* PERFORM */
	int64_t timeout_ms;	 /* room time; PERFORM */
	int64_t settle_ms;	 /* READBACK: how long "not there" is doubted */
	bool decides;		 /* READBACK: how an act ended hangs on it */
	const char
		*job; /* READBACK: where its job is; copied; NULL: not known */
	uint64_t seed;
};

/* Starts a thread that waits for its first errand; `inbox` outlives it.
 * ERR_SYSTEM: no thread or descriptor is left. */
enum err_code actor_new(struct actor **out, struct queue *inbox,
			struct err *e) MUST_CHECK;
/* Begins an errand at once.  Each ends with exactly one MESSAGE_END, and the
 * next is sent only after that.  Never to one that was cancelled. */
void actor_send(struct actor *a, const struct errand_order *o);
/* The MESSAGE_END of an errand that needs no thread, since it asks nobody:
 * plans of acts that are not read before.  Else NULL; the caller owns it. */
struct message *actor_plan(const struct errand_order *o);
/* False once it was cancelled: that holds for ever; join it. */
bool actor_may_go_again(const struct actor *a);
void actor_cancel(struct actor *a); /* any thread; NULL is fine */
void actor_nudge(struct actor *a);  /* ends its waits of now; likewise */
/* It sends nothing more of this errand until it may go on; likewise. */
void actor_pause(struct actor *a, bool pauses);
/* Waits for the errand in hand, then frees; NULL is fine. */
void actor_join(struct actor *a);

#endif
