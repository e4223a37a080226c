/* jnode - looking around in a JSON document, and comparing what is there. */
#include "conf/jtree.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

#define FEW_KEYS 24 /* more are sorted before they are compared */

bool
jnode_key_is(const struct jnode *v, const char *key)
{
	size_t len = strlen(key);

	return v->key != NULL && v->key_len == len &&
	       memcmp(v->key, key, len) == 0;
}

bool
jnode_text_is(const struct jnode *v, const char *text)
{
	size_t len = strlen(text);

	return v != NULL && v->kind == JKIND_STRING && v->len == len &&
	       memcmp(v->text, text, len) == 0;
}

const struct jnode *
jnode_get_n(const struct jnode *object, const char *key, size_t len)
{
	uint32_t hash;
	const struct jnode *v;

	if (object == NULL || object->kind != JKIND_OBJECT)
		return NULL;
	hash = jtree_hash(key, len);
	v = object + 1;
	for (uint32_t i = 0; i < object->len; i++, v = jnode_next(v))
		if (v->key_hash == hash && v->key_len == len &&
		    memcmp(v->key, key, len) == 0)
			return v;
	return NULL;
}

const struct jnode *
jnode_get(const struct jnode *object, const char *key)
{
	return jnode_get_n(object, key, strlen(key));
}

const struct jnode *
jnode_item(const struct jnode *array, size_t index)
{
	const struct jnode *v;

	if (array == NULL || array->kind != JKIND_ARRAY || index >= array->len)
		return NULL;
	v = array + 1;
	while (index-- > 0)
		v = jnode_next(v);
	return v;
}

/* RFC 6901 4: digits without a leading zero. */
static bool
to_index(const char *step, size_t len, size_t *out)
{
	size_t value = 0;

	if (len == 0 || len > 9 || (step[0] == '0' && len > 1))
		return false;
	for (size_t i = 0; i < len; i++) {
		if (step[i] < '0' || step[i] > '9')
			return false;
		value = value * 10 + (size_t)(step[i] - '0');
	}
	*out = value;
	return true;
}

const struct jnode *
jnode_step(const struct jnode *v, const char *step, size_t len)
{
	char name[512];
	size_t index, n = 0;

	if (v == NULL)
		return NULL;
	if (v->kind == JKIND_ARRAY)
		return to_index(step, len, &index) ? jnode_item(v, index)
						   : NULL;
	for (size_t i = 0; i < len; i++) {
		if (n == sizeof(name))
			return NULL;
		name[n] = step[i];
		if (step[i] == '~') {
			if (++i == len || (step[i] != '0' && step[i] != '1'))
				return NULL;
			name[n] = step[i] == '0' ? '~' : '/';
		}
		n++;
	}
	return jnode_get_n(v, name, n);
}

const struct jnode *
jnode_at(const struct jnode *v, const char *pointer)
{
	if (*pointer != '\0' && *pointer != '/')
		return NULL;
	while (v != NULL && *pointer == '/') {
		size_t len = strcspn(++pointer, "/");

		v = jnode_step(v, pointer, len);
		pointer += len;
	}
	return v;
}

int
jnode_by_name(const void *left, const void *right)
{
	const struct jnode *a = *(const struct jnode *const *)left;
	const struct jnode *b = *(const struct jnode *const *)right;
	int order = (a->key_hash > b->key_hash) - (a->key_hash < b->key_hash);

	if (order == 0)
		order = (a->key_len > b->key_len) - (a->key_len < b->key_len);
	return order != 0 ? order : memcmp(a->key, b->key, a->key_len);
}

const struct jnode **
jnode_sorted(const struct jnode *object)
{
	const struct jnode **all =
		mem_grow(NULL, object->len, sizeof(struct jnode *));
	const struct jnode *v = object + 1;

	for (uint32_t i = 0; i < object->len; i++, v = jnode_next(v))
		all[i] = v;
	qsort(all, object->len, sizeof(struct jnode *), jnode_by_name);
	return all;
}

static bool
equal_large_objects(const struct jnode *a, const struct jnode *b)
{
	const struct jnode **x = jnode_sorted(a);
	const struct jnode **y = jnode_sorted(b);
	bool same = true;

	for (uint32_t i = 0; same && i < a->len; i++)
		same = jnode_by_name(&x[i], &y[i]) == 0 &&
		       jnode_equal(x[i], y[i]);
	mem_free(x);
	mem_free(y);
	return same;
}

static bool
equal_objects(const struct jnode *a, const struct jnode *b)
{
	const struct jnode *x = a + 1;

	if (a->len > FEW_KEYS)
		return equal_large_objects(a, b);

	for (uint32_t i = 0; i < a->len; i++, x = jnode_next(x)) {
		const struct jnode *y = jnode_get_n(b, x->key, x->key_len);

		if (y == NULL || !jnode_equal(x, y))
			return false;
	}
	return true;
}

bool
jnode_equal(const struct jnode *a, const struct jnode *b)
{
	const struct jnode *x = a + 1, *y = b + 1;

	if (a->kind != b->kind)
		return false;
	if (a->kind == JKIND_NUMBER)
		return a->number == b->number;
	if (a->len != b->len)
		return false;
	switch (a->kind) {
	case JKIND_STRING:
		return memcmp(a->text, b->text, a->len) == 0;
	case JKIND_OBJECT:
		return a->span == b->span && equal_objects(a, b);
	case JKIND_ARRAY:
		for (uint32_t i = 0; i < a->len; i++) {
			if (!jnode_equal(x, y))
				return false;
			x = jnode_next(x);
			y = jnode_next(y);
		}
		return true;
	default:
		return true;
	}
}

static uint64_t
mix(uint64_t h, uint64_t part)
{
	h = (h ^ part) * 0x9fb21c651e98df25u;
	return h ^ h >> 29;
}

uint64_t
jnode_hash(const struct jnode *v)
{
	uint64_t h = (uint64_t)v->kind + 1;
	const struct jnode *x = v + 1;
	double number;
	uint64_t bits;

	switch (v->kind) {
	case JKIND_NUMBER:
		number = v->number == 0 ? 0 : v->number; /* also for -0 */
		memcpy(&bits, &number, sizeof(bits));
		return mix(h, bits);
	case JKIND_STRING:
		return mix(h, jtree_hash(v->text, v->len));
	case JKIND_ARRAY:
		for (uint32_t i = 0; i < v->len; i++, x = jnode_next(x))
			h = mix(h, jnode_hash(x));
		return mix(h, v->len);
	case JKIND_OBJECT: /* a sum: the order does not matter */
		for (uint32_t i = 0; i < v->len; i++, x = jnode_next(x))
			h += mix(x->key_hash, jnode_hash(x));
		return mix(h, v->len);
	default:
		return mix(h, 0);
	}
}

bool
jnode_is_integer(const struct jnode *v)
{
	return v->kind == JKIND_NUMBER && v->number == floor(v->number);
}

const char *
jkind_words(int kind)
{
	static const char *const words[] = {
		[JKIND_NULL] = "null",	      [JKIND_FALSE] = "false",
		[JKIND_TRUE] = "true",	      [JKIND_NUMBER] = "a number",
		[JKIND_STRING] = "a text",    [JKIND_ARRAY] = "a list",
		[JKIND_OBJECT] = "an object",
	};

	return kind >= 0 && (size_t)kind < ARRAY_LEN(words) ? words[kind] : "";
}
