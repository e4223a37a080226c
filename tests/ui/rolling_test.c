/* rolling_test - what a person sees and reaches while a rollback goes on. */
#include "tests/lib/test.h"

#include <locale.h>

#include "base/str.h"
#include "tests/lib/eye.h"

/* The rollback of SCENE_ROLLING halted 100 s after it began, 90 s ago. */
static void
halt(struct eye *e)
{
	struct room *r = scene_room(e->s);

	r->rollback = ROLLBACK_HALTED;
	r->rollback_ended_ms = SCENE_NOW_MS - 90000;
	r->undos[1].act.state = STEP_FAILED;
	r->undos[1].act.ended_ms = r->rollback_ended_ms;
}

static void
open_halted(struct eye *e, int rows, int cols)
{
	eye_open(e, SCENE_ROLLING, rows, cols, CHARSET_UTF8);
	halt(e);
}

static void
the_clock_of_a_halted_rollback_goes_on(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	open_halted(&e, 36, 120);
	assert_true(eye_sees(&e, "03:10 of RTO 30:00"));
	e.now.room_ms += 50000;
	assert_true(eye_sees(&e, "04:00 of RTO 30:00"));
	eye_close(&e);
}

static void
the_clock_of_a_proved_rollback_stands(void **state)
{
	struct eye e;

	TEST_UNUSED(state);
	eye_open(&e, SCENE_ROLLED, 36, 120, CHARSET_UTF8);
	e.now.room_ms += 50000;
	assert_true(eye_sees(&e, "03:00 of RTO 30:00"));
	eye_close(&e);
}

int
main(void)
{
	/* clang-format off */
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_clock_of_a_halted_rollback_goes_on),
		cmocka_unit_test(the_clock_of_a_proved_rollback_stands),
	};
	/* clang-format on */

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
