/*
 * http_call - one HTTP exchange on a loop, bounded in every direction.
 *
 * Whether anything left is known from the hook libcurl calls between
 * "connected" and "sending": a failure before it is certain to have sent
 * nothing.  The hook also forbids a second sending of a mutating request,
 * beside the options that keep libcurl from trying.
 */
#include "net/http.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/redact.h"
#include "base/str.h"
#include "base/text.h"
#include "net/address.h"
#include "net/http_request.h"
#include "net/loop_item.h"
#include "net/transfer.h"

#define HEADERS_CAP (256 * 1024)

struct http_call {
	struct loop_item item; /* must be first */
	struct transfer transfer;
	struct http_parts parts;
	struct http_answer answer;
	http_done *done;
	void *ctx;
	size_t header_bytes;
	int retry_headers; /* Retry-After lines seen; two contradict */
	int sendings;
	struct address_lookup *lookup; /* its host's; NULL: not under way */
	struct curl_slist *resolved;   /* what libcurl is to take for it */
	bool mutates;
	bool is_too_big;
	bool is_reporting;
	int timeout_ms;
	int64_t started_us;
	char detail[CURL_ERROR_SIZE];
};

/* How a result of libcurl reads to people, and as which code. */
struct reading {
	CURLcode curl;
	enum err_code code;
	const char *words;
};

static const struct reading readings[] = {
	{ CURLE_COULDNT_RESOLVE_HOST, ERR_UNREACHED,
	  "the name does not resolve; check its spelling and DNS" },
	{ CURLE_COULDNT_CONNECT, ERR_UNREACHED, "no connection" },
	{ CURLE_OPERATION_TIMEDOUT, ERR_TIMEOUT, "no whole answer" },
	{ CURLE_GOT_NOTHING, ERR_UNREACHED, "closed without an answer" },
	{ CURLE_SEND_ERROR, ERR_UNREACHED, "lost while sending" },
	{ CURLE_RECV_ERROR, ERR_UNREACHED, "lost while receiving" },
	{ CURLE_PARTIAL_FILE, ERR_UNREACHED, "closed inside the answer" },
	{ CURLE_FILESIZE_EXCEEDED, ERR_LIMIT, "answer is larger than 1 MiB" },
	{ CURLE_WRITE_ERROR, ERR_LIMIT, "answer is too large" },
	{ CURLE_WEIRD_SERVER_REPLY, ERR_FORMAT, "answer is not HTTP" },
	{ CURLE_UNSUPPORTED_PROTOCOL, ERR_FORMAT, "answer is not HTTP" },
	{ CURLE_BAD_CONTENT_ENCODING, ERR_FORMAT, "answer is malformed" },
	{ CURLE_HTTP2, ERR_FORMAT, "HTTP/2 is malformed" },
	{ CURLE_HTTP2_STREAM, ERR_FORMAT, "HTTP/2 is malformed" },
	{ CURLE_SSL_CONNECT_ERROR, ERR_TLS,
	  "no TLS 1.2 or newer could be agreed" },
	{ CURLE_PEER_FAILED_VERIFICATION, ERR_TLS,
	  "the certificate is not trusted; check name, dates and CA file" },
	{ CURLE_SSL_CACERT_BADFILE, ERR_TLS, "the CA file cannot be read" },
	{ CURLE_SSL_CERTPROBLEM, ERR_TLS, "certificate problem" },
	{ CURLE_SSL_CIPHER, ERR_TLS, "no cipher in common" },
	{ CURLE_URL_MALFORMAT, ERR_ARG, "the URL is malformed" },
	{ CURLE_OUT_OF_MEMORY, ERR_SYSTEM, "out of memory" },
};

static void
answer_init(struct http_answer *a)
{
	*a = (struct http_answer){ .retry_after_ms = -1 };
	buf_init(&a->body, HTTP_BODY_CAP);
}

static const struct reading *
find_reading(CURLcode code)
{
	static const struct reading other = { CURLE_OK, ERR_SYSTEM,
					      "libcurl failed" };

	for (size_t i = 0; i < ARRAY_LEN(readings); i++)
		if (readings[i].curl == code)
			return &readings[i];
	return &other;
}

static size_t
on_body(char *bytes, size_t size, size_t count, void *ctx)
{
	struct http_call *c = ctx;

	if (buf_add(&c->answer.body, bytes, size * count))
		return size * count;
	c->is_too_big = true;
	return 0;
}

/* The value when `line` is the header `name`; blanks around it are gone. */
static bool
header_value(const char *line, size_t len, const char *name, char *to,
	     size_t size)
{
	size_t name_len = strlen(name);

	if (len <= name_len || strncasecmp(line, name, name_len) != 0 ||
	    line[name_len] != ':')
		return false;
	line += name_len + 1;
	len -= name_len + 1;
	while (len > 0 && strchr(" \t", line[0]) != NULL)
		line++, len--;
	while (len > 0 && strchr(" \t\r\n", line[len - 1]) != NULL)
		len--;
	text_clean(to, size, line, len);
	return true;
}

/* An interim answer (1xx) has headers too; those of the last one count. */
static void
forget_headers(struct http_call *c)
{
	c->answer.retry_after_ms = -1;
	c->answer.location[0] = '\0';
	c->answer.type[0] = '\0';
	c->answer.idempotency[0] = '\0';
	c->retry_headers = 0;
}

static void
note_header(struct http_call *c, const char *line, size_t len)
{
	struct http_answer *a = &c->answer;
	char value[128];

	/* the first letters of all that is looked for */
	if (len == 0 || strchr("HRCLIXrclix", line[0]) == NULL)
		return;
	if (len >= 5 && memcmp(line, "HTTP/", 5) == 0)
		forget_headers(c);
	else if (header_value(line, len, "Retry-After", value, sizeof(value)))
		a->retry_after_ms =
			c->retry_headers++ > 0
				? -1
				: http_retry_after_ms(value, clock_wall_ms());
	else if (header_value(line, len, "Content-Type", value,
			      sizeof(value))) {
		value[strcspn(value, "; ")] = '\0';
		str_copy(a->type, sizeof(a->type), value);
	} else if (!header_value(line, len, "Location", a->location,
				 sizeof(a->location)) &&
		   !header_value(line, len, "Idempotency-Key", a->idempotency,
				 sizeof(a->idempotency)))
		header_value(line, len, "X-Idempotency-Key", a->idempotency,
			     sizeof(a->idempotency));
}

static size_t
on_header(char *bytes, size_t size, size_t count, void *ctx)
{
	struct http_call *c = ctx;
	size_t len = size * count;

	c->header_bytes += len;
	if (c->header_bytes > HEADERS_CAP) {
		c->is_too_big = true;
		return 0;
	}
	/* Lines behind the body are trailers: a late word changes nothing. */
	if (c->answer.body.len == 0)
		note_header(c, bytes, len);
	return len;
}

static int
before_sending(void *ctx, char *peer_ip, char *local_ip, int peer_port,
	       int local_port)
{
	struct http_call *c = ctx;

	(void)peer_ip;
	(void)local_ip;
	(void)peer_port;
	(void)local_port;
	c->answer.maybe_sent = true;
	if (c->mutates && c->sendings++ > 0)
		return CURL_PREREQFUNC_ABORT;
	return CURL_PREREQFUNC_OK;
}

static void
say_why(struct http_call *c, const char *words)
{
	struct http_answer *a = &c->answer;
	char text[400];
	char detail[160];

	redact_clean(detail, sizeof(detail), c->detail, strlen(c->detail));
	str_printf(text, sizeof(text), "%s:%d: %s%s%s%s%s", c->parts.host,
		   c->parts.port, words,
		   a->code == ERR_LOST ? "; it may have taken effect, read "
					 "the state back"
				       : "",
		   detail[0] == '\0' ? "" : " (", detail,
		   detail[0] == '\0' ? "" : ")");
	redact_text(text, sizeof(text));
	str_copy(a->why, sizeof(a->why), text);
}

static void
read_failure(struct http_call *c, CURLcode code)
{
	struct http_answer *a = &c->answer;
	const struct reading *r = find_reading(code);
	long os_errno = 0;
	const char *words = r->words;

	a->code = r->code;
	curl_easy_getinfo(c->transfer.easy, CURLINFO_OS_ERRNO, &os_errno);
	if (code == CURLE_COULDNT_CONNECT && os_errno == ECONNREFUSED) {
		a->code = ERR_REFUSED;
		words = "connection refused; is the service running there?";
	}
	if (c->is_too_big) {
		words = "answer is larger than 1 MiB";
		if (c->header_bytes > HEADERS_CAP)
			words = "headers are larger than 256 KiB";
		c->detail[0] = '\0';
	}
	if (c->mutates && a->maybe_sent)
		a->code = ERR_LOST;
	say_why(c, words);
}

static void
free_call(struct http_call *c)
{
	loop_item_remove(&c->item);
	address_lookup_cancel(c->lookup);
	transfer_close(&c->transfer);
	curl_slist_free_all(c->resolved);
	http_parts_clear(&c->parts);
	http_answer_clear(&c->answer);
	mem_free(c);
}

static void
end_call(struct loop_item *item)
{
	free_call((struct http_call *)item);
}

static void
count_cost(struct http_call *c)
{
	curl_off_t up = 0;
	long request = 0, connects = 0;

	curl_easy_getinfo(c->transfer.easy, CURLINFO_REQUEST_SIZE, &request);
	curl_easy_getinfo(c->transfer.easy, CURLINFO_SIZE_UPLOAD_T, &up);
	curl_easy_getinfo(c->transfer.easy, CURLINFO_NUM_CONNECTS, &connects);
	c->answer.bytes = request + up + (int64_t)c->header_bytes +
			  (int64_t)c->answer.body.len;
	c->answer.connects = (int)connects;
}

static void
on_done(struct transfer *t, CURLcode code)
{
	/* The transfer sits inside its call. */
	struct http_call *c =
		(struct http_call *)(void *)((char *)t -
					     offsetof(struct http_call,
						      transfer));
	long status = 0;

	curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	c->answer.status = (int)status;
	c->answer.took_us = clock_real_us() - c->started_us;
	count_cost(c);
	if (code != CURLE_OK)
		read_failure(c, code);
	transfer_close(t);
	c->is_reporting = true;
	c->done(c->ctx, &c->answer);
	free_call(c);
}

/* Over before libcurl was asked to do anything. */
static void
fail_early(struct http_call *c, const struct err *e)
{
	c->answer.code = e->code;
	c->answer.took_us = clock_real_us() - c->started_us;
	transfer_close(&c->transfer);
	say_why(c, e->text);
	c->is_reporting = true;
	c->done(c->ctx, &c->answer);
	free_call(c);
}

/* "host:port:address,address": libcurl then asks nobody. */
static enum err_code
set_addresses(struct http_call *c, const struct address *found, size_t count,
	      struct err *e)
{
	struct buf line;

	buf_init(&line, 2048);
	buf_printf(&line, "%s:%d", c->parts.host, c->parts.port);
	for (size_t i = 0; i < count; i++) {
		char text[64];
		char *port;

		address_text(&found[i], text, sizeof(text));
		port = strrchr(text, ':');
		if (port != NULL)
			*port = '\0';
		buf_printf(&line, "%c%s", i == 0 ? ':' : ',', text);
	}
	if (!line.cut)
		c->resolved = curl_slist_append(NULL, buf_str(&line));
	buf_clear(&line);
	if (c->resolved == NULL ||
	    curl_easy_setopt(c->transfer.easy, CURLOPT_RESOLVE, c->resolved) !=
		    CURLE_OK)
		return err_set(e, ERR_SYSTEM, "no memory for addresses");
	return ERR_NONE;
}

static void
on_addresses(void *ctx, const struct address *found, size_t count,
	     const struct err *failed)
{
	struct http_call *c = ctx;
	int64_t spent_ms = (clock_real_us() - c->started_us) / 1000;
	long left_ms = c->timeout_ms - (long)spent_ms;
	struct err e;

	c->lookup = NULL;
	if (count == 0) {
		fail_early(c, failed);
		return;
	}
	curl_easy_setopt(c->transfer.easy, CURLOPT_TIMEOUT_MS,
			 left_ms < 1 ? 1 : left_ms);
	if (set_addresses(c, found, count, &e) != ERR_NONE ||
	    transfer_start(&c->transfer, &e) != ERR_NONE)
		fail_early(c, &e);
}

/* Addresses that are kept are taken; a name is looked up first. */
static enum err_code
start_call(struct http_call *c, struct loop *l, struct err *e)
{
	struct address found[ADDRESS_MOST];
	struct err ignored;
	size_t count;

	if (address_parse(&found[0], c->parts.host, c->parts.port, &ignored) ==
	    ERR_NONE)
		return transfer_start(&c->transfer, e);
	count = address_known(l, c->parts.host, c->parts.port, found);
	if (count > 0)
		return set_addresses(c, found, count, e) == ERR_NONE
			       ? transfer_start(&c->transfer, e)
			       : e->code;
	c->lookup = address_lookup(l, c->parts.host, c->parts.port,
				   c->timeout_ms, on_addresses, c);
	return ERR_NONE;
}

static void
set_callbacks(struct http_call *c)
{
	CURL *easy = c->transfer.easy;

	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, c);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, c);
	curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, before_sending);
	curl_easy_setopt(easy, CURLOPT_PREREQDATA, c);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, c->detail);
}

enum err_code
http_start(struct http_call **out, struct loop *l, const struct http_request *r,
	   http_done *done, void *ctx, struct err *e)
{
	struct http_call *c = mem_new(1, sizeof(*c));

	*out = NULL;
	c->done = done;
	c->ctx = ctx;
	c->mutates = r->mutates;
	c->timeout_ms = r->timeout_ms;
	c->started_us = clock_real_us();
	answer_init(&c->answer);
	loop_item_add(l, &c->item, end_call);
	if (http_request_check(&c->parts, loop_fence(l), r, e) != ERR_NONE ||
	    transfer_open(&c->transfer, l, on_done, e) != ERR_NONE ||
	    http_request_apply(c->transfer.easy, &c->transfer.has_policy,
			       &c->parts, r, e) != ERR_NONE) {
		free_call(c);
		return e->code;
	}
	set_callbacks(c);
	if (start_call(c, l, e) != ERR_NONE) {
		free_call(c);
		return e->code;
	}
	*out = c;
	return ERR_NONE;
}

void
http_cancel(struct http_call *c)
{
	/* Inside its own callback a call ends by itself. */
	if (c != NULL && !c->is_reporting)
		free_call(c);
}

bool
http_maybe_sent(const struct http_call *c)
{
	return c->answer.maybe_sent;
}

/* Somebody waits for one exchange. */
struct waiter {
	struct http_answer *out;
	bool is_done;
};

static void
take_answer(void *ctx, struct http_answer *answer)
{
	struct waiter *w = ctx;

	*w->out = *answer;
	buf_init(&answer->body, HTTP_BODY_CAP);
	w->is_done = true;
}

/* Fills in what a caller needs to know of an exchange that was given up. */
static void
give_up(struct http_answer *out, struct http_call *c, const struct err *e)
{
	out->code = e->code;
	out->maybe_sent = c != NULL && c->answer.maybe_sent;
	str_copy(out->why, sizeof(out->why), e->text);
	if (c == NULL)
		return;
	out->took_us = clock_real_us() - c->started_us;
	if (!c->mutates || !out->maybe_sent)
		return;
	out->code = ERR_LOST;
	str_copy(out->why, sizeof(out->why),
		 "given up after the request may have left; read the state "
		 "back");
}

enum err_code
http_do(struct http_answer *out, const struct fence *fence,
	const struct http_request *r, int cancel_fd, struct err *e)
{
	struct waiter w = { .out = out };
	struct http_call *call = NULL;
	struct loop *l = NULL;
	int64_t until_us = clock_real_us() + (r->timeout_ms + 2000) * 1000LL;

	answer_init(out);
	if (loop_new(&l, fence, e) != ERR_NONE ||
	    http_start(&call, l, r, take_answer, &w, e) != ERR_NONE ||
	    loop_run_until(l, &w.is_done, cancel_fd, until_us, e) != ERR_NONE)
		give_up(out, call, e);
	loop_free(l);
	if (out->code == ERR_NONE)
		return ERR_NONE;
	return err_set(e, out->code, "%s", out->why);
}
