/*
 * clauses - a sentence that has to fit: whole clauses go, never half a word.
 *
 * What a number rests on (margin, n, age) goes first, then the score, then
 * what stands at the end; the first clause stays.  Pure.
 */
#ifndef UI_CLAUSES_H
#define UI_CLAUSES_H

#include <stddef.h>

#include "ui/words.h"

/* `text` in at most `cells` cells; where something went, its end says so by
 * the sign for a cut.  A first clause that alone is too long stays whole. */
void clauses_fit(char *to, size_t size, enum charset set, const char *text,
		 int cells);

#endif
