/* param - settings as texts under dotted names, and how kinds read them. */
#include "model/param.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

static struct setting *
find(const struct settings *s, const char *name)
{
	for (size_t i = 0; i < s->count; i++)
		if (str_same(s->items[i].name, name))
			return &s->items[i];
	return NULL;
}

void
settings_add(struct settings *s, const char *name, const char *text)
{
	struct setting *item;

	assert(name != NULL && text != NULL);
	item = find(s, name);
	if (item != NULL) {
		char *old = item->text;

		item->text = mem_text(text);
		mem_free(old);
		return;
	}
	s->items = mem_grow(s->items, s->count + 1, sizeof(*s->items));
	s->items[s->count].name = mem_text(name);
	s->items[s->count].text = mem_text(text);
	s->count++;
}

void
settings_copy(struct settings *to, const struct settings *from)
{
	struct settings copy = { 0 };

	for (size_t i = 0; i < from->count; i++)
		settings_add(&copy, from->items[i].name, from->items[i].text);
	*to = copy;
}

void
settings_clear(struct settings *s)
{
	for (size_t i = 0; i < s->count; i++) {
		mem_free(s->items[i].name);
		mem_free(s->items[i].text);
	}
	mem_free(s->items);
	memset(s, 0, sizeof(*s));
}

const char *
settings_text(const struct settings *s, const char *name)
{
	const struct setting *item = find(s, name);

	return item == NULL ? NULL : item->text;
}

const char *
settings_text_or(const struct settings *s, const char *name,
		 const char *fallback)
{
	const char *text = settings_text(s, name);

	return text == NULL ? fallback : text;
}

int64_t
settings_duration_ms(const struct settings *s, const char *name,
		     int64_t fallback_ms)
{
	const char *text = settings_text(s, name);
	int64_t ms = fallback_ms;
	bool is_duration;

	if (text == NULL)
		return fallback_ms;
	is_duration = str_to_duration_ms(text, &ms);
	assert(is_duration);
	(void)is_duration;
	return ms;
}

double
settings_number(const struct settings *s, const char *name, double fallback)
{
	const char *text = settings_text(s, name);
	double number = fallback;
	bool is_number;

	if (text == NULL)
		return fallback;
	is_number = str_to_number(text, &number);
	assert(is_number);
	(void)is_number;
	return number;
}

bool
settings_flag(const struct settings *s, const char *name, bool fallback)
{
	const char *text = settings_text(s, name);

	if (text == NULL)
		return fallback;
	assert(str_same(text, "true") || str_same(text, "false"));
	return str_same(text, "true");
}
