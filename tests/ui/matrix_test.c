/* The matrix: objects as rows, regions as columns, at any width. */
#include "tests/lib/test.h"

#include <locale.h>

#include "base/mem.h"
#include "base/str.h"
#include "tests/lib/eye.h"

/* The object's line says `side` first. */
static bool
stands(struct eye *e, const char *object, const char *side)
{
	const char *row;
	int at, col;

	eye_look(e);
	eye_find(e, object, &at, &col);
	row = strstr(eye_row(e, at), object) + strlen(object);
	return str_starts(row + strspn(row, " "), side);
}

static void
the_matrix_says_where_each_object_stands(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_UNKNOWN, 36, 120, CHARSET_UTF8);
	eye_type(&e, "m");
	assert_true(stands(&e, "flow:f-8473625190", "unknown"));
	assert_true(stands(&e, "deployment:d-9876543210", "target"));
	assert_true(stands(&e, "strategy:rs-5566778899", "unknown"));
	eye_close(&e);
}

/* The flow in twelve regions, of which one lags. */
static void
spread(struct eye *e)
{
	struct room *r = e->s->room;
	char over[400] = "[";

	for (size_t i = 0; i < r->book->step_count; i++) {
		struct book_step *s = &r->book->steps[i];
		struct regions *g;

		if (!str_same(s->object, "flow:f-8473625190"))
			continue;
		str_copy(s->act.kind, sizeof(s->act.kind), "parallel");
		g = r->steps[i].regions = mem_new(1, sizeof(*g));
		for (int n = 1; n <= 12; n++) {
			char name[REGION_NAME];
			size_t used = strlen(over);

			str_printf(name, sizeof(name), "region-%d", n);
			str_printf(over + used, sizeof(over) - used, "\"%s\"%s",
				   name, n == 12 ? "]" : ",");
			regions_set(g, name,
				    n == 9 ? SIDE_BASELINE : SIDE_TARGET,
				    SCENE_NOW_MS - 90000);
		}
		settings_add(&s->act.with, "over", over);
	}
}

static void
the_matrix_shows_regions_as_columns_and_goes_sideways(void **state)
{
	static const struct {
		int cols, shown; /* of twelve */
	} widths[] = { { 120, 4 }, { 80, 2 }, { 40, 0 } };

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(widths); i++) {
		struct eye e;

		eye_open(&e, SCENE_UNKNOWN, 24, widths[i].cols, CHARSET_UTF8);
		spread(&e);
		eye_type(&e, "m");
		assert_false(eye_sees(&e, "region-9"));
		assert_true(eye_sees(&e, "more regions: right"));
		if (widths[i].shown > 0)
			assert_true(
				stands(&e, "flow:f-8473625190", "mixed 90s"));
		for (int n = widths[i].shown > 0; n < 9; n++)
			eye_press(&e, PRESS_RIGHT);
		assert_true(eye_sees(&e, "region-9"));
		assert_true(eye_sees(&e, "baseline 90s"));
		for (int n = 0; n < 20; n++)
			eye_type(&e, "l");
		assert_true(eye_sees(&e, "region-12"));
		assert_false(eye_sees(&e, "more regions"));
		for (int n = 0; n < 12; n++)
			eye_press(&e, PRESS_LEFT);
		assert_false(eye_sees(&e, "region-12"));
		eye_close(&e);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_matrix_says_where_each_object_stands),
		cmocka_unit_test(
			the_matrix_shows_regions_as_columns_and_goes_sideways),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
