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

/* How a person is called, when something needs one. */
#define CALL_BELL 1u
#define CALL_FLASH 2u /* the visible bell */
#define CALL_TITLE 4u /* the decision in the terminal's title */
#define CALL_TMUX 8u  /* by the hook */

/* Whoever wants to know more than the terminal does.  Called by the console's
 * thread; nothing here may block. */
struct console_hook {
	void (*state)(void *with, const char *text); /* "NO-GO LIVE night" */
	void (*call)(void *with, const char *why);   /* a person is needed */
	void (*round)(void *with);		     /* now and then */
	void *with;
};

struct console_options {
	struct term_options term;
	/* Readable when signals came: one byte each, its number.  WINCH looks
	 * at the size, CONT draws anew, HUP, TERM and INT end the console.
	 * -1: none. */
	int signal_fd;
	unsigned calls;			 /* CALL_ bits */
	const struct console_hook *hook; /* NULL none */
};

/* Runs until the person leaves, the terminal is lost or the room is over;
 * *how says which.  ERR_ABSENT: no screen can be drawn here, nothing was
 * done; plain_run() is the way. */
enum err_code console_run(enum console_end *how,
			  const struct console_source *source,
			  const struct console_options *o,
			  struct err *e) MUST_CHECK;

#endif
