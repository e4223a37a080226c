/* journal_write - the journal as its one writer sees it. */
#include "journal/journal.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsio.h"
#include "base/mem.h"
#include "base/str.h"
#include "journal/chain.h"
#include "journal/place.h"

struct journal {
	struct place place;
	const struct journal_io *io;
	struct buf line; /* reused for each record */
	int64_t records;
	char head[DIGEST_HEX];
	bool dirty;	   /* written, not yet on the disk */
	int64_t die_after; /* 0: never */
	char failed[160];  /* "": all is well; else why it never will be */
};

const struct journal_io journal_io_system = {
	.write = write,
	.sync = fdatasync,
	.cut = ftruncate,
};

/* What is on the disk is not known any more: only reading it again helps. */
static enum err_code
fail_for_ever(struct journal *j, const char *what, int failure, struct err *e)
{
	str_printf(j->failed, sizeof(j->failed), "%s: %s", what,
		   strerror(failure));
	return err_set(e, ERR_SYSTEM,
		       "%s: %s; nothing more is recorded, resume the room to "
		       "read back what is on the disk",
		       j->place.shown, j->failed);
}

static enum err_code
failed_before(const struct journal *j, struct err *e)
{
	return err_set(e, ERR_SYSTEM,
		       "%s: failed before (%s); resume the room to go on",
		       j->place.shown, j->failed);
}

static enum err_code
write_all(struct journal *j, const char *bytes, size_t len, struct err *e)
{
	while (len > 0) {
		ssize_t n = j->io->write(j->place.fd, bytes, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return fail_for_ever(j, "cannot write",
					     n < 0 ? errno : ENOSPC, e);
		bytes += n;
		len -= (size_t)n;
	}
	return ERR_NONE;
}

/* Is the file still one that a next start finds? */
static bool
is_named(const struct journal *j)
{
	struct stat st;

	return fstat(j->place.fd, &st) == 0 && st.st_nlink > 0;
}

enum err_code
journal_sync(struct journal *j, struct err *e)
{
	int rc;

	if (j->failed[0] != '\0')
		return failed_before(j, e);
	if (!j->dirty)
		return ERR_NONE;
	do {
		rc = j->io->sync(j->place.fd);
	} while (rc != 0 && errno == EINTR);
	if (rc != 0)
		return fail_for_ever(j, "cannot bring to the disk", errno, e);
	if (!is_named(j))
		return fail_for_ever(j, "it was removed", ENOENT, e);
	j->dirty = false;
	return ERR_NONE;
}

enum err_code
journal_append(struct journal *j, struct record *r, struct err *e)
{
	assert(r->kind < RECORD_KIND_COUNT);
	if (j->failed[0] != '\0')
		return failed_before(j, e);
	r->seq = j->records + 1;
	if (chain_seal(&j->line, r, j->head, e) != ERR_NONE)
		return e->code;
	j->dirty = true;
	if (write_all(j, j->line.data, j->line.len, e) != ERR_NONE)
		return e->code;
	if (((record_rows[r->kind].durable && !r->deferred) ||
	     r->seq == j->die_after) &&
	    journal_sync(j, e) != ERR_NONE)
		return e->code;
	j->records = r->seq;
	str_copy(j->head, sizeof(j->head), r->hash);
	if (r->seq == j->die_after)
		raise(SIGKILL);
	return ERR_NONE;
}

const char *
journal_head(const struct journal *j)
{
	return j->head;
}

void
journal_die_after(struct journal *j, int64_t seq)
{
	j->die_after = seq;
}

/* Cuts a torn tail off, so that the next record begins a line of its own. */
static enum err_code
cut_tail(struct journal *j, int64_t whole, struct err *e)
{
	int rc;

	do {
		rc = j->io->cut(j->place.fd, (off_t)whole);
	} while (rc != 0 && errno == EINTR);
	if (rc != 0)
		return fail_for_ever(j, "cannot cut the torn tail off", errno,
				     e);
	j->dirty = true;
	return journal_sync(j, e);
}

static enum err_code
take_up(struct journal *j, journal_visit *visit, void *ctx,
	struct journal_report *report, struct err *e)
{
	int64_t whole;

	if (chain_walk(j->place.fd, j->place.shown, visit, ctx, report, &whole,
		       e) != ERR_NONE)
		return e->code;
	j->records = report->records;
	str_copy(j->head, sizeof(j->head), report->head);
	return report->torn ? cut_tail(j, whole, e) : ERR_NONE;
}

enum err_code
journal_open(struct journal **out, const char *dir, const struct journal_io *io,
	     journal_visit *visit, void *ctx, struct journal_report *report,
	     struct err *e)
{
	struct journal_report unread;
	struct journal *j = mem_new(1, sizeof(*j));

	assert(io != NULL);
	*out = NULL;
	if (report == NULL)
		report = &unread;
	*report = (struct journal_report){ 0 };
	j->io = io;
	buf_init(&j->line, RECORD_CAP + 1);
	if (place_take(&j->place, dir, e) != ERR_NONE) {
		mem_free(j);
		return e->code;
	}
	if (take_up(j, visit, ctx, report, e) != ERR_NONE) {
		place_leave(&j->place);
		mem_free(j);
		return e->code;
	}
	*out = j;
	return ERR_NONE;
}

void
journal_close(struct journal *j)
{
	struct err e;

	if (j == NULL)
		return;
	/* Nobody is left to tell; a loss shows as a shorter journal. */
	if (j->failed[0] == '\0' && journal_sync(j, &e) != ERR_NONE)
		e.code = ERR_NONE;
	place_leave(&j->place);
	buf_clear(&j->line);
	mem_free(j);
}
