/*
 * inquiry - HTTP exchanges in a row, within one deadline, for one measurement.
 *
 * What the kinds have in common that ask more than once, or that read lists
 * out of an answer.  The kind says what to send; costs add up here, and every
 * way to fail ends in one report.  Loop's thread only.
 */
#ifndef PROBE_INQUIRY_H
#define PROBE_INQUIRY_H

#include "base/buf.h"
#include "probe/answer.h"
#include "probe/toll.h"

/* Whom to ask, read once from the book, from which it borrows. */
struct ask_at {
	const struct book_endpoint *endpoint;
	struct auth_client who;
	const char *ca_file;
	struct buf url;
};

/* ERR_ARG when the book has no such endpoint or the path leads elsewhere;
 * ask_at_clear() follows also then. */
enum err_code ask_at_init(struct ask_at *at, const struct probe_env *env,
			  const char *endpoint, const char *path,
			  struct err *e) MUST_CHECK;
void ask_at_clear(struct ask_at *at); /* twice is fine */

/* An answer, whatever it is; it is cleared afterwards. */
typedef void ask_heard(void *owner, struct http_answer *a);

/* Zeroed but for what ask_init() sets. */
struct ask {
	struct auth_store *auth;
	ask_heard *heard;
	void *owner;
	/* of the measurement under way */
	struct loop *loop;
	int64_t started_us, until_us;
	struct probe_result result; /* what it cost so far */
	struct auth_call *call;
	struct toll toll;
	const struct ask_at *at; /* of the request that passes the toll */
	const char *method;
	char *body;
	probe_done *done;
	void *ctx;
};

/* For the kind's init(). */
void ask_init(struct ask *a, const struct probe_env *env,
	      const struct book_probe *probe, ask_heard *heard, void *owner);

/* One measurement of `a` at a time; `timeout_ms` is real. */
void ask_begin(struct ask *a, struct loop *l, int timeout_ms, probe_done *done,
	       void *ctx);
/* heard() follows, or the measurement has failed and been reported: the caller
 * returns at once.  NULL `body`: none; else it is sent as JSON.  It waits for
 * the endpoint's budget within the deadline; `at` and `method` outlive that. */
void ask_send(struct ask *a, const struct ask_at *at, const char *method,
	      const char *body);
/* The JSON of an answer of 2xx in `to`, which the caller clears always; false
 * when there is none: the measurement has failed and been reported. */
bool ask_json(struct ask *a, struct answer *to, const struct http_answer *from);
/* Ends the measurement. */
void ask_fail(struct ask *a, enum err_code code, const char *why);
/* With what was found; ends the measurement as well. */
void ask_report(struct ask *a, const struct probe_fact *facts, size_t count);
int64_t ask_left_ms(const struct ask *a); /* until the deadline, at least 0 */
void ask_clear(struct ask *a);		  /* ends it without a report */

/* A share in percent of `n` events with its count; missing without events. */
struct probe_fact ask_share(const char *name, double part, double n,
			    const char *events);

/* A JSON text of the settings, which the loader made; NULL when not set. */
enum err_code ask_setting(struct json **out, const struct settings *with,
			  const char *name, struct err *e) MUST_CHECK;

#endif
