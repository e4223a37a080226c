/*
 * console - the full-screen loop: pictures in, keys in, drawings out.
 *
 * Owns nothing but its view.  It may block on the terminal for ever; nobody
 * waits for it.  Main thread.
 */
#ifndef UI_CONSOLE_H
#define UI_CONSOLE_H

#include "ui/source.h"
#include "ui/term.h"

struct console_options {
	struct term_options term;
	/* Readable when signals came: one byte each, its number.  WINCH looks
	 * at the size, CONT draws anew, HUP, TERM and INT end the console.
	 * -1: none. */
	int signal_fd;
};

/* Runs until the person leaves, the terminal is lost or the room is over;
 * *how says which.  ERR_ABSENT: no screen can be drawn here, nothing was
 * done; plain_run() is the way. */
enum err_code console_run(enum console_end *how,
			  const struct console_source *source,
			  const struct console_options *o,
			  struct err *e) MUST_CHECK;

#endif
