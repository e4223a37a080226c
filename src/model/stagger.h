/*
 * stagger - time between two items of a rollback, so that no trunk flaps.
 *
 * Where plan_staggers() says so the next item is held back for
 * book->rollback.stagger_ms, counted from the end of the one before, whoever
 * holds the room.  Pure.
 */
#ifndef MODEL_STAGGER_H
#define MODEL_STAGGER_H

#include "model/room.h"

const char *stagger_word(enum stagger_state s); /* never NULL; static */
/* False when it is no such word. */
bool stagger_parse(const char *word, enum stagger_state *out);

/* Why it waits, for people: "carriers turn away ..."; static. */
const char *stagger_reason(void);

/* Room time until which the item is held back, 0 it never was; `after` gets
 * the item that it waits behind. */
int64_t stagger_until_ms(const struct room *r, int item, int *after);

#endif
