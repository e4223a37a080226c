/*
 * sdp - session descriptions: one audio stream offered, an answer judged
 * (RFC 4566, RFC 3264).
 *
 * Strict takes what the RFCs write: line order, the lines that must be there,
 * as many streams as offered, a subset of the offered formats.  Flexible
 * takes an answer that a lenient peer could still talk by.  Bounded, pure.
 */
#ifndef NET_SDP_H
#define NET_SDP_H

#include "base/buf.h"
#include "base/err.h"

#define SDP_FORMATS 16
#define SDP_EVENTS 101 /* payload type of telephone-event in our offers */

/* "PCMU" "PCMA" "G722" …; NULL for a payload type without a fixed codec. */
const char *sdp_codec(int payload);

struct sdp_format {
	int payload;
	char codec[24]; /* by rtpmap or number; "" unknown */
};

/* A description as read: its first audio stream. */
struct sdp {
	int streams; /* m-lines of any kind */
	int port;    /* of the audio stream; 0: refused, or none */
	char address[64];
	struct sdp_format formats[SDP_FORMATS];
	size_t format_count;
};

/* ERR_FORMAT says which line is wrong. */
enum err_code sdp_read(struct sdp *out, const char *text, bool is_strict,
		       struct err *e) MUST_CHECK;

/* One audio stream with `payloads` in order of preference (each has a fixed
 * codec) and telephone-event. */
struct sdp_offer {
	const char *local; /* "192.0.2.1:5060", "[2001:db8::1]:5060" */
	int port;	   /* of the audio */
	const int *payloads;
	size_t count;
	long session; /* of the o= line */
};
/* False when `out` is too small for it. */
bool sdp_write(struct buf *out, const struct sdp_offer *o);

/* Judges `text` as the answer to an offer of these payloads; the codec that
 * would be spoken goes to `codec` ("" when none).  ERR_FORMAT: not valid. */
enum err_code sdp_judge(char codec[24], const char *text, const int *payloads,
			size_t count, bool is_strict, struct err *e) MUST_CHECK;

#endif
