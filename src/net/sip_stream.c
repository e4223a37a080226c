/* sip_stream - one TCP or TLS connection that carries whole SIP messages. */
#include "net/sip_stream.h"

#include <errno.h>
#include <openssl/err.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "net/sipscan.h"
#include "net/socket.h"
#include "net/tls_kit.h"

#define IN_MOST (SIP_HEAD_MOST + SIP_BODY_MOST)
#define OUT_MOST 65536
#define READ_MOST 16 /* reads in a row: a flood must not own the loop */

enum stage { STAGE_CONNECT, STAGE_SHAKE, STAGE_OPEN };

struct sip_stream {
	struct loop *loop;
	const struct sip_stream_user *user;
	void *ctx;
	struct address at;
	const char *name;
	enum stage stage;
	int fd;
	SSL *ssl; /* NULL: TCP */
	struct tls_seen seen;
	struct loop_watch *watch;
	struct buf in, out;
	bool *gone; /* set by close() while a callback runs */
};

static void
wants(struct sip_stream *s, short events)
{
	loop_watch_events(s->watch, events);
}

/* The user closes it in there. */
static void
lose(struct sip_stream *s, int error)
{
	struct err e;

	if (error == 0)
		error = ECONNRESET;
	socket_err(&s->at, error, &e);
	s->user->lost(s->ctx, &e);
}

/* Bytes read, 0 when none are there now, -1 when the connection is over with
 * errno (0: closed). */
static ssize_t
read_some(struct sip_stream *s, char *to, size_t size)
{
	ssize_t n;

	if (s->ssl == NULL) {
		n = recv(s->fd, to, size, 0);
		if (n > 0)
			return n;
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return 0;
		if (n == 0)
			errno = 0;
		return -1;
	}
	ERR_clear_error();
	n = SSL_read(s->ssl, to, (int)size);
	if (n > 0)
		return n;
	switch (SSL_get_error(s->ssl, (int)n)) {
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:
		return 0;
	default:
		ERR_clear_error();
		errno = s->seen.os_error == EAGAIN ? 0 : s->seen.os_error;
		return -1;
	}
}

/* The same for writing. */
static ssize_t
write_some(struct sip_stream *s, const char *from, size_t len)
{
	ssize_t n;

	if (s->ssl == NULL) {
		n = send(s->fd, from, len, MSG_NOSIGNAL);
		if (n >= 0)
			return n;
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	}
	ERR_clear_error();
	n = SSL_write(s->ssl, from, (int)len);
	if (n > 0)
		return n;
	switch (SSL_get_error(s->ssl, (int)n)) {
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:
		return 0;
	default:
		ERR_clear_error();
		errno = s->seen.os_error;
		return -1;
	}
}

/* False when the connection is over; errno says why. */
static bool
flush(struct sip_stream *s)
{
	size_t done = 0;

	while (done < s->out.len) {
		ssize_t n =
			write_some(s, s->out.data + done, s->out.len - done);

		if (n < 0)
			return false;
		if (n == 0)
			break;
		done += (size_t)n;
	}
	if (done > 0) {
		memmove(s->out.data, s->out.data + done, s->out.len - done);
		s->out.len -= done;
		s->out.data[s->out.len] = '\0';
	}
	wants(s, s->out.len > 0 ? POLLIN | POLLOUT : POLLIN);
	return true;
}

static void
drop_front(struct buf *b, size_t len)
{
	memmove(b->data, b->data + len, b->len - len);
	b->len -= len;
	b->data[b->len] = '\0';
}

/* Hands over what is whole; false when the stream is gone. */
static bool
take_messages(struct sip_stream *s)
{
	bool is_gone = false;
	struct err e;

	for (;;) {
		size_t skip, len;
		enum sipscan found;
		char *message;

		if (s->in.len == 0)
			return true;
		found = sipscan_frame(s->in.data, s->in.len, &skip, &len, &e);
		if (found == SIPSCAN_BAD) {
			s->user->lost(s->ctx, &e);
			return false;
		}
		if (found == SIPSCAN_MORE) {
			drop_front(&s->in, skip);
			return true;
		}
		message = mem_copy(s->in.data + skip, len);
		drop_front(&s->in, skip + len);
		s->gone = &is_gone;
		s->user->message(s->ctx, message, len);
		mem_free(message);
		if (is_gone)
			return false;
		s->gone = NULL;
	}
}

/* False when the stream is gone. */
static bool
read_all(struct sip_stream *s)
{
	char bytes[8192];

	for (int i = 0; i < READ_MOST; i++) {
		ssize_t n = read_some(s, bytes, sizeof(bytes));

		if (n == 0)
			return true;
		if (n < 0) {
			lose(s, errno);
			return false;
		}
		if (!buf_add(&s->in, bytes, (size_t)n)) {
			struct err e;

			err_set(&e, ERR_FORMAT,
				"a SIP message of more than %d bytes", IN_MOST);
			s->user->lost(s->ctx, &e);
			return false;
		}
		if (!take_messages(s))
			return false;
	}
	return true;
}

/* Chain and name, before a byte of ours leaves. */
static bool
is_verified(struct sip_stream *s, struct err *e)
{
	struct tls_place seen = { .chain_valid = true };

	if (tls_kit_chain(&seen, s->ssl, s->name, true) && seen.chain_valid)
		return true;
	err_set(e, ERR_TLS, "the certificate is not accepted: %s",
		seen.chain_why[0] != '\0' ? seen.chain_why : "none was shown");
	return false;
}

/* False when the stream is gone or the handshake goes on. */
static bool
shake(struct sip_stream *s)
{
	char why[120];
	struct err e;
	int result;
	int error;

	ERR_clear_error();
	result = SSL_connect(s->ssl);
	if (result == 1) {
		if (is_verified(s, &e))
			return true;
		s->user->lost(s->ctx, &e);
		return false;
	}
	error = SSL_get_error(s->ssl, result);
	if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) {
		wants(s, error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT);
		return false;
	}
	(void)tls_kit_judge(error, TLS_CONTROL, &s->seen, why, sizeof(why));
	err_set(&e, ERR_TLS, "no TLS 1.2 or later: %s", why);
	s->user->lost(s->ctx, &e);
	return false;
}

/* False when the stream is gone or not open yet. */
static bool
advance(struct sip_stream *s)
{
	bool is_gone = false;

	if (s->stage == STAGE_CONNECT) {
		int error = socket_failure(s->fd);

		if (error != 0) {
			lose(s, error);
			return false;
		}
		s->stage = STAGE_SHAKE;
	}
	if (s->stage == STAGE_OPEN)
		return true;
	if (s->ssl != NULL && !shake(s))
		return false;
	s->stage = STAGE_OPEN;
	wants(s, POLLIN);
	s->gone = &is_gone;
	s->user->open(s->ctx);
	if (is_gone)
		return false;
	s->gone = NULL;
	return true;
}

static void
on_ready(void *ctx, short revents)
{
	struct sip_stream *s = ctx;

	(void)revents;
	if (!advance(s))
		return;
	if (s->out.len > 0 && !flush(s)) {
		lose(s, errno);
		return;
	}
	(void)read_all(s);
}

static enum err_code
prepare_tls(struct sip_stream *s, const struct sip_stream_target *t,
	    struct err *e)
{
	struct tls_kit *kit;

	if (!t->is_tls)
		return ERR_NONE;
	if (tls_kit_get(&kit, s->loop, t->ca_file, e) != ERR_NONE)
		return e->code = ERR_INPUT;
	return tls_kit_open(&s->ssl, kit, TLS_CONTROL, s->fd, t->name, &s->seen,
			    e);
}

enum err_code
sip_stream_open(struct sip_stream **out, struct loop *l,
		const struct sip_stream_target *t,
		const struct sip_stream_user *user, void *ctx, struct err *e)
{
	struct sip_stream *s = mem_new(1, sizeof(*s));

	*out = NULL;
	s->loop = l;
	s->user = user;
	s->ctx = ctx;
	s->at = t->at;
	s->name = t->name;
	buf_init(&s->in, IN_MOST);
	buf_init(&s->out, OUT_MOST);
	if (socket_connect(&s->fd, &t->at, SOCK_STREAM, e) != ERR_NONE ||
	    prepare_tls(s, t, e) != ERR_NONE) {
		sip_stream_close(s);
		return e->code;
	}
	s->watch = loop_watch(l, s->fd, POLLOUT, on_ready, s);
	if (s->watch == NULL) {
		err_set(e, ERR_SYSTEM, "cannot watch a socket: %s",
			strerror(errno));
		sip_stream_close(s);
		return e->code;
	}
	*out = s;
	return ERR_NONE;
}

void
sip_stream_close(struct sip_stream *s)
{
	if (s == NULL)
		return;
	if (s->gone != NULL)
		*s->gone = true;
	loop_watch_end(s->watch);
	if (s->ssl != NULL && s->stage == STAGE_OPEN) {
		ERR_clear_error();
		(void)SSL_shutdown(s->ssl);
		ERR_clear_error();
	}
	SSL_free(s->ssl);
	if (s->fd >= 0)
		close(s->fd);
	buf_clear(&s->in);
	buf_clear(&s->out);
	mem_free(s);
}

bool
sip_stream_send(struct sip_stream *s, const char *bytes, size_t len)
{
	if (!buf_add(&s->out, bytes, len))
		return false;
	/* A failure shows when the socket is next ready. */
	if (!flush(s))
		wants(s, POLLIN | POLLOUT);
	return true;
}

int
sip_stream_fd(const struct sip_stream *s)
{
	return s->fd;
}

const char *
sip_stream_stage(const struct sip_stream *s)
{
	switch (s->stage) {
	case STAGE_CONNECT:
		return "no connection";
	case STAGE_SHAKE:
		return "no end of the TLS handshake";
	default:
		return "no answer";
	}
}
