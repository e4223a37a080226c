/* log - what the program says about itself, for `--trace` and for bugs. */
#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/redact.h"
#include "base/str.h"
#include "base/text.h"

#define LINE_MAX_BYTES 4096

/* Written by log_open() before threads start, only read afterwards. */
struct log_sink {
	char words[256]; /* space separated */
	int fd;
	bool all;
	bool on;
};

static struct log_sink sink;

void
log_open(const char *words, int fd)
{
	sink.on = false;
	if (words == NULL || words[0] == '\0' || fd < 0)
		return;
	str_copy(sink.words, sizeof(sink.words), words);
	for (char *p = sink.words; *p != '\0'; p++)
		if (*p == ',')
			*p = ' ';
	sink.all = str_in_words(sink.words, "all");
	sink.fd = fd;
	sink.on = true;
}

bool
log_wants(const char *component)
{
	return sink.on && (sink.all || str_in_words(sink.words, component));
}

static void
write_all(const char *p, size_t len)
{
	while (len > 0) {
		ssize_t n = write(sink.fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return; /* a trace that cannot be written is lost */
		p += n;
		len -= (size_t)n;
	}
}

void
log_line(const char *component, const char *fmt, ...)
{
	char at[CLOCK_TEXT];
	char clean[LINE_MAX_BYTES];
	struct buf said, line;
	va_list args;

	if (!log_wants(component))
		return;
	buf_init(&said, LINE_MAX_BYTES);
	buf_init(&line, (size_t)2 * LINE_MAX_BYTES);
	va_start(args, fmt);
	if (!buf_vprintf(&said, fmt, args))
		buf_reset(&said);
	va_end(args);
	redact_buf(&said);
	text_clean(clean, sizeof(clean), buf_str(&said), said.len);
	clock_text(at, clock_wall_ms());
	buf_printf(&line, "%s %s: %s\n", at, component, clean);
	write_all(buf_str(&line), line.len); /* one write: lines stay whole */
	buf_clear(&line);
	buf_clear(&said);
}
