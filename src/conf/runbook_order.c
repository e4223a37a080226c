/*
 * runbook_order - which step needs which, and that no step needs itself.
 *
 * Linear in steps and needs, without recursion: a runbook of ten thousand
 * steps in one chain loads like any other.
 */
#include "conf/runbook.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "conf/scalar.h"

#define CYCLES_TOLD 10

/* needs[] turned round, and what is still waiting. */
struct graph {
	const struct book_step *steps;
	size_t count;
	size_t *first; /* count + 1: where a step's dependants begin */
	int *dependants;
	size_t *waiting; /* needs not yet done */
	int *ready;	 /* a stack */
	size_t ready_count;
	bool *done;
	int *seen; /* which walk came by */
};

static void
unknown_step(struct loader *l, const struct node *n)
{
	const struct book *b = l->book;
	char hint[96];

	suggest_row(hint, sizeof(hint), &l->s, n->text, b->steps[0].id,
		    b->step_count, sizeof(b->steps[0]));
	node_error(&l->s, n, "unknown-step", "unknown step \"%.64s\"%s",
		   n->text, hint);
}

static void
add_need(struct loader *l, struct book_step *step, const struct node *n)
{
	const struct book_step *needed;
	int index;

	if (scalar_any(&l->s, n, "the id of a step") == NULL)
		return;
	needed = keyset_get(&l->names, scope_step, n->text);
	if (needed == NULL) {
		unknown_step(l, n);
		return;
	}
	index = (int)(needed - l->book->steps);
	for (size_t i = 0; i < step->need_count; i++)
		if (step->needs[i] == index) {
			node_error(&l->s, n, "duplicate-need",
				   "\"%s\" stands twice in \"needs\"", n->text);
			return;
		}
	if (step->need_count < BOOK_NEEDS)
		step->needs[step->need_count++] = index;
}

static void
read_needs(struct loader *l, struct book_step *step, const struct node *map)
{
	const struct node *n = node_get(map, "needs");

	if (n == NULL || n->type != NODE_LIST)
		return;
	if (n->count > BOOK_NEEDS)
		node_error(&l->s, n, "too-many",
			   "a step can need %d others, found %zu", BOOK_NEEDS,
			   n->count);
	for (n = n->first; n != NULL; n = n->next)
		add_need(l, step, n);
}

static void
graph_start(struct graph *g, const struct book *b)
{
	size_t *fill;

	*g = (struct graph){ .steps = b->steps, .count = b->step_count };
	g->first = mem_new(g->count + 1, sizeof(*g->first));
	g->waiting = mem_new(g->count, sizeof(*g->waiting));
	g->ready = mem_new(g->count, sizeof(*g->ready));
	g->done = mem_new(g->count, sizeof(*g->done));
	g->seen = mem_new(g->count, sizeof(*g->seen));
	for (size_t i = 0; i < g->count; i++)
		for (size_t k = 0; k < g->steps[i].need_count; k++)
			g->first[g->steps[i].needs[k] + 1]++;
	for (size_t i = 0; i < g->count; i++)
		g->first[i + 1] += g->first[i];
	g->dependants = mem_new(g->first[g->count], sizeof(int));
	fill = mem_copy(g->first, (g->count + 1) * sizeof(*fill));
	for (size_t i = 0; i < g->count; i++) {
		g->waiting[i] = g->steps[i].need_count;
		for (size_t k = 0; k < g->steps[i].need_count; k++)
			g->dependants[fill[g->steps[i].needs[k]]++] = (int)i;
		if (g->waiting[i] == 0)
			g->ready[g->ready_count++] = (int)i;
	}
	mem_free(fill);
}

static void
graph_clear(struct graph *g)
{
	mem_free(g->first);
	mem_free(g->dependants);
	mem_free(g->waiting);
	mem_free(g->ready);
	mem_free(g->done);
	mem_free(g->seen);
}

/* Does everything that can be done. */
static void
graph_run(struct graph *g)
{
	while (g->ready_count > 0) {
		int i = g->ready[--g->ready_count];

		g->done[i] = true;
		for (size_t k = g->first[i]; k < g->first[i + 1]; k++)
			if (--g->waiting[g->dependants[k]] == 0 &&
			    !g->done[g->dependants[k]])
				g->ready[g->ready_count++] = g->dependants[k];
	}
}

/* A need that is not done either; each waiting step has one. */
static int
open_need(const struct graph *g, int i)
{
	const struct book_step *step = &g->steps[i];
	size_t k = 0;

	while (g->done[step->needs[k]]) {
		k++;
		assert(k < step->need_count);
	}
	return step->needs[k];
}

static void
tell_cycle(struct loader *l, const struct graph *g, int start)
{
	char text[200] = "";
	size_t used = 0;
	int i = start;

	do {
		str_printf(text + used, sizeof(text) - used, "%s -> ",
			   g->steps[i].id);
		used = strlen(text);
		i = open_need(g, i);
	} while (i != start && used + BOOK_ID + 8 < sizeof(text));
	node_key_error(&l->s, node_get(l->step_nodes[start], "needs"), "cycle",
		       "steps wait for each other: %s%s", text,
		       i == start ? g->steps[start].id : "...");
}

/* Reports what could not be done, cycle by cycle. */
static void
find_cycles(struct loader *l, struct graph *g)
{
	int walk = 0;

	for (size_t s = 0; s < g->count && walk < CYCLES_TOLD; s++) {
		int i = (int)s;

		if (g->done[s])
			continue;
		walk++;
		while (g->seen[i] != walk) {
			g->seen[i] = walk;
			i = open_need(g, i);
		}
		tell_cycle(l, g, i);
		/* Cut it open here and see what remains. */
		g->ready[g->ready_count++] = i;
		graph_run(g);
	}
}

void
steps_order(struct loader *l)
{
	struct book *b = l->book;
	struct graph g;

	for (size_t i = 0; i < b->step_count; i++)
		read_needs(l, &b->steps[i], l->step_nodes[i]);
	graph_start(&g, b);
	graph_run(&g);
	find_cycles(l, &g);
	graph_clear(&g);
}

/* The layer in which the step is taken back, by a row of the manifest or its
 * own undo; -1: nothing takes it back. */
static int
layer_back(const struct book *b, const struct book_step *s)
{
	for (size_t i = 0; i < b->rollback.undo_count; i++)
		if (s->object[0] != '\0' &&
		    strcmp(b->rollback.undos[i].object, s->object) == 0)
			return (int)b->rollback.undos[i].layer;
	return s->undo.kind[0] != '\0' ? (int)s->layer : -1;
}

void
order_lint(struct loader *l, size_t step)
{
	const struct book *b = l->book;
	const struct book_step *s = &b->steps[step];
	int layer = layer_back(b, s);

	for (size_t k = 0; k < s->need_count; k++) {
		const struct book_step *needed = &b->steps[s->needs[k]];
		int first = layer_back(b, needed);

		if (first >= 0 && first < layer)
			node_key_warn(&l->s,
				      node_get(l->step_nodes[step], "needs"),
				      "needs-layer",
				      "a rollback takes back \"%s\", which "
				      "\"%s\" needs, before \"%s\": its layer "
				      "comes first",
				      needed->id, s->id, s->id);
	}
}
