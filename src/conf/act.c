/* act - a step kind with its settings, as steps and rollbacks name it. */
#include "conf/runbook.h"

#include <string.h>

#include "base/str.h"
#include "conf/scalar.h"
#include "model/spread.h"

#define MOST_NAMES 64

const struct kind_spec *
kind_find(const struct kind_spec *const *kinds, const char *name)
{
	for (; *kinds != NULL; kinds++)
		if (strcmp((*kinds)->name, name) == 0)
			return *kinds;
	return NULL;
}

static bool
is_row(const struct field *rows, const char *name)
{
	for (; rows != NULL && rows->name != NULL; rows++)
		if (strcmp(rows->name, name) == 0)
			return true;
	return false;
}

static void
unknown_kind(const struct loader *l, const struct node *n,
	     const struct kind_spec *const *kinds, const char *what)
{
	const char *names[MOST_NAMES];
	size_t count = 0;
	char hint[96];

	for (; *kinds != NULL && count < MOST_NAMES; kinds++)
		names[count++] = (*kinds)->name;
	suggest(hint, sizeof(hint), &l->s, n->key, names, count);
	node_key_error(&l->s, n, "unknown-kind", "unknown %s kind \"%.64s\"%s",
		       what, n->key, hint);
}

const struct node *
kind_member(const struct loader *l, const struct node *map,
	    const struct field *rows, const struct kind_spec *const *kinds,
	    const char *what)
{
	const struct node *found = NULL;
	bool is_odd = false;

	for (const struct node *n = map->first; n != NULL; n = n->next) {
		if (is_row(rows, n->key))
			continue;
		if (kind_find(kinds, n->key) == NULL) {
			/* With rows, an unknown key has been reported. */
			if (rows == NULL)
				unknown_kind(l, n, kinds, what);
			is_odd = true;
		} else if (found == NULL) {
			found = n;
		} else {
			node_key_error(&l->s, n, "two-kinds",
				       "a %s has one kind: \"%s\" stands "
				       "beside \"%s\"",
				       what, n->key, found->key);
		}
	}
	/* A misspelt kind was reported as such; once is enough. */
	if (found == NULL && !is_odd)
		node_key_error(&l->s, map, "missing",
			       "no kind of %s is named, as in \"http:\"", what);
	return found;
}

void
act_read(struct loader *l, const struct node *map, const struct field *rows,
	 struct act *out)
{
	const struct kind_spec *const *kinds = l->kinds->steps;
	const struct node *n;

	if (map->type != NODE_MAP) {
		node_error(&l->s, map, "wrong-type",
			   "\"%s\" must be a map of one step kind, as in "
			   "\"http:\"",
			   map->key);
		return;
	}
	n = kind_member(l, map, rows, kinds, "step");
	if (n == NULL)
		return;
	str_copy(out->kind, sizeof(out->kind), n->key);
	kind_settings(l, kind_find(kinds, n->key), n, &out->with);
}

void
act_read_check(struct loader *l, const struct node *map,
	       const struct field *rows, struct act *out)
{
	act_read(l, map, rows, out);
	if (str_in_words("manual wait gate", out->kind))
		node_key_error(&l->s, map, "undo-kind",
			       "\"%s\" is by %s, which a rollback cannot carry "
			       "out by itself: use http, dns, trunk or exec",
			       map->key, out->kind);
}

void
act_read_undo(struct loader *l, const struct node *map,
	      const struct field *rows, struct act *out)
{
	act_read(l, map, rows, out);
	if (str_in_words("wait gate", out->kind))
		node_key_error(&l->s, map, "undo-kind",
			       "\"%s\" is by %s, which puts nothing back: use "
			       "http, dns, trunk, exec or manual",
			       map->key, out->kind);
	if (str_in_words("calls load reconcile", out->kind))
		node_key_error(&l->s, map, "undo-kind",
			       "\"%s\" is by %s, which proves and puts nothing "
			       "back: use http, dns, trunk, exec or manual",
			       map->key, out->kind);
}

void
act_read_forward(struct loader *l, const struct node *map, struct act *out)
{
	const struct node *verify;

	act_read(l, map, NULL, out);
	verify = node_get(node_get(map, "manual"), "verify");
	if (verify != NULL)
		node_key_error(&l->s, verify, "manual-verify",
			       "\"verify\" is for an undo by manual: what a "
			       "person does forward is proved by what they say "
			       "of it; put a gate behind it");
}

/* Of a parallel act what its first region does: all are told the same. */
static bool
first_of(struct act *out, const struct act *act)
{
	struct regions over;

	spread_regions(&over, act);
	if (over.count > 0)
		spread_act(out, act, over.items[0].name);
	return over.count > 0;
}

/* "" unless all regions get the same value. */
static void
sets_of_all(const struct act *act, char *to, size_t size)
{
	struct regions over;

	spread_regions(&over, act);
	for (size_t i = 0; i < over.count; i++) {
		char value[BOOK_VALUE];
		struct act one;

		spread_act(&one, act, over.items[i].name);
		act_sets(&one, value, sizeof(value));
		act_clear(&one);
		if (i == 0)
			str_copy(to, size, value);
		else if (strcmp(to, value) != 0)
			to[0] = '\0';
	}
}

void
act_sets(const struct act *act, char *to, size_t size)
{
	static const struct {
		const char *kind, *setting;
	} rows[] = {
		{ "http", "verify.equals" },
		{ "trunk", "status" },
		{ "dns", "value" },
		{ "manual", "verify.http.equals" },
		{ "manual", "verify.dns.value" },
	};

	to[0] = '\0';
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (strcmp(rows[i].kind, act->kind) == 0 && to[0] == '\0' &&
		    !str_copy(
			    to, size,
			    settings_text_or(&act->with, rows[i].setting, "")))
			to[0] = '\0';
	if (strcmp(act->kind, SPREAD_KIND) == 0)
		sets_of_all(act, to, size);
}

/* A setting of a place; what http does not read elsewhere it reads where it
 * acts. */
static const char *
place_part(const struct act *act, const char *name)
{
	const char *text = settings_text(&act->with, name);

	if (text == NULL && strcmp(name, "verify.path") == 0)
		return settings_text(&act->with, "path");
	return text;
}

void
act_place(const struct act *act, char *to, size_t size)
{
	static const struct {
		const char *kind, *seen, *parts[3];
	} rows[] = {
		{ "http",
		  "http",
		  { "endpoint", "verify.path", "verify.pointer" } },
		{ "trunk", "trunk", { "endpoint", "trunk", "trunk" } },
		{ "dns", "dns", { "name", "type", "type" } },
		{ "manual",
		  "http",
		  { "verify.http.endpoint", "verify.http.path",
		    "verify.http.pointer" } },
		{ "manual",
		  "dns",
		  { "verify.dns.name", "verify.dns.type", "verify.dns.type" } },
	};

	to[0] = '\0';
	for (size_t i = 0; i < ARRAY_LEN(rows) && to[0] == '\0'; i++) {
		const char *a = place_part(act, rows[i].parts[0]);
		const char *b = place_part(act, rows[i].parts[1]);
		const char *c = place_part(act, rows[i].parts[2]);

		if (strcmp(rows[i].kind, act->kind) == 0 && a != NULL &&
		    b != NULL && c != NULL &&
		    !str_printf(to, size, "%s %s %s %s", rows[i].seen, a, b, c))
			to[0] = '\0';
	}
}

static bool
is_reading(const struct act *act)
{
	const char *method = settings_text(&act->with, "method");

	return method != NULL && str_in_words("GET HEAD", method);
}

bool
act_changes(const struct act *act)
{
	struct act one;

	if (first_of(&one, act)) {
		bool is = act_changes(&one);

		act_clear(&one);
		return is;
	}
	if (strcmp(act->kind, "http") == 0)
		return !is_reading(act);
	return str_in_words("dns trunk exec", act->kind);
}

bool
act_is_destructive(const struct act *act)
{
	const char *method = settings_text(&act->with, "method");
	struct act one;

	if (first_of(&one, act)) {
		bool is = act_is_destructive(&one);

		act_clear(&one);
		return is;
	}
	if (strcmp(act->kind, "http") == 0)
		return method != NULL && strcmp(method, "DELETE") == 0;
	return str_in_words("dns trunk exec calls load", act->kind);
}

bool
act_lacks_verify(const struct loader *l, const struct act *act)
{
	static const char *const ways[] = {
		"verify.pointer",   "verify.path",     "verify.argv",
		"verify.http.path", "verify.dns.name", "verify.exec.argv",
	};
	const struct kind_spec *spec = kind_find(l->kinds->steps, act->kind);
	bool lacks = true;

	if (spec == NULL || is_reading(act))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(ways); i++)
		lacks = lacks && settings_text(&act->with, ways[i]) == NULL;
	for (const struct param *p = spec->params; p->name != NULL; p++)
		if (strcmp(p->name, "verify") == 0)
			return lacks;
	return false;
}
