/*
 * watchers - who looks at a room: a locked file each in its folder `watchers`.
 *
 * The journal is not touched.  A watcher that dies leaves a file that nobody
 * holds; whoever counts removes it.  Where no file can be made one watches
 * uncounted.
 */
#ifndef CLI_WATCHERS_H
#define CLI_WATCHERS_H

#include "base/fsio.h"

#define WATCHERS_MOST 99 /* more are counted as so many */

struct watcher {
	int fd; /* -1: not counted */
	char path[FS_PATH];
};

/* Signs in; without a place to sign it goes unseen. */
void watchers_join(struct watcher *w, const char *room);
void watchers_leave(struct watcher *w); /* signs out; twice is fine */

/* How many look at the room now; never blocks on a lock. */
int watchers_count(const char *room);

#endif
