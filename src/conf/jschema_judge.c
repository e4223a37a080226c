/* jschema_judge - the way through a schema, and what is said on it. */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/redact.h"
#include "base/str.h"
#include "base/text.h"
#include "conf/jschema_make.h"

#define DEPTH_MOST 1000	    /* subschemas inside one another */
#define STEPS_MOST 20000000 /* subschemas asked for one document */
#define SHOWN 48	    /* bytes of a value in a sentence */

void
jnode_pointer(struct buf *out, const struct jtree *tree, const struct jnode *v)
{
	const struct jnode *at = tree->nodes;

	assert(v >= at && v < at + tree->count);
	while (at != v) {
		const struct jnode *child = at + 1;
		size_t index = 0;

		for (; v >= jnode_next(child); index++)
			child = jnode_next(child);
		buf_char(out, '/');
		if (child->key == NULL)
			buf_printf(out, "%zu", index);
		for (uint32_t i = 0; i < child->key_len; i++) {
			if (child->key[i] == '~' || child->key[i] == '/')
				buf_text(out,
					 child->key[i] == '~' ? "~0" : "~1");
			else
				buf_char(out, child->key[i]);
		}
		at = child;
	}
}

static bool
is_in(const struct jtree *tree, const struct jnode *v)
{
	return v >= tree->nodes && v < tree->nodes + tree->count;
}

static void
put_pointer(char *to, size_t size, const char *before, const struct jtree *tree,
	    const struct jnode *v, const char *after)
{
	struct buf b;

	buf_init(&b, 4096);
	buf_text(&b, before);
	jnode_pointer(&b, tree, v);
	if (after != NULL)
		buf_printf(&b, "/%s", after);
	text_clean(to, size, buf_str(&b), b.len);
	buf_clear(&b);
}

static void
keep(struct trial *t, const char *keyword, const struct jnode *v,
     const char *text)
{
	struct jschema_findings *out = t->out;
	const struct resource *r = t->sub->resource;
	struct jschema_finding *f;

	if (out->total++ >= JSCHEMA_FINDINGS)
		return;
	if ((out->count & (out->count - 1)) == 0)
		out->items = mem_grow(out->items,
				      out->count == 0 ? 1 : out->count * 2,
				      sizeof(*out->items));
	f = &out->items[out->count++];
	if (!is_in(t->doc, v))
		v = t->member;
	f->at = v->at;
	put_pointer(f->pointer, sizeof(f->pointer), "", t->doc, v, NULL);
	put_pointer(f->keyword, sizeof(f->keyword),
		    r->source->next == NULL ? "" : r->source->uri,
		    &r->source->tree, t->sub->node, keyword);
	if (keyword == NULL) { /* `false` where a keyword has a schema */
		const struct keyword *k = jschema_keyword(t->sub->node);

		keyword = k == NULL ? "false" : k->name;
	}
	str_copy(f->rule, sizeof(f->rule), keyword);
	text_clean(f->text, sizeof(f->text), text, strlen(text));
}

bool
trial_is_quiet(const struct trial *t)
{
	return t->quiet > 0 || t->out == NULL;
}

bool
trial_say(struct trial *t, const char *keyword, const struct jnode *v,
	  const char *fmt, ...)
{
	char text[640];
	va_list args;

	if (trial_is_quiet(t))
		return false;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	keep(t, keyword, v, text);
	return false;
}

bool
trial_give_up(struct trial *t, const char *keyword, const struct jnode *v,
	      const char *why)
{
	if (t->gave_up)
		return false;
	t->gave_up = true;
	if (t->out == NULL)
		return false;
	keep(t, keyword, v, why);
	if (t->out->total <= JSCHEMA_FINDINGS)
		str_copy(t->out->items[t->out->count - 1].rule,
			 sizeof(t->out->items[0].rule), "limit");
	return false;
}

const char *
trial_show(const struct trial *t, char to[96], const struct jnode *v)
{
	char raw[512];
	bool is_text = v->kind == JKIND_STRING;
	size_t len = v->len;
	const char *from = v->text;

	if (v->kind == JKIND_ARRAY || v->kind == JKIND_OBJECT) {
		str_printf(to, 96, "%s of %u", jkind_words(v->kind), v->len);
		return to;
	}
	if (v->kind == JKIND_NUMBER)
		from = is_in(t->doc, v) ? t->doc->text + v->at : "a number";
	else if (!is_text)
		from = jkind_words(v->kind);
	if (!is_text && v->kind != JKIND_NUMBER)
		len = strlen(from);
	/* A secret may begin in what is shown and end beyond it. */
	str_copy_n(raw, sizeof(raw), from,
		   len < sizeof(raw) ? len : sizeof(raw) - 1);
	redact_text(raw, sizeof(raw));
	to[0] = '"';
	text_clean(to + is_text, SHOWN, raw, strlen(raw));
	if (is_text)
		str_printf(to + strlen(to), 96 - strlen(to), "%s\"",
			   len > SHOWN - 1 ? "..." : "");
	return to;
}

static struct marks *
new_marks(struct marks *m, const struct jnode *v)
{
	m->bits = mem_new((v->len + 63) / 64 + 1, sizeof(uint64_t));
	return m;
}

static void
merge_marks(struct marks *to, const struct marks *from, const struct jnode *v)
{
	for (uint32_t i = 0; i < (v->len + 63) / 64; i++)
		to->bits[i] |= from->bits[i];
}

static bool
run_checks(struct trial *t, const struct sub *s, const struct jnode *v,
	   struct marks *marks)
{
	unsigned bit = KIND_BIT(v->kind);
	bool good = true;

	for (uint32_t i = 0; i < s->count; i++) {
		const struct check *c = &s->checks[i];

		if ((c->kinds & bit) == 0 || c->judge(t, c, v, marks))
			continue;
		good = false;
		if (t->gave_up || trial_is_quiet(t))
			return false;
	}
	return good;
}

/* Keeps account of what was looked at, for its own unevaluated… or for that
 * of a schema further out. */
static bool
run_marked(struct trial *t, const struct sub *s, const struct jnode *v,
	   struct marks *outer)
{
	struct marks mine;
	bool good;

	if (v->kind != JKIND_ARRAY && v->kind != JKIND_OBJECT)
		return run_checks(t, s, v, NULL);
	new_marks(&mine, v);
	good = run_checks(t, s, v, &mine);
	if (good && outer != NULL)
		merge_marks(outer, &mine, v);
	mem_free(mine.bits);
	return good;
}

bool
judge_sub(struct trial *t, const struct sub *s, const struct jnode *v,
	  struct marks *marks)
{
	const struct sub *before = t->sub;
	struct scope scope = { t->scope, s->resource };
	const struct scope *outer = t->scope;
	bool good;

	t->sub = s;
	if (++t->steps > STEPS_MOST)
		return trial_give_up(t, NULL, v,
				     "judging this document takes more than "
				     "20000000 steps");
	if (s->never) {
		trial_say(t, NULL, v, "%s",
			  v->key != NULL
				  ? "no member of this name may stand here"
				  : "nothing may stand here");
		t->sub = before;
		return false;
	}
	if (++t->depth > DEPTH_MOST)
		return trial_give_up(t, NULL, v,
				     "the schema refers to itself more than "
				     "1000 deep");
	if (t->schema->has_dynamic &&
	    (outer == NULL || outer->resource != s->resource))
		t->scope = &scope;
	if (marks != NULL || s->wants_all)
		good = run_marked(t, s, v, marks);
	else
		good = run_checks(t, s, v, NULL);
	t->scope = outer;
	t->depth--;
	t->sub = before;
	return good;
}

bool
jschema_judge(const struct jschema *s, const struct jtree *doc,
	      struct jschema_findings *out)
{
	struct trial t = { .schema = s, .doc = doc, .out = out };
	bool good;

	assert(doc->count > 0);
	good = judge_sub(&t, s->root, doc->nodes, NULL);
	pattern_trial_end(&t);
	return good && !t.gave_up;
}

void
jschema_findings_clear(struct jschema_findings *f)
{
	mem_free(f->items);
	*f = (struct jschema_findings){ 0 };
}

/* ---- references and alternatives ---- */

bool
judge_ref(struct trial *t, const struct check *c, const struct jnode *v,
	  struct marks *marks)
{
	return judge_sub(t, c->sub, v, marks);
}

/* The outermost schema on the way that has the anchor (2020-12, 8.2.3.2). */
bool
judge_dynamic(struct trial *t, const struct check *c, const struct jnode *v,
	      struct marks *marks)
{
	const struct sub *target = c->sub;
	size_t len = strlen(c->anchor);

	for (const struct scope *s = t->scope; s != NULL; s = s->up)
		for (const struct anchor *a = s->resource->anchors; a != NULL;
		     a = a->next)
			if (a->is_dynamic && a->node->len == len &&
			    memcmp(a->node->text, c->anchor, len) == 0)
				target = a->sub;
	return judge_sub(t, target, v, marks);
}

bool
judge_all(struct trial *t, const struct check *c, const struct jnode *v,
	  struct marks *marks)
{
	bool good = true;

	for (size_t i = 0; i < c->count; i++)
		if (!judge_sub(t, c->list[i], v, marks)) {
			good = false;
			if (t->gave_up || trial_is_quiet(t))
				return false;
		}
	return good;
}

/* How many of the alternatives fit; no more than `enough` are looked for. */
static size_t
count_fits(struct trial *t, const struct check *c, const struct jnode *v,
	   struct marks *marks, size_t enough)
{
	size_t fits = 0;

	t->quiet++;
	for (size_t i = 0; i < c->count && fits < enough && !t->gave_up; i++)
		fits += judge_sub(t, c->list[i], v, marks);
	t->quiet--;
	return fits;
}

bool
judge_any(struct trial *t, const struct check *c, const struct jnode *v,
	  struct marks *marks)
{
	/* Every one that fits speaks about members. */
	size_t enough = marks != NULL ? c->count : 1;
	char shown[96];

	if (count_fits(t, c, v, marks, enough) > 0 || t->gave_up)
		return !t->gave_up;
	if (trial_is_quiet(t))
		return false;
	if (c->count == 1)
		return judge_sub(t, c->list[0], v, NULL);
	return trial_say(t, "anyOf", v, "%s fits none of the %zu alternatives",
			 trial_show(t, shown, v), c->count);
}

bool
judge_one(struct trial *t, const struct check *c, const struct jnode *v,
	  struct marks *marks)
{
	size_t fits = count_fits(t, c, v, marks, 2);
	char shown[96];

	if (fits == 1 || t->gave_up)
		return !t->gave_up;
	if (trial_is_quiet(t))
		return false;
	if (fits == 0)
		return trial_say(t, "oneOf", v,
				 "%s fits none of the %zu alternatives",
				 trial_show(t, shown, v), c->count);
	return trial_say(t, "oneOf", v,
			 "%s fits more than one of the %zu alternatives",
			 trial_show(t, shown, v), c->count);
}

bool
judge_not(struct trial *t, const struct check *c, const struct jnode *v,
	  struct marks *marks)
{
	char shown[96];
	bool fits;

	(void)marks;
	t->quiet++;
	fits = judge_sub(t, c->sub, v, NULL);
	t->quiet--;
	if (!fits || t->gave_up)
		return !t->gave_up;
	return trial_say(t, "not", v, "%s is what must not stand here",
			 trial_show(t, shown, v));
}

bool
judge_condition(struct trial *t, const struct check *c, const struct jnode *v,
		struct marks *marks)
{
	const struct condition *g = c->condition;
	const struct sub *next;

	t->quiet++;
	next = judge_sub(t, g->test, v, marks) ? g->then : g->otherwise;
	t->quiet--;
	if (t->gave_up)
		return false;
	return next == NULL || judge_sub(t, next, v, marks);
}
