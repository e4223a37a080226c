/* base: what is percent-encoded stays in its segment of a path. */
#include "tests/lib/test.h"

#include "base/percent.h"

static void
encoded_text_cannot_leave_its_segment(void **state)
{
	static const struct {
		const char *text, *encoded;
	} rows[] = {
		{ "queue-1_~.x", "queue-1_~.x" },
		{ "a/b?c#d%e f", "a%2Fb%3Fc%23d%25e%20f" },
		{ "..", "%2E%2E" },
		{ ".", "%2E" },
		{ "\xc3\xa9\r\n", "%C3%A9%0D%0A" },
		{ "", "" },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf b;

		buf_init(&b, 100);
		CHECK_ROW(rows[i].text, percent_encode(&b, rows[i].text));
		assert_string_equal(buf_str(&b), rows[i].encoded);
		buf_clear(&b);
	}
}

static void
a_path_that_climbs_is_known_encoded_or_not(void **state)
{
	static const struct {
		const char *path;
		bool climbs;
	} rows[] = {
		{ "/a/../b", true },
		{ "/a/..", true },
		{ "/a/%2E%2e/b", true },
		{ "/a/.%2E", true },
		{ "/./a", true },
		{ "/%2e?x=1", true },
		{ "..", true },
		{ "/a/...", false },
		{ "/a/..b/c", false },
		{ "/a/b../c", false },
		{ "/a.b/c?d=/../", false },
		{ "/%2f%2e%2e", false },
		{ "/a//b/", false },
		{ "", false },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		CHECK_ROW(rows[i].path,
			  percent_climbs(rows[i].path) == rows[i].climbs);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(encoded_text_cannot_leave_its_segment),
		cmocka_unit_test(a_path_that_climbs_is_known_encoded_or_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
