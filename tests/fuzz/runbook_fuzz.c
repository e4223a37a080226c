/*
 * runbook_fuzz - any bytes as a runbook, a theme or a manifest in YAML.
 *
 * Exercises src/conf from the bytes to the book.  Beyond "no crash": there is
 * a tree or a finding, a book comes only without errors, findings are one
 * clean line each, and its needs point at steps.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "conf/runbook.h"
#include "conf/theme_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct param params[] = {
	{ .name = "endpoint", .type = PARAM_ENDPOINT },
	{ .name = "method",
	  .type = PARAM_WORD,
	  .choices = "GET PUT",
	  .fallback = "GET" },
	{ .name = "path", .type = PARAM_PATH },
	{ .name = "headers", .type = PARAM_MAP },
	{ .name = "expect", .type = PARAM_MAP },
	{ .name = "list", .type = PARAM_LIST },
	{ .name = "body", .type = PARAM_JSON },
	{ .name = "for", .type = PARAM_DURATION },
	{ .name = "n", .type = PARAM_INTEGER },
	{ .name = "x", .type = PARAM_NUMBER },
	{ .name = "flag", .type = PARAM_FLAG },
	{ .name = "verify",
	  .type = PARAM_GROUP,
	  .inside = (const struct param[]){ { .name = "pointer",
					      .type = PARAM_POINTER },
					    { .name = NULL } } },
	{ .name = NULL },
};
static const struct kind_spec http = { "http", "a request", params, "status" };
static const struct kind_spec wait_kind = { "wait", "a wait", params, NULL };
static const struct kind_spec dns = { "dns", "a record", params, "ttl" };

static void
check_findings(const struct findings *f)
{
	for (size_t i = 0; i < f->count; i++) {
		const char *text = f->items[i].text;
		char clean[sizeof(f->items[i].text)];

		assert(text[0] != '\0' && f->items[i].rule[0] != '\0');
		assert(text_clean(clean, sizeof(clean), text, strlen(text)));
		assert(strcmp(clean, text) == 0);
	}
}

static void
check_book(const struct book *b)
{
	for (size_t i = 0; i < b->step_count; i++)
		for (size_t k = 0; k < b->steps[i].need_count; k++)
			assert(b->steps[i].needs[k] >= 0 &&
			       (size_t)b->steps[i].needs[k] < b->step_count);
	for (size_t i = 0; i < b->probe_count; i++)
		assert(b->probes[i].kind[0] != '\0');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct conf_kinds kinds = {
		.probes =
			(const struct kind_spec *const[]){ &http, &dns, NULL },
		.steps = (const struct kind_spec *const[]){ &http, &dns,
							    &wait_kind, NULL },
		.advises = true,
	};
	struct findings f = { 0 };
	struct book *b = NULL;
	struct theme theme;
	struct doc d;

	doc_parse(&d, "fuzz.yaml", (const char *)data, size, &f);
	assert(d.root != NULL || f.errors > 0);
	if (d.root != NULL) {
		runbook_load(&b, &d, &kinds, &f);
		assert((b == NULL) == (f.errors > 0));
		if (b != NULL)
			check_book(b);
		theme_read(&theme, &(struct site){ d.file, &f }, d.root);
	}
	findings_sort(&f);
	check_findings(&f);
	book_drop(b);
	findings_clear(&f);
	doc_clear(&d);
	return 0;
}
