/* look - what an object is right now, in a word and a digest. */
#include "action/look.h"

#include <stdlib.h>
#include <string.h>

#include "action/work.h"
#include "base/mem.h"
#include "base/redact.h"
#include "base/str.h"
#include "base/text.h"
#include "net/identity.h"

#define LOOK_MS 10000 /* real */
#define URL_CAP 4096
#define TEXT_CAP ((size_t)1024 * 1024)
#define SHOWN_HEX 12
#define POINTER_CAP 1024 /* what lies deeper is not ignored */

/* A value on its way into a digest, without what changes by itself. */
struct putter {
	struct jwriter w;
	const struct json *ignore; /* pointers; NULL: none */
	bool keeps_order;	   /* of an object's members */
	char at[POINTER_CAP];	   /* pointer to where it is */
	size_t len;
};

static bool
is_ignored(const struct putter *p)
{
	for (const struct json *i = json_first(p->ignore); i != NULL;
	     i = json_next(i))
		if (str_same(json_text(i), p->at))
			return true;
	return false;
}

static void
add(struct putter *p, const char *text, size_t len)
{
	for (size_t i = 0; i < len && p->len + 1 < sizeof(p->at); i++)
		p->at[p->len++] = text[i];
	p->at[p->len] = '\0';
}

/* Steps down to a member (RFC 6901, section 3). */
static void
go_to(struct putter *p, const char *key, size_t index)
{
	char number[24];

	str_printf(number, sizeof(number), "%zu", index);
	add(p, "/", 1);
	if (key == NULL)
		key = number;
	for (; *key != '\0'; key++)
		if (*key == '~' || *key == '/')
			add(p, *key == '~' ? "~0" : "~1", 2);
		else
			add(p, key, 1);
}

static void put(struct putter *p, const char *key, const struct json *v);

static int
by_key(const void *a, const void *b)
{
	return strcmp(json_key(*(const struct json *const *)a),
		      json_key(*(const struct json *const *)b));
}

/* The order of an object's members means nothing, that of an array does. */
static void
put_members(struct putter *p, const struct json *v)
{
	size_t count = json_count(v), len = p->len, n = 0;
	const struct json **members = mem_new(count, sizeof(struct json *));

	for (const struct json *m = json_first(v); m != NULL; m = json_next(m))
		members[n++] = m;
	if (json_type(v) == JSON_OBJECT && !p->keeps_order)
		qsort(members, n, sizeof(struct json *), by_key);
	for (size_t i = 0; i < n; i++) {
		go_to(p, json_key(members[i]), i);
		if (!is_ignored(p))
			put(p, json_key(members[i]), members[i]);
		p->len = len;
		p->at[len] = '\0';
	}
	mem_free(members);
}

/* Any value as JSON without blanks: the same value gives the same bytes. */
static void
put(struct putter *p, const char *key, const struct json *v)
{
	struct jwriter *w = &p->w;
	double number;

	switch (json_type(v)) {
	case JSON_OBJECT:
		jw_object(w, key);
		put_members(p, v);
		jw_object_end(w);
		break;
	case JSON_ARRAY:
		jw_array(w, key);
		put_members(p, v);
		jw_array_end(w);
		break;
	case JSON_STRING:
		jw_text(w, key, json_text(v));
		break;
	case JSON_NUMBER:
		if (json_number(v, &number))
			jw_number(w, key, number);
		break;
	case JSON_TRUE:
	case JSON_FALSE:
		jw_flag(w, key, json_is_true(v));
		break;
	case JSON_NULL:
	case JSON_ABSENT:
		jw_null(w, key);
		break;
	}
}

static void
tell_value(struct action_look *out, const char *text, size_t len)
{
	out->is_read = true;
	digest_hex(out->digest, text, len);
	str_copy(out->in_order, sizeof(out->in_order), out->digest);
	redact_clean(out->value, sizeof(out->value), text, len);
}

/* False: it is too large. */
static bool
digest_of(char hex[DIGEST_HEX], const struct json *v, const struct json *ignore,
	  bool keeps_order)
{
	struct putter p = { .ignore = ignore, .keeps_order = keeps_order };
	struct buf b;
	bool fits;

	buf_init(&b, TEXT_CAP);
	jw_init(&p.w, &b);
	put(&p, NULL, v);
	fits = !b.cut;
	if (fits)
		digest_hex(hex, buf_str(&b), b.len);
	buf_clear(&b);
	return fits;
}

/* A scalar shows as it is, a document by its digest. */
static void
take_value(const struct json *v, const char *ignore, struct action_look *out)
{
	struct json *ignored = NULL;
	char text[1024];
	struct err e;

	if (json_type(v) == JSON_ABSENT) {
		str_copy(out->why, sizeof(out->why),
			 "nothing stands at its pointer");
		return;
	}
	if (json_scalar(v, text, sizeof(text))) {
		tell_value(out, text, strlen(text));
		return;
	}
	if (ignore != NULL)
		ignored = json_parse(ignore, strlen(ignore), &e);
	out->is_read = digest_of(out->digest, v, ignored, false) &&
		       digest_of(out->in_order, v, ignored, true);
	json_free(ignored);
	if (out->is_read)
		str_printf(out->value, sizeof(out->value), "json %.*s",
			   SHOWN_HEX, out->digest);
	else
		str_copy(out->why, sizeof(out->why), "it is too large");
}

/* What the row says must be there, or it is no baseline. */
static void
check_kept(const struct json *doc, const char *keep, struct action_look *out)
{
	struct err e;
	struct json *wanted;
	char text[256], shown[120];

	if (keep == NULL || !out->is_read)
		return;
	wanted = json_parse(keep, strlen(keep), &e);
	for (const struct json *m = json_first(wanted); m != NULL;
	     m = json_next(m)) {
		if (json_scalar(m, text, sizeof(text)) &&
		    reading_is(doc, json_key(m), text, shown, sizeof(shown)))
			continue;
		out->is_read = false;
		str_printf(out->why, sizeof(out->why),
			   "%.60s is \"%s\", not \"%.80s\"", json_key(m), shown,
			   text);
		break;
	}
	json_free(wanted);
}

static void
look_http(struct work *w, const struct settings *with, struct action_look *out)
{
	const char *path = settings_text_or(with, "verify.path",
					    settings_text_or(with, "path", ""));
	const char *pointer = settings_text_or(
		with, "verify.pointer", settings_text_or(with, "pointer", ""));
	struct reading now;
	struct buf url;
	struct err e;

	buf_init(&url, URL_CAP);
	if (identity_url(&url, w->endpoint, path, &e) != ERR_NONE) {
		str_copy(out->why, sizeof(out->why), e.text);
		buf_clear(&url);
		return;
	}
	work_read(w, buf_str(&url), &now);
	if (now.class == RETRY_ACCEPTED) {
		take_value(json_at(now.doc, pointer),
			   settings_text(with, "ignore"), out);
		check_kept(now.doc, settings_text(with, "keep"), out);
	} else if (now.status == 404 && settings_text(with, "keep") == NULL) {
		tell_value(out, "not there", strlen("not there"));
	} else {
		str_copy(out->why, sizeof(out->why), now.why);
	}
	reading_clear(&now);
	buf_clear(&url);
}

/* Kinds with a reading of their own say what is live when they plan. */
static void
look_planned(const struct action_env *env, const struct act *act,
	     struct cancel *cancel, struct action_look *out)
{
	struct action_plan plan = { .count = 0 };
	struct err e = { .code = ERR_NONE };

	if (action_plan(env, act, cancel, &plan, &e) != ERR_NONE)
		str_copy(out->why, sizeof(out->why), e.text);
	else if (str_same(plan.before, "?") || plan.before[0] == '\0')
		str_copy(out->why, sizeof(out->why), "no answer");
	else
		tell_value(out, plan.before, strlen(plan.before));
}

void
action_look(const struct action_env *env, const struct act *act,
	    struct cancel *cancel, struct action_look *out)
{
	struct err e = { .code = ERR_NONE };
	struct work w;

	*out = (struct action_look){ .is_read = false };
	if (!str_same(act->kind, "http"))
		look_planned(env, act, cancel, out);
	else if (work_open(&w, env, act, cancel, LOOK_MS, &e) != ERR_NONE)
		str_copy(out->why, sizeof(out->why), e.text);
	else
		look_http(&w, &act->with, out);
	if (!out->is_read && out->why[0] == '\0')
		str_copy(out->why, sizeof(out->why), "no answer");
}

bool
action_look_is(const struct action_look *seen, const char *digest)
{
	return seen->is_read && (str_same(seen->digest, digest) ||
				 str_same(seen->in_order, digest));
}
