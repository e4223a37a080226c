/* night - a room on this terminal: console or plain lines, until it ends. */
#ifndef CLI_NIGHT_H
#define CLI_NIGHT_H

#include "cli/cli.h"
#include "engine/engine.h"
#include "model/theme.h"
#include "ui/source.h"

/* The option rows of every command that shows a room. */
/* clang-format off */
#define NIGHT_SCREEN_OPTIONS                                              \
	{ "plain", NULL, "append-only lines instead of the screen" },     \
	{ "theme", "NAME|FILE",                                           \
	  "dark, light, high-contrast, colour-blind, mono or file" },     \
	{ "color", "WHEN", "auto, always, never" },                       \
	{ "ascii", NULL, "no characters beyond ASCII" },                  \
	{ "notify", "LIST",                                               \
	  "bell, flash, title, tmux, none (bell,title,tmux)" },           \
	{ "read-only", NULL, "keys and lines that act do nothing" }

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

/* Makes the folder of a room, or says why it cannot be the room of this book:
 * before anything is started for it.  Nobody else prepares it until *claim is
 * given back, which is due in each case, once the engine has opened it. */
enum err_code night_take_room(const char *dir, struct book *book, int *claim,
			      struct err *e) MUST_CHECK;
void night_give_claim(int *claim); /* twice is fine */

/* Writes down where the runbook of this room lies, for status and watch, and
 * keeps a copy of the book's files: on the disk before the first record. */
enum err_code night_mark_room(const char *dir, const struct book *book,
			      struct err *e) MUST_CHECK;

/* The runbook cannot be used: says on stderr what has changed since the room in
 * `dir` was opened, if there is one that keeps copies. */
void night_tell_unread(const char *dir, const char *runbook);

/* Sits at the console of the room in `dir` until it ends or is left; the exit
 * code. */
int night_sit(const struct cli_command *self, const struct cli_args *args,
	      struct engine *g, const char *dir, int signal_fd);

/* Shows any source by the screen options: the screen where there can be one,
 * else lines; *on_screen (NULL is fine) says which while it lasts.  -1 when it
 * has ended by *how, else the exit code of what was refused. */
int night_show(const struct cli_command *self, const struct cli_args *args,
	       const struct console_source *source, int signal_fd,
	       bool *on_screen, enum console_end *how);

/* The theme `given` (NULL: the default) for a screen.  -1 when *out is filled
 * or, with *found false, there is none at hand: attributes only; else the exit
 * code of what was printed. */
int night_theme(const struct cli_command *self, const char *given,
		struct theme *out, bool *found);

/* The last line about a room: how it was left, its rollback, its head. */
void night_print_end(const char *mode, const struct room *r);

/* The exit code a room has earned: 0 done, 3 left before its end, 5, 6. */
int night_code(const struct snapshot *s);

#endif
