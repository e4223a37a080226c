/*
 * load_sipp - sipp's statistics: one line for each period, separated by ";".
 *
 * Columns are found by their names; "(C)" is since the start of the test, "(P)"
 * is of the period.  The last line has the result, all lines have the peaks.
 */
#include "conf/load_read.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"

#define COLUMNS 1024
#define FIELD 96
#define BUCKETS 64
#define BUCKET "ResponseTimeRepartition1_"
#define MOST 1e15

enum column {
	COLUMN_START,
	COLUMN_TIME,
	COLUMN_PERIOD,
	COLUMN_RATE,
	COLUMN_CREATED,
	COLUMN_CURRENT,
	COLUMN_GOOD,
	COLUMN_FAILED,
	COLUMN_COUNT,
};

static const char *const names[COLUMN_COUNT] = {
	[COLUMN_START] = "StartTime",
	[COLUMN_TIME] = "CurrentTime",
	[COLUMN_PERIOD] = "ElapsedTime(P)",
	[COLUMN_RATE] = "CallRate(P)",
	[COLUMN_CREATED] = "TotalCallCreated",
	[COLUMN_CURRENT] = "CurrentCall",
	[COLUMN_GOOD] = "SuccessfulCall(C)",
	[COLUMN_FAILED] = "FailedCall(C)",
};

struct bucket {
	size_t column;
	double below_ms; /* 0: all above the highest */
};

struct layout {
	size_t columns;
	size_t at[COLUMN_COUNT];
	struct bucket buckets[BUCKETS];
	size_t bucket_count;
};

/* The fields of one line. */
struct fields {
	size_t count;
	struct load_line all[COLUMNS];
};

static bool
split_fields(struct fields *f, struct load_line line)
{
	f->count = 0;
	while (f->count < COLUMNS) {
		const char *end = memchr(line.at, ';', line.len);
		size_t len = end == NULL ? line.len : (size_t)(end - line.at);

		f->all[f->count++] = (struct load_line){ line.at, len };
		if (end == NULL)
			return true;
		line.at += len + 1;
		line.len -= len + 1;
	}
	return false;
}

static bool
field_text(const struct fields *f, size_t column, char to[FIELD])
{
	return column < f->count &&
	       str_copy_n(to, FIELD, f->all[column].at, f->all[column].len);
}

static bool
field_number(const struct fields *f, size_t column, double *out)
{
	char text[FIELD];

	return field_text(f, column, text) && str_to_number(text, out) &&
	       *out >= 0 && *out <= MOST;
}

static void
add_bucket(struct layout *l, size_t column, const char *bound)
{
	struct bucket b = { .column = column };

	if (l->bucket_count == BUCKETS)
		return;
	if (bound[0] == '<' && str_to_number(bound + 1, &b.below_ms) &&
	    b.below_ms > 0)
		l->buckets[l->bucket_count++] = b;
	else if (str_starts(bound, ">="))
		l->buckets[l->bucket_count++] = (struct bucket){ column, 0 };
}

static enum err_code
read_header(struct layout *l, struct fields *f, struct load_line header,
	    struct err *e)
{
	bool found[COLUMN_COUNT] = { false };
	char name[FIELD];

	*l = (struct layout){ .at = { [COLUMN_START] = COLUMNS } };
	if (!split_fields(f, header))
		return err_set(e, ERR_FORMAT, "more columns than sipp writes");
	l->columns = f->count;
	for (size_t i = 0; i < f->count; i++) {
		if (!field_text(f, i, name))
			continue;
		for (size_t c = 0; c < COLUMN_COUNT; c++)
			if (!found[c] && str_same(name, names[c])) {
				found[c] = true;
				l->at[c] = i;
			}
		if (str_starts(name, BUCKET))
			add_bucket(l, i, name + strlen(BUCKET));
	}
	for (size_t c = 0; c < COLUMN_COUNT; c++)
		if (!found[c] && c != COLUMN_START)
			return err_set(e, ERR_FORMAT,
				       "no statistics of sipp: no column %s",
				       names[c]);
	return ERR_NONE;
}

/* "2026-11-20<tab>15:18:31.842676<tab>1795187911.842676" */
static bool
read_time(const struct fields *f, size_t column, int64_t *out_ms)
{
	char text[FIELD];
	const char *last;
	double seconds;

	if (!field_text(f, column, text))
		return false;
	last = strrchr(text, '\t');
	if (last == NULL || !str_to_number(last + 1, &seconds) ||
	    !(seconds > 0) || seconds > 1e11)
		return false;
	*out_ms = (int64_t)(seconds * 1000);
	return true;
}

/* A rate over less than a second is no rate. */
static bool
is_long(const struct fields *f, size_t column)
{
	char text[FIELD];

	return field_text(f, column, text) && !str_starts(text, "00:00:00");
}

static bool
read_row(struct load_figures *out, const struct layout *l,
	 const struct fields *f)
{
	double rate, current, good, failed;

	if (!read_time(f, l->at[COLUMN_START], &out->started_ms))
		out->started_ms = 0;
	if (!read_time(f, l->at[COLUMN_TIME], &out->newest_ms) ||
	    !field_number(f, l->at[COLUMN_RATE], &rate) ||
	    !field_number(f, l->at[COLUMN_CURRENT], &current) ||
	    !field_number(f, l->at[COLUMN_GOOD], &good) ||
	    !field_number(f, l->at[COLUMN_FAILED], &failed) ||
	    !field_number(f, l->at[COLUMN_CREATED], &out->attempts))
		return false;
	if (is_long(f, l->at[COLUMN_PERIOD]) && rate > out->peak_cps)
		out->peak_cps = rate;
	if (current > out->peak_sessions)
		out->peak_sessions = current;
	out->failed = failed;
	out->finished = good + failed;
	return out->finished <= out->attempts;
}

/* Counts since the start; the bucket in which the 95th of 100 lies. */
static void
read_p95(struct load_figures *out, const struct layout *l,
	 const struct fields *f)
{
	double total = 0, seen = 0, count;

	for (size_t i = 0; i < l->bucket_count; i++) {
		if (!field_number(f, l->buckets[i].column, &count))
			return;
		total += count;
	}
	for (size_t i = 0; i < l->bucket_count && total > 0; i++) {
		(void)field_number(f, l->buckets[i].column, &count);
		seen += count;
		if (seen * 100 < total * 95)
			continue;
		if (l->buckets[i].below_ms > 0) {
			out->p95_ms = l->buckets[i].below_ms;
			out->p95_is_bound = true;
		}
		return;
	}
}

static enum err_code
read_lines(struct load_figures *out, const struct layout *l, struct fields *f,
	   struct load_line *rest, struct err *e)
{
	struct load_line line;
	size_t lines = 0;

	while (load_next(rest, &line)) {
		lines++;
		if (!split_fields(f, line) || f->count != l->columns)
			return err_set(e, ERR_FORMAT,
				       "truncated: line %zu has %zu of %zu "
				       "columns",
				       lines + 1, f->count, l->columns);
		if (!read_row(out, l, f))
			return err_set(e, ERR_FORMAT,
				       "line %zu holds no such figures",
				       lines + 1);
	}
	if (lines == 0)
		return err_set(e, ERR_ABSENT, "no data: a header only");
	read_p95(out, l, f);
	return ERR_NONE;
}

enum err_code
load_read_sipp(struct load_figures *out, const struct load_text *text,
	       struct err *e)
{
	struct load_line header, rest;
	struct layout l;
	struct fields *f;
	enum err_code code = load_split(text, &header, &rest, e);

	if (code != ERR_NONE)
		return code;
	f = mem_new(1, sizeof(*f));
	code = read_header(&l, f, header, e);
	if (code == ERR_NONE)
		code = read_lines(out, &l, f, &rest, e);
	mem_free(f);
	/* What it is since the start is in the last line, whole or not. */
	if (code == ERR_NONE && out->is_part)
		out->is_part = false;
	return code;
}
