/*
 * str - bounded strings, strict numbers, durations, nearest words.
 *
 * Everything here is pure and may be called from any thread.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

/* Copies with a NUL always; false when `from` (NULL = "") did not fit.  Never
 * splits a UTF-8 sequence. */
bool str_copy(char *to, size_t size, const char *from);
/* The same for from[0..len), which needs no NUL. */
bool str_copy_n(char *to, size_t size, const char *from, size_t len);
/* As str_copy(); what was cut ends with "…", which takes three bytes of it. */
bool str_excerpt(char *to, size_t size, const char *from);
/* Formats; false when cut, then too without a split sequence. */
bool str_printf(char *to, size_t size, const char *fmt, ...) PRINTF_LIKE(3, 4);

bool str_same(const char *a, const char *b); /* NULL equals only NULL */
bool str_starts(const char *text, const char *prefix); /* or equals it */
bool str_ends(const char *text, const char *suffix);   /* or equals it */

/* Is `word` one of the space separated words of `list`? */
bool str_in_words(const char *list, const char *word);

/* Strict: whole text, no blanks, no hex, no inf or nan, '.' is the point
 * whatever the locale.  False leaves *out untouched. */
bool str_to_number(const char *text, double *out);
/* The same for whole numbers of 64 bits: [-]digits. */
bool str_to_int(const char *text, int64_t *out);

#define STR_DURATION_MOST_MS (3650LL * 86400 * 1000)

/* "250ms" "90s" "5m" "1h30m" "2d"; a bare number is refused, and so are units
 * given twice or the smaller first, and more than ten years: what is reckoned
 * with it, in microseconds and at any speed, must fit. */
bool str_to_duration_ms(const char *text, int64_t *out_ms);

/* Shortest form people read: "250ms" "8s" "1m 35s" "2h 10m" "3d". */
void str_duration(char *to, size_t size, int64_t ms);

/* Shortest decimal that reads back as the same double ("2.5", not
 * "2.5000000000000000"); "nan", "inf" for those. */
void str_number(char *to, size_t size, double value);

/* The row of `words[0..count)` nearest to `word` by edit distance, or NULL
 * when none is near enough to be meant. */
const char *str_nearest(const char *word, const char *const *words,
			size_t count);

#endif
