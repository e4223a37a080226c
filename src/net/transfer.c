/* transfer - libcurl's multi handle on a loop, with a pool of easy handles. */
#include "net/transfer.h"

#include <assert.h>
#include <poll.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "net/loop_item.h"

/* A handle in the pool. */
struct idle {
	CURL *easy;
	bool has_policy;
};

#define AGAIN_US 20000
#define IDLE_MOST 256 /* a storm must not be paid for all night */

struct transfers {
	struct loop *loop;
	CURLM *multi;
	struct loop_timer *timer;
	struct loop_timer *again; /* to watch what could not be watched */
	struct idle *idle;
	size_t idle_len;
	size_t idle_size;
	uintptr_t spots_made;
	struct spot **by_fd; /* sockets by number, or NULL */
	size_t by_fd_size;
};

/*
 * A socket of libcurl's.  One of an established connection stays in the loop
 * between two requests, since libcurl will mostly ask for it again; we close
 * it, so its end is known.  One that is still connecting or shaking hands is
 * closed by libcurl itself, and said to be unwanted only afterwards (7.88), as
 * are those of its resolver: they leave at once, and without a system call, as
 * their numbers may have new owners.
 */
struct spot {
	struct transfers *all;
	curl_socket_t fd;
	struct loop_watch *watch; /* NULL: not watched */
	short events;
	uintptr_t id;  /* what libcurl keeps beside the socket */
	bool was_read; /* libcurl waited for something to read */
	bool is_established;
	bool is_wanted; /* libcurl waits for it */
};

static void
note_spot(struct transfers *all, curl_socket_t fd, struct spot *spot)
{
	size_t at = (size_t)fd;
	size_t old = all->by_fd_size;

	if (at >= old) {
		all->by_fd_size = at + 64;
		all->by_fd = mem_grow(all->by_fd, all->by_fd_size,
				      sizeof(struct spot *));
		for (size_t i = old; i < all->by_fd_size; i++)
			all->by_fd[i] = NULL;
	}
	all->by_fd[at] = spot;
}

static struct spot *
find_spot(const struct transfers *all, curl_socket_t fd)
{
	return (size_t)fd < all->by_fd_size ? all->by_fd[fd] : NULL;
}

static struct spot *
make_spot(struct transfers *all, curl_socket_t fd)
{
	struct spot *spot = mem_new(1, sizeof(*spot));

	*spot = (struct spot){ .all = all, .fd = fd, .id = ++all->spots_made };
	note_spot(all, fd, spot);
	return spot;
}

/* Its descriptor is closed, or may be. */
static void
forget_spot(struct spot *spot)
{
	loop_watch_forget(spot->watch);
	note_spot(spot->all, spot->fd, NULL);
	mem_free(spot);
}

static curl_socket_t
on_open(void *ctx, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct transfer *t = ctx;
	struct transfers *all = loop_part(t->loop, LOOP_TRANSFERS);
	int fd = socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
	struct spot *before;

	(void)purpose;
	if (fd < 0)
		return CURL_SOCKET_BAD;
	t->is_through = false;
	before = find_spot(all, fd);
	if (before != NULL) /* closed in this very call */
		forget_spot(before);
	make_spot(all, fd);
	return fd;
}

/* The connection stands, with TLS where it has any; a request follows. */
static int
on_through(void *ctx, char *to_ip, char *from_ip, int to_port, int from_port)
{
	struct transfer *t = ctx;

	(void)to_ip;
	(void)from_ip;
	(void)to_port;
	(void)from_port;
	t->is_through = true;
	return CURL_PREREQFUNC_OK;
}

/* Its number may be another thread's right afterwards. */
static int
on_close(void *ctx, curl_socket_t fd)
{
	struct spot *spot = find_spot(ctx, fd);

	if (spot != NULL) {
		loop_watch_end(spot->watch);
		spot->watch = NULL;
		forget_spot(spot);
	}
	return close(fd);
}

static struct transfer *
transfer_of(CURL *easy)
{
	char *private = NULL;

	curl_easy_getinfo(easy, CURLINFO_PRIVATE, &private);
	return (struct transfer *)(void *)private;
}

/* Tells the owners of what has ended.  Each of them may start and close any
 * transfer, so the message is not looked at again afterwards. */
static void
report_ended(struct transfers *all)
{
	CURLMsg *msg;
	int left;

	while ((msg = curl_multi_info_read(all->multi, &left)) != NULL) {
		CURLcode code = msg->data.result;
		struct transfer *t = transfer_of(msg->easy_handle);

		curl_multi_remove_handle(all->multi, t->easy);
		t->is_added = false;
		t->done(t, code);
	}
}

static void
on_due(void *ctx)
{
	struct transfers *all = ctx;
	int running;

	all->timer = NULL;
	curl_multi_socket_action(all->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	report_ended(all);
}

static int
on_timer(CURLM *multi, long wait_ms, void *ctx)
{
	struct transfers *all = ctx;

	(void)multi;
	loop_timer_cancel(all->timer);
	all->timer = NULL;
	if (wait_ms >= 0)
		all->timer =
			loop_at(all->loop, clock_real_us() + wait_ms * 1000LL,
				on_due, all);
	return 0;
}

/* libcurl may give the socket up inside the call, and the spot with it. */
static void
on_ready(void *ctx, short revents)
{
	struct spot *spot = ctx;
	struct transfers *all = spot->all;
	int bits = 0;
	int running;

	if (!spot->is_wanted) {
		/* closed by the peer between two requests, or it talks unasked:
		 * libcurl sees that when it looks for a connection */
		loop_watch_end(spot->watch);
		spot->watch = NULL;
		return;
	}
	if (revents & POLLIN)
		bits |= CURL_CSELECT_IN;
	if (revents & POLLOUT)
		bits |= CURL_CSELECT_OUT;
	if (revents & (POLLERR | POLLHUP))
		bits |= CURL_CSELECT_ERR;
	curl_multi_socket_action(all->multi, spot->fd, bits, &running);
	report_ended(all);
}

/* `known` is the id of the spot that libcurl means: the number of a socket may
 * have a new owner by now. */
static int
leave_spot(struct transfers *all, CURL *easy, curl_socket_t fd,
	   const void *known)
{
	struct spot *spot = find_spot(all, fd);
	const struct transfer *t = transfer_of(easy);

	if (spot == NULL || (uintptr_t)known != spot->id)
		return 0;
	spot->is_wanted = false;
	/* Of several that try to connect at once only the one that got through
	 * is ever read from. */
	if (spot->was_read && t != NULL && t->is_through)
		spot->is_established = true;
	if (!spot->is_established)
		forget_spot(spot);
	return 0;
}

/* libcurl keeps a pointer and never looks behind it. */
static void *
id_pointer(const struct spot *spot)
{
	return (void *)spot->id;
}

static void on_again(void *ctx);

/* The kernel may have no room for another watch.  libcurl (7.88) crashes when
 * it is told, so it waits for the socket until there is room or its time is
 * over. */
static void
watch_spot(struct spot *spot)
{
	struct transfers *all = spot->all;

	if (spot->watch == NULL)
		spot->watch = loop_watch(all->loop, spot->fd, spot->events,
					 on_ready, spot);
	else
		loop_watch_events(spot->watch, spot->events);
	if (spot->watch == NULL && all->again == NULL)
		all->again = loop_at(all->loop, clock_real_us() + AGAIN_US,
				     on_again, all);
}

static void
on_again(void *ctx)
{
	struct transfers *all = ctx;

	all->again = NULL;
	for (size_t i = 0; i < all->by_fd_size; i++) {
		struct spot *spot = all->by_fd[i];

		if (spot != NULL && spot->is_wanted && spot->watch == NULL)
			watch_spot(spot);
	}
}

static int
on_socket(CURL *easy, curl_socket_t fd, int what, void *ctx, void *known)
{
	struct transfers *all = ctx;
	struct spot *spot;
	int events = 0;

	if (what == CURL_POLL_REMOVE)
		return leave_spot(all, easy, fd, known);
	if (what == CURL_POLL_IN || what == CURL_POLL_INOUT)
		events |= POLLIN;
	if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT)
		events |= POLLOUT;
	spot = find_spot(all, fd);
	if (spot == NULL)
		spot = make_spot(all, fd);
	if (spot->watch == NULL || spot->events != events) {
		spot->events = (short)events;
		watch_spot(spot);
	}
	spot->was_read = spot->was_read || (events & POLLIN) != 0;
	spot->is_wanted = true;
	if ((uintptr_t)known != spot->id)
		curl_multi_assign(all->multi, fd, id_pointer(spot));
	return 0;
}

static void
drop_all(void *part)
{
	struct transfers *all = part;

	for (size_t i = 0; i < all->idle_len; i++)
		curl_easy_cleanup(all->idle[i].easy);
	mem_free(all->idle);
	curl_multi_cleanup(all->multi);
	loop_timer_cancel(all->timer);
	loop_timer_cancel(all->again);
	for (size_t i = 0; i < all->by_fd_size; i++)
		if (all->by_fd[i] != NULL)
			forget_spot(all->by_fd[i]);
	mem_free(all->by_fd);
	mem_free(all);
}

static struct transfers *
get_all(struct loop *l)
{
	struct transfers *all = loop_part(l, LOOP_TRANSFERS);

	if (all != NULL)
		return all;
	all = mem_new(1, sizeof(*all));
	all->loop = l;
	all->multi = curl_multi_init();
	if (all->multi == NULL) {
		mem_free(all);
		return NULL;
	}
	curl_multi_setopt(all->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(all->multi, CURLMOPT_SOCKETDATA, all);
	curl_multi_setopt(all->multi, CURLMOPT_TIMERFUNCTION, on_timer);
	curl_multi_setopt(all->multi, CURLMOPT_TIMERDATA, all);
	loop_part_set(l, LOOP_TRANSFERS, all, drop_all);
	return all;
}

enum err_code
transfer_open(struct transfer *t, struct loop *l,
	      void (*done)(struct transfer *t, CURLcode code), struct err *e)
{
	struct transfers *all = get_all(l);

	*t = (struct transfer){ .loop = l, .done = done };
	if (all != NULL && all->idle_len > 0) {
		t->easy = all->idle[--all->idle_len].easy;
		t->has_policy = all->idle[all->idle_len].has_policy;
	} else if (all != NULL) {
		t->easy = curl_easy_init();
	}
	if (t->easy == NULL)
		return err_set(e, ERR_SYSTEM, "libcurl gave no handle");
	curl_easy_setopt(t->easy, CURLOPT_PRIVATE, t);
	curl_easy_setopt(t->easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
	curl_easy_setopt(t->easy, CURLOPT_OPENSOCKETDATA, t);
	curl_easy_setopt(t->easy, CURLOPT_PREREQFUNCTION, on_through);
	curl_easy_setopt(t->easy, CURLOPT_PREREQDATA, t);
	curl_easy_setopt(t->easy, CURLOPT_CLOSESOCKETFUNCTION, on_close);
	curl_easy_setopt(t->easy, CURLOPT_CLOSESOCKETDATA, all);
	return ERR_NONE;
}

enum err_code
transfer_start(struct transfer *t, struct err *e)
{
	struct transfers *all = loop_part(t->loop, LOOP_TRANSFERS);
	CURLMcode code = curl_multi_add_handle(all->multi, t->easy);

	if (code != CURLM_OK)
		return err_set(e, ERR_SYSTEM, "libcurl did not start: %s",
			       curl_multi_strerror(code));
	t->is_added = true;
	return ERR_NONE;
}

void
transfer_close(struct transfer *t)
{
	struct transfers *all;

	if (t->easy == NULL)
		return;
	all = loop_part(t->loop, LOOP_TRANSFERS);
	if (t->is_added)
		curl_multi_remove_handle(all->multi, t->easy);
	t->is_added = false;
	if (t->has_policy) {
		/* what the request lent it goes away */
		curl_easy_setopt(t->easy, CURLOPT_CURLU, NULL);
		curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, NULL);
		curl_easy_setopt(t->easy, CURLOPT_RESOLVE, NULL);
		curl_easy_setopt(t->easy, CURLOPT_ERRORBUFFER, NULL);
	} else {
		curl_easy_reset(t->easy);
	}
	if (all->idle_len >= IDLE_MOST) {
		curl_easy_cleanup(t->easy);
		t->easy = NULL;
		return;
	}
	if (all->idle_len == all->idle_size) {
		all->idle_size = all->idle_size == 0 ? 16 : 2 * all->idle_size;
		all->idle = mem_grow(all->idle, all->idle_size,
				     sizeof(all->idle[0]));
	}
	all->idle[all->idle_len++] =
		(struct idle){ .easy = t->easy, .has_policy = t->has_policy };
	t->easy = NULL;
}
