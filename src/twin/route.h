/*
 * route - from a request to the function that answers it.
 *
 * Routes are const rows, one table per file of handlers.  A handler is a
 * function of state and request that fills the reply and, when it changed
 * something, says what: the ledger writes exactly that down.  Pure; the
 * caller holds the state's lock.
 *
 * To add a call: a row and a handler in the file of its surface.
 */
#ifndef TWIN_ROUTE_H
#define TWIN_ROUTE_H

#include "base/buf.h"
#include "base/json.h"
#include "twin/state.h"

#define TWIN_BODY_CAP ((size_t)256 * 1024)
#define TWIN_PATH 400
#define TWIN_ARGS 3
#define TWIN_QUERY 8

enum route_kind {
	ROUTE_READ,    /* looks only, whatever its method */
	ROUTE_TRIAL,   /* writes, but nothing of the cutover */
	ROUTE_WRITE,   /* changes what a cutover changes */
	ROUTE_CONTROL, /* of the twin itself, needs X-Twin */
};

struct twin_pair {
	char name[24];
	char value[128];
};

/* Borrowed texts, none of them NULL. */
struct twin_request {
	const char *method;
	const char *path;
	const char *authorization;
	const char *key; /* idempotency key, "" when none */
	const char *body;
	size_t body_len;
	struct twin_pair query[TWIN_QUERY];
	size_t query_count;
	bool is_control;    /* X-Twin was there */
	bool is_too_big;    /* the body was not taken */
	const char *ledger; /* path of the ledger's file */
	int64_t now_ms;	    /* room time */
	int64_t wall_ms;
};

struct twin_reply {
	int status;
	struct buf body;
	const char *type; /* media type, static */
	char location[TWIN_LINE];
	char allow[40];
	char context[40];  /* ININ-Correlation-Id */
	int retry_after_s; /* 0: none */
	enum route_kind kind;
	char effect[TWIN_LINE]; /* what changed, "" nothing */
	bool is_repeat;		/* remembered answer of the same key */
	const char *fault;	/* its name when one struck, "" else; static */
	bool is_lost;		/* close instead of answering */
	int64_t slow_ms;	/* real, before answering */
	bool stops;		/* the twin ends after this answer */
	const char *file;	/* the body is this file; NULL: `body` */
};

struct twin_call {
	struct twin_state *state;
	const struct twin_request *request;
	struct twin_reply *reply;
	const char *local;		 /* the path without /regions/NAME */
	const char *region;		 /* NAME; "" : the platform as one */
	struct twin_flow *flow;		 /* the region's, or the platform's */
	char args[TWIN_ARGS][TWIN_WORD]; /* the {…} of the path, clean */
	const struct json *body;	 /* NULL when there is none */
};

typedef void route_handler(struct twin_call *c);

struct route {
	const char *method;
	const char *path; /* "/a/{id}/b" */
	enum route_kind kind;
	route_handler *handle;
	const char *help;
};

/* Each ends with a row of NULLs. */
extern const struct route routes_guide[];
extern const struct route routes_genesys[];
extern const struct route routes_platform[];
extern const struct route routes_cloudflare[];
extern const struct route routes_crm[];
extern const struct route routes_wfm[];
extern const struct route routes_control[];
/* NULL-terminated: all of them. */
extern const struct route *const route_tables[];

/* Fills `r` (initialised here, ended by route_reply_clear()). */
void route_answer(struct twin_state *s, const struct twin_request *q,
		  struct twin_reply *r);
void route_reply_clear(struct twin_reply *r); /* twice is fine */

/* Shows the document at the call's path, which begins as `initial`; patches it
 * first, and says of `what` and which it is when it changed. */
void doc_show(struct twin_call *c, const char *initial);
/* Merges the body into the document. */
void doc_change(struct twin_call *c, const char *initial, const char *what);

/* For handlers.  Begins a JSON answer; the handler writes one value. */
void route_json(struct twin_call *c, int status, struct jwriter *w);
/* A refusal in the shape of the surface the path belongs to. */
void route_fail(struct twin_call *c, int status, const char *code,
		const char *fmt, ...) PRINTF_LIKE(4, 5);
/* Says what changed. */
void route_effect(struct twin_call *c, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Where to look for the end of what was accepted. */
void route_location(struct twin_call *c, const char *fmt, ...)
	PRINTF_LIKE(2, 3);
/* "" when the query does not have it. */
const char *route_query(const struct twin_call *c, const char *name);
/* The non-empty text member, shorter than TWIN_WORD, of the body; refuses the
 * call with 400 and returns NULL when it is not there. */
const char *route_need(struct twin_call *c, const char *pointer);
/* When something begun now comes into force; a fault may say never. */
int64_t route_due(struct twin_call *c, int64_t takes_ms);
/* Begins to deploy a known version of the call's flow; false when it stands or
 * goes there already, or its region is split off. */
bool route_deploy(struct twin_call *c, const char *version);

#endif
