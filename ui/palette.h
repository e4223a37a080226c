/*
 * palette - every verb by its word: "skip switch-dns done by hand".
 *
 * The rows of the engine's commands give words and help; here stands only
 * what each takes.  A confirm cannot be given here.  Pure.
 */
#ifndef UI_PALETTE_H
#define UI_PALETTE_H

#include "ui/frame.h"

/* Reads a line into a command; false with `why` for the person. */
bool palette_parse(const struct frame *f, const char *line, struct command *out,
		   char *why, size_t size);

/* Completes the word being typed as far as it is clear. */
void palette_complete(const struct frame *f, struct entry *e);

/* The box with the line and the words that match it; how far it scrolls. */
int palette_draw(const struct frame *f, struct canvas *c);

/* "skip STEP REASON" for help and the plain console. */
void palette_usage(enum command_verb verb, char *to, size_t size);

#endif
