/* jschema_values - keywords about one value: types, bounds, texts. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/text.h"
#include "conf/jschema_in.h"

#define DIGITS_MOST 18 /* a whole number of these fits 64 bits */
#define FEW_ITEMS 8    /* compared each with each */

bool
judge_type(struct trial *t, const struct check *c, const struct jnode *v,
	   struct marks *marks)
{
	const struct jnode *want, *x;
	char shown[96], list[96] = "";
	uint32_t count;

	(void)marks;
	if ((c->types & KIND_BIT(v->kind)) != 0 ||
	    ((c->types & TYPE_INTEGER) != 0 && jnode_is_integer(v)))
		return true;
	if (trial_is_quiet(t))
		return false;
	want = jnode_get(t->sub->node, "type");
	count = want->kind == JKIND_ARRAY ? want->len : 1;
	x = want->kind == JKIND_ARRAY ? want + 1 : want;
	for (uint32_t i = 0; i < count; i++, x = jnode_next(x))
		str_printf(list + strlen(list), sizeof(list) - strlen(list),
			   "%s%.*s", i == 0 ? "" : " or ", (int)x->len,
			   x->text);
	return trial_say(t, "type", v, "%s is not of type %s",
			 trial_show(t, shown, v), list);
}

static void
show_choices(struct buf *out, const struct jnode *list)
{
	const struct jnode *x = list + 1;

	for (uint32_t i = 0; i < list->len && i < 6; i++, x = jnode_next(x)) {
		buf_text(out, i == 0 ? "" : ", ");
		if (x->kind == JKIND_STRING)
			buf_printf(out, "\"%.*s\"",
				   (int)(x->len > 24 ? 24 : x->len), x->text);
		else if (x->kind == JKIND_NUMBER)
			buf_printf(out, "%.15g", x->number);
		else
			buf_text(out, jkind_words(x->kind));
	}
	if (list->len > 6)
		buf_printf(out, " and %u more", list->len - 6);
}

static bool
is_listed(const struct check *c, const struct jnode *v)
{
	const struct jnode *x = c->value + 1;

	if (c->hashes != NULL) {
		uint64_t hash = jnode_hash(v);
		size_t low = 0, high = c->value->len;

		while (low < high) {
			size_t middle = (low + high) / 2;

			if (c->hashes[middle] < hash)
				low = middle + 1;
			else
				high = middle;
		}
		if (low == c->value->len || c->hashes[low] != hash)
			return false;
	}
	for (uint32_t i = 0; i < c->value->len; i++, x = jnode_next(x))
		if (jnode_equal(x, v))
			return true;
	return false;
}

bool
judge_enum(struct trial *t, const struct check *c, const struct jnode *v,
	   struct marks *marks)
{
	char shown[96];
	struct buf list;

	(void)marks;
	if (is_listed(c, v))
		return true;
	if (trial_is_quiet(t))
		return false;
	buf_init(&list, 512);
	show_choices(&list, c->value);
	trial_say(t, "enum", v, "%s is none of %s", trial_show(t, shown, v),
		  buf_str(&list));
	buf_clear(&list);
	return false;
}

bool
judge_const(struct trial *t, const struct check *c, const struct jnode *v,
	    struct marks *marks)
{
	char shown[96], wanted[96];
	const struct jnode *want = c->value;

	(void)marks;
	if (jnode_equal(want, v))
		return true;
	if (trial_is_quiet(t))
		return false;
	if (want->kind == JKIND_NUMBER)
		str_printf(wanted, sizeof(wanted), "%.15g", want->number);
	else
		trial_show(t, wanted, want);
	return trial_say(t, "const", v, "%s is not %s", trial_show(t, shown, v),
			 wanted);
}

static bool
say_bound(struct trial *t, const struct check *c, const struct jnode *v,
	  const char *is)
{
	char shown[96], bound[40];

	if (trial_is_quiet(t))
		return false;
	str_number(bound, sizeof(bound), c->value->number);
	return trial_say(t, c->name, v, "%s is %s %s", trial_show(t, shown, v),
			 is, bound);
}

bool
judge_minimum(struct trial *t, const struct check *c, const struct jnode *v,
	      struct marks *marks)
{
	(void)marks;
	return v->number >= c->value->number ||
	       say_bound(t, c, v, "below the minimum of");
}

bool
judge_maximum(struct trial *t, const struct check *c, const struct jnode *v,
	      struct marks *marks)
{
	(void)marks;
	return v->number <= c->value->number ||
	       say_bound(t, c, v, "above the maximum of");
}

bool
judge_above(struct trial *t, const struct check *c, const struct jnode *v,
	    struct marks *marks)
{
	(void)marks;
	return v->number > c->value->number || say_bound(t, c, v, "not above");
}

bool
judge_below(struct trial *t, const struct check *c, const struct jnode *v,
	    struct marks *marks)
{
	(void)marks;
	return v->number < c->value->number || say_bound(t, c, v, "not below");
}

/* A number as written: digits times a power of ten. */
struct decimal {
	uint64_t digits;
	int64_t exponent;
};

static bool
to_decimal(struct decimal *to, const char *p, size_t len)
{
	size_t i = p[0] == '-', used = 0;
	bool after_point = false;
	int64_t written = 0;

	*to = (struct decimal){ 0 };
	for (; i < len && p[i] != 'e' && p[i] != 'E'; i++) {
		if (p[i] == '.') {
			after_point = true;
			continue;
		}
		used += used > 0 || p[i] != '0';
		if (used > DIGITS_MOST)
			return false;
		to->digits = to->digits * 10 + (uint64_t)(p[i] - '0');
		to->exponent -= after_point;
	}
	if (i < len) {
		bool negative = p[++i] == '-';

		i += p[i] == '-' || p[i] == '+';
		for (; i < len; i++) {
			written = written * 10 + (p[i] - '0');
			if (written > 400)
				return false;
		}
		to->exponent += negative ? -written : written;
	}
	while (to->digits > 0 && to->digits % 10 == 0) {
		to->digits /= 10;
		to->exponent++;
	}
	return true;
}

__extension__ typedef unsigned __int128 wide;

/* Is a a multiple of b?  Exact: digits and powers of ten, no doubles. */
static bool
divides(const struct decimal *a, const struct decimal *b)
{
	int64_t shift = a->exponent - b->exponent;
	uint64_t by = b->digits;
	uint64_t left;

	if (a->digits == 0)
		return true;
	/* Digits end in no zero: a finer last place is no multiple, unless
	 * the twos and fives are in the divisor's digits. */
	for (; shift < 0; shift++) {
		if (by > UINT64_MAX / 10)
			return false;
		by *= 10;
	}
	left = a->digits % by;
	for (; shift > 0 && left != 0; shift--)
		left = (uint64_t)((wide)left * 10 % by);
	return left == 0;
}

bool
judge_multiple(struct trial *t, const struct check *c, const struct jnode *v,
	       struct marks *marks)
{
	const struct jtree *tree = &t->sub->resource->source->tree;
	struct decimal a, b;
	bool good;

	(void)marks;
	if (to_decimal(&a, t->doc->text + v->at, v->len) &&
	    to_decimal(&b, tree->text + c->value->at, c->value->len))
		good = divides(&a, &b);
	else
		good = fmod(v->number, c->value->number) == 0;
	return good || say_bound(t, c, v, "not a multiple of");
}

/* Characters of a text that is UTF-8. */
static size_t
count_characters(const struct jnode *v)
{
	size_t n = 0;

	for (uint32_t i = 0; i < v->len; i++)
		n += ((unsigned char)v->text[i] & 0xc0) != 0x80;
	return n;
}

static bool
say_length(struct trial *t, const struct check *c, const struct jnode *v,
	   const char *than, size_t has)
{
	char shown[96];

	if (trial_is_quiet(t))
		return false;
	return trial_say(t, c->name, v, "%s has %zu characters, %s than %.15g",
			 trial_show(t, shown, v), has, than, c->value->number);
}

bool
judge_min_length(struct trial *t, const struct check *c, const struct jnode *v,
		 struct marks *marks)
{
	size_t has;

	(void)marks;
	if (v->len / 4 >= c->value->number)
		return true;
	has = count_characters(v);
	return (double)has >= c->value->number ||
	       say_length(t, c, v, "fewer", has);
}

bool
judge_max_length(struct trial *t, const struct check *c, const struct jnode *v,
		 struct marks *marks)
{
	size_t has;

	(void)marks;
	if (v->len <= c->value->number)
		return true;
	has = count_characters(v);
	return (double)has <= c->value->number ||
	       say_length(t, c, v, "more", has);
}

bool
judge_pattern(struct trial *t, const struct check *c, const struct jnode *v,
	      struct marks *marks)
{
	char shown[96];
	int matches = pattern_matches(t, c->pattern, v->text, v->len);

	(void)marks;
	if (matches > 0)
		return true;
	if (matches < 0)
		return trial_give_up(t, "pattern", v, pattern_why(matches));
	if (trial_is_quiet(t))
		return false;
	return trial_say(t, "pattern", v, "%s does not match %.120s",
			 trial_show(t, shown, v), pattern_text(c->pattern));
}

static bool
say_count(struct trial *t, const struct check *c, const struct jnode *v,
	  const char *than)
{
	return trial_say(t, c->name, v, "%u %s, %s than %.15g", v->len,
			 v->kind == JKIND_ARRAY ? "items" : "members", than,
			 c->value->number);
}

bool
judge_min_count(struct trial *t, const struct check *c, const struct jnode *v,
		struct marks *marks)
{
	(void)marks;
	return v->len >= c->value->number || say_count(t, c, v, "fewer");
}

bool
judge_max_count(struct trial *t, const struct check *c, const struct jnode *v,
		struct marks *marks)
{
	(void)marks;
	return v->len <= c->value->number || say_count(t, c, v, "more");
}

struct hashed {
	uint64_t hash;
	const struct jnode *v;
};

static int
by_hash(const void *left, const void *right)
{
	const struct hashed *a = left, *b = right;

	if (a->hash != b->hash)
		return a->hash > b->hash ? 1 : -1;
	return (a->v > b->v) - (a->v < b->v);
}

/* A value that stands in the list before; NULL when there is none. */
static const struct jnode *
find_repeat(struct trial *t, const struct jnode *list)
{
	struct hashed *all = mem_grow(NULL, list->len, sizeof(*all));
	const struct jnode *x = list + 1;
	const struct jnode *found = NULL;

	for (uint32_t i = 0; i < list->len; i++, x = jnode_next(x))
		all[i] = (struct hashed){ jnode_hash(x), x };
	qsort(all, list->len, sizeof(*all), by_hash);
	for (uint32_t i = 1; found == NULL && i < list->len; i++)
		for (uint32_t k = i; k > 0 && found == NULL; k--) {
			if (all[k - 1].hash != all[i].hash)
				break;
			t->steps++;
			if (jnode_equal(all[k - 1].v, all[i].v))
				found = all[i].v;
		}
	mem_free(all);
	return found;
}

bool
judge_unique(struct trial *t, const struct check *c, const struct jnode *v,
	     struct marks *marks)
{
	const struct jnode *x = v + 1;
	const struct jnode *found = NULL;
	char shown[96];

	(void)c;
	(void)marks;
	if (v->len > FEW_ITEMS)
		found = find_repeat(t, v);
	else
		for (uint32_t i = 0; i < v->len; i++, x = jnode_next(x)) {
			const struct jnode *y = v + 1;

			for (uint32_t k = 0; k < i; k++, y = jnode_next(y))
				if (jnode_equal(x, y))
					found = x;
		}
	return found == NULL ||
	       trial_say(t, "uniqueItems", found, "%s stands in the list twice",
			 trial_show(t, shown, found));
}
