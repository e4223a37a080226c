/*
 * peer - small servers on loopback that do what a script says: HTTP, SIP, DNS.
 *
 * Each runs on a thread of its own.  What they counted is the witness of what
 * was really sent.  Functions may be called from any thread; texts they give
 * out are the caller's (mem_free()).
 */
#ifndef TESTS_LIB_PEER_H
#define TESTS_LIB_PEER_H

#include <stdbool.h>
#include <stddef.h>

/* What a server does with a request. */
enum peer_end {
	PEER_ANSWER,
	PEER_CLOSE, /* reads it, then closes without a byte */
	PEER_HANG,  /* reads it, then says nothing until it is stopped;
		       others are served */
	PEER_CUT,   /* half of the answer, then closes */
};

/* The first row that fits and is not used up answers. */
struct peer_row {
	const char *expect; /* beginning of the request: "PATCH /flows/1" */
	enum peer_end end;
	int status;	     /* 0: 200 */
	const char *headers; /* whole lines with CRLF, "{url}" is the peer's
				own; NULL none */
	const char *body;    /* NULL: none */
	int delay_ms;
	bool always; /* answers any number of requests, not one */
	int act;     /* the row is there in this act alone: peer_act() */
	/* The answer is held back, while others are served, until this many
	 * such requests have come; NULL: it is not. */
	const char *until;
	int until_count;
	/* Decides anew for each request: changes `row`, a copy.  Texts it puts
	 * in live until its next call.  The peer's thread.  NULL: as it is. */
	void (*decide)(void *ctx, const char *request, struct peer_row *row);
	void *ctx;
};

struct peer;

/* Rows are borrowed.  A request without a row gets 599. */
struct peer *peer_start(const struct peer_row *rows, size_t count);
void peer_stop(struct peer *p);
const char *peer_url(const struct peer *p); /* "http://127.0.0.1:4711" */
const char *peer_at(const struct peer *p);  /* "127.0.0.1:4711" */
/* Requests that begin with `prefix` ("" all). */
int peer_count(struct peer *p, const char *prefix);
int peer_strays(struct peer *p); /* requests without a row */
/* From now on the rows of this act answer; 0 at first. */
void peer_act(struct peer *p, int act);
/* The `nth` (0..) request that begins with `prefix`, whole; NULL: none. */
char *peer_request(struct peer *p, const char *prefix, int nth);
/* Did that request carry this header line ("Name: value")? */
bool peer_had_line(struct peer *p, const char *prefix, int nth,
		   const char *line);
bool peer_wait(struct peer *p, const char *prefix, int count);

/* A TCP port that refuses connections for as long as the descriptor is open
 * (close() it): bound, so that nobody else gets it, and never listening. */
int peer_refusing(char at[32]);

/* SIP over UDP: answers OPTIONS; status 0 stays silent. */
struct peer *peer_sip_start(int status);
void peer_sip_say(struct peer *p, int status, int retry_after_s);

/* DNS over UDP: one A record, at any name. */
struct peer *peer_dns_start(const char *ip, int ttl_s);
/* From the `after`-th further question on. */
void peer_dns_say(struct peer *p, const char *ip, int ttl_s, int after);
void peer_dns_mode(struct peer *p, bool is_authoritative, int rcode);

#endif
