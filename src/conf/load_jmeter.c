/*
 * load_jmeter - JMeter's JTL as CSV: one line for each sample.
 *
 * Quoted fields may hold commas, quotes and ends of lines (RFC 4180), so the
 * part of a long file begins with the first line that reads as a sample.
 */
#include "conf/load_read.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

#define COLUMNS 64
#define FIELD 64
#define MOST 1e15

enum column {
	COLUMN_TIME,
	COLUMN_ELAPSED,
	COLUMN_SUCCESS,
	COLUMN_THREADS,
	COLUMN_COUNT,
};

static const char *const names[COLUMN_COUNT] = {
	[COLUMN_TIME] = "timeStamp",
	[COLUMN_ELAPSED] = "elapsed",
	[COLUMN_SUCCESS] = "success",
	[COLUMN_THREADS] = "allThreads",
};

/* One record: the first bytes of each of its fields. */
struct record {
	size_t count;
	char fields[COLUMNS][FIELD];
};

struct samples {
	double *elapsed_ms, *seconds;
	size_t count, room;
};

/* Reads one field at *at; false when its quote never ends.  *last: a line ends
 * behind it. */
static bool
read_field(const char **at, const char *end, char to[FIELD], bool *last)
{
	const char *p = *at;
	bool quoted = p < end && *p == '"';
	size_t len = 0;

	for (p += quoted; p < end; p++) {
		if (quoted && *p == '"') {
			if (p + 1 == end || p[1] != '"') {
				quoted = false;
				continue;
			}
			p++;
		} else if (!quoted && (*p == ',' || *p == '\n')) {
			break;
		}
		if (len + 1 < FIELD)
			to[len++] = *p;
	}
	while (len > 0 && to[len - 1] == '\r')
		len--;
	to[len] = '\0';
	*last = p == end || *p == '\n';
	*at = p + (p < end);
	return !quoted;
}

static bool
read_record(struct record *r, const char **at, const char *end)
{
	bool last = false;
	char more[FIELD];

	r->count = 0;
	while (!last) {
		bool fits = r->count < COLUMNS;

		if (!read_field(at, end, fits ? r->fields[r->count] : more,
				&last))
			return false;
		r->count += fits;
	}
	return true;
}

static enum err_code
read_header(size_t at[COLUMN_COUNT], struct record *r, struct load_line header,
	    struct err *e)
{
	const char *p = header.at;

	if (header.len > 0 && header.at[0] == '<')
		return err_set(e, ERR_FORMAT,
			       "a JTL in XML: set "
			       "jmeter.save.saveservice.output_format=csv");
	if (!read_record(r, &p, header.at + header.len))
		r->count = 0;
	for (size_t c = 0; c < COLUMN_COUNT; c++) {
		at[c] = COLUMNS;
		for (size_t i = r->count; i-- > 0;)
			if (str_same(r->fields[i], names[c]))
				at[c] = i;
		if (at[c] == COLUMNS && c != COLUMN_THREADS)
			return err_set(e, ERR_FORMAT,
				       "no JTL of JMeter: no column %s",
				       names[c]);
	}
	return ERR_NONE;
}

static void
keep(struct samples *s, double elapsed_ms, double at_ms)
{
	if (s->count == s->room) {
		s->room = s->room == 0 ? 4096 : 2 * s->room;
		s->elapsed_ms = mem_grow(s->elapsed_ms, s->room,
					 sizeof(*s->elapsed_ms));
		s->seconds = mem_grow(s->seconds, s->room, sizeof(*s->seconds));
	}
	s->elapsed_ms[s->count] = elapsed_ms;
	s->seconds[s->count++] = (double)(int64_t)(at_ms / 1000);
}

static bool
number_at(const struct record *r, size_t column, double *out)
{
	return column < r->count && str_to_number(r->fields[column], out) &&
	       *out >= 0 && *out <= MOST;
}

static bool
read_sample(struct load_figures *out, struct samples *s,
	    const size_t at[COLUMN_COUNT], size_t columns,
	    const struct record *r)
{
	double at_ms, elapsed_ms, threads;
	bool good;

	if (r->count != columns || !number_at(r, at[COLUMN_TIME], &at_ms) ||
	    !number_at(r, at[COLUMN_ELAPSED], &elapsed_ms))
		return false;
	good = str_same(r->fields[at[COLUMN_SUCCESS]], "true");
	if (!good && !str_same(r->fields[at[COLUMN_SUCCESS]], "false"))
		return false;
	if (at[COLUMN_THREADS] < COLUMNS) {
		if (!number_at(r, at[COLUMN_THREADS], &threads))
			return false;
		if (threads > out->peak_sessions)
			out->peak_sessions = threads;
	}
	keep(s, elapsed_ms, at_ms);
	out->failed += !good;
	if (out->started_ms == 0 || (int64_t)at_ms < out->started_ms)
		out->started_ms = (int64_t)at_ms;
	if ((int64_t)(at_ms + elapsed_ms) > out->newest_ms)
		out->newest_ms = (int64_t)(at_ms + elapsed_ms);
	return true;
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The most samples that began within one second. */
static double
peak(struct samples *s)
{
	size_t most = 0, run = 0;

	qsort(s->seconds, s->count, sizeof(*s->seconds), by_size);
	for (size_t i = 0; i < s->count; i++) {
		run = i > 0 && s->seconds[i] == s->seconds[i - 1] ? run + 1 : 1;
		if (run > most)
			most = run;
	}
	return (double)most;
}

static enum err_code
read_samples(struct load_figures *out, struct samples *s,
	     const size_t at[COLUMN_COUNT], struct record *r,
	     struct load_line rest, struct err *e)
{
	const char *p = rest.at, *end = rest.at + rest.len;
	size_t columns = r->count;
	/* The start of a part may lie within quotes. */
	bool may_miss = out->is_part;

	out->failed = 0;
	while (p < end) {
		const char *line = p;

		if (read_record(r, &p, end) &&
		    read_sample(out, s, at, columns, r)) {
			may_miss = false;
			continue;
		}
		if (!may_miss)
			return err_set(e, ERR_FORMAT,
				       "truncated or damaged behind sample %zu",
				       s->count);
		p = memchr(line, '\n', (size_t)(end - line));
		p = p == NULL ? end : p + 1;
	}
	if (s->count == 0)
		return err_set(e, ERR_ABSENT, "no data: no samples");
	out->attempts = out->finished = (double)s->count;
	out->p95_ms = load_p95(s->elapsed_ms, s->count);
	out->peak_cps = peak(s);
	return ERR_NONE;
}

enum err_code
load_read_jmeter(struct load_figures *out, const struct load_text *text,
		 struct err *e)
{
	struct load_line header, rest;
	size_t at[COLUMN_COUNT];
	struct samples s = { .count = 0 };
	struct record *r;
	enum err_code code = load_split(text, &header, &rest, e);

	if (code != ERR_NONE)
		return code;
	r = mem_new(1, sizeof(*r));
	code = read_header(at, r, header, e);
	if (code == ERR_NONE)
		code = read_samples(out, &s, at, r, rest, e);
	mem_free(r);
	mem_free(s.elapsed_ms);
	mem_free(s.seconds);
	return code;
}
