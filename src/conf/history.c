/* history - measurements of the past, as CSV. */
#include "conf/history.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/fsio.h"
#include "base/jscan.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/text.h"
#include "conf/keyset.h"
#include "conf/scalar.h"
#include "model/gate.h"

#define FIELD_BYTES 128 /* longer fields are no field of ours */
#define FIELDS_MOST 16

enum { COL_TIME, COL_SIGNAL, COL_VALUE, COL_N, COL_ACCEPTED, COL_COUNT };
static const char *const col_words[COL_COUNT] = { "time", "signal", "value",
						  "n", "accepted" };

struct cell {
	char text[FIELD_BYTES];
	size_t offset; /* in the line */
};

struct reader {
	struct history *h;
	struct findings *f;
	const char *file;
	int line;
	const char *text; /* of the line */
	size_t len;
	struct cell cells[FIELDS_MOST];
	int count;
	int place[COL_COUNT]; /* which cell; -1: no such column */
	int columns;
	struct keyset names;
	struct history_signal *last; /* lines of one signal often follow */
	size_t signal_room;
};

static struct place
place_at(const struct reader *r, size_t offset)
{
	struct place place = { r->file, r->line, 1 };
	int line;

	jscan_place(r->text, offset, &line, &place.column);
	return place;
}

/* Says what is wrong with a column; false. */
static bool
refuse(struct reader *r, int col, const char *rule, const char *wants)
{
	int i = r->place[col];
	char shown[80] = "";

	if (i < 0 || i >= r->count) {
		findings_error(r->f, place_at(r, r->len), "missing",
			       "no \"%s\": a line is time,signal,value,n",
			       col_words[col]);
		return false;
	}
	text_clean(shown, sizeof(shown), r->cells[i].text,
		   strlen(r->cells[i].text));
	findings_error(r->f, place_at(r, r->cells[i].offset), rule,
		       "\"%s\" must be %s, found \"%s\"", col_words[col], wants,
		       shown);
	return false;
}

/* The text of a quoted field from *p on, which ends behind its quote. */
static bool
take_quoted(const char **p, const char *end, struct cell *cell)
{
	size_t used = 0;

	for ((*p)++; *p < end; (*p)++) {
		if (**p == '"' && (*p + 1 == end || (*p)[1] != '"')) {
			(*p)++;
			cell->text[used] = '\0';
			return *p == end || **p == ',';
		}
		*p += **p == '"'; /* two of them are one */
		if (used + 1 == sizeof(cell->text))
			return false;
		cell->text[used++] = **p;
	}
	return false;
}

/* Splits the line into cells.  False after a finding. */
static bool
split(struct reader *r)
{
	const char *p = r->text, *end = r->text + r->len;

	for (r->count = 0; r->count < FIELDS_MOST; p++) {
		struct cell *cell = &r->cells[r->count++];
		const char *comma;
		bool ok;

		cell->offset = (size_t)(p - r->text);
		if (p < end && *p == '"') {
			ok = take_quoted(&p, end, cell);
		} else {
			comma = memchr(p, ',', (size_t)(end - p));
			if (comma == NULL)
				comma = end;
			ok = str_copy_n(cell->text, sizeof(cell->text), p,
					(size_t)(comma - p));
			p = comma;
		}
		if (!ok) {
			findings_error(r->f, place_at(r, cell->offset),
				       "syntax",
				       "a field that is too long or not "
				       "properly quoted");
			return false;
		}
		if (p == end)
			return true;
	}
	findings_error(r->f, place_at(r, r->len), "syntax",
		       "more than %d fields", FIELDS_MOST);
	return false;
}

static int
column_named(const char *name)
{
	for (int i = 0; i < COL_COUNT; i++)
		if (strcmp(name, col_words[i]) == 0)
			return i;
	return -1;
}

/* The first line may name the columns. */
static bool
is_header(const struct reader *r)
{
	for (int i = 0; i < r->count; i++)
		if (column_named(r->cells[i].text) >= 0)
			return true;
	return false;
}

static void
read_header(struct reader *r)
{
	for (int i = 0; i < COL_COUNT; i++)
		r->place[i] = -1;
	r->columns = r->count;
	for (int i = 0; i < r->count; i++) {
		int col = column_named(r->cells[i].text);
		char shown[80];

		text_clean(shown, sizeof(shown), r->cells[i].text,
			   strlen(r->cells[i].text));
		if (col < 0)
			findings_error(r->f, place_at(r, r->cells[i].offset),
				       "unknown-column",
				       "unknown column \"%s\": there are "
				       "time, signal, value, n, accepted",
				       shown);
		else if (r->place[col] >= 0)
			findings_error(r->f, place_at(r, r->cells[i].offset),
				       "duplicate-column",
				       "column \"%s\" stands twice", shown);
		else
			r->place[col] = i;
	}
	for (int i = COL_TIME; i <= COL_VALUE; i++)
		if (r->place[i] < 0)
			findings_error(r->f, place_at(r, r->len), "missing",
				       "no column \"%s\"", col_words[i]);
}

/* The text of a column; NULL when the line ends before it. */
static const char *
text_of(const struct reader *r, int col)
{
	int i = r->place[col];

	return i >= 0 && i < r->count ? r->cells[i].text : NULL;
}

static bool
read_accepted(struct reader *r, bool *out)
{
	const char *text = text_of(r, COL_ACCEPTED);

	*out = true;
	if (text == NULL || text[0] == '\0' || str_in_words("true 1 yes", text))
		return true;
	*out = false;
	return str_in_words("false 0 no", text) ||
	       refuse(r, COL_ACCEPTED, "bad-flag", "true or false");
}

static bool
read_point(struct reader *r, struct baseline_point *p)
{
	const char *time = text_of(r, COL_TIME);
	const char *value = text_of(r, COL_VALUE);
	const char *n = text_of(r, COL_N);

	if (!clock_parse(time, &p->wall_ms) || p->wall_ms < 0)
		return refuse(r, COL_TIME, "bad-time",
			      "a time such as 2026-11-20T02:41:07Z");
	if (value == NULL ||
	    (value[0] != '\0' && !str_to_number(value, &p->value)))
		return refuse(r, COL_VALUE, "bad-number", "a number");
	p->n = -1;
	if (n != NULL && n[0] != '\0' && (!str_to_int(n, &p->n) || p->n < 0))
		return refuse(r, COL_N, "bad-number",
			      "a whole number of events, 0 or more");
	return read_accepted(r, &p->accepted);
}

/* "domain.name", as manifests have it. */
static bool
is_signal(const char *name)
{
	const char *dot = strchr(name, '.');

	return dot != NULL && dot > name && dot < name + GATE_DOMAIN &&
	       dot[1] != '\0' && strlen(name) < SIGNAL_NAME &&
	       id_is_sound(name);
}

static struct history_signal *
find_signal(struct reader *r)
{
	const char *name = text_of(r, COL_SIGNAL);
	struct history *h = r->h;
	struct history_signal *found;

	if (name == NULL || !is_signal(name)) {
		refuse(r, COL_SIGNAL, "bad-name",
		       "a name such as telephony.success_rate_percent");
		return NULL;
	}
	if (r->last != NULL && strcmp(r->last->name, name) == 0)
		return r->last;
	found = (struct history_signal *)keyset_get(&r->names, r, name);
	if (found != NULL)
		return found;
	if (h->signal_count == r->signal_room) {
		r->signal_room = r->signal_room == 0 ? 16 : r->signal_room * 2;
		h->signals = mem_grow(h->signals, r->signal_room,
				      sizeof(struct history_signal *));
	}
	found = mem_new(1, sizeof(*found));
	str_copy(found->name, sizeof(found->name), name);
	h->signals[h->signal_count++] = found;
	keyset_add(&r->names, r, found->name, found);
	return found;
}

static void
keep(struct reader *r, struct history_signal *s, const struct baseline_point *p)
{
	struct history *h = r->h;

	if (s->count == s->room) {
		s->room = s->room == 0 ? 64 : s->room * 2;
		s->points = mem_grow(s->points, s->room, sizeof(*s->points));
	}
	s->points[s->count++] = *p;
	if (h->points == 0 || p->wall_ms < h->first_ms)
		h->first_ms = p->wall_ms;
	if (h->points == 0 || p->wall_ms > h->last_ms)
		h->last_ms = p->wall_ms;
	h->points++;
}

static bool
is_blank(const struct reader *r)
{
	for (size_t i = 0; i < r->len; i++)
		if (r->text[i] != ' ' && r->text[i] != '\t')
			return false;
	return true;
}

static void
read_row(struct reader *r)
{
	struct baseline_point point = { .n = -1 };
	struct history_signal *s;

	if (r->count > r->columns) {
		findings_error(r->f, place_at(r, r->cells[r->columns].offset),
			       "syntax", "%d fields, at most %d are due",
			       r->count, r->columns);
		return;
	}
	if (!read_point(r, &point))
		return;
	s = find_signal(r);
	if (s == NULL)
		return;
	r->last = s;
	if (text_of(r, COL_VALUE)[0] == '\0')
		r->h->gaps++;
	else
		keep(r, s, &point);
}

static void
read_line(struct reader *r, bool *is_first)
{
	if (is_blank(r))
		return;
	if (memchr(r->text, '\0', r->len) != NULL) {
		findings_error(r->f, place_at(r, 0), "control",
			       "a line with the character NUL");
		return;
	}
	if (!split(r))
		return;
	if (*is_first && is_header(r))
		read_header(r);
	else
		read_row(r);
	*is_first = false;
}

static void
read_lines(struct reader *r, const char *p, size_t left)
{
	bool is_first = true;

	while (left > 0) {
		const char *end = memchr(p, '\n', left);
		size_t len = end != NULL ? (size_t)(end - p) : left;

		r->line++;
		r->text = p;
		r->len = len > 0 && p[len - 1] == '\r' ? len - 1 : len;
		read_line(r, &is_first);
		if (end == NULL)
			return;
		p += len + 1;
		left -= len + 1;
	}
}

static int
by_name(const void *a, const void *b)
{
	return strcmp((*(struct history_signal *const *)a)->name,
		      (*(struct history_signal *const *)b)->name);
}

enum err_code
history_read(struct history *out, const char *path, struct findings *f,
	     struct err *e)
{
	struct reader *r;
	size_t errors = f->errors;
	enum err_code code;
	struct buf bytes;

	*out = (struct history){ 0 };
	code = fs_read(&bytes, path, HISTORY_BYTES, e);
	if (code == ERR_NONE) {
		r = mem_new(1, sizeof(*r));
		*r = (struct reader){ .h = out, .f = f, .file = path };
		r->columns = COL_COUNT;
		for (int i = 0; i < COL_COUNT; i++)
			r->place[i] = i;
		digest_hex(out->digest, buf_str(&bytes), bytes.len);
		read_lines(r, buf_str(&bytes), bytes.len);
		keyset_clear(&r->names);
		mem_free(r);
		if (out->signal_count > 1)
			qsort(out->signals, out->signal_count,
			      sizeof(struct history_signal *), by_name);
	}
	buf_clear(&bytes);
	if (f->errors > errors)
		return err_set(e, ERR_INPUT, "%s: %zu error%s", path,
			       f->errors - errors,
			       f->errors - errors == 1 ? "" : "s");
	return code;
}

void
history_clear(struct history *h)
{
	for (size_t i = 0; i < h->signal_count; i++) {
		mem_free(h->signals[i]->points);
		mem_free(h->signals[i]);
	}
	mem_free(h->signals);
	*h = (struct history){ 0 };
}
