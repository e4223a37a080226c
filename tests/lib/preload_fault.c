/*
 * preload_fault - the N-th call of one kind fails in a console, once or for
 * ever; other processes are left alone.
 *
 * FAULT_CALL: write, sync, rename, connect or alloc; FAULT_AT: N, from 1;
 * FAULT_EVER: also all calls behind it; FAULT_MARK: a file made when it came
 * to that.  write and sync count regular files alone.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *call = "";
static const char *mark = "";
static long at;
static bool for_ever;
static atomic_long count;

__attribute__((constructor)) static void
begin(int argc, char **argv)
{
	const char *kind = getenv("FAULT_CALL");
	const char *number = getenv("FAULT_AT");

	if (argc < 2 || strcmp(argv[1], "drill") != 0 || kind == NULL ||
	    number == NULL)
		return;
	at = strtol(number, NULL, 10);
	for_ever = getenv("FAULT_EVER") != NULL;
	mark = getenv("FAULT_MARK") != NULL ? getenv("FAULT_MARK") : "";
	call = kind;
}

static bool
must_fail(const char *what)
{
	long n;
	int fd;

	if (strcmp(call, what) != 0)
		return false;
	n = atomic_fetch_add(&count, 1) + 1;
	if (n < at || (n > at && !for_ever))
		return false;
	fd = open(mark, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	if (fd >= 0)
		close(fd);
	return true;
}

static bool
is_file(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

#define REAL(name) (__extension__(__typeof__(&name)) dlsym(RTLD_NEXT, #name))

ssize_t
write(int fd, const void *bytes, size_t len)
{
	if (is_file(fd) && must_fail("write")) {
		errno = ENOSPC;
		return -1;
	}
	return REAL(write)(fd, bytes, len);
}

int
fsync(int fd)
{
	if (must_fail("sync")) {
		errno = EIO;
		return -1;
	}
	return REAL(fsync)(fd);
}

int
fdatasync(int fd)
{
	if (must_fail("sync")) {
		errno = EIO;
		return -1;
	}
	return REAL(fdatasync)(fd);
}

int
rename(const char *from, const char *to)
{
	if (must_fail("rename")) {
		errno = EIO;
		return -1;
	}
	return REAL(rename)(from, to);
}

int
connect(int fd, __CONST_SOCKADDR_ARG to, socklen_t len)
{
	if (must_fail("connect")) {
		errno = ENETUNREACH;
		return -1;
	}
	return REAL(connect)(fd, to, len);
}

/* What base/mem asks for; growing memory of others is left alone. */
void *
reallocarray(void *old, size_t items, size_t size)
{
	if (must_fail("alloc")) {
		errno = ENOMEM;
		return NULL;
	}
	return REAL(reallocarray)(old, items, size);
}
