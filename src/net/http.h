/*
 * http - one HTTP exchange on a loop, bounded in every direction.
 *
 * No redirects (a 3xx is an answer), no decompression, TLS 1.2 or better and
 * always verified, body and headers capped, one total deadline.  A mutating
 * request goes out on a fresh connection that is not reused, in HTTP/1.1, so
 * that no library re-sends it.  Authorization is refused over plain http
 * except to loopback addresses.  Values of headers are refused with CR, LF or
 * NUL.  Loop's thread only.
 */
#ifndef NET_HTTP_H
#define NET_HTTP_H

#include "base/buf.h"
#include "net/loop.h"

#define HTTP_BODY_CAP (1024 * 1024)
#define HTTP_HEADERS 12

struct http_header {
	const char *name;
	const char *value;
};

/* A URL read once for many requests; any one thread at a time. */
struct http_target;
/* NULL when `url` is none that a request could go to. */
struct http_target *http_target_new(const char *url);
void http_target_free(struct http_target *t); /* NULL is fine */

/* Borrowed for the duration of http_start() only. */
struct http_request {
	const char *method; /* "GET" ... */
	const char *url;
	struct http_target *target; /* `url` read ahead; NULL: not.  Outlives
				       the exchange */
	struct http_header headers[HTTP_HEADERS]; /* ends at name NULL */
	const char *body;			  /* NULL: none */
	size_t body_len;
	const char *bearer;  /* NULL: none; never over plain http to a host */
	const char *basic;   /* "user:secret" or NULL */
	const char *ca_file; /* NULL: the system's bundle */
	int timeout_ms;	     /* real ms, 1..600000, for everything */
	bool mutates;
};

/* What came back.  Filled also on failure, as far as it is known. */
struct http_answer {
	enum err_code code; /* ERR_NONE: a whole answer of any status */
	char why[200];	    /* for a failure; clean, redacted */
	int status;	    /* 0: none */
	bool maybe_sent;    /* bytes of the request may have left: on failure of
			       a mutating one the outcome is unknown (ERR_LOST) */
	int64_t retry_after_ms; /* -1: none or unreadable; both forms */
	char location[512];	/* clean; "" when absent */
	char type[96];		/* media type */
	char idempotency[80];	/* echoed Idempotency-Key / X-Idempotency-Key */
	struct buf body;	/* raw bytes, capped at HTTP_BODY_CAP */
	int64_t took_us;	/* real */
	int64_t bytes;		/* both ways, headers included, TLS not */
	int connects;		/* connections made for it; 0: one was reused */
};

/* Frees the body; the answer may be filled again. */
void http_answer_clear(struct http_answer *a);

/* Called once per http_start() unless cancelled.  The callback may take the
 * body by swapping buffers; the answer is cleared after it returns. */
typedef void http_done(void *ctx, struct http_answer *answer);

struct http_call;

/* Starts; on failure to start (fence, bad URL or header, bearer over plain
 * http) returns the code and never calls back. */
enum err_code http_start(struct http_call **out, struct loop *l,
			 const struct http_request *r, http_done *done,
			 void *ctx, struct err *e) MUST_CHECK;
void http_cancel(struct http_call *c); /* no callback will come */
/* Bytes of the request may have left already. */
bool http_maybe_sent(const struct http_call *c);

/* The same, waited for: own loop, cancellable by `cancel_fd` (-1: not).
 * Returns answer->code; `out` is initialised here, caller clears it always. */
enum err_code http_do(struct http_answer *out, const struct fence *fence,
		      const struct http_request *r, int cancel_fd,
		      struct err *e) MUST_CHECK;

/* "Retry-After" text to milliseconds from now: seconds or one of the three
 * date forms; bounded to 5 minutes; -1 for past, negative or unreadable. */
int64_t http_retry_after_ms(const char *value, int64_t wall_ms);

#endif
