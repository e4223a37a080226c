/*
 * night_calls - how a screen calls for a person: bell, title, tmux, a program.
 *
 * Nothing here waits: programs run beside the screen, one of a kind at a time,
 * and are ended when they take too long.  What they are told is clean ASCII.
 * Main thread.
 */
#ifndef CLI_NIGHT_CALLS_H
#define CLI_NIGHT_CALLS_H

#include <sys/types.h>

#include "cli/cli.h"
#include "ui/console.h"

#define NIGHT_CALL_TEXT 200

/* A program that is told the newest text. */
struct night_job {
	pid_t pid; /* 0: none runs */
	int64_t since_us;
	bool is_due; /* `text` was not told yet */
	char text[NIGHT_CALL_TEXT];
};

struct night_calls {
	unsigned how; /* CALL_ bits of ui/console.h */
	bool has_tmux;
	char pane[24];	     /* $TMUX_PANE */
	const char *program; /* NULL none */
	struct night_job tmux, command;
	struct console_hook hook;
};

/* By --notify, else $WARROOM_NOTIFY, else all but flash; the program is
 * $WARROOM_NOTIFY_COMMAND.  -1, else the exit code of what was printed. */
int night_calls_open(struct night_calls *c, const struct cli_command *self,
		     const struct cli_args *args);
/* Takes the state out of tmux again; waits for that at most a second. */
void night_calls_close(struct night_calls *c);

#endif
