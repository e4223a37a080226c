/* head_test - the third line keeps what counts, however little room it has. */
#include "tests/lib/test.h"

#include <locale.h>

#include "base/str.h"
#include "tests/lib/eye.h"

static void
how_long_one_can_wait_stays_where_the_line_is_short(void **state)
{
	static const struct {
		enum scene scene;
		int rows, cols;
		const char *more; /* kept beside it; "" nothing is promised */
	} rows[] = {
		{ SCENE_CALM, 36, 120, "restored by 02:" },
		{ SCENE_CALM, 24, 80, "  last safe start " },
		{ SCENE_CALM, 19, 60, " (p90) " },
		{ SCENE_CALM, 12, 40, "rollback now → 02:" },
		{ SCENE_CALM, 5, 20, "" },
		{ SCENE_PROPOSED, 36, 120, "ROLLBACK PROPOSED: R " },
		{ SCENE_PROPOSED, 24, 80,
		  " ROLLBACK PROPOSED: R  rollback now" },
		{ SCENE_PROPOSED, 19, 60, " ROLLBACK PROPOSED: R " },
		{ SCENE_PROPOSED, 12, 40, " ROLLBACK PROPOSED: R " },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char name[40];
		struct eye e;
		struct frame f;

		str_printf(name, sizeof(name), "row %zu, %d x %d", i,
			   rows[i].cols, rows[i].rows);
		eye_open(&e, rows[i].scene, rows[i].rows, rows[i].cols,
			 CHARSET_UTF8);
		e.view.mode = MODE_MAIN;
		scene_room(e.s)->verdict_since_ms = SCENE_NOW_MS - 95000;
		frame_make(&f, e.s, &e.view, e.now);
		CHECK_ROW(name, f.forecast.left_ms > 60000);
		frame_clear(&f);
		CHECK_ROW(name, eye_sees(&e, " left"));
		CHECK_ROW(name, eye_sees(&e, rows[i].more));
		eye_close(&e);
	}
}

static void
that_it_is_too_late_stays_beside_a_proposal(void **state)
{
	static const int cols[] = { 120, 80, 60 };

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(cols); i++) {
		struct eye e;

		eye_open(&e, SCENE_PROPOSED, 24, cols[i], CHARSET_UTF8);
		e.view.mode = MODE_MAIN;
		scene_room(e.s)->book->window_ms = 2500000;
		eye_look(&e);
		CHECK_HOLDS(eye_row(&e, 2), "ROLLBACK PROPOSED: R ");
		CHECK_ROW("it is said",
			  strstr(eye_row(&e, 2), "PASSED") != NULL ||
				  strstr(eye_row(&e, 2), "LATE") != NULL);
		eye_close(&e);
	}
}

int
main(void)
{
	/* clang-format off */
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(how_long_one_can_wait_stays_where_the_line_is_short),
		cmocka_unit_test(that_it_is_too_late_stays_beside_a_proposal),
	};
	/* clang-format on */

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
