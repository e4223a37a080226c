/*
 * cycle - one act through all its attempts: sent, judged, sent again or not.
 *
 * The rule of it: a request whose effect is in doubt is followed by reading
 * back, never by sending blindly.  That it is not there is believed once it has
 * been looked for as long as the job says: what was lost may be carried out
 * after the first look.  Landed: watched until it holds.  Not
 * landed: sent again with the same key, where the act is idempotent or an item
 * of a rollback.  Unclear: UNKNOWN, for a person.
 */
#ifndef ACTION_CYCLE_H
#define ACTION_CYCLE_H

#include "action/work.h"

struct cycle {
	struct work *work;
	void *ctx; /* of the three below */
	/* Sends once.  The caller clears `out` always; `why` gets words. */
	enum retry_class (*send)(void *ctx, struct work *w,
				 struct http_answer *out, char *why,
				 size_t size);
	/* Reads only. */
	enum action_landed (*landed)(void *ctx, struct work *w, char *why,
				     size_t size);
	/* Watches what an accepted request set off until it holds; `first` is
	 * NULL when its answer was lost. */
	void (*follow)(void *ctx, struct work *w,
		       const struct http_answer *first,
		       struct action_result *out);
	bool mutates;
	bool is_in_doubt;	/* some attempt may have had the effect */
	int64_t doubt_until_us; /* room time; before it "not there" may only be
				   "not there yet" */
	bool was_heard;		/* some attempt was answered */
	int64_t began_us;	/* room time; of the first attempt */
};

/* To the end of the act or of its time; `out` is always filled in. */
void cycle_run(struct cycle *c, struct action_result *out);

#endif
