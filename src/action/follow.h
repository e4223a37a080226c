/*
 * follow - watches what a request set off: polls the job, reads the object
 * back, and says whether the wanted state holds.
 */
#ifndef ACTION_FOLLOW_H
#define ACTION_FOLLOW_H

#include "action/request.h"

/*
 * Polls (when the request has a poll group) and reads back (when it has a
 * verify group) until the deadline.  `first` is the answer that was accepted;
 * NULL when it was lost and reading back has found the effect, or when there
 * was nothing to send.
 */
void follow(struct work *w, const struct request *r,
	    const struct http_answer *first, struct action_result *out);

/* Does the wanted state hold now?  LANDED_UNCLEAR without a verify group, or
 * when it cannot be read; `why` says what was seen. */
enum action_landed follow_landed(struct work *w, const struct request *r,
				 char *why, size_t size);

/* How did it end?  `job` is the place of its job, as job_place() gave it; NULL:
 * not known.  The job is asked first: LANDED_PART when it, or an item of it,
 * has failed, LANDED_UNCLEAR while it is under way; then as follow_landed().
 * Where it was made of items that were not heard of, LANDED_YES becomes
 * LANDED_UNHEARD: that the whole stands there says nothing of them. */
enum action_landed follow_outcome(struct work *w, const struct request *r,
				  const char *job, char *why, size_t size);

#endif
