/*
 * probe_residency - does everything that is stored lie where the mandate says?
 *
 * Each store is a value at a pointer of some answer: the name of a region, a
 * list of them, or a switch that must have one position.  Two spellings of a
 * region are the same when they differ in case and in "_" for "-" only.  A
 * store outside the mandate is the finding even where others could not be
 * read; one that could not be read is never inside.
 */
#include "probe/probe.h"

#include <string.h>

#include "base/mem.h"
#include "base/redact.h"
#include "base/str.h"
#include "base/text.h"
#include "probe/facts.h"
#include "probe/inquiry.h"
#include "probe/kinds.h"

#define STORES 16
#define REGION_TEXT 128

struct store {
	const char *what, *pointer;
	const char *expect; /* NULL: a region */
	int path;	    /* index into paths */
	bool is_outside;
	char region[REGION_TEXT]; /* the first outside, else the first */
	char why[SAMPLE_WHY];	  /* could not be read */
};

struct residency_state {
	struct ask ask;
	struct json *allowed, *list;
	struct ask_at paths[STORES];
	const char *path_texts[STORES];
	int path_count;
	struct store stores[STORES];
	int store_count;
	int phase; /* the path that is being asked */
};

static char
folded(char c)
{
	if (c == '_')
		return '-';
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool
same_region(const char *a, const char *b)
{
	while (*a != '\0' && folded(*a) == folded(*b)) {
		a++;
		b++;
	}
	return folded(*a) == folded(*b);
}

static bool
is_allowed(const struct residency_state *s, const char *region)
{
	const struct json *v;

	for (v = json_first(s->allowed); v != NULL; v = json_next(v))
		if (json_text(v) != NULL && same_region(json_text(v), region))
			return true;
	return false;
}

static void
unread(struct store *st, const char *why)
{
	char text[SAMPLE_WHY + 80];

	str_printf(text, sizeof(text), "%.40s: %s", st->what, why);
	text_clean(st->why, sizeof(st->why), text, strlen(text));
}

static void
take_region(const struct residency_state *s, struct store *st,
	    const struct json *v)
{
	char region[REGION_TEXT];
	bool is_in;

	if (json_type(v) != JSON_STRING && st->expect == NULL) {
		unread(st, "no region where one should be");
		return;
	}
	if (!json_scalar(v, region, sizeof(region)) || region[0] == '\0') {
		unread(st, "empty, or too long for a region");
		return;
	}
	is_in = st->expect != NULL ? str_same(st->expect, region)
				   : is_allowed(s, region);
	if (st->region[0] == '\0' || (!is_in && !st->is_outside))
		str_copy(st->region, sizeof(st->region), region);
	st->is_outside = st->is_outside || !is_in;
}

static void
take_store(const struct residency_state *s, struct store *st,
	   const struct json *doc)
{
	const struct json *v = json_at(doc, st->pointer);
	char why[80];

	if (json_type(v) == JSON_ARRAY && json_count(v) > 0) {
		for (v = json_first(v); v != NULL; v = json_next(v))
			take_region(s, st, v);
		return;
	}
	if (v != NULL && json_type(v) != JSON_NULL &&
	    json_type(v) != JSON_ARRAY) {
		take_region(s, st, v);
		return;
	}
	str_printf(why, sizeof(why), "no data at \"%.50s\"", st->pointer);
	unread(st, why);
}

/* "recordings US_EAST_1, payloads eu-west-1 OUTSIDE" */
static void
describe(struct residency_state *s)
{
	char text[400] = "", where[41];
	size_t len = 0;

	for (int outside = 1; outside >= 0; outside--)
		for (int i = 0; i < s->store_count; i++) {
			const struct store *st = &s->stores[i];

			if (st->is_outside != (outside == 1) ||
			    len + 1 >= sizeof(text))
				continue;
			redact_clean(where, sizeof(where), st->region,
				     strlen(st->region));
			str_printf(text + len, sizeof(text) - len,
				   "%s%.30s %s%s", len == 0 ? "" : ", ",
				   st->what, st->why[0] != '\0' ? "?" : where,
				   outside == 1 ? " OUTSIDE" : "");
			len = strlen(text);
		}
	text_clean(s->ask.result.detail, sizeof(s->ask.result.detail), text,
		   len);
}

static struct probe_fact
fact_of_region(const struct store *st)
{
	char clean[REGION_TEXT + 64];

	text_clean(clean, sizeof(clean), st->region, strlen(st->region));
	return facts_words("region", clean);
}

static void
report(struct residency_state *s)
{
	const struct store *first = NULL, *unknown = NULL;
	struct probe_fact facts[4];
	char why[SAMPLE_WHY + 80], where[41];
	int outside = 0;

	for (int i = 0; i < s->store_count; i++) {
		const struct store *st = &s->stores[i];

		outside += st->is_outside;
		if (st->is_outside && (first == NULL || !first->is_outside))
			first = st;
		if (first == NULL && st->why[0] == '\0' && st->expect == NULL)
			first = st;
		if (unknown == NULL && st->why[0] != '\0')
			unknown = st;
	}
	describe(s);
	if (outside == 0 && unknown != NULL) {
		ask_fail(&s->ask, ERR_ABSENT, unknown->why);
		return;
	}
	facts[0] = first == NULL ? facts_missing("region", "no store is named "
							   "by its region")
				 : fact_of_region(first);
	facts[1] = facts_flag("compliant", outside == 0);
	if (outside > 0) {
		redact_clean(where, sizeof(where), first->region,
			     strlen(first->region));
		str_printf(why, sizeof(why), "%.40s: %s is outside",
			   first->what, where);
		text_clean(facts[1].why, sizeof(facts[1].why), why,
			   strlen(why));
	}
	facts[2] = unknown != NULL ? facts_missing("outside", unknown->why)
				   : facts_number("outside", outside);
	facts[3] = facts_number("stores", s->store_count);
	ask_report(&s->ask, facts, ARRAY_LEN(facts));
}

/* This answer's stores are known; the next path, or the end. */
static void
go_on(struct residency_state *s)
{
	if (++s->phase < s->path_count)
		ask_send(&s->ask, &s->paths[s->phase], "GET", NULL);
	else
		report(s);
}

static void
on_heard(void *owner, struct http_answer *a)
{
	struct residency_state *s = owner;
	struct probe_result one = { .code = ERR_NONE };
	struct probe_result *r = &s->ask.result;
	struct answer answer;

	answer_read(&answer, a, true, &one);
	str_copy(r->raw, sizeof(r->raw), one.raw);
	if (one.hold_ms > r->hold_ms)
		r->hold_ms = one.hold_ms;
	for (int i = 0; i < s->store_count; i++) {
		struct store *st = &s->stores[i];

		if (st->path != s->phase)
			continue;
		if (one.code == ERR_NONE)
			take_store(s, st, answer.doc);
		else
			unread(st, one.why);
	}
	answer_clear(&answer);
	go_on(s);
}

static int
path_of(struct residency_state *s, const struct probe_env *env,
	const char *endpoint, const char *path, struct err *e)
{
	for (int i = 0; i < s->path_count; i++)
		if (str_same(s->path_texts[i], path))
			return i;
	s->path_texts[s->path_count] = path;
	if (ask_at_init(&s->paths[s->path_count], env, endpoint, path, e) !=
	    ERR_NONE) {
		ask_at_clear(&s->paths[s->path_count]);
		return -1;
	}
	return s->path_count++;
}

static enum err_code
read_store(struct residency_state *s, const struct probe_env *env,
	   const char *endpoint, const struct json *row, struct err *e)
{
	struct store *st = &s->stores[s->store_count];
	const char *path = json_text(json_get(row, "path"));

	st->what = json_text(json_get(row, "what"));
	st->pointer = json_text(json_get(row, "pointer"));
	st->expect = json_text(json_get(row, "expect"));
	if (st->what == NULL || path == NULL || st->pointer == NULL ||
	    path[0] != '/' || (st->pointer[0] != '\0' && st->pointer[0] != '/'))
		return err_set(e, ERR_ARG,
			       "stores: row %d needs the texts what, path "
			       "(\"/…\") and pointer (\"/…\")",
			       s->store_count + 1);
	for (const struct json *m = json_first(row); m != NULL;
	     m = json_next(m))
		if (!str_in_words("what path pointer expect", json_key(m)))
			return err_set(e, ERR_ARG,
				       "stores: row %d has an unknown key "
				       "\"%.40s\"",
				       s->store_count + 1, json_key(m));
	st->path = path_of(s, env, endpoint, path, e);
	if (st->path < 0)
		return e->code;
	s->store_count++;
	return ERR_NONE;
}

static enum err_code
residency_init(void *state, const struct probe_env *env,
	       const struct book_probe *probe, struct err *e)
{
	struct residency_state *s = state;
	const struct settings *with = &probe->with;
	const char *endpoint = settings_text_or(with, "endpoint", "");
	enum err_code code = ERR_NONE;

	ask_init(&s->ask, env, probe, on_heard, s);
	if (ask_setting(&s->allowed, with, "allowed", e) != ERR_NONE ||
	    ask_setting(&s->list, with, "stores", e) != ERR_NONE)
		return e->code;
	if (json_count(s->allowed) == 0)
		return err_set(e, ERR_ARG, "allowed: name a region");
	if (json_type(s->list) != JSON_ARRAY || json_count(s->list) == 0 ||
	    json_count(s->list) > STORES)
		return err_set(e, ERR_ARG, "stores: a list of 1 to %d rows",
			       STORES);
	for (const struct json *row = json_first(s->list);
	     row != NULL && code == ERR_NONE; row = json_next(row))
		code = read_store(s, env, endpoint, row, e);
	return code;
}

static void
residency_begin(void *state, struct loop *l, int timeout_ms, probe_done *done,
		void *ctx)
{
	struct residency_state *s = state;

	s->phase = 0;
	for (int i = 0; i < s->store_count; i++) {
		s->stores[i].is_outside = false;
		s->stores[i].region[0] = s->stores[i].why[0] = '\0';
	}
	ask_begin(&s->ask, l, timeout_ms, done, ctx);
	ask_send(&s->ask, &s->paths[0], "GET", NULL);
}

static void
residency_clear(void *state)
{
	struct residency_state *s = state;

	ask_clear(&s->ask);
	for (int i = 0; i < s->path_count; i++)
		ask_at_clear(&s->paths[i]);
	json_free(s->allowed);
	json_free(s->list);
}

/* clang-format off */
static const struct param params[] = {
	{ .name = "endpoint", .type = PARAM_ENDPOINT, .required = true,
	  .help = "the platform" },
	{ .name = "allowed", .type = PARAM_LIST, .required = true,
	  .help = "regions of the mandate" },
	{ .name = "stores", .type = PARAM_JSON, .required = true,
	  .help = "rows of what, path, pointer; expect: a switch's position" },
	{ 0 },
};
/* clang-format on */

const struct probe_kind probe_kind_residency = {
	.spec = { .name = "residency",
		  .help = "see that what is stored lies in allowed regions",
		  .params = params,
		  .facts = "region compliant outside stores" },
	.state_size = sizeof(struct residency_state),
	.init = residency_init,
	.start = residency_begin,
	.clear = residency_clear,
};
