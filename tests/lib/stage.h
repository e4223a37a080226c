/*
 * stage - a console of its own process on a terminal (or pipes) of the test.
 *
 * The child plays scenes instead of an engine and reports each command as a
 * line "verb|target|text|digest", a loss as "lost|why", its end as "end|N"
 * (enum console_end) or "refused|text".  All waits are bounded.
 */
#ifndef TESTS_LIB_STAGE_H
#define TESTS_LIB_STAGE_H

#include <sys/types.h>
#include <termios.h>

#include "base/buf.h"
#include "tests/lib/scenes.h"

struct stage {
	pid_t pid;
	int screen;  /* master of the terminal, or output of the pipes; -1 */
	int keys;    /* the same master, or input of the pipes; -1 closed */
	int control; /* scenes to the child */
	int report;  /* lines from it */
	int status;
	struct buf out;	    /* all that it has written */
	struct buf reports; /* all that it has reported */
	struct termios before;
	int slave; /* kept open, to look at the modes */
};

struct stage_options {
	bool is_plain;
	bool on_pipes;	     /* not on a terminal */
	bool ignores_hangup; /* SIGHUP does not come */
	int rows, cols;
	const char *term, *locale; /* TERM and LC_ALL */
	enum scene scene;
};

void stage_open(struct stage *s, const struct stage_options *o);
void stage_turn(struct stage *s, enum scene scene);
void stage_end_room(struct stage *s); /* the room is over */
void stage_crash(struct stage *s);    /* the child calls abort() */
void stage_type(struct stage *s, const char *bytes);
void stage_resize(struct stage *s, int rows, int cols);
void stage_signal(struct stage *s, int number);

/* Until the output or the reports hold `text`; fails the test after 5 s. */
void stage_see(struct stage *s, const char *text);
void stage_hear(struct stage *s, const char *text);
bool stage_has_seen(struct stage *s, const char *text);
bool stage_has_heard(struct stage *s, const char *text);
void stage_forget(struct stage *s); /* what was seen and heard so far */
/* Reads for `real_ms` and says how many bytes came. */
size_t stage_listen(struct stage *s, int real_ms);

/* Waits for the end of the child; its exit code or 128 + signal. */
int stage_wait(struct stage *s);
bool stage_is_restored(struct stage *s); /* modes as before */
void stage_hang_up(struct stage *s);	 /* closes the terminal */
void stage_close(struct stage *s);

#endif
