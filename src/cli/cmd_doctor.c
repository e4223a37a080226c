/* doctor - terminal, host, secrets, endpoints: what would bite tonight. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/redact.h"
#include "base/str.h"
#include "base/text.h"
#include "cli/bind.h"
#include "cli/doctor.h"

static const char *const words[] = {
	[DOCTOR_OK] = "ok",
	[DOCTOR_WARN] = "warn",
	[DOCTOR_CANNOT] = "cannot",
};

static void
put_clean(char *to, size_t size, const char *text)
{
	char bytes[600];

	str_copy(bytes, sizeof(bytes), text);
	redact_text(bytes, sizeof(bytes));
	text_clean(to, size, bytes, strlen(bytes));
}

void
doctor_say(struct doctor *d, enum doctor_word word, const char *check,
	   const char *next, const char *found, ...)
{
	struct doctor_line *line;
	struct buf text;
	va_list args;

	if (d->count == d->room) {
		d->room = d->room == 0 ? 32 : d->room * 2;
		d->lines = mem_grow(d->lines, d->room, sizeof(*d->lines));
	}
	line = &d->lines[d->count++];
	memset(line, 0, sizeof(*line));
	buf_init(&text, 4096);
	va_start(args, found);
	buf_vprintf(&text, found, args);
	va_end(args);
	line->word = word;
	put_clean(line->check, sizeof(line->check), check);
	put_clean(line->found, sizeof(line->found), buf_str(&text));
	put_clean(line->next, sizeof(line->next), next);
	buf_clear(&text);
}

static size_t
count_of(const struct doctor *d, enum doctor_word word)
{
	size_t n = 0;

	for (size_t i = 0; i < d->count; i++)
		n += d->lines[i].word == word;
	return n;
}

static void
write_text(struct buf *out, const struct doctor *d)
{
	for (size_t i = 0; i < d->count; i++) {
		const struct doctor_line *l = &d->lines[i];

		buf_printf(out, "%-6s %-20s %s%s%s\n", words[l->word], l->check,
			   l->found, l->next[0] != '\0' ? ": " : "", l->next);
	}
	buf_printf(out, "%zu cannot work, %zu would be worse than need be\n",
		   count_of(d, DOCTOR_CANNOT), count_of(d, DOCTOR_WARN));
}

static void
write_json(struct buf *out, const struct doctor *d)
{
	struct jwriter w;

	jw_init(&w, out);
	jw_object(&w, NULL);
	jw_int(&w, "schema_version", 1);
	jw_int(&w, "cannot", (int64_t)count_of(d, DOCTOR_CANNOT));
	jw_int(&w, "warn", (int64_t)count_of(d, DOCTOR_WARN));
	jw_array(&w, "checks");
	for (size_t i = 0; i < d->count; i++) {
		const struct doctor_line *l = &d->lines[i];

		jw_object(&w, NULL);
		jw_text(&w, "check", l->check);
		jw_text(&w, "says", words[l->word]);
		jw_text(&w, "found", l->found);
		jw_text(&w, "next", l->next);
		jw_object_end(&w);
	}
	jw_array_end(&w);
	jw_object_end(&w);
	buf_char(out, '\n');
}

/* The runbook with its endpoints, without the secrets that doctor_book()
 * judges.  -1 or the exit code. */
static int
open_book(const struct cli_command *self, const struct cli_args *args,
	  struct session *s)
{
	const char *twin = cli_value(self, args, "twin");
	struct err e = { .code = ERR_NONE };
	int code;

	if (args->count == 0) {
		if (twin == NULL)
			return -1;
		return cli_fail(self, EXIT_USAGE,
				"--twin is for the endpoints of a RUNBOOK");
	}
	code = load_book(self, args->operands[0], &s->book);
	if (code < 0 && twin != NULL &&
	    bind_to_twin(twin, s->book, &s->fence, &e) != ERR_NONE)
		code = cli_fail(self, EXIT_USAGE, "%s", e.text);
	if (code < 0)
		load_ages(s->book);
	return code;
}

static int
run(const struct cli_command *self, const struct cli_args *args)
{
	struct session s = { .book = NULL };
	struct doctor d = { .count = 0 };
	struct buf out;
	int code = open_book(self, args, &s);

	if (code < 0) {
		doctor_host(&d, s.book);
		if (s.book != NULL) {
			doctor_book(&d, s.book);
			doctor_reach(&d, &s);
		}
		buf_init(&out, 4 * 1024 * 1024);
		if (cli_has(self, args, "json"))
			write_json(&out, &d);
		else
			write_text(&out, &d);
		cli_print(&out);
		buf_clear(&out);
		code = count_of(&d, DOCTOR_CANNOT) > 0 ? EXIT_NO_GO : EXIT_GO;
	}
	mem_free(d.lines);
	session_clear(&s);
	return code;
}

static const struct cli_option options[] = {
	{ "json", NULL, "one JSON object on stdout" },
	{ "twin", "DIR", "reach the twin that serves in DIR" },
	{ NULL, NULL, NULL },
};

const struct cli_command cli_doctor = {
	.name = "doctor",
	.operands = "[RUNBOOK]",
	.help = "what would bite tonight, and what to do about it",
	.least = 0,
	.most = 1,
	.options = options,
	.run = run,
};
