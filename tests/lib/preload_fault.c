/*
 * preload_fault - the N-th call of one kind fails in a console, once or for
 * ever; other processes are left alone.
 *
 * FAULT_CALL: which kind; FAULT_AT: N, from 1; FAULT_EVER: also all calls
 * behind it; FAULT_MARK: a file made when it came to that, and no longer empty
 * when others of the kind came behind it; FAULT_VERB: for
 * which command of the console, `drill` without it; FAULT_WHEN: a file, nothing
 * counts before it is there.
 *
 * write and sync count regular files alone.  alloc is what base/mem lets grow,
 * given what it takes zeroed or hands on to libraries, heap what libraries take
 * for themselves.  Those are told apart by where they come from: with
 * FAULT_SITE only the calls of this site count; FAULT_SITES is a file that gets
 * a line "SITE COUNT PLACES" of each at the end.  A site is a digest of the
 * innermost return addresses, each relative to its module: the same in each
 * process of one build.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include <unwind.h>

#define DEPTH 8 /* return addresses that make a site */
#define SITES 65536
#define NAME 20

static const char *call = "";
static const char *mark = "";
static const char *list, *when;
static uint64_t wanted; /* 0: any site */
static long at;
static bool for_ever;
static atomic_long count;

/* Where memory was asked for, innermost first. */
struct place {
	char module[NAME];
	uintptr_t offset;
};

struct site {
	_Atomic uint64_t id; /* 0: free */
	atomic_long count;
	struct place places[DEPTH];
	int depth;
};

static struct site sites[SITES];
static uintptr_t program, program_end;
static __thread bool inside __attribute__((tls_model("initial-exec")));

static const char *
or_empty(const char *text)
{
	return text != NULL ? text : "";
}

__attribute__((constructor)) static void
begin(int argc, char **argv)
{
	const char *kind = getenv("FAULT_CALL");
	const char *number = getenv("FAULT_AT");
	const char *verb = getenv("FAULT_VERB");
	struct dl_find_object found;
	void *entry = (void *)getauxval(AT_ENTRY);

	if (argc < 2 || kind == NULL || number == NULL ||
	    strcmp(argv[1], verb != NULL ? verb : "drill") != 0)
		return;
	if (_dl_find_object(entry, &found) == 0) {
		program = (uintptr_t)found.dlfo_map_start;
		program_end = (uintptr_t)found.dlfo_map_end;
	}
	at = strtol(number, NULL, 10);
	for_ever = getenv("FAULT_EVER") != NULL;
	mark = or_empty(getenv("FAULT_MARK"));
	list = getenv("FAULT_SITES");
	when = getenv("FAULT_WHEN");
	wanted = strtoull(or_empty(getenv("FAULT_SITE")), NULL, 16);
	call = kind;
}

static bool
is_kind(const char *what)
{
	return strcmp(call, what) == 0;
}

static bool
counts(void)
{
	long n;
	int fd;

	if (when != NULL && access(when, F_OK) != 0)
		return false;
	n = atomic_fetch_add(&count, 1) + 1;
	if (n < at || (n > at + 1 && !for_ever))
		return false;
	fd = (int)syscall(SYS_openat, AT_FDCWD, mark,
			  O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	if (fd >= 0 && n > at)
		(void)syscall(SYS_write, fd, "+", 1);
	if (fd >= 0)
		close(fd);
	return n == at || for_ever;
}

static bool
must_fail(const char *what)
{
	return is_kind(what) && counts();
}

static _Unwind_Reason_Code
take_place(struct _Unwind_Context *context, void *arg)
{
	struct site *s = arg;
	uintptr_t from = _Unwind_GetIP(context);
	struct dl_find_object found;
	struct place *p = &s->places[s->depth];
	const char *slash;

	if (from == 0 || _dl_find_object((void *)from, &found) != 0)
		return _URC_END_OF_STACK;
	if (found.dlfo_map_start <= (void *)sites &&
	    (void *)sites < found.dlfo_map_end)
		return _URC_NO_REASON; /* of this file */
	slash = strrchr(found.dlfo_link_map->l_name, '/');
	snprintf(p->module, NAME, "%s",
		 slash != NULL ? slash + 1 : found.dlfo_link_map->l_name);
	p->offset = from - (uintptr_t)found.dlfo_map_start;
	return ++s->depth < DEPTH ? _URC_NO_REASON : _URC_END_OF_STACK;
}

/* FNV-1a over the places; never 0. */
static uint64_t
digest(const struct site *s)
{
	const unsigned char *bytes = (const unsigned char *)s->places;
	uint64_t sum = 14695981039346656037u;
	size_t i;

	for (i = 0; i < (size_t)s->depth * sizeof(s->places[0]); i++)
		sum = (sum ^ bytes[i]) * 1099511628211u;
	return sum | 1;
}

static void
note(const struct site *from)
{
	uint64_t i, none;

	for (i = from->id; i - from->id < SITES; i++) {
		struct site *s = &sites[i % SITES];

		none = 0;
		if (atomic_compare_exchange_strong(&s->id, &none, from->id)) {
			s->depth = from->depth;
			memcpy(s->places, from->places, sizeof(s->places));
		}
		if (s->id == from->id) {
			atomic_fetch_add(&s->count, 1);
			return;
		}
	}
}

/* True when the memory that somebody asks for from `caller` is not there; `own`
 * is what it counts as when that is the program. */
static bool
no_memory(void *caller, const char *own_kind)
{
	bool own =
		(uintptr_t)caller >= program && (uintptr_t)caller < program_end;
	struct site here;
	bool fails;

	if (inside || !is_kind(own ? own_kind : "heap"))
		return false;
	inside = true;
	memset(&here, 0, sizeof(here));
	if (!own && (list != NULL || wanted != 0)) {
		_Unwind_Backtrace(take_place, &here);
		here.id = digest(&here);
		if (list != NULL)
			note(&here);
	}
	fails = (wanted == 0 || wanted == here.id) && counts();
	inside = false;
	if (fails)
		errno = ENOMEM;
	return fails;
}

__attribute__((destructor)) static void
end(void)
{
	FILE *out = list != NULL ? fopen(list, "we") : NULL;
	int i, j;

	for (i = 0; out != NULL && i < SITES; i++) {
		const struct site *s = &sites[i];

		if (s->id == 0)
			continue;
		fprintf(out, "%016lx %ld", (unsigned long)s->id, s->count);
		for (j = 0; j < s->depth; j++)
			fprintf(out, " %s+%lx", s->places[j].module,
				(unsigned long)s->places[j].offset);
		fputc('\n', out);
	}
	if (out != NULL)
		fclose(out);
}

#define REAL(name) (__extension__(__typeof__(&name)) dlsym(RTLD_NEXT, #name))

/* dlsym() itself asks for memory. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

#define CALLER __builtin_return_address(0)

void *
malloc(size_t size)
{
	return no_memory(CALLER, "given") ? NULL : __libc_malloc(size);
}

void *
calloc(size_t items, size_t size)
{
	return no_memory(CALLER, "given") ? NULL : __libc_calloc(items, size);
}

void *
realloc(void *old, size_t size)
{
	return no_memory(CALLER, "given") ? NULL : __libc_realloc(old, size);
}

void *
reallocarray(void *old, size_t items, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(items, size, &bytes)) {
		errno = ENOMEM;
		return NULL;
	}
	return no_memory(CALLER, "alloc") ? NULL : __libc_realloc(old, bytes);
}

int
posix_memalign(void **to, size_t alignment, size_t size)
{
	void *made = no_memory(CALLER, "given")
			     ? NULL
			     : __libc_memalign(alignment, size);

	if (made == NULL)
		return ENOMEM;
	*to = made;
	return 0;
}

ssize_t
write(int fd, const void *bytes, size_t len)
{
	struct stat st;

	if (is_kind("write") && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    counts()) {
		errno = ENOSPC;
		return -1;
	}
	return REAL(write)(fd, bytes, len);
}

/* A function that fails with -1 and `why`. */
#define FAILS(type, name, kind, why, takes, passes) \
	type name takes                             \
	{                                           \
		if (must_fail(kind)) {              \
			errno = why;                \
			return -1;                  \
		}                                   \
		return REAL(name) passes;           \
	}

FAILS(int, fsync, "sync", EIO, (int fd), (fd))
FAILS(int, fdatasync, "sync", EIO, (int fd), (fd))
FAILS(int, rename, "rename", EIO, (const char *from, const char *to),
      (from, to))
FAILS(int, connect, "connect", ENETUNREACH,
      (int fd, __CONST_SOCKADDR_ARG to, socklen_t len), (fd, to, len))
FAILS(int, socket, "socket", EMFILE, (int domain, int type, int protocol),
      (domain, type, protocol))
FAILS(int, accept, "accept", EMFILE,
      (int fd, __SOCKADDR_ARG from, socklen_t *len), (fd, from, len))
FAILS(int, accept4, "accept", EMFILE,
      (int fd, __SOCKADDR_ARG from, socklen_t *len, int flags),
      (fd, from, len, flags))
FAILS(int, epoll_create1, "wake", EMFILE, (int flags), (flags))
FAILS(int, eventfd, "wake", EMFILE, (unsigned first, int flags), (first, flags))
FAILS(int, pipe2, "wake", EMFILE, (int ends[2], int flags), (ends, flags))
FAILS(int, timerfd_create, "wake", EMFILE, (clockid_t clock, int flags),
      (clock, flags))
FAILS(int, epoll_wait, "wait", ENOMEM,
      (int fd, struct epoll_event *events, int most, int ms),
      (fd, events, most, ms))
FAILS(int, poll, "wait", ENOMEM, (struct pollfd * fds, nfds_t n, int ms),
      (fds, n, ms))

/* Only a new one needs memory. */
int
epoll_ctl(int fd, int what, int other, struct epoll_event *event)
{
	if (what == EPOLL_CTL_ADD && must_fail("watch")) {
		errno = ENOSPC;
		return -1;
	}
	return REAL(epoll_ctl)(fd, what, other, event);
}

int
pthread_create(pthread_t *thread, const pthread_attr_t *attr,
	       void *(*run)(void *), void *arg)
{
	if (must_fail("thread"))
		return EAGAIN;
	return REAL(pthread_create)(thread, attr, run, arg);
}

static mode_t
mode_of(int flags, va_list more)
{
	bool makes = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;

	return makes ? va_arg(more, mode_t) : 0;
}

/* For both widths of files, which are one here. */
#define OPENS(name, takes, passes)           \
	int name takes                       \
	{                                    \
		va_list more;                \
		mode_t mode;                 \
                                             \
		va_start(more, flags);       \
		mode = mode_of(flags, more); \
		va_end(more);                \
		if (must_fail("open")) {     \
			errno = EMFILE;      \
			return -1;           \
		}                            \
		return (int)syscall passes;  \
	}

OPENS(open, (const char *path, int flags, ...),
      (SYS_openat, AT_FDCWD, path, flags, mode))
OPENS(open64, (const char *path, int flags, ...),
      (SYS_openat, AT_FDCWD, path, flags, mode))
OPENS(openat, (int dir, const char *path, int flags, ...),
      (SYS_openat, dir, path, flags, mode))
OPENS(openat64, (int dir, const char *path, int flags, ...),
      (SYS_openat, dir, path, flags, mode))
