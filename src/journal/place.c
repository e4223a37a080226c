/* place - the folder and the file of a journal, and who holds them. */
#include "journal/place.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "base/text.h"
#include "journal/journal.h"

#define JOURNAL_FILE "journal.jsonl"
#define HOLDER_FILE "holder"

/* A look (journal_is_held) takes the lock for a moment; wait that out. */
#define LOCK_TRIES 20
#define LOCK_WAIT_MS 5

/* Never follows a link, never blocks on a FIFO, never becomes a terminal. */
#define OPEN_FLAGS (O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)

static enum err_code
cannot_open(const char *shown, int failure, struct err *e)
{
	if (failure == ENOENT || failure == ENOTDIR)
		return err_set(e, ERR_ABSENT, "%s: there is no journal", shown);
	if (failure == ELOOP)
		return err_set(e, ERR_INPUT,
			       "%s: is a symbolic link; name the room itself",
			       shown);
	if (failure == EISDIR || failure == ENXIO)
		return err_set(e, ERR_INPUT, "%s: not a regular file", shown);
	return err_set(e, ERR_SYSTEM, "%s: cannot open: %s", shown,
		       strerror(failure));
}

static enum err_code
judge_folder(const char *dir, struct err *e)
{
	char shown[256];
	struct stat st;

	text_clean(shown, sizeof(shown), dir, strlen(dir));
	if (stat(dir, &st) != 0)
		return err_set(e, ERR_SYSTEM, "%s: %s", shown, strerror(errno));
	if (st.st_uid != geteuid())
		return err_set(
			e, ERR_INPUT,
			"%s: belongs to user %lld; name a folder of your "
			"own with --room",
			shown, (long long)st.st_uid);
	if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return err_set(e, ERR_INPUT,
			       "%s: others may write there (mode %04o); chmod "
			       "700 it",
			       shown, (unsigned)st.st_mode & 07777u);
	return ERR_NONE;
}

static enum err_code
judge_file(int fd, const char *shown, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return err_set(e, ERR_SYSTEM, "%s: %s", shown, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return err_set(e, ERR_INPUT, "%s: not a regular file", shown);
	if (st.st_uid != geteuid())
		return err_set(e, ERR_INPUT, "%s: belongs to user %lld", shown,
			       (long long)st.st_uid);
	if (st.st_nlink != 1)
		return err_set(e, ERR_INPUT,
			       "%s: has %lld names (hard links), should have "
			       "one",
			       shown, (long long)st.st_nlink);
	if ((st.st_mode & 07777) != 0600)
		return err_set(e, ERR_INPUT,
			       "%s: has mode %04o, should have 0600", shown,
			       (unsigned)st.st_mode & 07777u);
	return ERR_NONE;
}

/* Who wrote the holder file: one clean line, "" when nobody did. */
static void
read_holder(const char *dir, char *to, size_t size)
{
	char path[FS_PATH];
	struct buf text;
	struct err e;

	to[0] = '\0';
	if (!fs_join(path, dir, HOLDER_FILE))
		return;
	if (fs_read(&text, path, 256, &e) == ERR_NONE)
		text_clean(to, size, buf_str(&text),
			   strcspn(buf_str(&text), "\n"));
	buf_clear(&text);
}

/* 0, or why not: EWOULDBLOCK when somebody else has it. */
static int
lock_alone(int fd)
{
	for (int i = 0; i < LOCK_TRIES; i++) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return 0;
		if (errno != EWOULDBLOCK && errno != EINTR)
			return errno;
		poll(NULL, 0, LOCK_WAIT_MS);
	}
	return EWOULDBLOCK;
}

static enum err_code
take_lock(int fd, const char *dir, const char *shown, struct err *e)
{
	int failure = lock_alone(fd);
	char holder[160];

	if (failure == 0)
		return ERR_NONE;
	if (failure != EWOULDBLOCK)
		return err_set(e, ERR_SYSTEM, "%s: cannot lock: %s", shown,
			       strerror(failure));
	read_holder(dir, holder, sizeof(holder));
	return err_set(e, ERR_HELD,
		       "%s: held by %s; watch the room, or wait until it is "
		       "left",
		       shown, holder[0] != '\0' ? holder : "another process");
}

/* The names of a new file and of a new folder must last, too. */
static enum err_code
sync_folder(const char *dir, struct err *e)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int failure = fd < 0 || fsync(fd) != 0 ? errno : 0;
	char shown[256];

	if (fd >= 0)
		close(fd);
	if (failure == 0)
		return ERR_NONE;
	text_clean(shown, sizeof(shown), dir, strlen(dir));
	return err_set(e, ERR_SYSTEM, "%s: cannot bring to the disk: %s", shown,
		       strerror(failure));
}

static enum err_code
sync_names(const char *dir, struct err *e)
{
	char parent[FS_PATH];
	char plain[FS_PATH];
	size_t len = strlen(dir);

	if (sync_folder(dir, e) != ERR_NONE)
		return e->code;
	while (len > 1 && dir[len - 1] == '/')
		len--;
	str_copy_n(plain, sizeof(plain), dir, len);
	fs_dir_of(parent, plain);
	/* A parent we may not read was not made by us. */
	if (access(parent, R_OK) != 0)
		return ERR_NONE;
	return sync_folder(parent, e);
}

static enum err_code
say_holder(struct place *p, struct err *e)
{
	char host[64] = "";
	char text[160];

	gethostname(host, sizeof(host) - 1);
	str_printf(text, sizeof(text), "pid %lld on %s\n", (long long)getpid(),
		   host);
	return fs_write(p->holder, text, strlen(text), 0600, e);
}

/* The file is open: check it, lock it, sign it. */
static enum err_code
hold(struct place *p, const char *dir, struct err *e)
{
	if (judge_file(p->fd, p->shown, e) != ERR_NONE ||
	    take_lock(p->fd, dir, p->shown, e) != ERR_NONE)
		return e->code;
	if (sync_names(dir, e) != ERR_NONE)
		return e->code;
	return say_holder(p, e);
}

enum err_code
place_take(struct place *p, const char *dir, struct err *e)
{
	char path[FS_PATH];

	if (!fs_join(path, dir, JOURNAL_FILE) ||
	    !fs_join(p->holder, dir, HOLDER_FILE))
		return err_set(e, ERR_LIMIT,
			       "the path of the room is longer "
			       "than %d bytes",
			       FS_PATH - 32);
	text_clean(p->shown, sizeof(p->shown), path, strlen(path));
	if (fs_make_dirs(dir, 0700, e) != ERR_NONE ||
	    judge_folder(dir, e) != ERR_NONE)
		return e->code;
	p->fd = open(path, O_RDWR | O_CREAT | O_APPEND | OPEN_FLAGS, 0600);
	if (p->fd < 0)
		return cannot_open(p->shown, errno, e);
	if (hold(p, dir, e) == ERR_NONE)
		return ERR_NONE;
	close(p->fd);
	p->fd = -1;
	return e->code;
}

void
place_leave(struct place *p)
{
	assert(p->fd >= 0);
	/* While the lock is held nobody else has signed. */
	unlink(p->holder);
	close(p->fd);
	p->fd = -1;
}

enum err_code
place_open(int *fd, const char *path, char shown[256], struct err *e)
{
	char file[FS_PATH];
	struct stat st;

	str_copy(file, sizeof(file), path);
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode) &&
	    !fs_join(file, path, JOURNAL_FILE))
		return err_set(e, ERR_LIMIT,
			       "the path of the room is longer "
			       "than %d bytes",
			       FS_PATH - 32);
	text_clean(shown, 256, file, strlen(file));
	*fd = open(file, O_RDONLY | OPEN_FLAGS);
	if (*fd < 0)
		return cannot_open(shown, errno, e);
	if (fstat(*fd, &st) == 0 && S_ISREG(st.st_mode))
		return ERR_NONE;
	close(*fd);
	*fd = -1;
	return err_set(e, ERR_INPUT, "%s: not a regular file", shown);
}

enum err_code
journal_claim(int *claim, const char *dir, struct err *e)
{
	char shown[256];
	int failure;

	*claim = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*claim < 0)
		return ERR_NONE;
	failure = lock_alone(*claim);
	if (failure == 0)
		return ERR_NONE;
	close(*claim);
	*claim = -1;
	if (failure != EWOULDBLOCK)
		return ERR_NONE;
	text_clean(shown, sizeof(shown), dir, strlen(dir));
	return err_set(e, ERR_HELD,
		       "room %s is held by another process, which opens it "
		       "now; watch the room, or wait until it is left",
		       shown);
}

enum err_code
journal_may_write(const char *dir, struct err *e)
{
	char shown[256];

	if (judge_folder(dir, e) != ERR_NONE)
		return e->code;
	if (access(dir, W_OK | X_OK) == 0)
		return ERR_NONE;
	text_clean(shown, sizeof(shown), dir, strlen(dir));
	return err_set(e, ERR_INPUT,
		       "%s: cannot be written: %s; name a folder of your own "
		       "with --room",
		       shown, strerror(errno));
}

bool
journal_is_held(const char *dir, char *holder, size_t size)
{
	char shown[256];
	struct err e;
	bool held;
	int fd;

	holder[0] = '\0';
	if (place_open(&fd, dir, shown, &e) != ERR_NONE)
		return false;
	held = flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
	close(fd);
	if (held)
		read_holder(dir, holder, size);
	return held;
}

bool
journal_is_signed(const char *dir, char *holder, size_t size)
{
	char host[64] = "", us[64] = "";
	int pid = 0;

	read_holder(dir, holder, size);
	if (sscanf(holder, "pid %d on %63s", &pid, host) != 2 || pid <= 0)
		return false;
	gethostname(us, sizeof(us) - 1);
	/* Of another host's processes nothing is known. */
	return !str_same(host, us) || kill(pid, 0) == 0 || errno != ESRCH;
}
