/*
 * head - the three lines that never scroll and never hide.
 *
 * Where am I (environment first, then LIVE, DRILL or READ-ONLY); the decision
 * as one sentence; the rollback clock.
 */
#ifndef UI_HEAD_H
#define UI_HEAD_H

#include "ui/frame.h"

/* Where and when we are. */
void head_place(const struct frame *f, struct canvas *c, int row);
/* GO or not, and why. */
void head_decision(const struct frame *f, struct canvas *c, int row);
/* How far the rollback is. */
void head_rollback(const struct frame *f, struct canvas *c, int row);

/* The decision in one word, and how it looks; gates that hold are no GO in a
 * room whose rollback has halted half way: "HALTED" then. */
const char *head_word(const struct frame *f, struct look *look);
/* "[NO-GO]", the same as a badge. */
void head_badge(const struct frame *f, struct pen *p);

const char *head_sentence(const struct frame *f); /* borrowed */
/* The same as line 2 says it: how a rollback ended comes first. */
void head_say(const struct frame *f, char *to, size_t size);

/* For the terminal's title: "NO-GO LIVE voice-cutover". */
void head_title(const struct frame *f, char *to, size_t size);

#endif
