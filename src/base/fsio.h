/*
 * fsio - files opened with suspicion, written whole or not at all.
 *
 * Everything opens with O_CLOEXEC | O_NOFOLLOW on the last component.
 */
#ifndef BASE_FSIO_H
#define BASE_FSIO_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

#define FS_PATH 1024

/* Reads a regular file of at most `cap` bytes into `out` (initialised here;
 * caller clears it also on failure). ERR_ABSENT, ERR_LIMIT, ERR_INPUT (not a
 * regular file), ERR_SYSTEM. */
enum err_code fs_read(struct buf *out, const char *path, size_t cap,
		      struct err *e) MUST_CHECK;

/* Temporary file, write, fsync, rename, fsync of the folder: afterwards `path`
 * is the old or the new file, never a part.  A link at `path` is replaced, not
 * followed.  ERR_ABSENT (no such folder), ERR_LIMIT (path), ERR_SYSTEM. */
enum err_code fs_write(const char *path, const void *bytes, size_t len,
		       int mode, struct err *e) MUST_CHECK;
/* The same without waiting for the disk: when the machine stops, the file may
 * be absent or empty.  For threads that must not wait. */
enum err_code fs_put(const char *path, const void *bytes, size_t len, int mode,
		     struct err *e) MUST_CHECK;

/* mkdir -p with `mode` for what it creates (0700 for rooms).  ERR_INPUT when
 * something else is there, ERR_LIMIT (path), ERR_SYSTEM. */
enum err_code fs_make_dirs(const char *path, int mode,
			   struct err *e) MUST_CHECK;

bool fs_exists(const char *path); /* anything, also a dangling link */

/* "dir/name"; false when it does not fit. */
bool fs_join(char to[FS_PATH], const char *dir, const char *name);
/* Folder of `path` ("." when it has none). */
void fs_dir_of(char to[FS_PATH], const char *path);
/* The file that one at `path` calls `name`: in the same folder, unless the
 * name begins with "/".  False when it does not fit. */
bool fs_beside(char to[FS_PATH], const char *path, const char *name);

/* $XDG_STATE_HOME/warroom (or ~/.local/state/warroom); ERR_ABSENT when neither
 * variable is an absolute path. */
enum err_code fs_state_dir(char to[FS_PATH], struct err *e) MUST_CHECK;

#endif
