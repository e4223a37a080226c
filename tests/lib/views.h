/*
 * views - every view of the console by name, and what each promises.
 *
 * What a row promises is written in signs that both sets have.
 */
#ifndef TESTS_LIB_VIEWS_H
#define TESTS_LIB_VIEWS_H

#include "tests/lib/eye.h"

#define VIEW_PROMISES 5

struct view_row {
	const char *name;
	enum scene scene;
	enum view_mode mode; /* where its keys lead */
	const char *keys;
	void (*set)(struct eye *e); /* what no key makes; NULL nothing */
	/* What is seen at 120 x 36 and at 80 x 24, ... */
	const char *full[VIEW_PROMISES], *usual[VIEW_PROMISES];
	/* ... at 60 x 19, and at 40 x 12 unless it is a confirm. */
	const char *narrow, *small;
};

extern const struct view_row view_rows[];
extern const size_t view_row_count;

/* Opens the eye on the view, past the time in which a box is deaf, and looks
 * once.  End it with eye_close(). */
void view_row_open(struct eye *e, const struct view_row *v, int rows, int cols,
		   enum charset set);

#endif
