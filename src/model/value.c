/* value - what a signal can be: a number, a flag, a text. */
#include "model/value.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "base/text.h"

struct value
value_of_number(double n)
{
	struct value v = { .kind = VALUE_NUMBER, .number = n };

	return v;
}

struct value
value_of_flag(bool f)
{
	struct value v = { .kind = VALUE_FLAG, .flag = f };

	return v;
}

struct value
value_of_words(const char *text)
{
	struct value v = { .kind = VALUE_WORDS };
	size_t used;

	assert(text != NULL);
	if (text_clean(v.words, sizeof(v.words), text, strlen(text)))
		return v;
	/* What was cut is full, so that it is no other, shorter text. */
	used = strlen(v.words);
	memset(v.words + used, '~', sizeof(v.words) - 1 - used);
	v.words[sizeof(v.words) - 1] = '\0';
	return v;
}

bool
value_same(const struct value *a, const struct value *b)
{
	if (a->kind != b->kind)
		return false;
	switch (a->kind) {
	case VALUE_NUMBER:
		/* A signal stuck at "not a number" does not keep changing. */
		if (isnan(a->number) || isnan(b->number))
			return isnan(a->number) && isnan(b->number);
		return a->number == b->number;
	case VALUE_FLAG:
		return a->flag == b->flag;
	case VALUE_WORDS:
		return str_same(a->words, b->words);
	case VALUE_NONE:
		break;
	}
	return true;
}

void
value_text(char *to, size_t size, const struct value *v, const char *unit)
{
	char number[40];

	switch (v->kind) {
	case VALUE_NUMBER:
		str_number(number, sizeof(number), v->number);
		if (unit == NULL || unit[0] == '\0')
			str_copy(to, size, number);
		else
			str_printf(to, size, "%s %s", number, unit);
		return;
	case VALUE_FLAG:
		str_copy(to, size, v->flag ? "yes" : "no");
		return;
	case VALUE_WORDS:
		str_copy(to, size, v->words);
		return;
	case VALUE_NONE:
		break;
	}
	str_copy(to, size, "-");
}

/* To `digits` significant digits; what is no finite number stays. */
static double
round_to(double x, int digits)
{
	char text[40];

	snprintf(text, sizeof(text), "%.*g", digits, x);
	str_to_number(text, &x);
	return x;
}

double
value_round(double x)
{
	return round_to(x, 6);
}

double
value_round_beside(double x, double bound)
{
	int most = 17, digits = 3;
	double whole = floor(log10(fabs(x))) + 1;
	double shown = x;

	if (!isfinite(whole) || whole > most)
		return x;
	if (whole > digits)
		digits = (int)whole;
	for (; digits <= most; digits++) {
		shown = round_to(x, digits);
		if ((shown < bound) == (x < bound) &&
		    (shown > bound) == (x > bound))
			return shown;
	}
	return x;
}

/* Digits, and single dots between digits. */
static bool
is_version(const char *text)
{
	bool digit = false;

	for (; *text != '\0'; text++) {
		if (*text >= '0' && *text <= '9')
			digit = true;
		else if (*text == '.' && digit)
			digit = false;
		else
			return false;
	}
	return digit;
}

/* One number of a version: its digits without leading zeros. */
struct part {
	const char *digits;
	size_t len;
};

/* Takes the next part off *p; an ended version goes on with zeros. */
static struct part
next_part(const char **p)
{
	struct part part;

	*p += strspn(*p, "0");
	part.digits = *p;
	part.len = strspn(*p, "0123456789");
	*p += part.len;
	if (**p == '.')
		(*p)++;
	return part;
}

/* By length, then by digits: no number is too large. */
static int
compare_parts(struct part a, struct part b)
{
	if (a.len != b.len)
		return a.len < b.len ? -1 : 1;
	return memcmp(a.digits, b.digits, a.len);
}

bool
value_compare_versions(const char *a, const char *b, int *order)
{
	int found = 0;

	if (a == NULL || b == NULL || !is_version(a) || !is_version(b))
		return false;
	while (found == 0 && (*a != '\0' || *b != '\0')) {
		struct part left = next_part(&a);
		struct part right = next_part(&b);

		found = compare_parts(left, right);
	}
	*order = (found > 0) - (found < 0);
	return true;
}
