/* ledger - the witness: one JSON line for each write and each effect. */
#include "twin/ledger.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"

#define LINE_CAP 8192

static enum err_code
failed(const struct ledger *l, const char *what, struct err *e)
{
	return err_set(e, ERR_SYSTEM, "%s: cannot %s: %s", l->path, what,
		       strerror(errno));
}

/* Counts the lines that are there; ends the last one if it is torn. */
static enum err_code
take_over(struct ledger *l, struct err *e)
{
	char chunk[16384];
	char last = '\n';
	ssize_t n;

	while ((n = read(l->fd, chunk, sizeof(chunk))) > 0) {
		for (ssize_t i = 0; i < n; i++)
			l->lines += chunk[i] == '\n';
		last = chunk[n - 1];
	}
	if (n < 0)
		return failed(l, "read", e);
	if (last == '\n')
		return ERR_NONE;
	if (write(l->fd, "\n", 1) != 1)
		return failed(l, "write", e);
	l->lines++;
	return ERR_NONE;
}

enum err_code
ledger_open(struct ledger *l, const char *dir, struct err *e)
{
	*l = (struct ledger){ .fd = -1 };
	if (!fs_join(l->path, dir, "ledger.jsonl"))
		return err_set(e, ERR_LIMIT, "%s: the path is too long", dir);
	l->fd = open(l->path,
		     O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
		     0600);
	if (l->fd < 0)
		return failed(l, "open", e);
	return take_over(l, e);
}

enum err_code
ledger_write(struct ledger *l, const struct ledger_line *line, int64_t wall_ms,
	     struct err *e)
{
	enum err_code code = ERR_NONE;
	char at[CLOCK_TEXT];
	struct jwriter w;
	struct buf out;

	clock_text(at, wall_ms);
	buf_init(&out, LINE_CAP);
	jw_init(&w, &out);
	jw_object(&w, NULL);
	jw_int(&w, "n", ++l->lines);
	jw_text(&w, "at", at);
	jw_text(&w, "surface", line->surface);
	jw_text(&w, "method", line->method);
	jw_text(&w, "path", line->path);
	jw_text(&w, "key", line->key);
	jw_int(&w, "status", line->status);
	jw_text(&w, "effect", line->effect);
	jw_flag(&w, "repeat", line->is_repeat);
	if (line->fault[0] != '\0')
		jw_text(&w, "fault", line->fault);
	jw_object_end(&w);
	buf_char(&out, '\n');
	if (out.cut)
		code = err_set(e, ERR_LIMIT, "%s: a line of over %d bytes",
			       l->path, LINE_CAP);
	else if (write(l->fd, out.data, out.len) != (ssize_t)out.len)
		code = failed(l, "write", e);
	buf_clear(&out);
	return code;
}

void
ledger_close(struct ledger *l)
{
	if (l->fd >= 0)
		close(l->fd);
	l->fd = -1;
}
