/* contrast: the ratios are those that everybody else computes. */
#include "tests/lib/test.h"

#include <math.h>

#include "base/str.h"
#include "model/contrast.h"

static bool
is_near(double a, double b)
{
	return fabs(a - b) < 0.005;
}

static void
known_pairs_have_their_known_ratio(void **state)
{
	static const struct {
		const char *what;
		struct rgb a, b;
		double want;
	} rows[] = {
		{ "black and white", { 0, 0, 0 }, { 255, 255, 255 }, 21 },
		{ "white and black", { 255, 255, 255 }, { 0, 0, 0 }, 21 },
		{ "the same", { 9, 9, 9 }, { 9, 9, 9 }, 1 },
		{ "#777 just misses 4.5 on white",
		  { 0x77, 0x77, 0x77 },
		  { 255, 255, 255 },
		  4.48 },
		{ "#767676 just makes it",
		  { 0x76, 0x76, 0x76 },
		  { 255, 255, 255 },
		  4.54 },
		{ "red on white", { 255, 0, 0 }, { 255, 255, 255 }, 4.00 },
		{ "green on white", { 0, 255, 0 }, { 255, 255, 255 }, 1.37 },
		{ "blue on white", { 0, 0, 255 }, { 255, 255, 255 }, 8.59 },
		{ "yellow on black", { 255, 255, 0 }, { 0, 0, 0 }, 19.56 },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		CHECK_ROW(rows[i].what,
			  is_near(contrast_ratio(rows[i].a, rows[i].b),
				  rows[i].want));
}

static void
luminance_is_weighed_light(void **state)
{
	TEST_UNUSED(state);
	assert_true(is_near(rgb_luminance((struct rgb){ 0, 0, 0 }), 0));
	assert_true(is_near(rgb_luminance((struct rgb){ 255, 255, 255 }), 1));
	assert_true(
		is_near(rgb_luminance((struct rgb){ 188, 188, 188 }), 0.503));
	assert_true(is_near(rgb_luminance((struct rgb){ 0, 255, 0 }), 0.715));
}

static void
the_palette_is_that_of_xterm(void **state)
{
	static const struct {
		const char *what;
		int index;
		struct rgb want;
	} rows[] = {
		{ "black", 0, { 0, 0, 0 } },
		{ "red", 1, { 205, 0, 0 } },
		{ "blue", 4, { 0, 0, 238 } },
		{ "bright white", 15, { 255, 255, 255 } },
		{ "the cube begins", 16, { 0, 0, 0 } },
		{ "its levels are uneven", 67, { 95, 135, 175 } },
		{ "vermillion", 202, { 255, 95, 0 } },
		{ "the cube ends", 231, { 255, 255, 255 } },
		{ "the greys begin", 232, { 8, 8, 8 } },
		{ "the greys end", 255, { 238, 238, 238 } },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct rgb got = palette_rgb(rows[i].index);

		CHECK_ROW(rows[i].what, got.r == rows[i].want.r &&
						got.g == rows[i].want.g &&
						got.b == rows[i].want.b);
	}
}

static double
ratio(const struct style *s, bool is_light)
{
	struct shown c = style_shown(s, is_light);

	return contrast_ratio(c.ink, c.paper);
}

static void
defaults_are_white_on_black_or_the_reverse(void **state)
{
	const struct style plain = { -1, -1, 0 }, grey = { 243, -1, 0 },
			   own = { 231, 16, 0 }, ink = { -1, 255, 0 };

	TEST_UNUSED(state);
	assert_true(is_near(ratio(&plain, false), 21));
	assert_true(is_near(ratio(&plain, true), 21));
	assert_true(is_near(ratio(&grey, true), 4.54));
	assert_true(is_near(ratio(&grey, false), 21 / 4.542));
	assert_true(is_near(ratio(&own, true), ratio(&own, false)));
	assert_true(ratio(&ink, false) < 1.5 && ratio(&ink, true) > 15);
}

static void
reverse_swaps_and_dim_fades(void **state)
{
	const struct style reverse = { 1, 7, STYLE_REVERSE };
	const struct style dim = { -1, -1, STYLE_DIM };
	struct shown c = style_shown(&reverse, false);

	TEST_UNUSED(state);
	assert_int_equal(c.ink.r, 229);
	assert_int_equal(c.paper.r, 205);
	assert_int_equal(c.paper.g, 0);
	assert_int_equal(style_shown(&dim, false).ink.r, 170);
	assert_int_equal(style_shown(&dim, true).ink.r, 85);
}

static void
bold_and_badges_are_large(void **state)
{
	const struct style plain = { -1, -1, 0 }, bold = { -1, -1, STYLE_BOLD };

	TEST_UNUSED(state);
	assert_true(style_is_large(ROLE_NORMAL, &bold));
	assert_true(style_is_large(ROLE_BADGE_GO, &plain));
	assert_true(style_is_large(ROLE_BADGE_BLIND, &plain));
	assert_false(style_is_large(ROLE_OFF, &plain));
	assert_false(style_is_large(ROLE_LIVE, &plain));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_pairs_have_their_known_ratio),
		cmocka_unit_test(luminance_is_weighed_light),
		cmocka_unit_test(the_palette_is_that_of_xterm),
		cmocka_unit_test(defaults_are_white_on_black_or_the_reverse),
		cmocka_unit_test(reverse_swaps_and_dim_fades),
		cmocka_unit_test(bold_and_badges_are_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
