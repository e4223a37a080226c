/*
 * toll - each request of a measurement is one of its endpoint's budget.
 *
 * The poller has paid for the first one, at the endpoint that the probe names;
 * each that follows, or that goes elsewhere, passes here and waits its turn
 * within the measurement's deadline.  One measurement's; poller's thread.
 */
#ifndef PROBE_TOLL_H
#define PROBE_TOLL_H

#include "probe/probe.h"

typedef void toll_go(void *ctx);
typedef void toll_refuse(void *ctx, enum err_code code, const char *why);

struct toll {
	struct budget *budget;		   /* NULL: nothing is counted */
	const struct book_endpoint *named; /* by the probe; NULL none */
	/* of the measurement under way */
	toll_go *go;
	toll_refuse *refuse;
	void *ctx;
	struct loop *loop;
	int64_t until_us; /* real */
	bool is_paid;	  /* one request to `named` */
	int passed;
	const struct book_endpoint *at;
	struct loop_timer *again; /* NULL: not waiting */
};

/* Budget and named endpoint; for a kind's init(). */
void toll_init(struct toll *t, const struct probe_env *env,
	       const struct book_probe *probe);
/* A measurement begins, until `until_us` (real). */
void toll_begin(struct toll *t, struct loop *l, int64_t until_us, toll_go *go,
		toll_refuse *refuse, void *ctx);
/* go() or refuse() follows once, possibly before this returns.  `at` NULL:
 * go() at once. */
void toll_pass(struct toll *t, const struct book_endpoint *at);
int toll_left_ms(const struct toll *t); /* real, until the end; at least 1 */
/* Ends the waiting; neither follows. */
void toll_clear(struct toll *t);

#endif
