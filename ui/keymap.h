/*
 * keymap - every key as a row: name, help, where it works, what it does.
 *
 * The help screen and the line of keys are made from these rows.  To add a
 * key: a verb in verb.h, a row in keymap.c, a line in the manual.
 */
#ifndef UI_KEYMAP_H
#define UI_KEYMAP_H

#include "ui/press.h"
#include "ui/verb.h"

#define KEY_CODES 6

struct key_row {
	int32_t codes[KEY_CODES]; /* 0 ends them */
	const char *name;	  /* "enter", "1-5" */
	const char *brief;	  /* for the line of keys; NULL: not there */
	const char *help;
	unsigned where; /* bit (1 << enum view_mode) */
	void (*act)(struct hand *h);
};

extern const struct key_row key_rows[];
extern const size_t key_row_count;

/* The row for a key in a mode, or NULL. */
const struct key_row *keymap_find(enum view_mode mode, int32_t code);

/* Lets a person's press work on the view.  Fills *out; a resize changes the
 * view alone. */
void keymap_press(struct view *v, const struct snapshot *s, struct moment now,
		  const struct press *p, struct outcome *out);

#endif
