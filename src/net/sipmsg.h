/* sipmsg - SIP messages in and out (RFC 3261), over the osip parser. */
#ifndef NET_SIPMSG_H
#define NET_SIPMSG_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

#define SIP_DATAGRAM 65535

/* What a probe needs of a response, or a server of a request.  Clean text. */
struct sipmsg {
	bool is_request;
	char method[16]; /* of the request, or from CSeq of a response */
	int status;	 /* 100..699; 0 in a request */
	char reason[64];
	char uri[128]; /* request URI */
	char branch[96];
	char call_id[128];
	char from_tag[64];
	char to_tag[64];
	long cseq;
	int64_t retry_after_s; /* -1: none */
	char warning[96];      /* first Warning, as a peer explains a 488 */
	char contact[256];     /* URI of the first Contact, "" none */
	char routes[1024];     /* Record-Route, in the order of a Route of
				  whoever called (RFC 3261 12.1.2) */
	char body[4096];       /* SDP, raw; "" when none */
};

/* Once, before threads start: silences and prepares the parser. */
void sipmsg_setup(void);

/* ERR_FORMAT with what is wrong. */
enum err_code sipmsg_parse(struct sipmsg *out, const char *bytes, size_t len,
			   struct err *e) MUST_CHECK;

/* A request of ours; texts are written as they are, so all of them must be
 * clean.  Max-Forwards is 70, the From user "warroom". */
struct sip_request {
	const char *method;    /* "OPTIONS" "INVITE" "ACK" "BYE" "CANCEL" */
	const char *uri;       /* of the request line: sipmsg_uri() */
	const char *to;	       /* URI of the To header */
	const char *to_tag;    /* NULL or "": none yet */
	const char *transport; /* "UDP" "TCP" "TLS" */
	const char *local;     /* "ip:port" for Via, From and Contact */
	const char *branch;    /* starts z9hG4bK */
	const char *call_id;
	const char *from_tag;
	long cseq;
	const char *routes; /* value of a Route header; NULL or "": none */
	const char *extra;  /* whole header lines with CRLF; NULL: none */
	const char *sdp;    /* body; NULL: none */
};
/* False when `out` is too small for it. */
bool sipmsg_request(struct buf *out, const struct sip_request *r);

/* "sip:user@host:port;transport=tls"; user "": none.  False when it does not
 * fit. */
bool sipmsg_uri(char *to, size_t size, const char *user, const char *host,
		int port, const char *transport);

/* A response that copies Via, From, To (+ tag), Call-ID and CSeq of
 * `request`; `extra` are whole header lines with CRLF or "".  An empty line
 * and a body may follow in `extra`; Content-Length is computed. */
enum err_code sipmsg_response(struct buf *out, const char *request, size_t len,
			      int status, const char *reason,
			      const char *to_tag, const char *extra,
			      struct err *e) MUST_CHECK;

#endif
