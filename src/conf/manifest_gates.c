/*
 * manifest_gates - the guide's thresholds become gates.
 *
 * "max_X: v" is X at most v, "min_X: v" at least, "X_minimum: "1.2"" a version
 * at least; a flag or a text must be equal; a bare number is at most.  In
 * place of v may stand a map with a limit and whatever else a gate can say.
 */
#include "conf/manifest.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "conf/scalar.h"

#define LOGIC_WORDS "ALL_THRESHOLDS_MET WEIGHTED_SCORE"
#define TRIGGER_WORDS "NONE ANY_CRITICAL_THRESHOLD_BREACH"
#define DAY_MS 86400000.0
#define PASS_SCORE 90
#define WARN_SCORE 80

static_assert(GATE_ALL_MET == 0 && GATE_WEIGHTED == 1,
	      "LOGIC_WORDS stand in the order of the enum");

const struct field threshold_fields[] = {
	{ .name = "limit",
	  .as = AS_ANY,
	  .help = "the limit; the name of the threshold says which way" },
	{ .name = "max", .as = AS_ANY, .help = "at most this number" },
	{ .name = "min", .as = AS_ANY, .help = "at least this number" },
	{ .name = "equals",
	  .as = AS_ANY,
	  .help = "exactly this flag, text or number" },
	{ .name = "version", .as = AS_ANY, .help = "at least this version" },
	{ .name = "weight",
	  .as = AS_NUMBER,
	  FIELD_AT(struct gate, weight),
	  .least = 0.001,
	  .most = 1e6,
	  .help = "share in a weighted score" },
	{ .name = "critical",
	  .as = AS_FLAG,
	  FIELD_AT(struct gate, critical),
	  .help = "its breach or blindness vetoes the score" },
	{ .name = "key",
	  .as = AS_FLAG,
	  FIELD_AT(struct gate, key),
	  .help = "vetoes, but does not move the score" },
	{ .name = "shadow",
	  .as = AS_FLAG,
	  FIELD_AT(struct gate, shadow),
	  .help = "judged and shown, never counted" },
	{ .name = "for",
	  .as = AS_DURATION,
	  FIELD_AT(struct gate, for_ms),
	  .most = DAY_MS,
	  .help = "how long a breach must last" },
	{ .name = "clear_for",
	  .as = AS_DURATION,
	  FIELD_AT(struct gate, clear_for_ms),
	  .most = DAY_MS,
	  .help = "how long a breach must be gone" },
	{ .name = "held_for",
	  .as = AS_DURATION,
	  FIELD_AT(struct gate, held_for_ms),
	  .most = 30 * DAY_MS,
	  .help = "how long it must have been met, unbroken, to be GO" },
	{ .name = "clear",
	  .as = AS_NUMBER,
	  FIELD_AT(struct gate, clear),
	  .help = "the limit that ends a breach" },
	{ .name = "warn",
	  .as = AS_NUMBER,
	  FIELD_AT(struct gate, warn),
	  .help = "from here to the limit: HOLD" },
	{ .name = "min_samples",
	  .as = AS_LONG,
	  FIELD_AT(struct gate, min_samples),
	  .most = 1e9,
	  .help = "fewer events are BLIND" },
	{ .name = "max_age",
	  .as = AS_DURATION,
	  FIELD_AT(struct gate, max_age_ms),
	  .least = 1,
	  .most = DAY_MS,
	  .help = "older measurements are BLIND" },
	{ .name = "title",
	  .as = AS_LINE,
	  FIELD_AT(struct gate, title),
	  .help = "what people read" },
	{ .name = "unit",
	  .as = AS_LINE,
	  FIELD_AT(struct gate, unit),
	  .help = "unit of the value" },
	{ .name = "source",
	  .as = AS_LINE,
	  FIELD_AT(struct gate, source),
	  .help = "where the limit comes from" },
	{ .name = "baseline",
	  .as = AS_OBJECT,
	  .inside = base_fields,
	  .help = "what is normal, as \"warroom baseline\" writes it" },
	{ .name = NULL },
};

const struct field gates_fields[] = {
	{ .name = "gate_id",
	  .as = AS_ID,
	  FIELD_AT(struct gate_set, id),
	  .help = "name of the manifest" },
	{ .name = "platform",
	  .as = AS_LINE,
	  FIELD_AT(struct gate_set, platform),
	  .help = "what is judged" },
	{ .name = "history",
	  .as = AS_OBJECT,
	  .inside = history_fields,
	  .help = "what the limits were made of" },
	{ .name = "thresholds",
	  .as = AS_ANY,
	  .required = true,
	  .help = "domain to thresholds" },
	{ .name = "decision_logic",
	  .as = AS_WORD,
	  .words = LOGIC_WORDS,
	  FIELD_AT(struct gate_set, logic),
	  .help = "how gates combine" },
	{ .name = "rollback_trigger",
	  .as = AS_WORD,
	  .words = TRIGGER_WORDS,
	  .help = "when a rollback is proposed" },
	{ .name = "pass_score",
	  .as = AS_NUMBER,
	  FIELD_AT(struct gate_set, pass_score),
	  .least = 0,
	  .most = 100,
	  .help = "WEIGHTED_SCORE: GO from here" },
	{ .name = "warn_score",
	  .as = AS_NUMBER,
	  FIELD_AT(struct gate_set, warn_score),
	  .least = 0,
	  .most = 100,
	  .help = "WEIGHTED_SCORE: HOLD from here" },
	{ .name = NULL },
};

static const struct field domain_fields[] = {
	{ .name = "risk_multiplier",
	  .as = AS_NUMBER,
	  FIELD_AT(struct gate_domain, risk_multiplier),
	  .least = 0.001,
	  .most = 1e6,
	  .help = "how heavily the domain counts" },
	{ .name = "critical",
	  .as = AS_FLAG,
	  FIELD_AT(struct gate_domain, critical),
	  .help = "its breaches veto the score" },
	{ .name = NULL },
};

/* Scopes of gate_reader.seen: domains, and signals by operator. */
static const char scope_domain[] = "domain";
static const char scope_gate[GATE_VERSION_AT_LEAST + 1];

static bool
read_map(const struct site *s, struct gate *g, enum gate_sense sense,
	 const struct node *map)
{
	const struct node *limit = NULL;

	fields_read(s, threshold_fields, map, g, NULL);
	g->has_clear = node_get(map, "clear") != NULL;
	g->has_warn = node_get(map, "warn") != NULL;
	for (const struct node *n = map->first; n != NULL; n = n->next) {
		if (!gate_is_limit_word(n->key))
			continue;
		if (limit != NULL) {
			node_key_error(s, n, "conflict",
				       "two limits: \"%s\" stands beside "
				       "\"%s\"",
				       n->key, limit->key);
			return false;
		}
		limit = n;
	}
	if (limit == NULL) {
		node_key_error(s, map, "missing",
			       "no limit: one of limit, max, min, equals, "
			       "version");
		return false;
	}
	return gate_limit_word(s, g, sense, limit);
}

static struct gate *
add_gate(struct gate_reader *r)
{
	struct gate_set *set = r->set;

	if (set->gate_count == r->gate_room) {
		r->gate_room = r->gate_room == 0 ? 16 : r->gate_room * 2;
		set->gates =
			mem_grow(set->gates, r->gate_room, sizeof(*set->gates));
	}
	return &set->gates[set->gate_count++];
}

/* "telephony" and "x" are the signal "telephony.x". */
static bool
name_gate(const struct site *s, struct gate *g, const struct node *n,
	  const char *name)
{
	size_t len = strlen(g->domain);

	memcpy(g->signal, g->domain, len);
	g->signal[len++] = '.';
	if (!id_is_sound(name) ||
	    !str_copy(g->signal + len, sizeof(g->signal) - len, name)) {
		node_key_error(s, n, "bad-name",
			       "\"%.80s\" is no name of a threshold: letters, "
			       "digits, \"_\", at most %d with its domain",
			       n->key, SIGNAL_NAME - 1);
		return false;
	}
	return true;
}

static_assert(GATE_DOMAIN + 1 < SIGNAL_NAME,
	      "a signal's name holds that of its domain");

static void
derive_words(struct gate *g, const char *name)
{
	if (g->title[0] == '\0')
		gate_name_title(g->title, sizeof(g->title), name);
	if (g->unit[0] == '\0')
		str_copy(g->unit, sizeof(g->unit), gate_name_unit(name));
}

static void
read_threshold(struct gate_reader *r, const struct site *s,
	       const struct gate_domain *domain, const struct node *n)
{
	char name[SIGNAL_NAME];
	struct gate g = { .weight = 1,
			  .critical = domain->critical,
			  .line = n->key_line,
			  .column = n->key_column };
	enum gate_sense sense = gate_name_sense(n->key, name, sizeof(name));
	const struct node *first, *base;
	bool ok;

	str_copy(g.domain, sizeof(g.domain), domain->name);
	if (!name_gate(s, &g, n, name))
		return;
	ok = n->type == NODE_MAP ? read_map(s, &g, sense, n)
				 : gate_limit(s, &g, sense, n);
	if (!ok)
		return;
	base = n->type == NODE_MAP ? node_get(n, "baseline") : NULL;
	if (base != NULL)
		base_read(r, s, &g, base);
	derive_words(&g, name);
	first = keyset_add(&r->seen, &scope_gate[g.op],
			   arena_text(&r->arena, g.signal, strlen(g.signal)),
			   n);
	if (first != NULL) {
		node_key_error(s, n, "duplicate-threshold",
			       "\"%s\" is judged twice the same way, first on "
			       "line %d",
			       g.signal, first->key_line);
		return;
	}
	gate_check(s, n, &g);
	*add_gate(r) = g;
}

/* The index of a domain, made when it is new; -1 when its name is none. */
static ptrdiff_t
domain_index(struct gate_reader *r, const struct site *s, const struct node *n)
{
	struct gate_set *set = r->set;
	const ptrdiff_t *known = keyset_get(&r->seen, scope_domain, n->key);
	struct gate_domain *domain;
	ptrdiff_t *index;

	if (known != NULL)
		return *known;
	if (!id_is_sound(n->key) || strchr(n->key, '.') != NULL ||
	    strlen(n->key) >= GATE_DOMAIN) {
		node_key_error(s, n, "bad-name",
			       "\"%.64s\" is no name of a domain: letters, "
			       "digits, \"_\", at most %d",
			       n->key, GATE_DOMAIN - 1);
		return -1;
	}
	if (set->domain_count == r->domain_room) {
		r->domain_room = r->domain_room == 0 ? 8 : r->domain_room * 2;
		set->domains = mem_grow(set->domains, r->domain_room,
					sizeof(*set->domains));
	}
	domain = &set->domains[set->domain_count++];
	*domain = (struct gate_domain){
		.critical = str_in_words("telephony compliance", n->key),
		.risk_multiplier = 1,
	};
	str_copy(domain->name, sizeof(domain->name), n->key);
	index = arena_take(&r->arena, sizeof(*index));
	*index = (ptrdiff_t)set->domain_count - 1;
	keyset_add(&r->seen, scope_domain,
		   arena_text(&r->arena, n->key, strlen(n->key)), index);
	return *index;
}

/* The domain's own words among its thresholds. */
static bool
is_domain_word(const struct node *n)
{
	if (strcmp(n->key, "risk_multiplier") == 0)
		return true;
	return strcmp(n->key, "critical") == 0;
}

static void
read_domain(struct gate_reader *r, const struct site *s, const struct node *n)
{
	ptrdiff_t index = domain_index(r, s, n);
	struct gate_domain *domain;
	size_t thresholds = 0;

	if (index < 0 || !want_map(s, n))
		return;
	domain = &r->set->domains[index];
	for (const struct node *m = n->first; m != NULL; m = m->next)
		if (is_domain_word(m)) {
			struct node alone = *m;
			struct node map = *n;

			alone.next = NULL;
			map.first = map.last = &alone;
			fields_read(s, domain_fields, &map, domain, NULL);
		}
	for (const struct node *m = n->first; m != NULL; m = m->next)
		if (!is_domain_word(m)) {
			read_threshold(r, s, domain, m);
			thresholds++;
		}
	if (thresholds == 0)
		node_key_error(s, n, "no-thresholds",
			       "\"%.48s\" has no thresholds", n->key);
}

void
gate_reader_start(struct gate_reader *r, struct gate_set *set)
{
	*r = (struct gate_reader){ .set = set };
	*set = (struct gate_set){ .pass_score = PASS_SCORE,
				  .warn_score = WARN_SCORE };
}

void
gate_reader_end(struct gate_reader *r)
{
	keyset_clear(&r->seen);
	arena_clear(&r->arena);
}

void
thresholds_read(struct gate_reader *r, const struct site *s,
		const struct node *thresholds)
{
	if (!want_map(s, thresholds))
		return;
	if (thresholds->first == NULL)
		node_key_error(s, thresholds, "no-thresholds",
			       "\"thresholds\" is empty: nothing would be "
			       "judged");
	for (const struct node *n = thresholds->first; n != NULL; n = n->next)
		read_domain(r, s, n);
}

static void
check_scores(const struct site *s, const struct node *root,
	     const struct gate_set *set)
{
	const struct node *pass = node_get(root, "pass_score");
	const struct node *warn = node_get(root, "warn_score");

	if (set->logic != GATE_WEIGHTED) {
		if (pass != NULL || warn != NULL)
			node_key_warn(s, pass != NULL ? pass : warn, "unused",
				      "scores count with WEIGHTED_SCORE only");
		return;
	}
	if (set->warn_score > set->pass_score)
		node_error(s, warn != NULL ? warn : pass, "wrong-side",
			   "\"warn_score\" (%g) must not be above "
			   "\"pass_score\" (%g)",
			   set->warn_score, set->pass_score);
}

void
gates_read(struct gate_reader *r, const struct site *s, const struct node *root)
{
	const struct node *thresholds = node_get(root, "thresholds");
	const struct node *trigger = node_get(root, "rollback_trigger");
	const struct node *history = node_get(root, "history");

	if (!fields_read(s, gates_fields, root, r->set, NULL))
		return;
	r->set->rollback_on_critical =
		trigger != NULL &&
		str_same(trigger->text, "ANY_CRITICAL_THRESHOLD_BREACH");
	if (node_get(root, "warn_score") == NULL &&
	    r->set->warn_score > r->set->pass_score)
		r->set->warn_score = r->set->pass_score;
	check_scores(s, root, r->set);
	if (history != NULL)
		fields_read(s, history_fields, history, r->set, NULL);
	if (thresholds == NULL)
		return;
	thresholds_read(r, s, thresholds);
	if (thresholds->type == NODE_MAP)
		gates_check(s, thresholds, r->set);
}
