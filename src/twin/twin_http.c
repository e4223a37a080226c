/* twin_http - the HTTP surfaces on a plain port and on a TLS port. */
#include "twin/twin_http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"

#define CONNECTIONS 200
#define IDLE_S 30
#define FLOOD ((size_t)4 * 1024 * 1024) /* then the connection is cut */
#define TLS_VERSIONS "NORMAL:-VERS-ALL:+VERS-TLS1.2:+VERS-TLS1.3"

struct twin_http {
	struct site *site;
	struct MHD_Daemon *plain;
	struct MHD_Daemon *tls;
};

/* One request while it is received; lives on its connection's thread. */
struct exchange {
	struct buf body;
	size_t received;
	bool is_too_big;
	bool stops; /* the twin ends when the answer is out */
};

static const char *
header(struct MHD_Connection *c, const char *name)
{
	const char *value =
		MHD_lookup_connection_value(c, MHD_HEADER_KIND, name);

	return value == NULL ? "" : value;
}

/* Under both names that are in use; *name is the one that came. */
static const char *
idempotency_key(struct MHD_Connection *c, const char **name)
{
	const char *key;

	*name = "Idempotency-Key";
	key = header(c, *name);
	if (key[0] != '\0')
		return key;
	*name = "X-Idempotency-Key";
	return header(c, *name);
}

static enum MHD_Result
add_query(void *cls, enum MHD_ValueKind kind, const char *name,
	  const char *value)
{
	struct twin_request *q = cls;
	struct twin_pair *p = &q->query[q->query_count];

	(void)kind;
	if (q->query_count == TWIN_QUERY)
		return MHD_NO;
	/* What is too long for us is nothing we know. */
	if (str_copy(p->name, sizeof(p->name), name) &&
	    str_copy(p->value, sizeof(p->value), value))
		q->query_count++;
	return MHD_YES;
}

/* Real time, cut short when the twin ends. */
static void
linger(const struct site *site, int64_t real_ms)
{
	struct pollfd until = { .fd = site->stop.wake.fd, .events = POLLIN };

	(void)poll(&until, 1, (int)real_ms);
}

static struct MHD_Response *
file_response(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct MHD_Response *m;
	struct stat st;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) != 0) {
		close(fd);
		return NULL;
	}
	m = MHD_create_response_from_fd((size_t)st.st_size, fd);
	if (m == NULL)
		close(fd);
	return m;
}

static void
add_header(struct MHD_Response *m, const char *name, const char *value)
{
	if (value[0] != '\0')
		(void)MHD_add_response_header(m, name, value);
}

static struct MHD_Response *
make_response(const struct twin_reply *r)
{
	struct MHD_Response *m;
	char seconds[16] = "";

	if (r->file != NULL)
		m = file_response(r->file);
	else
		m = MHD_create_response_from_buffer(r->body.len, r->body.data,
						    MHD_RESPMEM_MUST_COPY);
	if (m == NULL)
		return NULL;
	if (r->retry_after_s > 0)
		str_printf(seconds, sizeof(seconds), "%d", r->retry_after_s);
	add_header(m, "Content-Type", r->type);
	add_header(m, "Location", r->location);
	add_header(m, "Allow", r->allow);
	add_header(m, "Retry-After", seconds);
	add_header(m, "ININ-Correlation-Id", r->context);
	add_header(m, "Idempotent-Replayed", r->is_repeat ? "true" : "");
	return m;
}

static enum MHD_Result
send_reply(struct MHD_Connection *c, const struct twin_reply *r,
	   const struct twin_request *q, const char *key_name)
{
	struct MHD_Response *m = make_response(r);
	enum MHD_Result result;

	if (m == NULL)
		return MHD_NO;
	add_header(m, key_name, q->key);
	result = MHD_queue_response(c, (unsigned)r->status, m);
	MHD_destroy_response(m);
	return result;
}

static enum MHD_Result
finish(struct twin_http *h, struct MHD_Connection *c, struct exchange *x,
       struct twin_request *q)
{
	enum MHD_Result result = MHD_NO;
	const char *key_name;
	struct twin_reply r;

	q->authorization = header(c, "Authorization");
	q->key = idempotency_key(c, &key_name);
	q->is_control = str_same(header(c, "X-Twin"), "1");
	q->body = buf_str(&x->body);
	q->body_len = x->body.len;
	q->is_too_big = x->is_too_big;
	(void)MHD_get_connection_values(c, MHD_GET_ARGUMENT_KIND, add_query, q);
	site_http(h->site, q, &r);
	x->stops = r.stops;
	if (r.slow_ms > 0)
		linger(h->site, r.slow_ms);
	if (!r.is_lost)
		result = send_reply(c, &r, q, key_name);
	route_reply_clear(&r);
	return result;
}

/* Does the request announce more than we take? */
static bool
announces_too_much(struct MHD_Connection *c)
{
	int64_t len;

	return str_to_int(header(c, "Content-Length"), &len) &&
	       len > (int64_t)TWIN_BODY_CAP;
}

static enum MHD_Result
receive(struct exchange *x, const char *bytes, size_t *len)
{
	x->received += *len;
	if (x->received > FLOOD)
		return MHD_NO;
	if (!x->is_too_big && !buf_add(&x->body, bytes, *len))
		x->is_too_big = true;
	*len = 0;
	return MHD_YES;
}

static enum MHD_Result
on_request(void *cls, struct MHD_Connection *c, const char *url,
	   const char *method, const char *version, const char *bytes,
	   size_t *len, void **ctx)
{
	struct twin_http *h = cls;
	struct exchange *x = *ctx;
	struct twin_request q = { .method = method, .path = url };

	(void)version;
	if (x == NULL) {
		x = mem_new(1, sizeof(*x));
		buf_init(&x->body, TWIN_BODY_CAP);
		*ctx = x;
		if (!announces_too_much(c))
			return MHD_YES;
		x->is_too_big = true;
		return finish(h, c, x, &q);
	}
	if (*len > 0)
		return receive(x, bytes, len);
	return finish(h, c, x, &q);
}

static void
on_completed(void *cls, struct MHD_Connection *c, void **ctx,
	     enum MHD_RequestTerminationCode why)
{
	struct twin_http *h = cls;
	struct exchange *x = *ctx;

	(void)c;
	(void)why;
	if (x == NULL)
		return;
	if (x->stops)
		cancel_raise(&h->site->stop);
	buf_clear(&x->body);
	mem_free(x);
	*ctx = NULL;
}

/* `certs` NULL: plain. */
static struct MHD_Daemon *
start_daemon(struct twin_http *h, const struct twin_certs *certs)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	unsigned flags = MHD_USE_AUTO | MHD_USE_INTERNAL_POLLING_THREAD |
			 MHD_USE_THREAD_PER_CONNECTION | MHD_USE_ITC;
	struct MHD_OptionItem tls[4] = { { MHD_OPTION_END, 0, NULL } };

	if (certs != NULL) {
		flags |= MHD_USE_TLS;
		tls[0] = (struct MHD_OptionItem){ MHD_OPTION_HTTPS_MEM_KEY, 0,
						  certs->key };
		tls[1] = (struct MHD_OptionItem){ MHD_OPTION_HTTPS_MEM_CERT, 0,
						  certs->cert };
		tls[2] = (struct MHD_OptionItem){
			MHD_OPTION_HTTPS_PRIORITIES, 0,
			(void *)(uintptr_t)TLS_VERSIONS
		};
		tls[3] = (struct MHD_OptionItem){ MHD_OPTION_END, 0, NULL };
	}
	return MHD_start_daemon(
		flags, 0, NULL, NULL, on_request, h, MHD_OPTION_SOCK_ADDR,
		(struct sockaddr *)&at, MHD_OPTION_CONNECTION_LIMIT,
		(unsigned)CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT,
		(unsigned)IDLE_S, MHD_OPTION_NOTIFY_COMPLETED, on_completed, h,
		MHD_OPTION_ARRAY, tls, MHD_OPTION_END);
}

enum err_code
twin_http_open(struct twin_http **out, struct site *site,
	       const struct twin_certs *certs, struct err *e)
{
	struct twin_http *h = mem_new(1, sizeof(*h));

	*out = NULL;
	h->site = site;
	h->plain = start_daemon(h, NULL);
	h->tls = start_daemon(h, certs);
	if (h->plain == NULL || h->tls == NULL) {
		err_set(e, ERR_SYSTEM, "cannot serve %s on 127.0.0.1: %s",
			h->plain == NULL ? "HTTP" : "HTTPS", strerror(errno));
		cancel_raise(&site->stop);
		twin_http_close(h);
		return e->code;
	}
	*out = h;
	return ERR_NONE;
}

void
twin_http_close(struct twin_http *h)
{
	if (h == NULL)
		return;
	if (h->plain != NULL)
		MHD_stop_daemon(h->plain);
	if (h->tls != NULL)
		MHD_stop_daemon(h->tls);
	mem_free(h);
}

static int
port_of(struct MHD_Daemon *d)
{
	const union MHD_DaemonInfo *info =
		MHD_get_daemon_info(d, MHD_DAEMON_INFO_BIND_PORT);

	return info == NULL ? 0 : info->port;
}

int
twin_http_port(const struct twin_http *h)
{
	return port_of(h->plain);
}

int
twin_http_tls_port(const struct twin_http *h)
{
	return port_of(h->tls);
}
