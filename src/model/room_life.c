/* room_life - birth, copy and end of a room, and finding things in it. */
#include "model/room.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "model/drain.h"
#include "model/room_fold.h"
#include "model/room_health.h"
#include "model/room_heard.h"

static const char *const rollback_words[] = {
	[ROLLBACK_NONE] = "none",	  [ROLLBACK_PROPOSED] = "proposed",
	[ROLLBACK_DECLINED] = "declined", [ROLLBACK_ARMED] = "armed",
	[ROLLBACK_RUNNING] = "running",	  [ROLLBACK_VALIDATING] = "validating",
	[ROLLBACK_HALTING] = "halting",	  [ROLLBACK_VALIDATED] = "validated",
	[ROLLBACK_HALTED] = "halted",
};

const char *
rollback_word(enum rollback_state s)
{
	assert((unsigned)s < ARRAY_LEN(rollback_words));
	return rollback_words[s];
}

bool
rollback_parse(const char *word, enum rollback_state *out)
{
	for (unsigned i = 0; i < ARRAY_LEN(rollback_words); i++)
		if (strcmp(rollback_words[i], word) == 0) {
			*out = (enum rollback_state)i;
			return true;
		}
	return false;
}

void
room_act_init(struct room_act *a)
{
	*a = (struct room_act){ .began_ms = -1, .ended_ms = -1 };
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct room_signal *)a)->name,
		      ((const struct room_signal *)b)->name);
}

static void
add_signal(struct room *r, const char *name)
{
	struct room_signal *s = &r->signals[r->signal_count++];

	str_copy(s->name, sizeof(s->name), name);
	s->last.n = -1;
	s->last_good.n = -1;
}

/* Every signal that a probe feeds or a gate asks for, once, by name: a
 * sample finds its signal in a few comparisons, however many there are. */
static void
make_signals(struct room *r)
{
	const struct book *b = r->book;
	size_t most = b->gates.gate_count;
	size_t kept = 0;

	for (size_t i = 0; i < b->probe_count; i++)
		most += b->probes[i].signal_count;
	r->signals = mem_new(most, sizeof(*r->signals));
	for (size_t i = 0; i < b->gates.gate_count; i++)
		add_signal(r, b->gates.gates[i].signal);
	for (size_t i = 0; i < b->probe_count; i++)
		for (size_t n = 0; n < b->probes[i].signal_count; n++)
			add_signal(r, b->probes[i].signals[n].name);
	qsort(r->signals, most, sizeof(*r->signals), by_name);
	for (size_t i = 0; i < most; i++)
		if (kept == 0 ||
		    by_name(&r->signals[kept - 1], &r->signals[i]) != 0)
			r->signals[kept++] = r->signals[i];
	r->signal_count = kept;
}

static void
make_gates(struct room *r)
{
	const struct gate_set *set = &r->book->gates;

	r->gates = mem_new(set->gate_count, sizeof(*r->gates));
	for (size_t i = 0; i < set->gate_count; i++) {
		r->held_gates += set->gates[i].held_for_ms > 0;
		r->gates[i] = (struct room_gate){
			.verdict = VERDICT_BLIND,
			.reason = GATE_NEVER_SEEN,
			.breached_ms = -1,
			.signal = room_find_signal(r, set->gates[i].signal),
		};
	}
}

struct room *
room_new(struct book *book)
{
	struct room *r = mem_new(1, sizeof(*r));

	r->book = book_take(book);
	r->verdict = VERDICT_BLIND;
	r->first_no_go_ms = -1;
	r->first_fault_ms = -1;
	r->rollback_began_ms = -1;
	r->rollback_ended_ms = -1;
	make_signals(r);
	make_gates(r);
	r->steps = mem_new(book->step_count, sizeof(*r->steps));
	for (size_t i = 0; i < book->step_count; i++)
		room_act_init(&r->steps[i]);
	r->baseline = mem_new(book->baseline_count, sizeof(*r->baseline));
	r->objects = mem_new(book->object_count, sizeof(*r->objects));
	r->overrides = mem_new(0, sizeof(*r->overrides));
	r->undos = mem_new(0, sizeof(*r->undos));
	r->planned = mem_new(0, sizeof(*r->planned));
	r->left = mem_new(0, sizeof(*r->left));
	room_watches_new(r);
	room_heard_new(r);
	r->drains = mem_new(book->rollback.drain_count, sizeof(*r->drains));
	room_drains_reset(r);
	return r;
}

static void
own_regions(struct room_act *a)
{
	if (a->regions != NULL)
		a->regions = mem_copy(a->regions, sizeof(*a->regions));
}

struct room *
room_copy(const struct room *r)
{
	struct room *c = mem_copy(r, sizeof(*r));

	c->book = book_take(r->book);
	c->signals =
		mem_copy(r->signals, r->signal_count * sizeof(*r->signals));
	c->gates = mem_copy(r->gates,
			    r->book->gates.gate_count * sizeof(*r->gates));
	c->steps = mem_copy(r->steps, r->book->step_count * sizeof(*r->steps));
	c->baseline = mem_copy(r->baseline,
			       r->book->baseline_count * sizeof(*r->baseline));
	c->objects = mem_copy(r->objects,
			      r->book->object_count * sizeof(*r->objects));
	c->overrides = mem_copy(r->overrides,
				r->override_count * sizeof(*r->overrides));
	c->undos = mem_copy(r->undos, r->undo_count * sizeof(*r->undos));
	c->planned =
		mem_copy(r->planned, r->planned_count * sizeof(*r->planned));
	c->left = mem_copy(r->left, r->left_count * sizeof(*r->left));
	room_watches_copy(c);
	room_heard_copy(c);
	c->drains = mem_copy(r->drains, r->book->rollback.drain_count *
						sizeof(*r->drains));
	for (size_t i = 0; i < r->book->step_count; i++)
		own_regions(&c->steps[i]);
	for (size_t i = 0; i < r->undo_count; i++)
		own_regions(&c->undos[i].act);
	return c;
}

void
room_free_undos(struct room_undo *undos, size_t count)
{
	for (size_t i = 0; i < count; i++)
		mem_free(undos[i].act.regions);
	mem_free(undos);
}

void
room_free(struct room *r)
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < r->book->step_count; i++)
		mem_free(r->steps[i].regions);
	mem_free(r->watches);
	mem_free(r->heard);
	mem_free(r->drains);
	book_drop(r->book);
	mem_free(r->signals);
	mem_free(r->gates);
	mem_free(r->steps);
	room_free_undos(r->undos, r->undo_count);
	mem_free(r->baseline);
	mem_free(r->objects);
	mem_free(r->overrides);
	mem_free(r->planned);
	mem_free(r->left);
	mem_free(r);
}

int
room_find_signal(const struct room *r, const char *name)
{
	size_t low = 0;
	size_t high = r->signal_count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = strcmp(r->signals[mid].name, name);

		if (order == 0)
			return (int)mid;
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return -1;
}

const struct room_signal *
room_signal(const struct room *r, const char *name)
{
	int i = room_find_signal(r, name);

	return i < 0 ? NULL : &r->signals[i];
}

int
room_find_step(const struct room *r, const char *id)
{
	for (size_t i = 0; i < r->book->step_count; i++)
		if (strcmp(r->book->steps[i].id, id) == 0)
			return (int)i;
	return -1;
}
