/*
 * auth - OAuth 2.0 client credentials: tokens fetched, kept, renewed.
 *
 * One store per process, shared by pollers and actors (locked inside, never
 * over I/O).  A token is renewed ahead of its expiry; a 401 renews it once
 * and repeats the request once.  Secrets and tokens register themselves with
 * redact.
 *
 * No token: the request fails before any of it left (maybe_sent false), with
 * ERR_ABSENT when the token server said no (that holds for some seconds, so a
 * wrong secret is no storm), and a code that may be retried when it was
 * unreachable, busy or broken.
 */
#ifndef NET_AUTH_H
#define NET_AUTH_H

#include "net/http.h"

struct auth_store;

/* Who asks; borrowed by every call below, must outlive it. */
struct auth_client {
	const char *name;      /* key in the store: the endpoint's id */
	const char *token_url; /* NULL: `secret` itself is the bearer token, or
				  none is sent when that is NULL too */
	const char *client_id;
	const char *secret;  /* resolved value, never shown */
	const char *ca_file; /* for requests that name none of their own */
};

/* Owned by the caller; outlives all calls that use it. */
struct auth_store *auth_store_new(void);
/* No call uses it any more; NULL is fine. */
void auth_store_free(struct auth_store *s);

struct auth_call;

/* http_start() with a bearer token in front; same promises.  `r->bearer` is
 * ignored. */
enum err_code auth_start(struct auth_call **out, struct loop *l,
			 struct auth_store *s, const struct auth_client *who,
			 const struct http_request *r, http_done *done,
			 void *ctx, struct err *e) MUST_CHECK;
/* `done` is not called any more; NULL is fine. */
void auth_cancel(struct auth_call *c);

/* http_do() with a bearer token. Any thread. */
enum err_code auth_do(struct http_answer *out, const struct fence *fence,
		      struct auth_store *s, const struct auth_client *who,
		      const struct http_request *r, int cancel_fd,
		      struct err *e) MUST_CHECK;

#endif
