/*
 * room_prompt - the plan that is open, and whose yes it waits for.
 *
 * Part of the room; changed by its fold alone.
 */
#ifndef MODEL_ROOM_PROMPT_H
#define MODEL_ROOM_PROMPT_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/digest.h"

#define ROOM_LINES 28
#define ROOM_LINE 160
#define ROOM_END 480 /* how a rollback ended, in a sentence */

struct room;

/* The confirm that waits for a person. */
struct room_prompt {
	bool open;
	int step;	  /* index, or -1 for the rollback */
	char phrase[120]; /* "" : a key is enough */
	char digest[DIGEST_HEX];
	char lines[ROOM_LINES][ROOM_LINE];
	size_t line_count;
	int64_t since_ms;
	int64_t begins_ms; /* room time at which it begins by itself; 0 never */
	char awaits[320];  /* what a second person types; "" none is needed */
	char second[64];   /* who approved this very plan; "" nobody yet */
	char second_how[96];
};

/* Does the open plan still wait for a second person? */
bool room_awaits_second(const struct room *r);
/* What the open plan is of: the step's id, or "rollback". */
const char *room_prompt_name(const struct room *r);

#endif
