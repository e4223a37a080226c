/*
 * plain - the room as lines: for screen readers, logs and pipes.
 *
 * One line per change of state, never a line rewritten; numbered prompts; the
 * same sentences, verbs and phrases as the screen.  Main thread.
 */
#ifndef UI_PLAIN_H
#define UI_PLAIN_H

#include "ui/source.h"

struct plain_options {
	int in_fd, out_fd; /* in_fd -1: nobody answers */
	int signal_fd;	   /* as in struct console_options; -1 none */
};

/* Runs until the person leaves, input or output is gone, or the room is
 * over.  The end of the input of a screen that only watches is no loss. */
enum console_end plain_run(const struct console_source *source,
			   const struct plain_options *o);

#endif
