/*
 * opening - a room opened anew or resumed, and shut again.
 *
 * Resuming is reading: the records say what was under way, and the director's
 * parts carry it on.  Measurements are not among what is carried on, so gates
 * are BLIND until measured again; a breach stays one.
 */
#include "engine/director.h"

#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "engine/engine.h"

#define INBOX_CAP 4096
#define SETTLE_REAL_US 10000000LL /* longest wait for the first round */
#define PROGRAM "warroom 1"

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
	const struct book *book;
	const char *dir;
	struct room *room;
	bool is_other; /* opened with another version of the book */
};

/* The room must have been walked by this very runbook, in this mode. */
static enum err_code
check_same_night(struct reading *reading, const struct record *open,
		 struct err *e)
{
	const char *mode = reading->book->is_drill ? "DRILL" : "LIVE";
	const char *digest = record_get(open, "digest");

	if (strcmp(record_get(open, "mode"), mode) != 0)
		return err_set(e, ERR_INPUT,
			       "room %s was opened as %s, not %s: choose "
			       "another --room",
			       reading->dir, record_get(open, "mode"), mode);
	reading->is_other = strcmp(digest, reading->book->digest) != 0;
	if (reading->is_other)
		return err_set(e, ERR_INPUT,
			       "room %s was opened with another version of "
			       "this runbook or a file it names (digest %.12s, "
			       "now %.12s): put the old files back or choose "
			       "another --room",
			       reading->dir, digest, reading->book->digest);
	return ERR_NONE;
}

static enum err_code
visit(void *ctx, const struct record *r, struct err *e)
{
	struct reading *reading = ctx;

	if (r->kind == RECORD_OPEN &&
	    check_same_night(reading, r, e) != ERR_NONE)
		return e->code;
	return room_apply(reading->room, r, e);
}

static enum err_code
refuse_closed(const struct reading *reading, struct err *e)
{
	if (reading->room->life != ROOM_CLOSED)
		return ERR_NONE;
	return err_set(e, ERR_INPUT,
		       "room %s is closed: look at it with status, or choose "
		       "another --room",
		       reading->dir);
}

enum err_code
engine_judge(struct book *book, const char *dir, bool *is_other, struct err *e)
{
	struct reading reading = { .book = book,
				   .dir = dir,
				   .room = room_new(book) };
	struct journal_report report;
	char holder[160];

	if (journal_is_held(dir, holder, sizeof(holder)))
		err_set(e, ERR_HELD,
			"room %s is held by %s; watch the room, or wait until "
			"it is left",
			dir, holder);
	else if (journal_may_write(dir, e) == ERR_NONE &&
		 journal_read(dir, visit, &reading, &report, e) == ERR_NONE)
		(void)refuse_closed(&reading, e);
	if (e->code == ERR_ABSENT) /* no journal yet */
		*e = (struct err){ .code = ERR_NONE };
	*is_other = reading.is_other;
	room_free(reading.room);
	return e->code;
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

/* Mutes and breaches are the room's: no restart ends them, nor a breach beneath
 * a mute.  For the rest a gate is blind until measured again. */
static void
restore_watches(struct director *d)
{
	for (size_t i = 0; i < d->book->gates.gate_count; i++) {
		const struct room_gate *g = &d->room->gates[i];

		if (g->breached_ms >= 0)
			gate_watch_breached(&d->watches[i], g->breached_ms,
					    d->room->last_ms);
		else
			gate_watch_init(&d->watches[i]);
		d->watches[i].hold = g->hold;
		if (g->muted)
			gate_mute(&d->watches[i], g->why, g->muted_until_ms);
	}
}

static void
make_tables(struct director *d)
{
	const struct book *b = d->book;

	d->watches = mem_new(b->gates.gate_count, sizeof(*d->watches));
	d->rollback.watches = mem_new(b->rollback.validation_count,
				      sizeof(*d->rollback.watches));
	d->rollback.compare.rows = mem_new(b->baseline_count, sizeof(int));
	d->baseline.taking = mem_new(b->baseline_count, sizeof(int));
	d->baseline.kept = mem_new(b->baseline_count, sizeof(int));
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
	struct reading reading = { .book = d->book,
				   .dir = d->options.dir,
				   .room = room_new(d->book) };

	d->room = reading.room;
	if (journal_open(&d->journal, d->options.dir, &journal_io_system, visit,
			 &reading, &report, e) != ERR_NONE)
		return e->code;
	if (refuse_closed(&reading, e) != ERR_NONE)
		return e->code;
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

enum err_code
director_open(struct director *d, const struct engine_options *o,
	      void (*publish)(void *ctx, struct snapshot *s), void *ctx,
	      struct err *e)
{
	d->options = *o;
	d->book = book_take(o->book);
	d->inbox = queue_new(INBOX_CAP, message_free);
	d->auth = auth_store_new();
	d->budget = budget_new(d->book);
	d->env = (struct action_env){ .book = d->book,
				      .fence = o->fence,
				      .auth = d->auth,
				      .budget = d->budget };
	d->probe_env =
		(struct probe_env){ d->book, o->fence, d->auth, d->budget };
	d->settle_until_real_us = clock_real_us() + SETTLE_REAL_US;
	d->publish = publish;
	d->publish_ctx = ctx;
	if (open_room(d, e) != ERR_NONE)
		return e->code;
	director_publish(d);
	return ERR_NONE;
}

void
director_shut(struct director *d)
{
	poller_stop(d->poller);
	if (d->inbox != NULL)
		queue_close(d->inbox);
	errand_join_all(d);
	journal_close(d->journal);
	queue_free(d->inbox);
	room_free(d->room);
	auth_store_free(d->auth);
	budget_free(d->budget);
	mem_free(d->watches);
	mem_free(d->rollback.watches);
	mem_free(d->rollback.compare.rows);
	mem_free(d->rollback.shown);
	mem_free(d->baseline.taking);
	mem_free(d->baseline.kept);
	mem_free(d->fresh);
	mem_free(d->probe_seen);
	mem_free(d->probes);
	book_drop(d->book);
}
