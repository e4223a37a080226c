/*
 * request - a request of the runbook, resolved: what is sent, how to see when
 * it is done, and how to read back that it holds.
 */
#ifndef ACTION_REQUEST_H
#define ACTION_REQUEST_H

#include "action/work.h"

struct request {
	const struct book_endpoint *endpoint;
	const char *method;
	char *url;
	const char *body; /* NULL: none */
	bool mutates;
	const char *key_header; /* carries the idempotency key */
	struct json *header_map;
	struct http_header headers[HTTP_HEADERS];

	/* Polling: has_poll; poll_url NULL: as the answer says, see job.h.
	 * job_path with {job} goes with job_pointer; NULL: no id is asked. */
	bool has_poll;
	char *poll_url;
	const char *job_pointer, *job_path;
	const char *poll_pointer, *poll_done, *poll_failed; /* failed: NULL */
	int64_t every_ms;

	/* Parts of what is done, each judged: items_pointer not NULL. */
	const char *items_pointer, *item_ok, *item_equals, *item_name;

	/* Reading back: has_verify. */
	bool has_verify;
	char *verify_url;
	const char *verify_pointer, *verify_equals;
};

/* From the settings of an http act; all texts are borrowed from `with`.  The
 * caller clears `out` also on failure. */
enum err_code request_read(struct request *out,
			   const struct book_endpoint *endpoint,
			   const struct settings *with,
			   struct err *e) MUST_CHECK;
/* Also after a failed read; twice is fine. */
void request_clear(struct request *r);

/* Sends it; a 2xx whose body denies it is RETRY_CONFLICT, one that is no JSON
 * is RETRY_ODD.  `key` may be NULL for reads. */
enum retry_class request_send(const struct request *r, struct work *w,
			      struct http_answer *out, char *why, size_t size);

/* Adds the lines that show what would be sent; what is watched then. */
void request_show_request(const struct request *r, struct action_plan *out);
/* The lines about polling and reading back. */
void request_show_watching(const struct request *r, struct action_plan *out);
/* Over the bytes of the request and out->before. */
void request_fingerprint(const struct request *r, struct action_plan *out);

/* Adds `text` as up to `most` lines; redacted, clean, cut. */
void request_add_line(struct action_plan *out, const char *text, size_t most);

/*
 * The three calls of a kind whose act is one request.  `spell` puts the act
 * into the words of an http step (settings of its own, which the caller
 * clears); it fails when the endpoint has no such thing.
 */
typedef enum err_code request_spell(struct settings *out,
				    const struct book_endpoint *endpoint,
				    const struct settings *with, struct err *e);

enum err_code request_plan(request_spell *spell, const struct action_env *env,
			   const struct act *act, struct cancel *cancel,
			   struct action_plan *out, struct err *e) MUST_CHECK;
void request_perform(request_spell *spell, const struct action_job *job,
		     struct action_result *out);
enum action_landed request_readback(request_spell *spell,
				    const struct action_env *env,
				    const struct act *act,
				    struct cancel *cancel, char *detail,
				    size_t size);

#endif
