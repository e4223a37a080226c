/* gate_signals - a file of recorded samples: JSON Lines, read strictly. */
#include "cli/gate_signals.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fsio.h"
#include "base/jscan.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/text.h"

#define CHUNK 65536
#define MOST_EVENTS 9007199254740992.0 /* whole numbers of a double */
#define SUGGEST_AMONG 1000	       /* gates; more take too long */

enum { KEY_SIGNAL, KEY_VALUE, KEY_AT, KEY_N, KEY_ERROR, KEY_COUNT };
static const char *const key_words[KEY_COUNT] = { "signal", "value", "at", "n",
						  "error" };

struct reader {
	struct series *series;
	const struct gate_set *set;
	struct findings *f;
	const char *file;
	int line;
	const char *text; /* of the line */
	size_t len;
	struct jscan scan;
	/* The sample under way. */
	struct series_point point;
	unsigned seen; /* bits of keys */
	const char *signal;
	size_t signal_len;
	char decoded[SIGNAL_NAME * 2];
	/* The latest time read: lines of one round share it. */
	const char *at_text;
	size_t at_len;
	int64_t at_ms;
	int unknown_line; /* of the first unknown signal; 0: none */
	char unknown[SIGNAL_NAME * 2];
};

/* Where an offset into the line is in the file. */
static struct place
place_of(const struct reader *r, size_t offset)
{
	struct place place = { r->file, r->line, 1 };
	int line;

	jscan_place(r->text, offset, &line, &place.column);
	return place;
}

static bool
refuse(struct reader *r, const char *rule, const char *what)
{
	findings_error(r->f, place_of(r, r->scan.at), rule, "%s", what);
	return false;
}

static bool
refuse_syntax(struct reader *r)
{
	char c = r->scan.at < r->len ? r->text[r->scan.at] : '\0';
	const char *hint = "";

	if (c == 'N' || c == 'I')
		hint = " (NaN and Infinity are no JSON numbers)";
	else if (r->scan.at == r->len)
		hint = " (one sample is one line)";
	findings_error(r->f, place_of(r, r->scan.at), "syntax", "%s%s",
		       r->scan.why, hint);
	return false;
}

/* The text just scanned holds no NUL: behind one nothing would be compared. */
static bool
check_text(struct reader *r)
{
	char *copy;
	bool fits;

	if (!r->scan.has_escape)
		return true;
	copy = mem_new(r->scan.raw_len + 1, 1);
	fits = jscan_string(&r->scan, copy, r->scan.raw_len + 1);
	mem_free(copy);
	return fits ||
	       refuse(r, "control", "a text cannot hold the character NUL");
}

static bool
take_signal(struct reader *r, enum jtok t)
{
	if (t != JTOK_STRING)
		return refuse(r, "wrong-type",
			      "\"signal\" must be a text, as in "
			      "\"telephony.success_rate_percent\"");
	r->signal = r->scan.raw;
	r->signal_len = r->scan.raw_len;
	if (!r->scan.has_escape)
		return true;
	if (!jscan_string(&r->scan, r->decoded, sizeof(r->decoded)))
		return refuse(r, "bad-name", "\"signal\" is no name");
	r->signal = r->decoded;
	r->signal_len = strlen(r->decoded);
	return true;
}

static void
keep_text(struct reader *r, enum series_kind kind)
{
	r->point.kind = kind;
	r->point.text = r->scan.raw;
	r->point.text_len = (uint32_t)r->scan.raw_len;
	r->point.has_escape = r->scan.has_escape;
}

static bool
take_value(struct reader *r, enum jtok t)
{
	static const char null_words[] = "the value is null";

	switch (t) {
	case JTOK_NUMBER:
		r->point.kind = SERIES_NUMBER;
		return jscan_number(&r->scan, &r->point.number) ||
		       refuse(r, "bad-number", "a number beyond a double");
	case JTOK_TRUE:
	case JTOK_FALSE:
		r->point.kind = SERIES_FLAG;
		r->point.number = t == JTOK_TRUE;
		return true;
	case JTOK_STRING:
		keep_text(r, SERIES_WORDS);
		return check_text(r);
	case JTOK_NULL:
		r->point.kind = SERIES_FAILED;
		r->point.text = null_words;
		r->point.text_len = sizeof(null_words) - 1;
		return true;
	default:
		return refuse(r, "wrong-type",
			      "\"value\" must be a number, a flag or a text");
	}
}

static bool
take_at(struct reader *r, enum jtok t)
{
	char text[CLOCK_TEXT * 2];

	if (r->scan.raw_len == r->at_len && t == JTOK_STRING &&
	    memcmp(r->scan.raw, r->at_text, r->at_len) == 0) {
		r->point.at_ms = r->at_ms;
		return true;
	}
	if (t != JTOK_STRING || !jscan_string(&r->scan, text, sizeof(text)) ||
	    !clock_parse(text, &r->point.at_ms))
		return refuse(r, "bad-time",
			      "\"at\" must be a time such as "
			      "\"2026-11-20T02:41:07Z\"");
	if (r->point.at_ms < 0)
		return refuse(r, "bad-time", "\"at\" is before 1970");
	r->at_text = r->scan.raw;
	r->at_len = r->scan.raw_len;
	r->at_ms = r->point.at_ms;
	return true;
}

static bool
take_n(struct reader *r, enum jtok t)
{
	double n;

	if (t != JTOK_NUMBER || !jscan_number(&r->scan, &n) || n < 0 ||
	    n > MOST_EVENTS || n != trunc(n))
		return refuse(r, "bad-number",
			      "\"n\" must be a whole number of events, 0 or "
			      "more");
	r->point.n = (int64_t)n;
	return true;
}

static bool
take_error(struct reader *r, enum jtok t)
{
	if (t != JTOK_STRING)
		return refuse(r, "wrong-type",
			      "\"error\" must be a text: why nothing was "
			      "measured");
	keep_text(r, SERIES_FAILED);
	return check_text(r);
}

static int
key_of(const struct jscan *s)
{
	for (int i = 0; i < KEY_COUNT; i++)
		if (strlen(key_words[i]) == s->raw_len &&
		    memcmp(key_words[i], s->raw, s->raw_len) == 0)
			return i;
	return -1;
}

static bool
refuse_key(struct reader *r)
{
	char key[64], shown[80];
	const char *near;

	(void)jscan_string(&r->scan, key, sizeof(key));
	text_clean(shown, sizeof(shown), key, strlen(key));
	near = str_nearest(key, key_words, KEY_COUNT);
	findings_error(r->f, place_of(r, r->scan.at), "unknown-key",
		       "unknown key \"%s\"%s%s%s", shown,
		       near ? " (did you mean \"" : "", near ? near : "",
		       near ? "\"?)" : "");
	return false;
}

/* One key and its value.  False after a finding. */
static bool
take_member(struct reader *r)
{
	static bool (*const takers[KEY_COUNT])(struct reader *, enum jtok) = {
		[KEY_SIGNAL] = take_signal, [KEY_VALUE] = take_value,
		[KEY_AT] = take_at,	    [KEY_N] = take_n,
		[KEY_ERROR] = take_error,
	};
	int key = key_of(&r->scan);
	enum jtok t;

	if (key < 0)
		return refuse_key(r);
	if (r->seen & 1u << key) {
		findings_error(r->f, place_of(r, r->scan.at), "duplicate-key",
			       "duplicate key \"%s\"", key_words[key]);
		return false;
	}
	if ((key == KEY_VALUE && r->seen & 1u << KEY_ERROR) ||
	    (key == KEY_ERROR && r->seen & 1u << KEY_VALUE))
		return refuse(r, "conflict",
			      "either a \"value\" or an \"error\"");
	r->seen |= 1u << key;
	t = jscan_next(&r->scan);
	if (t == JTOK_ERROR)
		return refuse_syntax(r);
	return takers[key](r, t);
}

/* The keys of one line.  False after a finding. */
static bool
read_object(struct reader *r)
{
	enum jtok t = jscan_next(&r->scan);

	if (t == JTOK_ERROR)
		return refuse_syntax(r);
	if (t != JTOK_OBJECT)
		return refuse(r, "wrong-type",
			      "a line must be a sample: {\"signal\": ..., "
			      "\"value\": ...}");
	while ((t = jscan_next(&r->scan)) == JTOK_KEY)
		if (!take_member(r))
			return false;
	if (t == JTOK_ERROR)
		return refuse_syntax(r);
	assert(t == JTOK_OBJECT_END);
	return jscan_next(&r->scan) == JTOK_END || refuse_syntax(r);
}

static void
note_unknown(struct reader *r)
{
	if (r->unknown_line != 0)
		return;
	r->unknown_line = r->line;
	text_clean(r->unknown, sizeof(r->unknown), r->signal, r->signal_len);
}

static void
read_line(struct reader *r)
{
	jscan_init(&r->scan, r->text, r->len);
	r->seen = 0;
	r->point = (struct series_point){ .at_ms = SERIES_NO_TIME, .n = -1 };
	if (!read_object(r))
		return;
	r->scan.at = 0;
	if (!(r->seen & 1u << KEY_SIGNAL))
		refuse(r, "missing", "a sample without \"signal\"");
	else if (!(r->seen & (1u << KEY_VALUE | 1u << KEY_ERROR)))
		refuse(r, "missing", "neither \"value\" nor \"error\"");
	else if (!series_add(r->series, r->signal, r->signal_len, &r->point))
		note_unknown(r);
}

static bool
is_blank(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (strchr(" \t\r", text[i]) == NULL || text[i] == '\0')
			return false;
	return true;
}

static void
read_lines(struct reader *r, const char *p, size_t left)
{
	while (left > 0) {
		const char *end = memchr(p, '\n', left);
		size_t len = end != NULL ? (size_t)(end - p) : left;

		r->line++;
		r->text = p;
		r->len = len;
		if (len > 0 && (*p == '{' || !is_blank(p, len)))
			read_line(r);
		if (end == NULL)
			return;
		p += len + 1;
		left -= len + 1;
	}
}

static void
warn_count(const struct reader *r, size_t count, const char *rule,
	   const char *one, const char *many)
{
	if (count > 0)
		findings_warn(r->f, (struct place){ r->file, 0, 0 }, rule,
			      "%zu %s", count, count == 1 ? one : many);
}

static void
warn_unknown(const struct reader *r, size_t count)
{
	const char *near = NULL;

	if (r->set->gate_count <= SUGGEST_AMONG) {
		const char **names =
			mem_new(r->set->gate_count, sizeof(const char *));

		for (size_t i = 0; i < r->set->gate_count; i++)
			names[i] = r->set->gates[i].signal;
		near = str_nearest(r->unknown, names, r->set->gate_count);
		mem_free(names);
	}
	findings_warn(r->f, (struct place){ r->file, r->unknown_line, 1 },
		      "unknown-signal",
		      "no gate asks for \"%s\"%s%s%s: %zu such %s passed over",
		      r->unknown, near ? " (did you mean \"" : "",
		      near ? near : "", near ? "\"?)" : "", count,
		      count == 1 ? "sample is" : "samples are");
}

static void
warn_oddities(const struct reader *r)
{
	const struct series_counts *c = series_counts(r->series);

	if (c->unknown > 0)
		warn_unknown(r, c->unknown);
	warn_count(r, c->disordered, "out-of-order",
		   "sample is older than the one before of its signal: put in "
		   "order",
		   "samples are older than the one before of their signal: put "
		   "in order");
	warn_count(r, c->repeated, "repeated",
		   "sample repeats the one before: counted once",
		   "samples repeat the one before: counted once");
	warn_count(r, c->conflicting, "conflict",
		   "sample contradicts another of its time: the later line "
		   "counts",
		   "samples contradict others of their time: the later line "
		   "counts");
}

static enum err_code
read_stdin(struct buf *out, struct err *e)
{
	char *chunk = mem_new(CHUNK, 1);
	enum err_code code = ERR_NONE;
	ssize_t n = 1;

	buf_init(out, SIGNALS_BYTES);
	while (n > 0 && code == ERR_NONE) {
		n = read(STDIN_FILENO, chunk, CHUNK);
		if (n < 0 && errno == EINTR)
			n = 1;
		else if (n < 0)
			code = err_set(e, ERR_SYSTEM,
				       "standard input: cannot read: %s",
				       strerror(errno));
		else if (!buf_add(out, chunk, (size_t)n))
			code = err_set(e, ERR_LIMIT,
				       "standard input: more than %u MiB",
				       SIGNALS_BYTES >> 20);
	}
	mem_free(chunk);
	return code;
}

enum err_code
signals_read(struct signals *out, const char *path, const struct gate_set *set,
	     struct findings *f, struct err *e)
{
	/* /dev/stdin is a symbolic link, and those are not followed. */
	bool is_stdin = str_in_words("- /dev/stdin", path);
	struct reader r = {
		.f = f, .file = path, .set = set, .at_len = SIZE_MAX
	};
	size_t errors = f->errors;
	enum err_code code;

	*out = (struct signals){ .series = series_new(set) };
	code = is_stdin ? read_stdin(&out->bytes, e)
			: fs_read(&out->bytes, path, SIGNALS_BYTES, e);
	if (code != ERR_NONE)
		return code;
	if (is_stdin)
		r.file = "standard input";
	r.series = out->series;
	read_lines(&r, buf_str(&out->bytes), out->bytes.len);
	series_end(out->series);
	if (f->errors > errors)
		return err_set(e, ERR_INPUT, "%s: lines that are no samples",
			       r.file);
	warn_oddities(&r);
	return ERR_NONE;
}

void
signals_clear(struct signals *s)
{
	series_free(s->series);
	buf_clear(&s->bytes);
	*s = (struct signals){ 0 };
}
