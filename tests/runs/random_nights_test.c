/*
 * Random nights: a random runbook, a platform that remembers what it was told
 * and loses answers, a commander who does what comes to mind, and crashes.
 *
 * - a fold of the first n records is the live room as it was after record n,
 *   for every n, also when the room is taken up again after any of them;
 * - the rollback's order respects every layer, and within one every need;
 * - whatever was done, in whatever order, the rollback leaves the platform as
 *   it was before; nothing that may not be repeated is, without a look.
 *
 * NIGHTS nights (20), from SEED (1); FULL=1 resumes at every record.
 */
#include "tests/unit/engine_night.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/rng.h"
#include "base/thread.h"
#include "journal/journal.h"
#include "net/loop.h"

#define STEPS 6
#define ACTS 14
#define RECORDS 4096
#define PREFIXES 5 /* resumed at, in each night */

/* ---- the platform ---- */

/* Of the peer's thread while it runs; `calm` is set from outside. */
static struct world {
	struct rng rng;
	atomic_bool calm;
	atomic_bool is_new[STEPS];
	bool unsure[STEPS]; /* told, and nobody knows whether it landed */
	atomic_bool repeats[STEPS]; /* may be told again without a look */
	atomic_int blind;	    /* tellings again without a look */
	char body[40];
} world;

static void
tell(struct world *w, int i, bool to_new, struct peer_row *row)
{
	uint64_t dice = atomic_load(&w->calm) ? 0 : rng_below(&w->rng, 100);

	if (to_new && w->unsure[i] && !w->repeats[i])
		atomic_fetch_add(&w->blind, 1);
	row->body = "{}";
	if (dice >= 95) { /* lost on the way */
		row->end = PEER_CLOSE;
	} else if (dice >= 85) {
		row->status = dice >= 90 ? 503 : 429;
		return;
	} else if (dice >= 80) {
		row->status = 400;
		return;
	} else {
		w->is_new[i] = to_new;
		if (dice >= 65)
			row->end = PEER_CLOSE; /* landed, the answer lost */
		else if (dice >= 60)
			row->status = 500;
	}
	w->unsure[i] = row->end == PEER_CLOSE || row->status == 500;
}

static void
decide(void *ctx, const char *request, struct peer_row *row)
{
	struct world *w = ctx;
	const char *path = strstr(request, "/s");
	int i = path == NULL ? STEPS : path[2] - '0';

	assert_in_range(i, 0, STEPS - 1);
	if (strncmp(request, "PATCH ", 6) == 0) {
		tell(w, i, strstr(request, "\"new\"") != NULL, row);
		return;
	}
	if (!atomic_load(&w->calm) && rng_below(&w->rng, 10) == 0) {
		row->status = 503;
		return;
	}
	w->unsure[i] = false;
	str_printf(w->body, sizeof(w->body), "{\"is\":\"%s\"}",
		   w->is_new[i] ? "new" : "old");
	row->body = w->body;
}

static const struct peer_row rows[] = {
	{ .expect = "", .always = true, .decide = decide, .ctx = &world },
};

/* ---- the runbook ---- */

static void
write_act(struct buf *out, int i, const char *value)
{
	buf_printf(out,
		   "      http:\n"
		   "        endpoint: platform\n"
		   "        method: PATCH\n"
		   "        path: /s%d\n"
		   "        body: {is: %s}\n"
		   "        verify: {path: /s%d, pointer: /is, equals: %s}\n",
		   i, value, i, value);
}

static struct book *
random_book(struct rng *r, const char *url)
{
	static const char *const layers[] = { "transport", "routing", "flow",
					      "user_state" };
	struct book *b;
	struct buf out;

	buf_init(&out, 65536);
	buf_printf(&out,
		   "runbook: random\nenvironment: STAGING\n"
		   "region: us-east-1\nrto: 30m\n"
		   "thresholds:\n  telephony:\n"
		   "    max_loss_percent: {limit: 2.5, max_age: 20h}\n"
		   "endpoints:\n  platform: {adapter: plain, url: \"%s\"}\n"
		   "probes:\n  loss:\n"
		   "    http: {endpoint: platform, path: /loss}\n"
		   "    signals: {telephony.loss_percent: /lost}\n"
		   "steps:\n",
		   url);
	for (int i = 0; i < STEPS; i++) {
		world.repeats[i] = rng_below(r, 2) == 0;
		buf_printf(&out,
			   "  - id: s%d\n    takes: 1s\n    timeout: 20s\n"
			   "    layer: %s\n    object: thing:%d\n"
			   "    idempotent: %s\n",
			   i, layers[rng_below(r, ARRAY_LEN(layers))], i,
			   world.repeats[i] ? "true" : "false");
		if (i > 0 && rng_below(r, 2) == 0)
			buf_printf(&out, "    needs: [s%d]\n",
				   (int)rng_below(r, (uint64_t)i));
		buf_text(&out, "    do:\n");
		write_act(&out, i, "new");
		buf_text(&out, "    undo:\n");
		write_act(&out, i, "old");
	}
	buf_text(&out, "rollback: {policy: propose, stagger: 1s}\n");
	b = desk_load(buf_str(&out));
	buf_clear(&out);
	return b;
}

/* ---- what the live room is after each record ---- */

static struct desk desk;
static bool is_watched;
static char *live[RECORDS]; /* its dump, by the number of the record */

/* mem_free() it. */
static char *
dump(const struct room *r)
{
	struct buf text;
	char *copy;

	buf_init(&text, 1 << 20);
	room_write(&text, r, r->last_ms);
	copy = mem_text(buf_str(&text));
	buf_clear(&text);
	return copy;
}

/* In place of base/log: the director says each record it has folded. */
void
log_line(const char *component, const char *fmt, ...)
{
	const struct room *r = desk.director.room;

	if (!is_watched || strcmp(component, "engine") != 0 ||
	    strncmp(fmt, "record ", 7) != 0)
		return;
	assert_in_range(r->records, 1, RECORDS - 1);
	mem_free(live[r->records]);
	live[r->records] = dump(r);
}

bool
log_wants(const char *component)
{
	(void)component;
	return false;
}

void
log_open(const char *words, int fd)
{
	(void)words;
	(void)fd;
}

static enum err_code
compare(void *ctx, const struct record *rec, struct err *e)
{
	struct room *r = ctx;
	char *folded;
	size_t same = 0;

	if (room_apply(r, rec, e) != ERR_NONE)
		return e->code;
	folded = dump(r);
	while (folded[same] != '\0' && folded[same] == live[r->records][same])
		same++;
	if (strcmp(folded, live[r->records]) != 0)
		fail_msg("after record %lld (%s) the fold is not the room: "
			 "%.80s, not %.80s",
			 (long long)r->records, record_rows[rec->kind].word,
			 folded + (same < 40 ? 0 : same - 40),
			 live[r->records] + (same < 40 ? 0 : same - 40));
	mem_free(folded);
	return ERR_NONE;
}

static int64_t
compare_all(void)
{
	struct room *r = room_new(desk.book);
	struct journal_report report;
	struct err e = { .code = ERR_NONE };

	CHECK_OK(journal_read(desk.dir, compare, r, &report, &e), &e);
	assert_false(report.torn);
	room_free(r);
	return report.records;
}

/* ---- the commander ---- */

static bool
is_over(const struct desk *k)
{
	enum rollback_state s = k->director.room->rollback;

	return s == ROLLBACK_VALIDATED || s == ROLLBACK_HALTED;
}

static void
agree(void)
{
	char typed[120];

	if (!desk.director.room->prompt.open)
		return;
	str_copy(typed, sizeof(typed), desk.director.room->prompt.phrase);
	desk_confirm(&desk, typed[0] != '\0' ? typed : "yes");
}

static void
crash(void)
{
	desk_leave(&desk);
	desk_open(&desk);
}

static void
do_something(struct rng *r)
{
	static const enum command_verb verbs[] = {
		COMMAND_RECHECK, COMMAND_DONE,	COMMAND_FAIL,
		COMMAND_SKIP,	 COMMAND_RETRY, COMMAND_DECLINE,
	};
	static const enum command_verb under_way[] = {
		COMMAND_PAUSE, COMMAND_PAUSE, COMMAND_RESUME,
		COMMAND_RETRY, COMMAND_ABORT, COMMAND_FAIL,
	};
	uint64_t dice = rng_below(r, 20);
	char step[8];

	str_printf(step, sizeof(step), "s%d", (int)rng_below(r, STEPS));
	if (dice < 2) {
		crash();
	} else if (dice < 6) {
		desk_say(&desk, verbs[rng_below(r, ARRAY_LEN(verbs))], step,
			 "as it came to mind");
	} else if (dice < 7) {
		desk_say(&desk, COMMAND_ROLLBACK, "", "");
		desk_rest(&desk);
		desk_say(&desk, COMMAND_DECLINE, "", "");
	} else {
		desk_say(&desk, COMMAND_ARM, step, "");
		desk_rest(&desk);
		agree();
		desk_pass(&desk, 0, 3);
		for (uint64_t n = rng_below(r, 4); n > 0; n--) {
			desk_say(&desk,
				 under_way[rng_below(r, ARRAY_LEN(under_way))],
				 step, "as it came to mind");
			desk_pass(&desk, 0, 1);
		}
		/* No night waits for who has forgotten it. */
		desk_say(&desk, COMMAND_RESUME, step, "");
		if (rng_below(r, 4) != 0)
			desk_rest(&desk);
	}
}

/* ---- the rollback ---- */

static bool
needs(const struct book *b, int step, int other)
{
	const struct book_step *s = &b->steps[step];

	for (size_t i = 0; i < s->need_count; i++)
		if (s->needs[i] == other || needs(b, s->needs[i], other))
			return true;
	return false;
}

static void
check_order(void)
{
	const struct room *r = desk.director.room;

	for (size_t i = 0; i < r->undo_count; i++)
		for (size_t j = i + 1; j < r->undo_count; j++) {
			const struct room_undo *a = &r->undos[i];
			const struct room_undo *b = &r->undos[j];

			assert_true(a->item.layer <= b->item.layer);
			assert_true(
				a->item.layer < b->item.layer ||
				!needs(r->book, b->item.step, a->item.step));
			assert_true(a->act.ended_ms <= b->act.began_ms);
		}
}

/* Until it is validated; what halts it is tried again. */
static void
take_all_back(void)
{
	const struct room *r = desk.director.room;

	atomic_store(&world.calm, true);
	desk_rest(&desk);
	desk_say(&desk, COMMAND_DECLINE, "", "");
	desk_say(&desk, COMMAND_ROLLBACK, "", "");
	desk_rest(&desk);
	if (!r->prompt.open)
		return; /* nothing ran */
	agree();
	for (int i = 0; i < 3; i++) {
		assert_true(desk_until(&desk, is_over));
		if (r->rollback == ROLLBACK_VALIDATED)
			break;
		desk_say(&desk, COMMAND_RETRY, "rollback", "");
	}
	if (r->rollback != ROLLBACK_VALIDATED)
		fail_msg("the rollback %s: %s", rollback_word(r->rollback),
			 r->rollback_detail);
	check_order();
}

/* ---- a night ---- */

/* Takes the room up as it was after record `n`, in a folder of its own. */
static void
resume_after(const char *journal, int64_t n)
{
	const char *end = journal;
	char path[FS_PATH];
	char *part;

	for (int64_t i = 0; i < n; i++)
		end = strchr(end, '\n') + 1;
	part = mem_text_n(journal, (size_t)(end - journal));
	assert_true(fs_join(path, desk.dir, "journal.jsonl"));
	test_file_write(path, part);
	mem_free(part);
	desk_open(&desk);
	desk_rest(&desk);
	for (size_t i = 0; i < desk.book->step_count; i++) {
		const struct room_act *a = &desk.director.room->steps[i];

		assert_false(step_is_running(a->state) &&
			     !rollback_is_running(&desk.director));
	}
	desk_leave(&desk);
	assert_true(compare_all() > n);
}

static void
resume_everywhere(int64_t records)
{
	int64_t stride = getenv("FULL") ? 1 : records / PREFIXES + 1;
	char path[FS_PATH];
	char *journal;

	assert_true(fs_join(path, desk.dir, "journal.jsonl"));
	journal = test_file_read(path);
	/* Backwards: what is told anew stands behind what comes next. */
	for (int64_t n = records - 1; n > 0; n -= stride)
		resume_after(journal, n);
	mem_free(journal);
}

static void
one_night(uint64_t seed)
{
	struct rng r;
	struct peer *peer;
	int64_t records;

	memset(&world, 0, sizeof(world));
	rng_seed(&r, seed);
	rng_seed(&world.rng, seed + 1000000);
	clock_set_speed(NIGHT_SPEED);
	peer = peer_start(rows, ARRAY_LEN(rows));
	desk_begin(&desk, random_book(&r, peer_url(peer)));
	is_watched = true;
	desk_open(&desk);
	for (int i = 0; i < ACTS; i++)
		do_something(&r);
	take_all_back();
	desk_leave(&desk);
	records = compare_all();
	for (int i = 0; i < STEPS; i++)
		assert_false(world.is_new[i]);
	assert_int_equal(atomic_load(&world.blind), 0);
	resume_everywhere(records);
	is_watched = false;
	desk_end(&desk);
	peer_stop(peer);
	clock_set_speed(1);
	for (int i = 0; i < RECORDS; i++) {
		mem_free(live[i]);
		live[i] = NULL;
	}
}

static uint64_t
from_environment(const char *name, uint64_t fallback)
{
	const char *text = getenv(name);

	return text == NULL ? fallback : strtoull(text, NULL, 10);
}

static void
any_night_folds_resumes_and_is_taken_back(void **state)
{
	uint64_t seed = from_environment("SEED", 1);
	uint64_t nights = from_environment("NIGHTS", 20);

	TEST_UNUSED(state);
	assert_true(nights > 0);
	for (uint64_t i = 0; i < nights; i++) {
		print_message("seed %llu\n", (unsigned long long)(seed + i));
		one_night(seed + i);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_night_folds_resumes_and_is_taken_back),
	};

	net_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
