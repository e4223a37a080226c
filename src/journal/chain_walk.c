/* chain_walk - the whole journal, record by record, in bounded memory. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "journal/chain.h"

#define WINDOW (2 * RECORD_CAP)

/* The reason stands in `e` already, with the record's number or without. */
static enum err_code
damaged(struct chain_reader *w, struct err *e)
{
	char why[sizeof(e->text)], number[32];
	bool is_numbered;

	w->report->bad_record = w->report->records + 1;
	w->report->bad_offset = w->offset;
	str_printf(number, sizeof(number), "record %lld ",
		   (long long)w->report->bad_record);
	is_numbered = str_starts(e->text, number);
	str_copy(why, sizeof(why),
		 e->text + (is_numbered ? strlen(number) - 1 : 0));
	return err_set(e, ERR_DAMAGED, "%s: %sat byte %lld%s%s", w->name,
		       number, (long long)w->offset, is_numbered ? "" : ": ",
		       why);
}

/* More of the file behind what is there; *end at its end. */
static enum err_code
fill(struct chain_reader *w, bool *end, struct err *e)
{
	while (w->len < WINDOW) {
		ssize_t n = pread(w->fd, w->bytes + w->len, WINDOW - w->len,
				  (off_t)(w->offset + (int64_t)w->len));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(e, ERR_SYSTEM, "%s: cannot read: %s",
				       w->name, strerror(errno));
		if (n == 0) {
			*end = true;
			break;
		}
		w->len += (size_t)n;
	}
	return ERR_NONE;
}

static enum err_code
take_line(struct chain_reader *w, const char *line, size_t len, struct err *e)
{
	struct journal_report *report = w->report;

	if (chain_check(&w->record, line, len, report->head,
			report->records + 1, e) != ERR_NONE)
		return damaged(w, e);
	if (w->visit != NULL && w->visit(w->ctx, &w->record, e) != ERR_NONE)
		return e->code == ERR_DAMAGED ? damaged(w, e) : e->code;
	report->records++;
	str_copy(report->head, sizeof(report->head), w->record.hash);
	w->offset += (int64_t)len + 1;
	return ERR_NONE;
}

/* All whole lines of the window; what is left moves to its begin. */
static enum err_code
take_lines(struct chain_reader *w, struct err *e)
{
	const char *line = w->bytes;
	const char *end = w->bytes + w->len;
	const char *stop;

	while ((stop = memchr(line, '\n', (size_t)(end - line))) != NULL) {
		if (take_line(w, line, (size_t)(stop - line), e) != ERR_NONE)
			return e->code;
		line = stop + 1;
	}
	w->len = (size_t)(end - line);
	memmove(w->bytes, line, w->len);
	if (w->len <= RECORD_CAP)
		return ERR_NONE;
	err_set(e, ERR_DAMAGED, "no end of a line within %d bytes", RECORD_CAP);
	return damaged(w, e);
}

static enum err_code
walk(struct chain_reader *w, struct err *e)
{
	bool end = false;

	while (!end)
		if (fill(w, &end, e) != ERR_NONE ||
		    take_lines(w, e) != ERR_NONE)
			return e->code;
	if (w->len == 0)
		return ERR_NONE;
	if (!chain_is_torn(w->bytes, w->len, w->report->records + 1)) {
		err_set(e, ERR_DAMAGED, "its line does not end as it should");
		return damaged(w, e);
	}
	w->report->torn = true;
	w->report->torn_bytes = (int64_t)w->len;
	return ERR_NONE;
}

void
chain_reader_init(struct chain_reader *w, int fd, const char *name,
		  struct journal_report *report)
{
	*report = (struct journal_report){ 0 };
	str_copy(report->head, sizeof(report->head), chain_zero);
	*w = (struct chain_reader){ .fd = fd, .name = name, .report = report };
	w->bytes = mem_new(WINDOW, 1);
	record_init(&w->record, RECORD_NOTE, "");
}

void
chain_reader_clear(struct chain_reader *w)
{
	record_clear(&w->record);
	mem_free(w->bytes);
}

enum err_code
chain_reader_go(struct chain_reader *w, struct err *e)
{
	/* What was no whole record then may be other bytes by now. */
	w->len = 0;
	w->report->torn = false;
	w->report->torn_bytes = 0;
	return walk(w, e);
}

enum err_code
chain_walk(int fd, const char *name, journal_visit *visit, void *ctx,
	   struct journal_report *report, int64_t *whole, struct err *e)
{
	struct chain_reader w;
	enum err_code code;

	chain_reader_init(&w, fd, name, report);
	w.visit = visit;
	w.ctx = ctx;
	code = chain_reader_go(&w, e);
	*whole = w.offset;
	chain_reader_clear(&w);
	return code;
}
