/* difference - what moved between two texts of one file. */
#include "conf/difference.h"

#include <string.h>

#include "base/redact.h"
#include "base/str.h"
#include "base/text.h"
#include "conf/node.h"

#define PATH_BYTES 200
#define SHOWN 48
#define LINE_SHOWN 200
#define MATCHED_MOST 2000 /* children looked up by name; more go by place */

struct walk {
	struct buf *out;
	size_t count;
};

static void
say(struct walk *w, const char *path, const char *what)
{
	char line[PATH_BYTES + 3 * SHOWN + 16];

	if (w->count++ >= DIFFERENCE_LINES)
		return;
	str_printf(line, sizeof(line), "%s: %s", path[0] ? path : "file", what);
	redact_text(line, sizeof(line));
	buf_printf(w->out, "%s\n", line);
}

/* A value in few words. */
static void
show(char to[SHOWN], const struct node *n)
{
	char found[4 * SHOWN];

	if (n->type == NODE_SCALAR)
		str_copy(found, sizeof(found),
			 n->text[0] != '\0' ? n->text : "nothing");
	else
		node_describe(found, sizeof(found), n);
	text_clean(to, SHOWN, found, strlen(found));
}

/* What a child is called within its parent. */
static void
name_of(char *to, size_t size, const struct node *n, size_t place)
{
	static const char *const keys[] = { "id", "object" };

	if (n->key != NULL) {
		text_clean(to, size, n->key, strlen(n->key));
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		const struct node *id =
			n->type == NODE_MAP ? node_get(n, keys[i]) : NULL;

		if (id != NULL && id->type == NODE_SCALAR) {
			text_clean(to, size, id->text, strlen(id->text));
			return;
		}
	}
	str_printf(to, size, "%zu", place + 1);
}

/* The child of `in` that is called so; `place` is where it would stand. */
static const struct node *
find(const struct node *in, const char *name, size_t place)
{
	char other[SHOWN];
	size_t at = 0;

	for (const struct node *n = in->first; n != NULL; n = n->next, at++) {
		if (in->count > MATCHED_MOST && at != place)
			continue;
		name_of(other, sizeof(other), n, at);
		if (strcmp(other, name) == 0)
			return n;
	}
	return NULL;
}

static void walk_values(struct walk *w, const char *path,
			const struct node *before, const struct node *after);

/* Children of `from` and what became of them in `to`. */
static void
walk_children(struct walk *w, const char *path, const struct node *from,
	      const struct node *to, bool is_new)
{
	char name[SHOWN], below[PATH_BYTES];
	size_t place = 0;

	for (const struct node *n = from->first; n != NULL;
	     n = n->next, place++) {
		const struct node *other;

		name_of(name, sizeof(name), n, place);
		str_printf(below, sizeof(below), "%s%s%s", path,
			   path[0] ? "." : "", name);
		other = find(to, name, place);
		if (other == NULL)
			say(w, below, is_new ? "added" : "removed");
		else if (!is_new)
			walk_values(w, below, n, other);
	}
}

static void
walk_values(struct walk *w, const char *path, const struct node *before,
	    const struct node *after)
{
	char was[SHOWN], is[SHOWN], line[2 * SHOWN + 8];

	if (before->type != after->type || before->type == NODE_SCALAR) {
		if (before->type == after->type &&
		    before->quoted == after->quoted &&
		    strcmp(before->text, after->text) == 0)
			return;
		show(was, before);
		show(is, after);
		str_printf(line, sizeof(line), "%s -> %s", was, is);
		say(w, path, line);
		return;
	}
	walk_children(w, path, before, after, false);
	walk_children(w, path, after, before, true);
}

/* A text by its lines; what both begin and end with is passed over. */
struct lines {
	const char *text;
	size_t len;
	size_t first; /* number of the first line, from 1 */
};

static size_t
line_end(const struct lines *l)
{
	const char *end = l->len > 0 ? memchr(l->text, '\n', l->len) : NULL;

	return end != NULL ? (size_t)(end - l->text) + 1 : l->len;
}

static void
drop_common(struct lines *a, struct lines *b)
{
	size_t n = line_end(a);

	while (n > 0 && n == line_end(b) && memcmp(a->text, b->text, n) == 0) {
		*a = (struct lines){ a->text + n, a->len - n, a->first + 1 };
		*b = (struct lines){ b->text + n, b->len - n, b->first + 1 };
		n = line_end(a);
	}
	/* At the end, whole lines only. */
	n = 0;
	for (size_t i = 1; i <= a->len && i <= b->len &&
			   a->text[a->len - i] == b->text[b->len - i];
	     i++) {
		bool a_begins = i == a->len || a->text[a->len - i - 1] == '\n';
		bool b_begins = i == b->len || b->text[b->len - i - 1] == '\n';

		if (a_begins && b_begins)
			n = i;
	}
	a->len -= n;
	b->len -= n;
}

static void
say_lines(struct walk *w, struct lines l, const char *word)
{
	char line[LINE_SHOWN];

	while (l.len > 0) {
		size_t n = line_end(&l);

		if (w->count++ < DIFFERENCE_LINES) {
			redact_clean(line, sizeof(line), l.text,
				     n - (l.text[n - 1] == '\n'));
			buf_printf(w->out, "line %zu %s: %s\n", l.first, word,
				   line);
		}
		l = (struct lines){ l.text + n, l.len - n, l.first + 1 };
	}
}

static void
walk_lines(struct walk *w, struct lines before, struct lines after)
{
	drop_common(&before, &after);
	say_lines(w, before, "was");
	say_lines(w, after, "is now");
}

static void
say_rest(const struct walk *w)
{
	if (w->count > DIFFERENCE_LINES)
		buf_printf(w->out, "and %zu more\n",
			   w->count - DIFFERENCE_LINES);
}

size_t
conf_difference(struct buf *out, const char *before, size_t before_len,
		const char *after, size_t after_len)
{
	struct walk w = { .out = out }, by_line = { .out = out };
	struct findings ignored = { 0 };
	struct doc old, new;
	bool was_tree;

	doc_parse(&old, "before", before, before_len, &ignored);
	doc_parse(&new, "after", after, after_len, &ignored);
	was_tree = old.root != NULL && old.root->type != NODE_SCALAR;
	if (was_tree && new.root != NULL) {
		walk_values(&w, "", old.root, new.root);
		say_rest(&w);
	} else {
		if (was_tree)
			say(&w, "", "cannot be read any more");
		walk_lines(&by_line, (struct lines){ before, before_len, 1 },
			   (struct lines){ after, after_len, 1 });
		say_rest(&by_line);
	}
	doc_clear(&old);
	doc_clear(&new);
	findings_clear(&ignored);
	return was_tree ? w.count : by_line.count;
}
