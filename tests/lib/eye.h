/*
 * eye - a person in a test: a view on a scene, keys in, text out.
 *
 * Real time stands still until eye_wait(); room time is SCENE_NOW_MS.
 */
#ifndef TESTS_LIB_EYE_H
#define TESTS_LIB_EYE_H

#include "tests/lib/scenes.h"
#include "ui/keymap.h"
#include "ui/screen.h"

struct eye {
	struct snapshot *s;
	struct view view;
	struct canvas canvas;
	struct buf text;
	struct moment now;
	struct outcome out;  /* of the last key */
	struct command told; /* by follow_snapshot(), when is_told */
	bool is_told;
};

void eye_open(struct eye *e, enum scene scene, int rows, int cols,
	      enum charset set);
void eye_close(struct eye *e);
void eye_turn(struct eye *e, enum scene scene); /* the room has changed */
void eye_wait(struct eye *e, int64_t real_ms);
void eye_size(struct eye *e, int rows, int cols);
/* Draws; the text holds until the next call. */
const char *eye_look(struct eye *e);
const char *eye_row(struct eye *e, int row); /* of what was drawn; borrowed */

void eye_press(struct eye *e, int32_t code);
void eye_type(struct eye *e, const char *keys);
void eye_paste(struct eye *e, const char *text);

/* Where `text` begins; fails the test when it is not there. */
void eye_find(struct eye *e, const char *text, int *row, int *col);
bool eye_sees(struct eye *e, const char *text);
enum role eye_role_of(struct eye *e, const char *text);

#endif
