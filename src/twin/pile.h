/* pile - tickets and recordings, moved by jobs; what both have in common. */
#ifndef TWIN_PILE_H
#define TWIN_PILE_H

#include "twin/route.h"

/* How a pile looks from outside.  All static texts. */
struct pile_surface {
	enum twin_pile_kind kind;
	const char *select; /* the only value of /select */
	const char *to;	    /* pointer to the place in the request */
	const char *jobs;   /* path the jobs are read under */
	const char *group;  /* of the summary */
	const char *count;  /* member: how many are not at home */
	const char *home;   /* the place before the cutover */
	const char *word;   /* for the ledger */
};

/* 202 and a job. */
void pile_send(struct twin_call *c, const struct pile_surface *p);
/* How far a job is; 404. */
void pile_job(struct twin_call *c, const struct pile_surface *p);
/* How many are where. */
void pile_summary(struct twin_call *c, const struct pile_surface *p);

#endif
