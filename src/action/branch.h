/*
 * branch - one region of a parallel act, on a thread of its own.
 *
 * The actor's thread starts them, hears what they say through one bounded
 * queue and joins them; a branch touches nothing but its own fields.
 */
#ifndef ACTION_BRANCH_H
#define ACTION_BRANCH_H

#include "action/action.h"
#include "base/queue.h"
#include "base/thread.h"

#define BRANCH_KEY 128

/* What a branch says; owned by whoever holds it. */
struct branch_said {
	size_t index;
	bool is_end;
	struct action_event event; /* not with the end */
};

struct branch {
	size_t index;
	char region[REGION_NAME];
	const struct action_kind *kind;
	struct act act;
	struct action_env env;
	struct cancel *cancel;
	struct thread thread;
	/* Planned: */
	struct action_plan plan;
	struct err err;
	/* Performed: */
	const struct action_job *job; /* of the whole */
	char key[BRANCH_KEY];
	struct queue *says;
	struct action_result result;
	/* Read back; `before` is what stood there when it began: */
	enum action_landed landed;
	char before[ACTION_DETAIL], detail[ACTION_DETAIL];
	enum side side;
	/* As the actor's thread has heard it: */
	enum step_state state;
	char heard[ACTION_DETAIL];
	int attempt;
	int64_t next_ms;
	bool is_over;
};

struct branches {
	size_t count;
	struct branch *items;
};

/* One for each region of the act; branches_close() is due in each case. */
void branches_open(struct branches *out, const struct action_env *env,
		   const struct act *act, struct cancel *cancel);
/* Frees what they hold; none may run any more. */
void branches_close(struct branches *b);

/* What a branch does on its thread; each takes a struct branch. */
void branch_plan(void *arg);
void branch_read(void *arg);	/* reads back */
void branch_perform(void *arg); /* says its end as the last thing */

/* Runs `body` for all at once and waits for all.  A thread that cannot be
 * started is done without. */
void branches_run(struct branches *b, void (*body)(void *));
/* Starts branch_perform() for all; one that cannot be started has ended,
 * nothing was sent.  branches_join() waits for all. */
void branches_start(struct branches *b, const struct action_job *job,
		    struct queue *says);
/* All threads have ended when it returns. */
void branches_join(struct branches *b);

/* Where each stands now; sides of those under way are unknown. */
void branches_sides(const struct branches *b, struct regions *out);

#endif
