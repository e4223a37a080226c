/* layout - which parts of the screen are where, for any size. */
#include "ui/layout.h"

#define RUNBOOK_LEAST 7 /* five rows and the border */
#define PANE_LEAST 4

/* First size of each kind, and how much smaller it may get before it goes. */
static const struct {
	enum layout_kind kind;
	int rows, cols, slack_rows, slack_cols;
} steps[] = {
	{ LAYOUT_WIDE, 26, 120, 1, 4 },
	{ LAYOUT_MEDIUM, 15, 60, 0, 0 },
	{ LAYOUT_SMALL, 5, 20, 0, 0 },
};

static int
least(int a, int b)
{
	return a < b ? a : b;
}

static int
most(int a, int b)
{
	return a > b ? a : b;
}

enum layout_kind
layout_choose(int rows, int cols, enum layout_kind before)
{
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		bool stays = before == steps[i].kind;
		int slack_rows = stays ? steps[i].slack_rows : 0;
		int slack_cols = stays ? steps[i].slack_cols : 0;

		if (rows >= steps[i].rows - slack_rows &&
		    cols >= steps[i].cols - slack_cols)
			return steps[i].kind;
	}
	return LAYOUT_TINY;
}

/* What the runbook has too much, the journal takes. */
static void
give_journal(struct layout *l, const int need[LAYOUT_NEEDS])
{
	int over = l->runbook.rows -
		   most(need[LAYOUT_NEEDS - 1] + 2, RUNBOOK_LEAST);

	if (over <= 0)
		return;
	l->runbook.rows -= over;
	l->journal.row -= over;
	l->journal.rows += over;
}

/* Two by two panes, then the runbook, then the journal's tail. */
static void
make_wide(struct layout *l, int cols, const int need[LAYOUT_NEEDS])
{
	int half = cols / 2;
	int space = l->body.rows;
	int tail = space >= 28 ? 3 : 2;
	int upper = most(most(need[0], need[1]), 1) + 2;
	int lower = most(most(need[2], need[3]), 1) + 2;
	int row = l->body.row;
	int over;

	space -= tail;
	over = upper + lower + RUNBOOK_LEAST - space;
	while (over > 0 && (upper > PANE_LEAST || lower > PANE_LEAST)) {
		if (upper >= lower)
			upper--;
		else
			lower--;
		over--;
	}
	l->panes[0] = (struct rect){ row, 0, upper, half };
	l->panes[1] = (struct rect){ row, half, upper, cols - half };
	row += upper;
	l->panes[2] = (struct rect){ row, 0, lower, half };
	l->panes[3] = (struct rect){ row, half, lower, cols - half };
	row += lower;
	l->runbook = (struct rect){ row, 0, space - upper - lower, cols };
	l->journal = (struct rect){ l->body.row + space, 0, tail, cols };
	give_journal(l, need);
}

/* One line a pane; the focused one opens when there is room. */
static void
make_medium(struct layout *l, int cols, const int need[LAYOUT_NEEDS], int focus)
{
	int space = l->body.rows;
	int tail = space >= 18 ? 2 : space >= 14 ? 1 : 0;
	int row = l->body.row;
	int spare = space - tail - LAYOUT_GATE_PANES - RUNBOOK_LEAST;

	for (int i = 0; i < LAYOUT_GATE_PANES; i++) {
		int rows = 1;

		if (i == focus && spare >= 2)
			rows += least(spare, most(need[i], 1) + 1);
		l->panes[i] = (struct rect){ row, 0, rows, cols };
		row += rows;
	}
	l->runbook =
		(struct rect){ row, 0, l->body.row + space - tail - row, cols };
	l->journal = (struct rect){ l->body.row + space - tail, 0, tail, cols };
	give_journal(l, need);
}

void
layout_make(struct layout *out, enum layout_kind kind, int rows, int cols,
	    const int need[LAYOUT_NEEDS], int focus)
{
	*out = (struct layout){ .kind = kind };
	out->head = (struct rect){ 0, 0, least(3, rows), cols };
	if (kind == LAYOUT_TINY)
		return;
	out->keys = (struct rect){ rows - 1, 0, 1, cols };
	out->body = (struct rect){ 3, 0, most(0, rows - 4), cols };
	if (kind == LAYOUT_WIDE)
		make_wide(out, cols, need);
	else if (kind == LAYOUT_MEDIUM)
		make_medium(out, cols, need, focus);
}
