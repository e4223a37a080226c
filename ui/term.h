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

/* What the terminal can show. */
enum charset term_charset(const struct term *t);
/* The real size, clamped to what a canvas may be. */
void term_size(const struct term *t, int *rows, int *cols);

/* Sends only what differs from what stands there. */
void term_draw(struct term *t, const struct canvas *c);
void term_redraw(struct term *t); /* the next drawing writes every cell */

/* Up to `max` presses that are there now.  *is_lost when the terminal has
 * hung up or its input has ended. */
size_t term_read(struct term *t, struct press *out, size_t max, bool *is_lost);
void term_flush(struct term *t); /* forgets what was typed ahead */

/* Rings once. */
void term_bell(struct term *t);
void term_flash(struct term *t); /* the visible bell, where there is one */
void term_title(struct term *t, const char *text); /* cleaned to ASCII */
/* Gives the screen back and stops the process.  When it goes on the terminal
 * may be another's: term_resume() once it is ours. */
void term_suspend(struct term *t);
/* After a stop that was not ours: whatever the terminal has become since, the
 * next drawing makes it the screen again. */
void term_resume(struct term *t);
/* May this process use its terminal now?  Not while it runs in the background
 * of a shell: then it neither draws nor reads. */
bool term_is_ours(const struct term *t);

#endif
