/* sip_way - a way to one SIP peer over UDP, TCP or TLS. */
#include "net/sip_way.h"

#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "base/str.h"
#include "net/loop_item.h"
#include "net/sip_hub.h"
#include "net/sip_stream.h"

struct sip_way {
	struct sip_seat seat; /* must be first */
	struct loop *loop;
	const struct sip_way_user *user;
	void *ctx;
	enum sip_transport transport;
	char host[256];
	int port;
	char *name; /* of the certificate; NULL: the host */
	char *ca_file;
	struct address_lookup *lookup;
	struct address found[ADDRESS_MOST];
	size_t found_count;
	size_t at; /* which of them is asked now */
	struct sip_stream *stream;
	char stream_local[80];
	bool has_heard;
	int strays; /* of the user's own finding, or of the stream */
};

enum sip_transport
sip_transport_of(const char *word)
{
	if (str_same(word, "tcp"))
		return SIP_TCP;
	return str_same(word, "tls") ? SIP_TLS : SIP_UDP;
}

const char *
sip_transport_token(enum sip_transport t)
{
	static const char *const tokens[] = { "UDP", "TCP", "TLS" };

	return tokens[t];
}

static void try_next(struct sip_way *w, const struct err *last);

static void
leave_address(struct sip_way *w)
{
	sip_hub_leave(&w->seat);
	sip_stream_close(w->stream);
	w->stream = NULL;
}

/* Where something has been heard from nobody else is asked. */
static void
fail_address(struct sip_way *w, const struct err *e)
{
	struct err last = *e;

	leave_address(w);
	if (w->has_heard) {
		w->user->lost(w->ctx, &last);
		return;
	}
	w->at++;
	try_next(w, &last);
}

static void
on_seat_message(struct sip_seat *seat, const char *bytes, size_t len)
{
	struct sip_way *w = (struct sip_way *)seat;

	w->has_heard = true;
	w->user->message(w->ctx, bytes, len);
}

static void
on_seat_lost(struct sip_seat *seat, const struct err *e)
{
	fail_address((struct sip_way *)seat, e);
}

static void
on_stream_open(void *ctx)
{
	struct sip_way *w = ctx;
	struct address local = { .len = sizeof(local.sa) };

	if (getsockname(sip_stream_fd(w->stream), (struct sockaddr *)&local.sa,
			&local.len) == 0)
		address_text(&local, w->stream_local, sizeof(w->stream_local));
	w->user->open(w->ctx);
}

/* A connection is ours alone, but what it carries must still name us. */
static void
on_stream_message(void *ctx, const char *bytes, size_t len)
{
	struct sip_way *w = ctx;

	if (!sip_hub_is_for(&w->seat, bytes, len)) {
		w->strays++;
		return;
	}
	w->has_heard = true;
	w->user->message(w->ctx, bytes, len);
}

static void
on_stream_lost(void *ctx, const struct err *e)
{
	fail_address(ctx, e);
}

static const struct sip_stream_user stream_user = {
	.open = on_stream_open,
	.message = on_stream_message,
	.lost = on_stream_lost,
};

static enum err_code
go(struct sip_way *w, const struct address *a, struct err *e)
{
	const struct sip_stream_target t = {
		.at = *a,
		.is_tls = w->transport == SIP_TLS,
		.name = w->name != NULL ? w->name : w->host,
		.ca_file = w->ca_file,
	};

	if (w->transport == SIP_UDP)
		return sip_hub_join(&w->seat, a, e);
	return sip_stream_open(&w->stream, w->loop, &t, &stream_user, w, e);
}

/* The address at w->at, or the one behind it, or none is left. */
static void
try_next(struct sip_way *w, const struct err *last)
{
	struct err e = *last;

	for (; w->at < w->found_count; w->at++) {
		if (go(w, &w->found[w->at], &e) != ERR_NONE)
			continue;
		if (w->transport == SIP_UDP)
			w->user->open(w->ctx);
		return;
	}
	w->user->lost(w->ctx, &e);
}

static void
on_found(void *ctx, const struct address *found, size_t count,
	 const struct err *e)
{
	struct sip_way *w = ctx;

	w->lookup = NULL;
	memcpy(w->found, found, count * sizeof(*found));
	w->found_count = count;
	try_next(w, e);
}

enum err_code
sip_way_open(struct sip_way **out, struct loop *l, const struct sip_target *t,
	     const struct sip_way_user *user, void *ctx, struct err *e)
{
	int fallback = t->transport == SIP_TLS ? 5061 : 5060;
	struct sip_way *w;
	char host[256];
	int port;

	*out = NULL;
	if (address_split(t->where, fallback, host, sizeof(host), &port, e) !=
		    ERR_NONE ||
	    fence_check(loop_fence(l), host, port, e) != ERR_NONE)
		return e->code;
	w = mem_new(1, sizeof(*w));
	w->loop = l;
	w->user = user;
	w->ctx = ctx;
	w->transport = t->transport;
	w->port = port;
	str_copy(w->host, sizeof(w->host), host);
	w->name = mem_text(t->name);
	w->ca_file = mem_text(t->ca_file);
	sip_hub_enter(&w->seat, l, on_seat_message, on_seat_lost);
	w->lookup = address_lookup(l, host, port, t->timeout_ms, on_found, w);
	*out = w;
	return ERR_NONE;
}

void
sip_way_close(struct sip_way *w)
{
	if (w == NULL)
		return;
	address_lookup_cancel(w->lookup);
	leave_address(w);
	sip_hub_exit(&w->seat);
	mem_free(w->name);
	mem_free(w->ca_file);
	mem_free(w);
}

void
sip_way_send(struct sip_way *w, const char *bytes, size_t len)
{
	if (w->transport == SIP_UDP)
		sip_hub_send(&w->seat, bytes, len);
	else if (w->stream != NULL)
		(void)sip_stream_send(w->stream, bytes, len);
}

enum sip_transport
sip_way_transport(const struct sip_way *w)
{
	return w->transport;
}

const char *
sip_way_call_id(const struct sip_way *w)
{
	return w->seat.call_id;
}

const char *
sip_way_local(const struct sip_way *w)
{
	return w->transport == SIP_UDP ? sip_hub_local(&w->seat)
				       : w->stream_local;
}

const char *
sip_way_host(const struct sip_way *w)
{
	return w->host;
}

int
sip_way_port(const struct sip_way *w)
{
	return w->port;
}

int
sip_way_strays(const struct sip_way *w)
{
	return w->strays + sip_hub_strays(&w->seat);
}

void
sip_way_stray(struct sip_way *w)
{
	w->strays++;
}

const char *
sip_way_stage(const struct sip_way *w)
{
	return w->stream != NULL ? sip_stream_stage(w->stream) : "no answer";
}
