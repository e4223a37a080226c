/*
 * term - the terminal: the only file that knows ncurses.
 *
 * Canvas in, presses out.  It draws only cells that changed, reads without
 * blocking, never lets foreign text near the wire, and leaves the terminal as
 * it was on every way out.  One terminal a process.  Main thread.
 */
#ifndef UI_TERM_H
#define UI_TERM_H

#include "ui/canvas.h"
#include "ui/press.h"

enum term_color { TERM_COLOR_AUTO, TERM_COLOR_NEVER, TERM_COLOR_ALWAYS };

struct term_options {
	int in_fd, out_fd;
	enum term_color color;	   /* AUTO honours NO_COLOR */
	bool is_ascii;		   /* signs in ASCII whatever the locale */
	const struct theme *theme; /* NULL: attributes only */
};

struct term;

/* Takes the screen.  ERR_ABSENT when this terminal cannot place a cursor
 * (TERM=dumb, unset, no entry): use the plain console then. */
enum err_code term_open(struct term **out, const struct term_options *o,
			struct err *e) MUST_CHECK;
/* Gives the screen back; `is_gone`: nobody reads any more, do not wait. */
void term_close(struct term *t, bool is_gone);

/* Puts the terminal back from a signal handler or before an end without
 * return; async-signal-safe, never blocks, any number of times. */
void term_restore(void);

enum charset term_charset(const struct term *t);
/* The real size, clamped to what a canvas may be. */
void term_size(const struct term *t, int *rows, int *cols);

void term_draw(struct term *t, const struct canvas *c);
void term_redraw(struct term *t); /* the next drawing writes every cell */

/* Up to `max` presses that are there now.  *is_lost when the terminal has
 * hung up or its input has ended. */
size_t term_read(struct term *t, struct press *out, size_t max, bool *is_lost);
void term_flush(struct term *t); /* forgets what was typed ahead */

void term_bell(struct term *t);
void term_title(struct term *t, const char *text); /* cleaned to ASCII */
/* Gives the screen back, stops the process, takes it again on return. */
void term_suspend(struct term *t);

#endif
