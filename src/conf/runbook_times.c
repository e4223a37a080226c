/*
 * runbook_times - times that cannot hold beside each other.
 *
 * A condition that must hold longer than is waited for it, waits that are
 * longer than the rollback may take, a look that comes after the end.
 */
#include "conf/runbook_lint.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "model/drain.h"
#include "model/forecast.h"
#include "model/plan.h"
#include "model/spread.h"

#define TIME 24

/* Time between two looks, where the kind has one. */
static const struct {
	const char *kind, *group; /* NULL: beside the other settings */
} looks[] = {
	{ "http", "poll" },
	{ "exec", "verify" },
	{ "calls", "queues" },
	{ "reconcile", NULL },
};

void
looks_check(struct loader *l, const struct node *map, const struct act *act,
	    int64_t limit_ms)
{
	const struct node *with = node_get(map, act->kind);
	const char *kind = act->kind;

	if (strcmp(kind, SPREAD_KIND) == 0) {
		kind = settings_text_or(&act->with, "kind", "");
		with = node_get(with, kind);
	}
	for (size_t i = 0; i < ARRAY_LEN(looks); i++) {
		const struct node *in = with, *n;
		char limit[TIME];
		int64_t every_ms;

		if (strcmp(looks[i].kind, kind) != 0)
			continue;
		if (looks[i].group != NULL)
			in = node_get(with, looks[i].group);
		n = node_get(in, "every");
		if (n == NULL || n->type != NODE_SCALAR ||
		    !str_to_duration_ms(n->text, &every_ms) ||
		    every_ms < limit_ms)
			continue;
		str_duration(limit, sizeof(limit), limit_ms);
		node_error(
			&l->s, n, "never-again",
			"it looks every %.24s, and the act ends after %s: it "
			"would never look twice",
			n->text, limit);
	}
}

static void
check_wait(struct loader *l, const struct act *act, const struct node *map)
{
	const struct node *n = node_get(node_get(map, "wait"), "for");
	int64_t window_ms = l->book->window_ms;
	char window[TIME];

	if (n == NULL || window_ms == 0 ||
	    settings_duration_ms(&act->with, "for", 0) <= window_ms)
		return;
	str_duration(window, sizeof(window), window_ms);
	node_warn(&l->s, n, "long-wait",
		  "it waits %.24s, longer than the whole window (%s)", n->text,
		  window);
}

static void
check_step(struct loader *l, const struct book_step *s, const struct node *map)
{
	int64_t undo_ms = l->book->rollback.timeout_ms < UNDO_TIMEOUT_MS
				  ? l->book->rollback.timeout_ms
				  : UNDO_TIMEOUT_MS;

	check_wait(l, &s->act, node_get(map, "do"));
	looks_check(l, node_get(map, "do"), &s->act, s->timeout_ms);
	looks_check(l, node_get(map, "emergency"), &s->emergency,
		    s->timeout_ms);
	looks_check(l, node_get(map, "undo"), &s->undo, undo_ms);
	looks_check(l, node_get(map, "undo_emergency"), &s->undo_emergency,
		    undo_ms);
}

/* What must hold for so long cannot have held so long by the end. */
static void
check_steady(struct loader *l, const struct node *rollback)
{
	const struct book_rollback *r = &l->book->rollback;
	const struct node *map = node_get(rollback, "validate");
	const struct node *n = map == NULL ? NULL : map->first;

	for (size_t i = 0; i < r->validation_count && n != NULL;
	     i++, n = n->next) {
		const struct node *at = node_get(n, "for");
		char steady[TIME], within[TIME];

		if (r->validations[i].for_ms < r->validate_within_ms)
			continue;
		if (at == NULL)
			at = node_get(n, "guide");
		str_duration(steady, sizeof(steady), r->validations[i].for_ms);
		str_duration(within, sizeof(within), r->validate_within_ms);
		node_error(&l->s, at != NULL ? at : n, "never-holds",
			   "it must hold for %s without a break, and the "
			   "rollback halts after %s (\"validate_within\"): it "
			   "could never be proved",
			   steady, within);
	}
}

static bool
is_item(struct loader *l, const struct book_step *s)
{
	return s->undo.kind[0] != '\0' && s->after != AFTER_FORWARD_ONLY &&
	       (s->object[0] == '\0' ||
		keyset_get(&l->names, scope_object, s->object) == NULL);
}

/* The items of a rollback of everything, by layer: rows, then undos from the
 * last on.  The caller frees. */
static struct plan_item *
all_items(struct loader *l, size_t *count)
{
	const struct book *b = l->book;
	struct plan_item *items =
		mem_new(b->rollback.undo_count + b->step_count, sizeof(*items));

	*count = 0;
	for (enum book_layer y = LAYER_TRANSPORT; y <= LAYER_USER_STATE; y++) {
		for (size_t i = 0; i < b->rollback.undo_count; i++)
			if (b->rollback.undos[i].layer == y)
				items[(*count)++] = (struct plan_item){
					.row = (int)i, .step = -1, .layer = y
				};
		for (size_t i = b->step_count; i-- > 0;)
			if (b->steps[i].layer == y && is_item(l, &b->steps[i]))
				items[(*count)++] = (struct plan_item){
					.row = -1, .step = (int)i, .layer = y
				};
	}
	return items;
}

/* Of drains without a signal, which wait for their time each night. */
static int64_t
drains_ms(const struct book *b, const struct plan_item *items, size_t count)
{
	const struct book_rollback *r = &b->rollback;
	int64_t sum = 0;

	for (size_t k = 0; k < r->drain_count; k++)
		for (size_t i = 0; i < count; i++)
			if (r->drains[k].gate.signal[0] == '\0' &&
			    drain_applies(&r->drains[k], b, &items[i])) {
				sum += r->drains[k].session_timer_ms;
				break;
			}
	return sum;
}

static void
tell_long(struct loader *l, const struct node *root, int64_t takes_ms,
	  int64_t limit_ms, const char *limit)
{
	const struct node *at = node_get(root, limit);
	char takes[TIME], most[TIME];

	if (at == NULL)
		at = node_get(root, "rollback");
	if (at == NULL)
		at = node_get(root, "steps");
	str_duration(takes, sizeof(takes), takes_ms);
	str_duration(most, sizeof(most), limit_ms);
	node_key_warn(&l->s, at, "long-rollback",
		      "a rollback of everything takes %s by what the runbook "
		      "says (\"takes\", \"stagger\", \"drain\", \"for\"), and "
		      "\"%s\" is %s",
		      takes, limit, most);
}

static void
check_whole(struct loader *l, const struct node *root)
{
	const struct book *b = l->book;
	const struct book_rollback *r = &b->rollback;
	const struct node *at = node_get(node_get(root, "rollback"), "stagger");
	int64_t takes_ms = 0, steady_ms = 0, wait_ms = 0;
	size_t count;
	struct plan_item *items = all_items(l, &count);
	char sum[TIME], most[TIME];

	for (size_t i = 0; i < count; i++) {
		takes_ms += plan_takes_ms(b, &items[i]);
		if (i > 0 && plan_staggers(b, &items[i - 1], &items[i]))
			wait_ms += r->stagger_ms;
	}
	for (size_t i = 0; i < r->validation_count; i++)
		if (r->validations[i].for_ms > steady_ms)
			steady_ms = r->validations[i].for_ms;
	takes_ms += wait_ms + drains_ms(b, items, count);
	str_duration(sum, sizeof(sum), wait_ms);
	str_duration(most, sizeof(most), r->timeout_ms);
	if (at != NULL && wait_ms >= r->timeout_ms)
		node_error(&l->s, at, "never-done",
			   "between all items of a rollback it waits %s, and "
			   "the whole may take %s: it could never be done",
			   sum, most);
	else if (l->s.f->errors > l->errors_before)
		; /* it would be told of the same mistake once more */
	else if (count > 0 && takes_ms > r->timeout_ms)
		tell_long(l, root, takes_ms, r->timeout_ms, "timeoutSeconds");
	else if (count > 0 && takes_ms + steady_ms > forecast_rto_ms(b))
		tell_long(l, root, takes_ms + steady_ms, forecast_rto_ms(b),
			  "rto");
	mem_free(items);
}

void
times_lint(struct loader *l, const struct node *root)
{
	for (size_t i = 0; i < l->book->step_count; i++)
		check_step(l, &l->book->steps[i], l->step_nodes[i]);
	check_steady(l, node_get(root, "rollback"));
	check_whole(l, root);
}
