/* night - a room on this terminal: console or plain lines, until it ends. */
#ifndef CLI_NIGHT_H
#define CLI_NIGHT_H

#include "cli/cli.h"
#include "engine/engine.h"
#include "ui/source.h"

/* The option rows of every command that shows a room. */
/* clang-format off */
#define NIGHT_SCREEN_OPTIONS                                              \
	{ "plain", NULL, "append-only lines instead of the screen" },     \
	{ "theme", "NAME|FILE",                                           \
	  "dark, light, high-contrast, colour-blind, mono or file" },     \
	{ "color", "WHEN", "auto, always, never" },                       \
	{ "ascii", NULL, "no characters beyond ASCII" }

/* Those of run and drill; put them first. */
#define NIGHT_OPTIONS                                                     \
	{ "room", "DIR", "the room's folder" },                           \
	NIGHT_SCREEN_OPTIONS,                                             \
	{ "auto-rollback", NULL, "a critical breach starts it unasked" }
/* clang-format on */

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

/* Shows any source by the screen options: the screen where there can be one,
 * else lines; *on_screen (NULL is fine) says which while it lasts.  -1 when it
 * has ended by *how, else the exit code of what was refused. */
int night_show(const struct cli_command *self, const struct cli_args *args,
	       const struct console_source *source, int signal_fd,
	       bool *on_screen, enum console_end *how);

/* The last line about a room: how it was left, its rollback, its head. */
void night_print_end(const char *mode, const struct room *r);

/* The exit code a room has earned: 0 done, 3 left before its end, 5, 6. */
int night_code(const struct snapshot *s);

#endif
