/* night_room - the parts of a night that need no screen. */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>

#include "base/fsio.h"
#include "cli/night.h"

int
night_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGQUIT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

enum err_code
night_mark_room(const char *dir, const char *runbook, struct err *e)
{
	char path[FS_PATH], real[PATH_MAX], line[PATH_MAX + 2];
	int n;

	if (!fs_join(path, dir, "runbook"))
		return err_set(e, ERR_ARG, "%s: path too long", dir);
	if (realpath(runbook, real) == NULL)
		return err_set(e, ERR_SYSTEM, "%s: %s", runbook,
			       strerror(errno));
	n = snprintf(line, sizeof(line), "%s\n", real);
	return fs_write(path, line, (size_t)n, 0600, e);
}

int
night_code(const struct snapshot *s)
{
	const struct room *r = s->room;

	if (r->life == ROOM_CLOSED)
		return r->close_code;
	if (r->rollback == ROLLBACK_VALIDATED)
		return EXIT_ROLLED_BACK;
	if (r->rollback == ROLLBACK_HALTED)
		return EXIT_HALTED;
	for (size_t i = 0; i < r->book->step_count; i++)
		if (!step_is_over(r->steps[i].state))
			return EXIT_HOLD;
	return EXIT_GO;
}
