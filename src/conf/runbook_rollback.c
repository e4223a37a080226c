/*
 * runbook_rollback - binds the rollback manifest to acts.
 *
 * The manifest says what (siph_trunk_status of validation_trunk_primary to
 * disabled); `acts` says how, once per action, with {target}, {value} and
 * {ttl_seconds} in place of the row's own.
 */
#include "conf/runbook.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "conf/manifest.h"
#include "conf/runbook_lint.h"
#include "conf/scalar.h"
#include "conf/template.h"

#define POLICY_WORDS "propose countdown auto"
#define CONFIRM_WORDS "phrase two_person"
#define COUNTDOWN_MS 60000
#define STAGGER_MS 5000
#define TIMEOUT_MS 1800000
#define VALIDATE_MS 300000
#define BASELINE_MS 60000
#define DAY_MS 86400000.0
#define MOST_NAMES 64

const struct field rollback_fields[] = {
	{ .name = "manifest",
	  .as = AS_OWN,
	  .help = "file of the rollback manifest" },
	{ .name = "policy",
	  .as = AS_WORD,
	  .words = POLICY_WORDS,
	  .help = "what happens when the trigger is met" },
	{ .name = "confirm",
	  .as = AS_WORD,
	  .words = CONFIRM_WORDS,
	  FIELD_AT(struct book_rollback, confirm),
	  .help = "who must say yes to its plan" },
	{ .name = "countdown",
	  .as = AS_DURATION,
	  FIELD_AT(struct book_rollback, countdown_ms),
	  .least = 1000,
	  .most = DAY_MS,
	  .help = "time to object, for policy countdown" },
	{ .name = "stagger",
	  .as = AS_DURATION,
	  FIELD_AT(struct book_rollback, stagger_ms),
	  .most = DAY_MS,
	  .help = "wait between dns, trunk and routing" },
	{ .name = "target",
	  .as = AS_TEXTS,
	  .help = "gates that judge what it leads back to" },
	{ .name = "names",
	  .as = AS_TEXT_MAP,
	  .help = "values of the manifest to what they stand for" },
	{ .name = "acts",
	  .as = AS_ACTS,
	  .inside = rollback_act_fields,
	  .beside = BESIDE_STEPS,
	  .help = "action to how it is done" },
	{ .name = "checks",
	  .as = AS_ACTS,
	  .help = "validationCheck to how it is seen" },
	{ .name = "validate",
	  .as = AS_NAMED,
	  .inside = validate_fields,
	  .help = "what must be healthy before it is done" },
	{ .name = "validate_within",
	  .as = AS_DURATION,
	  FIELD_AT(struct book_rollback, validate_within_ms),
	  .least = 1000,
	  .most = DAY_MS,
	  .help = "time for all of that to hold" },
	{ .name = "drain",
	  .as = AS_NAMED,
	  .inside = drain_fields,
	  .help = "calls that must end before an item is taken back" },
	{ .name = "baseline_every",
	  .as = AS_DURATION,
	  FIELD_AT(struct book_rollback, baseline_every_ms),
	  .least = 1000,
	  .most = DAY_MS,
	  .help = "time between two looks at the baseline" },
	{ .name = "channels",
	  .as = AS_TEXTS,
	  .help = "channels that validate must prove, each by a row" },
	{ .name = NULL },
};

/* The guides spell it both ways. */
static const char *
other_spelling(const char *action)
{
	if (strcmp(action, "siph_trunk_status") == 0)
		return "sip_trunk_status";
	if (strcmp(action, "sip_trunk_status") == 0)
		return "siph_trunk_status";
	return NULL;
}

static const struct node *
find_act(const struct node *acts, const char *action)
{
	const struct node *n = node_get(acts, action);

	if (n == NULL && other_spelling(action) != NULL)
		n = node_get(acts, other_spelling(action));
	return n;
}

/* Reported where the manifest says it, for there the word stands. */
static void
unbound(const struct site *s, const struct node *n, const struct node *map,
	const char *where)
{
	const char *names[MOST_NAMES];
	size_t count = 0;
	char hint[96];

	for (const struct node *m = map == NULL ? NULL : map->first;
	     m != NULL && count < MOST_NAMES; m = m->next)
		names[count++] = m->key;
	suggest(hint, sizeof(hint), s, n->text, names, count);
	node_error(s, n, "unbound",
		   "\"%.64s\" is not bound: add it to \"%s\" of the "
		   "runbook%s",
		   n->text, where, hint);
}

/* What `names` makes of a target or value; NULL: it stands for itself. */
static const struct node *
name_of(const struct node *names, const char *value)
{
	const struct node *n = node_get(names, value);

	return n != NULL && n->type == NODE_SCALAR ? n : NULL;
}

static void
read_undo(struct loader *l, struct book_undo *undo, const struct node *act,
	  const struct template_row *row)
{
	const struct node *target = row->target_name, *value = row->value_name;
	char ttl[24];
	struct template_values values = {
		.target = target != NULL ? target->text : undo->target,
		.value = value != NULL			       ? value->text
			 : node_get(row->map, "value") != NULL ? undo->value
							       : NULL,
		.ttl_seconds = undo->ttl_s >= 0 ? ttl : NULL,
		.row = row,
	};
	const struct node *emergency;
	struct node *filled;

	str_printf(ttl, sizeof(ttl), "%lld", (long long)undo->ttl_s);
	if (!want_map(&l->s, act))
		return;
	filled = template_fill(&l->arena, &l->s, act, &values);
	fields_read(&l->s, rollback_act_fields, filled, undo, l->kinds->steps);
	act_read_undo(l, filled, rollback_act_fields, &undo->act);
	emergency = node_get(filled, "emergency");
	if (emergency != NULL && !node_is_plain(emergency, "none"))
		act_read_undo(l, emergency, NULL, &undo->emergency);
	looks_check(l, filled, &undo->act, UNDO_TIMEOUT_MS);
	if (node_get(filled, "sets") == NULL)
		act_sets(&undo->act, undo->sets, sizeof(undo->sets));
	if (act_lacks_verify(l, &undo->act) ||
	    act_lacks_verify(l, &undo->emergency))
		node_key_error(&l->s, act, "undo-unverified",
			       "\"%s\" does not say how to see that it is "
			       "done: add \"verify\"",
			       act->key);
}

/* Two rows for one object: the second would undo the first. */
static void
check_object(struct loader *l, const struct site *s, struct book_undo *undo,
	     const struct node *row)
{
	const struct book_undo *first;

	if (undo->object[0] == '\0')
		return;
	first = keyset_add(&l->names, scope_object, undo->object, undo);
	if (first != NULL)
		node_error(s, row, "duplicate-object",
			   "steps %d and %d both change \"%s\"", first->step,
			   undo->step, undo->object);
}

/* What fills in a placeholder is no placeholder itself. */
static void
check_filling(const struct site *s, const struct node *n)
{
	if (n != NULL && n->type == NODE_SCALAR && n->text[0] == '\0')
		node_error(s, n, "template",
			   "\"%.64s\" is empty: it is put in the place of a "
			   "placeholder",
			   n->key);
	else if (n != NULL && n->type == NODE_SCALAR &&
		 strpbrk(n->text, "{}") != NULL)
		node_error(s, n, "template",
			   "\"%.64s\" holds a brace: it is put in the place of "
			   "a placeholder as it stands",
			   n->text);
}

static void
bind_undos(struct loader *l, const struct site *s, const struct node *n)
{
	struct book_rollback *r = &l->book->rollback;
	const struct node *acts = node_get(n, "acts");
	const struct node *names = node_get(n, "names");

	for (size_t i = 0; i < r->undo_count; i++) {
		struct book_undo *undo = &r->undos[i];
		const struct node *row = l->undo_nodes[i];
		const struct node *act = find_act(acts, undo->action);

		if (undo->action[0] == '\0')
			continue;
		check_filling(s, node_get(row, "target"));
		check_filling(s, node_get(row, "value"));
		if (act == NULL) {
			unbound(s, node_get(row, "action"), acts,
				"rollback: acts");
			continue;
		}
		read_undo(l, undo, act,
			  &(struct template_row){
				  .s = s,
				  .map = row,
				  .step = undo->step,
				  .names_at = &l->s,
				  .target_name = name_of(names, undo->target),
				  .value_name = name_of(names, undo->value),
			  });
		check_object(l, s, undo, row);
	}
}

static void
bind_check(struct loader *l, const struct site *s, const struct node *n,
	   const struct node *manifest)
{
	struct book_rollback *r = &l->book->rollback;
	const struct node *checks = node_get(n, "checks");
	const struct node *check = node_get(checks, r->check_name);

	if (r->check_name[0] == '\0')
		return;
	if (check == NULL)
		unbound(s, node_get(manifest, "validationCheck"), checks,
			"rollback: checks");
	else
		act_read_check(l, check, NULL, &r->check);
}

static bool
manifest_uses(const struct book_rollback *r, const char *key, bool as_action)
{
	const char *other = as_action ? other_spelling(key) : NULL;

	for (size_t i = 0; i < r->undo_count; i++) {
		const struct book_undo *u = &r->undos[i];

		if (as_action ? strcmp(u->action, key) == 0 ||
					str_same(u->action, other)
			      : strcmp(u->value, key) == 0 ||
					strcmp(u->target, key) == 0)
			return true;
	}
	return false;
}

static void
check_unused(struct loader *l, const struct node *map, bool as_action)
{
	const struct book_rollback *r = &l->book->rollback;

	if (map == NULL || map->type != NODE_MAP)
		return;
	for (const struct node *n = map->first; n != NULL; n = n->next)
		if (!manifest_uses(r, n->key, as_action))
			node_key_warn(&l->s, n, "unused",
				      "\"%.64s\" is not in the rollback "
				      "manifest",
				      n->key);
}

static void
check_texts(struct loader *l, const struct node *map)
{
	if (map == NULL || map->type != NODE_MAP)
		return;
	for (const struct node *n = map->first; n != NULL; n = n->next) {
		const char *text = scalar_any(&l->s, n, "a text");

		if (text != NULL && !text_is_plain(text, false))
			node_error(&l->s, n, "line-break",
				   "\"%.64s\" must be one line without control "
				   "characters",
				   n->key);
		check_filling(&l->s, n);
	}
}

static void
read_policy(struct loader *l, const struct node *n)
{
	struct book_rollback *r = &l->book->rollback;
	const struct node *policy = node_get(n, "policy");
	const struct node *countdown = node_get(n, "countdown");

	if (policy != NULL && policy->type == NODE_SCALAR)
		str_copy(r->policy, sizeof(r->policy), policy->text);
	if (countdown != NULL && strcmp(r->policy, "countdown") != 0)
		node_key_warn(&l->s, countdown, "unused",
			      "\"countdown\" counts with policy countdown "
			      "only");
	if (r->confirm == ROLLBACK_TWO_PERSON &&
	    strcmp(r->policy, "propose") != 0)
		node_error(&l->s, policy, "policy",
			   "a rollback that needs two persons cannot begin by "
			   "itself: policy must be propose");
}

static void
read_manifest(struct loader *l, const struct node *n)
{
	struct book_rollback *r = &l->book->rollback;
	const struct node *file = node_get(n, "manifest");
	struct site s = { NULL, l->s.f };

	if (file == NULL || !named_file(l, file, &l->rollback))
		return;
	s.file = l->rollback.file;
	manifest_rollback_read(&s, l->rollback.root, r, &l->undo_nodes);
	bind_undos(l, &s, n);
	bind_check(l, &s, n, l->rollback.root);
	check_unused(l, node_get(n, "acts"), true);
	check_unused(l, node_get(n, "names"), false);
}

static bool
has_gate(const struct gate_set *set, const char *signal)
{
	for (size_t i = 0; i < set->gate_count; i++)
		if (str_same(set->gates[i].signal, signal))
			return true;
	return false;
}

/* A target that nothing judges would never stop anything. */
static void
read_target(struct loader *l, const struct node *list, char *to, size_t size)
{
	size_t used = 0;

	if (list == NULL || list->type != NODE_LIST)
		return;
	for (const struct node *n = list->first; n != NULL; n = n->next) {
		if (scalar_any(&l->s, n, "the signal of a gate") == NULL)
			continue;
		if (!has_gate(&l->book->gates, n->text))
			gate_unknown(l, n, "signal with a gate");
		else if (!str_printf(to + used, size - used, "%s%s",
				     used > 0 ? " " : "", n->text))
			node_error(&l->s, n, "too-long",
				   "\"target\" names too much");
		used = strlen(to);
	}
}

void
rollback_read(struct loader *l, const struct node *n)
{
	struct book_rollback *r = &l->book->rollback;

	r->timeout_ms = TIMEOUT_MS;
	r->stagger_ms = STAGGER_MS;
	r->countdown_ms = COUNTDOWN_MS;
	r->validate_within_ms = VALIDATE_MS;
	r->baseline_every_ms = BASELINE_MS;
	str_copy(r->policy, sizeof(r->policy), "propose");
	if (n == NULL || !fields_read(&l->s, rollback_fields, n, r, NULL))
		return;
	read_policy(l, n);
	read_target(l, node_get(n, "target"), r->target, sizeof(r->target));
	check_texts(l, node_get(n, "names"));
	if (node_get(n, "acts") != NULL)
		template_check(&l->s, node_get(n, "acts"), TEMPLATE_WORDS);
	if (node_get(n, "checks") != NULL)
		template_check(&l->s, node_get(n, "checks"), TEMPLATE_NONE);
	read_manifest(l, n);
	validate_read(l, n);
	drain_read(l, n);
}
