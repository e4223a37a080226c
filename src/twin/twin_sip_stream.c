/* twin_sip_stream - TCP and TLS ports that hand over whole SIP messages. */
#include "twin/twin_sip_stream.h"

#include <errno.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "net/sipscan.h"
#include "twin/port.h"

#define CONNECTIONS 64 /* more at a time are turned away */
#define READ_MOST 16

struct connection {
	struct sip_streams *owner; /* NULL: free */
	int fd;
	SSL *ssl; /* NULL: TCP */
	struct loop_watch *watch;
	struct buf in;
};

struct sip_streams {
	struct loop *loop;
	sip_heard *heard;
	void *ctx;
	int fd;
	SSL_CTX *tls;
	struct loop_watch *watch;
	struct connection connections[CONNECTIONS];
};

static void
hang_up(struct connection *c)
{
	loop_watch_end(c->watch);
	if (c->ssl != NULL && SSL_is_init_finished(c->ssl))
		(void)SSL_shutdown(c->ssl);
	SSL_free(c->ssl);
	ERR_clear_error();
	close(c->fd);
	buf_clear(&c->in);
	*c = (struct connection){ .fd = -1 };
}

/* Answers are small: what does not leave at once is lost, and the caller's
 * deadline tells. */
static void
say(void *ctx, const char *bytes, size_t len)
{
	struct connection *c = ctx;

	ERR_clear_error();
	if (c->ssl != NULL)
		(void)SSL_write(c->ssl, bytes, (int)len);
	else
		(void)!send(c->fd, bytes, len, MSG_NOSIGNAL);
}

/* False when nothing can follow. */
static bool
take_messages(struct connection *c)
{
	const struct sip_ear ear = { .say = say, .ctx = c };
	size_t at = 0;
	bool is_good = true;

	while (at < c->in.len && is_good) {
		size_t skip, len;
		struct err e;
		enum sipscan found = sipscan_frame(
			c->in.data + at, c->in.len - at, &skip, &len, &e);

		if (found == SIPSCAN_MORE)
			break;
		is_good = found == SIPSCAN_WHOLE;
		if (is_good)
			c->owner->heard(c->owner->ctx, c->in.data + at + skip,
					len, &ear);
		at += skip + len;
	}
	if (at > 0 && is_good) {
		struct buf rest;

		buf_init(&rest, SIP_HEAD_MOST + SIP_BODY_MOST);
		buf_add(&rest, c->in.data + at, c->in.len - at);
		buf_clear(&c->in);
		c->in = rest;
	}
	return is_good;
}

/* 0: nothing there now; -1: over. */
static int
read_some(struct connection *c, char *to, int size)
{
	ssize_t n;
	int error;

	if (c->ssl == NULL) {
		n = recv(c->fd, to, (size_t)size, MSG_DONTWAIT);
		if (n > 0)
			return (int)n;
		return n < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
	}
	ERR_clear_error();
	n = SSL_read(c->ssl, to, size);
	if (n > 0)
		return (int)n;
	error = SSL_get_error(c->ssl, (int)n);
	loop_watch_events(c->watch,
			  error == SSL_ERROR_WANT_WRITE ? POLLOUT : POLLIN);
	return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE
		       ? 0
		       : -1;
}

static void
on_ready(void *ctx, short revents)
{
	struct connection *c = ctx;
	char bytes[8192];

	(void)revents;
	for (int i = 0; i < READ_MOST; i++) {
		int n = read_some(c, bytes, sizeof(bytes));

		if (n == 0)
			return;
		if (n < 0 || !buf_add(&c->in, bytes, (size_t)n) ||
		    !take_messages(c)) {
			hang_up(c);
			return;
		}
	}
}

static bool
prepare(struct connection *c, struct sip_streams *s)
{
	buf_init(&c->in, SIP_HEAD_MOST + SIP_BODY_MOST);
	if (s->tls != NULL) {
		c->ssl = SSL_new(s->tls);
		if (c->ssl == NULL || SSL_set_fd(c->ssl, c->fd) != 1)
			return false;
		SSL_set_accept_state(c->ssl);
	}
	c->watch = loop_watch(s->loop, c->fd, POLLIN, on_ready, c);
	return c->watch != NULL;
}

static void
on_caller(void *ctx, short revents)
{
	struct sip_streams *s = ctx;
	int fd = accept4(s->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)revents;
	if (fd < 0)
		return;
	for (size_t i = 0; i < CONNECTIONS; i++) {
		struct connection *c = &s->connections[i];

		if (c->owner != NULL)
			continue;
		c->owner = s;
		c->fd = fd;
		if (!prepare(c, s))
			hang_up(c);
		return;
	}
	close(fd);
}

static bool
use_certs(SSL_CTX *tls, const struct twin_certs *certs)
{
	BIO *cert_text = BIO_new_mem_buf(certs->cert, -1);
	BIO *key_text = BIO_new_mem_buf(certs->key, -1);
	X509 *cert = PEM_read_bio_X509(cert_text, NULL, NULL, NULL);
	EVP_PKEY *key = PEM_read_bio_PrivateKey(key_text, NULL, NULL, NULL);
	bool is_good = cert != NULL && key != NULL &&
		       SSL_CTX_use_certificate(tls, cert) == 1 &&
		       SSL_CTX_use_PrivateKey(tls, key) == 1 &&
		       SSL_CTX_set_min_proto_version(tls, TLS1_2_VERSION) == 1;

	X509_free(cert);
	EVP_PKEY_free(key);
	BIO_free(cert_text);
	BIO_free(key_text);
	return is_good;
}

enum err_code
sip_streams_open(struct sip_streams **out, struct loop *l, int *port,
		 const struct twin_certs *certs, sip_heard *heard, void *ctx,
		 struct err *e)
{
	struct sip_streams *s = mem_new(1, sizeof(*s));

	*out = NULL;
	s->loop = l;
	s->heard = heard;
	s->ctx = ctx;
	s->fd = -1;
	if (certs != NULL) {
		s->tls = SSL_CTX_new(TLS_server_method());
		if (s->tls == NULL || !use_certs(s->tls, certs)) {
			sip_streams_close(s);
			return err_set(e, ERR_TLS, "cannot serve SIP over TLS");
		}
	}
	if (port_open(&s->fd, port, SOCK_STREAM, e) != ERR_NONE) {
		sip_streams_close(s);
		return e->code;
	}
	s->watch = loop_watch(l, s->fd, POLLIN, on_caller, s);
	if (s->watch == NULL) {
		sip_streams_close(s);
		return err_set(e, ERR_SYSTEM, "cannot watch a SIP port");
	}
	*out = s;
	return ERR_NONE;
}

void
sip_streams_close(struct sip_streams *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < CONNECTIONS; i++)
		if (s->connections[i].owner != NULL)
			hang_up(&s->connections[i]);
	loop_watch_end(s->watch);
	if (s->fd >= 0)
		close(s->fd);
	SSL_CTX_free(s->tls);
	mem_free(s);
}
