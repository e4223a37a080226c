/*
 * pty - a person at a terminal of the built program: keys in, bytes out.
 *
 * The program sits at a pseudo terminal of its own session; what it draws is
 * taken from the terminal only while somebody waits here and only for seats
 * that are read.  What a person would see is read from the room's journal.
 * Main thread only; helpers fail the running test themselves.
 */
#ifndef TESTS_LIB_PTY_H
#define TESTS_LIB_PTY_H

#include <sys/resource.h>
#include <termios.h>

#include "tests/lib/test.h"

#define PTY_TAIL 32768 /* of what was drawn, the newest bytes are kept */
#define PTY_ARGS 24

struct pty_seat {
	pid_t pid;    /* 0 once reaped */
	int code;     /* exit code, 128 + signal, after it was reaped */
	int master;   /* -1 once hung up */
	int terminal; /* the other end, also held here; -1 once let go */
	char room[FS_PATH];
	const char *speed; /* of the drill, as an option's value */
	bool is_read;	   /* what is drawn is taken from the terminal */
	char tail[PTY_TAIL + 1];
	size_t tail_len;
	struct termios before; /* the terminal's modes */
	struct rusage used;    /* after it was reaped */
	size_t at;	       /* of the walk: the step in hand */
	int presses;	       /* of enter, for it */
	int64_t acted_ms;      /* real: last keys of the walk */
	/* Sees all that is drawn, as it is taken; NULL nobody. */
	void (*drawn)(void *with, const char *bytes, size_t len);
	void *with;
};

/* The built program, or the test is skipped. */
const char *pty_program(void);

/* Starts `drill` of the shipped runbook in `room` (made by the program) on a
 * terminal of rows x cols; `more`: further options, NULL at the end. */
void pty_drill(struct pty_seat *s, const char *room, const char *speed,
	       int rows, int cols, const char *const more[]);

/* Starts the program with any arguments (argv[0] is its path, NULL ends them)
 * on a terminal of rows x cols; `room` is where its journal is. */
void pty_start(struct pty_seat *s, const char *const argv[], const char *room,
	       int rows, int cols);

void pty_resize(struct pty_seat *s, int rows, int cols);

void pty_type(struct pty_seat *s, const char *keys);

/* Draws from all terminals that are read until is_true(arg), at most
 * `real_ms`; false when it never came true. */
bool pty_wait(struct pty_seat *seats, size_t count, bool (*is_true)(void *arg),
	      void *arg, int real_ms);

/* Walks the steps by keys (enter, phrase, enter) at every seat until its
 * journal holds `text`.  False after `real_ms`. */
bool pty_walk(struct pty_seat *seats, size_t count, const char *text,
	      int real_ms);

/* Does the room's journal hold a record with this text? */
bool pty_recorded(const struct pty_seat *s, const char *text);
/* The whole journal; mem_free() it.  NULL when there is none. */
char *pty_journal(const struct pty_seat *s);

/* Is there no room for another byte on the terminal? */
bool pty_is_full(const struct pty_seat *s);
/* Is the terminal in the modes it had before? */
bool pty_is_restored(const struct pty_seat *s);

/* The person's end of the line is closed: the program is hung up on. */
void pty_hang_up(struct pty_seat *s);

/* Waits for the end of every program; false after `real_ms`. */
bool pty_ended(struct pty_seat *seats, size_t count, int real_ms);

/* Kills what still runs, the room's twin too, and closes the terminal. */
void pty_drop(struct pty_seat *s);

/* Processor time in ms: of a running program, of one that has ended. */
int64_t pty_cpu_ms(const struct pty_seat *s);

/* Real time limits grow with sanitizers, which are slow. */
int pty_patience_ms(int real_ms);

int64_t pty_now_ms(void);

#endif
