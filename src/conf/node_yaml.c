/*
 * node_yaml - a stated subset of YAML, by libyaml's events.
 *
 * One document; no anchors, aliases, tags, directives or merge keys; keys are
 * scalars.  What YAML and an editor would count or show differently is
 * refused before the parser sees it, so places can be trusted.
 */
#include "conf/node.h"

#include <stdio.h>
#include <string.h>
#include <yaml.h>

#include "base/mem.h"
#include "base/text.h"
#include "conf/build.h"

/* Walks the bytes as an editor counts them. */
struct cursor {
	const char *p, *end;
	int line, column;
};

struct yaml_reader {
	struct builder b;
	struct doc *d;
	struct findings *f;
	const char *bytes;
	size_t len;
	size_t documents;
};

static struct place
cursor_place(const struct doc *d, const struct cursor *c)
{
	return (struct place){ d->file, c->line, c->column };
}

/* Moves over one character and hands it back; -1 for an invalid byte. */
static int32_t
cursor_step(struct cursor *c)
{
	bool is_cr = *c->p == '\r';
	int32_t ch = text_next(&c->p, c->end);

	if (ch == '\n' || (is_cr && (c->p == c->end || *c->p != '\n'))) {
		c->line++;
		c->column = 1;
	} else {
		c->column++;
	}
	return ch;
}

/* Why a character may not stand in a file; NULL when it may. */
static const char *
refusal(int32_t ch, const char **rule)
{
	*rule = "control";
	if (ch < 0) {
		*rule = "utf8";
		return "this byte is not UTF-8: save the file as UTF-8";
	}
	if (ch == 0x2028 || ch == 0x2029 || ch == 0x85) {
		*rule = "line-separator";
		return "YAML ends the line here and editors do not: "
		       "write \\L, \\P or \\N in double quotes, or a newline";
	}
	if ((ch < 0x20 && ch != '\t' && ch != '\n' && ch != '\r') ||
	    (ch >= 0x7f && ch < 0xa0))
		return "a control character: write it as an escape in "
		       "double quotes";
	if ((ch >= 0x202a && ch <= 0x202e) || (ch >= 0x2066 && ch <= 0x2069) ||
	    ch == 0xfeff) {
		*rule = "invisible";
		return "an invisible character that hides what the file says";
	}
	return NULL;
}

static bool
source_is_clean(struct doc *d, const char *bytes, size_t len,
		struct findings *f)
{
	struct cursor c = { bytes, bytes + len, 1, 1 };
	bool is_clean = true;

	while (c.p < c.end) {
		struct place at = cursor_place(d, &c);
		const char *rule, *why;

		why = refusal(cursor_step(&c), &rule);
		if (why != NULL) {
			findings_error(f, at, rule, "%s", why);
			is_clean = false;
			if (findings_full(f))
				break;
		}
	}
	d->work += len;
	return is_clean;
}

static struct place
mark_place(const struct yaml_reader *r, yaml_mark_t mark)
{
	return (struct place){ r->d->file, (int)mark.line + 1,
			       (int)mark.column + 1 };
}

/* Errors of libyaml's reader come without a mark, with a byte offset. */
static struct place
offset_place(const struct yaml_reader *r, size_t offset)
{
	struct cursor c = { r->bytes, r->bytes + r->len, 1, 1 };
	const char *stop = r->bytes + (offset < r->len ? offset : r->len);

	while (c.p < stop)
		cursor_step(&c);
	return cursor_place(r->d, &c);
}

static void
report_syntax(const struct yaml_reader *r, const yaml_parser_t *parser)
{
	const char *problem =
		parser->problem != NULL ? parser->problem : "cannot be read";
	size_t at = parser->problem_mark.index;

	if (parser->error == YAML_READER_ERROR) {
		findings_error(r->f, offset_place(r, parser->problem_offset),
			       "syntax", "%s", problem);
		return;
	}
	/* The index counts characters; it is the byte for ASCII, and a hint
	 * about tabs is all it is for. */
	if (strstr(problem, "cannot start any token") != NULL && at < r->len &&
	    r->bytes[at] == '\t')
		problem = "a tab cannot indent YAML: use blanks";
	if (parser->context != NULL && parser->context_mark.line > 0)
		findings_error(r->f, mark_place(r, parser->problem_mark),
			       "syntax", "%s (%s that began on line %zu)",
			       problem, parser->context,
			       parser->context_mark.line + 1);
	else
		findings_error(r->f, mark_place(r, parser->problem_mark),
			       "syntax", "%s", problem);
}

static void
refuse_extras(const struct yaml_reader *r, const yaml_event_t *ev,
	      const yaml_char_t *anchor, const yaml_char_t *tag)
{
	struct place at = mark_place(r, ev->start_mark);

	if (anchor != NULL)
		findings_error(r->f, at, "anchor",
			       "anchors and aliases are not part of this "
			       "format: write the value out");
	if (tag != NULL)
		findings_error(r->f, at, "tag",
			       "tags are not part of this format: the key "
			       "decides the type");
}

/* The scalar's text in the arena, without what cannot be a text. */
static const char *
scalar_text_of(const struct yaml_reader *r, const yaml_event_t *ev)
{
	const char *text = (const char *)ev->data.scalar.value;
	size_t len = ev->data.scalar.length;
	struct place at = mark_place(r, ev->start_mark);

	if (len > DOC_SCALAR_BYTES) {
		findings_error(r->f, at, "too-large",
			       "a text of more than %u KiB",
			       DOC_SCALAR_BYTES >> 10);
		len = 0;
	}
	if (memchr(text, '\0', len) != NULL) {
		findings_error(r->f, at, "control",
			       "a text cannot hold the character NUL");
		len = strlen(text);
	}
	return arena_text(&r->d->arena, text, len);
}

static bool
on_scalar(struct yaml_reader *r, const yaml_event_t *ev)
{
	struct place at = mark_place(r, ev->start_mark);
	bool quoted = ev->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	const char *text = scalar_text_of(r, ev);

	refuse_extras(r, ev, ev->data.scalar.anchor, ev->data.scalar.tag);
	if (!build_wants_key(&r->b))
		return build_scalar(&r->b, text, quoted, at.line, at.column);
	if (!quoted && strcmp(text, "<<") == 0)
		findings_error(r->f, at, "merge-key",
			       "merge keys are not part of this format: "
			       "write the values out");
	return build_key(&r->b, text, at.line, at.column);
}

static bool
on_alias(struct yaml_reader *r, const yaml_event_t *ev)
{
	struct place at = mark_place(r, ev->start_mark);

	refuse_extras(r, ev, ev->data.alias.anchor, NULL);
	if (build_wants_key(&r->b))
		return build_key(&r->b, "*", at.line, at.column);
	return build_scalar(&r->b, "", true, at.line, at.column);
}

static bool
on_open(struct yaml_reader *r, const yaml_event_t *ev, enum node_type type)
{
	struct place at = mark_place(r, ev->start_mark);

	if (type == NODE_MAP)
		refuse_extras(r, ev, ev->data.mapping_start.anchor,
			      ev->data.mapping_start.tag);
	else
		refuse_extras(r, ev, ev->data.sequence_start.anchor,
			      ev->data.sequence_start.tag);
	if (build_wants_key(&r->b)) {
		findings_error(r->f, at, "syntax",
			       "a key must be one word, not a list or a map "
			       "(a text with braces goes in quotes)");
		return false;
	}
	return build_open(&r->b, type, at.line, at.column);
}

static bool
on_document(struct yaml_reader *r, const yaml_event_t *ev)
{
	struct place at = mark_place(r, ev->start_mark);

	if (ev->data.document_start.version_directive != NULL ||
	    ev->data.document_start.tag_directives.start !=
		    ev->data.document_start.tag_directives.end)
		findings_error(r->f, at, "directive",
			       "directives are not part of this format");
	if (++r->documents == 1)
		return true;
	findings_error(r->f, at, "documents", "one document a file");
	return false;
}

/* False when there is no use going on; the reason has been reported. */
static bool
on_event(struct yaml_reader *r, const yaml_event_t *ev)
{
	switch (ev->type) {
	case YAML_DOCUMENT_START_EVENT:
		return on_document(r, ev);
	case YAML_ALIAS_EVENT:
		return on_alias(r, ev);
	case YAML_SCALAR_EVENT:
		return on_scalar(r, ev);
	case YAML_SEQUENCE_START_EVENT:
		return on_open(r, ev, NODE_LIST);
	case YAML_MAPPING_START_EVENT:
		return on_open(r, ev, NODE_MAP);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		build_close(&r->b);
		return true;
	default:
		return true;
	}
}

/* True when the stream was read to its end. */
static bool
read_events(struct yaml_reader *r, yaml_parser_t *parser)
{
	bool going = true;
	bool at_end = false;

	while (going && !at_end) {
		yaml_event_t ev;

		if (yaml_parser_parse(parser, &ev) == 0) {
			if (parser->error == YAML_MEMORY_ERROR)
				mem_exhausted();
			report_syntax(r, parser);
			return false;
		}
		going = on_event(r, &ev);
		at_end = ev.type == YAML_STREAM_END_EVENT;
		yaml_event_delete(&ev);
	}
	return going;
}

void
node_yaml_parse(struct doc *d, const char *bytes, size_t len,
		struct findings *f)
{
	struct yaml_reader r = { .d = d, .f = f, .bytes = bytes, .len = len };
	yaml_parser_t parser;
	bool is_whole;

	if (!source_is_clean(d, bytes, len, f))
		return;
	if (yaml_parser_initialize(&parser) == 0)
		mem_exhausted();
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)bytes,
				     len);
	build_start(&r.b, d, f, DOC_YAML_NODES);
	is_whole = read_events(&r, &parser);
	build_end(&r.b, is_whole);
	yaml_parser_delete(&parser);
	if (is_whole && d->root == NULL)
		findings_error(f, (struct place){ .file = d->file }, "empty",
			       "the file is empty");
}
