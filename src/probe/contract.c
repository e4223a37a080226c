/* contract - does an interface keep its contract?  The judging. */
#include "probe/contract.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/redact.h"
#include "base/str.h"
#include "base/text.h"

static void say(struct contract_point *p, enum contract_word is,
		const char *fmt, ...) PRINTF_LIKE(3, 4);

static void
say(struct contract_point *p, enum contract_word is, const char *fmt, ...)
{
	char raw[640];
	va_list args;

	va_start(args, fmt);
	vsnprintf(raw, sizeof(raw), fmt, args);
	va_end(args);
	redact_text(raw, sizeof(raw));
	p->is = is;
	text_clean(p->why, sizeof(p->why), raw, strlen(raw));
}

static bool
is_good(int status)
{
	return status >= 200 && status <= 299;
}

static bool
is_busy(int status)
{
	return status == 429 || status == 503;
}

enum err_code
contract_refused(const struct http_answer *a, char *why, size_t size)
{
	if (a->code != ERR_NONE) {
		str_copy(why, size, a->why);
		return a->code;
	}
	if (a->status == 401 || a->status == 403 || a->status == 407)
		str_printf(why, size,
			   "HTTP %d: not let in, so nothing was "
			   "seen of the contract",
			   a->status);
	else if (is_busy(a->status) && a->retry_after_ms >= 0)
		str_printf(why, size, "HTTP %d with Retry-After %lld s",
			   a->status, (long long)a->retry_after_ms / 1000);
	else
		return ERR_NONE;
	return ERR_REFUSED;
}

/* The first finding, in its place. */
static void
judge_shape(const struct contract_terms *terms, const struct jtree *doc,
	    struct contract_point *valid)
{
	struct jschema_findings f = { 0 };

	if (jschema_judge(terms->schema, doc, &f))
		say(valid, CONTRACT_YES, "%s", "");
	else if (f.total > 1)
		say(valid, CONTRACT_NO, "%s: %s, and %zu more",
		    f.items[0].pointer, f.items[0].text, f.total - 1);
	else
		say(valid, CONTRACT_NO, "%s: %s", f.items[0].pointer,
		    f.items[0].text);
	jschema_findings_clear(&f);
}

void
contract_judge_answer(const struct contract_terms *terms,
		      const struct http_answer *a, const struct buf *body,
		      struct jtree *doc, struct contract_verdict *v)
{
	char shown[61];
	struct err e;

	if (a->status >= 300 && a->status <= 399) {
		redact_clean(shown, sizeof(shown), a->location,
			     strlen(a->location));
		say(&v->valid, CONTRACT_NO,
		    "HTTP %d: redirect to %s not followed", a->status, shown);
		return;
	}
	if (!is_good(a->status)) {
		v->retry_after_missing =
			is_busy(a->status) && a->retry_after_ms < 0;
		say(&v->valid, CONTRACT_NO, "HTTP %d%s", a->status,
		    v->retry_after_missing ? " without Retry-After" : "");
		return;
	}
	if (!jtree_read(doc, buf_str(body), body->len)) {
		jtree_error(doc, &e);
		doc->count = 0;
		say(&v->valid, CONTRACT_NO, "the answer is not JSON: %s",
		    e.text);
		return;
	}
	judge_shape(terms, doc, &v->valid);
}

void
contract_judge_key(const struct contract_terms *terms,
		   const struct http_answer *a, const struct jtree *doc,
		   struct contract_verdict *v)
{
	const struct jnode *echo;
	char shown[61];

	if (terms->key == NULL)
		return;
	echo = terms->acknowledge == NULL || doc->count == 0
		       ? NULL
		       : jnode_at(doc->nodes, terms->acknowledge);
	if (str_same(a->idempotency, terms->key) ||
	    (echo != NULL && jnode_text_is(echo, terms->key)))
		say(&v->acknowledged, CONTRACT_YES, "%s", "");
	else if (a->idempotency[0] != '\0') {
		redact_clean(shown, sizeof(shown), a->idempotency,
			     strlen(a->idempotency));
		say(&v->acknowledged, CONTRACT_NO,
		    "the header echoes the key %s, not ours", shown);
	} else if (echo != NULL)
		say(&v->acknowledged, CONTRACT_NO,
		    "%.60s is not the key that was sent", terms->acknowledge);
	else
		say(&v->acknowledged, CONTRACT_NO,
		    "the answer does not have the key that was sent");
}

bool
contract_record(const struct contract_terms *terms, const struct jtree *doc,
		char *to, size_t size)
{
	const struct jnode *id;

	if (terms->record == NULL || doc->count == 0)
		return false;
	id = jnode_at(doc->nodes, terms->record);
	if (id != NULL && id->kind == JKIND_STRING && id->len > 0 &&
	    memchr(id->text, '\0', id->len) == NULL)
		return str_copy_n(to, size, id->text, id->len);
	if (id != NULL && id->kind == JKIND_NUMBER)
		return str_copy_n(to, size, doc->text + id->at, id->len);
	return false;
}

static void
say_two_records(struct contract_verdict *v, const char *one, const char *two)
{
	char first[41], second[41];

	redact_clean(first, sizeof(first), one, strlen(one));
	redact_clean(second, sizeof(second), two, strlen(two));
	say(&v->idempotent, CONTRACT_NO,
	    "the same key made two records: %s and %s", first, second);
}

void
contract_judge_again(const struct contract_terms *terms,
		     const struct jtree *first, const struct jtree *second,
		     int second_status, struct contract_verdict *v)
{
	char one[128], two[128];

	if (first->count == 0)
		say(&v->idempotent, CONTRACT_NO,
		    "the first answer tells nothing of a record");
	else if (!is_good(second_status))
		say(&v->idempotent, CONTRACT_NO,
		    "the same key again is answered with HTTP %d",
		    second_status);
	else if (second->count == 0)
		say(&v->idempotent, CONTRACT_NO,
		    "the answer to the same key is not JSON");
	else if (terms->record == NULL &&
		 jnode_equal(first->nodes, second->nodes))
		say(&v->idempotent, CONTRACT_YES, "%s", "");
	else if (terms->record == NULL)
		say(&v->idempotent, CONTRACT_NO,
		    "the same key is answered differently");
	else if (!contract_record(terms, first, one, sizeof(one)) ||
		 !contract_record(terms, second, two, sizeof(two)))
		say(&v->idempotent, CONTRACT_NO, "no record's id at %.60s",
		    terms->record);
	else if (str_same(one, two))
		say(&v->idempotent, CONTRACT_YES, "%s", "");
	else
		say_two_records(v, one, two);
}

/* Members and items of `sent`, down to the values. */
struct comparison {
	const struct jtree *tree; /* of what was sent */
	struct contract_verdict *v;
};

static void
note_dropped(struct comparison *c, const char *name, bool is_there)
{
	char raw[256];

	if (c->v->dropped++ > 0)
		return;
	str_printf(raw, sizeof(raw),
		   is_there ? "%s came back changed" : "%s did not come back",
		   name);
	text_clean(c->v->dropped_why, sizeof(c->v->dropped_why), raw,
		   strlen(raw));
}

static void
compare(struct comparison *c, const struct jnode *sent,
	const struct jnode *found, const char *name)
{
	const struct jnode *x = sent + 1;
	char below[200];

	if ((sent->kind != JKIND_OBJECT && sent->kind != JKIND_ARRAY) ||
	    found == NULL || found->kind != sent->kind) {
		if (found == NULL || !jnode_equal(sent, found))
			note_dropped(c, name, found != NULL);
		return;
	}
	for (uint32_t i = 0; i < sent->len; i++, x = jnode_next(x)) {
		const struct jnode *y =
			x->key == NULL ? jnode_item(found, i)
				       : jnode_get_n(found, x->key, x->key_len);

		if (x->key == NULL)
			str_printf(below, sizeof(below), "%s/%u", name, i);
		else
			str_printf(below, sizeof(below), "%s/%.*s", name,
				   (int)(x->key_len > 60 ? 60 : x->key_len),
				   x->key);
		compare(c, x, y, below);
	}
}

void
contract_judge_fields(const struct contract_terms *terms, int status,
		      const struct jtree *doc, struct contract_verdict *v)
{
	struct comparison c = { .v = v };
	const struct jnode *found;

	v->dropped = -1;
	if (!is_good(status)) {
		say(&v->readable, CONTRACT_NO,
		    "what was sent cannot be read back: HTTP %d", status);
		return;
	}
	found = doc->count == 0 ? NULL : jnode_at(doc->nodes, terms->found);
	if (found == NULL) {
		say(&v->readable, CONTRACT_NO,
		    "what was sent cannot be read back: nothing at \"%.60s\"",
		    terms->found);
		return;
	}
	say(&v->readable, CONTRACT_YES, "%s", "");
	v->dropped = 0;
	compare(&c, terms->sent, found, "");
}

bool
contract_holds(const struct contract_verdict *v, char *why, size_t size)
{
	const struct contract_point *const points[] = {
		&v->valid, &v->acknowledged, &v->idempotent, &v->readable
	};

	why[0] = '\0';
	for (size_t i = 0; i < ARRAY_LEN(points); i++)
		if (points[i]->is == CONTRACT_NO) {
			str_copy(why, size, points[i]->why);
			return false;
		}
	if (v->dropped > 0)
		str_copy(why, size, v->dropped_why);
	return v->dropped <= 0;
}
