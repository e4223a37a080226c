/* night_room - the parts of a night that need no screen. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fsio.h"
#include "cli/kept.h"
#include "cli/night.h"
#include "journal/journal.h"

struct ends_of_pipe {
	int read_end, write_end;
};

/* The only door from signal handlers to the program: they are given nothing
 * else to reach it by. */
static struct ends_of_pipe signal_pipe = { -1, -1 };

static void
pass_on(int number)
{
	unsigned char byte = (unsigned char)number;
	int saved = errno;

	while (write(signal_pipe.write_end, &byte, 1) < 0 && errno == EINTR)
		continue;
	errno = saved;
}

int
night_signals(bool has_screen)
{
	static const int ends[] = { SIGHUP, SIGINT, SIGTERM, SIGQUIT };
	static const int shapes[] = { SIGWINCH, SIGCONT, SIGTSTP };
	struct sigaction act = { .sa_handler = pass_on,
				 .sa_flags = SA_RESTART };
	int fds[2];

	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) != 0)
		return -1;
	signal_pipe.read_end = fds[0];
	signal_pipe.write_end = fds[1];
	sigemptyset(&act.sa_mask);
	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		sigaction(ends[i], &act, NULL);
	for (size_t i = 0; has_screen && i < ARRAY_LEN(shapes); i++)
		sigaction(shapes[i], &act, NULL);
	return fds[0];
}

enum err_code
night_take_room(const char *dir, struct book *book, int *claim, struct err *e)
{
	enum err_code code;
	bool is_other;

	*claim = -1;
	/* A folder that cannot be there was named wrongly. */
	if (fs_make_dirs(dir, 0700, e) != ERR_NONE)
		return e->code = ERR_INPUT;
	if (journal_claim(claim, dir, e) != ERR_NONE)
		return e->code;
	code = engine_judge(book, dir, &is_other, e);
	if (is_other)
		kept_tell(dir, book->path, true);
	return code;
}

void
night_give_claim(int *claim)
{
	if (*claim >= 0)
		close(*claim);
	*claim = -1;
}

enum err_code
night_mark_room(const char *dir, const struct book *book, struct err *e)
{
	char path[FS_PATH], real[PATH_MAX], line[PATH_MAX + 2];
	int n;

	if (!fs_join(path, dir, "runbook"))
		return err_set(e, ERR_ARG, "%s: path too long", dir);
	if (realpath(book->path, real) == NULL)
		return err_set(e, ERR_SYSTEM, "%s: %s", book->path,
			       strerror(errno));
	n = snprintf(line, sizeof(line), "%s\n", real);
	if (kept_put(dir, book, e) != ERR_NONE)
		return e->code;
	return fs_write(path, line, (size_t)n, 0600, e);
}

void
night_tell_unread(const char *dir, const char *runbook)
{
	char journal[FS_PATH];

	if (fs_join(journal, dir, "journal.jsonl") && fs_exists(journal))
		kept_tell(dir, runbook, false);
}

int
night_code(const struct snapshot *s)
{
	const struct room *r = s->room;

	if (r->life == ROOM_CLOSED)
		return r->close_code;
	if (room_is_rolled_back(r))
		return EXIT_ROLLED_BACK;
	if (room_is_halted(r) || room_awaits_person(r) >= 0)
		return EXIT_HALTED;
	for (size_t i = 0; i < r->book->step_count; i++)
		if (!room_step_is_past(r, i))
			return EXIT_HOLD;
	return EXIT_GO;
}
