/* str - bounded strings, strict numbers, durations, nearest words. */
#include "base/str.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NEAREST_MAX 64 /* longer words are not compared */

/* How much of from[0..len) fits into `room` bytes without splitting a
 * UTF-8 sequence. */
static size_t
whole_chars(const char *from, size_t len, size_t room)
{
	if (len <= room)
		return len;
	while (room > 0 && ((unsigned char)from[room] & 0xc0) == 0x80)
		room--;
	return room;
}

bool
str_copy_n(char *to, size_t size, const char *from, size_t len)
{
	size_t fits;

	assert(size > 0);
	if (from == NULL)
		len = 0;
	fits = whole_chars(from, len, size - 1);
	if (fits > 0)
		memmove(to, from, fits);
	to[fits] = '\0';
	return fits == len;
}

bool
str_copy(char *to, size_t size, const char *from)
{
	return str_copy_n(to, size, from, from == NULL ? 0 : strlen(from));
}

bool
str_excerpt(char *to, size_t size, const char *from)
{
	static const char mark[] = "…";

	if (str_copy(to, size, from))
		return true;
	if (size >= sizeof(mark)) {
		str_copy(to, size - (sizeof(mark) - 1), from);
		memcpy(to + strlen(to), mark, sizeof(mark));
	}
	return false;
}

bool
str_printf(char *to, size_t size, const char *fmt, ...)
{
	va_list args;
	int need;
	size_t end;

	assert(size > 0);
	va_start(args, fmt);
	need = vsnprintf(to, size, fmt, args);
	va_end(args);
	if (need < 0) {
		to[0] = '\0';
		return false;
	}
	if ((size_t)need < size)
		return true;
	/* Cut: drop the last character when its tail is missing. */
	end = size - 1;
	while (end > 0 && ((unsigned char)to[end - 1] & 0xc0) == 0x80)
		end--;
	if (end > 0 && (unsigned char)to[end - 1] >= 0xc0) {
		unsigned char lead = (unsigned char)to[end - 1];
		size_t want = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;

		if (size - end < want)
			to[end - 1] = '\0';
	}
	return false;
}

bool
str_same(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return strcmp(a, b) == 0;
}

bool
str_starts(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool
str_ends(const char *text, const char *suffix)
{
	size_t len = strlen(text);
	size_t tail = strlen(suffix);

	return len >= tail && memcmp(text + len - tail, suffix, tail) == 0;
}

bool
str_in_words(const char *list, const char *word)
{
	size_t len = strlen(word);

	if (len == 0)
		return false;
	while (*list != '\0') {
		size_t n = strcspn(list, " ");

		if (n == len && memcmp(list, word, n) == 0)
			return true;
		list += n;
		list += strspn(list, " ");
	}
	return false;
}

static const char *
skip_digits(const char *p)
{
	while (*p >= '0' && *p <= '9')
		p++;
	return p;
}

/* Is `text` [-]digits[.digits][e[+-]digits] and nothing else? */
static bool
is_decimal(const char *text)
{
	const char *p = text + (*text == '-');
	const char *q = skip_digits(p);

	if (q == p)
		return false;
	if (*q == '.') {
		p = q + 1;
		q = skip_digits(p);
		if (q == p)
			return false;
	}
	if (*q == 'e' || *q == 'E') {
		p = q + 1;
		p += *p == '+' || *p == '-';
		q = skip_digits(p);
		if (q == p)
			return false;
	}
	return *q == '\0';
}

/* The radix character of the locale in force; strtod() and printf() use it. */
static char
radix(void)
{
	const char *point = localeconv()->decimal_point;

	return point != NULL && point[0] != '\0' ? point[0] : '.';
}

bool
str_to_number(const char *text, double *out)
{
	char local[512];
	char *point;
	double value;

	if (text == NULL || !is_decimal(text))
		return false;
	if (radix() == '.') {
		value = strtod(text, NULL);
	} else {
		if (!str_copy(local, sizeof(local), text))
			return false;
		point = strchr(local, '.');
		if (point != NULL)
			*point = radix();
		value = strtod(local, NULL);
	}
	if (!isfinite(value))
		return false;
	*out = value;
	return true;
}

bool
str_to_int(const char *text, int64_t *out)
{
	const char *digits;
	char *end;
	long long value;

	if (text == NULL)
		return false;
	digits = text + (*text == '-');
	if (*digits < '0' || *digits > '9')
		return false;
	errno = 0;
	value = strtoll(text, &end, 10);
	if (*end != '\0' || errno != 0)
		return false;
	*out = value;
	return true;
}

/* Units of durations, longest first; "ms" before "m". */
static const struct {
	const char *name;
	int64_t ms;
} duration_units[] = {
	{ "d", 86400000 }, { "h", 3600000 }, { "ms", 1 },
	{ "m", 60000 },	   { "s", 1000 },
};

/* Takes one unit off *p; 0 when there is none. */
static int64_t
take_unit(const char **p)
{
	for (size_t i = 0; i < ARRAY_LEN(duration_units); i++)
		if (str_starts(*p, duration_units[i].name)) {
			*p += strlen(duration_units[i].name);
			return duration_units[i].ms;
		}
	return 0;
}

bool
str_to_duration_ms(const char *text, int64_t *out_ms)
{
	int64_t total = 0;
	int64_t last_unit = INT64_MAX;
	const char *p = text;

	if (text == NULL || *text == '\0')
		return false;
	while (*p != '\0') {
		int64_t count = 0;
		int64_t unit;

		if (*p < '0' || *p > '9')
			return false;
		for (; *p >= '0' && *p <= '9'; p++) {
			if (count > INT64_MAX / 100)
				return false;
			count = count * 10 + (*p - '0');
		}
		unit = take_unit(&p);
		/* Each unit once, the larger first: "30m1h" is a typo. */
		if (unit == 0 || unit >= last_unit)
			return false;
		last_unit = unit;
		if (count > (STR_DURATION_MOST_MS - total) / unit)
			return false;
		total += count * unit;
	}
	*out_ms = total;
	return true;
}

/* "2h 10m": the two largest units, the second left out when zero. */
static void
two_units(char *to, size_t size, const char *sign, const int64_t v[2],
	  const char *const name[2])
{
	if (v[1] == 0)
		str_printf(to, size, "%s%lld%s", sign, (long long)v[0],
			   name[0]);
	else
		str_printf(to, size, "%s%lld%s %lld%s", sign, (long long)v[0],
			   name[0], (long long)v[1], name[1]);
}

void
str_duration(char *to, size_t size, int64_t ms)
{
	const char *sign = ms < 0 ? "-" : "";
	int64_t t = ms < 0 ? (ms == INT64_MIN ? INT64_MAX : -ms) : ms;

	if (t < 1000) {
		str_printf(to, size, "%s%lldms", sign, (long long)t);
		return;
	}
	t /= 1000;
	if (t < 3600 && t >= 60)
		two_units(to, size, sign, (int64_t[]){ t / 60, t % 60 },
			  (const char *const[]){ "m", "s" });
	else if (t < 60)
		str_printf(to, size, "%s%llds", sign, (long long)t);
	else if (t < 86400)
		two_units(to, size, sign,
			  (int64_t[]){ t / 3600, t % 3600 / 60 },
			  (const char *const[]){ "h", "m" });
	else
		two_units(to, size, sign,
			  (int64_t[]){ t / 86400, t % 86400 / 3600 },
			  (const char *const[]){ "d", "h" });
}

/* Most numbers that people read have few decimals: `value` as a whole number
 * of 10^-decimals, when that is exact.  Of up to 15 digits both the whole
 * number and the power of ten are exact, so their quotient is the nearest
 * double; and no shorter decimal reads back as the same. */
static bool
few_decimals(double value, int64_t *whole, int *decimals)
{
	static const double tens[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6 };

	if (fabs(value) < 1e-4 || fabs(value) >= 1e9)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(tens); i++) {
		double scaled = round(value * tens[i]);

		if (fabs(scaled) < 1e15 && scaled / tens[i] == value) {
			*whole = (int64_t)scaled;
			*decimals = (int)i;
			return true;
		}
	}
	return false;
}

/* `whole` with a point before its last `decimals` digits. */
static void
put_decimals(char *to, size_t size, int64_t whole, int decimals)
{
	char text[40];
	char *p = text + sizeof(text) - 1;
	uint64_t left = (uint64_t)(whole < 0 ? -whole : whole);

	*p = '\0';
	for (int digits = 0; left > 0 || digits <= decimals; digits++) {
		if (digits == decimals && decimals > 0)
			*--p = '.';
		*--p = (char)('0' + left % 10);
		left /= 10;
	}
	if (whole < 0)
		*--p = '-';
	str_copy(to, size, p);
}

void
str_number(char *to, size_t size, double value)
{
	char text[40];
	char *point;
	int64_t whole;
	int decimals;

	if (few_decimals(value, &whole, &decimals)) {
		put_decimals(to, size, whole, decimals);
		return;
	}
	if (!isfinite(value)) {
		str_copy(to, size,
			 isnan(value) ? "nan"
			 : value < 0  ? "-inf"
				      : "inf");
		return;
	}
	/* Whole numbers in full, where "%g" would write 1e+06. */
	if (fabs(value) < 1e15 && value == trunc(value)) {
		str_printf(to, size, "%.0f",
			   value == 0 ? 0.0 : value); /* no "-0" */
		return;
	}
	for (int digits = 1; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, value);
		if (strtod(text, NULL) == value)
			break;
	}
	point = strchr(text, radix());
	if (point != NULL)
		*point = '.';
	str_copy(to, size, text);
}

static char
fold(char c)
{
	return (char)tolower((unsigned char)c);
}

/* Levenshtein distance without regard to case; both at most NEAREST_MAX. */
static size_t
distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t row[NEAREST_MAX + 1];

	for (size_t j = 0; j <= b_len; j++)
		row[j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		size_t corner = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			size_t best =
				corner + (fold(a[i - 1]) != fold(b[j - 1]));

			corner = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[b_len];
}

const char *
str_nearest(const char *word, const char *const *words, size_t count)
{
	size_t len = strlen(word);
	size_t best = len / 3 + 1; /* "near": about a third of the letters */
	const char *found = NULL;

	if (len == 0 || len > NEAREST_MAX)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		size_t n = strlen(words[i]);
		size_t d;

		if (n == 0 || n > NEAREST_MAX)
			continue;
		d = distance(word, len, words[i], n);
		if (d < best || (d == best && found == NULL)) {
			if (d >= n || d >= len)
				continue; /* nothing in common */
			best = d;
			found = words[i];
		}
	}
	return found;
}
