/* sight: what is one colour to some is told from what is two to all. */
#include "tests/lib/test.h"

#include <math.h>

#include "base/str.h"
#include "model/sight.h"

/* Worked out apart from this program, from the published matrices. */
static void
distances_are_those_of_the_model(void **state)
{
	static const struct {
		const char *what;
		int a, b;
		double want[SIGHT_COUNT];
	} rows[] = {
		{ "black and white", 0, 15, { 100, 100, 100, 100 } },
		{ "red and green", 9, 10, { 170.58, 65.88, 27.75, 153.26 } },
		{ "blue and magenta", 12, 13, { 55.45, 4.15, 35.63, 95.36 } },
		{ "vermillion and purple",
		  202,
		  175,
		  { 81.99, 72.87, 74.23, 47.75 } },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		for (int k = 0; k < SIGHT_COUNT; k++)
			CHECK_ROW(rows[i].what,
				  fabs(sight_distance((enum sight)k,
						      palette_rgb(rows[i].a),
						      palette_rgb(rows[i].b)) -
				       rows[i].want[k]) < 0.05);
}

static void
a_distance_is_one_both_ways_and_none_to_itself(void **state)
{
	TEST_UNUSED(state);
	for (int k = 0; k < SIGHT_COUNT; k++)
		for (int i = 0; i < 256; i += 5) {
			struct rgb a = palette_rgb(i);
			struct rgb b = palette_rgb(255 - i);
			enum sight sight = (enum sight)k;

			assert_true(sight_distance(sight, a, a) == 0);
			assert_true(sight_distance(sight, a, b) ==
				    sight_distance(sight, b, a));
		}
}

static void
greys_are_greys_to_all(void **state)
{
	struct rgb dark = palette_rgb(236), light = palette_rgb(250);
	double normal = sight_distance(SIGHT_NORMAL, dark, light);

	TEST_UNUSED(state);
	for (int k = 0; k < SIGHT_COUNT; k++)
		assert_true(fabs(sight_distance((enum sight)k, dark, light) -
				 normal) < 0.05);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(distances_are_those_of_the_model),
		cmocka_unit_test(
			a_distance_is_one_both_ways_and_none_to_itself),
		cmocka_unit_test(greys_are_greys_to_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
