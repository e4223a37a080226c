/* answer - an HTTP answer as a measurement, and the values in its JSON. */
#include "probe/answer.h"

#include <string.h>

#include "base/json.h"
#include "base/redact.h"
#include "base/str.h"
#include "base/text.h"
#include "probe/facts.h"

#define RAW_BYTES 4096 /* looked at for `raw`; longer than any secret in it */

static struct probe_fact
fact_of_json(const char *name, const struct json *v)
{
	struct probe_fact f;
	double number;
	const char *shape = NULL;

	switch (json_type(v)) {
	case JSON_TRUE:
	case JSON_FALSE:
		return facts_flag(name, json_is_true(v));
	case JSON_STRING:
		return facts_words(name, json_text(v));
	case JSON_NUMBER:
		if (json_number(v, &number))
			return facts_number(name, number);
		shape = "no number we can hold";
		break;
	case JSON_NULL:
		shape = "null";
		break;
	case JSON_ARRAY:
		shape = "a list, not a value";
		break;
	case JSON_OBJECT:
		shape = "an object, not a value";
		break;
	case JSON_ABSENT:
		shape = "not in the answer";
		break;
	}
	f = facts_missing(name, "");
	str_printf(f.why, sizeof(f.why), "%s is %s", name, shape);
	return f;
}

static bool
look_up(const void *answer, const char *name, struct probe_fact *out)
{
	const struct answer *a = answer;

	if (name[0] != '/')
		return false;
	*out = a->doc == NULL ? facts_missing(name, a->why)
			      : fact_of_json(name, json_at(a->doc, name));
	return true;
}

/* Does each expected pointer hold its text?  The first miss is named. */
struct probe_fact
answer_as_expected(const struct answer *a, const struct json *expect)
{
	struct probe_fact f = facts_flag("as_expected", true);
	const struct json *want;

	for (want = json_first(expect); want != NULL; want = json_next(want)) {
		char wanted[128], shown[96], got[512];
		bool is_known = json_scalar(want, wanted, sizeof(wanted));

		/* What cannot be compared is met by nothing. */
		if (!is_known)
			str_copy(wanted, sizeof(wanted), "more than fits here");
		if (!json_scalar(json_at(a->doc, json_key(want)), got,
				 sizeof(got)))
			str_copy(got, sizeof(got), "(no value)");
		else if (is_known && str_same(got, wanted))
			continue;
		redact_clean(shown, 40, got, strlen(got));
		f.value.flag = false;
		str_printf(f.why, sizeof(f.why), "%s is %s, expected %s",
			   json_key(want), shown, wanted);
		return f;
	}
	return f;
}

void
answer_fail(struct probe_result *r, enum err_code code, const char *why)
{
	r->code = code;
	text_clean(r->why, sizeof(r->why), why, strlen(why));
}

static void
judge_status(struct probe_result *r, const struct http_answer *a)
{
	char why[SAMPLE_WHY];

	if (a->code != ERR_NONE) {
		answer_fail(r, a->code, a->why);
		return;
	}
	if (a->status >= 200 && a->status <= 299)
		return;
	str_printf(why, sizeof(why), "HTTP %d%s", a->status,
		   a->status >= 300 && a->status <= 399
			   ? ": redirect not followed, correct the endpoint"
			   : "");
	answer_fail(r, ERR_REFUSED, why);
	if (a->retry_after_ms > 0)
		r->hold_ms = a->retry_after_ms;
}

void
answer_keep_raw(struct probe_result *r, const struct buf *body)
{
	char bytes[RAW_BYTES], clean[RAW_BYTES];

	str_copy_n(bytes, sizeof(bytes), buf_str(body),
		   body->len < sizeof(bytes) ? body->len : sizeof(bytes) - 1);
	redact_text(bytes, sizeof(bytes));
	text_clean(clean, sizeof(clean), bytes, strlen(bytes));
	str_excerpt(r->raw, sizeof(r->raw), clean);
}

static void
parse_body(struct answer *to, const struct buf *body)
{
	struct json *doc;
	struct err e;

	if (body->len == 0) {
		str_copy(to->why, sizeof(to->why), "the answer has no body");
		return;
	}
	doc = json_parse(buf_str(body), body->len, &e);
	if (doc == NULL) {
		char why[400];

		str_printf(why, sizeof(why), "the answer is not JSON: %s",
			   e.text);
		text_clean(to->why, sizeof(to->why), why, strlen(why));
	}
	to->doc = doc;
}

void
answer_read(struct answer *to, const struct http_answer *a, bool needs_json,
	    struct probe_result *r)
{
	*to = (struct answer){ 0 };
	r->took_us = a->took_us;
	r->bytes = a->bytes;
	r->connects = a->connects;
	r->look_up = look_up;
	r->answer = to;
	judge_status(r, a);
	if (a->status != 0) {
		str_printf(r->detail, sizeof(r->detail), "%d %lld ms",
			   a->status, (long long)(a->took_us / 1000));
		answer_keep_raw(r, &a->body);
	}
	if (r->code != ERR_NONE)
		return;
	parse_body(to, &a->body);
	if (to->doc == NULL && needs_json)
		answer_fail(r, ERR_FORMAT, to->why);
}

void
answer_clear(struct answer *a)
{
	json_free(a->doc);
	a->doc = NULL;
}
