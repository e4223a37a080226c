/* watch - a room from its journal, live, without a way to touch it. */
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"
#include "cli/night.h"
#include "cli/visit.h"
#include "cli/watchers.h"
#include "journal/journal.h"

struct watch {
	const char *dir;
	struct cli_room c;
	struct journal_follow *follow;
	struct snapshot *latest;
	int news_fd;  /* epoll over the journal and ... */
	int check_fd; /* ... a look once a second at who holds the room */
	bool on_screen;
	bool is_signed; /* as last told */
	bool is_told;	/* that the room is closed */
	bool wants_picture;
	struct err failure; /* ERR_NONE: the journal can be read */
	char notice[200];
	uint64_t notice_id;
};

PRINTF_LIKE(2, 3)
static void
tell(struct watch *w, const char *fmt, ...)
{
	struct buf text;
	va_list args;

	buf_init(&text, 4096);
	va_start(args, fmt);
	buf_vprintf(&text, fmt, args);
	va_end(args);
	str_copy(w->notice, sizeof(w->notice), buf_str(&text));
	buf_clear(&text);
	w->notice_id++;
	w->wants_picture = true;
}

static void
read_news(struct watch *w)
{
	int64_t before = w->c.room->records;

	if (w->failure.code != ERR_NONE)
		return;
	if (journal_follow(w->follow, cli_room_fold, &w->c, &w->failure) !=
	    ERR_NONE)
		tell(w, "%s", w->failure.text);
	w->wants_picture |= w->c.room->records != before;
}

/* A commander that died says nothing, and neither does its journal. */
static void
check_holder(struct watch *w)
{
	const struct room *r = w->c.room;
	char holder[160];
	bool now = journal_is_signed(w->dir, holder, sizeof(holder));

	if (r->life == ROOM_CLOSED) {
		if (!w->is_told)
			tell(w, "the room is closed");
		w->is_told = true;
		return;
	}
	if (now == w->is_signed)
		return;
	w->is_signed = now;
	if (now)
		tell(w, "the room is held by %s", holder);
	else
		tell(w, "nobody holds the room: it stands still until it is "
			"resumed");
}

/* In an open room time has gone on since its last record. */
static int64_t
room_now(const struct watch *w, double pace)
{
	const struct room *r = w->c.room;
	int64_t past_ms = clock_wall_ms() - r->last_wall_ms;

	if (r->life != ROOM_OPEN || past_ms < 0)
		past_ms = 0;
	return r->last_ms + (int64_t)((double)past_ms * pace);
}

static void
take_picture(struct watch *w)
{
	struct snapshot *s = snapshot_new(room_copy(w->c.room), NULL, 0);
	double pace = cli_room_pace(&w->c);

	clock_set_speed(pace);
	s->now_ms = room_now(w, pace);
	s->made_real_us = clock_real_us();
	s->is_read_only = true;
	s->is_deserted = !w->is_signed && w->c.room->life != ROOM_CLOSED;
	str_copy(s->notice, sizeof(s->notice), w->notice);
	s->notice_id = w->notice_id;
	snapshot_drop(w->latest);
	w->latest = s;
	w->wants_picture = false;
}

static struct snapshot *
look(void *with)
{
	struct watch *w = with;
	uint64_t times;

	if (read(w->check_fd, &times, sizeof(times)) > 0)
		check_holder(w);
	read_news(w);
	if (w->wants_picture)
		take_picture(w);
	return snapshot_take(w->latest);
}

static bool
refuse(void *with, const struct command *c)
{
	tell(with, "%s was refused: this screen is read-only",
	     command_rows[c->verb].word);
	return true;
}

/* The screen stays until it has been read; lines have been printed. */
static bool
is_over(void *with)
{
	const struct watch *w = with;

	if (w->failure.code != ERR_NONE)
		return true;
	return !w->on_screen && w->c.room->life == ROOM_CLOSED;
}

static void
lost(void *with, const char *why)
{
	(void)with; /* the room does not know of us */
	(void)why;
}

static bool
add(int epoll_fd, int fd)
{
	struct epoll_event event = { .events = EPOLLIN };

	return epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0;
}

static enum err_code
begin(struct watch *w, struct err *e)
{
	const struct itimerspec second = { { 1, 0 }, { 1, 0 } };
	char holder[160];

	if (journal_follow_open(&w->follow, w->dir, e) != ERR_NONE)
		return e->code;
	w->news_fd = epoll_create1(EPOLL_CLOEXEC);
	w->check_fd =
		timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (w->news_fd < 0 || w->check_fd < 0 ||
	    timerfd_settime(w->check_fd, 0, &second, NULL) != 0 ||
	    !add(w->news_fd, w->check_fd) ||
	    !add(w->news_fd, journal_follow_fd(w->follow)))
		return err_set(e, ERR_SYSTEM, "cannot wait for news of %s",
			       w->dir);
	if (journal_follow(w->follow, cli_room_fold, &w->c, e) != ERR_NONE)
		return e->code;
	w->is_signed = !journal_is_signed(w->dir, holder, sizeof(holder));
	check_holder(w);
	take_picture(w);
	return ERR_NONE;
}

static void
end(struct watch *w)
{
	if (w->news_fd >= 0)
		close(w->news_fd);
	if (w->check_fd >= 0)
		close(w->check_fd);
	journal_follow_close(w->follow);
	snapshot_drop(w->latest);
	cli_room_clear(&w->c);
}

static int
sit(struct watch *w, const struct cli_command *self,
    const struct cli_args *args, int signal_fd)
{
	const struct console_source source = {
		.look = look,
		.send = refuse,
		.is_over = is_over,
		.lost = lost,
		.record = journal_find,
		.watchers = watchers_count,
		.room = w->dir,
		.fd = w->news_fd,
		.with = w,
	};
	enum console_end how;
	int code =
		night_show(self, args, &source, signal_fd, &w->on_screen, &how);

	if (code >= 0)
		return code;
	if (w->failure.code != ERR_NONE)
		return cli_room_fail(self, &w->failure);
	if (how == CONSOLE_LOST)
		return EXIT_INTERRUPTED;
	night_print_end("READ-ONLY", w->c.room);
	return cli_room_code(w->c.room);
}

static int
run(const struct cli_command *self, const struct cli_args *args)
{
	struct watch w = {
		.dir = args->operands[0],
		.news_fd = -1,
		.check_fd = -1,
	};
	struct err e = { .code = ERR_NONE };
	struct watcher watcher;
	int signal_fd = night_signals(true);
	int code = cli_room_open(&w.c, self, w.dir);

	if (code >= 0)
		return code;
	watchers_join(&watcher, w.dir);
	if (begin(&w, &e) != ERR_NONE)
		code = cli_room_fail(self, &e);
	else
		code = sit(&w, self, args, signal_fd);
	watchers_leave(&watcher);
	end(&w);
	return code;
}

static const struct cli_option options[] = {
	NIGHT_SCREEN_OPTIONS,
	{ NULL, NULL, NULL },
};

const struct cli_command cli_watch = {
	.name = "watch",
	.operands = "ROOM",
	.help = "a room's console, live and read-only",
	.least = 1,
	.most = 1,
	.is_offline = true,
	.options = options,
	.run = run,
};
