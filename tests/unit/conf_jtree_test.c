/* jtree - strict reading, positions, and values that are the same. */
#include "tests/lib/test.h"

#include "base/mem.h"
#include "base/str.h"
#include "conf/jtree.h"

static void
what_json_is_not_is_refused_where_it_stands(void **state)
{
	static const struct {
		const char *text;
		size_t at;
		const char *why;
	} cases[] = {
		{ "", 0, "text ends" },
		{ "{\"a\":1,}", 7, "name in double quotes" },
		{ "[1,]", 3, "expected a value" },
		{ "[1 2]", 3, "',' or ']'" },
		{ "{\"a\" 1}", 5, "':'" },
		{ "{a:1}", 1, "double quotes" },
		{ "01", 0, "leading zero" },
		{ "-", 0, "expected a value" },
		{ "1.", 0, "after the point" },
		{ "1e", 0, "exponent" },
		{ "1e999", 0, "beyond a double" },
		{ "nul", 0, "expected a value" },
		{ "true false", 5, "more text" },
		{ "\"a", 0, "closing quote" },
		{ "\"\\x\"", 1, "escape" },
		{ "\"\\ud800\"", 1, "surrogate" },
		{ "\"\\udc00\\ud800\"", 1, "surrogate" },
		{ "\"\n\"", 1, "control character" },
		{ "\"long enough to be read by words\x01\"", 32, "control" },
		{ "\"\xc0\x80\"", 1, "UTF-8" },
		{ "\"\\n\xff\"", 3, "UTF-8" },
		{ "{\"a\":1,\"\\u0061\":2}", 7, "given twice" },
		{ "{\"k\":{\"a\":1,\"b\":2,\"a\":3}}", 18, "given twice" },
		{ "\xef\xbb\xbf{}", 0, "expected a value" },
	};
	struct jtree t = { 0 };
	struct err e;

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		size_t len = strlen(cases[i].text);
		char *exact = mem_copy(cases[i].text, len);

		CHECK_ROW(cases[i].text, !jtree_read(&t, exact, len));
		CHECK_HOLDS(t.why, cases[i].why);
		CHECK_ROW(cases[i].text, t.at == cases[i].at);
		assert_int_equal(jtree_error(&t, &e), ERR_FORMAT);
		CHECK_HOLDS(e.text, "line 1 column ");
		mem_free(exact);
	}
	assert_false(jtree_read(&t, "[\0]", 3));
	jtree_clear(&t);
}

static void
nesting_is_bounded(void **state)
{
	char text[300];
	struct jtree t = { 0 };

	TEST_UNUSED(state);
	memset(text, '[', 128);
	memset(text + 128, ']', 128);
	assert_true(jtree_read(&t, text, 256));
	assert_int_equal(t.count, 128);
	memset(text, '[', 129);
	assert_false(jtree_read(&t, text, 129));
	CHECK_HOLDS(t.why, "too deep");
	jtree_clear(&t);
}

static void
a_name_given_twice_is_found_in_large_objects(void **state)
{
	struct jtree t = { 0 };
	struct buf text;

	TEST_UNUSED(state);
	buf_init(&text, 1 << 20);
	buf_char(&text, '{');
	for (int i = 0; i < 5000; i++)
		buf_printf(&text, "\"name%d\":%d,", i, i);
	buf_text(&text, "\"name4999\":0}");
	assert_false(jtree_read(&t, buf_str(&text), text.len));
	CHECK_HOLDS(t.why, "given twice");
	text.data[text.len - 5] = 'x';
	assert_true(jtree_read(&t, buf_str(&text), text.len));
	assert_int_equal(t.nodes[0].len, 5001);
	assert_true(jnode_get(t.nodes, "name4321")->number == 4321);
	jtree_clear(&t);
	buf_clear(&text);
}

static void
values_are_found_by_name_place_and_pointer(void **state)
{
	static const char text[] =
		" {\"a/b\": [1, {\"m~n\": \"\\u00e9\\ud83d\\ude00\\u0000!\"}], "
		"\"\": null, \"e\": {}, \"f\": [], \"n\": -12.5e1}\n";
	struct jtree t = { 0 };
	const struct jnode *v;

	TEST_UNUSED(state);
	assert_true(jtree_read(&t, text, sizeof(text) - 1));
	assert_int_equal(t.nodes[0].len, 5);
	assert_int_equal(t.nodes[0].span, t.count);
	v = jnode_at(t.nodes, "/a~1b/1/m~0n");
	assert_non_null(v);
	assert_int_equal(v->len, 8);
	assert_memory_equal(v->text, "\xc3\xa9\xf0\x9f\x98\x80\0!", 8);
	assert_int_equal(text[v->at], '"');
	assert_int_equal(jnode_at(t.nodes, "/")->kind, JKIND_NULL);
	assert_int_equal(jnode_at(t.nodes, "/e")->len, 0);
	assert_true(jnode_at(t.nodes, "/n")->number == -125);
	assert_true(jnode_is_integer(jnode_at(t.nodes, "/n")));
	assert_null(jnode_at(t.nodes, "/a~1b/01"));
	assert_null(jnode_at(t.nodes, "/a~1b/2"));
	assert_null(jnode_at(t.nodes, "/a~2b"));
	assert_null(jnode_at(t.nodes, "x"));
	assert_ptr_equal(jnode_at(t.nodes, ""), t.nodes);
	jtree_clear(&t);
}

static void
same_values_are_equal_and_hash_alike(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} cases[] = {
		{ "1", "1.0", true },
		{ "-0", "0", true },
		{ "1e2", "100", true },
		{ "1", "true", false },
		{ "0", "false", false },
		{ "\"a\"", "\"\\u0061\"", true },
		{ "[1,2]", "[2,1]", false },
		{ "{\"a\":1,\"b\":[{}]}", "{\"b\":[{}],\"a\":1.0}", true },
		{ "{\"a\":1}", "{\"a\":1,\"b\":1}", false },
		{ "{\"a\":1}", "{\"b\":1}", false },
		{ "[]", "{}", false },
		{ "null", "null", true },
	};
	struct jtree a = { 0 }, b = { 0 };

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_true(jtree_read(&a, cases[i].a, strlen(cases[i].a)));
		assert_true(jtree_read(&b, cases[i].b, strlen(cases[i].b)));
		CHECK_ROW(cases[i].a,
			  jnode_equal(a.nodes, b.nodes) == cases[i].same);
		CHECK_ROW(cases[i].a,
			  !cases[i].same ||
				  jnode_hash(a.nodes) == jnode_hash(b.nodes));
	}
	jtree_clear(&a);
	jtree_clear(&b);
}

/* Sixty names forwards and backwards. */
static void
the_order_of_many_names_does_not_matter(void **state)
{
	struct jtree a = { 0 }, b = { 0 };
	struct buf up, down;

	TEST_UNUSED(state);
	buf_init(&up, 4096);
	buf_init(&down, 4096);
	for (int i = 0; i < 60; i++) {
		buf_printf(&up, "%c\"n%d\":%d", i == 0 ? '{' : ',', i, i);
		buf_printf(&down, "%c\"n%d\":%d", i == 0 ? '{' : ',', 59 - i,
			   59 - i);
	}
	buf_char(&up, '}');
	buf_char(&down, '}');
	assert_true(jtree_read(&a, buf_str(&up), up.len));
	assert_true(jtree_read(&b, buf_str(&down), down.len));
	assert_true(jnode_equal(a.nodes, b.nodes));
	assert_true(jnode_hash(a.nodes) == jnode_hash(b.nodes));
	down.data[down.len - 2] = '7'; /* "n0":7 */
	assert_true(jtree_read(&b, buf_str(&down), down.len));
	assert_false(jnode_equal(a.nodes, b.nodes));
	jtree_clear(&a);
	jtree_clear(&b);
	buf_clear(&up);
	buf_clear(&down);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_json_is_not_is_refused_where_it_stands),
		cmocka_unit_test(nesting_is_bounded),
		cmocka_unit_test(a_name_given_twice_is_found_in_large_objects),
		cmocka_unit_test(values_are_found_by_name_place_and_pointer),
		cmocka_unit_test(same_values_are_equal_and_hash_alike),
		cmocka_unit_test(the_order_of_many_names_does_not_matter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
