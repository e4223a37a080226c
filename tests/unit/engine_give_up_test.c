/*
 * engine: what a person has ended stays ended, whenever the console dies.
 *
 * A row is a moment at which a person gives up a rollback, or ends a step.  The
 * console is killed at once, and then again behind each record that followed.
 */
#include "tests/unit/engine_night.h"

#include <unistd.h>

#include "model/drain.h"

#define WHY "it takes too long"

static struct live_night night;

static const struct room *
room(void)
{
	return night.desk.director.room;
}

static int
sent(void)
{
	return peer_count(night.peer, "PATCH");
}

/* ---- the journal, cut behind a record ---- */

static char file[FS_PATH];

static size_t
lines_of(const char *text)
{
	size_t count = 0;

	for (; *text != '\0'; text++)
		count += *text == '\n';
	return count;
}

static void
cut(const char *whole, size_t lines)
{
	char *text = mem_text(whole);
	char *at = text;

	for (size_t i = 0; i < lines; i++)
		at = strchr(at, '\n') + 1;
	*at = '\0';
	test_file_write(file, text);
	mem_free(text);
}

/* The number of the record that holds the text. */
static size_t
line_with(const char *whole, const char *part)
{
	const char *at = strstr(whole, part);
	size_t lines = 1;

	assert_non_null(at);
	for (const char *c = whole; c < at; c++)
		lines += *c == '\n';
	return lines;
}

/* Kills the console behind each record from the one that holds `part` on, and
 * lets the next one come to rest. */
static void
kill_behind_each(const char *part, const char *what,
		 void (*check)(const char *what))
{
	size_t first, last;
	char *whole;

	assert_true(fs_join(file, night.desk.dir, "journal.jsonl"));
	whole = test_file_read(file);
	first = line_with(whole, part);
	last = lines_of(whole);
	CHECK_ROW(what, last > first);
	for (size_t n = first; n <= last; n++) {
		desk_leave(&night.desk);
		cut(whole, n);
		desk_open(&night.desk);
		check(what);
	}
	mem_free(whole);
}

/* ---- moments of a rollback ---- */

static bool
acts(const struct desk *k)
{
	(void)k;
	return peer_count(night.peer, "PATCH /routeback ") == 1;
}

static bool
backs_off(const struct desk *k)
{
	return k->director.room->undos[0].act.state == STEP_BACKOFF;
}

static bool
staggers(const struct desk *k)
{
	const struct director *d = &k->director;

	return d->room->undos[0].act.state == STEP_VERIFIED &&
	       d->rollback.current < 0 &&
	       d->room->stagger.state == STAGGER_WAITING;
}

static bool
drains(const struct desk *k)
{
	return k->director.room->drains[0].state == DRAIN_WAITING;
}

static bool
reads_item(const struct desk *k)
{
	return errand_is_out(&k->director, PURPOSE_UNDO_RECONCILE);
}

static bool
reads_all(const struct desk *k)
{
	return k->director.rollback.reading_all;
}

static bool
watches(const struct desk *k)
{
	return k->director.rollback.watching;
}

#define OLD "GET /routeback/old "
#define NOT_THERE                                                         \
	{                                                                 \
		.expect = OLD, .body = "{\"is\":\"new\"}", .always = true \
	}
#define HANGS(what)                              \
	{                                        \
		.expect = what, .end = PEER_HANG \
	}

struct moment {
	const char *name, *probes, *rollback;
	struct peer_row rows[5];
	size_t count;
	bool (*is_there)(const struct desk *k);
	enum step_state item; /* the first one, once it has halted */
};

static const struct moment moments[] = {
	{ "in flight, not there",
	  "",
	  "",
	  { HANGS("PATCH /routeback "), NOT_THERE },
	  2,
	  acts,
	  STEP_READY },
	{ "in flight, landed",
	  "",
	  "",
	  { HANGS("PATCH /routeback ") },
	  1,
	  acts,
	  STEP_VERIFIED },
	{ "in flight, not to be read",
	  "",
	  "",
	  { HANGS("PATCH /routeback "),
	    { .expect = OLD, .status = 500, .always = true } },
	  2,
	  acts,
	  STEP_UNKNOWN },
	{ "backing off",
	  "",
	  "",
	  { { .expect = "PATCH /routeback ",
	      .status = 429,
	      .headers = "Retry-After: 200\r\n" },
	    NOT_THERE },
	  2,
	  backs_off,
	  STEP_READY },
	{ "between two items",
	  "",
	  "rollback: {stagger: 20m}\n",
	  { { 0 } },
	  0,
	  staggers,
	  STEP_VERIFIED },
	{ "while calls end",
	  "  sessions:\n"
	  "    http: {endpoint: platform, path: /sessions}\n"
	  "    signals: {telephony.active_sessions: /v}\n",
	  "rollback:\n"
	  "  drain:\n"
	  "    sessions: {session_timer: 20m, before: [route]}\n",
	  { { 0 } },
	  0,
	  drains,
	  STEP_READY },
	{ "reading an item back",
	  "",
	  "",
	  { { .expect = "PATCH /routeback ", .end = PEER_CLOSE },
	    { .expect = OLD, .body = "{\"is\":\"new\"}" }, /* the plan */
	    { .expect = OLD, .body = "{\"is\":\"new\"}" }, /* its confirm */
	    { .expect = OLD, .status = 500 },
	    HANGS(OLD) },
	  5,
	  reads_item,
	  STEP_VERIFIED },
	{ "reading all back",
	  "",
	  "",
	  { { .expect = OLD, .body = "{\"is\":\"new\"}" },
	    { .expect = OLD, .body = "{\"is\":\"new\"}" },
	    { .expect = OLD, .body = "{\"is\":\"old\"}" },
	    HANGS(OLD) },
	  4,
	  reads_all,
	  STEP_VERIFIED },
	{ "watching for health",
	  "  pipeline:\n"
	  "    http: {endpoint: platform, path: /pipeline}\n"
	  "    signals: {validation.pipeline_seconds: /seconds}\n",
	  "rollback:\n"
	  "  stagger: 1s\n"
	  "  channels: [integrations]\n"
	  "  validate:\n"
	  "    pipeline: {guide: pipeline_latency, channel: integrations,\n"
	  "      signal: validation.pipeline_seconds}\n",
	  { { 0 } },
	  0,
	  watches,
	  STEP_VERIFIED },
};

static int sent_before;
static enum step_state item_wanted;

static void
ask_for_it(void)
{
	desk_say(&night.desk, COMMAND_ROLLBACK, "", "");
	desk_until_rollback(&night.desk, ROLLBACK_ARMED);
	desk_rest(&night.desk);
	night_agree(&night);
}

static void
come_to(const struct moment *m)
{
	night_start_with(&night, m->rows, m->count, m->probes, m->rollback);
	night_walk(&night, "publish");
	night_walk(&night, "route");
	ask_for_it();
	if (!desk_until(&night.desk, m->is_there))
		fail_msg("%s: it never came to that: the rollback is %s, %s",
			 m->name, rollback_word(room()->rollback),
			 night_notice(&night));
	sent_before = sent();
	item_wanted = m->item;
}

/* Nothing of it has gone on, and a person is needed. */
static void
halts_and_sends_nothing(const char *what)
{
	const struct room_undo *u = &room()->undos[0];

	desk_until_rollback(&night.desk, ROLLBACK_HALTED);
	desk_rest(&night.desk);
	desk_pass(&night.desk, 0, 3);
	assert_string_equal(room()->rollback_detail, "given up by lead: " WHY);
	if (u->act.state != item_wanted || sent() != sent_before)
		fail_msg("%s: the item is %s (%s), sent were %d, now %d", what,
			 step_word(u->act.state), u->act.detail, sent_before,
			 sent());
	CHECK_ROW(what,
		  room()->undos[1].act.state ==
			  (sent_before == 4 ? STEP_VERIFIED : STEP_READY));
	CHECK_ROW(what, room()->rollback == ROLLBACK_HALTED);
}

/* A person's word, and nothing else, takes it up again. */
static void
goes_on_when_told(const char *what)
{
	desk_say(&night.desk, COMMAND_RETRY, "", "");
	CHECK_ROW(what, room()->rollback == ROLLBACK_RUNNING ||
				room()->rollback == ROLLBACK_VALIDATING);
}

static void
given_up_at_any_moment_it_halts_whenever_the_console_dies(void **state)
{
	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(moments); i++) {
		const char *what = moments[i].name;

		come_to(&moments[i]);
		desk_say(&night.desk, COMMAND_FAIL, "route", WHY);
		CHECK_ROW(what, room_is_halted(room()));
		CHECK_ROW(what, desk_records(&night.desk, "rollback",
					     "\"state\":\"halting\"") == 1);
		desk_leave(&night.desk);
		desk_open(&night.desk);
		halts_and_sends_nothing(what);
		kill_behind_each("\"state\":\"halting\"", what,
				 halts_and_sends_nothing);
		goes_on_when_told(what);
		night_stop(&night);
	}
}

static void
given_up_at_any_moment_it_halts_while_the_console_lives(void **state)
{
	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(moments); i++) {
		come_to(&moments[i]);
		desk_say(&night.desk, COMMAND_FAIL, "route", WHY);
		desk_until_rollback(&night.desk, ROLLBACK_HALTED);
		desk_rest(&night.desk);
		CHECK_ROW(moments[i].name, sent() == sent_before);
		goes_on_when_told(moments[i].name);
		night_stop(&night);
	}
}

/* The way on after it: the plan is shown, and left or taken. */
static void
what_was_given_up_can_be_shown_left_and_taken(void **state)
{
	TEST_UNUSED(state);
	come_to(&moments[1]);
	desk_say(&night.desk, COMMAND_ABORT, "route", "");
	desk_leave(&night.desk);
	desk_open(&night.desk);
	desk_until_rollback(&night.desk, ROLLBACK_HALTED);
	assert_string_equal(room()->rollback_detail, "given up by lead");
	desk_rest(&night.desk);
	desk_say(&night.desk, COMMAND_ROLLBACK, "", "");
	desk_until_rollback(&night.desk, ROLLBACK_ARMED);
	desk_rest(&night.desk);
	desk_say(&night.desk, COMMAND_DECLINE, "", "");
	assert_int_equal(room()->rollback, ROLLBACK_HALTED);
	assert_int_equal(sent(), sent_before);
	ask_for_it();
	desk_until_rollback(&night.desk, ROLLBACK_VALIDATED);
	assert_int_equal(peer_count(night.peer, "PATCH /routeback "), 1);
	assert_int_equal(peer_count(night.peer, "PATCH /flowback "), 1);
	night_stop(&night);
}

/* A breach does not take up again what a person has given up. */
static void
a_breach_and_a_policy_leave_it_given_up(void **state)
{
	TEST_UNUSED(state);
	come_to(&moments[0]);
	desk_say(&night.desk, COMMAND_FAIL, "route", WHY);
	desk_leave(&night.desk);
	night.desk.is_automatic = true;
	desk_open(&night.desk);
	night_measure(&night, 9, 100);
	halts_and_sends_nothing("automatic");
	night_measure(&night, 9, 900);
	halts_and_sends_nothing("automatic");
	night_stop(&night);
}

/* ---- while it halts ---- */

static bool
doubts(const struct desk *k)
{
	return room_is_halted(k->director.room) && reads_item(k);
}

static void
while_it_halts_nothing_else_begins(void **state)
{
	static const struct peer_row rows[] = {
		HANGS("PATCH /routeback "),
		{ .expect = OLD, .body = "{\"is\":\"new\"}" },
		{ .expect = OLD, .end = PEER_HANG, .always = true },
	};
	const struct moment m = { "it halts", "", "", { { 0 } }, 0, acts, 0 };
	struct moment hangs = m;

	TEST_UNUSED(state);
	memcpy(hangs.rows, rows, sizeof(rows));
	hangs.count = ARRAY_LEN(rows);
	come_to(&hangs);
	desk_say(&night.desk, COMMAND_FAIL, "route", WHY);
	assert_true(desk_until(&night.desk, doubts));
	desk_say(&night.desk, COMMAND_RETRY, "", "");
	CHECK_HOLDS(night_notice(&night), "once it has halted");
	desk_say(&night.desk, COMMAND_ROLLBACK, "", "");
	CHECK_HOLDS(night_notice(&night), "once it has halted");
	desk_say(&night.desk, COMMAND_ARM, "tell", "");
	CHECK_HOLDS(night_notice(&night), "a rollback is running");
	assert_int_equal(room()->rollback, ROLLBACK_HALTING);
	/* A platform that hangs does not hold up who says it again. */
	desk_say(&night.desk, COMMAND_FAIL, "route", "now");
	desk_until_rollback(&night.desk, ROLLBACK_HALTED);
	assert_string_equal(room()->rollback_detail, "given up by lead: " WHY);
	assert_int_equal(room()->undos[0].act.state, STEP_UNKNOWN);
	assert_int_equal(sent(), sent_before);
	night_stop(&night);
}

/* Not there at one look is not there for good: it may be on its way yet. */
static void
a_look_that_was_cut_short_proves_nothing(void **state)
{
	static const struct peer_row hangs = { .expect = OLD,
					       .end = PEER_HANG,
					       .always = true };
	struct message *m = message_new(MESSAGE_END);
	struct moment doubted = moments[0];

	TEST_UNUSED(state);
	doubted.rows[1].always = false; /* the plan's */
	doubted.rows[doubted.count++] = hangs;
	come_to(&doubted);
	desk_say(&night.desk, COMMAND_FAIL, "route", WHY);
	assert_true(desk_until(&night.desk, doubts));
	desk_say(&night.desk, COMMAND_FAIL, "route", "now");
	assert_int_equal(room()->rollback, ROLLBACK_HALTING);
	message_add_found(m, 1);
	m->found[0].landed = LANDED_NO;
	rollback_item_read(&night.desk.director, 0, m);
	assert_int_equal(room()->undos[0].act.state, STEP_UNKNOWN);
	message_free(m);
	night_stop(&night);
}

/* Nobody is told what is not on the disk. */
static void
a_journal_that_fails_is_told_in_place_of_it(void **state)
{
	TEST_UNUSED(state);
	come_to(&moments[0]);
	assert_true(fs_join(file, night.desk.dir, "journal.jsonl"));
	assert_int_equal(unlink(file), 0);
	desk_say(&night.desk, COMMAND_FAIL, "route", WHY);
	assert_true(night.desk.director.dead);
	CHECK_HOLDS(night_notice(&night), "Nothing more will be done");
	assert_null(strstr(night_notice(&night), "halts"));
	assert_int_equal(room()->rollback, ROLLBACK_RUNNING);
	desk_pass(&night.desk, 0, 3);
	assert_int_equal(sent(), sent_before);
	night_stop(&night);
}

/* ---- a step ---- */

struct ending {
	const char *name;
	enum command_verb verb;
	struct peer_row rows[2];
	size_t count;
	enum step_state from, to;
	const char *says;
};

#define NEW_NOT_THERE                                                    \
	{                                                                \
		.expect = "GET /route/new ", .body = "{\"is\":\"old\"}", \
		.always = true                                           \
	}
#define BUSY                                              \
	{                                                 \
		.expect = "PATCH /route ", .status = 429, \
		.headers = "Retry-After: 200\r\n"         \
	}

static const struct ending endings[] = {
	{ "failed in flight",
	  COMMAND_FAIL,
	  { HANGS("PATCH /route "), NEW_NOT_THERE },
	  2,
	  STEP_ACTING,
	  STEP_FAILED,
	  "given up: " WHY },
	{ "failed in flight, landed",
	  COMMAND_FAIL,
	  { HANGS("PATCH /route ") },
	  1,
	  STEP_ACTING,
	  STEP_VERIFIED,
	  "read back" },
	{ "failed in a backoff",
	  COMMAND_FAIL,
	  { BUSY, NEW_NOT_THERE },
	  2,
	  STEP_BACKOFF,
	  STEP_FAILED,
	  "given up: " WHY },
	{ "aborted in flight",
	  COMMAND_ABORT,
	  { HANGS("PATCH /route "), NEW_NOT_THERE },
	  2,
	  STEP_ACTING,
	  STEP_FAILED,
	  "aborted" },
	{ "aborted in a backoff",
	  COMMAND_ABORT,
	  { BUSY, NEW_NOT_THERE },
	  2,
	  STEP_BACKOFF,
	  STEP_FAILED,
	  "aborted" },
};

static const struct ending *ending;

static void
is_ended_and_sends_nothing(const char *what)
{
	desk_rest(&night.desk);
	desk_pass(&night.desk, 0, 3);
	if (desk_step(&night.desk, "route") != ending->to ||
	    sent() != sent_before)
		fail_msg("%s: the step is %s (%s), sent were %d, now %d", what,
			 step_word(desk_step(&night.desk, "route")),
			 night_detail(&night, "route"), sent_before, sent());
	if (ending->to == STEP_FAILED)
		CHECK_HOLDS(night_detail(&night, "route"), ending->says);
}

static void
a_step_that_was_ended_stays_ended_whenever_the_console_dies(void **state)
{
	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
		ending = &endings[i];
		night_start(&night, ending->rows, ending->count);
		night.desk.book
			->steps[runner_step_named(&night.desk.director,
						  "route")]
			.idempotent = true;
		night_arm(&night, "route");
		night_agree(&night);
		desk_until_step(&night.desk, "route", ending->from);
		assert_true(peer_wait(night.peer, "PATCH /route ", 1));
		sent_before = sent();
		desk_say(&night.desk, ending->verb, "route",
			 ending->verb == COMMAND_FAIL ? WHY : "");
		CHECK_ROW(ending->name, desk_records(&night.desk, "step",
						     "\"given_up\":true") == 1);
		desk_leave(&night.desk);
		desk_open(&night.desk);
		is_ended_and_sends_nothing(ending->name);
		kill_behind_each("\"given_up\":true", ending->name,
				 is_ended_and_sends_nothing);
		night_stop(&night);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			given_up_at_any_moment_it_halts_whenever_the_console_dies),
		cmocka_unit_test(
			given_up_at_any_moment_it_halts_while_the_console_lives),
		cmocka_unit_test(what_was_given_up_can_be_shown_left_and_taken),
		cmocka_unit_test(a_breach_and_a_policy_leave_it_given_up),
		cmocka_unit_test(while_it_halts_nothing_else_begins),
		cmocka_unit_test(a_look_that_was_cut_short_proves_nothing),
		cmocka_unit_test(a_journal_that_fails_is_told_in_place_of_it),
		cmocka_unit_test(
			a_step_that_was_ended_stays_ended_whenever_the_console_dies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
