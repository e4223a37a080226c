/* engine - opening, resuming, looking, asking, closing. */
#include "engine/engine.h"

#include <inttypes.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fsio.h"
#include "base/mem.h"
#include "base/str.h"
#include "engine/director.h"

#define INBOX_CAP 4096
#define SETTLE_REAL_US 10000000LL /* longest wait for the first round */
#define PROGRAM "warroom 1"

struct engine {
	struct director director;
	struct thread thread;
	struct lock lock; /* guards `latest`, never held over anything else */
	struct snapshot *latest;
	struct wake news;
	atomic_bool over;
};

static void
take_snapshot(void *ctx, struct snapshot *s)
{
	struct engine *g = ctx;
	struct snapshot *old;

	lock_take(&g->lock);
	old = g->latest;
	g->latest = s;
	lock_drop(&g->lock);
	snapshot_drop(old);
	wake_raise(&g->news);
}

struct snapshot *
engine_look(struct engine *g)
{
	struct snapshot *s;

	wake_lower(&g->news);
	lock_take(&g->lock);
	s = snapshot_take(g->latest);
	lock_drop(&g->lock);
	return s;
}

int
engine_fd(const struct engine *g)
{
	return g->news.fd;
}

bool
engine_send(struct engine *g, const struct command *c)
{
	struct message *m = message_new(MESSAGE_COMMAND);

	m->command = *c;
	if (queue_put(g->director.inbox, m))
		return true;
	message_free(m);
	return false;
}

void
engine_console_lost(struct engine *g, const char *why)
{
	struct message *m = message_new(MESSAGE_LOST);

	str_copy(m->why, sizeof(m->why), why);
	if (!queue_put_wait(g->director.inbox, m))
		message_free(m);
}

bool
engine_is_over(struct engine *g)
{
	return atomic_load(&g->over);
}

/* Poller's thread: measurements go to the director, the newest wins. */
static void
sink(void *ctx, struct probe_report *report)
{
	struct director *d = ctx;
	struct message *m = message_new(MESSAGE_REPORT);

	m->report = report;
	queue_put_latest(d->inbox, m, message_same_probe);
}

static void
room_name(char *to, size_t size, const char *dir)
{
	const char *slash = strrchr(dir, '/');

	str_copy(to, size, slash != NULL && slash[1] ? slash + 1 : dir);
}

static void
emit_open(struct director *d)
{
	char host[128] = "?", name[64], digest[DIGEST_HEX];
	struct record r;

	gethostname(host, sizeof(host) - 1);
	room_name(name, sizeof(name), d->options.dir);
	str_copy(digest, sizeof(digest), d->book->digest);
	record_init(&r, RECORD_OPEN, d->options.commander);
	record_text(&r, "room", name);
	record_text(&r, "runbook", d->book->id);
	record_text(&r, "digest", digest);
	record_text(&r, "mode", d->book->is_drill ? "DRILL" : "LIVE");
	record_text(&r, "commander", d->options.commander);
	record_int(&r, "seed", (int64_t)d->options.seed);
	record_text(&r, "program", PROGRAM);
	record_int(&r, "pid", getpid());
	record_text(&r, "host", host);
	director_emit(d, &r);
}

static void
emit_resume(struct director *d)
{
	char host[128] = "?";
	struct record r;

	gethostname(host, sizeof(host) - 1);
	record_init(&r, RECORD_RESUME, d->options.commander);
	record_text(&r, "commander", d->options.commander);
	record_int(&r, "pid", getpid());
	record_text(&r, "host", host);
	record_int(&r, "epoch", d->room->epoch + 1);
	director_emit(d, &r);
}

static void
emit_torn(struct director *d, int64_t bytes)
{
	struct record r;

	record_init(&r, RECORD_TORN, "director");
	record_int(&r, "bytes", bytes);
	director_emit(d, &r);
}

struct reading {
	const struct director *d;
	struct room *room;
};

/* The room must have been walked by this very runbook, in this mode. */
static enum err_code
check_same_night(const struct director *d, const struct record *open,
		 struct err *e)
{
	const char *mode = d->book->is_drill ? "DRILL" : "LIVE";
	const char *digest = record_get(open, "digest");

	if (strcmp(record_get(open, "mode"), mode) != 0)
		return err_set(e, ERR_INPUT,
			       "room %s was opened as %s, not %s: choose "
			       "another --room",
			       d->options.dir, record_get(open, "mode"), mode);
	if (strcmp(digest, d->book->digest) != 0)
		return err_set(e, ERR_INPUT,
			       "room %s was opened with another version of "
			       "this runbook (digest %.12s, now %.12s): put "
			       "the old files back or choose another --room",
			       d->options.dir, digest, d->book->digest);
	return ERR_NONE;
}

static enum err_code
visit(void *ctx, const struct record *r, struct err *e)
{
	struct reading *reading = ctx;

	if (r->kind == RECORD_OPEN &&
	    check_same_night(reading->d, r, e) != ERR_NONE)
		return e->code;
	return room_apply(reading->room, r, e);
}

static void
set_clock(struct director *d)
{
	int64_t passed = 0;

	d->start_ms = clock_ms();
	d->wall_offset_ms = clock_wall_ms() - clock_real_us() / 1000;
	if (d->room->life != ROOM_NEW)
		passed = clock_wall_ms() - d->room->last_wall_ms;
	d->base_ms = d->room->last_ms + (passed > 0 ? passed : 0);
}

/* Mutes are the room's; a gate's memory of breaches begins anew: it is blind
 * until measured again. */
static void
restore_watches(struct director *d)
{
	for (size_t i = 0; i < d->book->gates.gate_count; i++) {
		gate_watch_init(&d->watches[i]);
		d->watches[i].muted = d->room->gates[i].muted;
		d->watches[i].muted_until_ms = d->room->gates[i].muted_until_ms;
		str_copy(d->watches[i].mute_reason,
			 sizeof(d->watches[i].mute_reason),
			 d->room->gates[i].why);
	}
}

static void
make_tables(struct director *d)
{
	const struct book *b = d->book;

	d->watches = mem_new(b->gates.gate_count, sizeof(*d->watches));
	d->fresh = mem_new(d->room->signal_count, sizeof(*d->fresh));
	d->probe_seen = mem_new(b->probe_count, sizeof(*d->probe_seen));
	d->probes = mem_new(b->probe_count, sizeof(*d->probes));
	for (size_t i = 0; i < b->probe_count; i++)
		str_copy(d->probes[i].id, sizeof(d->probes[i].id),
			 b->probes[i].id);
	d->waiting_step = -1;
	d->rollback.current = -1;
	restore_watches(d);
}

static enum err_code
open_room(struct director *d, struct err *e)
{
	struct journal_report report;
	struct reading reading = { d, room_new(d->book) };

	d->room = reading.room;
	if (journal_open(&d->journal, d->options.dir, &journal_io_system, visit,
			 &reading, &report, e) != ERR_NONE)
		return e->code;
	if (d->room->life == ROOM_CLOSED)
		return err_set(e, ERR_INPUT,
			       "room %s is closed: look at it with status, "
			       "or choose another --room",
			       d->options.dir);
	if (d->options.die_after > 0)
		journal_die_after(d->journal, d->options.die_after);
	set_clock(d);
	make_tables(d);
	if (report.records == 0)
		emit_open(d);
	else
		emit_resume(d);
	if (report.torn)
		emit_torn(d, report.torn_bytes);
	if (report.records > 0) {
		rollback_resume(d);
		runner_resume(d);
	}
	if (d->dead)
		return err_set(e, ERR_SYSTEM, "%s", d->notice);
	return ERR_NONE;
}

static void
director_thread(void *arg)
{
	struct engine *g = arg;

	director_run(&g->director);
	atomic_store(&g->over, true);
	wake_raise(&g->news);
}

static void
stop_everything(struct engine *g)
{
	struct director *d = &g->director;

	poller_stop(d->poller);
	queue_close(d->inbox);
	errand_join_all(d);
	journal_close(d->journal);
	queue_free(d->inbox);
	room_free(d->room);
	auth_store_free(d->auth);
	mem_free(d->watches);
	mem_free(d->fresh);
	mem_free(d->probe_seen);
	mem_free(d->probes);
	book_drop(d->book);
	snapshot_drop(g->latest);
	wake_close(&g->news);
	lock_clear(&g->lock);
	mem_free(g);
}

static void
set_up(struct engine *g, const struct engine_options *o)
{
	struct director *d = &g->director;

	lock_init(&g->lock);
	d->options = *o;
	d->book = book_take(o->book);
	d->inbox = queue_new(INBOX_CAP, message_free);
	d->auth = auth_store_new();
	d->env = (struct action_env){ d->book, o->fence, d->auth };
	d->probe_env = (struct probe_env){ d->book, o->fence, d->auth };
	d->settle_until_real_us = clock_real_us() + SETTLE_REAL_US;
	d->publish = take_snapshot;
	d->publish_ctx = g;
}

static enum err_code
start_everything(struct engine *g, struct err *e)
{
	struct director *d = &g->director;

	if (wake_open(&g->news, e) != ERR_NONE || open_room(d, e) != ERR_NONE)
		return e->code;
	director_publish(d);
	if (poller_start(&d->poller, &d->probe_env, NULL, d->options.seed, sink,
			 d, e) != ERR_NONE)
		return e->code;
	return thread_start(&g->thread, "director", director_thread, g, e);
}

enum err_code
engine_open(struct engine **out, const struct engine_options *o, struct err *e)
{
	struct engine *g = mem_new(1, sizeof(*g));

	*out = NULL;
	g->news.fd = -1;
	set_up(g, o);
	if (start_everything(g, e) != ERR_NONE) {
		stop_everything(g);
		return e->code;
	}
	*out = g;
	return ERR_NONE;
}

void
engine_close(struct engine *g)
{
	struct command park = { .verb = COMMAND_PARK };

	if (g == NULL)
		return;
	if (!engine_is_over(g)) {
		struct message *m = message_new(MESSAGE_COMMAND);

		m->command = park;
		if (!queue_put_wait(g->director.inbox, m))
			message_free(m);
	}
	thread_join(&g->thread);
	stop_everything(g);
}
