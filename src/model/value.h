/* value - what a signal can be: a number, a flag, a text.  Plain data. */
#ifndef MODEL_VALUE_H
#define MODEL_VALUE_H

#include <stddef.h>

#include "base/err.h"

#define VALUE_TEXT 48

enum value_kind { VALUE_NONE, VALUE_NUMBER, VALUE_FLAG, VALUE_WORDS };

/* Copy freely. */
struct value {
	enum value_kind kind;
	bool flag;
	double number;
	char words[VALUE_TEXT]; /* clean text; cut when longer */
};

/* Values by kind; a text is cut to VALUE_TEXT, and then filled up with "~". */
struct value value_of_number(double n);
struct value value_of_flag(bool f);	       /* A flag */
struct value value_of_words(const char *text); /* cut at a whole character */
/* Same kind and value; two that are no number are the same. */
bool value_same(const struct value *a, const struct value *b);

/* As people read it, with its unit ("2.9 %", "840 ms", "yes", "1.2"). */
void value_text(char *to, size_t size, const struct value *v, const char *unit);

/* To six digits: for means and distances, never for what is compared. */
double value_round(double x);
/* As few digits as people need (three, or the whole part), but never so few
 * that `x` would seem to reach or pass `bound` when it does not. */
double value_round_beside(double x, double bound);

/* Versions by numbers between dots: <0, 0, >0; false when one is none. */
bool value_compare_versions(const char *a, const char *b, int *order);

#endif
