/*
 * scalar - the texts of a file as typed values, or a finding at their place.
 *
 * The field decides the type; nothing is guessed from how a text looks.  Each
 * reader leaves *out untouched and is false when it reported.
 */
#ifndef CONF_SCALAR_H
#define CONF_SCALAR_H

#include <stdint.h>

#include "conf/node.h"

/* ` (did you mean "title"?)`, or "" when nothing is near; `words` may hold
 * NULLs at its end. */
void suggest(char *to, size_t size, const struct site *s, const char *word,
	     const char *const *words, size_t count);
/* The same for the names of `count` rows of `stride` bytes each, of which
 * `first` is that of the first; the nearest of the first 256. */
void suggest_row(char *to, size_t size, const struct site *s, const char *word,
		 const char *first, size_t count, size_t stride);
/* The same for words between blanks. */
void suggest_word(char *to, size_t size, const struct site *s, const char *word,
		  const char *list);

/* The text of a scalar that is not empty; NULL after a finding.  `wants`
 * says what is expected: "a duration such as 30s". */
const char *scalar_any(const struct site *s, const struct node *n,
		       const char *wants);

/* One line without control characters, shorter than `size`. */
bool scalar_line(const struct site *s, const struct node *n, char *to,
		 size_t size);
/* A name: letters, digits, "_", "-", ".", the first a letter or digit. */
bool scalar_id(const struct site *s, const struct node *n, char *to,
	       size_t size);
/* Such as 2.5. */
bool scalar_number(const struct site *s, const struct node *n, double *out);
/* Such as 3. */
bool scalar_integer(const struct site *s, const struct node *n, int64_t *out);
/* true or false. */
bool scalar_flag(const struct site *s, const struct node *n, bool *out);
/* Such as 30s or 1h30m. */
bool scalar_duration(const struct site *s, const struct node *n,
		     int64_t *out_ms);
/* The position in the space separated `words`. */
bool scalar_word(const struct site *s, const struct node *n, const char *words,
		 int *out);

/* As scalar_id() judges names. */
bool id_is_sound(const char *text);
/* Would a person see exactly this text?  Newlines and tabs pass when
 * `may_break`. */
bool text_is_plain(const char *text, bool may_break);
/* RFC 6901: "" or "/…" with ~0 and ~1 the only escapes. */
bool pointer_is_sound(const char *text);
/* "yes", "Off", "TRUE", "~": YAML 1.1 made flags and nulls of these. */
bool word_is_ambiguous(const char *text);

#endif
