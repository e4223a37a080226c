/*
 * schema_fuzz - any bytes as a schema and a document.
 *
 * The input is the schema's text, a NUL, the document's text.  Exercises
 * src/conf/jtree.c, jnode.c and jschema*.c.  Beyond "no crash": jtree takes
 * what json_parse() takes, a schema that compiles judges, the same twice, and
 * a verdict is "invalid" exactly when there is a finding, each at a place in
 * the document.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "conf/jschema.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Two readers of one grammar: what the stricter takes (no NUL in texts, less
 * depth), the other takes. */
static void
compare_readers(const char *text, size_t len, bool taken)
{
	struct err e;
	struct json *doc = json_parse(text, len, &e);

	assert(doc == NULL || taken);
	json_free(doc);
}

static void
judge(const struct jschema *schema, const char *text, size_t len)
{
	struct jschema_findings f = { 0 };
	struct jtree doc = { 0 };
	bool taken = jtree_read(&doc, text, len);

	compare_readers(text, len, taken);
	if (taken) {
		bool valid = jschema_judge(schema, &doc, &f);

		assert(valid == (f.total == 0));
		assert(valid == jschema_judge(schema, &doc, NULL));
		for (size_t i = 0; i < f.count; i++) {
			assert(f.items[i].at < len);
			assert(f.items[i].text[0] != '\0');
		}
	} else {
		assert(doc.why != NULL && doc.at <= len);
	}
	jschema_findings_clear(&f);
	jtree_clear(&doc);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *cut = size == 0 ? NULL : memchr(data, 0, size);
	size_t len = cut == NULL ? size : (size_t)(cut - data);
	size_t rest = cut == NULL ? 0 : size - len - 1;
	struct jschema *schema;
	struct err e = { 0 };
	size_t at = 0;
	char *text, *doc;

	/* Copies of exact size: reading one byte too many is caught. */
	text = mem_copy(size == 0 ? (const void *)"" : data, len);
	doc = mem_copy(cut == NULL ? (const void *)"" : cut + 1, rest);
	if (jschema_compile(&schema, text, len, NULL, 0, &at, &e) == ERR_NONE) {
		judge(schema, doc, rest);
		jschema_free(schema);
	} else {
		assert(e.code != ERR_NONE && e.text[0] != '\0' && at <= len);
	}
	mem_free(text);
	mem_free(doc);
	return 0;
}
