/* model_night - a small night for each test of the room's model. */
#ifndef TESTS_UNIT_MODEL_NIGHT_H
#define TESTS_UNIT_MODEL_NIGHT_H

#include "tests/lib/test.h"

#include "tests/lib/books.h"
#include "tests/lib/nights.h"

static struct night night;

static int
begin(void **state)
{
	TEST_UNUSED(state);
	night_begin(&night);
	return 0;
}

static int
end(void **state)
{
	TEST_UNUSED(state);
	night_end(&night);
	return 0;
}

#define NIGHT_TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

#endif
