/* facts - what a measurement found, turned into samples of signals. */
#include "probe/facts.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/text.h"

#define RATIO " / "
#define NAME_MOST 512

static struct probe_fact
fact_of(const char *name, struct value v)
{
	struct probe_fact f = { .name = name, .value = v, .n = -1 };

	return f;
}

struct probe_fact
facts_number(const char *name, double number)
{
	if (!isfinite(number))
		return facts_missing(name, "not a finite number");
	return fact_of(name, value_of_number(number));
}

struct probe_fact
facts_flag(const char *name, bool flag)
{
	return fact_of(name, value_of_flag(flag));
}

struct probe_fact
facts_words(const char *name, const char *text)
{
	struct probe_fact f;
	size_t len = strlen(text);

	if (len < VALUE_TEXT)
		return fact_of(name, value_of_words(text));
	f = facts_missing(name, "");
	str_printf(f.why, sizeof(f.why), "text of %zu bytes, at most %d fit",
		   len, VALUE_TEXT - 1);
	return f;
}

struct probe_fact
facts_missing(const char *name, const char *why)
{
	struct probe_fact f = { .name = name, .n = -1 };

	text_clean(f.why, sizeof(f.why), why, strlen(why));
	return f;
}

static struct probe_fact
find(const struct probe_result *r, const char *name)
{
	struct probe_fact f = { 0 };

	for (size_t i = 0; i < r->fact_count; i++)
		if (str_same(r->facts[i].name, name))
			return r->facts[i];
	if (r->look_up != NULL && r->look_up(r->answer, name, &f))
		return f;
	f = facts_missing(name, "");
	str_printf(f.why, sizeof(f.why), "this probe knows no \"%s\"", name);
	return f;
}

static struct probe_fact
find_number(const struct probe_result *r, const char *name)
{
	struct probe_fact f = find(r, name);

	if (f.value.kind == VALUE_NUMBER || f.value.kind == VALUE_NONE)
		return f;
	f.value.kind = VALUE_NONE;
	str_printf(f.why, sizeof(f.why), "%s is not a number", name);
	return f;
}

/* "a / b".  No events are no evidence: the ratio fails then, it is not 0. */
static struct probe_fact
find_ratio(const struct probe_result *r, const char *from, const char *slash)
{
	const char *below_name = slash + strlen(RATIO);
	char above_name[NAME_MOST];
	struct probe_fact above, below;

	if (!str_copy_n(above_name, sizeof(above_name), from,
			(size_t)(slash - from)))
		return facts_missing(from, "the name is too long");
	below = find_number(r, below_name);
	if (below.value.kind == VALUE_NONE) {
		char why[SAMPLE_WHY];

		str_printf(why, sizeof(why), "no events: %s", below.why);
		return facts_missing(from, why);
	}
	if (!(below.value.number > 0)) {
		below = facts_missing(from, "");
		str_printf(below.why, sizeof(below.why),
			   "no events: %s is not above 0", below_name);
		return below;
	}
	above = find_number(r, above_name);
	if (above.value.kind == VALUE_NONE)
		return facts_missing(from, above.why);
	return facts_number(from, above.value.number / below.value.number);
}

/* How many events a sample rests on; a count that is promised and cannot be
 * had makes the sample a failed one. */
static bool
count_events(const struct probe_result *r, const char *from, struct sample *s)
{
	struct probe_fact f;

	if (from == NULL)
		return true;
	f = find_number(r, from);
	if (f.value.kind == VALUE_NONE) {
		str_printf(s->why, sizeof(s->why), "count: %s", f.why);
		return false;
	}
	if (f.value.number < 0 || f.value.number > 9e15) {
		str_printf(s->why, sizeof(s->why), "count: %s is no count",
			   from);
		return false;
	}
	s->n = (int64_t)f.value.number;
	return true;
}

static bool
take(const struct probe_result *r, const struct book_signal *signal,
     struct sample *s)
{
	const char *slash = strstr(signal->from, RATIO);
	struct probe_fact f = slash == NULL
				      ? find(r, signal->from)
				      : find_ratio(r, signal->from, slash);

	s->n = f.n;
	str_copy(s->why, sizeof(s->why), f.why);
	if (f.value.kind == VALUE_NONE)
		return false;
	if (f.value.kind == VALUE_NUMBER) {
		f.value.number *= signal->scale;
		if (!isfinite(f.value.number)) {
			str_copy(s->why, sizeof(s->why),
				 "not a finite number after scaling");
			return false;
		}
	}
	if (!count_events(r, signal->count_from, s))
		return false;
	s->value = f.value;
	return true;
}

/* Names of facts come from the runbook, reasons from kinds and peers. */
static void
clean_why(struct sample *s)
{
	char why[SAMPLE_WHY];

	if (s->why[0] == '\0')
		return;
	str_copy(why, sizeof(why), s->why);
	text_clean(s->why, sizeof(s->why), why, strlen(why));
}

static void
fill_sample(struct sample *s, const struct probe_result *r,
	    const struct book_signal *signal, int64_t at_ms)
{
	str_copy(s->signal, sizeof(s->signal), signal->name);
	s->at_ms = at_ms;
	s->n = -1;
	if (r->code != ERR_NONE)
		str_copy(s->why, sizeof(s->why), r->why);
	else if (take(r, signal, s))
		return;
	s->failed = true;
	s->value.kind = VALUE_NONE;
	if (s->why[0] == '\0')
		str_copy(s->why, sizeof(s->why), err_words(r->code));
}

struct probe_report *
facts_report(const struct book_probe *p, const struct probe_result *r,
	     uint64_t runs)
{
	struct probe_report *out = mem_new(
		1, sizeof(*out) + p->signal_count * sizeof(out->samples[0]));

	str_copy(out->probe, sizeof(out->probe), p->id);
	out->at_ms = clock_ms();
	out->failed = r->code != ERR_NONE;
	str_copy(out->detail, sizeof(out->detail),
		 r->detail[0] == '\0' ? r->why : r->detail);
	str_copy(out->raw, sizeof(out->raw), r->raw);
	out->took_us = r->took_us;
	out->bytes = r->bytes;
	out->connects = r->connects;
	out->runs = runs;
	out->count = p->signal_count;
	for (size_t i = 0; i < p->signal_count; i++) {
		fill_sample(&out->samples[i], r, &p->signals[i], out->at_ms);
		clean_why(&out->samples[i]);
	}
	return out;
}

void
probe_report_free(struct probe_report *r)
{
	mem_free(r);
}
