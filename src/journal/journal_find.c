/* journal_find - one record of a journal by its number, without reading all. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "journal/chain.h"
#include "journal/journal.h"
#include "journal/place.h"

#define CHUNK 4096

struct file {
	int fd;
	int64_t size;
};

static ssize_t
read_at(const struct file *f, void *to, size_t len, int64_t at)
{
	ssize_t n;

	do
		n = pread(f->fd, to, len, (off_t)at);
	while (n < 0 && errno == EINTR);
	return n;
}

/* The first byte behind the next newline at or behind `from`; the size when
 * there is none. */
static int64_t
behind_newline(const struct file *f, int64_t from)
{
	char bytes[CHUNK];

	while (from < f->size) {
		ssize_t n = read_at(f, bytes, sizeof(bytes), from);
		const char *stop;

		if (n <= 0)
			break;
		stop = memchr(bytes, '\n', (size_t)n);
		if (stop != NULL)
			return from + (stop - bytes) + 1;
		from += n;
	}
	return f->size;
}

/* The number of the record whose line begins at `at`; -1 when none does. */
static int64_t
number_at(const struct file *f, int64_t at)
{
	char bytes[40] = "";
	long long seq = -1;

	if (at >= f->size || read_at(f, bytes, sizeof(bytes) - 1, at) <= 0 ||
	    sscanf(bytes, "{\"seq\":%lld,", &seq) != 1)
		return -1;
	return seq;
}

/* Where the line of record `seq` begins; -1 when it is not there. */
static int64_t
find_line(const struct file *f, int64_t seq)
{
	int64_t low = 0, high = f->size;

	/* A line that begins at `low` is not behind the one wanted. */
	while (high - low > 1) {
		int64_t middle = low + (high - low) / 2;
		int64_t line = behind_newline(f, middle - 1);
		int64_t number = line < high ? number_at(f, line) : -1;

		if (number >= 0 && number <= seq)
			low = line;
		else
			high = middle;
	}
	return number_at(f, low) == seq ? low : -1;
}

static enum err_code
read_line(const struct file *f, int64_t at, int64_t seq, const char *name,
	  struct record *out, struct err *e)
{
	int64_t end = behind_newline(f, at);
	size_t len = (size_t)(end - at - 1);
	char prev[DIGEST_HEX];
	char *line;

	if (end - at < 2 || len > RECORD_CAP)
		return err_set(e, ERR_DAMAGED, "%s: record %lld is no line",
			       name, (long long)seq);
	line = mem_new(len + 1, 1);
	if (read_at(f, line, len, at) != (ssize_t)len)
		err_set(e, ERR_SYSTEM, "%s: cannot read record %lld", name,
			(long long)seq);
	else if (record_read(out, line, len, e) == ERR_NONE) {
		str_copy(prev, sizeof(prev), out->prev);
		if (chain_check(out, line, len, prev, seq, e) != ERR_NONE)
			record_clear(out);
	}
	mem_free(line);
	return e->code;
}

enum err_code
journal_find(const char *path, int64_t seq, struct record *out, struct err *e)
{
	struct file f;
	char name[256];
	struct stat st;
	int64_t at;

	if (place_open(&f.fd, path, name, e) != ERR_NONE)
		return e->code;
	f.size = fstat(f.fd, &st) == 0 ? (int64_t)st.st_size : 0;
	at = find_line(&f, seq);
	if (at < 0)
		err_set(e, ERR_ABSENT, "%s: there is no record %lld", name,
			(long long)seq);
	else
		(void)read_line(&f, at, seq, name, out, e);
	close(f.fd);
	return e->code;
}
