/*
 * job - where that which an accepted request set off can be looked at.
 *
 * The runbook says it, the answer's Location, or the id that its body gives
 * the job.  What a peer says never leads to another host, and its id never out
 * of its place in the path.
 */
#ifndef ACTION_JOB_H
#define ACTION_JOB_H

#include "action/request.h"

#define JOB_ID_MOST 128

/* The URL to poll, for mem_free(); by `first`, which may be NULL where the
 * runbook says a path.  NULL: none that may be asked; `why` says it. */
char *job_url(const struct request *r, const struct http_answer *first,
	      char *why, size_t size);

/* What is to be remembered of it: its path on the origin of the endpoint; ""
 * when the answer did not say it, or one that is too long.  `to` gets it. */
void job_place(const struct request *r, const struct http_answer *first,
	       const char *url, char *to, size_t size);

/* The URL of such a path; NULL: it is none.  mem_free() it. */
char *job_at(const struct request *r, const char *place);

#endif
