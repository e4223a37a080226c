/*
 * jscan_fuzz - any bytes as JSON text.
 *
 * Exercises src/base/jscan.c, json.c, jwriter.c.  Beyond "no crash": jscan
 * ends, tokens lie inside the text, what json_parse() takes jscan took too,
 * and what is written back reads back.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/jscan.h"
#include "base/json.h"
#include "base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Scans to the end; true when the text is one value. */
static bool
scan(const char *text, size_t len)
{
	struct jscan s;
	char decoded[256];
	double number;
	enum jtok t;

	jscan_init(&s, text, len);
	do {
		size_t before = s.pos;

		t = jscan_next(&s);
		assert(s.pos <= len && s.at <= len && s.depth >= 0);
		assert(t == JTOK_ERROR || t == JTOK_END || s.pos > before);
		if (t == JTOK_STRING || t == JTOK_KEY)
			(void)jscan_string(&s, decoded, sizeof(decoded));
		if (t == JTOK_NUMBER)
			(void)jscan_number(&s, &number);
	} while (t != JTOK_ERROR && t != JTOK_END);
	assert(jscan_next(&s) == t);
	if (t == JTOK_ERROR) {
		int line, column;

		assert(s.why != NULL);
		jscan_place(text, s.at, &line, &column);
	}
	return t == JTOK_END;
}

static void
write_back(struct jwriter *w, const char *key, const struct json *v)
{
	const struct json *child;
	double number = 0;

	switch (json_type(v)) {
	case JSON_OBJECT:
		jw_object(w, key);
		for (child = json_first(v); child; child = json_next(child))
			write_back(w, json_key(child), child);
		jw_object_end(w);
		break;
	case JSON_ARRAY:
		jw_array(w, key);
		for (child = json_first(v); child; child = json_next(child))
			write_back(w, NULL, child);
		jw_array_end(w);
		break;
	case JSON_STRING:
		jw_text(w, key, json_text(v));
		break;
	case JSON_NUMBER:
		assert(json_number(v, &number));
		jw_number(w, key, number);
		break;
	case JSON_TRUE:
	case JSON_FALSE:
		jw_flag(w, key, json_is_true(v));
		break;
	default:
		jw_null(w, key);
		break;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* A copy of exact size: reading one byte too many is caught. */
	char *text = mem_copy(data, size);
	bool is_json = scan(text, size);
	struct err e = { 0 };
	struct json *doc = json_parse(text, size, &e);

	assert(doc == NULL || is_json);
	assert(doc != NULL || e.code != ERR_NONE);
	if (doc != NULL) {
		struct buf first, second;
		struct jwriter w;
		struct json *again;

		buf_init(&first, 1 << 24);
		buf_init(&second, 1 << 24);
		jw_init(&w, &first);
		write_back(&w, NULL, doc);
		again = json_parse(buf_str(&first), first.len, &e);
		assert(again != NULL);
		jw_init(&w, &second);
		write_back(&w, NULL, again);
		assert(strcmp(buf_str(&first), buf_str(&second)) == 0);
		json_free(again);
		buf_clear(&first);
		buf_clear(&second);
	}
	json_free(doc);
	mem_free(text);
	return 0;
}
