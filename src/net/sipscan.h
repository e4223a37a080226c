/*
 * sipscan - what of a SIP message can be told without parsing all of it.
 *
 * Where a message ends in a stream (RFC 3261 18.3), whose it is, and whether
 * it is the plain success somebody waits for.  Folded lines, compact names
 * and any case are understood; everything is bounded.  Pure.
 */
#ifndef NET_SIPSCAN_H
#define NET_SIPSCAN_H

#include <stddef.h>

#include "base/err.h"

#define SIP_HEAD_MOST 16384 /* start line and headers */
#define SIP_BODY_MOST 65536

enum sipscan {
	SIPSCAN_MORE,  /* not whole yet */
	SIPSCAN_WHOLE, /* *len bytes are one message */
	SIPSCAN_BAD,   /* can never become one: the connection is of no use */
};

/* The message at the beginning of a stream's bytes.  Line ends before it
 * (keep-alives, RFC 5626) are counted in *skip. */
enum sipscan sipscan_frame(const char *bytes, size_t have, size_t *skip,
			   size_t *len, struct err *e);

/* The first Call-ID, without the blanks around it; false when there is none.
 * *value points into `bytes`. */
bool sipscan_call_id(const char *bytes, size_t len, const char **value,
		     size_t *value_len);

/* What an answer must repeat to the byte (RFC 3261 8.2.6.2, 17.1.3). */
struct sipscan_ids {
	const char *branch;
	const char *call_id;
	const char *from_tag;
	const char *cseq; /* "4711 OPTIONS" */
};

/* The status, 200..299, of a response that repeats all of `ids`, each once
 * and plainly; 0 when it does not, or when only a parser can tell. */
int sipscan_success(const char *bytes, size_t len,
		    const struct sipscan_ids *ids);

#endif
