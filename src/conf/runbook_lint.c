/* runbook_lint - what is well-formed and would still go wrong at night. */
#include "conf/runbook_lint.h"

#include <string.h>

#include "base/jscan.h"
#include "base/str.h"

/* A gate that nothing feeds stays BLIND, so the room can never say GO. */
static void
check_fed(struct loader *l, const struct node *root)
{
	const struct gate_set *set = &l->book->gates;

	for (size_t i = 0; i < set->gate_count; i++) {
		const struct gate *g = &set->gates[i];
		const struct node *where = node_get(root, "gates");

		if (keyset_get(&l->names, scope_signal, g->signal) != NULL)
			continue;
		if (where == NULL)
			where = node_get(root, "thresholds");
		node_key_warn(&l->s, where, "unfed",
			      "no probe feeds \"%s\": it would stay BLIND",
			      g->signal);
	}
}

/* The manifest takes it back instead. */
static bool
is_covered(struct loader *l, const struct book_step *step)
{
	return step->object[0] != '\0' &&
	       keyset_get(&l->names, scope_object, step->object) != NULL;
}

/* A person changes something, and says what. */
static bool
by_hand(const struct book_step *step)
{
	return strcmp(step->act.kind, "manual") == 0 && step->object[0] != '\0';
}

static void
check_undo(struct loader *l, const struct book_step *step,
	   const struct node *map)
{
	const struct node *undo = node_get(map, "undo");

	if (undo != NULL) {
		if (act_lacks_verify(l, &step->undo))
			node_key_error(&l->s, undo, "undo-unverified",
				       "the undo of \"%s\" does not say how "
				       "to see that it is done: add "
				       "\"verify\"",
				       step->id);
		return;
	}
	if ((act_changes(&step->act) || by_hand(step)) && !is_covered(l, step))
		node_warn(&l->s, map, "no-undo",
			  "\"%s\" changes something and has no undo: add one, "
			  "or \"undo: none\" if there is nothing to take back",
			  step->id);
}

static void
check_undo_emergency(struct loader *l, const struct book_step *step,
		     const struct node *map)
{
	const struct node *at = node_get(map, "undo_emergency");

	if (step->undo_emergency.kind[0] == '\0')
		return;
	if (step->undo.kind[0] == '\0')
		node_key_error(&l->s, at, "no-undo",
			       "\"%s\" has no undo that this could stand in "
			       "for",
			       step->id);
	if (act_lacks_verify(l, &step->undo_emergency))
		node_key_error(&l->s, at, "undo-unverified",
			       "the emergency undo of \"%s\" does not say how "
			       "to see that it is done: add \"verify\"",
			       step->id);
}

/* The steps that a reconcile names must be there. */
static void
check_named(struct loader *l, const struct act *act, const struct node *map)
{
	const char *list = settings_text(&act->with, "steps");
	char id[BOOK_ID];
	struct jscan s;
	enum jtok t;

	if (strcmp(act->kind, "reconcile") != 0 || list == NULL)
		return;
	jscan_init(&s, list, strlen(list));
	for (t = jscan_next(&s); t != JTOK_END && t != JTOK_ERROR;
	     t = jscan_next(&s))
		if (t == JTOK_STRING && (!jscan_string(&s, id, sizeof(id)) ||
					 book_step(l->book, id) == NULL))
			node_error(&l->s,
				   node_get(node_get(node_get(map, "do"),
						     "reconcile"),
					    "steps"),
				   "unknown-step",
				   "there is no step \"%.48s\" to reconcile",
				   id);
}

/* What is hard to take back is confirmed, and so is what a person does: their
 * word is all that says it was done. */
static void
check_confirm(struct loader *l, const struct book_step *step,
	      const struct node *map)
{
	const struct node *at = node_get(map, "confirm");

	if (step->confirm != CONFIRM_NONE)
		return;
	if (at == NULL)
		at = map;
	if (strcmp(step->act.kind, "manual") == 0)
		node_error(
			&l->s, at, "confirm",
			"\"%s\" is done by a person, whose word is the proof "
			"of it: confirm must be key, phrase or two_person",
			step->id);
	else if (act_is_destructive(&step->act))
		node_error(&l->s, at, "confirm",
			   "\"%s\" is hard to take back: confirm must be key, "
			   "phrase or two_person",
			   step->id);
	else if (act_changes(&step->act) && step->after == AFTER_FULL &&
		 step->layer != LAYER_USER_STATE)
		node_warn(&l->s, at, "unasked",
			  "\"%s\" changes what calls take and asks nobody: let "
			  "confirm be key",
			  step->id);
}

static void
check_step(struct loader *l, const struct book_step *step,
	   const struct node *map)
{
	check_undo(l, step, map);
	check_undo_emergency(l, step, map);
	check_named(l, &step->act, map);
	check_confirm(l, step, map);
	if (act_changes(&step->emergency) &&
	    act_lacks_verify(l, &step->emergency))
		node_key_warn(&l->s, node_get(map, "emergency"), "unverified",
			      "the emergency variant of \"%s\" has no "
			      "\"verify\"",
			      step->id);
	if (act_changes(&step->act) && act_lacks_verify(l, &step->act))
		node_key_warn(&l->s, node_get(map, "do"), "unverified",
			      "\"%s\" has no \"verify\": if its answer is "
			      "lost, nobody can say whether it happened",
			      step->id);
}

static void
check_trunks(struct loader *l, const struct node *root)
{
	const struct book_trunk *t = &l->book->trunk;
	const struct node *at = node_get(root, "trunk");

	for (size_t i = 0; i < t->sequence_count; i++)
		if (keyset_get(&l->names, scope_endpoint, t->sequence[i]) ==
		    NULL)
			node_warn(&l->s, at, "unknown-endpoint",
				  "trunk \"%s\" of the failover sequence is no "
				  "endpoint of the runbook",
				  t->sequence[i]);
}

void
book_lint(struct loader *l, const struct node *root)
{
	const struct book *b = l->book;

	for (size_t i = 0; i < b->step_count; i++) {
		check_step(l, &b->steps[i], l->step_nodes[i]);
		undo_lint(l, i);
		order_lint(l, i);
	}
	times_lint(l, root);
	/* A misspelt probe or endpoint is told once, as what it is. */
	if (l->s.f->errors > l->errors_before)
		return;
	check_fed(l, root);
	check_trunks(l, root);
}

/* What has no name has no baseline, no row in the matrix and no invariant. */
static void
check_objects(struct loader *l)
{
	for (size_t i = 0; i < l->book->step_count; i++) {
		const struct book_step *s = &l->book->steps[i];

		if (act_changes(&s->act) && s->undo.kind[0] != '\0' &&
		    s->object[0] == '\0')
			node_warn(&l->s, l->step_nodes[i], "no-object",
				  "\"%s\" changes something and does not say "
				  "what: without \"object\" no baseline is "
				  "read of it, and no matrix and no invariant "
				  "knows it",
				  s->id);
	}
}

/* What can be taken back is to be compared with something, and to be called
 * healthy by something. */
void
runbook_lint_proof(struct loader *l, const struct node *root)
{
	const struct node *at = node_get(root, "rollback");
	bool has_undo = l->book->rollback.undo_count > 0;

	for (size_t i = 0; i < l->book->step_count; i++)
		has_undo = has_undo || l->book->steps[i].undo.kind[0] != '\0';
	if (!has_undo)
		return;
	check_objects(l);
	if (at == NULL)
		at = node_get(root, "steps");
	if (node_get(root, "baseline") == NULL)
		node_key_warn(
			&l->s, at, "no-snapshot",
			"there are undos and no \"baseline\": nothing is "
			"read before the first change, so that no "
			"rollback can be compared with it; "
			"\"baseline: []\" reads the objects of the steps");
	if (l->book->rollback.validation_count == 0)
		node_key_warn(&l->s, at, "no-validation",
			      "there are undos and no \"validate\" in "
			      "\"rollback\": it is validated once they read "
			      "back, whether or not calls, agents and data are "
			      "as they should be");
}
