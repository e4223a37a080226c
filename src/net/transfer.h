/*
 * transfer - libcurl's multi handle on a loop, with a pool of easy handles.
 *
 * The pool keeps what the usual concurrency needs, a few hundred at most; the
 * multi handle lives as long as the loop and keeps connections and the CA
 * store.  For http.c alone.
 */
#ifndef NET_TRANSFER_H
#define NET_TRANSFER_H

#include <curl/curl.h>

#include "net/loop.h"

struct transfer {
	struct loop *loop;
	CURL *easy;
	void (*done)(struct transfer *t, CURLcode code);
	bool is_added;
	bool is_through; /* its connection stands: for transfer.c alone */
	/* The handle carries the options that every request has.  Whoever sets
	 * them says so; whoever sets others that must not stay takes it back,
	 * and the handle is reset when it goes into the pool. */
	bool has_policy;
};

/* Gives `t` a handle (t->easy): with default options, or, when t->has_policy,
 * with those of a request before. */
enum err_code transfer_open(struct transfer *t, struct loop *l,
			    void (*done)(struct transfer *t, CURLcode code),
			    struct err *e) MUST_CHECK;
/* Starts it; done() comes from loop_run(), the handle still open. */
enum err_code transfer_start(struct transfer *t, struct err *e) MUST_CHECK;
/* Stops it when it runs, and gives the handle back. */
void transfer_close(struct transfer *t);

#endif
