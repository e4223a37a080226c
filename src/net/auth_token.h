/* auth_token - tokens kept by client, and what a token server answers. */
#ifndef NET_AUTH_TOKEN_H
#define NET_AUTH_TOKEN_H

#include "net/auth.h"

enum auth_state {
	AUTH_READY,  /* *token is filled */
	AUTH_WANTED, /* fetch one */
	AUTH_HELD,   /* refused a moment ago; `e` says why */
};

/* A loop that keeps its CA store, names and connections for the next exchange
 * that somebody waits for.  One user at a time: taken, and given back when
 * nothing is under way on it any more; else the taker frees it. */
enum err_code auth_loop_take(struct loop **out, struct auth_store *s,
			     const struct fence *fence,
			     struct err *e) MUST_CHECK;
/* Gives it back, for the next or to be freed.  Any thread. */
void auth_loop_give(struct auth_store *s, struct loop *l);

/* Any thread.  *token is the caller's, NULL unless AUTH_READY. */
enum auth_state auth_token_get(char **token, struct auth_store *s,
			       const char *client, struct err *e);

/* The token in hand though it is due for renewal; NULL when it has ended. */
char *auth_token_last(struct auth_store *s, const char *client);

/* Forgets `token` after a 401, unless it was replaced meanwhile.  False when
 * that happened so recently that another token will not help. */
bool auth_token_drop(struct auth_store *s, const char *client,
		     const char *token) MUST_CHECK;

/* Judges a token server's answer and keeps the token or the refusal. */
enum err_code auth_token_take(struct auth_store *s, const char *client,
			      const struct http_answer *answer,
			      struct err *e) MUST_CHECK;

#endif
