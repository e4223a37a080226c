/* transfer - libcurl's multi handle on a loop, with a pool of easy handles. */
#include "net/transfer.h"

#include <assert.h>
#include <poll.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "net/loop_item.h"

struct transfers {
	struct loop *loop;
	CURLM *multi;
	struct loop_timer *timer;
	CURL **idle;
	size_t idle_len;
	size_t idle_size;
	struct spot **by_fd; /* watched sockets by number, or NULL */
	size_t by_fd_size;
};

/* A socket of libcurl's that the loop watches. */
struct spot {
	struct transfers *all;
	curl_socket_t fd;
	struct loop_watch *watch; /* NULL once the socket is closed */
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

/* libcurl closes a socket before it says that it is not to be watched any
 * more; by then its number may be another thread's. */
static int
on_close(void *ctx, curl_socket_t fd)
{
	struct transfers *all = ctx;

	if ((size_t)fd < all->by_fd_size && all->by_fd[fd] != NULL) {
		loop_watch_end(all->by_fd[fd]->watch);
		all->by_fd[fd]->watch = NULL;
		all->by_fd[fd] = NULL;
	}
	return close(fd);
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
		char *private = NULL;
		struct transfer *t;

		curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &private);
		t = (struct transfer *)(void *)private;
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
	const struct spot *spot = ctx;
	struct transfers *all = spot->all;
	int bits = 0;
	int running;

	if (revents & POLLIN)
		bits |= CURL_CSELECT_IN;
	if (revents & POLLOUT)
		bits |= CURL_CSELECT_OUT;
	if (revents & (POLLERR | POLLHUP))
		bits |= CURL_CSELECT_ERR;
	curl_multi_socket_action(all->multi, spot->fd, bits, &running);
	report_ended(all);
}

static void
end_spot(struct transfers *all, struct spot *spot)
{
	curl_multi_assign(all->multi, spot->fd, NULL);
	if (spot->watch != NULL)
		note_spot(all, spot->fd, NULL);
	loop_watch_end(spot->watch);
	mem_free(spot);
}

static int
on_socket(CURL *easy, curl_socket_t fd, int what, void *ctx, void *socket_ctx)
{
	struct transfers *all = ctx;
	struct spot *spot = socket_ctx;
	int events = 0;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (spot != NULL)
			end_spot(all, spot);
		return 0;
	}
	if (what == CURL_POLL_IN || what == CURL_POLL_INOUT)
		events |= POLLIN;
	if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT)
		events |= POLLOUT;
	assert(spot == NULL || spot->watch != NULL);
	if (spot != NULL) {
		loop_watch_events(spot->watch, (short)events);
		return 0;
	}
	spot = mem_new(1, sizeof(*spot));
	*spot = (struct spot){ .all = all, .fd = fd };
	spot->watch = loop_watch(all->loop, fd, (short)events, on_ready, spot);
	if (spot->watch == NULL) {
		mem_free(spot);
		return -1;
	}
	note_spot(all, fd, spot);
	curl_multi_assign(all->multi, fd, spot);
	return 0;
}

static void
drop_all(void *part)
{
	struct transfers *all = part;

	for (size_t i = 0; i < all->idle_len; i++)
		curl_easy_cleanup(all->idle[i]);
	mem_free(all->idle);
	curl_multi_cleanup(all->multi);
	loop_timer_cancel(all->timer);
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
	if (all != NULL)
		t->easy = all->idle_len > 0 ? all->idle[--all->idle_len]
					    : curl_easy_init();
	if (t->easy == NULL)
		return err_set(e, ERR_SYSTEM, "libcurl gave no handle");
	curl_easy_setopt(t->easy, CURLOPT_PRIVATE, t);
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
	curl_easy_reset(t->easy);
	if (all->idle_len == all->idle_size) {
		all->idle_size = all->idle_size == 0 ? 16 : 2 * all->idle_size;
		all->idle = mem_grow(all->idle, all->idle_size,
				     sizeof(all->idle[0]));
	}
	all->idle[all->idle_len++] = t->easy;
	t->easy = NULL;
}
