/* doc - documents that are patched member by member. */
#include "twin/doc.h"

#include <assert.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"

#define DOC_CAP (512 * 1024)

static struct twin_doc *
find_doc(struct twin_state *s, const char *path)
{
	for (size_t i = 0; i < s->doc_count; i++)
		if (str_same(s->docs[i].path, path))
			return &s->docs[i];
	return NULL;
}

const char *
doc_text(struct twin_state *s, const char *path, const char *initial)
{
	const struct twin_doc *d = find_doc(s, path);

	return d != NULL ? d->text : initial;
}

static void
put_scalar(struct jwriter *w, const char *key, const struct json *v)
{
	double number;

	switch (json_type(v)) {
	case JSON_TRUE:
	case JSON_FALSE:
		jw_flag(w, key, json_is_true(v));
		break;
	case JSON_NUMBER:
		number = json_number(v, &number) ? number : 0;
		jw_number(w, key, number);
		break;
	case JSON_STRING:
		jw_text(w, key, json_text(v));
		break;
	default:
		jw_null(w, key);
		break;
	}
}

/* Recursion ends at the scanner's depth limit. */
void
doc_put_json(struct jwriter *w, const char *key, const struct json *v)
{
	enum json_type type = json_type(v);
	const struct json *m;

	if (type == JSON_ARRAY) {
		jw_array(w, key);
		for (m = json_first(v); m != NULL; m = json_next(m))
			doc_put_json(w, NULL, m);
		jw_array_end(w);
	} else if (type == JSON_OBJECT) {
		jw_object(w, key);
		for (m = json_first(v); m != NULL; m = json_next(m))
			doc_put_json(w, json_key(m), m);
		jw_object_end(w);
	} else {
		put_scalar(w, key, v);
	}
}

/* `old` with the members of `patch`, as text the caller owns. */
static char *
merged(const char *old, const struct json *patch)
{
	struct err e;
	struct json *doc = json_parse(old, strlen(old), &e);
	const struct json *m;
	struct jwriter w;
	struct buf out;

	assert(doc != NULL);
	buf_init(&out, DOC_CAP);
	jw_init(&w, &out);
	jw_object(&w, NULL);
	for (m = json_first(doc); m != NULL; m = json_next(m)) {
		const struct json *by = json_get(patch, json_key(m));

		doc_put_json(&w, json_key(m), by != NULL ? by : m);
	}
	for (m = json_first(patch); m != NULL; m = json_next(m))
		if (json_get(doc, json_key(m)) == NULL)
			doc_put_json(&w, json_key(m), m);
	jw_object_end(&w);
	json_free(doc);
	if (!out.cut)
		return buf_detach(&out);
	buf_clear(&out);
	return NULL;
}

bool
doc_patch(struct twin_state *s, const char *path, const char *initial,
	  const struct json *patch, bool *changed)
{
	struct twin_doc *d = find_doc(s, path);
	char *text = merged(d != NULL ? d->text : initial, patch);

	*changed = false;
	if (text == NULL)
		return false;
	if (d == NULL) {
		d = state_add_doc(s);
		if (d == NULL) {
			mem_free(text);
			return false;
		}
		str_copy(d->path, sizeof(d->path), path);
		d->text = merged(initial, NULL);
	}
	*changed = !str_same(d->text, text);
	mem_free(d->text);
	d->text = text;
	return true;
}

bool
doc_drop(struct twin_state *s, const char *path)
{
	struct twin_doc *d = find_doc(s, path);

	if (d == NULL)
		return false;
	mem_free(d->text);
	*d = s->docs[--s->doc_count];
	return true;
}
