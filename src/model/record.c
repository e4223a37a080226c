/* record - one line of the journal: a kind and named fields. */
#include "model/record.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/jscan.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/redact.h"
#include "base/str.h"
#include "base/text.h"

#define RECORD_ROW(code, word, durable, help) [code] = { word, help, durable },
const struct record_row record_rows[RECORD_KIND_COUNT] = { RECORD_LIST(
	RECORD_ROW) };
#undef RECORD_ROW

bool
record_kind_parse(const char *word, enum record_kind *out)
{
	for (unsigned i = 0; i < RECORD_KIND_COUNT; i++)
		if (strcmp(record_rows[i].word, word) == 0) {
			*out = (enum record_kind)i;
			return true;
		}
	return false;
}

void
record_init(struct record *r, enum record_kind kind, const char *by)
{
	buf_init(&r->texts, RECORD_CAP);
	record_reset(r, kind, by);
}

void
record_clear(struct record *r)
{
	buf_clear(&r->texts);
	r->count = 0;
}

void
record_reset(struct record *r, enum record_kind kind, const char *by)
{
	assert((unsigned)kind < RECORD_KIND_COUNT);
	r->seq = 0;
	r->wall_ms = 0;
	r->at_ms = 0;
	r->kind = kind;
	r->deferred = false;
	r->count = 0;
	r->prev[0] = '\0';
	r->hash[0] = '\0';
	buf_reset(&r->texts);
	if (by == NULL)
		by = "";
	text_clean(r->by, sizeof(r->by), by, strlen(by));
}

static struct record_field *
add_field(struct record *r, const char *name, enum record_type type)
{
	struct record_field *f;

	assert(r->count < RECORD_FIELDS);
	assert(name[0] != '\0' && strlen(name) < RECORD_NAME);
	assert(!record_has(r, name));
	f = &r->fields[r->count++];
	*f = (struct record_field){ .name = name, .type = type };
	return f;
}

/* Stores a finished text; one that does not fit cuts the record. */
static void
add_text(struct record *r, const char *name, enum record_type type,
	 const char *text)
{
	size_t at = r->texts.len;

	if (buf_add(&r->texts, text, strlen(text) + 1))
		add_field(r, name, type)->text = at;
}

/* Redacts before it cleans and cuts: half a secret would pass unseen. */
static void
clean_copy(char *to, size_t size, const char *text)
{
	size_t room = 2 * strlen(text) + 256;
	char *raw = mem_new(room, 1);

	str_copy(raw, room, text);
	redact_text(raw, room);
	text_clean(to, size, raw, strlen(raw));
	mem_free(raw);
}

void
record_text(struct record *r, const char *name, const char *text)
{
	char clean[RECORD_TEXT + 1];

	if (text == NULL || text[0] == '\0')
		return;
	clean_copy(clean, sizeof(clean), text);
	if (clean[0] != '\0')
		add_text(r, name, FIELD_TEXT, clean);
}

void
record_int(struct record *r, const char *name, int64_t value)
{
	add_field(r, name, FIELD_INT)->integer = value;
}

void
record_number(struct record *r, const char *name, double value)
{
	if (!isfinite(value)) {
		add_text(r, name, FIELD_JSON, "null"); /* JSON has no word */
		return;
	}
	add_field(r, name, FIELD_NUMBER)->number = value;
}

void
record_flag(struct record *r, const char *name, bool value)
{
	add_field(r, name, FIELD_FLAG)->integer = value;
}

/* A number whose digits are a secret becomes a text that hides it. */
static void
add_number(struct jwriter *w, const char *key, const struct jscan *s)
{
	char raw[512], clean[512];

	if (!str_copy_n(raw, sizeof(raw), s->raw, s->raw_len)) {
		jw_null(w, key);
		return;
	}
	clean_copy(clean, sizeof(clean), raw);
	if (str_same(raw, clean))
		jw_raw(w, key, raw);
	else
		jw_text(w, key, clean);
}

static void
add_token(struct jwriter *w, const char *key, const struct jscan *s,
	  enum jtok t, char *text)
{
	char clean[RECORD_TEXT + 1];

	switch (t) {
	case JTOK_OBJECT:
		jw_object(w, key);
		break;
	case JTOK_OBJECT_END:
		jw_object_end(w);
		break;
	case JTOK_ARRAY:
		jw_array(w, key);
		break;
	case JTOK_ARRAY_END:
		jw_array_end(w);
		break;
	case JTOK_STRING:
		clean_copy(clean, sizeof(clean), text);
		jw_text(w, key, clean);
		break;
	case JTOK_NUMBER:
		add_number(w, key, s);
		break;
	case JTOK_NULL:
		jw_null(w, key);
		break;
	default:
		jw_flag(w, key, t == JTOK_TRUE);
		break;
	}
}

/* Writes `json` again, blanks left out and texts fit to be kept; false when
 * it is no JSON. */
static bool
rewrite_json(struct buf *out, const char *json)
{
	size_t size = strlen(json) + 1;
	char *text = mem_new(size, 1);
	char key[RECORD_TEXT + 1] = "";
	bool has_key = false;
	struct jwriter w;
	struct jscan s;
	enum jtok t;

	jw_init(&w, out);
	jscan_init(&s, json, size - 1);
	while ((t = jscan_next(&s)) != JTOK_END && t != JTOK_ERROR) {
		if ((t == JTOK_STRING || t == JTOK_KEY) &&
		    !jscan_string(&s, text, size)) {
			t = JTOK_ERROR;
			break;
		}
		if (t == JTOK_KEY) {
			clean_copy(key, sizeof(key), text);
			has_key = true;
			continue;
		}
		add_token(&w, has_key ? key : NULL, &s, t, text);
		has_key = false;
	}
	mem_free(text);
	return t == JTOK_END;
}

void
record_json(struct record *r, const char *name, const char *json)
{
	struct buf out;

	if (json == NULL || json[0] == '\0')
		return;
	buf_init(&out, RECORD_CAP);
	if (!rewrite_json(&out, json))
		record_text(r, name, json);
	else if (out.cut)
		r->texts.cut = true;
	else
		add_text(r, name, FIELD_JSON, buf_str(&out));
	buf_clear(&out);
}

static const struct record_field *
find(const struct record *r, const char *name)
{
	for (size_t i = 0; i < r->count; i++)
		if (strcmp(r->fields[i].name, name) == 0)
			return &r->fields[i];
	return NULL;
}

bool
record_has(const struct record *r, const char *name)
{
	return find(r, name) != NULL;
}

const char *
record_get(const struct record *r, const char *name)
{
	const struct record_field *f = find(r, name);

	if (f == NULL || (f->type != FIELD_TEXT && f->type != FIELD_JSON))
		return "";
	return r->texts.data + f->text;
}

int64_t
record_get_int(const struct record *r, const char *name, int64_t fallback)
{
	const struct record_field *f = find(r, name);

	if (f != NULL && f->type == FIELD_INT)
		return f->integer;
	if (f != NULL && f->type == FIELD_NUMBER && fabs(f->number) < 9e18 &&
	    f->number == trunc(f->number))
		return (int64_t)f->number;
	return fallback;
}

double
record_get_number(const struct record *r, const char *name, double fallback)
{
	const struct record_field *f = find(r, name);

	if (f != NULL && f->type == FIELD_NUMBER)
		return f->number;
	if (f != NULL && f->type == FIELD_INT)
		return (double)f->integer;
	return fallback;
}

bool
record_get_flag(const struct record *r, const char *name)
{
	const struct record_field *f = find(r, name);

	return f != NULL && f->type == FIELD_FLAG && f->integer != 0;
}
