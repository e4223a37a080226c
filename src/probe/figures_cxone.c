/* figures_cxone - what a skill did, from CXone's summary of skills. */
#include "probe/figures.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/percent.h"
#include "base/str.h"

#define MOST 1e12

/* Its media types that have queues. */
static const struct {
	const char *media;
	int id;
} media_ids[] = { { "voice", 4 }, { "chat", 3 } };

bool
figures_cxone_path(struct buf *out, const struct figures_query *q,
		   const char *base)
{
	char from[CLOCK_TEXT], until[CLOCK_TEXT];

	clock_text(from, q->from_ms);
	clock_text(until, q->until_ms);
	for (size_t i = 0; i < ARRAY_LEN(media_ids); i++) {
		if (!str_same(media_ids[i].media, q->media))
			continue;
		buf_printf(out, "%s/skills/summary?startDate=", base);
		percent_encode(out, from);
		buf_text(out, "&endDate=");
		percent_encode(out, until);
		return buf_printf(out, "&mediaTypeId=%d&isOutbound=false",
				  media_ids[i].id);
	}
	return false;
}

/* Clients and server spell the same names in two cases. */
static const struct json *
member(const struct json *object, const char *name)
{
	if (json_type(object) != JSON_OBJECT)
		return NULL;
	for (const struct json *v = json_first(object); v != NULL;
	     v = json_next(v))
		if (strcasecmp(json_key(v), name) == 0)
			return v;
	return NULL;
}

/* A figure of a row: false when it is there and none; -1 when absent. */
static bool
figure(const struct json *row, const char *name, double *out)
{
	const struct json *v = member(row, name);

	*out = -1;
	if (v == NULL || json_type(v) == JSON_NULL)
		return true;
	return json_number(v, out) && *out >= 0 && *out <= MOST;
}

/* "PT4M1S", "PT0.5S"; false for anything with days or without a time. */
static bool
read_duration(const char *text, double *out_ms)
{
	double total = 0, number;
	char digits[24];

	if (text == NULL || !str_starts(text, "PT") || text[2] == '\0')
		return false;
	for (text += 2; *text != '\0';) {
		size_t len = strspn(text, "0123456789.");

		if (len == 0 ||
		    !str_copy_n(digits, sizeof(digits), text, len) ||
		    !str_to_number(digits, &number))
			return false;
		switch (text[len]) {
		case 'H':
			total += number * 3600;
			break;
		case 'M':
			total += number * 60;
			break;
		case 'S':
			total += number;
			break;
		default:
			return false;
		}
		text += len + 1;
	}
	*out_ms = total * 1000;
	return total * 1000 <= MOST;
}

/* Once a row lacks a figure the sum is not known. */
static void
sum_up(double *sum, bool *known, double v)
{
	if (v < 0)
		*known = false;
	else
		*sum += v;
}

struct sums {
	double offered, abandoned, handled, within, outside, wait_ms;
	bool has_offered, has_abandoned, has_handled, has_level, has_wait;
};

static enum err_code
add_row(struct sums *s, const struct json *row, struct err *e)
{
	double offered, abandoned, handled, within, outside, wait_ms = -1;
	const struct json *wait = member(row, "averageSpeedToAnswer");

	if (!figure(row, "contactsOffered", &offered) ||
	    !figure(row, "abandonCount", &abandoned) ||
	    !figure(row, "contactsHandled", &handled) ||
	    !figure(row, "contactsWithinSLA", &within) ||
	    !figure(row, "contactsOutOfSLA", &outside))
		return err_set(e, ERR_FORMAT,
			       "a count of the summary is no such figure");
	if (wait != NULL && json_type(wait) != JSON_NULL &&
	    !read_duration(json_text(wait), &wait_ms))
		return err_set(e, ERR_FORMAT,
			       "averageSpeedToAnswer is no duration");
	sum_up(&s->offered, &s->has_offered, offered);
	sum_up(&s->abandoned, &s->has_abandoned, abandoned);
	sum_up(&s->handled, &s->has_handled, handled);
	sum_up(&s->within, &s->has_level, within);
	sum_up(&s->outside, &s->has_level, outside);
	if (handled > 0)
		sum_up(&s->wait_ms, &s->has_wait,
		       wait_ms < 0 ? -1 : wait_ms * handled);
	return ERR_NONE;
}

static bool
is_ours(const struct figures_query *q, const struct json *row)
{
	char id[96];

	return q->queue == NULL ||
	       (json_scalar(member(row, "skillId"), id, sizeof(id)) &&
		str_same(id, q->queue));
}

static void
take(struct figures *out, const struct sums *s, const struct figures_query *q,
     int rows)
{
	*out = (struct figures){
		.offered = s->has_offered ? s->offered : -1,
		.abandoned = s->has_abandoned ? s->abandoned : -1,
		.answered = s->has_handled ? s->handled : -1,
		.connected = -1,
		.wait_ms = s->has_wait && s->has_handled ? s->wait_ms : -1,
		.wait_n = s->has_wait && s->has_handled ? s->handled : -1,
		.within_level = s->has_level ? s->within : -1,
		.level_n = s->has_level ? s->within + s->outside : -1,
		.newest_ms = q->until_ms,
		.buckets = rows,
	};
}

enum err_code
figures_cxone_read(struct figures *out, const struct figures_query *q,
		   const struct json *doc, struct err *e)
{
	const struct json *set = member(doc, "resultSet");
	const struct json *list =
		member(set == NULL ? doc : set, "skillSummaries");
	struct sums s = { .has_offered = true,
			  .has_abandoned = true,
			  .has_handled = true,
			  .has_level = true,
			  .has_wait = true };
	int rows = 0;

	if (json_type(list) != JSON_ARRAY)
		return err_set(e, ERR_FORMAT, "no list skillSummaries");
	for (const struct json *row = json_first(list); row != NULL;
	     row = json_next(row)) {
		if (!is_ours(q, row))
			continue;
		if (add_row(&s, row, e) != ERR_NONE)
			return e->code;
		rows++;
	}
	if (rows == 0)
		return err_set(e, ERR_ABSENT,
			       "no data: the skill is not in the summary");
	take(out, &s, q, rows);
	return ERR_NONE;
}
