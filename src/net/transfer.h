/*
 * transfer - libcurl's multi handle on a loop, with a pool of easy handles.
 *
 * The pool grows to the most transfers ever in flight and no further; the
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
};

/* Gives `t` a handle with default options (t->easy). */
enum err_code transfer_open(struct transfer *t, struct loop *l,
			    void (*done)(struct transfer *t, CURLcode code),
			    struct err *e) MUST_CHECK;
/* Starts it; done() comes from loop_run(), the handle still open. */
enum err_code transfer_start(struct transfer *t, struct err *e) MUST_CHECK;
/* Stops it when it runs, and gives the handle back. */
void transfer_close(struct transfer *t);

#endif
