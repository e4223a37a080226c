/* engine: what no room can come to is never written, and refused when read. */
#include "tests/unit/engine_night.h"

static struct live_night night;

static char *
journal_text(void)
{
	char path[FS_PATH];
	char *text;

	assert_true(fs_join(path, night.desk.dir, "journal.jsonl"));
	text = test_file_read(path);
	assert_non_null(text);
	return text;
}

/* Rows name what no room of this night can come to now. */
static const struct {
	const char *what;
	enum record_kind kind;
	const char *name, *value, *state;
	const char *why;
} impossible[] = {
	{ "a move the table forbids", RECORD_STEP, "step", "publish",
	  "verified", "publish cannot move from ready to verified" },
	{ "an act that was never shown", RECORD_STEP, "step", "publish",
	  "intent", "publish acts without having been shown" },
	{ "a step of another runbook", RECORD_STEP, "step", "coffee", "armed",
	  "the runbook has no step \"coffee\"" },
	{ "a rollback that ends unbegun", RECORD_ROLLBACK, "cause", "x",
	  "validated", "it cannot move from none to validated" },
	{ "an item of no plan", RECORD_UNDO, "item", "0", "intent",
	  "the rollback has 0 items" },
	{ "a wait between no items", RECORD_STAGGER, "item", "0", "waiting",
	  "the rollback has 0 items" },
	{ "a drain of nothing", RECORD_DRAIN, "drain", "sea", "waiting",
	  "the runbook drains no \"sea\"" },
};

static void
make(struct record *r, size_t row)
{
	record_init(r, impossible[row].kind, "lead");
	record_text(r, impossible[row].name, impossible[row].value);
	record_text(r, "state", impossible[row].state);
}

static void
what_cannot_be_never_reaches_the_disk(void **state)
{
	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(impossible); i++) {
		struct director *d = &night.desk.director;
		char number[32];
		char *before, *after;
		struct record r;

		night_start(&night, NULL, 0);
		before = journal_text();
		make(&r, i);
		CHECK_ROW(impossible[i].what, !director_emit(d, &r));
		after = journal_text();
		CHECK_ROW(impossible[i].what, str_same(before, after));
		CHECK_ROW(impossible[i].what, d->dead);
		str_printf(number, sizeof(number), "record %lld (%s): ",
			   (long long)d->room->records + 1,
			   record_rows[impossible[i].kind].word);
		CHECK_HOLDS(night_notice(&night), number);
		CHECK_HOLDS(night_notice(&night), impossible[i].why);
		/* The room is none the worse for it. */
		desk_leave(&night.desk);
		desk_open(&night.desk);
		d->settled = true;
		night_measure(&night, 1, 100);
		night_arm(&night, "publish");
		CHECK_ROW(impossible[i].what, d->room->prompt.open);
		mem_free(before);
		mem_free(after);
		night_stop(&night);
	}
}

/* Appends it as a program without rules would: the chain stays whole. */
static int64_t
write_behind(size_t row, int64_t at_ms)
{
	struct journal_report report;
	struct err e = { .code = ERR_NONE };
	struct journal *j;
	struct record r;

	CHECK_OK(journal_open(&j, night.desk.dir, &journal_io_system, NULL,
			      NULL, &report, &e),
		 &e);
	make(&r, row);
	r.at_ms = at_ms;
	CHECK_OK(journal_append(j, &r, &e), &e);
	record_clear(&r);
	journal_close(j);
	return report.records + 1;
}

static void
drop_picture(void *ctx, struct snapshot *s)
{
	(void)ctx;
	snapshot_drop(s);
}

static void
open_refused(const char *number, const char *why)
{
	const struct engine_options o = { .book = night.desk.book,
					  .fence = &night.desk.fence,
					  .dir = night.desk.dir,
					  .commander = "lead" };
	struct director *d = &night.desk.director;
	struct err e = { .code = ERR_NONE };

	memset(d, 0, sizeof(*d));
	assert_int_equal(director_open(d, &o, drop_picture, NULL, &e),
			 ERR_DAMAGED);
	CHECK_HOLDS(e.text, number);
	CHECK_HOLDS(e.text, why);
	CHECK_HOLDS(e.text, "Records that cannot be");
	director_shut(d);
}

/* As the manual says: head -n N-1. */
static void
keep_lines(int64_t count)
{
	char path[FS_PATH];
	char *text = journal_text(), *end = text;

	while (count-- > 0)
		end = strchr(end, '\n') + 1;
	*end = '\0';
	assert_true(fs_join(path, night.desk.dir, "journal.jsonl"));
	test_file_write(path, text);
	mem_free(text);
}

static void
what_cannot_be_is_refused_by_number_and_the_rest_goes_on(void **state)
{
	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(impossible); i++) {
		char number[32];
		int64_t seq;

		night_start(&night, NULL, 0);
		desk_leave(&night.desk);
		seq = write_behind(i, 3600000);
		str_printf(number, sizeof(number), ": record %lld at byte ",
			   (long long)seq);
		open_refused(number, impossible[i].why);
		keep_lines(seq - 1);
		desk_open(&night.desk);
		assert_int_equal(night.desk.director.room->life, ROOM_OPEN);
		night_stop(&night);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_cannot_be_never_reaches_the_disk),
		cmocka_unit_test(
			what_cannot_be_is_refused_by_number_and_the_rest_goes_on),
	};

	net_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
