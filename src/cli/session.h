/*
 * session - a runbook made ready to reach its peers: live with its secrets,
 * or bound to a twin behind a closed fence.
 */
#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include "cli/load.h"

struct session {
	struct book *book;
	struct fence fence;
};

/* `twin_dir`: NULL for the real endpoints, else the folder of a running twin.
 * -1 when ready (end it with session_clear), else the exit code. */
int session_open(struct session *s, const struct cli_command *self,
		 const char *runbook, const char *twin_dir);
/* Frees the book and the rest; also when opening failed. */
void session_clear(struct session *s);

#endif
