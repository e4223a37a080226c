/* ends - the beginning and the end of a file that may be of any size. */
#include "base/ends.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum err_code
failed(const char *path, int number, struct err *e)
{
	if (number == ENOENT || number == ENOTDIR)
		return err_set(e, ERR_ABSENT, "%s: there is no such file",
			       path);
	if (number == ELOOP)
		return err_set(e, ERR_INPUT, "%s is a link: name the file",
			       path);
	return err_set(e, ERR_SYSTEM, "%s: %s", path, strerror(number));
}

static enum err_code
open_file(int *fd, struct ends_stamp *out, const char *path, struct err *e)
{
	struct stat st;

	/* O_NONBLOCK: a FIFO in the place of a file must not hang us. */
	*fd = open(path,
		   O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK);
	if (*fd < 0)
		return failed(path, errno, e);
	if (fstat(*fd, &st) != 0)
		return failed(path, errno, e);
	if (!S_ISREG(st.st_mode))
		return err_set(e, ERR_INPUT, "%s is no regular file", path);
	out->device = (uint64_t)st.st_dev;
	out->inode = (uint64_t)st.st_ino;
	out->size = (int64_t)st.st_size;
	out->mtime_ns =
		(int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
	return ERR_NONE;
}

static enum err_code
read_part(struct buf *out, int fd, int64_t at, size_t len, const char *path,
	  struct err *e)
{
	char chunk[16384];

	while (len > 0) {
		size_t want = len < sizeof(chunk) ? len : sizeof(chunk);
		ssize_t n = pread(fd, chunk, want, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return failed(path, errno, e);
		if (n == 0) /* it has shrunk */
			break;
		buf_add(out, chunk, (size_t)n);
		at += n;
		len -= (size_t)n;
	}
	return ERR_NONE;
}

enum err_code
ends_stamp(struct ends_stamp *out, const char *path, struct err *e)
{
	int fd;
	enum err_code code = open_file(&fd, out, path, e);

	if (fd >= 0)
		close(fd);
	return code;
}

enum err_code
ends_read(struct ends *out, const char *path, size_t head_most,
	  size_t tail_most, struct err *e)
{
	enum err_code code;
	int64_t size;
	int fd;

	*out = (struct ends){ .is_whole = false };
	buf_init(&out->head, head_most);
	buf_init(&out->tail, tail_most);
	code = open_file(&fd, &out->stamp, path, e);
	if (code == ERR_NONE) {
		size = out->stamp.size;
		out->is_whole = (uint64_t)size <= tail_most;
		if (!out->is_whole)
			code = read_part(&out->head, fd, 0, head_most, path, e);
		if (code == ERR_NONE && out->is_whole)
			code = read_part(&out->tail, fd, 0, (size_t)size, path,
					 e);
		else if (code == ERR_NONE)
			code = read_part(&out->tail, fd,
					 size - (int64_t)tail_most, tail_most,
					 path, e);
	}
	if (fd >= 0)
		close(fd);
	return code;
}

void
ends_clear(struct ends *x)
{
	buf_clear(&x->head);
	buf_clear(&x->tail);
}

bool
ends_same(const struct ends_stamp *a, const struct ends_stamp *b)
{
	return a->device == b->device && a->inode == b->inode &&
	       a->size == b->size && a->mtime_ns == b->mtime_ns;
}
