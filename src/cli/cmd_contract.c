/* contract - judges documents against a JSON Schema, offline. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fsio.h"
#include "base/jscan.h"
#include "base/json.h"
#include "base/str.h"
#include "base/text.h"
#include "cli/cli.h"
#include "conf/jschema.h"

#define OUTPUT_CAP ((size_t)4 * 1024 * 1024)

/* One judging of one document; the document's texts are borrowed. */
struct hearing {
	const struct cli_command *self;
	const struct jschema *schema;
	const char *name; /* of the document, clean */
	struct jwriter *json;
	struct buf *out;
};

static enum err_code
read_stdin(struct buf *out, struct err *e)
{
	char part[65536];
	ssize_t n;

	buf_init(out, JTREE_MOST);
	while ((n = read(STDIN_FILENO, part, sizeof(part))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(e, ERR_SYSTEM, "stdin: %s",
				       strerror(errno));
		if (!buf_add(out, part, (size_t)n))
			return err_set(e, ERR_LIMIT, "stdin: more than 64 MiB");
	}
	return ERR_NONE;
}

static enum err_code
read_text(struct buf *out, const char *path, size_t cap, struct err *e)
{
	if (str_same(path, "-"))
		return read_stdin(out, e);
	return fs_read(out, path, cap, e);
}

/* Lines and columns of findings, which come nearly in the order of the text:
 * each is counted on from the one before. */
struct place_finder {
	const char *text;
	size_t at;
	int line, column;
};

static void
find_place(struct place_finder *p, size_t at)
{
	if (at < p->at)
		*p = (struct place_finder){ p->text, 0, 1, 1 };
	for (; p->at < at; p->at++) {
		if (p->text[p->at] == '\n') {
			p->line++;
			p->column = 1;
		} else if (((unsigned char)p->text[p->at] & 0xc0) != 0x80) {
			p->column++;
		}
	}
}

static void
put_one(struct hearing *h, const struct jschema_finding *f,
	const struct place_finder *at)
{
	struct jwriter *w = h->json;

	if (w == NULL) {
		buf_printf(h->out, "%s:%d:%d: error: %s at \"%s\" [%s]\n",
			   h->name, at->line, at->column, f->text, f->pointer,
			   f->rule);
		return;
	}
	jw_object(w, NULL);
	jw_int(w, "line", at->line);
	jw_int(w, "column", at->column);
	jw_text(w, "instance", f->pointer);
	jw_text(w, "keyword", f->keyword);
	jw_text(w, "rule", f->rule);
	jw_text(w, "text", f->text);
	jw_object_end(w);
}

static void
put_findings(struct hearing *h, const struct jtree *doc,
	     const struct jschema_findings *f)
{
	struct place_finder at = { doc->text, 0, 1, 1 };

	if (h->json != NULL)
		jw_array(h->json, "findings");
	for (size_t i = 0; i < f->count; i++) {
		find_place(&at, f->items[i].at);
		put_one(h, &f->items[i], &at);
	}
	if (h->json != NULL)
		jw_array_end(h->json);
	else if (f->total > f->count)
		buf_printf(h->out, "%s: and %zu more\n", h->name,
			   f->total - f->count);
}

static int
judge_text(struct hearing *h, const struct buf *text)
{
	struct jschema_findings f = { 0 };
	struct jtree doc = { 0 };
	int code = EXIT_USAGE, line, column;

	if (!jtree_read(&doc, buf_str(text), text->len)) {
		jscan_place(doc.text, doc.at, &line, &column);
		fprintf(stderr, "%s:%d:%d: error: %s [json]\n", h->name, line,
			column, doc.why);
		if (h->json != NULL)
			jw_text(h->json, "error", doc.why);
	} else {
		bool valid = jschema_judge(h->schema, &doc, &f);

		code = valid ? EXIT_GO : EXIT_NO_GO;
		if (h->json != NULL)
			jw_flag(h->json, "valid", valid);
		put_findings(h, &doc, &f);
	}
	jschema_findings_clear(&f);
	jtree_clear(&doc);
	return code;
}

static int
judge_file(struct hearing *h, const char *path)
{
	char name[300];
	struct buf text;
	struct err e;
	int code;

	text_clean(name, sizeof(name), str_same(path, "-") ? "stdin" : path,
		   strlen(str_same(path, "-") ? "stdin" : path));
	h->name = name;
	if (h->json != NULL) {
		jw_object(h->json, NULL);
		jw_text(h->json, "document", name);
	}
	if (read_text(&text, path, JTREE_MOST, &e) != ERR_NONE) {
		code = cli_fail(h->self, EXIT_USAGE, "%s", e.text);
		if (h->json != NULL)
			jw_text(h->json, "error", e.text);
	} else {
		code = judge_text(h, &text);
	}
	if (h->json != NULL)
		jw_object_end(h->json);
	buf_clear(&text);
	return code;
}

static int
judge_all(struct hearing *h, const struct cli_args *args)
{
	bool is_json = cli_has(h->self, args, "json");
	int worst = EXIT_GO;
	struct jwriter w;
	struct buf out;

	buf_init(&out, OUTPUT_CAP);
	h->out = &out;
	for (int i = 1; i < args->count; i++) {
		int code;

		buf_reset(&out);
		jw_init(&w, &out);
		h->json = is_json ? &w : NULL;
		code = judge_file(h, args->operands[i]);
		if (is_json)
			buf_char(&out, '\n');
		cli_print(&out);
		worst = code > worst ? code : worst;
	}
	buf_clear(&out);
	return worst;
}

/* Prints why not and returns NULL. */
static struct jschema *
load_schema(const struct cli_command *self, const char *path)
{
	struct jschema *schema = NULL;
	struct buf text;
	struct err e;
	size_t at;

	if (fs_read(&text, path, JSCHEMA_MOST, &e) != ERR_NONE) {
		cli_fail(self, EXIT_USAGE, "%s", e.text);
	} else if (jschema_compile(&schema, buf_str(&text), text.len, NULL, 0,
				   &at, &e) != ERR_NONE) {
		char name[300];
		int line, column;

		text_clean(name, sizeof(name), path, strlen(path));
		jscan_place(buf_str(&text), at, &line, &column);
		fprintf(stderr, "%s:%d:%d: error: %s [schema]\n", name, line,
			column, e.text);
	}
	buf_clear(&text);
	return schema;
}

static int
run(const struct cli_command *self, const struct cli_args *args)
{
	struct hearing h = { .self = self };
	struct jschema *schema = load_schema(self, args->operands[0]);
	int code = EXIT_USAGE;

	if (schema != NULL) {
		h.schema = schema;
		code = judge_all(&h, args);
	}
	jschema_free(schema);
	return code;
}

static const struct cli_option options[] = {
	{ "json", NULL, "one JSON object for each document" },
	{ NULL, NULL, NULL },
};

const struct cli_command cli_contract = {
	.name = "contract",
	.operands = "SCHEMA DOC...",
	.help = "judge documents against a JSON Schema",
	.least = 2,
	.most = -1,
	.is_offline = true,
	.options = options,
	.run = run,
};
