/* test - checks that say more, private folders, waits, the clock in hand. */
#include "tests/lib/test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ftw.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"

void
test_check_ok(enum err_code got, const struct err *e, const char *call,
	      const char *file, int line)
{
	if (got == ERR_NONE)
		return;
	print_error("%s\n  failed: %s: %s\n", call, err_words(got), e->text);
	_fail(file, line);
}

void
test_check_fails(enum err_code got, enum err_code want, const struct err *e,
		 const char *part, const char *file, int line)
{
	if (got == want && e->code == want && strstr(e->text, part) != NULL)
		return;
	print_error("want %s with \"%s\"\n got %s: \"%s\"\n", err_words(want),
		    part, err_words(got), got == ERR_NONE ? "" : e->text);
	_fail(file, line);
}

void
test_check_holds(const char *text, const char *part, const char *file, int line)
{
	if (text != NULL && strstr(text, part) != NULL)
		return;
	print_error("no \"%s\" in:\n%s\n", part, text == NULL ? "NULL" : text);
	_fail(file, line);
}

void
test_check_row(const char *what, bool holds, const char *claim,
	       const char *file, int line)
{
	if (holds)
		return;
	print_error("not so: %s\n  %s\n", what, claim);
	_fail(file, line);
}

void
test_dir_make(char to[FS_PATH])
{
	const char *base = getenv("TMPDIR");

	assert_true(str_printf(to, FS_PATH, "%s/t.XXXXXX",
			       base == NULL ? "/tmp" : base));
	assert_non_null(mkdtemp(to));
}

static int
remove_entry(const char *path, const struct stat *st, int kind,
	     struct FTW *where)
{
	TEST_UNUSED(st);
	TEST_UNUSED(where);
	if (kind == FTW_DP)
		return rmdir(path);
	return unlink(path);
}

void
test_dir_drop(const char *dir)
{
	assert_true(strstr(dir, "/t.") != NULL);
	nftw(dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

void
test_file_write(const char *path, const char *text)
{
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
	assert_int_equal(fclose(f), 0);
}

char *
test_file_read(const char *path)
{
	FILE *f = fopen(path, "re");
	char *text = NULL;
	size_t len = 0;
	size_t n;

	if (f == NULL)
		return NULL;
	do {
		text = mem_grow(text, len + 4097, 1);
		n = fread(text + len, 1, 4096, f);
		len += n;
	} while (n > 0);
	text[len] = '\0';
	fclose(f);
	return text;
}

/* Real milliseconds whatever clock_use() has put in place. */
static int64_t
true_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

bool
test_wait(bool (*is_true)(void *arg), void *arg, int real_ms)
{
	const struct timespec tick = { .tv_nsec = 1000000 };
	int64_t until_ms = true_ms() + real_ms;

	for (;;) {
		if (is_true(arg))
			return true;
		if (true_ms() >= until_ms)
			return false;
		nanosleep(&tick, NULL);
	}
}

/* A socket of `type` on a loopback port that the kernel chose. */
static int
loopback(int type, int *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
	*port = ntohs(a.sin_port);
	return fd;
}

int
test_listen_tcp(int *port)
{
	int fd = loopback(SOCK_STREAM, port);

	assert_int_equal(listen(fd, 64), 0);
	return fd;
}

int
test_bind_udp(int *port)
{
	return loopback(SOCK_DGRAM, port);
}

static _Atomic int64_t hand_real_us;
static _Atomic int64_t hand_wall_ms;

static int64_t
hand_real(void)
{
	return atomic_load(&hand_real_us);
}

static int64_t
hand_wall(void)
{
	return atomic_load(&hand_wall_ms);
}

void
test_clock_take(void)
{
	atomic_store(&hand_real_us, 1000000000);
	atomic_store(&hand_wall_ms, 1795140000000); /* 2026-11-20T02:00:00Z */
	clock_use(hand_real, hand_wall);
	clock_set_speed(1);
}

void
test_clock_forward_ms(int64_t ms)
{
	atomic_fetch_add(&hand_real_us, ms * 1000);
	atomic_fetch_add(&hand_wall_ms, ms);
}

void
test_clock_release(void)
{
	clock_use(NULL, NULL);
	clock_set_speed(1);
}
