/*
 * room_samples - measurements into the room.
 *
 * The field `s` is an array of [signal, value or null, n, at, why]: null is a
 * failed measurement, `why` says what went wrong.  Signals the runbook does
 * not name are passed over.
 */
#include <string.h>

#include "base/jscan.h"
#include "base/str.h"
#include "base/text.h"
#include "model/room_fold.h"
#include "model/room_health.h"

static bool
take_value(struct sample *out, const struct jscan *s, enum jtok t)
{
	char text[RECORD_TEXT + 1];
	double number;

	switch (t) {
	case JTOK_NUMBER:
		if (!jscan_number(s, &number))
			return false;
		out->value = value_of_number(number);
		return true;
	case JTOK_STRING:
		if (!jscan_string(s, text, sizeof(text)))
			return false;
		out->value = value_of_words(text);
		return true;
	case JTOK_TRUE:
	case JTOK_FALSE:
		out->value = value_of_flag(t == JTOK_TRUE);
		return true;
	case JTOK_NULL:
		out->failed = true;
		return true;
	default:
		return false;
	}
}

static bool
take_int(struct jscan *s, int64_t *out)
{
	char text[24];

	return jscan_next(s) == JTOK_NUMBER &&
	       str_copy_n(text, sizeof(text), s->raw, s->raw_len) &&
	       str_to_int(text, out);
}

/* `why`, if any, and the end of the sample. */
static bool
take_end(struct sample *out, struct jscan *s)
{
	enum jtok t = jscan_next(s);
	char text[RECORD_TEXT + 1];

	if (t == JTOK_STRING) {
		if (!jscan_string(s, text, sizeof(text)))
			return false;
		text_clean(out->why, sizeof(out->why), text, strlen(text));
		t = jscan_next(s);
	}
	return t == JTOK_ARRAY_END;
}

/* The sample whose bracket was just opened. */
static bool
take_sample(struct sample *out, struct jscan *s)
{
	memset(out, 0, sizeof(*out));
	return jscan_next(s) == JTOK_STRING &&
	       jscan_string(s, out->signal, sizeof(out->signal)) &&
	       take_value(out, s, jscan_next(s)) && take_int(s, &out->n) &&
	       take_int(s, &out->at_ms) && take_end(out, s);
}

static void
add_history(struct room_signal *s, double number)
{
	size_t slot = (s->history_start + s->history_count) % ROOM_HISTORY;

	s->history[slot] = (float)number;
	if (s->history_count < ROOM_HISTORY)
		s->history_count++;
	else
		s->history_start = (s->history_start + 1) % ROOM_HISTORY;
}

/* Older than what is known, the same again, or of no time at all: changes
 * nothing. */
static bool
is_news(const struct sample *last, const struct sample *s)
{
	if (s->at_ms < 0 || s->at_ms > ROOM_TIME_MOST)
		return false;
	if (last->signal[0] == '\0' || s->at_ms > last->at_ms)
		return true;
	return s->at_ms == last->at_ms &&
	       (s->failed != last->failed ||
		!value_same(&s->value, &last->value));
}

static void
feed_holds(struct room *r, int signal, const struct sample *s)
{
	for (size_t g = 0; g < r->book->gates.gate_count; g++)
		if (r->gates[g].signal == signal)
			gate_hold_take(&r->book->gates.gates[g],
				       &r->gates[g].hold, s);
}

static void
feed(struct room *r, const struct sample *s)
{
	int i = room_find_signal(r, s->signal);
	struct room_signal *to;

	if (i < 0)
		return;
	to = &r->signals[i];
	if (!is_news(&to->last, s))
		return;
	to->last = *s;
	if (r->held_gates > 0)
		feed_holds(r, i, s);
	room_watches_feed(r, s);
	if (s->failed)
		return;
	to->last_good = *s;
	if (s->value.kind == VALUE_NUMBER)
		add_history(to, s->value.number);
	else if (s->value.kind == VALUE_FLAG)
		add_history(to, s->value.flag ? 1 : 0);
}

/* Walks the array; feeds the room unless it is NULL. */
static bool
walk(struct room *r, const char *json)
{
	struct sample one;
	struct jscan s;
	enum jtok t;

	jscan_init(&s, json, strlen(json));
	if (jscan_next(&s) != JTOK_ARRAY)
		return false;
	while ((t = jscan_next(&s)) == JTOK_ARRAY) {
		if (!take_sample(&one, &s))
			return false;
		if (r != NULL)
			feed(r, &one);
	}
	return t == JTOK_ARRAY_END && jscan_next(&s) == JTOK_END;
}

enum err_code
room_judge_samples(const struct room *r, const struct record *rec,
		   struct err *e)
{
	(void)r;
	if (!walk(NULL, record_get(rec, "s")))
		return room_refuse(rec, e, "its samples cannot be read");
	return ERR_NONE;
}

void
room_fold_samples(struct room *r, const struct record *rec)
{
	walk(r, record_get(rec, "s"));
	room_watches_look(r, rec->at_ms);
}
