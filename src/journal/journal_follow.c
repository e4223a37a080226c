/* journal_follow - a journal read while another process writes it. */
#include <errno.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "journal/chain.h"
#include "journal/place.h"

#define LOOK_NS 250000000 /* where changes are not told: look this often */

struct journal_follow {
	int fd, news_fd;
	char shown[256];
	struct journal_report report;
	struct chain_reader reader;
};

/* Changes of the file make it readable; where the system has no more of
 * these to give, the time does. */
static enum err_code
open_news(struct journal_follow *f, struct err *e)
{
	const struct itimerspec often = {
		.it_interval = { .tv_nsec = LOOK_NS },
		.it_value = { .tv_nsec = LOOK_NS },
	};
	char path[64];

	str_printf(path, sizeof(path), "/proc/self/fd/%d", f->fd);
	f->news_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (f->news_fd >= 0 &&
	    inotify_add_watch(f->news_fd, path, IN_MODIFY | IN_ATTRIB) >= 0)
		return ERR_NONE;
	if (f->news_fd >= 0)
		close(f->news_fd);
	f->news_fd =
		timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (f->news_fd >= 0 &&
	    timerfd_settime(f->news_fd, 0, &often, NULL) == 0)
		return ERR_NONE;
	return err_set(e, ERR_SYSTEM, "%s: cannot follow: %s", f->shown,
		       strerror(errno));
}

enum err_code
journal_follow_open(struct journal_follow **out, const char *path,
		    struct err *e)
{
	struct journal_follow *f = mem_new(1, sizeof(*f));

	*out = NULL;
	f->news_fd = -1;
	if (place_open(&f->fd, path, f->shown, e) != ERR_NONE) {
		mem_free(f);
		return e->code;
	}
	chain_reader_init(&f->reader, f->fd, f->shown, &f->report);
	if (open_news(f, e) != ERR_NONE) {
		journal_follow_close(f);
		return e->code;
	}
	*out = f;
	return ERR_NONE;
}

void
journal_follow_close(struct journal_follow *f)
{
	if (f == NULL)
		return;
	chain_reader_clear(&f->reader);
	if (f->news_fd >= 0)
		close(f->news_fd);
	close(f->fd);
	mem_free(f);
}

static void
hush(const struct journal_follow *f)
{
	char events[4096];

	while (read(f->news_fd, events, sizeof(events)) > 0)
		continue;
}

/* Whole records stay for ever: only what is behind them may be cut off. */
static enum err_code
judge_file(const struct journal_follow *f, struct err *e)
{
	struct stat st;

	if (fstat(f->fd, &st) != 0)
		return err_set(e, ERR_SYSTEM, "%s: %s", f->shown,
			       strerror(errno));
	if (st.st_nlink == 0)
		return err_set(e, ERR_ABSENT, "%s: was removed", f->shown);
	if (st.st_size < f->reader.offset)
		return err_set(e, ERR_DAMAGED,
			       "%s: has %lld bytes, %lld were read: whole "
			       "records are missing at its end",
			       f->shown, (long long)st.st_size,
			       (long long)f->reader.offset);
	return ERR_NONE;
}

enum err_code
journal_follow(struct journal_follow *f, journal_visit *visit, void *ctx,
	       struct err *e)
{
	struct err first;

	f->reader.visit = visit;
	f->reader.ctx = ctx;
	hush(f);
	if (judge_file(f, e) != ERR_NONE)
		return e->code;
	switch (chain_reader_go(&f->reader, &first)) {
	case ERR_NONE:
		return ERR_NONE;
	case ERR_DAMAGED:
		/* A new writer may have cut a torn tail off between two reads
		 * of ours: real damage is there at the second look, too. */
		f->report.bad_record = f->report.bad_offset = 0;
		return chain_reader_go(&f->reader, e);
	default:
		*e = first;
		return e->code;
	}
}

int
journal_follow_fd(const struct journal_follow *f)
{
	return f->news_fd;
}

const struct journal_report *
journal_follow_report(const struct journal_follow *f)
{
	return &f->report;
}
