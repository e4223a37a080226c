/* json: strict in, exact keys, encoded out. */
#include "tests/lib/test.h"

#include <locale.h>
#include <math.h>

#include "base/json.h"

static struct json *
parse(const char *text)
{
	struct err e = { 0 };
	struct json *doc = json_parse(text, strlen(text), &e);

	if (doc == NULL)
		print_error("%s: %s\n", text, e.text);
	assert_non_null(doc);
	return doc;
}

static void
bad_documents_are_refused_with_the_place(void **state)
{
	static const struct {
		const char *what, *text, *part;
	} rows[] = {
		{ "a key given twice", "{\"a\":1,\n \"b\":{},\"a\":2}",
		  "line 2 column 9: key given twice" },
		{ "the same key by an escape", "{\"a\":1,\"\\u0061\":2}",
		  "line 1 column 8: key given twice" },
		{ "a key given twice deep inside",
		  "[{\"x\":[{\"k\":1,\"j\":2,\"k\":3}]}]",
		  "column 21: key given twice" },
		{ "an empty key given twice", "{\"\":1,\"\":2}",
		  "given twice" },
		{ "NUL in a string", "[\"a\\u0000b\"]", "column 2: \\u0000" },
		{ "NUL in a key", "{\"a\\u0000\":1}", "\\u0000 in a key" },
		{ "a lone surrogate", "\"\\ud800\"", "surrogate" },
		{ "a number beyond a double", "[1e400]", "beyond a double" },
		{ "a negative one", "[-1E999]", "beyond a double" },
		{ "a number nobody can hold",
		  "[1000000000000000000000000000000000000000000000000000000"
		  "00000000000000000000000]",
		  "more than 63 characters" },
		{ "more text", "{} {}", "column 4: more text" },
		{ "a comma too many", "[1,]", "column 4: expected a value" },
		{ "invalid UTF-8", "\"\xff\"", "not UTF-8" },
		{ "nothing", "", "text ends" },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err e = { 0 };
		struct json *doc =
			json_parse(rows[i].text, strlen(rows[i].text), &e);

		CHECK_ROW(rows[i].what, doc == NULL && e.code == ERR_FORMAT);
		CHECK_HOLDS(e.text, rows[i].part);
	}
}

static void
like_keys_of_different_objects_are_no_duplicates(void **state)
{
	TEST_UNUSED(state);
	json_free(parse("{\"a\":{\"a\":{\"a\":1}},\"b\":{\"a\":1}}"));
	json_free(parse("[{\"a\":1},{\"a\":1}]"));
	json_free(parse("{\"a\":1,\"A\":2,\"aa\":3,\"\":4}"));
	json_free(parse("[\"\\\\u0000\"]")); /* a backslash and five letters */
}

static void
more_than_eight_mebibytes_are_refused(void **state)
{
	struct err e = { 0 };
	struct buf b;

	TEST_UNUSED(state);
	buf_init(&b, (size_t)9 * 1024 * 1024);
	buf_char(&b, '[');
	while (b.len < (size_t)8 * 1024 * 1024)
		buf_text(&b, "                                ");
	buf_char(&b, ']');
	assert_null(json_parse(b.data, b.len, &e));
	assert_int_equal(e.code, ERR_LIMIT);
	buf_clear(&b);
}

static void
an_object_with_very_many_keys_is_judged_quickly(void **state)
{
	struct err e = { 0 };
	struct buf b;

	TEST_UNUSED(state);
	buf_init(&b, (size_t)8 * 1024 * 1024);
	buf_char(&b, '{');
	for (int i = 0; i < 200000; i++)
		buf_printf(&b, "\"key %d\":0,", i);
	buf_text(&b, "\"key 77\":1}");
	assert_null(json_parse(b.data, b.len, &e));
	CHECK_HOLDS(e.text, "given twice");
	buf_clear(&b);
}

static void
only_the_given_length_is_read(void **state)
{
	struct err e = { 0 };
	struct json *doc = json_parse("12345", 3, &e);
	double n = 0;

	TEST_UNUSED(state);
	assert_true(json_number(doc, &n) && n == 123);
	json_free(doc);
}

static void
keys_are_matched_exactly(void **state)
{
	struct json *doc = parse("{\"TLS\":\"upper\",\"tls\":\"lower\"}");

	TEST_UNUSED(state);
	assert_string_equal(json_text_or(doc, "tls", ""), "lower");
	assert_string_equal(json_text_or(doc, "TLS", ""), "upper");
	assert_null(json_get(doc, "Tls"));
	json_free(doc);
}

static void
values_know_their_type(void **state)
{
	static const enum json_type want[] = { JSON_NULL,   JSON_FALSE,
					       JSON_TRUE,   JSON_NUMBER,
					       JSON_STRING, JSON_ARRAY,
					       JSON_OBJECT };
	struct json *doc = parse("[null,false,true,1.5,\"x\",[],{}]");

	TEST_UNUSED(state);
	assert_int_equal(json_count(doc), ARRAY_LEN(want));
	for (size_t i = 0; i < ARRAY_LEN(want); i++)
		assert_int_equal(json_type(json_item(doc, i)), want[i]);
	assert_int_equal(json_type(json_item(doc, 7)), JSON_ABSENT);
	assert_int_equal(json_type(NULL), JSON_ABSENT);
	assert_null(json_get(doc, "x"));
	assert_null(json_text(json_item(doc, 3)));
	assert_true(json_is_true(json_item(doc, 2)));
	assert_false(json_is_true(json_item(doc, 3)));
	assert_null(json_first(json_item(doc, 4)));
	json_free(doc);
}

static void
scalars_read_as_people_write_them(void **state)
{
	static const char *const want[] = { "2.5",   "3",  "true",
					    "false", "GO", "0.1" };
	struct json *doc = parse("[2.5,3.0,true,false,\"GO\",0.1,null,[],{}]");
	char got[16];

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(want); i++) {
		assert_true(json_scalar(json_item(doc, i), got, sizeof(got)));
		assert_string_equal(got, want[i]);
	}
	for (size_t i = ARRAY_LEN(want); i < json_count(doc) + 1; i++)
		assert_false(json_scalar(json_item(doc, i), got, sizeof(got)));
	json_free(doc);
}

/* The examples of RFC 6901, and what it forbids. */
static void
pointers_follow_rfc_6901(void **state)
{
	static const struct {
		const char *pointer;
		double value; /* -1: nothing is there */
	} rows[] = {
		{ "/foo/0", 100 },  { "/foo/1", 101 }, { "/", 0 },
		{ "/a~1b", 1 },	    { "/c%d", 2 },     { "/e^f", 3 },
		{ "/g|h", 4 },	    { "/i\\j", 5 },    { "/k\"l", 6 },
		{ "/ ", 7 },	    { "/m~0n", 8 },    { "/o/p/q", 9 },
		{ "/foo/2", -1 },   { "/foo/-", -1 },  { "/foo/01", -1 },
		{ "/foo/", -1 },    { "/m~2n", -1 },   { "/m~", -1 },
		{ "/FOO/0", -1 },   { "foo", -1 },     { "/foo/0/x", -1 },
		{ "/o/p/q/", -1 },  { "/o//q", -1 },   { "/fo", -1 },
		{ "/foo/0x0", -1 }, { "/foo/ 0", -1 },
	};
	struct json *doc =
		parse("{\"foo\":[100,101],\"\":0,\"a/b\":1,\"c%d\":2,\"e^f\":3,"
		      "\"g|h\":4,\"i\\\\j\":5,\"k\\\"l\":6,\" \":7,\"m~n\":8,"
		      "\"o\":{\"p\":{\"q\":9}}}");

	TEST_UNUSED(state);
	assert_ptr_equal(json_at(doc, ""), doc);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		double got = -1;

		json_number(json_at(doc, rows[i].pointer), &got);
		CHECK_ROW(rows[i].pointer, got == rows[i].value);
	}
	json_free(doc);
}

static void
written_text_reads_back(void **state)
{
	struct buf b;
	struct jwriter w;
	struct json *doc;

	TEST_UNUSED(state);
	buf_init(&b, 4096);
	jw_init(&w, &b);
	jw_object(&w, NULL);
	jw_text(&w, "quote\"", "a\\b\n\x01\x7f\xc3\xa9/");
	jw_int(&w, "int", INT64_MIN);
	jw_number(&w, "half", 0.5);
	jw_number(&w, "nothing", (double)NAN);
	jw_flag(&w, "on", true);
	jw_null(&w, "off");
	jw_array(&w, "list");
	jw_object(&w, NULL);
	jw_object_end(&w);
	jw_raw(&w, NULL, "[1,2]");
	jw_text(&w, NULL, NULL);
	jw_array_end(&w);
	jw_flag(&w, "last", false);
	jw_object_end(&w);
	assert_string_equal(
		buf_str(&b),
		"{\"quote\\\"\":\"a\\\\b\\n\\u0001\\u007f\xc3\xa9/\","
		"\"int\":-9223372036854775808,\"half\":0.5,\"nothing\":null,"
		"\"on\":true,\"off\":null,\"list\":[{},[1,2],null],"
		"\"last\":false}");
	doc = parse(buf_str(&b));
	assert_string_equal(json_text_or(doc, "quote\"", ""),
			    "a\\b\n\x01\x7f\xc3\xa9/");
	assert_true(json_number_or(doc, "half", 0) == 0.5);
	assert_true(json_number_or(doc, "nothing", -1) == -1);
	json_free(doc);
	buf_clear(&b);
}

static void
invalid_bytes_are_written_as_the_replacement_character(void **state)
{
	struct buf b;
	struct jwriter w;

	TEST_UNUSED(state);
	buf_init(&b, 100);
	jw_init(&w, &b);
	jw_text(&w, NULL, "a\xff\xc3");
	assert_string_equal(buf_str(&b), "\"a\xef\xbf\xbd\xef\xbf\xbd\"");
	buf_clear(&b);
}

/* Valid JSON as it stands, but a terminal would obey it. */
static void
what_a_terminal_obeys_is_written_escaped(void **state)
{
	struct jwriter w;
	struct json *doc;
	struct err e;
	struct buf b;

	TEST_UNUSED(state);
	buf_init(&b, 1000);
	jw_init(&w, &b);
	jw_text(&w, NULL, "\xc2\x9b\xe2\x80\xae\xf3\xa0\x80\x81\xc3\xa9");
	assert_string_equal(buf_str(&b),
			    "\"\\u009b\\u202e\\udb40\\udc01\xc3\xa9\"");
	doc = json_parse(buf_str(&b), b.len, &e);
	assert_string_equal(json_text(doc),
			    "\xc2\x9b\xe2\x80\xae\xf3\xa0\x80\x81\xc3\xa9");
	json_free(doc);
	buf_clear(&b);
}

static void
a_full_buffer_stays_cut(void **state)
{
	struct buf b;
	struct jwriter w;

	TEST_UNUSED(state);
	buf_init(&b, 10);
	jw_init(&w, &b);
	jw_object(&w, NULL);
	jw_text(&w, "key", "much too long for ten bytes");
	jw_object_end(&w);
	assert_true(b.cut);
	assert_true(b.len <= 10);
	buf_clear(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_documents_are_refused_with_the_place),
		cmocka_unit_test(
			like_keys_of_different_objects_are_no_duplicates),
		cmocka_unit_test(more_than_eight_mebibytes_are_refused),
		cmocka_unit_test(
			an_object_with_very_many_keys_is_judged_quickly),
		cmocka_unit_test(only_the_given_length_is_read),
		cmocka_unit_test(keys_are_matched_exactly),
		cmocka_unit_test(values_know_their_type),
		cmocka_unit_test(scalars_read_as_people_write_them),
		cmocka_unit_test(pointers_follow_rfc_6901),
		cmocka_unit_test(written_text_reads_back),
		cmocka_unit_test(
			invalid_bytes_are_written_as_the_replacement_character),
		cmocka_unit_test(what_a_terminal_obeys_is_written_escaped),
		cmocka_unit_test(a_full_buffer_stays_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
