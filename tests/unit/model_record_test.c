/* record: the same record is the same bytes, and hostile text stays text. */
#include "tests/lib/test.h"

#include <math.h>

#include "base/mem.h"
#include "base/redact.h"
#include "model/record.h"
#include "tests/lib/books.h"
#include "tests/lib/walks.h"

/* The line of a record; valid until the next call. */
static const char *
line_of(const struct record *r)
{
	static char line[RECORD_CAP + 1];
	struct buf out;

	buf_init(&out, sizeof(line) - 1);
	record_write(&out, r);
	assert_false(out.cut);
	memcpy(line, buf_str(&out), out.len + 1);
	buf_clear(&out);
	return line;
}

static void
every_kind_has_a_row_and_its_word_reads_back(void **state)
{
	enum record_kind kind;

	TEST_UNUSED(state);
	for (unsigned i = 0; i < RECORD_KIND_COUNT; i++) {
		assert_true(record_rows[i].help[0] != '\0');
		assert_true(record_kind_parse(record_rows[i].word, &kind));
		assert_int_equal(kind, i);
	}
	assert_false(record_kind_parse("sample", &kind));
	assert_true(record_rows[RECORD_STEP].durable);
	assert_true(record_rows[RECORD_VERDICT].durable);
	assert_false(record_rows[RECORD_SAMPLES].durable);
}

static void
a_record_is_written_in_a_fixed_order(void **state)
{
	struct record r;

	TEST_UNUSED(state);
	record_init(&r, RECORD_STEP, "lead");
	r.seq = 7;
	r.wall_ms = 1795142467123;
	r.at_ms = 4711;
	record_text(&r, "step", "publish-flow");
	record_int(&r, "attempt", -2);
	record_number(&r, "score", 71.5);
	record_flag(&r, "vetoed", true);
	record_json(&r, "lines", " [ \"a\" , {\"b\" : 1e2} ] ");
	assert_string_equal(
		line_of(&r),
		"{\"seq\":7,\"at\":\"2026-11-20T02:41:07.123Z\",\"t\":4711,"
		"\"by\":\"lead\",\"kind\":\"step\",\"step\":\"publish-flow\","
		"\"attempt\":-2,\"score\":71.5,\"vetoed\":true,"
		"\"lines\":[\"a\",{\"b\":1e2}]}");
	assert_string_equal(record_get(&r, "step"), "publish-flow");
	assert_int_equal(record_get_int(&r, "attempt", 0), -2);
	assert_int_equal(record_get_int(&r, "none", 5), 5);
	assert_true(record_get_number(&r, "score", 0) == 71.5);
	assert_true(record_get_number(&r, "attempt", 0) == -2);
	assert_true(record_get_flag(&r, "vetoed"));
	assert_false(record_get_flag(&r, "step"));
	assert_string_equal(record_get(&r, "none"), "");
	assert_true(record_has(&r, "lines"));
	record_clear(&r);
}

static void
empty_texts_are_not_stored(void **state)
{
	struct record r;

	TEST_UNUSED(state);
	record_init(&r, RECORD_NOTE, NULL);
	record_text(&r, "a", NULL);
	record_text(&r, "b", "");
	record_json(&r, "c", NULL);
	assert_int_equal(r.count, 0);
	assert_string_equal(r.by, "");
	record_clear(&r);
}

static void
hostile_text_is_cleaned_on_the_way_in(void **state)
{
	struct record r;

	TEST_UNUSED(state);
	record_init(&r, RECORD_NOTE, "an\x1b[31mna");
	record_text(&r, "text", "two\nlines \x1b]0;title\a \xe2\x80\xae \xff");
	record_json(&r, "lines", "[\"a\\u001b[0m\\nb\\u202e\"]");
	assert_null(strchr(r.by, '\x1b'));
	assert_null(strpbrk(record_get(&r, "text"), "\x1b\a\n\xff"));
	assert_null(strstr(record_get(&r, "text"), "\xe2\x80\xae"));
	assert_null(strstr(record_get(&r, "lines"), "u001b"));
	assert_null(strstr(record_get(&r, "lines"), "\xe2\x80\xae"));
	assert_null(strchr(line_of(&r), '\n'));
	record_clear(&r);
}

static void
secrets_are_gone_from_texts_and_from_json(void **state)
{
	struct record r;

	TEST_UNUSED(state);
	redact_add("TOKEN", "he\"llo42secret");
	redact_add("PIN", "12345678");
	record_init(&r, RECORD_REQUEST, "director");
	record_text(&r, "url", "https://x/?t=he\"llo42secret&p=12345678");
	record_json(&r, "lines",
		    "[\"he\\\"llo42secret\", 12345678, {\"12345678\": 1}]");
	redact_forget_all();
	assert_string_equal(record_get(&r, "url"),
			    "https://x/?t=[TOKEN]&p=[PIN]");
	assert_string_equal(record_get(&r, "lines"),
			    "[\"[TOKEN]\",\"[PIN]\",{\"[PIN]\":1}]");
	record_clear(&r);
}

static void
a_secret_at_the_cut_leaves_no_half(void **state)
{
	char text[RECORD_TEXT + 32];
	struct record r;

	TEST_UNUSED(state);
	memset(text, 'x', sizeof(text));
	memcpy(text + RECORD_TEXT - 5, "halfsecret", 11);
	redact_add("S", "halfsecret");
	record_init(&r, RECORD_NOTE, "lead");
	record_text(&r, "text", text);
	redact_forget_all();
	assert_null(strstr(record_get(&r, "text"), "half"));
	record_clear(&r);
}

static void
a_long_text_is_cut_at_a_character(void **state)
{
	char text[2 * RECORD_TEXT + 2];
	struct record r, back;
	const char *line;
	struct err e;
	size_t len;

	TEST_UNUSED(state);
	for (size_t i = 0; i + 2 < sizeof(text); i += 2)
		memcpy(text + i, "\xc3\xab", 3);
	record_init(&r, RECORD_NOTE, "lead");
	record_text(&r, "a", text);
	record_text(&r, "b", text + 2);
	len = strlen(record_get(&r, "a"));
	assert_true(len <= RECORD_TEXT && len >= RECORD_TEXT - 1);
	assert_int_equal(len % 2, 0);
	line = line_of(&r);
	CHECK_OK(record_read(&back, line, strlen(line), &e), &e);
	record_clear(&back);
	record_clear(&r);
}

static void
what_json_has_no_word_for_becomes_null(void **state)
{
	struct record r, back;
	const char *line;
	struct err e;

	TEST_UNUSED(state);
	record_init(&r, RECORD_DECISION, "director");
	record_number(&r, "score", NAN);
	record_number(&r, "other", INFINITY);
	line = line_of(&r);
	CHECK_HOLDS(line, "\"score\":null,\"other\":null");
	CHECK_OK(record_read(&back, line, strlen(line), &e), &e);
	assert_true(record_get_number(&back, "score", -1) == -1);
	record_clear(&back);
	record_clear(&r);
}

static void
what_is_not_json_is_kept_as_text(void **state)
{
	struct record r;

	TEST_UNUSED(state);
	record_init(&r, RECORD_STEP, "director");
	record_json(&r, "lines", "[\"open\", ");
	record_json(&r, "items", "[\"\\u0000\"]");
	assert_int_equal(r.fields[0].type, FIELD_TEXT);
	assert_int_equal(r.fields[1].type, FIELD_TEXT);
	record_clear(&r);
}

static void
what_does_not_fit_marks_the_record(void **state)
{
	struct record r;
	struct buf json;

	TEST_UNUSED(state);
	record_init(&r, RECORD_SAMPLES, "director");
	buf_init(&json, 2 * RECORD_CAP);
	buf_text(&json, "[1");
	while (json.len < RECORD_CAP + 10)
		buf_text(&json, ",123456789");
	buf_text(&json, "]");
	record_json(&r, "s", buf_str(&json));
	assert_true(r.texts.cut);
	assert_false(record_has(&r, "s"));
	record_reset(&r, RECORD_NOTE, "lead");
	assert_false(r.texts.cut);
	buf_clear(&json);
	record_clear(&r);
}

#define HEAD                                                      \
	"{\"seq\":1,\"at\":\"2026-11-20T02:41:07.123Z\",\"t\":2," \
	"\"by\":\"lead\",\"kind\":\"note\""
#define ZEROS16 "0000000000000000"
#define DIGEST ZEROS16 ZEROS16 ZEROS16 ZEROS16

static void
unknown_fields_are_kept_as_they_are(void **state)
{
	static const char line[] =
		HEAD ",\"new_field\":\"x\\\"y\",\"deep\":{\"a\":[1,null]},"
		     "\"big\":9223372036854775807,\"huge\":1e+300,\"no\":false,"
		     "\"nothing\":null,\"prev\":\"" DIGEST
		     "\",\"hash\":\"" DIGEST "\"}";
	struct record r;
	struct err e;

	TEST_UNUSED(state);
	CHECK_OK(record_read(&r, line, strlen(line), &e), &e);
	assert_string_equal(record_get(&r, "new_field"), "x\"y");
	assert_string_equal(record_get(&r, "deep"), "{\"a\":[1,null]}");
	assert_true(record_get_int(&r, "big", 0) == INT64_MAX);
	assert_string_equal(r.prev, DIGEST);
	assert_string_equal(line_of(&r), line);
	record_clear(&r);
}

static void
lines_that_are_no_records_are_refused(void **state)
{
	static const struct {
		const char *what, *line;
	} rows[] = {
		{ "nothing", "" },
		{ "no object", "[]" },
		{ "an empty object", "{}" },
		{ "an open object", HEAD },
		{ "bytes behind it", HEAD "} "
					  "x" },
		{ "no seq", "{\"at\":\"2026-11-20T02:41:07.123Z\",\"seq\":1}" },
		{ "a broken seq", "{\"seq\":1.5}" },
		{ "a seq as text", "{\"seq\":\"1\"}" },
		{ "an enormous seq", "{\"seq\":99999999999999999999}" },
		{ "a time without milliseconds",
		  "{\"seq\":1,\"at\":\"2026-11-20T02:41:07Z\",\"t\":2,"
		  "\"by\":\"\",\"kind\":\"note\"}" },
		{ "a time with an offset",
		  "{\"seq\":1,\"at\":\"2026-11-20T02:41:07+01:0\",\"t\":2,"
		  "\"by\":\"\",\"kind\":\"note\"}" },
		{ "a day that is none",
		  "{\"seq\":1,\"at\":\"2026-02-30T02:41:07.123Z\",\"t\":2,"
		  "\"by\":\"\",\"kind\":\"note\"}" },
		{ "an unknown kind",
		  "{\"seq\":1,\"at\":\"2026-11-20T02:41:07.123Z\",\"t\":2,"
		  "\"by\":\"\",\"kind\":\"coffee\"}" },
		{ "a name too long for `by`",
		  "{\"seq\":1,\"at\":\"2026-11-20T02:41:07.123Z\",\"t\":2,"
		  "\"by\":\"" DIGEST "\",\"kind\":\"note\"}" },
		{ "a field twice", HEAD ",\"a\":1,\"a\":1}" },
		{ "the kind again", HEAD ",\"kind\":\"note\"}" },
		{ "a field behind the chain",
		  HEAD ",\"prev\":\"" DIGEST "\",\"a\":1}" },
		{ "prev behind hash",
		  HEAD ",\"hash\":\"" DIGEST "\",\"prev\":\"" DIGEST "\"}" },
		{ "a short hash", HEAD ",\"hash\":\"00\"}" },
		{ "a hash in capitals",
		  HEAD ",\"hash\":\"A" ZEROS16 ZEROS16 ZEROS16
		       "000000000000000\"}" },
		{ "an upper-case name", HEAD ",\"Field\":1}" },
		{ "an escaped name", HEAD ",\"\\u0061\":1}" },
		{ "an empty name", HEAD ",\"\":1}" },
		{ "a long name", HEAD ",\"a" DIGEST "\":1}" },
		{ "an escape sequence", HEAD ",\"text\":\"\\u001b[31m\"}" },
		{ "a bidi override", HEAD ",\"text\":\"\\u202e\"}" },
		{ "a NUL", HEAD ",\"text\":\"\\u0000\"}" },
		{ "bad UTF-8", HEAD ",\"text\":\"\xff\"}" },
		{ "a raw control character", HEAD ",\"text\":\"a\tb\"}" },
		{ "a number beyond a double", HEAD ",\"a\":1e999}" },
		{ "a comma too many", HEAD ",}" },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct record r;
		struct err e = { 0 };

		CHECK_ROW(rows[i].what,
			  record_read(&r, rows[i].line, strlen(rows[i].line),
				      &e) == ERR_DAMAGED);
		CHECK_ROW(rows[i].what, e.text[0] != '\0');
	}
}

static void
more_fields_than_a_record_has_are_refused(void **state)
{
	struct record r;
	struct buf line;
	struct err e;

	TEST_UNUSED(state);
	buf_init(&line, 4096);
	buf_text(&line, HEAD);
	for (int i = 0; i < RECORD_FIELDS; i++)
		buf_printf(&line, ",\"f%d\":%d", i, i);
	buf_char(&line, '}');
	CHECK_OK(record_read(&r, line.data, line.len, &e), &e);
	record_clear(&r);
	line.len--;
	buf_text(&line, ",\"more\":1}");
	CHECK_FAILS(record_read(&r, line.data, line.len, &e), ERR_DAMAGED, &e,
		    "fields");
	buf_clear(&line);
}

static void
times_beyond_the_calendar_still_read_back(void **state)
{
	static const int64_t rows[] = {
		INT64_MIN, -1, 0, 253402300799999, 253402300800000, INT64_MAX
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct record r, back;
		const char *line;
		struct err e;

		record_init(&r, RECORD_CLOCK, "director");
		r.wall_ms = rows[i];
		line = line_of(&r);
		CHECK_OK(record_read(&back, line, strlen(line), &e), &e);
		record_clear(&back);
		record_clear(&r);
	}
}

static void
write_read_write_gives_the_same_bytes(void **state)
{
	struct book *book = books_small();
	struct room *room;
	struct record r, back;
	struct walk w;
	struct err e;

	TEST_UNUSED(state);
	books_drain(book, "telephony.abandonment_rate_percent", "");
	room = room_new(book);
	walk_init(&w, 20261120);
	record_init(&r, RECORD_NOTE, "");
	record_init(&back, RECORD_NOTE, "");
	for (int i = 0; i < 3000; i++) {
		char *first;

		walk_next(&w, room, &r);
		r.seq = i + 1;
		first = mem_text(line_of(&r));
		CHECK_OK(record_reread(&back, first, strlen(first), &e), &e);
		assert_string_equal(line_of(&back), first);
		CHECK_OK(room_apply(room, &back, &e), &e);
		mem_free(first);
	}
	record_clear(&back);
	record_clear(&r);
	room_free(room);
	book_drop(book);
}

static void
a_summary_says_it_in_one_line(void **state)
{
	char text[120];
	struct record r;

	TEST_UNUSED(state);
	record_init(&r, RECORD_VERDICT, "director");
	record_text(&r, "gate", "telephony.abandonment_rate_percent");
	record_text(&r, "verdict", "NO-GO");
	record_text(&r, "reason", "breached");
	record_text(&r, "value", "2.9 %");
	record_summary(text, sizeof(text), &r);
	assert_string_equal(text, "NO-GO abandonment rate 2.9 %");
	record_reset(&r, RECORD_STEP, "director");
	record_text(&r, "step", "publish-flow");
	record_text(&r, "state", "accepted");
	record_text(&r, "detail", "202");
	record_summary(text, sizeof(text), &r);
	assert_string_equal(text, "step publish-flow accepted 202");
	record_reset(&r, RECORD_REQUEST, "director");
	record_text(&r, "step", "publish-flow");
	record_text(&r, "method", "PATCH");
	record_int(&r, "status", 202);
	record_int(&r, "took_ms", 31);
	record_summary(text, sizeof(text), &r);
	assert_string_equal(text, "publish-flow PATCH 202 31 ms");
	record_clear(&r);
}

static void
a_summary_is_never_empty_and_never_too_long(void **state)
{
	TEST_UNUSED(state);
	for (unsigned i = 0; i < RECORD_KIND_COUNT; i++)
		for (size_t size = 1; size < 60; size++) {
			char text[64];
			struct record r;

			memset(text, '#', sizeof(text));
			record_init(&r, (enum record_kind)i, "lead");
			record_text(&r, "detail", "Zo\xc3\xab \xe2\x89\xa4 2");
			record_text(&r, "text", "Zo\xc3\xab \xe2\x89\xa4 2");
			record_summary(text, size, &r);
			assert_true(strlen(text) < size);
			assert_true(text[size] == '#');
			if (size > 30 && i != RECORD_VERDICT)
				assert_true(text[0] != '\0');
			record_clear(&r);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_has_a_row_and_its_word_reads_back),
		cmocka_unit_test(a_record_is_written_in_a_fixed_order),
		cmocka_unit_test(empty_texts_are_not_stored),
		cmocka_unit_test(hostile_text_is_cleaned_on_the_way_in),
		cmocka_unit_test(secrets_are_gone_from_texts_and_from_json),
		cmocka_unit_test(a_secret_at_the_cut_leaves_no_half),
		cmocka_unit_test(a_long_text_is_cut_at_a_character),
		cmocka_unit_test(what_json_has_no_word_for_becomes_null),
		cmocka_unit_test(what_is_not_json_is_kept_as_text),
		cmocka_unit_test(what_does_not_fit_marks_the_record),
		cmocka_unit_test(unknown_fields_are_kept_as_they_are),
		cmocka_unit_test(lines_that_are_no_records_are_refused),
		cmocka_unit_test(more_fields_than_a_record_has_are_refused),
		cmocka_unit_test(times_beyond_the_calendar_still_read_back),
		cmocka_unit_test(write_read_write_gives_the_same_bytes),
		cmocka_unit_test(a_summary_says_it_in_one_line),
		cmocka_unit_test(a_summary_is_never_empty_and_never_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
