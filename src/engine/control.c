/* control - one thread, one poll set, small clients that come and go. */
#include "engine/control.h"

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/thread.h"
#include "base/wake.h"
#include "engine/control_place.h"
#include "engine/control_talk.h"

#define CLIENTS 128
#define OF_ACCOUNT 64	     /* clients of one account at a time */
#define CLIENT_US 10000000LL /* real time for asking and being answered */
#define LOOK_US 2000000LL    /* is the name still ours? */
#define ANSWER_MOST (64 * 1024)

enum stage { STAGE_FREE, STAGE_ASKS, STAGE_WAITS, STAGE_HEARS };

struct client {
	enum stage stage;
	int fd;
	int64_t id, uid, until_us;
	struct buf in, out;
	size_t sent;
};

/* The director's word, on its way to a client. */
struct reply {
	int64_t client;
	bool ok;
	char text[240];
};

struct control {
	struct control_options o;
	struct thread thread;
	struct wake wake; /* replies, or the end */
	struct queue *replies;
	struct control_place place;
	atomic_bool ends;
	struct client clients[CLIENTS];
	int64_t last_id, look_us;
};

static void
client_end(struct client *c)
{
	if (c->stage == STAGE_FREE)
		return;
	close(c->fd);
	buf_clear(&c->in);
	buf_clear(&c->out);
	*c = (struct client){ .stage = STAGE_FREE };
}

/* What is in `out` is the answer. */
static void
client_answer(struct client *c)
{
	c->stage = STAGE_HEARS;
	c->sent = 0;
}

static void
client_refuse(struct client *c, const char *why)
{
	control_say(&c->out, false, why);
	client_answer(c);
}

/* The line is whole: an answer at once, or the director's later. */
static void
client_ask(struct control *k, struct client *c, size_t len)
{
	struct snapshot *s = k->o.look(k->o.ctx);
	struct message *m = message_new(MESSAGE_APPROVAL);

	if (!control_talk(s, buf_str(&c->in), len, c->uid, &m->approval,
			  &c->out)) {
		client_answer(c);
	} else {
		m->approval.client = c->id;
		c->stage = STAGE_WAITS;
		if (queue_put(k->o.inbox, m))
			m = NULL;
		else
			client_refuse(c, "too much is waiting: try again");
	}
	message_free(m);
	snapshot_drop(s);
}

static void
client_read(struct control *k, struct client *c)
{
	char bytes[4096];
	ssize_t n = recv(c->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
	const char *end;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		client_end(c);
		return;
	}
	if (!buf_add(&c->in, bytes, (size_t)n)) {
		client_refuse(c, "a request is one line of 16 KiB at most");
		return;
	}
	end = memchr(buf_str(&c->in), '\n', c->in.len);
	if (end != NULL)
		client_ask(k, c, (size_t)(end - buf_str(&c->in)));
}

static void
client_write(struct client *c)
{
	ssize_t n = send(c->fd, buf_str(&c->out) + c->sent,
			 c->out.len - c->sent, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0)
		c->sent += (size_t)n;
	if (n <= 0 || c->sent == c->out.len)
		client_end(c);
}

static size_t
count_of(const struct control *k, int64_t uid)
{
	size_t count = 0;

	for (size_t i = 0; i < CLIENTS; i++)
		count += k->clients[i].stage != STAGE_FREE &&
			 k->clients[i].uid == uid;
	return count;
}

static struct client *
free_client(struct control *k)
{
	for (size_t i = 0; i < CLIENTS; i++)
		if (k->clients[i].stage == STAGE_FREE)
			return &k->clients[i];
	return NULL;
}

static void
client_begin(struct control *k, struct client *c)
{
	struct ucred who = { .pid = 0 };
	socklen_t len = sizeof(who);
	int fd = accept4(k->place.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) != 0 ||
	    len != sizeof(who)) {
		close(fd); /* who does not show itself is not heard */
		return;
	}
	*c = (struct client){ .stage = STAGE_ASKS,
			      .fd = fd,
			      .id = ++k->last_id,
			      .until_us = clock_real_us() + CLIENT_US };
	buf_init(&c->in, CONTROL_LINE);
	buf_init(&c->out, ANSWER_MOST);
	if (count_of(k, (int64_t)who.uid) >= OF_ACCOUNT)
		client_refuse(c, "this account asks too much at once");
	c->uid = (int64_t)who.uid;
}

static struct client *
client_with(struct control *k, int64_t id)
{
	for (size_t i = 0; i < CLIENTS; i++)
		if (k->clients[i].stage == STAGE_WAITS &&
		    k->clients[i].id == id)
			return &k->clients[i];
	return NULL;
}

static void
take_replies(struct control *k)
{
	struct reply *r;

	wake_lower(&k->wake);
	while ((r = queue_take(k->replies, 0)) != NULL) {
		struct client *c = client_with(k, r->client);

		if (c != NULL) {
			control_say(&c->out, r->ok, r->text);
			client_answer(c);
		}
		mem_free(r);
	}
}

static void
end_late(struct control *k)
{
	int64_t now_us = clock_real_us();

	for (size_t i = 0; i < CLIENTS; i++)
		if (k->clients[i].stage != STAGE_FREE &&
		    now_us >= k->clients[i].until_us)
			client_end(&k->clients[i]);
}

/* A name that was taken away or over is made again: the room's lock says
 * whose it is. */
static void
keep_name(struct control *k)
{
	int64_t now_us = clock_real_us();
	struct err e = { .code = ERR_NONE };

	if (now_us < k->look_us)
		return;
	k->look_us = now_us + LOOK_US;
	if (control_place_is_ours(&k->place))
		return;
	control_place_leave(&k->place);
	if (control_place_take(&k->place, k->o.dir, &e) != ERR_NONE) {
		log_line("control", "%s", e.text);
		control_place_leave(&k->place);
	}
}

/* How long until a client or a look is due, in ms. */
static int
due_ms(const struct control *k)
{
	int64_t until_us = k->look_us;
	int64_t left_us;

	for (size_t i = 0; i < CLIENTS; i++)
		if (k->clients[i].stage != STAGE_FREE &&
		    k->clients[i].until_us < until_us)
			until_us = k->clients[i].until_us;
	left_us = until_us - clock_real_us();
	return left_us < 0 ? 0 : (int)(left_us / 1000 + 1);
}

static short
events_of(const struct client *c)
{
	return c->stage == STAGE_ASKS	 ? POLLIN
	       : c->stage == STAGE_HEARS ? POLLOUT
					 : 0;
}

static void
turn(struct control *k)
{
	struct pollfd p[CLIENTS + 2];

	p[0] = (struct pollfd){ .fd = k->wake.fd, .events = POLLIN };
	/* Without a place left they wait at the door. */
	p[1] = (struct pollfd){
		.fd = free_client(k) != NULL ? k->place.fd : -1,
		.events = POLLIN,
	};
	for (size_t i = 0; i < CLIENTS; i++)
		p[i + 2] = (struct pollfd){
			.fd = k->clients[i].stage == STAGE_FREE
				      ? -1
				      : k->clients[i].fd,
			.events = events_of(&k->clients[i]),
		};
	if (poll(p, CLIENTS + 2, due_ms(k)) < 0)
		return;
	for (size_t i = 0; i < CLIENTS; i++) {
		struct client *c = &k->clients[i];

		if (p[i + 2].revents == 0)
			continue;
		if (c->stage == STAGE_ASKS)
			client_read(k, c);
		else if (c->stage == STAGE_HEARS)
			client_write(c);
		else /* it waits for the director, and has gone */
			client_end(c);
	}
	if (p[0].revents != 0)
		take_replies(k);
	if (p[1].revents != 0)
		client_begin(k, free_client(k));
}

static void
control_thread(void *arg)
{
	struct control *k = arg;

	while (!atomic_load(&k->ends)) {
		turn(k);
		end_late(k);
		keep_name(k);
	}
}

static enum err_code
begin(struct control *k, struct err *e)
{
	k->look_us = clock_real_us() + LOOK_US;
	if (wake_open(&k->wake, e) != ERR_NONE ||
	    control_place_take(&k->place, k->o.dir, e) != ERR_NONE)
		return e->code;
	return thread_start(&k->thread, "control", control_thread, k, e);
}

enum err_code
control_start(struct control **out, const struct control_options *o,
	      struct err *e)
{
	struct control *k = mem_new(1, sizeof(*k));
	struct err first = { .code = ERR_NONE };

	*out = NULL;
	k->o = *o;
	k->wake.fd = -1;
	k->place = (struct control_place){ .dir_fd = -1, .fd = -1 };
	k->replies = queue_new(CLIENTS, mem_free);
	if (begin(k, &first) != ERR_NONE) {
		control_stop(k);
		return err_set(e, first.code, "%s", first.text);
	}
	*out = k;
	return ERR_NONE;
}

void
control_stop(struct control *k)
{
	if (k == NULL)
		return;
	atomic_store(&k->ends, true);
	if (k->wake.fd >= 0)
		wake_raise(&k->wake);
	thread_join(&k->thread);
	for (size_t i = 0; i < CLIENTS; i++)
		client_end(&k->clients[i]);
	control_place_leave(&k->place);
	wake_close(&k->wake);
	queue_free(k->replies);
	mem_free(k);
}

void
control_reply(struct control *k, int64_t client, bool ok, const char *text)
{
	struct reply *r = mem_new(1, sizeof(*r));

	r->client = client;
	r->ok = ok;
	str_copy(r->text, sizeof(r->text), text);
	if (!queue_put(k->replies, r))
		mem_free(r); /* its client asks again */
	wake_raise(&k->wake);
}
