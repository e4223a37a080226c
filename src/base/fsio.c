/* fsio - files opened with suspicion, written whole or not at all. */
#include "base/fsio.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/rng.h"
#include "base/str.h"
#include "base/text.h"

#define CHUNK 16384

/* Names are foreign bytes too: `path` as people may see it. */
static const char *
shown(char to[256], const char *path)
{
	text_clean(to, 256, path, strlen(path));
	return to;
}

static enum err_code
open_failed(const char *path, int failure, struct err *e)
{
	char name[256];

	shown(name, path);
	if (failure == ENOENT || failure == ENOTDIR)
		return err_set(e, ERR_ABSENT, "%s: no such file", name);
	if (failure == ELOOP)
		return err_set(e, ERR_INPUT,
			       "%s: is a symbolic link; name the file itself",
			       name);
	if (failure == ENXIO)
		return err_set(e, ERR_INPUT, "%s: not a regular file", name);
	return err_set(e, ERR_SYSTEM, "%s: cannot open: %s", name,
		       strerror(failure));
}

/* Is the open file regular and small enough? */
static enum err_code
judge(int fd, const char *path, size_t cap, struct err *e)
{
	char name[256];
	struct stat st;

	if (fstat(fd, &st) != 0)
		return open_failed(path, errno, e);
	if (!S_ISREG(st.st_mode))
		return err_set(e, ERR_INPUT, "%s: not a regular file",
			       shown(name, path));
	if (st.st_size > 0 && (uintmax_t)st.st_size > cap)
		return err_set(e, ERR_LIMIT,
			       "%s: %jd bytes, at most %zu are read",
			       shown(name, path), (intmax_t)st.st_size, cap);
	return ERR_NONE;
}

static enum err_code
read_all(struct buf *out, int fd, const char *path, struct err *e)
{
	char chunk[CHUNK];
	char name[256];

	for (;;) {
		ssize_t n = read(fd, chunk, sizeof(chunk));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(e, ERR_SYSTEM, "%s: cannot read: %s",
				       shown(name, path), strerror(errno));
		if (n == 0)
			return ERR_NONE;
		/* The file may have grown since it was judged. */
		if (!buf_add(out, chunk, (size_t)n))
			return err_set(e, ERR_LIMIT, "%s: more than %zu bytes",
				       shown(name, path), out->cap);
	}
}

enum err_code
fs_read(struct buf *out, const char *path, size_t cap, struct err *e)
{
	enum err_code code;
	int fd;

	buf_init(out, cap);
	/* O_NONBLOCK: a FIFO in the place of a file must not hang us. */
	fd = open(path,
		  O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return open_failed(path, errno, e);
	code = judge(fd, path, cap, e);
	if (code == ERR_NONE)
		code = read_all(out, fd, path, e);
	close(fd);
	return code;
}

/* 0 or an errno value. */
static int
write_all(int fd, const char *p, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

/* A rename is durable once its folder is.  0 or an errno value. */
static int
sync_dir_of(const char *path)
{
	char dir[FS_PATH];
	int failure = 0;
	int fd;

	fs_dir_of(dir, path);
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	if (fsync(fd) != 0)
		failure = errno;
	close(fd);
	return failure;
}

/* 0 or an errno value; the temporary file is gone then. */
static int
write_temporary(const char *temporary, const void *bytes, size_t len, int mode,
		bool durably)
{
	int failure;
	int fd;

	fd = open(temporary,
		  O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return errno;
	failure = write_all(fd, bytes, len);
	if (failure == 0 && fchmod(fd, (mode_t)mode) != 0)
		failure = errno;
	if (failure == 0 && durably && fsync(fd) != 0)
		failure = errno;
	if (close(fd) != 0 && failure == 0)
		failure = errno;
	if (failure != 0)
		unlink(temporary);
	return failure;
}

static enum err_code
put_file(const char *path, const void *bytes, size_t len, int mode,
	 bool durably, struct err *e)
{
	char temporary[FS_PATH];
	char name[256];
	int failure;

	if (!str_printf(temporary, sizeof(temporary), "%s.%016" PRIx64 ".tmp",
			path, rng_system()))
		return err_set(e, ERR_LIMIT, "%s: the path is too long",
			       shown(name, path));
	failure = write_temporary(temporary, bytes, len, mode, durably);
	if (failure == 0 && rename(temporary, path) != 0) {
		failure = errno;
		unlink(temporary);
	}
	if (failure == 0 && durably)
		failure = sync_dir_of(path);
	if (failure == 0)
		return ERR_NONE;
	if (failure == ENOENT || failure == ENOTDIR)
		return err_set(e, ERR_ABSENT, "%s: its folder does not exist",
			       shown(name, path));
	return err_set(e, ERR_SYSTEM, "%s: cannot write: %s", shown(name, path),
		       strerror(failure));
}

enum err_code
fs_write(const char *path, const void *bytes, size_t len, int mode,
	 struct err *e)
{
	return put_file(path, bytes, len, mode, true, e);
}

enum err_code
fs_put(const char *path, const void *bytes, size_t len, int mode, struct err *e)
{
	return put_file(path, bytes, len, mode, false, e);
}

enum err_code
fs_make_dirs(const char *path, int mode, struct err *e)
{
	char part[FS_PATH];
	char name[256];
	struct stat st;

	if (!str_copy(part, sizeof(part), path) || part[0] == '\0')
		return err_set(e, ERR_LIMIT, "%s: bad length of a path",
			       shown(name, path));
	for (char *p = part + 1;; p++) {
		char kept = *p;

		if (kept != '/' && kept != '\0')
			continue;
		*p = '\0';
		if (mkdir(part, (mode_t)mode) != 0 && errno != EEXIST)
			return err_set(e, ERR_SYSTEM,
				       "%s: cannot make the folder: %s",
				       shown(name, part), strerror(errno));
		*p = kept;
		if (kept == '\0')
			break;
	}
	if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
		return err_set(e, ERR_INPUT, "%s: is not a folder",
			       shown(name, path));
	return ERR_NONE;
}

bool
fs_exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

bool
fs_join(char to[FS_PATH], const char *dir, const char *name)
{
	if (dir[0] == '\0')
		return str_copy(to, FS_PATH, name);
	return str_printf(to, FS_PATH, "%s%s%s", dir,
			  str_ends(dir, "/") ? "" : "/", name);
}

void
fs_dir_of(char to[FS_PATH], const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		str_copy(to, FS_PATH, ".");
	else if (slash == path)
		str_copy(to, FS_PATH, "/");
	else
		str_copy_n(to, FS_PATH, path, (size_t)(slash - path));
}

bool
fs_beside(char to[FS_PATH], const char *path, const char *name)
{
	char dir[FS_PATH];

	if (name[0] == '/' || strchr(path, '/') == NULL)
		return str_copy(to, FS_PATH, name);
	fs_dir_of(dir, path);
	return fs_join(to, dir, name);
}

enum err_code
fs_state_dir(char to[FS_PATH], struct err *e)
{
	const char *base = getenv("XDG_STATE_HOME");
	const char *home = getenv("HOME");
	bool fits;

	/* A relative XDG path is to be ignored, says its specification. */
	if (base != NULL && base[0] == '/')
		fits = fs_join(to, base, "warroom");
	else if (home != NULL && home[0] == '/')
		fits = fs_join(to, home, ".local/state/warroom");
	else
		return err_set(e, ERR_ABSENT,
			       "no place for rooms: set HOME or "
			       "XDG_STATE_HOME, or name a room with --room");
	if (!fits)
		return err_set(e, ERR_LIMIT,
			       "the path of the state folder is too long");
	return ERR_NONE;
}
