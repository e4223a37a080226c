/*
 * rules - what one measurement says about a gate, without any memory.
 *
 * Used by gate_watch.c and gate_hold.c alone; other rooms call gate_feed() and
 * gate_judge(). Pure.
 */
#ifndef MODEL_RULES_H
#define MODEL_RULES_H

#include "model/gate.h"

/* The gate's own greatest age, else GATE_MAX_AGE_MS. */
int64_t rules_max_age_ms(const struct gate *g);

/* Is the signal a share in percent, by its name? */
bool rules_is_share(const struct gate *g);

/* Why a number of the right kind says nothing; NULL when it does. */
const char *rules_nonsense(const struct gate *g, double number);

/* Why a value cannot be compared with the limit; NULL when it can. */
const char *rules_misfit(const struct gate *g, const struct value *v);

/* Why a share may have been given as a fraction, or the other way round; NULL
 * when nothing is odd.  The value must fit. */
const char *rules_doubt(const struct gate *g, const struct value *v);

/* Is a value inside the limit also far enough inside to end a breach? */
bool rules_is_clear(const struct gate *g, const struct value *v);

/* What a measurement says by itself: GATE_MET, GATE_WARNED, GATE_BREACHED
 * (over the limit), or the kind of gap it is. */
enum gate_reason rules_band(const struct gate *g, const struct sample *s);

/* Is it a band that says nothing about the signal? */
bool rules_is_gap(enum gate_reason band);

#endif
