/*
 * probe_agents - do two views agree on the state of each agent?
 *
 * After routing has changed, agents can look available on one side and get no
 * calls on the other.  Both lists are read in one measurement and matched by
 * id; an agent that only one of them has is a mismatch.  A list that is empty,
 * not whole, or names an agent twice proves nothing.
 */
#include "probe/probe.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/redact.h"
#include "base/str.h"
#include "base/text.h"
#include "probe/facts.h"
#include "probe/inquiry.h"
#include "probe/kinds.h"

#define AGENTS_MOST 20000
#define NAME 96

struct agent {
	char id[NAME];
	char state[NAME];
};

/* Where a list is, and what it said. */
struct view {
	const char *what;
	struct ask_at at;
	const char *agents, *id, *state;
	const char *total;  /* NULL: not said */
	struct agent *list; /* by id */
	size_t count;
};

struct agents_state {
	struct ask ask;
	struct view views[2];
	int phase;
	struct json *states; /* words of the first view: of the second */
};

static enum err_code
read_agent(struct view *v, const struct json *row, char why[SAMPLE_WHY])
{
	struct agent *a = &v->list[v->count];
	char who[41];

	if (!json_scalar(json_at(row, v->id), a->id, sizeof(a->id)) ||
	    a->id[0] == '\0') {
		str_printf(why, SAMPLE_WHY,
			   "%s: row %zu has no id at \"%.30s\"", v->what,
			   v->count + 1, v->id);
		return ERR_FORMAT;
	}
	if (!json_scalar(json_at(row, v->state), a->state, sizeof(a->state))) {
		redact_clean(who, sizeof(who), a->id, strlen(a->id));
		str_printf(why, SAMPLE_WHY,
			   "%s: agent %s has no state at \"%.30s\"", v->what,
			   who, v->state);
		return ERR_FORMAT;
	}
	v->count++;
	return ERR_NONE;
}

static int
by_id(const void *a, const void *b)
{
	return strcmp(((const struct agent *)a)->id,
		      ((const struct agent *)b)->id);
}

/* A page of a longer list would hide whoever is on the others. */
static enum err_code
check_whole(const struct view *v, const struct json *doc, char why[SAMPLE_WHY])
{
	double total;
	char who[41];

	if (v->total != NULL) {
		if (!json_number(json_at(doc, v->total), &total)) {
			str_printf(why, SAMPLE_WHY,
				   "%s: no number of agents at \"%.40s\"",
				   v->what, v->total);
			return ERR_FORMAT;
		}
		if (total != (double)v->count) {
			str_printf(why, SAMPLE_WHY,
				   "%s: %zu agents of %.0f are in the answer: "
				   "ask for all",
				   v->what, v->count, total);
			return ERR_FORMAT;
		}
	}
	for (size_t i = 1; i < v->count; i++) {
		const char *id = v->list[i].id;

		if (!str_same(id, v->list[i - 1].id))
			continue;
		redact_clean(who, sizeof(who), id, strlen(id));
		str_printf(why, SAMPLE_WHY, "%s: agent %s is twice", v->what,
			   who);
		return ERR_FORMAT;
	}
	return ERR_NONE;
}

static enum err_code
read_view(struct view *v, const struct json *doc, char why[SAMPLE_WHY])
{
	const struct json *list = json_at(doc, v->agents);
	size_t count = json_count(list);
	enum err_code code = ERR_NONE;

	mem_free(v->list);
	v->list = NULL;
	v->count = 0;
	if (json_type(list) != JSON_ARRAY) {
		str_printf(why, SAMPLE_WHY,
			   "%s: no list of agents at \"%.60s\"", v->what,
			   v->agents);
		return ERR_FORMAT;
	}
	if (count == 0 || count > AGENTS_MOST) {
		str_printf(why, SAMPLE_WHY,
			   count == 0 ? "%s: no data: no agents"
				      : "%s: more agents than are compared",
			   v->what);
		return count == 0 ? ERR_ABSENT : ERR_LIMIT;
	}
	v->list = mem_new(count, sizeof(*v->list));
	for (const struct json *row = json_first(list);
	     row != NULL && code == ERR_NONE; row = json_next(row))
		code = read_agent(v, row, why);
	if (code != ERR_NONE)
		return code;
	qsort(v->list, v->count, sizeof(*v->list), by_id);
	return check_whole(v, doc, why);
}

/* The word of the second view for that of the first. */
static const char *
translated(const struct agents_state *s, const char *state)
{
	return json_text_or(s->states, state, state);
}

struct tally {
	double agents, same;
	char first[SAMPLE_WHY]; /* the first that does not agree */
	char first_id[NAME];
};

static void
mismatch(struct tally *t, const char *id, const char *one, const char *other)
{
	char who[37], is[29], or [29];

	if (t->first[0] != '\0')
		return;
	redact_clean(who, sizeof(who), id, strlen(id));
	redact_clean(is, sizeof(is), one, strlen(one));
	redact_clean(or, sizeof(or), other, strlen(other));
	str_copy(t->first_id, sizeof(t->first_id), id);
	str_printf(t->first, sizeof(t->first), "agent %s: %s, %s", who, is, or);
}

static void
compare(const struct agents_state *s, struct tally *t)
{
	const struct view *one = &s->views[0], *two = &s->views[1];
	size_t i = 0, j = 0;

	while (i < one->count || j < two->count) {
		const struct agent *a = &one->list[i], *b = &two->list[j];
		int order = i == one->count   ? 1
			    : j == two->count ? -1
					      : strcmp(a->id, b->id);

		t->agents++;
		if (order < 0)
			mismatch(t, a->id, a->state, "absent");
		else if (order > 0)
			mismatch(t, b->id, "absent", b->state);
		else if (str_same(translated(s, a->state), b->state))
			t->same++;
		else
			mismatch(t, a->id, a->state, b->state);
		i += order <= 0;
		j += order >= 0;
	}
}

static void
report(struct agents_state *s)
{
	struct tally t = { .agents = 0 };
	struct probe_fact facts[4];
	char id[VALUE_TEXT];

	compare(s, &t);
	facts[0] = ask_share("consistent_percent", t.same, t.agents, "agents");
	facts[1] = facts_number("agents", t.agents);
	facts[2] = facts_number("mismatched", t.agents - t.same);
	if (t.first[0] == '\0') {
		facts[3] = facts_missing("mismatched_first", "all agree");
	} else {
		text_clean(id, sizeof(id), t.first_id, strlen(t.first_id));
		facts[3] = facts_words("mismatched_first", id);
		text_clean(facts[0].why, sizeof(facts[0].why), t.first,
			   strlen(t.first));
	}
	str_printf(s->ask.result.detail, sizeof(s->ask.result.detail),
		   "%.0f of %.0f agents agree", t.same, t.agents);
	ask_report(&s->ask, facts, ARRAY_LEN(facts));
}

static void
on_heard(void *owner, struct http_answer *a)
{
	struct agents_state *s = owner;
	char why[SAMPLE_WHY];
	struct answer answer;

	if (ask_json(&s->ask, &answer, a)) {
		enum err_code code =
			read_view(&s->views[s->phase], answer.doc, why);

		if (code != ERR_NONE)
			ask_fail(&s->ask, code, why);
		else if (s->phase++ == 0)
			ask_send(&s->ask, &s->views[1].at, "GET", NULL);
		else
			report(s);
	}
	answer_clear(&answer);
}

static enum err_code
view_init(struct view *v, const char *what, const char *prefix,
	  const struct probe_env *env, const struct settings *with,
	  struct err *e)
{
	char name[32];
	const char *endpoint, *path;

#define OF(setting) (str_printf(name, sizeof(name), "%s" setting, prefix), name)
	v->what = what;
	v->agents = settings_text_or(with, OF("agents"), "");
	v->id = settings_text_or(with, OF("id"), "/id");
	v->state = settings_text_or(with, OF("state"), "/state");
	v->total = settings_text(with, OF("total"));
	path = settings_text_or(with, OF("path"), "/");
	endpoint = settings_text_or(with, OF("endpoint"),
				    settings_text_or(with, "endpoint", ""));
#undef OF
	return ask_at_init(&v->at, env, endpoint, path, e);
}

static enum err_code
agents_init(void *state, const struct probe_env *env,
	    const struct book_probe *probe, struct err *e)
{
	struct agents_state *s = state;
	const struct settings *with = &probe->with;

	ask_init(&s->ask, env, probe, on_heard, s);
	if (ask_setting(&s->states, with, "states", e) != ERR_NONE ||
	    view_init(&s->views[0], "view", "", env, with, e) != ERR_NONE)
		return e->code;
	return view_init(&s->views[1], "other view", "other.", env, with, e);
}

static void
agents_begin(void *state, struct loop *l, int timeout_ms, probe_done *done,
	     void *ctx)
{
	struct agents_state *s = state;

	s->phase = 0;
	ask_begin(&s->ask, l, timeout_ms, done, ctx);
	ask_send(&s->ask, &s->views[0].at, "GET", NULL);
}

static void
agents_clear(void *state)
{
	struct agents_state *s = state;

	ask_clear(&s->ask);
	json_free(s->states);
	for (size_t i = 0; i < ARRAY_LEN(s->views); i++) {
		ask_at_clear(&s->views[i].at);
		mem_free(s->views[i].list);
	}
}

/* clang-format off */
/* What either view is told of itself. */
#define VIEW_PARAMS                                                        \
	{ .name = "path", .type = PARAM_PATH, .required = true,            \
	  .help = "what to ask for" },                                     \
	{ .name = "agents", .type = PARAM_POINTER, .fallback = "",         \
	  .help = "the list in the answer" },                              \
	{ .name = "id", .type = PARAM_POINTER, .fallback = "/id",          \
	  .help = "in a row: the agent" },                                 \
	{ .name = "state", .type = PARAM_POINTER, .fallback = "/state",    \
	  .help = "in a row: its state" },                                 \
	{ .name = "total", .type = PARAM_POINTER,                          \
	  .help = "how many agents the answer says there are" }

static const struct param other_params[] = {
	{ .name = "endpoint", .type = PARAM_ENDPOINT,
	  .help = "who has it; endpoint by default" },
	VIEW_PARAMS,
	{ 0 },
};

static const struct param params[] = {
	{ .name = "endpoint", .type = PARAM_ENDPOINT, .required = true,
	  .help = "who has the first view" },
	VIEW_PARAMS,
	{ .name = "states", .type = PARAM_MAP,
	  .help = "states of this view and what the other calls them" },
	{ .name = "other", .type = PARAM_GROUP, .required = true,
	  .inside = other_params, .help = "the other view" },
	{ 0 },
};
/* clang-format on */

const struct probe_kind probe_kind_agents = {
	.spec = { .name = "agents",
		  .help = "compare the states of agents in two views",
		  .params = params,
		  .facts = "consistent_percent agents mismatched "
			   "mismatched_first" },
	.state_size = sizeof(struct agents_state),
	.init = agents_init,
	.start = agents_begin,
	.clear = agents_clear,
};
