/* json - JSON documents, read strictly and written by an encoder. */
#include "base/json.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/jscan.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/text.h"

#define JSON_MOST_BYTES ((size_t)8 * 1024 * 1024)
#define NUMBER_MOST 63	/* bytes of a number that cJSON reads */
#define NUMBER_SAFE 300 /* digits that cannot pass DBL_MAX */

/* A key of an object that is still open, decoded. */
struct key {
	const char *text;
	size_t len;
	size_t at;   /* offset in the document */
	char *owned; /* when it had escapes */
};

/* The keys of all objects open now, innermost last. */
struct keys {
	struct key *v;
	size_t count;
	size_t size;
	size_t first[JSCAN_DEPTH]; /* where each depth begins */
};

static enum err_code
refuse(struct err *e, const char *text, size_t at, const char *why)
{
	int line, column;

	jscan_place(text, at, &line, &column);
	return err_set(e, ERR_FORMAT, "not valid JSON: line %d column %d: %s",
		       line, column, why);
}

static int
compare_keys(const void *pa, const void *pb)
{
	const struct key *a = pa;
	const struct key *b = pb;
	size_t shorter = a->len < b->len ? a->len : b->len;
	int order = memcmp(a->text, b->text, shorter);

	if (order != 0)
		return order;
	if (a->len != b->len)
		return a->len < b->len ? -1 : 1;
	return a->at < b->at ? -1 : a->at > b->at; /* the later one last */
}

static void
drop_keys(struct keys *k, size_t down_to)
{
	while (k->count > down_to)
		mem_free(k->v[--k->count].owned);
}

/* The object closed: the offset of a repeated key, or 0 (an object begins
 * before its keys, so 0 is none). */
static size_t
close_object(struct keys *k, int depth)
{
	size_t first = k->first[depth];
	size_t n = k->count - first;
	size_t at = 0;

	if (n > 1) {
		struct key *v = k->v + first;

		qsort(v, n, sizeof(*v), compare_keys);
		for (size_t i = 1; i < n && at == 0; i++)
			if (v[i].len == v[i - 1].len &&
			    memcmp(v[i].text, v[i - 1].text, v[i].len) == 0)
				at = v[i].at;
	}
	drop_keys(k, first);
	return at;
}

/* False when the key cannot be a C string. */
static bool
add_key(struct keys *k, const struct jscan *s)
{
	struct key key = { s->raw, s->raw_len, s->at, NULL };

	if (s->has_escape) {
		key.owned = mem_new(s->raw_len + 1, 1);
		if (!jscan_string(s, key.owned, s->raw_len + 1)) {
			mem_free(key.owned);
			return false;
		}
		key.text = key.owned;
		key.len = strlen(key.owned);
	}
	if (k->count == k->size) {
		k->size = k->size == 0 ? 32 : 2 * k->size;
		k->v = mem_grow(k->v, k->size, sizeof(key));
	}
	k->v[k->count++] = key;
	return true;
}

/* Does an escape of the string spell NUL? */
static bool
holds_nul(const struct jscan *s)
{
	const char *end = s->raw + s->raw_len;

	for (const char *p = s->raw; p < end; p++) {
		if (*p != '\\')
			continue;
		p++; /* the escaped byte; jscan saw that it is there */
		if (*p == 'u' && memcmp(p, "u0000", 5) == 0)
			return true;
	}
	return false;
}

/* Why the number cannot be held, or NULL. */
static const char *
number_fault(const struct jscan *s)
{
	double value;

	if (s->raw_len > NUMBER_MOST)
		return "number of more than 63 characters";
	if (memchr(s->raw, 'e', s->raw_len) == NULL &&
	    memchr(s->raw, 'E', s->raw_len) == NULL)
		return NULL;
	return jscan_number(s, &value) ? NULL : "number beyond a double";
}

/* One token judged: NULL, or why not, with s->at on the place. */
static const char *
token_fault(struct jscan *s, enum jtok t, struct keys *k)
{
	size_t twice;

	switch (t) {
	case JTOK_ERROR:
		return s->why;
	case JTOK_OBJECT:
		k->first[s->depth - 1] = k->count;
		return NULL;
	case JTOK_OBJECT_END:
		twice = close_object(k, s->depth);
		if (twice == 0)
			return NULL;
		s->at = twice;
		return "key given twice";
	case JTOK_KEY:
		return add_key(k, s) ? NULL : "\\u0000 in a key";
	case JTOK_STRING:
		if (s->has_escape && holds_nul(s))
			return "\\u0000 in a string";
		return NULL;
	case JTOK_NUMBER:
		return number_fault(s);
	default:
		return NULL;
	}
}

static enum err_code
judge(const char *text, size_t len, struct err *e)
{
	struct keys keys = { 0 };
	enum err_code code = ERR_NONE;
	struct jscan s;
	enum jtok t;

	jscan_init(&s, text, len);
	do {
		const char *why;

		t = jscan_next(&s);
		why = token_fault(&s, t, &keys);
		if (why != NULL)
			code = refuse(e, text, s.at, why);
	} while (code == ERR_NONE && t != JTOK_END);
	drop_keys(&keys, 0);
	mem_free(keys.v);
	return code;
}

static void
set_hooks(void)
{
	cJSON_Hooks hooks = { .malloc_fn = mem_take, .free_fn = mem_free };

	cJSON_InitHooks(&hooks);
}

struct json *
json_parse(const char *text, size_t len, struct err *e)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	cJSON *doc;

	pthread_once(&once, set_hooks);
	if (len > JSON_MOST_BYTES) {
		err_set(e, ERR_LIMIT, "JSON of %zu bytes, at most %zu", len,
			JSON_MOST_BYTES);
		return NULL;
	}
	if (judge(text, len, e) != ERR_NONE)
		return NULL;
	doc = cJSON_ParseWithLengthOpts(text, len, NULL, 0);
	if (doc == NULL)
		err_set(e, ERR_LIMIT, "JSON of %zu bytes cannot be held", len);
	return (struct json *)doc;
}

/* struct json is never defined: its pointers are cJSON's under our name. */
static const cJSON *
node(const struct json *v)
{
	return (const cJSON *)v;
}

static const struct json *
value(const cJSON *c)
{
	return (const struct json *)c;
}

void
json_free(struct json *doc)
{
	cJSON_Delete((cJSON *)doc);
}

enum json_type
json_type(const struct json *v)
{
	if (v == NULL)
		return JSON_ABSENT;
	switch (node(v)->type & 0xff) {
	case cJSON_NULL:
		return JSON_NULL;
	case cJSON_False:
		return JSON_FALSE;
	case cJSON_True:
		return JSON_TRUE;
	case cJSON_Number:
		return JSON_NUMBER;
	case cJSON_String:
		return JSON_STRING;
	case cJSON_Array:
		return JSON_ARRAY;
	case cJSON_Object:
		return JSON_OBJECT;
	default:
		return JSON_ABSENT;
	}
}

const struct json *
json_first(const struct json *container)
{
	enum json_type type = json_type(container);

	if (type != JSON_ARRAY && type != JSON_OBJECT)
		return NULL;
	return value(node(container)->child);
}

const struct json *
json_next(const struct json *v)
{
	return v == NULL ? NULL : value(node(v)->next);
}

const char *
json_key(const struct json *v)
{
	return v == NULL ? NULL : node(v)->string;
}

const struct json *
json_get(const struct json *object, const char *key)
{
	if (json_type(object) != JSON_OBJECT)
		return NULL;
	return value(cJSON_GetObjectItemCaseSensitive(node(object), key));
}

const struct json *
json_item(const struct json *array, size_t index)
{
	const struct json *v;

	if (json_type(array) != JSON_ARRAY)
		return NULL;
	for (v = json_first(array); v != NULL && index > 0; index--)
		v = json_next(v);
	return v;
}

size_t
json_count(const struct json *container)
{
	const struct json *v;
	size_t n = 0;

	for (v = json_first(container); v != NULL; v = json_next(v))
		n++;
	return n;
}

/* Is the pointer token [p, end) the key `key`, "~1" and "~0" undone? */
static bool
token_is(const char *p, const char *end, const char *key)
{
	for (; p < end; p++, key++) {
		char c = *p;

		if (c == '~') {
			p++;
			if (p == end || (*p != '0' && *p != '1'))
				return false;
			c = *p == '0' ? '~' : '/';
		}
		if (c != *key)
			return false;
	}
	return *key == '\0';
}

/* The array index in the token [p, end); false when it is none. */
static bool
token_index(const char *p, const char *end, size_t *index)
{
	size_t n = 0;

	if (p == end || end - p > 9 || (*p == '0' && end - p > 1))
		return false;
	for (; p < end; p++) {
		if (*p < '0' || *p > '9')
			return false;
		n = n * 10 + (size_t)(*p - '0');
	}
	*index = n;
	return true;
}

const struct json *
json_at(const struct json *doc, const char *pointer)
{
	const struct json *v = doc;
	const char *p = pointer;

	while (v != NULL && *p != '\0') {
		const char *end;
		size_t index;

		if (*p++ != '/')
			return NULL;
		end = p + strcspn(p, "/");
		if (json_type(v) == JSON_ARRAY) {
			if (!token_index(p, end, &index))
				return NULL;
			v = json_item(v, index);
		} else {
			v = json_first(v);
			while (v != NULL && !token_is(p, end, json_key(v)))
				v = json_next(v);
		}
		p = end;
	}
	return v;
}

const char *
json_text(const struct json *v)
{
	return json_type(v) == JSON_STRING ? node(v)->valuestring : NULL;
}

bool
json_number(const struct json *v, double *out)
{
	if (json_type(v) != JSON_NUMBER)
		return false;
	*out = node(v)->valuedouble;
	return true;
}

bool
json_is_true(const struct json *v)
{
	return json_type(v) == JSON_TRUE;
}

bool
json_scalar(const struct json *v, char *to, size_t size)
{
	switch (json_type(v)) {
	case JSON_FALSE:
		return str_copy(to, size, "false");
	case JSON_TRUE:
		return str_copy(to, size, "true");
	case JSON_NUMBER:
		str_number(to, size, node(v)->valuedouble);
		return true;
	case JSON_STRING:
		return str_copy(to, size, node(v)->valuestring);
	default:
		return false;
	}
}

const char *
json_text_or(const struct json *object, const char *key, const char *fallback)
{
	const char *text = json_text(json_get(object, key));

	return text == NULL ? fallback : text;
}

double
json_number_or(const struct json *object, const char *key, double fallback)
{
	double number;

	return json_number(json_get(object, key), &number) ? number : fallback;
}
