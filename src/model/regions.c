/* regions - on which side an act stands in each region. */
#include "model/regions.h"

#include <assert.h>
#include <string.h>

#include "base/jscan.h"
#include "base/json.h"
#include "base/str.h"

#define NAMES_MOST 4 /* of one side, in a sentence */

#define SIDE_WORD(side, word, help) [side] = word,
static const char *const words[SIDE_COUNT] = { SIDE_LIST(SIDE_WORD) };
#undef SIDE_WORD

const char *
side_word(enum side s)
{
	assert((unsigned)s < SIDE_COUNT);
	return words[s];
}

bool
side_parse(const char *word, enum side *out)
{
	for (unsigned i = 0; i < SIDE_COUNT; i++)
		if (strcmp(words[i], word) == 0) {
			*out = (enum side)i;
			return true;
		}
	return false;
}

enum side
side_join(enum side a, enum side b)
{
	if (a == b)
		return a;
	return a == SIDE_UNKNOWN || b == SIDE_UNKNOWN ? SIDE_UNKNOWN
						      : SIDE_MIXED;
}

bool
region_is_name(const char *name)
{
	size_t len = strlen(name);

	return len > 0 && len < REGION_NAME && name[0] >= 'a' &&
	       name[0] <= 'z' &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

const struct region *
regions_find(const struct regions *r, const char *name)
{
	for (size_t i = 0; i < r->count; i++)
		if (strcmp(r->items[i].name, name) == 0)
			return &r->items[i];
	return NULL;
}

bool
regions_set(struct regions *r, const char *name, enum side side, int64_t at_ms)
{
	const struct region *old = regions_find(r, name);
	size_t i = old == NULL ? r->count : (size_t)(old - r->items);

	if (i == REGIONS_MOST || !region_is_name(name))
		return false;
	if (i == r->count)
		r->count++;
	str_copy(r->items[i].name, sizeof(r->items[i].name), name);
	r->items[i].side = side;
	r->items[i].at_ms = at_ms;
	return true;
}

bool
regions_same_sides(const struct regions *a, const struct regions *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (a->items[i].side != b->items[i].side ||
		    strcmp(a->items[i].name, b->items[i].name) != 0)
			return false;
	return true;
}

void
regions_flip(struct regions *r)
{
	for (size_t i = 0; i < r->count; i++) {
		enum side *side = &r->items[i].side;

		if (*side == SIDE_TARGET)
			*side = SIDE_BASELINE;
		else if (*side == SIDE_BASELINE)
			*side = SIDE_TARGET;
	}
}

size_t
regions_count(const struct regions *r, enum side side)
{
	size_t n = 0;

	for (size_t i = 0; i < r->count; i++)
		n += r->items[i].side == side;
	return n;
}

enum side
regions_all(const struct regions *r)
{
	enum side all = r->count == 0 ? SIDE_UNKNOWN : r->items[0].side;

	for (size_t i = 1; i < r->count; i++)
		all = side_join(all, r->items[i].side);
	return all;
}

void
regions_write(struct buf *out, const struct regions *r)
{
	struct jwriter w;

	jw_init(&w, out);
	jw_object(&w, NULL);
	for (size_t i = 0; i < r->count; i++)
		jw_text(&w, r->items[i].name, side_word(r->items[i].side));
	jw_object_end(&w);
}

bool
regions_read(struct regions *out, const char *json, int64_t at_ms)
{
	char name[REGION_NAME], word[16];
	struct jscan s;
	enum side side;
	enum jtok t;

	*out = (struct regions){ 0 };
	jscan_init(&s, json, strlen(json));
	if (jscan_next(&s) != JTOK_OBJECT)
		return false;
	while ((t = jscan_next(&s)) == JTOK_KEY) {
		if (!jscan_string(&s, name, sizeof(name)) ||
		    jscan_next(&s) != JTOK_STRING ||
		    !jscan_string(&s, word, sizeof(word)) ||
		    !side_parse(word, &side) ||
		    !regions_set(out, name, side, at_ms))
			return false;
	}
	return t == JTOK_OBJECT_END && jscan_next(&s) == JTOK_END;
}

void
regions_record(struct record *to, const struct regions *r)
{
	struct buf json;

	if (r->count == 0)
		return;
	buf_init(&json, RECORD_TEXT);
	regions_write(&json, r);
	record_json(to, "regions", buf_str(&json));
	buf_clear(&json);
}

void
regions_names(char *to, size_t size, const struct regions *r, enum side side,
	      size_t most)
{
	size_t count = regions_count(r, side);
	size_t shown = 0;
	size_t used = 0;

	to[0] = '\0';
	for (size_t i = 0; i < r->count && shown < most; i++) {
		if (r->items[i].side != side)
			continue;
		str_printf(to + used, size - used, "%s%s",
			   shown == 0 ? "" : ", ", r->items[i].name);
		used = strlen(to);
		shown++;
	}
	if (count > shown)
		str_printf(to + used, size - used, " and %zu more",
			   count - shown);
}

void
regions_text(char *to, size_t size, const struct regions *r)
{
	static const enum side order[] = { SIDE_TARGET, SIDE_BASELINE,
					   SIDE_MIXED, SIDE_UNKNOWN };
	size_t used = 0;

	to[0] = '\0';
	for (size_t i = 0; i < ARRAY_LEN(order); i++) {
		size_t n = regions_count(r, order[i]);
		char names[NAMES_MOST * (REGION_NAME + 2) + 24];

		if (n == 0)
			continue;
		if (n == r->count) {
			str_printf(to, size, "%s in all %zu",
				   side_word(order[i]), n);
			return;
		}
		regions_names(names, sizeof(names), r, order[i],
			      2 * n > r->count ? 2 : NAMES_MOST);
		str_printf(to + used, size - used, "%s%s in %zu (%s)",
			   used == 0 ? "" : ", ", side_word(order[i]), n,
			   names);
		used = strlen(to);
	}
}
