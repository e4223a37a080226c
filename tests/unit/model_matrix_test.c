/* The matrix: what was said last of each object, in each region. */
#include "tests/lib/test.h"

#include "base/csv.h"
#include "base/mem.h"
#include "base/str.h"
#include "model/matrix.h"

#define OBJECT "flow:f-1"
#define READ "trunk:one" /* the baseline has a row of it */

static const struct act parallel = {
	.kind = "parallel",
	.with = { .items =
			  (struct setting[]){
				  { (char[]){ "over" },
				    (char[]){
					    "[\"eu-west-1\",\"us-east-1\"]" } },
				  { (char[]){ "kind" }, (char[]){ "http" } } },
		  .count = 2 },
};

/* What somebody wrote who forgot a region. */
static const struct act in_one = {
	.kind = "parallel",
	.with = { .items =
			  (struct setting[]){
				  { (char[]){ "over" },
				    (char[]){ "[\"us-east-1\"]" } },
				  { (char[]){ "kind" }, (char[]){ "http" } } },
		  .count = 2 },
};

/* One step in two regions, a second one on the same object, a third on another
 * object without regions. */
static struct room *
make_room(const struct act *undo)
{
	static const char *const sets[] = { "v-2", "v-3", "up" };
	struct book *b = book_new();
	struct room *r;

	str_copy(b->id, sizeof(b->id), "night");
	b->baseline = mem_new(1, sizeof(*b->baseline));
	b->baseline_count = 1;
	str_copy(b->baseline[0].object, sizeof(b->baseline[0].object), READ);
	b->steps = mem_new(3, sizeof(*b->steps));
	b->step_count = 3;
	for (size_t i = 0; i < 3; i++) {
		str_printf(b->steps[i].id, BOOK_ID, "s%zu", i);
		str_copy(b->steps[i].object, sizeof(b->steps[i].object),
			 i < 2 ? OBJECT : READ);
		str_copy(b->steps[i].sets, sizeof(b->steps[i].sets), sets[i]);
		b->steps[i].confirm = CONFIRM_NONE;
	}
	act_copy(&b->steps[0].act, &parallel);
	act_copy(&b->steps[0].undo, undo);
	str_copy(b->steps[1].act.kind, sizeof(b->steps[1].act.kind), "http");
	str_copy(b->steps[2].act.kind, sizeof(b->steps[2].act.kind), "http");
	r = room_new(b);
	book_drop(b);
	return r;
}

static void
apply(struct room *r, const char *step, const char *state, int64_t at_ms,
      const char *regions)
{
	struct record rec;
	struct err e = { .code = ERR_NONE };

	record_init(&rec, RECORD_STEP, "test");
	record_text(&rec, "step", step);
	record_text(&rec, "state", state);
	if (regions != NULL)
		record_json(&rec, "regions", regions);
	rec.at_ms = at_ms;
	CHECK_OK(room_apply(r, &rec, &e), &e);
	record_clear(&rec);
}

static struct room *
open_room_with(const struct act *undo)
{
	struct room *r = make_room(undo);
	struct err e = { .code = ERR_NONE };
	struct record rec;

	record_init(&rec, RECORD_OPEN, "test");
	record_text(&rec, "mode", "DRILL");
	CHECK_OK(room_apply(r, &rec, &e), &e);
	record_clear(&rec);
	return r;
}

static struct room *
open_room(void)
{
	return open_room_with(&parallel);
}

static void
what_nobody_has_read_or_touched_is_unknown(void **state)
{
	struct room *r = open_room();
	struct matrix m;

	TEST_UNUSED(state);
	matrix_make(&m, r);
	assert_int_equal(m.row_count, 2);
	assert_int_equal(m.region_count, 2);
	assert_string_equal(m.regions[0], "eu-west-1");
	assert_int_equal(m.rows[0].all.side, SIDE_UNKNOWN);
	assert_int_equal(m.rows[0].all.at_ms, -1);
	assert_false(m.rows[1].cells[0].is_there);
	assert_int_equal(matrix_count(&m, SIDE_UNKNOWN), 3);
	matrix_clear(&m);
	room_free(r);
}

static void
apply_reading(struct room *r, const char *digest, int64_t at_ms)
{
	struct record rec;
	struct err e = { .code = ERR_NONE };

	record_init(&rec, RECORD_BASELINE, "test");
	record_text(&rec, "object", READ);
	record_text(&rec, "value", digest);
	record_text(&rec, "digest", digest);
	rec.at_ms = at_ms;
	CHECK_OK(room_apply(r, &rec, &e), &e);
	record_clear(&rec);
}

static void
check_read(const struct room *r, const char *what, enum side side,
	   int64_t at_ms)
{
	struct matrix m;

	matrix_make(&m, r);
	CHECK_ROW(what, m.rows[1].all.side == side);
	CHECK_ROW(what, m.rows[1].all.at_ms == at_ms);
	matrix_clear(&m);
}

static void
what_was_read_counts_until_something_else_is(void **state)
{
	struct room *r = open_room();

	TEST_UNUSED(state);
	apply_reading(r, "standby", 500);
	check_read(r, "read", SIDE_BASELINE, 500);
	apply_reading(r, "draining", 600);
	check_read(r, "somebody else changed it", SIDE_MIXED, 600);
	apply(r, "s2", "intent", 1000, NULL);
	apply(r, "s2", "verified", 2000, NULL);
	check_read(r, "done", SIDE_TARGET, 2000);
	apply(r, "s2", "undone", 3000, NULL);
	check_read(r, "said to be taken back", SIDE_BASELINE, 3000);
	apply_reading(r, "disabled", 4000);
	check_read(r, "and read to be something else", SIDE_MIXED, 4000);
	apply_reading(r, "standby", 5000);
	check_read(r, "what it was again", SIDE_BASELINE, 5000);
	room_free(r);
}

static void
each_region_keeps_its_side_and_since_when(void **state)
{
	struct room *r = open_room();
	struct room *copy;
	struct matrix m;

	TEST_UNUSED(state);
	apply(r, "s1", "intent", 900, NULL);
	apply(r, "s1", "verified", 950, NULL);
	apply(r, "s0", "intent", 1000, NULL);
	apply(r, "s0", "acting", 1100,
	      "{\"eu-west-1\":\"unknown\",\"us-east-1\":\"target\"}");
	apply(r, "s0", "failed", 5000,
	      "{\"eu-west-1\":\"baseline\",\"us-east-1\":\"target\"}");
	copy = room_copy(r); /* owns its own */
	room_free(r);
	matrix_make(&m, copy);
	assert_int_equal(m.rows[0].cells[0].side, SIDE_BASELINE);
	assert_int_equal(m.rows[0].cells[0].at_ms, 5000);
	/* v-2 is there, but the night is to make v-3 of it. */
	assert_int_equal(m.rows[0].cells[1].side, SIDE_MIXED);
	assert_int_equal(m.rows[0].cells[1].at_ms, 1100);
	assert_int_equal(m.rows[0].all.side, SIDE_MIXED);
	matrix_clear(&m);
	room_free(copy);
}

/* A record of the rollback whose only item takes step s0 back. */
static void
apply_rollback(struct room *r, const char *state, int64_t at_ms)
{
	struct record rec;
	struct err e = { .code = ERR_NONE };

	record_init(&rec, RECORD_ROLLBACK, "test");
	record_text(&rec, "state", state);
	record_json(&rec, "items", "[{\"step\":0}]");
	rec.at_ms = at_ms;
	CHECK_OK(room_apply(r, &rec, &e), &e);
	record_clear(&rec);
}

static void
apply_undo(struct room *r, const char *state, int64_t at_ms)
{
	struct record rec;
	struct err e = { .code = ERR_NONE };

	record_init(&rec, RECORD_UNDO, "test");
	record_int(&rec, "item", 0);
	record_text(&rec, "state", state);
	rec.at_ms = at_ms;
	CHECK_OK(room_apply(r, &rec, &e), &e);
	record_clear(&rec);
}

static void
check_sides(const struct room *r, const char *what, enum side eu, enum side us,
	    enum side all)
{
	struct matrix m;

	matrix_make(&m, r);
	CHECK_ROW(what, m.rows[0].cells[0].side == eu);
	CHECK_ROW(what, m.rows[0].cells[1].side == us);
	CHECK_ROW(what, m.rows[0].all.side == all);
	matrix_clear(&m);
}

/* The undo knows nothing of eu-west-1: what the step made of it is there. */
static void
a_region_that_no_undo_reaches_stays_at_its_target(void **state)
{
	struct room *r = open_room_with(&in_one);
	struct record left;
	struct err e = { .code = ERR_NONE };

	TEST_UNUSED(state);
	str_copy(((struct book *)r->book)->steps[1].object, 8, "other:1");
	apply(r, "s0", "intent", 1000, NULL);
	apply(r, "s0", "verified", 2000, NULL);
	apply_rollback(r, "armed", 3000);
	apply_rollback(r, "running", 3000);
	apply_undo(r, "intent", 3100);
	check_sides(r, "on its way back", SIDE_TARGET, SIDE_UNKNOWN,
		    SIDE_UNKNOWN);
	apply_undo(r, "verified", 3200);
	apply(r, "s0", "undone", 3300, NULL);
	check_sides(r, "taken back", SIDE_TARGET, SIDE_BASELINE, SIDE_MIXED);
	record_init(&left, RECORD_LEFTOVER, "test");
	record_text(&left, "object", OBJECT);
	record_text(&left, "region", "eu-west-1");
	left.at_ms = 3400;
	CHECK_OK(room_apply(r, &left, &e), &e);
	record_clear(&left);
	check_sides(r, "left over", SIDE_TARGET, SIDE_BASELINE, SIDE_MIXED);
	apply(r, "s0", "unknown", 3500, NULL);
	check_sides(r, "doubted", SIDE_TARGET, SIDE_UNKNOWN, SIDE_UNKNOWN);
	room_free(r);
}

static void
taken_back_everywhere_it_is_at_the_baseline_everywhere(void **state)
{
	struct room *r = open_room();

	TEST_UNUSED(state);
	apply(r, "s0", "intent", 1000, NULL);
	apply(r, "s0", "verified", 2000,
	      "{\"eu-west-1\":\"target\",\"us-east-1\":\"target\"}");
	apply_rollback(r, "armed", 3000);
	apply_rollback(r, "running", 3000);
	apply_undo(r, "intent", 3100);
	apply_undo(r, "verified", 3200);
	apply(r, "s0", "undone", 3300, NULL);
	assert_null(r->steps[0].regions);
	check_sides(r, "back", SIDE_BASELINE, SIDE_BASELINE, SIDE_BASELINE);
	room_free(r);
}

static void
the_last_word_on_an_object_counts(void **state)
{
	static const struct {
		const char *what;
		const char *state;
		enum side want;
	} cases[] = {
		{ "under way it may change yet", "acting", SIDE_UNKNOWN },
		{ "done it is at the target", "verified", SIDE_TARGET },
		{ "a lost answer says nothing", "unknown", SIDE_UNKNOWN },
		{ "failed it may be half way", "failed", SIDE_MIXED },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct room *r = open_room();
		struct matrix m;

		apply(r, "s2", "intent", 1000, NULL);
		apply(r, "s2", cases[i].state, 2000, NULL);
		matrix_make(&m, r);
		CHECK_ROW(cases[i].what, m.rows[1].all.side == cases[i].want);
		CHECK_ROW(cases[i].what, m.rows[1].all.at_ms == 2000);
		matrix_clear(&m);
		room_free(r);
	}
}

static void
a_record_whose_regions_cannot_be_read_is_refused(void **state)
{
	static const char *const bad[] = { "[]", "{\"eu-west-1\":\"there\"}",
					   "{\"EU\":\"target\"}",
					   "{\"eu-west-1\":1}" };
	struct room *r = open_room();

	TEST_UNUSED(state);
	apply(r, "s0", "intent", 1000, NULL);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct err e = { .code = ERR_NONE };
		struct record rec;

		record_init(&rec, RECORD_STEP, "test");
		record_text(&rec, "step", "s0");
		record_text(&rec, "state", "acting");
		record_json(&rec, "regions", bad[i]);
		rec.at_ms = 2000;
		CHECK_FAILS(room_apply(r, &rec, &e), ERR_DAMAGED, &e,
			    "regions");
		record_clear(&rec);
	}
	assert_int_equal(r->steps[0].state, STEP_INTENT);
	room_free(r);
}

static void
a_field_of_csv_is_quoted_and_never_a_formula(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "flow:f-1", "flow:f-1" },
		{ "a,b", "\"a,b\"" },
		{ "say \"no\"", "\"say \"\"no\"\"\"" },
		{ "two\nlines", "\"two\nlines\"" },
		{ "=1+1", "'=1+1" },
		{ "@sum", "'@sum" },
		{ "-2,3", "\"'-2,3\"" },
		{ "+4", "'+4" },
		{ "", "" },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf b;

		buf_init(&b, 256);
		csv_field(&b, cases[i].text);
		assert_string_equal(buf_str(&b), cases[i].want);
		buf_clear(&b);
	}
}

static void
what_is_left_over_is_listed_by_object_and_region(void **state)
{
	struct room *r = open_room();
	struct err e = { .code = ERR_NONE };
	struct record rec;
	struct matrix m;
	struct buf csv;

	TEST_UNUSED(state);
	record_init(&rec, RECORD_LEFTOVER, "actor");
	record_text(&rec, "object", OBJECT);
	record_text(&rec, "region", "eu-west-1");
	record_text(&rec, "detail", "=cmd, /version is v-2");
	rec.at_ms = 7000;
	rec.wall_ms = 1000;
	CHECK_OK(room_apply(r, &rec, &e), &e);
	record_clear(&rec);
	buf_init(&csv, 4096);
	leftovers_csv(&csv, r);
	assert_string_equal(buf_str(&csv),
			    "object,region,detail,since\r\n" OBJECT
			    ",eu-west-1,\"'=cmd, /version is v-2\","
			    "1970-01-01T00:00:01.000Z\r\n");
	matrix_make(&m, r);
	assert_int_equal(m.rows[0].cells[0].side, SIDE_MIXED);
	assert_int_equal(m.rows[0].cells[1].side, SIDE_UNKNOWN);
	buf_reset(&csv);
	matrix_csv(&csv, &m, 9000);
	CHECK_HOLDS(buf_str(&csv), OBJECT ",eu-west-1,mixed,2\r\n");
	CHECK_HOLDS(buf_str(&csv), "trunk:one,,unknown,\r\n");
	buf_clear(&csv);
	matrix_clear(&m);
	room_free(r);
}

static void
sides_are_said_with_the_smaller_group_by_name(void **state)
{
	struct regions r = { 0 };
	char text[240];

	TEST_UNUSED(state);
	regions_set(&r, "a", SIDE_TARGET, 1);
	regions_set(&r, "b", SIDE_TARGET, 1);
	regions_set(&r, "c", SIDE_TARGET, 1);
	regions_text(text, sizeof(text), &r);
	assert_string_equal(text, "target in all 3");
	regions_set(&r, "c", SIDE_BASELINE, 1);
	regions_text(text, sizeof(text), &r);
	assert_string_equal(text, "target in 2 (a, b), baseline in 1 (c)");
	regions_flip(&r);
	assert_int_equal(regions_count(&r, SIDE_BASELINE), 2);
	assert_int_equal(regions_all(&r), SIDE_MIXED);
	assert_false(regions_set(&r, "EU", SIDE_TARGET, 1));
}

int
main(void)
{
	/* clang-format off */
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_nobody_has_read_or_touched_is_unknown),
		cmocka_unit_test(what_was_read_counts_until_something_else_is),
		cmocka_unit_test(each_region_keeps_its_side_and_since_when),
		cmocka_unit_test(a_region_that_no_undo_reaches_stays_at_its_target),
		cmocka_unit_test(taken_back_everywhere_it_is_at_the_baseline_everywhere),
		cmocka_unit_test(the_last_word_on_an_object_counts),
		cmocka_unit_test(a_record_whose_regions_cannot_be_read_is_refused),
		cmocka_unit_test(a_field_of_csv_is_quoted_and_never_a_formula),
		cmocka_unit_test(what_is_left_over_is_listed_by_object_and_region),
		cmocka_unit_test(sides_are_said_with_the_smaller_group_by_name),
	};
	/* clang-format on */

	return cmocka_run_group_tests(tests, NULL, NULL);
}
