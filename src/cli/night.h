/* night - a room on this terminal: console or plain lines, until it ends. */
#ifndef CLI_NIGHT_H
#define CLI_NIGHT_H

#include "cli/cli.h"
#include "engine/engine.h"

/* The option rows that run and drill share; put them first. */
#define NIGHT_OPTIONS                                                         \
	{ "room", "DIR", "the room's folder" },                               \
		{ "plain", NULL, "append-only lines instead of the screen" }, \
		{ "theme", "NAME|FILE",                                       \
		  "dark, light, high-contrast, colour-blind, mono or file" }, \
		{ "color", "WHEN", "auto, always, never" },                   \
		{ "ascii", NULL, "no characters beyond ASCII" },              \
	{                                                                     \
		"auto-rollback", NULL, "a critical breach starts it unasked"  \
	}

/* Catches the signals that end a night (and, with a screen, those that
 * reshape it) and returns a descriptor that yields each one's number as a
 * byte; -1 on failure.  Main thread, once, before any other thread. */
int night_signals(bool has_screen);

/* Writes down where the runbook of this room lies, for status and watch. */
enum err_code night_mark_room(const char *dir, const char *runbook,
			      struct err *e) MUST_CHECK;

/* Sits at the console until the room ends or is left; the exit code. */
int night_sit(const struct cli_command *self, const struct cli_args *args,
	      struct engine *g, int signal_fd);

/* The exit code a room has earned: 0 done, 3 left before its end, 5, 6. */
int night_code(const struct snapshot *s);

#endif
