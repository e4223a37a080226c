/* node_json - strict JSON as a tree, in one pass over the scanner's tokens. */
#include "conf/node.h"

#include <string.h>

#include "base/jscan.h"
#include "conf/build.h"

struct json_reader {
	struct builder b;
	struct jscan scan;
	struct doc *d;
	struct findings *f;
	/* The place of offset `at`; tokens only move forward, so the whole
	 * text is walked once. */
	size_t at;
	int line, column;
};

static void
walk_to(struct json_reader *r, size_t offset)
{
	const char *p = r->scan.text + r->at;
	const char *end = r->scan.text + offset;
	int column = r->column;

	for (; p < end; p++) {
		if (*p == '\n') {
			r->line++;
			column = 1;
		} else {
			column += ((unsigned char)*p & 0xc0) != 0x80;
		}
	}
	r->d->work += offset - r->at;
	r->column = column;
	r->at = offset;
}

static const char *
token_text(struct json_reader *r)
{
	const struct jscan *s = &r->scan;
	struct place at = { r->d->file, r->line, r->column };
	char *text;

	if (s->raw_len > DOC_SCALAR_BYTES) {
		findings_error(r->f, at, "too-large",
			       "a text of more than %u KiB",
			       DOC_SCALAR_BYTES >> 10);
		return "";
	}
	if (!s->has_escape)
		return arena_text(&r->d->arena, s->raw, s->raw_len);
	/* Decoding never makes a text longer. */
	text = arena_take(&r->d->arena, s->raw_len + 1);
	if (!jscan_string(s, text, s->raw_len + 1))
		findings_error(r->f, at, "control",
			       "a text cannot hold the character NUL");
	return text;
}

static void
report_syntax(struct json_reader *r)
{
	const char *at = r->scan.text + r->scan.at;
	size_t left = r->scan.len - r->scan.at;
	struct place place = { r->d->file, 1, 1 };
	const char *hint = "";

	/* An error may lie before the token it was found with. */
	jscan_place(r->scan.text, r->scan.at, &place.line, &place.column);
	if (left > 0 && (*at == '}' || *at == ']'))
		hint = " (a comma too many?)";
	else if (left > 0 && (*at == 'N' || *at == 'I'))
		hint = " (NaN and Infinity are no JSON numbers)";
	else if (left > 0 && (*at == '/' || *at == '#'))
		hint = " (JSON has no comments)";
	else if (left > 0 && *at == '\'')
		hint = " (JSON quotes are double)";
	findings_error(r->f, place, "syntax", "%s%s", r->scan.why, hint);
}

/* False when there is no use going on; the reason has been reported. */
static bool
on_token(struct json_reader *r, enum jtok t)
{
	walk_to(r, r->scan.at);
	switch (t) {
	case JTOK_OBJECT:
		return build_open(&r->b, NODE_MAP, r->line, r->column);
	case JTOK_ARRAY:
		return build_open(&r->b, NODE_LIST, r->line, r->column);
	case JTOK_OBJECT_END:
	case JTOK_ARRAY_END:
		build_close(&r->b);
		return true;
	case JTOK_KEY:
		return build_key(&r->b, token_text(r), r->line, r->column);
	default:
		return build_scalar(&r->b, token_text(r), t == JTOK_STRING,
				    r->line, r->column);
	}
}

void
node_json_parse(struct doc *d, const char *bytes, size_t len,
		struct findings *f)
{
	struct json_reader r = { .d = d, .f = f, .line = 1, .column = 1 };
	bool going = true;
	enum jtok t;

	jscan_init(&r.scan, bytes, len);
	build_start(&r.b, d, f, DOC_JSON_NODES);
	while (going) {
		t = jscan_next(&r.scan);
		if (t == JTOK_END || t == JTOK_ERROR)
			break;
		going = on_token(&r, t);
	}
	if (going && t == JTOK_ERROR)
		report_syntax(&r);
	build_end(&r.b, going && t == JTOK_END);
}
