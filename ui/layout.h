/*
 * layout - which parts of the screen are where, for any size.
 *
 * WIDE: four panes side by side.  MEDIUM: panes are one line each, the
 * focused one opens.  SMALL: decision, rollback clock, current step.  TINY:
 * the decision word.  Pure.
 */
#ifndef UI_LAYOUT_H
#define UI_LAYOUT_H

#include "ui/canvas.h"

enum layout_kind { LAYOUT_TINY, LAYOUT_SMALL, LAYOUT_MEDIUM, LAYOUT_WIDE };

#define LAYOUT_GATE_PANES 4
#define LAYOUT_NEEDS 5 /* of the gate panes, then of the runbook */

struct layout {
	enum layout_kind kind;
	struct rect head;		      /* three lines */
	struct rect panes[LAYOUT_GATE_PANES]; /* one row: a summary line */
	struct rect runbook, journal;	      /* rows 0: not shown */
	struct rect body;		      /* all between head and keys */
	struct rect keys;		      /* one line; rows 0: none */
};

/* A size near the border of two kinds keeps `before`, so that a window that
 * is dragged does not flicker between them. */
enum layout_kind layout_choose(int rows, int cols, enum layout_kind before);

/* `need` are the rows each pane would like inside its border; what the runbook
 * does not need goes to the journal.  `focus` is the pane that opens in MEDIUM
 * (none of them when it is the runbook). */
void layout_make(struct layout *out, enum layout_kind kind, int rows, int cols,
		 const int need[LAYOUT_NEEDS], int focus);

#endif
