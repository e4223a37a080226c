/*
 * http_answer_fuzz - any bytes as the body of an answer, any text as pointers.
 *
 * Exercises src/probe/answer.c, facts.c.  The input's first line is what the
 * signals are taken from ("from", tab, "count"), the rest is the body.  Beyond
 * "no crash": a failed sample has no value and says why, a good number is
 * finite, and everything that people will see is clean.
 */
#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/text.h"
#include "probe/answer.h"
#include "probe/facts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_clean(const char *text)
{
	for (const char *p = text; *p != '\0'; p++)
		assert(((unsigned char)*p >= 0x20 && *p != 0x7f));
}

static void
check_sample(const struct sample *s)
{
	check_clean(s->why);
	if (s->failed) {
		assert(s->value.kind == VALUE_NONE);
		assert(s->why[0] != '\0');
		return;
	}
	assert(s->value.kind != VALUE_NONE);
	if (s->value.kind == VALUE_NUMBER)
		assert(isfinite(s->value.number));
	if (s->value.kind == VALUE_WORDS)
		check_clean(s->value.words);
	assert(s->n >= -1);
}

static void
judge(const struct book_probe *probe, const struct http_answer *a,
      const struct json *expect, bool needs_json)
{
	struct probe_result r = { 0 };
	struct probe_report *report;
	struct probe_fact facts[2];
	struct answer answer;

	answer_read(&answer, a, needs_json, &r);
	facts[0] = facts_number("status", a->status);
	facts[1] = answer_as_expected(&answer, expect);
	check_clean(facts[1].why);
	r.facts = facts;
	r.fact_count = ARRAY_LEN(facts);
	report = facts_report(probe, &r, 1);
	assert(report->failed == (r.code != ERR_NONE));
	check_clean(report->detail);
	check_clean(report->raw);
	for (size_t i = 0; i < report->count; i++)
		check_sample(&report->samples[i]);
	probe_report_free(report);
	answer_clear(&answer);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = memchr(data, '\n', size);
	size_t head = end == NULL ? 0 : (size_t)(end - data);
	char from[200] = "/a", count[200] = "/n";
	struct book_signal signals[2] = {
		{ .name = "x.a",
		  .from = from,
		  .count_from = count,
		  .scale = 100 },
		{ .name = "x.status", .from = count, .scale = -1 },
	};
	struct book_probe probe = { .id = "p",
				    .signals = signals,
				    .signal_count = ARRAY_LEN(signals) };
	struct http_answer a = { .status = 200, .retry_after_ms = -1 };
	static const char wish[] = "{\"/a\":\"1\",\"/b/0\":true}";
	struct json *expect;
	struct err e;

	if (end != NULL && head < sizeof(from)) {
		const uint8_t *tab = memchr(data, '\t', head);
		size_t len = tab == NULL ? head : (size_t)(tab - data);

		str_copy_n(from, sizeof(from), (const char *)data, len);
		if (tab != NULL)
			str_copy_n(count, sizeof(count), (const char *)tab + 1,
				   head - len - 1);
		data = end + 1;
		size -= head + 1;
	}
	expect = json_parse(wish, sizeof(wish) - 1, &e);
	buf_init(&a.body, HTTP_BODY_CAP);
	buf_add(&a.body, (const char *)data, size);
	judge(&probe, &a, expect, true);
	judge(&probe, &a, expect, false);
	a.status = 503;
	judge(&probe, &a, expect, true);
	http_answer_clear(&a);
	json_free(expect);
	return 0;
}
