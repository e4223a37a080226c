/*
 * sip_hub - the UDP sockets of a loop and who gets which answer.
 *
 * A line is a connected socket: the kernel drops what others send, and an
 * ICMP refusal is told at once.  A line nobody uses stays a while, so that
 * the next question to the same peer costs no new socket.
 */
#include "net/sip_hub.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/str.h"
#include "net/loop_item.h"
#include "net/sipmsg.h"
#include "net/sipscan.h"
#include "net/socket.h"

#define BUCKETS 1024
#define READ_MOST 64 /* datagrams in a row: a storm must not own the loop */
#define IDLE_MOST 256
#define IDLE_US 5000000LL
#define SWEEP_US 1000000LL

struct sip_line {
	struct sip_line *next; /* in its bucket */
	struct sip_hub *hub;
	struct address at;
	int fd;
	struct loop_watch *watch;
	char local[80];
	struct sip_seat seats; /* head of a ring */
	size_t users;
	int strays;
	int64_t idle_us; /* since when, when nobody uses it */
	bool is_dead, is_busy;
};

struct sip_hub {
	struct loop *loop;
	struct sip_line *buckets[BUCKETS];
	struct sip_seat **seats; /* by number; NULL: free */
	size_t *free_numbers;
	size_t free_count, size;
	size_t idle;
	struct loop_timer *sweep;
};

static void on_sweep(void *ctx);

static struct sip_line **
bucket_of(struct sip_hub *hub, const struct address *a)
{
	const unsigned char *b = (const unsigned char *)&a->sa;
	size_t sum = 5381;

	for (size_t i = 0; i < a->len; i++)
		sum = sum * 33 + b[i];
	return &hub->buckets[sum % BUCKETS];
}

static void
free_line(struct sip_line *line)
{
	loop_watch_end(line->watch);
	if (line->fd >= 0)
		close(line->fd);
	mem_free(line);
}

/* Out of its bucket; freed now, or by the callback it is busy with. */
static void
end_line(struct sip_line *line)
{
	struct sip_line **at = bucket_of(line->hub, &line->at);

	while (*at != line)
		at = &(*at)->next;
	*at = line->next;
	line->is_dead = true;
	if (!line->is_busy)
		free_line(line);
}

static void
drop_hub(void *part)
{
	struct sip_hub *hub = part;

	loop_timer_cancel(hub->sweep);
	for (size_t i = 0; i < BUCKETS; i++)
		while (hub->buckets[i] != NULL)
			end_line(hub->buckets[i]);
	mem_free(hub->seats);
	mem_free(hub->free_numbers);
	mem_free(hub);
}

static struct sip_hub *
hub_of(struct loop *l)
{
	struct sip_hub *hub = loop_part(l, LOOP_SIP);

	if (hub == NULL) {
		hub = mem_new(1, sizeof(*hub));
		hub->loop = l;
		loop_part_set(l, LOOP_SIP, hub, drop_hub);
	}
	return hub;
}

static size_t
take_number(struct sip_hub *hub)
{
	if (hub->free_count == 0) {
		size_t size = hub->size == 0 ? 64 : 2 * hub->size;

		hub->seats = mem_grow(hub->seats, size, sizeof(*hub->seats));
		hub->free_numbers = mem_grow(hub->free_numbers, size,
					     sizeof(*hub->free_numbers));
		for (size_t i = size; i-- > hub->size;) {
			hub->seats[i] = NULL;
			hub->free_numbers[hub->free_count++] = i;
		}
		hub->size = size;
	}
	return hub->free_numbers[--hub->free_count];
}

void
sip_hub_enter(struct sip_seat *s, struct loop *l,
	      void (*message)(struct sip_seat *, const char *, size_t),
	      void (*lost)(struct sip_seat *, const struct err *))
{
	struct sip_hub *hub = hub_of(l);

	s->hub = hub;
	s->number = take_number(hub);
	hub->seats[s->number] = s;
	str_printf(s->call_id, sizeof(s->call_id), "%016llx%08zx",
		   (unsigned long long)rng_system(), s->number);
	s->message = message;
	s->lost = lost;
	s->line = NULL;
}

void
sip_hub_exit(struct sip_seat *s)
{
	sip_hub_leave(s);
	s->hub->seats[s->number] = NULL;
	s->hub->free_numbers[s->hub->free_count++] = s->number;
}

static bool
is_call_id(const struct sip_seat *s, const char *value, size_t len)
{
	return s != NULL && len == strlen(s->call_id) &&
	       memcmp(s->call_id, value, len) == 0;
}

bool
sip_hub_is_for(const struct sip_seat *s, const char *bytes, size_t len)
{
	const char *value;
	size_t value_len;

	return sipscan_call_id(bytes, len, &value, &value_len) &&
	       is_call_id(s, value, value_len);
}

/* The seat's number ends the Call-ID; the rest must be right too. */
static struct sip_seat *
seat_of(const struct sip_hub *hub, const char *bytes, size_t len)
{
	const char *value;
	char digits[9];
	size_t value_len, number;

	if (!sipscan_call_id(bytes, len, &value, &value_len) ||
	    value_len != 24 ||
	    !str_copy_n(digits, sizeof(digits), value + 16, 8))
		return NULL;
	number = strtoul(digits, NULL, 16);
	if (number >= hub->size ||
	    !is_call_id(hub->seats[number], value, value_len))
		return NULL;
	return hub->seats[number];
}

/* Each user may open and close anything meanwhile, but finds this line gone. */
static void
lose_line(struct sip_line *line, int error)
{
	struct err e;

	socket_err(&line->at, error, &e);
	line->is_busy = true;
	if (line->users == 0)
		line->hub->idle--;
	end_line(line);
	while (line->seats.next != &line->seats) {
		struct sip_seat *s = line->seats.next;

		sip_hub_leave(s);
		s->lost(s, &e);
	}
	free_line(line);
}

static void
on_datagrams(void *ctx, short revents)
{
	struct sip_line *line = ctx;
	char bytes[SIP_DATAGRAM];

	(void)revents;
	line->is_busy = true;
	for (int i = 0; i < READ_MOST && !line->is_dead; i++) {
		ssize_t len = recv(line->fd, bytes, sizeof(bytes), 0);
		struct sip_seat *s;

		if (len < 0 && (errno == EAGAIN || errno == EINTR))
			break;
		if (len < 0) {
			lose_line(line, errno);
			return;
		}
		s = seat_of(line->hub, bytes, (size_t)len);
		if (s == NULL || s->line != line)
			line->strays++;
		else
			s->message(s, bytes, (size_t)len);
	}
	line->is_busy = false;
	if (line->is_dead)
		free_line(line);
}

static enum err_code
open_line(struct sip_line **out, struct sip_hub *hub, const struct address *a,
	  struct err *e)
{
	struct address local = { .len = sizeof(local.sa) };
	struct sip_line *line = mem_new(1, sizeof(*line));
	struct sip_line **bucket;

	line->hub = hub;
	line->at = *a;
	line->seats.next = line->seats.prev = &line->seats;
	if (socket_connect(&line->fd, a, SOCK_DGRAM, e) != ERR_NONE) {
		mem_free(line);
		return e->code;
	}
	line->watch =
		loop_watch(hub->loop, line->fd, POLLIN, on_datagrams, line);
	if (line->watch == NULL ||
	    getsockname(line->fd, (struct sockaddr *)&local.sa, &local.len) !=
		    0) {
		err_set(e, ERR_SYSTEM, "cannot watch a socket: %s",
			strerror(errno));
		free_line(line);
		return e->code;
	}
	address_text(&local, line->local, sizeof(line->local));
	bucket = bucket_of(hub, a);
	line->next = *bucket;
	*bucket = line;
	*out = line;
	return ERR_NONE;
}

enum err_code
sip_hub_join(struct sip_seat *s, const struct address *a, struct err *e)
{
	struct sip_hub *hub = s->hub;
	struct sip_line *line = *bucket_of(hub, a);

	while (line != NULL && !address_same(&line->at, a))
		line = line->next;
	if (line != NULL && line->users == 0)
		hub->idle--;
	if (line == NULL && open_line(&line, hub, a, e) != ERR_NONE)
		return e->code;
	line->users++;
	s->line = line;
	s->next = &line->seats;
	s->prev = line->seats.prev;
	s->prev->next = s;
	s->next->prev = s;
	s->strays_before = line->strays;
	return ERR_NONE;
}

void
sip_hub_leave(struct sip_seat *s)
{
	struct sip_line *line = s->line;
	struct sip_hub *hub = s->hub;

	if (line == NULL)
		return;
	s->strays += line->strays - s->strays_before;
	s->line = NULL;
	s->prev->next = s->next;
	s->next->prev = s->prev;
	if (--line->users > 0 || line->is_dead)
		return;
	if (hub->idle >= IDLE_MOST) {
		end_line(line);
		return;
	}
	line->idle_us = clock_real_us();
	hub->idle++;
	if (hub->sweep == NULL)
		hub->sweep = loop_at(hub->loop, line->idle_us + SWEEP_US,
				     on_sweep, hub);
}

static void
on_sweep(void *ctx)
{
	struct sip_hub *hub = ctx;
	int64_t before_us = clock_real_us() - IDLE_US;

	hub->sweep = NULL;
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct sip_line *line = hub->buckets[i], *next;
		     line != NULL; line = next) {
			next = line->next;
			if (line->users > 0 || line->idle_us > before_us)
				continue;
			hub->idle--;
			end_line(line);
		}
	if (hub->idle > 0)
		hub->sweep = loop_at(hub->loop, clock_real_us() + SWEEP_US,
				     on_sweep, hub);
}

void
sip_hub_send(struct sip_seat *s, const char *bytes, size_t len)
{
	/* A refusal (ICMP) shows when the socket is read; a full buffer is
	 * what the next retransmission is for. */
	if (s->line != NULL)
		(void)send(s->line->fd, bytes, len, MSG_NOSIGNAL);
}

const char *
sip_hub_local(const struct sip_seat *s)
{
	return s->line != NULL ? s->line->local : "";
}

int
sip_hub_strays(const struct sip_seat *s)
{
	if (s->line == NULL)
		return s->strays;
	return s->strays + s->line->strays - s->strays_before;
}
