/*
 * probe - a repeated measurement that feeds signals.
 *
 * A kind is asynchronous: start() begins one measurement on the poller's loop
 * and done() is called exactly once, by its deadline, on the poller's thread.
 * A measurement yields facts; the runbook maps facts to signals.
 *
 * To add a kind: write probe_<kind>.c with one `const struct probe_kind`, add
 * it to the list in kinds.h, describe it in man/warroom-runbook.5.
 */
#ifndef PROBE_PROBE_H
#define PROBE_PROBE_H

#include "model/book.h"
#include "model/sample.h"
#include "net/auth.h"
#include "net/budget.h"

struct probe_env {
	const struct book *book;
	const struct fence *fence;
	struct auth_store *auth;
	struct budget *budget; /* NULL: the poller has one of its own */
};

/* One fact; `name` is the kind's word or a JSON pointer. */
struct probe_fact {
	const char *name;
	struct value value;
	int64_t n;	      /* -1 unknown */
	char why[SAMPLE_WHY]; /* without a value: why it could not be had;
				 beside one: a note, "" for none */
};

/* What one measurement found.  Valid during probe_done only. */
struct probe_result {
	enum err_code code;   /* ERR_NONE: measured */
	char why[SAMPLE_WHY]; /* of a failure */
	char detail[96];      /* for the pane: "200 12 ms" */
	char raw[400];	      /* last answer, clean, cut */
	int64_t took_us;      /* real */
	int64_t bytes;	      /* both ways; 0 unknown */
	int connects;	      /* connections made */
	int64_t hold_ms;      /* room time the endpoint wants quiet; 0 none */
	const struct probe_fact *facts;
	size_t fact_count;
	/* Facts on demand (JSON answers); NULL: only the array above.  Fills
	 * `out` and returns false when there is no such fact. */
	bool (*look_up)(const void *answer, const char *name,
			struct probe_fact *out);
	const void *answer;
};

typedef void probe_done(void *ctx, const struct probe_result *result);

struct probe_kind {
	struct kind_spec spec;
	size_t state_size; /* zeroed private state per probe */
	/* Prepares once from the settings (checked by the loader); clear()
	 * follows also when this fails. */
	enum err_code (*init)(void *state, const struct probe_env *env,
			      const struct book_probe *probe, struct err *e);
	/* Begins one measurement; done() comes exactly once within
	 * `timeout_ms` (real), possibly before start returns. */
	void (*start)(void *state, struct loop *l, int timeout_ms,
		      probe_done *done, void *ctx);
	/* Ends a measurement under way without done(); frees the state's
	 * contents. */
	void (*clear)(void *state);
};

extern const struct probe_kind *const probe_kinds[]; /* NULL-terminated */
const struct kind_spec *const *probe_specs(void);    /* for the loader */
/* NULL: none is called so. */
const struct probe_kind *probe_kind_of(const char *name);

/* A measurement turned into samples of the probe's signals: one per signal,
 * failed ones included.  The receiver owns it. */
struct probe_report {
	char probe[BOOK_ID];
	int64_t at_ms; /* room time */
	bool failed;   /* the measurement as a whole */
	char detail[96];
	char raw[400];
	int64_t took_us;
	int64_t bytes;
	int connects;
	uint64_t runs; /* so far */
	size_t count;
	struct sample samples[];
};
void probe_report_free(struct probe_report *r); /* mem_free */

/* Poller's thread; takes ownership of `report`; must not block. */
typedef void probe_sink(void *ctx, struct probe_report *report);

struct poller;

/*
 * Starts a thread that runs the book's probes (`only`: NULL or a
 * NULL-terminated list of ids) until poller_stop().  The first round starts
 * within one interval, spread by `seed` so that targets are not hit together.
 * Book and env outlive the poller.
 */
enum err_code poller_start(struct poller **out, const struct probe_env *env,
			   const char *const *only, uint64_t seed,
			   probe_sink *sink, void *ctx,
			   struct err *e) MUST_CHECK;
/* Measures at once. */
void poller_now(struct poller *p,
		const char *probe); /* NULL: all; any thread */
void poller_stop(struct poller *p); /* joins; NULL is fine */

#endif
