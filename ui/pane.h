/*
 * pane - the parts of the main screen, as rows of a table.
 *
 * To add one: write pane_<name>.c with a `const struct pane_kind`, add it to
 * pane_kinds[] in pane.c, give it a place in layout.c and describe it in the
 * manual.  Panes draw from a frame and change nothing.  Owner thread.
 */
#ifndef UI_PANE_H
#define UI_PANE_H

#include "ui/frame.h"

struct pane_kind {
	const char *name;
	const char *title;
	const char *help;
	const char *domains; /* of gates and probes it lists; NULL none */

	/* How many rows it has, and what identifies row `i` ("" nothing). */
	int (*count)(const struct pane_kind *k, const struct frame *f);
	void (*identify)(const struct pane_kind *k, const struct frame *f,
			 int i, char *to, size_t size);
	/* The whole pane with its border, into `r`. */
	void (*draw)(const struct pane_kind *k, const struct frame *f,
		     struct canvas *c, struct rect r);
	/* One line for small screens; NULL when it has none. */
	void (*summary)(const struct pane_kind *k, const struct frame *f,
			struct pen *p);
};

#define PANE_COUNT 6 /* the first VIEW_PANES can be focused */
#define PANE_JOURNAL 5
extern const struct pane_kind *const pane_kinds[PANE_COUNT];

extern const struct pane_kind pane_kind_telephony, pane_kind_integration,
	pane_kind_compliance, pane_kind_rollback, pane_kind_runbook,
	pane_kind_journal;

/* Index into pane_kinds of a gate's or probe's domain; what no pane claims
 * is shown with the integrations, never hidden. */
int pane_of_domain(const char *domain);
int pane_index(const struct pane_kind *k); /* place in pane_kinds */

/* The selected row, or the one the room would look at; -1 when empty. */
int pane_selected(const struct frame *f, int pane);
/* Moves the selection of the focused pane by `by` rows. */
void pane_move(const struct frame *f, struct view *v, int by);

/* First row to draw of `count` in `rows`, so that `selected` is seen. */
int pane_top(int count, int rows, int selected);

/* Border (focused or not) with "1 Telephony"; returns the inside. */
struct rect pane_frame(const struct pane_kind *k, const struct frame *f,
		       struct canvas *c, struct rect r, const char *more);

/* Says in the lower border that `hidden` rows are not seen. */
void pane_hidden(struct canvas *c, struct rect r, int hidden, const char *what);

/* The cell before a row: a pointer when it is the selected one. */
void pane_pointer(const struct frame *f, struct pen *p, int pane, bool is_it);

#endif
