/* runbook_steps - what is done, in which order, and how it is taken back. */
#include "conf/runbook.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "conf/scalar.h"
#include "conf/template.h"

#define TIMEOUT_MS 300000
#define ATTEMPTS 4
#define MONTH_MS 2678400000.0

static_assert(CONFIRM_TWO_PERSON == 3 && LAYER_USER_STATE == 3 &&
		      AFTER_FORWARD_ONLY == 2,
	      "the words below stand in the order of their enums");
#define CONFIRM_WORDS "none key phrase two_person"
#define LAYER_WORDS "transport routing flow user_state"
#define AFTER_WORDS "full data_loss forward_only"

const struct field retry_fields[] = {
	{ .name = "attempts",
	  .as = AS_COUNT,
	  FIELD_AT(struct book_retry, attempts),
	  .least = 1,
	  .most = 100,
	  .help = "tries of an idempotent act" },
	{ .name = "base",
	  .as = AS_DURATION,
	  FIELD_AT(struct book_retry, base_ms),
	  .least = 1,
	  .most = MONTH_MS,
	  .help = "window of the first random wait; it doubles" },
	{ .name = "cap",
	  .as = AS_DURATION,
	  FIELD_AT(struct book_retry, cap_ms),
	  .least = 1,
	  .most = MONTH_MS,
	  .help = "widest window" },
	{ .name = "budget",
	  .as = AS_DURATION,
	  FIELD_AT(struct book_retry, budget_ms),
	  .least = 1,
	  .most = MONTH_MS,
	  .help = "no try begins later than this after the first" },
	{ .name = NULL },
};

const struct field step_fields[] = {
	{ .name = "id",
	  .as = AS_ID,
	  .required = true,
	  FIELD_AT(struct book_step, id),
	  .help = "short name, used once" },
	{ .name = "title",
	  .as = AS_LINE,
	  FIELD_AT(struct book_step, title),
	  .help = "what it does, for people" },
	{ .name = "phase",
	  .as = AS_LINE,
	  FIELD_AT(struct book_step, phase),
	  .help = "which part of the night: \"2 Switch\"" },
	{ .name = "owner",
	  .as = AS_LINE,
	  FIELD_AT(struct book_step, owner),
	  .help = "who answers for it" },
	{ .name = "needs",
	  .as = AS_TEXTS,
	  .help = "steps that must be done before" },
	{ .name = "takes",
	  .as = AS_DURATION,
	  FIELD_AT(struct book_step, takes_ms),
	  .least = 1,
	  .most = MONTH_MS,
	  .help = "expected time" },
	{ .name = "timeout",
	  .as = AS_DURATION,
	  FIELD_AT(struct book_step, timeout_ms),
	  .least = 1,
	  .most = MONTH_MS,
	  .help = "time the whole act may take" },
	{ .name = "max_attempts",
	  .as = AS_COUNT,
	  FIELD_AT(struct book_step, max_attempts),
	  .least = 1,
	  .most = 100,
	  .help = "tries of an idempotent act" },
	{ .name = "retry",
	  .as = AS_OBJECT,
	  .inside = retry_fields,
	  .help = "how often and how far apart it is tried" },
	{ .name = "idempotent",
	  .as = AS_FLAG,
	  FIELD_AT(struct book_step, idempotent),
	  .help = "may be sent again with the same key" },
	{ .name = "undo_idempotent",
	  .as = AS_FLAG,
	  FIELD_AT(struct book_step, undo_idempotent),
	  .help = "its undo may be sent again with the same key" },
	{ .name = "cleanup",
	  .as = AS_FLAG,
	  FIELD_AT(struct book_step, cleanup),
	  .help = "its failure never triggers a rollback" },
	{ .name = "confirm",
	  .as = AS_WORD,
	  .words = CONFIRM_WORDS,
	  FIELD_AT(struct book_step, confirm),
	  .help = "who must say yes" },
	{ .name = "layer",
	  .as = AS_WORD,
	  .words = LAYER_WORDS,
	  FIELD_AT(struct book_step, layer),
	  .help = "transport is taken back first, user_state last" },
	{ .name = "object",
	  .as = AS_LINE,
	  FIELD_AT(struct book_step, object),
	  .help = "what it changes: \"dns:sip.domain.com\"" },
	{ .name = "sets",
	  .as = AS_LINE,
	  FIELD_AT(struct book_step, sets),
	  .help = "value the object then has; else as the act says" },
	{ .name = "undo_sets",
	  .as = AS_LINE,
	  FIELD_AT(struct book_step, undo_sets),
	  .help = "value it has after the undo; else as the undo says" },
	{ .name = "rollback_after",
	  .as = AS_WORD,
	  .words = AFTER_WORDS,
	  FIELD_AT(struct book_step, after),
	  .help = "what a rollback can still do once it has run" },
	{ .name = "before",
	  .as = AS_ANY,
	  .help = "what must hold before it acts: go, or gates and probes" },
	{ .name = "do",
	  .as = AS_ACT,
	  .required = true,
	  .help = "one step kind with its settings" },
	{ .name = "emergency",
	  .as = AS_ACT,
	  .help = "the act for when the platform cannot be reached" },
	{ .name = "undo",
	  .as = AS_ACT,
	  .help = "how to take it back; none when there is nothing to" },
	{ .name = "undo_emergency",
	  .as = AS_ACT,
	  .help = "the undo for when the platform cannot be reached" },
	{ .name = NULL },
};

const struct field rollback_act_fields[] = {
	{ .name = "layer",
	  .as = AS_WORD,
	  .words = LAYER_WORDS,
	  FIELD_AT(struct book_undo, layer),
	  .help = "transport is taken back first, user_state last" },
	{ .name = "object",
	  .as = AS_LINE,
	  FIELD_AT(struct book_undo, object),
	  .help = "what it changes: \"dns:{target}\"" },
	{ .name = "sets",
	  .as = AS_LINE,
	  FIELD_AT(struct book_undo, sets),
	  .help = "value the object then has; else as the act says" },
	{ .name = "idempotent",
	  .as = AS_FLAG,
	  FIELD_AT(struct book_undo, idempotent),
	  .help = "may be sent again with the same key" },
	{ .name = "emergency",
	  .as = AS_ACT,
	  .help = "the act for when the platform cannot be reached" },
	{ .name = NULL },
};

/* A wait must end by itself, and before the step's time is over. */
static void
check_wait(struct loader *l, struct book_step *step, const struct node *map)
{
	const struct node *n = node_get(node_get(map, "do"), "wait");
	int64_t wait_ms;

	if (n == NULL)
		return;
	wait_ms = settings_duration_ms(&step->act.with, "for", 0);
	if (wait_ms == 0 && settings_text(&step->act.with, "for") != NULL)
		node_error(&l->s, node_get(n, "for"), "range",
			   "a wait of nothing is no wait");
	else if (node_get(map, "timeout") != NULL && step->timeout_ms < wait_ms)
		node_error(&l->s, node_get(map, "timeout"), "short-timeout",
			   "\"timeout\" ends the step before its wait does");
	else if (step->timeout_ms < 2 * wait_ms &&
		 node_get(map, "timeout") == NULL)
		step->timeout_ms = 2 * wait_ms;
}

/* How it is tried again; what is said twice is refused. */
static void
read_retry(struct loader *l, struct book_step *step, const struct node *map)
{
	const struct node *n = node_get(map, "retry");
	struct book_retry *r = &step->retry;

	if (n == NULL || !fields_read(&l->s, retry_fields, n, r, NULL))
		return;
	if (r->attempts > 0 && node_get(map, "max_attempts") != NULL)
		node_error(&l->s, n, "two-limits",
			   "\"attempts\" is said twice: leave max_attempts "
			   "out");
	if (r->attempts > 0)
		step->max_attempts = r->attempts;
	if (r->base_ms > 0 && r->cap_ms > 0 && r->cap_ms < r->base_ms)
		node_error(&l->s, node_get(n, "cap"), "range",
			   "\"cap\" is less than \"base\"");
	if (!step->idempotent)
		node_warn(&l->s, n, "retry-once",
			  "\"%s\" is not idempotent: it is never sent again "
			  "by itself",
			  step->id);
}

static void
settle_defaults(struct book_step *step, const struct node *map)
{
	if (step->timeout_ms == 0)
		step->timeout_ms = 4 * step->takes_ms > TIMEOUT_MS
					   ? 4 * step->takes_ms
					   : TIMEOUT_MS;
	if (node_get(map, "confirm") == NULL &&
	    strcmp(step->act.kind, "wait") == 0)
		step->confirm = CONFIRM_NONE;
	if (step->title[0] == '\0')
		str_copy(step->title, sizeof(step->title), step->id);
}

/* A person's undo is done by whoever answers for the step, unless it names
 * somebody else. */
static void
read_undo(struct loader *l, const struct book_step *step,
	  const struct node *map, struct act *out)
{
	act_read_undo(l, map, NULL, out);
	if (strcmp(out->kind, "manual") == 0 && step->owner[0] != '\0' &&
	    settings_text(&out->with, "owner") == NULL)
		settings_add(&out->with, "owner", step->owner);
}

/* What a rollback cannot take back whole, somebody says yes to. */
static void
check_asked(struct loader *l, const struct book_step *step,
	    const struct node *map)
{
	const struct node *at = node_get(map, "confirm");

	if (step->confirm != CONFIRM_NONE || step->after == AFTER_FULL)
		return;
	if (at == NULL)
		at = node_get(map, "rollback_after");
	node_error(&l->s, at, "confirm",
		   "\"%s\" is %s: confirm must be key, phrase or two_person",
		   step->id,
		   step->after == AFTER_FORWARD_ONLY
			   ? "a point of no return"
			   : "taken back with a loss of data");
}

/* No row of a manifest fills in what a step does: it would be sent as it is. */
static void
check_words(struct loader *l, const struct node *map)
{
	static const char *const acts[] = { "do", "emergency", "undo",
					    "undo_emergency" };

	for (size_t i = 0; i < ARRAY_LEN(acts); i++) {
		const struct node *act = node_get(map, acts[i]);

		if (act != NULL)
			template_check(&l->s, act, TEMPLATE_NONE);
	}
}

static void
read_step(struct loader *l, struct book_step *step, const struct node *map)
{
	const struct node *act, *undo, *emergency, *other;

	step->line = map->line;
	step->max_attempts = ATTEMPTS;
	step->confirm = CONFIRM_KEY;
	if (map->type != NODE_MAP) {
		want_map(&l->s, map);
		return;
	}
	fields_read(&l->s, step_fields, map, step, NULL);
	read_retry(l, step, map);
	before_read(l, step, node_get(map, "before"));
	act = node_get(map, "do");
	undo = node_get(map, "undo");
	emergency = node_get(map, "emergency");
	other = node_get(map, "undo_emergency");
	if (act != NULL)
		act_read_forward(l, act, &step->act);
	if (emergency != NULL && !node_is_plain(emergency, "none"))
		act_read_forward(l, emergency, &step->emergency);
	if (undo != NULL && !node_is_plain(undo, "none"))
		read_undo(l, step, undo, &step->undo);
	if (other != NULL && !node_is_plain(other, "none"))
		read_undo(l, step, other, &step->undo_emergency);
	if (node_get(map, "sets") == NULL)
		act_sets(&step->act, step->sets, sizeof(step->sets));
	if (node_get(map, "undo_sets") == NULL)
		act_sets(&step->undo, step->undo_sets, sizeof(step->undo_sets));
	settle_defaults(step, map);
	check_words(l, map);
	check_asked(l, step, map);
	check_wait(l, step, map);
}

static void
name_step(struct loader *l, const struct book_step *step,
	  const struct node *map)
{
	const struct node *id = node_get(map, "id");
	const struct book_step *first;

	if (step->id[0] == '\0')
		return;
	first = keyset_add(&l->names, scope_step, step->id, step);
	if (first != NULL)
		node_error(&l->s, id, "duplicate-id",
			   "two steps are called \"%s\", the first on line %d",
			   step->id, first->line);
}

void
steps_read(struct loader *l, const struct node *n)
{
	struct book *b = l->book;

	if (n == NULL || n->type != NODE_LIST)
		return;
	if (n->count == 0)
		node_error(&l->s, n, "empty", "a runbook needs a step");
	b->steps = mem_new(n->count, sizeof(*b->steps));
	l->step_nodes = mem_new(n->count, sizeof(struct node *));
	for (n = n->first; n != NULL; n = n->next) {
		struct book_step *step = &b->steps[b->step_count];

		l->step_nodes[b->step_count++] = n;
		read_step(l, step, n);
		name_step(l, step, n);
	}
}
