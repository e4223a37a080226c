/* verify - checks the chain of a room's journal, record by record. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/digest.h"
#include "base/json.h"
#include "base/str.h"
#include "cli/cli.h"
#include "journal/journal.h"

#define HEAD_LEAST 12 /* digits that a console shows */

static enum err_code
look(void *ctx, const struct record *r, struct err *e)
{
	(void)ctx;
	(void)r;
	(void)e;
	return ERR_NONE;
}

static void
print_json(const struct journal_report *report, int code, const char *why)
{
	struct jwriter w;
	struct buf out;

	buf_init(&out, 4096);
	jw_init(&w, &out);
	jw_object(&w, NULL);
	jw_int(&w, "schema_version", 1);
	jw_flag(&w, "valid", code == EXIT_GO);
	jw_int(&w, "records", report->records);
	jw_text(&w, "head", report->head);
	jw_flag(&w, "torn", report->torn);
	jw_int(&w, "torn_bytes", report->torn_bytes);
	if (report->bad_record > 0) {
		jw_int(&w, "bad_record", report->bad_record);
		jw_int(&w, "bad_offset", report->bad_offset);
	}
	if (code != EXIT_GO)
		jw_text(&w, "why", why);
	jw_object_end(&w);
	buf_char(&out, '\n');
	cli_print(&out);
	buf_clear(&out);
}

/* As much of one as a screen shows, or more. */
static bool
is_head(const char *text)
{
	size_t len = strlen(text);

	return len >= HEAD_LEAST && len < DIGEST_HEX &&
	       strspn(text, "0123456789abcdef") == len;
}

static int
run(const struct cli_command *self, const struct cli_args *args)
{
	const char *expected = cli_value(self, args, "expect-head");
	struct journal_report report = { 0 };
	struct err e = { .code = ERR_NONE };
	enum err_code c;
	int code = EXIT_GO;

	if (expected != NULL && !is_head(expected))
		return cli_fail(self, EXIT_USAGE,
				"--expect-head \"%.80s\": a head is 64 "
				"hexadecimal digits; the first %d of them do",
				expected, HEAD_LEAST);
	c = journal_read(args->operands[0], look, NULL, &report, &e);
	if (c != ERR_NONE)
		code = c == ERR_DAMAGED ? EXIT_NO_GO : cli_code_of(c);
	if (code == EXIT_GO && report.records == 0) {
		err_set(&e, ERR_DAMAGED,
			"it has no record: nothing is proved by it");
		code = EXIT_NO_GO;
	}
	if (code == EXIT_GO && expected != NULL &&
	    !str_starts(report.head, expected)) {
		err_set(&e, ERR_DAMAGED,
			"the head is %s, not %s: records are missing at the "
			"end or it is another journal",
			report.head, expected);
		code = EXIT_NO_GO;
	}
	if (cli_has(self, args, "json"))
		print_json(&report, code, e.text);
	if (code != EXIT_GO)
		return cli_fail(self, code, "%s", e.text);
	if (cli_has(self, args, "json"))
		return code;
	printf("valid: %" PRId64 " records, head %s\n", report.records,
	       report.head);
	if (report.torn)
		printf("torn tail: %" PRId64 " bytes after the last whole "
		       "record; the next start cuts them off\n",
		       report.torn_bytes);
	return code;
}

static const struct cli_option options[] = {
	{ "expect-head", "HASH", "refuse any other last record" },
	{ "json", NULL, "one JSON object on stdout" },
	{ NULL, NULL, NULL },
};

const struct cli_command cli_verify = {
	.name = "verify",
	.operands = "ROOM|JOURNAL",
	.help = "check the chain of a journal, record by record",
	.least = 1,
	.most = 1,
	.options = options,
	.run = run,
};
