/* node - a file as a tree in which everything knows its line and column. */
#include "conf/node.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/fsio.h"
#include "base/str.h"

#define SHOWN 48 /* bytes of a value that findings repeat */

static bool
looks_like_json(const char *file, const char *bytes, size_t len)
{
	size_t i = 0;

	if (str_ends(file, ".yaml") || str_ends(file, ".yml"))
		return false;
	while (i < len && strchr(" \t\r\n", bytes[i]) != NULL &&
	       bytes[i] != '\0')
		i++;
	return i < len && (bytes[i] == '{' || bytes[i] == '[');
}

static void
too_large(struct doc *d, size_t cap, struct findings *f)
{
	findings_error(f, (struct place){ .file = d->file }, "too-large",
		       "the file is larger than %zu MiB", cap >> 20);
}

void
doc_parse(struct doc *d, const char *file, const char *bytes, size_t len,
	  struct findings *f)
{
	*d = (struct doc){ 0 };
	buf_init(&d->bytes, 0);
	d->file = arena_text(&d->arena, file, strlen(file));
	/* A byte order mark is no text. */
	if (len >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) {
		bytes += 3;
		len -= 3;
	}
	d->is_json = looks_like_json(file, bytes, len);
	if (d->is_json)
		node_json_parse(d, bytes, len, f);
	else if (len > DOC_YAML_BYTES)
		too_large(d, DOC_YAML_BYTES, f);
	else
		node_yaml_parse(d, bytes, len, f);
}

enum err_code
doc_read(struct doc *d, const char *path, struct findings *f, struct err *e)
{
	struct buf bytes;
	enum err_code code = fs_read(&bytes, path, DOC_JSON_BYTES, e);

	if (code != ERR_NONE) {
		buf_clear(&bytes);
		doc_parse(d, path, "{}", 2, f);
		d->root = NULL;
		if (code == ERR_LIMIT)
			too_large(d, DOC_JSON_BYTES, f);
		else if (code == ERR_INPUT)
			findings_error(f, (struct place){ .file = path },
				       "file", "%s", e->text);
		else
			return code;
		return ERR_NONE;
	}
	doc_parse(d, path, buf_str(&bytes), bytes.len, f);
	d->bytes = bytes;
	return ERR_NONE;
}

void
doc_clear(struct doc *d)
{
	buf_clear(&d->bytes);
	arena_clear(&d->arena);
	*d = (struct doc){ 0 };
}

const struct node *
node_get(const struct node *map, const char *key)
{
	if (map == NULL || map->type != NODE_MAP)
		return NULL;
	for (const struct node *n = map->first; n != NULL; n = n->next)
		if (strcmp(n->key, key) == 0)
			return n;
	return NULL;
}

bool
node_is_empty(const struct node *n)
{
	return n->type == NODE_SCALAR && !n->quoted && n->text[0] == '\0';
}

bool
node_is_plain(const struct node *n, const char *word)
{
	return n->type == NODE_SCALAR && !n->quoted &&
	       strcmp(n->text, word) == 0;
}

bool
node_number(const char *text, double *out)
{
	const char *digits = text + (*text == '-');

	if (digits[0] < '0' || digits[0] > '9')
		return false;
	/* str_to_number() takes "007"; JSON does not. */
	if (digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9')
		return false;
	return str_to_number(text, out);
}

void
node_describe(char *to, size_t size, const struct node *n)
{
	char part[SHOWN];

	if (n->type == NODE_LIST) {
		str_copy(to, size, "a list");
	} else if (n->type == NODE_MAP) {
		str_copy(to, size, "a map");
	} else if (node_is_empty(n)) {
		str_copy(to, size, "nothing");
	} else {
		bool whole = str_copy(part, sizeof(part), n->text);

		str_printf(to, size, "\"%s%s\"", part, whole ? "" : "...");
	}
}

static struct place
value_place(const struct site *s, const struct node *n)
{
	if (n->from != NULL)
		return (struct place){ n->from->file, n->from->line,
				       n->from->column };
	return (struct place){ s->file, n->line, n->column };
}

static struct place
key_place(const struct site *s, const struct node *n)
{
	if (n->key == NULL || n->key_line == 0)
		return value_place(s, n);
	return (struct place){ s->file, n->key_line, n->key_column };
}

/* How `text` came to where it is judged, behind a finding of it; "". */
static void
tell_origin(char *to, size_t size, const struct origin *from)
{
	to[0] = '\0';
	if (from != NULL)
		str_printf(to, size, " (%s of step %d, put into \"%.40s\")",
			   from->what, from->step, from->into);
}

static void report(const struct site *s, const struct node *n, bool at_key,
		   bool is_error, const char *rule, const char *fmt,
		   va_list args) __attribute__((format(printf, 6, 0)));

static void
report(const struct site *s, const struct node *n, bool at_key, bool is_error,
       const char *rule, const char *fmt, va_list args)
{
	struct place at = at_key ? key_place(s, n) : value_place(s, n);
	const struct origin *from = at_key && n->key != NULL ? NULL : n->from;
	char text[1024], origin[128];

	if (from != NULL && from->is_reported)
		return;
	vsnprintf(text, sizeof(text), fmt, args);
	tell_origin(origin, sizeof(origin), from);
	if (is_error)
		findings_error(s->f, at, rule, "%s%s", text, origin);
	else
		findings_warn(s->f, at, rule, "%s%s", text, origin);
}

void
node_error(const struct site *s, const struct node *n, const char *rule,
	   const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	report(s, n, false, true, rule, fmt, args);
	va_end(args);
}

bool
node_has_error(const struct site *s, const struct node *n, const char *rule)
{
	return findings_has_error(s->f, value_place(s, n), rule);
}

void
node_key_error(const struct site *s, const struct node *n, const char *rule,
	       const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	report(s, n, true, true, rule, fmt, args);
	va_end(args);
}

void
node_warn(const struct site *s, const struct node *n, const char *rule,
	  const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	report(s, n, false, false, rule, fmt, args);
	va_end(args);
}

void
node_key_warn(const struct site *s, const struct node *n, const char *rule,
	      const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	report(s, n, true, false, rule, fmt, args);
	va_end(args);
}
