/*
 * control_place - the socket's name in the room's folder.
 *
 * Paths go through the folder's descriptor: a socket's address has room for
 * 107 bytes only, a room's path for more.
 */
#ifndef ENGINE_CONTROL_PLACE_H
#define ENGINE_CONTROL_PLACE_H

#include <sys/types.h>

#include "base/err.h"

#define CONTROL_NAME "control.sock"

struct control_place {
	int dir_fd, fd; /* -1 */
	dev_t device;	/* of the socket's name, to know it again */
	ino_t inode;
};

/* The socket made, named, and listening; only under the room's lock. */
enum err_code control_place_take(struct control_place *p, const char *dir,
				 struct err *e) MUST_CHECK;
/* Does the name still lead to this socket? */
bool control_place_is_ours(const struct control_place *p);
/* Takes the name away if it is ours still; closes. */
void control_place_leave(struct control_place *p);

/* Connects to the socket of a room, however long its path is.  ERR_ABSENT:
 * nobody holds the room; ERR_REFUSED: this account is not let in. */
enum err_code control_connect(int *fd, const char *dir,
			      struct err *e) MUST_CHECK;

#endif
