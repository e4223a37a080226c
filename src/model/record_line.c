/*
 * record_line - a record as one line of JSON, and back.
 *
 * The order of the keys is fixed, so that the same record is the same bytes:
 * seq, at, t, by, kind, the kind's own fields, prev, hash.
 */
#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "base/jscan.h"
#include "base/json.h"
#include "base/str.h"
#include "base/text.h"
#include "model/record.h"

#define LAST_WALL_MS 253402300799999 /* 9999-12-31T23:59:59.999Z */

static void
write_field(struct jwriter *w, const struct record *r,
	    const struct record_field *f)
{
	switch (f->type) {
	case FIELD_TEXT:
		jw_text(w, f->name, r->texts.data + f->text);
		break;
	case FIELD_INT:
		jw_int(w, f->name, f->integer);
		break;
	case FIELD_NUMBER:
		jw_number(w, f->name, f->number);
		break;
	case FIELD_FLAG:
		jw_flag(w, f->name, f->integer != 0);
		break;
	case FIELD_JSON:
		jw_raw(w, f->name, r->texts.data + f->text);
		break;
	}
}

void
record_write(struct buf *out, const struct record *r)
{
	int64_t wall_ms = r->wall_ms < 0	      ? 0
			  : r->wall_ms > LAST_WALL_MS ? LAST_WALL_MS
						      : r->wall_ms;
	char at[CLOCK_TEXT];
	struct jwriter w;

	clock_text(at, wall_ms);
	jw_init(&w, out);
	jw_object(&w, NULL);
	jw_int(&w, "seq", r->seq);
	jw_text(&w, "at", at);
	jw_int(&w, "t", r->at_ms);
	jw_text(&w, "by", r->by);
	jw_text(&w, "kind", record_rows[r->kind].word);
	for (size_t i = 0; i < r->count; i++)
		write_field(&w, r, &r->fields[i]);
	if (r->prev[0] != '\0')
		jw_text(&w, "prev", r->prev);
	if (r->hash[0] != '\0')
		jw_text(&w, "hash", r->hash);
	jw_object_end(&w);
}

/* One reading: the scanner and the record it fills. */
struct reading {
	struct jscan s;
	struct record *r;
	struct err *e;
};

static enum err_code
refuse(struct reading *in, const char *what)
{
	return err_set(in->e, ERR_DAMAGED, "byte %zu: %s", in->s.at + 1,
		       in->s.why != NULL ? in->s.why : what);
}

static bool
raw_is(const struct jscan *s, const char *word)
{
	size_t len = strlen(word);

	return s->raw_len == len && memcmp(s->raw, word, len) == 0;
}

/* Decimal digits that fit, as record_write() writes them. */
static bool
take_int(const struct jscan *s, int64_t *out)
{
	char text[24];

	return str_copy_n(text, sizeof(text), s->raw, s->raw_len) &&
	       str_to_int(text, out);
}

/* Is it what text_clean() would leave of it? */
static bool
is_clean(const char *text, size_t len)
{
	char clean[RECORD_TEXT + 1];
	size_t i = 0;

	while (i < len && text[i] >= 0x20 && text[i] < 0x7f)
		i++;
	if (i == len)
		return len <= RECORD_TEXT;
	return text_clean(clean, sizeof(clean), text, len) &&
	       strcmp(clean, text) == 0;
}

/* The string just scanned, decoded and clean. */
static enum err_code
take_text(struct reading *in, char *to, size_t size)
{
	if (!jscan_string(&in->s, to, size))
		return refuse(in, "a text that is too long or holds a NUL");
	if (!is_clean(to, strlen(to)))
		return refuse(in, "a text that is not clean");
	return ERR_NONE;
}

/* The next key must be `key`; its value's first token comes back in *t. */
static enum err_code
want(struct reading *in, const char *key, enum jtok type)
{
	if (jscan_next(&in->s) != JTOK_KEY || !raw_is(&in->s, key))
		return err_set(in->e, ERR_DAMAGED,
			       "byte %zu: \"%s\" should stand here",
			       in->s.at + 1, key);
	if (jscan_next(&in->s) != type)
		return err_set(in->e, ERR_DAMAGED,
			       "byte %zu: \"%s\" has the wrong type",
			       in->s.at + 1, key);
	return ERR_NONE;
}

static enum err_code
want_int(struct reading *in, const char *key, int64_t *out)
{
	if (want(in, key, JTOK_NUMBER) != ERR_NONE)
		return in->e->code;
	if (!take_int(&in->s, out))
		return refuse(in, "not a whole number");
	return ERR_NONE;
}

static enum err_code
want_text(struct reading *in, const char *key, char *to, size_t size)
{
	if (want(in, key, JTOK_STRING) != ERR_NONE)
		return in->e->code;
	return take_text(in, to, size);
}

/* What every record begins with. */
static enum err_code
take_head(struct reading *in)
{
	struct record *r = in->r;
	char word[RECORD_NAME];
	char at[CLOCK_TEXT];

	if (jscan_next(&in->s) != JTOK_OBJECT)
		return refuse(in, "not an object");
	if (want_int(in, "seq", &r->seq) != ERR_NONE ||
	    want_text(in, "at", at, sizeof(at)) != ERR_NONE)
		return in->e->code;
	if (strlen(at) != 24 || at[10] != 'T' || at[19] != '.' ||
	    at[23] != 'Z' || !clock_parse(at, &r->wall_ms))
		return refuse(in, "not a time in UTC with milliseconds");
	if (want_int(in, "t", &r->at_ms) != ERR_NONE ||
	    want_text(in, "by", r->by, sizeof(r->by)) != ERR_NONE ||
	    want_text(in, "kind", word, sizeof(word)) != ERR_NONE)
		return in->e->code;
	if (!record_kind_parse(word, &r->kind))
		return err_set(in->e, ERR_DAMAGED,
			       "byte %zu: no kind of record is called \"%s\"",
			       in->s.at + 1, word);
	return ERR_NONE;
}

/* Appends the decoded token and its NUL.  The memory was sized for the whole
 * line, so names may point into it. */
static enum err_code
keep(struct reading *in, const char *bytes, size_t len, size_t *at)
{
	struct buf *texts = &in->r->texts;

	assert(texts->len + len < texts->size);
	*at = texts->len;
	if (!buf_add(texts, bytes, len) || !buf_char(texts, '\0'))
		return refuse(in, "longer than any record");
	return ERR_NONE;
}

static enum err_code
keep_text(struct reading *in, size_t *at)
{
	char text[RECORD_TEXT + 1];

	if (take_text(in, text, sizeof(text)) != ERR_NONE)
		return in->e->code;
	return keep(in, text, strlen(text), at);
}

static enum err_code
keep_json(struct reading *in, enum jtok t, size_t *at)
{
	size_t start = in->s.at;

	if (jscan_skip(&in->s, t) == JTOK_ERROR)
		return refuse(in, "not JSON");
	return keep(in, in->s.text + start, in->s.pos - start, at);
}

static enum err_code
take_value(struct reading *in, struct record_field *f, enum jtok t)
{
	switch (t) {
	case JTOK_STRING:
		f->type = FIELD_TEXT;
		return keep_text(in, &f->text);
	case JTOK_NUMBER:
		f->type = FIELD_INT;
		if (take_int(&in->s, &f->integer))
			return ERR_NONE;
		f->type = FIELD_NUMBER;
		if (jscan_number(&in->s, &f->number))
			return ERR_NONE;
		return refuse(in, "a number beyond all bounds");
	case JTOK_TRUE:
	case JTOK_FALSE:
		f->type = FIELD_FLAG;
		f->integer = t == JTOK_TRUE;
		return ERR_NONE;
	case JTOK_OBJECT:
	case JTOK_ARRAY:
	case JTOK_NULL:
		f->type = FIELD_JSON;
		return keep_json(in, t, &f->text);
	default:
		return refuse(in, "a value is due");
	}
}

/* Is the key just scanned fit to name a field? */
static bool
is_name(const struct jscan *s)
{
	if (s->raw_len == 0 || s->raw_len >= RECORD_NAME)
		return false;
	for (size_t i = 0; i < s->raw_len; i++) {
		char c = s->raw[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') &&
		    c != '_')
			return false;
	}
	return !raw_is(s, "seq") && !raw_is(s, "at") && !raw_is(s, "t") &&
	       !raw_is(s, "by") && !raw_is(s, "kind") && !raw_is(s, "prev") &&
	       !raw_is(s, "hash");
}

static enum err_code
take_field(struct reading *in)
{
	struct record *r = in->r;
	struct record_field *f = &r->fields[r->count];
	size_t at;

	if (!is_name(&in->s))
		return refuse(in, "not the name of a field, or not in order");
	if (r->count == RECORD_FIELDS)
		return refuse(in, "more fields than any record has");
	if (keep(in, in->s.raw, in->s.raw_len, &at) != ERR_NONE)
		return in->e->code;
	if (record_has(r, r->texts.data + at))
		return refuse(in, "a field that was there before");
	*f = (struct record_field){ .name = r->texts.data + at };
	if (take_value(in, f, jscan_next(&in->s)) != ERR_NONE)
		return in->e->code;
	r->count++;
	return ERR_NONE;
}

static enum err_code
take_hash(struct reading *in, char to[DIGEST_HEX])
{
	if (jscan_next(&in->s) != JTOK_STRING)
		return refuse(in, "not a digest");
	if (in->s.raw_len != DIGEST_HEX - 1 ||
	    strspn(in->s.raw, "0123456789abcdef") != DIGEST_HEX - 1)
		return refuse(in, "not a digest");
	str_copy_n(to, DIGEST_HEX, in->s.raw, in->s.raw_len);
	return ERR_NONE;
}

/* The fields and, behind them, the chain. */
static enum err_code
take_rest(struct reading *in)
{
	enum jtok t = jscan_next(&in->s);

	while (t == JTOK_KEY && !raw_is(&in->s, "prev") &&
	       !raw_is(&in->s, "hash")) {
		if (take_field(in) != ERR_NONE)
			return in->e->code;
		t = jscan_next(&in->s);
	}
	if (t == JTOK_KEY && raw_is(&in->s, "prev")) {
		if (take_hash(in, in->r->prev) != ERR_NONE)
			return in->e->code;
		t = jscan_next(&in->s);
	}
	if (t == JTOK_KEY && raw_is(&in->s, "hash")) {
		if (take_hash(in, in->r->hash) != ERR_NONE)
			return in->e->code;
		t = jscan_next(&in->s);
	}
	if (t != JTOK_OBJECT_END || jscan_next(&in->s) != JTOK_END)
		return refuse(in, "the record should end here");
	return ERR_NONE;
}

enum err_code
record_reread(struct record *r, const char *line, size_t len, struct err *e)
{
	struct reading in = { .r = r, .e = e };

	record_reset(r, RECORD_NOTE, "");
	if (len > RECORD_CAP)
		return err_set(e, ERR_DAMAGED,
			       "%zu bytes, a record has at most %d", len,
			       RECORD_CAP);
	/* Makes room for all texts at once: each is shorter than its JSON. */
	buf_add(&r->texts, line, len);
	buf_reset(&r->texts);
	jscan_init(&in.s, line, len);
	if (take_head(&in) != ERR_NONE)
		return e->code;
	return take_rest(&in);
}

enum err_code
record_read(struct record *out, const char *line, size_t len, struct err *e)
{
	record_init(out, RECORD_NOTE, "");
	if (record_reread(out, line, len, e) != ERR_NONE) {
		record_clear(out);
		return e->code;
	}
	return ERR_NONE;
}
