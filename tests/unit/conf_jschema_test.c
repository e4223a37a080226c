/* jschema - keywords one by one, references, limits, and what is refused. */
#include "tests/lib/test.h"

#include <assert.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/thread.h"
#include "conf/jschema.h"

#define D7 "\"$schema\":\"http://json-schema.org/draft-07/schema#\""

static struct jschema *
compiled(const char *text)
{
	struct jschema *s = NULL;
	struct err e;
	size_t at;

	CHECK_OK(jschema_compile(&s, text, strlen(text), NULL, 0, &at, &e), &e);
	return s;
}

static bool
judged(const struct jschema *s, const char *text, struct jschema_findings *f)
{
	struct jtree t = { 0 };
	bool valid;

	assert_true(jtree_read(&t, text, strlen(text)));
	valid = jschema_judge(s, &t, f);
	jtree_clear(&t);
	return valid;
}

static void
each_keyword_judges_as_published(void **state)
{
	static const struct {
		const char *schema, *good, *bad;
		const char *rule, *pointer, *why; /* of the first finding */
	} cases[] = {
		{ "{\"type\":[\"integer\",\"null\"]}", "3.0", "3.5", "type", "",
		  "3.5 is not of type integer or null" },
		{ "{\"enum\":[1,\"a\",null]}", "null", "\"b\"", "enum", "",
		  "\"b\" is none of 1, \"a\", null" },
		{ "{\"enum\":[1,2,3,4,5,6,7,8,9,{\"a\":[1]}]}", "{\"a\":[1.0]}",
		  "10", "enum", "", "10 is none of 1, 2" },
		{ "{\"const\":{\"a\":1}}", "{\"a\":1.0}", "{\"a\":2}", "const",
		  "", "an object of 1 is not" },
		{ "{\"multipleOf\":0.01}", "19.99", "19.999", "multipleOf", "",
		  "19.999 is not a multiple of 0.01" },
		{ "{\"multipleOf\":1e-7}", "1e300", "1e-8", "multipleOf", "",
		  "not a multiple" },
		{ "{\"exclusiveMinimum\":1,\"maximum\":2}", "2", "1",
		  "exclusiveMinimum", "", "1 is not above 1" },
		{ "{\"minLength\":2,\"maxLength\":2}", "\"\\ud83d\\ude00x\"",
		  "\"\\ud83d\\ude00\"", "minLength", "",
		  "1 characters, fewer than 2" },
		{ "{\"uniqueItems\":true}", "[1,true,\"1\"]", "[{},1,{}]",
		  "uniqueItems", "/2", "twice" },
		{ "{\"prefixItems\":[true],\"items\":{\"type\":\"null\"}}",
		  "[1,null]", "[1,2]", "type", "/1", "2 is not of type null" },
		{ "{\"contains\":{\"const\":1},\"minContains\":2,"
		  "\"maxContains\":3}",
		  "[1,1,2]", "[1,1,1,1]", "maxContains", "", "more than 3" },
		{ "{\"propertyNames\":{\"maxLength\":2}}", "{\"ab\":1}",
		  "{\"abc\":1}", "maxLength", "/abc", "more than 2" },
		{ "{\"dependentRequired\":{\"a\":[\"b\"]}}",
		  "{\"a\":1,\"b\":1}", "{\"a\":1}", "dependentRequired", "",
		  "beside \"a\" the member \"b\" is missing" },
		{ "{\"if\":{\"minimum\":5},\"then\":{\"multipleOf\":5},"
		  "\"else\":{\"const\":1}}",
		  "10", "6", "multipleOf", "", "6 is not a multiple of 5" },
		{ "{\"oneOf\":[{\"type\":\"number\"},{\"minimum\":3}]}", "2",
		  "4", "oneOf", "", "4 fits more than one of the 2" },
		{ "{\"not\":{\"type\":\"string\"}}", "1", "\"x\"", "not", "",
		  "must not stand here" },
		{ "{\"properties\":{\"a\":true},\"patternProperties\":{\"^x\":"
		  "true},\"additionalProperties\":false}",
		  "{\"a\":1,\"x1\":2}", "{\"b\":1}", "additionalProperties",
		  "/b", "no member of this name" },
		{ "{\"allOf\":[{\"properties\":{\"a\":true}}],"
		  "\"unevaluatedProperties\":false}",
		  "{\"a\":1}", "{\"b\":1}", "unevaluatedProperties", "/b",
		  "no member of this name" },
		{ "{\"anyOf\":[{\"prefixItems\":[{\"const\":1}]},true],"
		  "\"unevaluatedItems\":false}",
		  "[1]", "[1,2]", "unevaluatedItems", "/1", "nothing may" },
		{ "{\"$defs\":{\"a~/%\":{\"type\":\"null\"}},\"properties\":"
		  "{\"x\":{\"$ref\":\"#/$defs/a~0~1%25\"}}}",
		  "{\"x\":null}", "{\"x\":1}", "type", "/x", "not of type" },
		{ "{\"$id\":\"http://a/b/c\",\"$defs\":{\"d\":{\"$id\":\"../"
		  "e\","
		  "\"$anchor\":\"f\",\"type\":\"null\"}},\"$ref\":\"/e#f\"}",
		  "null", "1", "type", "", "not of type" },
		{ "{\"$ref\":\"https://json-schema.org/draft/2020-12/schema\"}",
		  "{\"minLength\":1}", "{\"allOf\":[{\"minLength\":-1}]}",
		  "minimum", "/allOf/0/minLength", "below the minimum of 0" },
		{ "{" D7 ",\"items\":[{\"type\":\"null\"}],\"additionalItems\":"
		  "false}",
		  "[null]", "[null,1]", "additionalItems", "/1", "nothing" },
		{ "{" D7 ",\"definitions\":{\"a\":{\"$id\":\"#n\",\"type\":"
		  "\"null\"}},\"properties\":{\"a\":{\"$ref\":\"#n\","
		  "\"type\":\"string\"}}}",
		  "{\"a\":null}", "{\"a\":\"x\"}", "type", "/a", "type null" },
		{ "{" D7 ",\"dependencies\":{\"a\":[\"b\"],\"c\":{\"required\":"
		  "[\"d\"]}}}",
		  "{\"a\":1,\"b\":1}", "{\"c\":1}", "required", "",
		  "\"d\" is missing" },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct jschema *s = compiled(cases[i].schema);
		struct jschema_findings f = { 0 };

		CHECK_ROW(cases[i].schema, judged(s, cases[i].good, &f));
		CHECK_ROW(cases[i].schema, f.total == 0);
		CHECK_ROW(cases[i].schema, !judged(s, cases[i].bad, &f));
		CHECK_ROW(cases[i].schema, !judged(s, cases[i].bad, NULL));
		assert_true(f.count > 0);
		assert_string_equal(f.items[0].rule, cases[i].rule);
		assert_string_equal(f.items[0].pointer, cases[i].pointer);
		CHECK_HOLDS(f.items[0].text, cases[i].why);
		jschema_findings_clear(&f);
		jschema_free(s);
	}
}

static void
patterns_mean_what_ecma_262_says(void **state)
{
	static const struct {
		const char *pattern, *text;
		bool matches;
	} cases[] = {
		{ "^\\\\d$", "\\u0663", false },
		{ "^\\\\w$", "\\u00e9", false },
		{ "^a$", "a\\n", false },
		{ "^.$", "\\u2028", false },
		{ "^.$", "\\ud83d\\ude00", true },
		{ "^\\\\s$", "\\u00a0", true },
		{ "^\\\\S$", "\\ufeff", false },
		{ "^[\\\\s]$", "\\u3000", true },
		{ "^[\\\\S]$", "\\u3000", false },
		{ "^[\\\\S]$", "\\ud83d\\ude00", true },
		{ "^[\\\\S\\\\t]$", "\\t", true },
		{ "^[\\\\S\\\\t]$", " ", false },
		{ "^[^\\\\S]$", "\\u2029", true },
		{ "^[^\\\\S]$", "a", false },
		{ "^[\\\\s\\\\S]{2}$", "a\\u00a0", true },
		{ "^[\\\\S-]$", "-", true },
		{ "^[-\\\\s]$", "\\u00a0", true },
		{ "^\\\\ud83d\\\\ude00$", "\\ud83d\\ude00", true },
		{ "^\\\\u{1F600}$", "\\ud83d\\ude00", true },
		{ "^\\\\p{Letter}+$", "\\u00e9a", true },
		{ "^\\\\p{Script=Greek}$", "\\u03c0", true },
		{ "^[[:alpha:]]$", "a]", true },
		{ "^[^]$", "\\n", true },
		{ "[]", "a", false },
		{ "^\\\\cA$", "\\u0001", true },
		{ "^(?<a>x)\\\\k<a>$", "xx", true },
		{ "^(?:(a)|b)\\\\1$", "b", true },
		{ "(?<!a)b", "ab", false },
		{ "b", "abc", true },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char schema[200], doc[100];
		struct jschema *s;

		str_printf(schema, sizeof(schema), "{\"pattern\":\"%s\"}",
			   cases[i].pattern);
		str_printf(doc, sizeof(doc), "\"%s\"", cases[i].text);
		s = compiled(schema);
		CHECK_ROW(cases[i].pattern,
			  judged(s, doc, NULL) == cases[i].matches);
		jschema_free(s);
	}
}

static void
what_cannot_be_judged_is_refused_with_its_place(void **state)
{
	static const struct {
		const char *schema;
		enum err_code code;
		size_t at;
		const char *why;
	} cases[] = {
		{ "[]", ERR_INPUT, 0, "a schema must be an object" },
		{ "{\"a\":}", ERR_FORMAT, 5, "expected a value" },
		{ "{\"type\":\"text\"}", ERR_INPUT, 8, "\"type\" knows" },
		{ "{\"required\":\"a\"}", ERR_INPUT, 12, "list of names" },
		{ "{\"items\":{\"minItems\":1.5}}", ERR_INPUT, 21,
		  "at \"/items/minItems\"" },
		{ "{\"allOf\":[]}", ERR_INPUT, 9, "at least one" },
		{ "{\"multipleOf\":0}", ERR_INPUT, 14, "above 0" },
		{ "{\"exclusiveMaximum\":true}", ERR_INPUT, 20, "a number" },
		{ "{\"$ref\":\"#/a\"}", ERR_INPUT, 8, "nothing is at" },
		{ "{\"$ref\":\"#/enum\",\"enum\":[1]}", ERR_INPUT, 24,
		  "a schema must be" },
		{ "{\"$ref\":\"http://else/x\"}", ERR_INPUT, 8, "fetched" },
		{ "{\"$schema\":\"urn:x\"}", ERR_INPUT, 11, "dialect" },
		{ "{\"$recursiveRef\":\"#\"}", ERR_INPUT, 17, "$dynamicRef" },
		{ "{\"$defs\":{\"a\":{\"$anchor\":\"x\"},\"b\":{\"$anchor\":"
		  "\"x\"}}}",
		  ERR_INPUT, 45, "given twice" },
		{ "{\"$defs\":{\"a\":{\"not\":{\"$ref\":\"#/$defs/b\"}},\"b\":"
		  "{\"anyOf\":[{\"$ref\":\"#/$defs/a\"}]}}}",
		  ERR_NONE, 0, "" }, /* never needed: never made */
		{ "{\"$defs\":{\"a\":{\"not\":{\"$ref\":\"#\"}}},\"anyOf\":["
		  "{\"$ref\":\"#/$defs/a\"}]}",
		  ERR_INPUT, 0, "circle" },
		{ "{\"pattern\":\"(\"}", ERR_INPUT, 11, "is no pattern" },
		{ "{\"pattern\":\"a++\"}", ERR_INPUT, 11, "nothing to repeat" },
		{ "{\"pattern\":\"\\\\A\"}", ERR_INPUT, 11, "does not have" },
		{ "{\"pattern\":\"[\\\\t-\\\\s]\"}", ERR_INPUT, 11, "a range" },
		{ "{\"pattern\":\"[\\\\S-z]\"}", ERR_INPUT, 11, "a range" },
		{ "{\"pattern\":\"(?>a)\"}", ERR_INPUT, 11, "group" },
		{ "{\"patternProperties\":{\"[\":true}}", ERR_INPUT, 26,
		  "is no pattern" },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct jschema *s = NULL;
		struct err e = { .text = "" };
		size_t at = 0;
		enum err_code code;

		code = jschema_compile(&s, cases[i].schema,
				       strlen(cases[i].schema), NULL, 0, &at,
				       &e);
		CHECK_ROW(cases[i].schema, code == cases[i].code);
		CHECK_HOLDS(e.text, cases[i].why);
		CHECK_ROW(cases[i].schema,
			  at == cases[i].at || code == ERR_NONE ||
				  str_same(cases[i].why, "circle"));
		jschema_free(s);
	}
}

/* Each ends soon, invalid, and says that a limit was passed. */
static void
endless_work_is_given_up(void **state)
{
	static const char bomb[] =
		"{\"$defs\":{\"a\":{\"allOf\":[{\"$ref\":\"#/$defs/b\"},"
		"{\"$ref\":\"#/$defs/b\"},{\"$ref\":\"#/$defs/b\"},"
		"{\"$ref\":\"#/$defs/b\"}]},\"b\":{\"items\":"
		"{\"$ref\":\"#/$defs/a\"}}},\"$ref\":\"#/$defs/a\"}";
	static const char slow[] = "{\"not\":{\"pattern\":\"^(a|aa)+$\"}}";
	struct jschema_findings f = { 0 };
	struct jschema *s = compiled(bomb);
	char text[256];

	TEST_UNUSED(state);
	memset(text, '[', 100);
	memset(text + 100, ']', 100);
	text[200] = '\0';
	assert_false(judged(s, text, &f));
	assert_string_equal(f.items[0].rule, "limit");
	CHECK_HOLDS(f.items[0].text, "steps");
	jschema_findings_clear(&f);
	jschema_free(s);
	s = compiled(slow);
	str_printf(text, sizeof(text), "\"%0100d\"", 0);
	for (char *p = text; *p != '\0'; p++)
		if (*p == '0')
			*p = 'a';
	text[100] = '!';
	assert_false(judged(s, text, &f));
	assert_false(judged(s, text, NULL));
	assert_string_equal(f.items[0].rule, "limit");
	CHECK_HOLDS(f.items[0].text, "too many steps");
	jschema_findings_clear(&f);
	jschema_free(s);
}

/* Each text of them alone is within the bounds of one text, or is one that a
 * step may go through as a whole. */
static void
patterns_of_a_whole_document_end_in_time(void **state)
{
	static const struct {
		const char *schema, *part, *why;
		bool is_list;
	} cases[] = {
		{ "{\"items\":{\"not\":{\"pattern\":\"^(a|aa)+$\"}}}",
		  "\"aaaaaaaaaaaaaaaaaaaa!\",",
		  "more than 2 s for this document", true },
		{ "{\"not\":{\"pattern\":\"(a*a*)[bc]\"}}", "aaaaaaaa",
		  "the pattern", false },
		{ "{\"not\":{\"pattern\":\"(.+x)+y\"}}", "axxxxxxx",
		  "the pattern", false },
	};
	const size_t size = 1 << 20;

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct jschema *s = compiled(cases[i].schema);
		struct jschema_findings f = { 0 };
		struct buf text;

		buf_init(&text, 2 * size);
		buf_char(&text, cases[i].is_list ? '[' : '"');
		while (text.len < size)
			buf_text(&text, cases[i].part);
		buf_text(&text, cases[i].is_list ? "0]" : "\"");
		CHECK_ROW(cases[i].schema, !judged(s, buf_str(&text), &f));
		CHECK_ROW(cases[i].schema, f.count == 1);
		assert_string_equal(f.items[0].rule, "limit");
		CHECK_HOLDS(f.items[0].text, cases[i].why);
		jschema_findings_clear(&f);
		buf_clear(&text);
		jschema_free(s);
	}
}

static void
findings_are_bounded_and_counted(void **state)
{
	struct jschema *s = compiled("{\"items\":{\"type\":\"null\"}}");
	struct jschema_findings f = { 0 };
	struct buf text;

	TEST_UNUSED(state);
	buf_init(&text, 1 << 16);
	for (int i = 0; i < 5000; i++)
		buf_text(&text, i == 0 ? "[1" : ",1");
	buf_char(&text, ']');
	assert_false(judged(s, buf_str(&text), &f));
	assert_int_equal(f.count, JSCHEMA_FINDINGS);
	assert_int_equal(f.total, 5000);
	assert_string_equal(f.items[99].pointer, "/99");
	assert_string_equal(f.items[99].keyword, "/items/type");
	assert_int_equal(f.items[99].at, 199);
	jschema_findings_clear(&f);
	buf_clear(&text);
	jschema_free(s);
}

static void
further_documents_are_reached_by_their_address(void **state)
{
	static const char other[] = "{\"$defs\":{\"a\":{\"type\":\"null\"}}}";
	static const struct jschema_text more = { "http://x/other.json", other,
						  sizeof(other) - 1 };
	static const char text[] =
		"{\"$id\":\"http://x/main.json\",\"properties\":{\"a\":"
		"{\"$ref\":\"other.json#/$defs/a\"}}}";
	struct jschema_findings f = { 0 };
	struct jschema *s;
	struct err e;
	size_t at;

	TEST_UNUSED(state);
	CHECK_OK(jschema_compile(&s, text, strlen(text), &more, 1, &at, &e),
		 &e);
	assert_true(judged(s, "{\"a\":null}", &f));
	assert_false(judged(s, "{\"a\":1}", &f));
	assert_string_equal(f.items[0].keyword,
			    "http://x/other.json/$defs/a/type");
	jschema_findings_clear(&f);
	jschema_free(s);
}

static void
judge_often(void *arg)
{
	for (int i = 0; i < 2000; i++) {
		assert(judged(arg, "{\"a\":\"x1\"}", NULL));
		assert(!judged(arg, "{\"a\":\"1x\"}", NULL));
	}
}

static void
one_schema_serves_many_threads(void **state)
{
	struct jschema *s = compiled(
		"{\"properties\":{\"a\":{\"pattern\":\"^[a-z]\\\\d$\"}}}");
	struct thread threads[4];
	struct err e;

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(threads); i++)
		CHECK_OK(thread_start(&threads[i], "judge", judge_often, s, &e),
			 &e);
	for (size_t i = 0; i < ARRAY_LEN(threads); i++)
		thread_join(&threads[i]);
	jschema_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_keyword_judges_as_published),
		cmocka_unit_test(patterns_mean_what_ecma_262_says),
		cmocka_unit_test(
			what_cannot_be_judged_is_refused_with_its_place),
		cmocka_unit_test(endless_work_is_given_up),
		cmocka_unit_test(patterns_of_a_whole_document_end_in_time),
		cmocka_unit_test(findings_are_bounded_and_counted),
		cmocka_unit_test(
			further_documents_are_reached_by_their_address),
		cmocka_unit_test(one_schema_serves_many_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
