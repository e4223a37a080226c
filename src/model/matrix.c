/* matrix - where each object of the night stands, in each region. */
#include "model/matrix.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "model/spread.h"

/* What is known of one cell so far: the latest word wins. */
struct word {
	bool is_said;
	enum side side;
	int64_t at_ms;
};

static void
say(struct word *w, enum side side, int64_t at_ms)
{
	if (w->is_said && at_ms < w->at_ms)
		return;
	*w = (struct word){ true, side, at_ms };
}

static bool
is_object(const char *a, const char *b)
{
	return a[0] != '\0' && strcmp(a, b) == 0;
}

/* The last step of the runbook on that object: what it makes of it is the
 * target of the night. */
static const struct book_step *
last_on(const struct book *b, const char *object)
{
	const struct book_step *last = NULL;

	for (size_t i = 0; i < b->step_count; i++)
		if (is_object(b->steps[i].object, object))
			last = &b->steps[i];
	return last;
}

/* Half way: done, and a later step makes something else of the object. */
static enum side
side_of_done(const struct book *b, const struct book_step *s)
{
	const struct book_step *last = last_on(b, s->object);

	if (last == s || (s->sets[0] != '\0' && str_same(s->sets, last->sets)))
		return SIDE_TARGET;
	return SIDE_MIXED;
}

/* In words of the state alone; `done` is what an end that holds means. */
static void
say_state(struct word *w, const struct room_act *a, enum side done)
{
	if (a->state == STEP_VERIFIED)
		say(w, done, a->since_ms);
	else if (a->state == STEP_UNDONE)
		say(w, SIDE_BASELINE, a->since_ms);
	else if (a->state == STEP_UNKNOWN || step_is_running(a->state))
		say(w, SIDE_UNKNOWN, a->since_ms);
	else if (a->began_ms >= 0)
		say(w, SIDE_MIXED, a->since_ms);
}

static void
say_act(struct word *w, const struct room_act *a, const char *region,
	enum side done)
{
	const struct region *g = NULL;

	if (a->regions != NULL)
		g = regions_find(a->regions, region);
	if (g == NULL)
		say_state(w, a, done);
	else
		say(w, g->side == SIDE_TARGET ? done : g->side, g->at_ms);
}

static void
say_steps(struct word *w, const struct room *r, const char *object,
	  const char *region)
{
	for (size_t i = 0; i < r->book->step_count; i++) {
		const struct book_step *s = &r->book->steps[i];

		if (is_object(s->object, object) &&
		    spread_reaches(&s->act, region))
			say_act(w, &r->steps[i], region,
				side_of_done(r->book, s));
	}
}

static bool
is_in_force(const struct room *r, const char *object)
{
	for (size_t i = 0; i < r->book->step_count; i++)
		if (is_object(r->book->steps[i].object, object) &&
		    r->steps[i].state == STEP_VERIFIED)
			return true;
	return false;
}

/* Does an item of the rollback take the object back in that region? */
static bool
is_undone_in(const struct room *r, const char *object, const char *region)
{
	for (size_t i = 0; i < r->undo_count; i++) {
		const struct plan_item *item = &r->undos[i].item;

		if (is_object(plan_object(r->book, item), object) &&
		    spread_reaches(plan_act(r->book, item), region))
			return true;
	}
	return false;
}

/* The words of an undo's regions are of the journal: baseline is back.  What
 * an emergency variant does it does elsewhere. */
static void
say_undos(struct word *w, const struct room *r, const char *object,
	  const char *region)
{
	for (size_t i = 0; i < r->undo_count; i++) {
		const struct room_undo *u = &r->undos[i];
		const struct region *g = NULL;

		if (!is_object(plan_object(r->book, &u->item), object) ||
		    !spread_reaches(plan_act(r->book, &u->item), region))
			continue;
		if (u->act.regions != NULL)
			g = regions_find(u->act.regions, region);
		if (g != NULL)
			say(w, g->side, g->at_ms);
		else
			say_state(w, &u->act,
				  is_in_force(r, object) ? SIDE_MIXED
				  : u->act.is_emergency	 ? SIDE_UNKNOWN
							 : SIDE_BASELINE);
	}
}

/* What is left over is neither, unless it is known to be what a step made of
 * it where no undo came. */
static void
say_leftovers(struct word *w, const struct room *r, const char *object,
	      const char *region)
{
	bool stays = w->is_said && w->side == SIDE_TARGET &&
		     !is_undone_in(r, object, region);

	for (size_t i = 0; i < r->left_count && !stays; i++) {
		const struct room_leftover *l = &r->left[i];

		if (is_object(l->object, object) &&
		    (l->region[0] == '\0' || str_same(l->region, region)))
			say(w, SIDE_MIXED, l->at_ms);
	}
}

/* What was read as the baseline was: before the first change, and what came
 * of it.  One reading of an object in several regions proves none of them; one
 * that differs differs in all. */
static void
say_baseline(struct word *w, const struct room *r, const char *object,
	     const char *region)
{
	int row = book_baseline_of(r->book, object);
	const struct room_baseline *b = row < 0 ? NULL : &r->baseline[row];

	if (b == NULL || !b->taken)
		return;
	if (!w->is_said)
		say(w, SIDE_BASELINE, b->at_ms);
	if (b->drift[0] != '\0')
		say(w, SIDE_MIXED, b->seen_ms);
	else if (b->seen_ms > 0 && region[0] == '\0')
		say(w, SIDE_BASELINE, b->seen_ms);
}

static struct matrix_cell
look(const struct room *r, const char *object, const char *region)
{
	struct word w = { .side = SIDE_UNKNOWN, .at_ms = -1 };

	say_steps(&w, r, object, region);
	say_undos(&w, r, object, region);
	say_leftovers(&w, r, object, region);
	say_baseline(&w, r, object, region);
	return (struct matrix_cell){ true, w.side, w.at_ms };
}

static void
add_regions(struct matrix *m, const struct act *act)
{
	struct regions over;

	spread_regions(&over, act);
	for (size_t i = 0; i < over.count; i++) {
		size_t n = 0;

		while (n < m->region_count &&
		       strcmp(m->regions[n], over.items[i].name) != 0)
			n++;
		if (n < m->region_count)
			continue;
		m->regions = mem_grow(m->regions, n + 1, sizeof(*m->regions));
		str_copy(m->regions[n], REGION_NAME, over.items[i].name);
		m->region_count++;
	}
}

static void
add_row(struct matrix *m, const char *object)
{
	if (object[0] == '\0')
		return;
	for (size_t i = 0; i < m->row_count; i++)
		if (strcmp(m->rows[i].object, object) == 0)
			return;
	m->rows = mem_grow(m->rows, m->row_count + 1, sizeof(*m->rows));
	m->rows[m->row_count] = (struct matrix_row){ .cells = NULL };
	str_copy(m->rows[m->row_count++].object, sizeof(m->rows->object),
		 object);
}

/* Does some act name the object's regions, and this one among them? */
static bool
stands_in(const struct book *b, const char *object, const char *region)
{
	for (size_t i = 0; i < b->step_count + b->rollback.undo_count; i++) {
		bool is_step = i < b->step_count;
		const struct book_step *s = is_step ? &b->steps[i] : NULL;
		const struct book_undo *u =
			is_step ? NULL : &b->rollback.undos[i - b->step_count];
		struct regions over, back = { 0 };

		if (!is_object(is_step ? s->object : u->object, object))
			continue;
		spread_regions(&over, is_step ? &s->act : &u->act);
		if (is_step)
			spread_regions(&back, &s->undo);
		if (regions_find(&over, region) != NULL ||
		    regions_find(&back, region) != NULL)
			return true;
	}
	return false;
}

static void
fill_row(struct matrix *m, struct matrix_row *row, const struct room *r)
{
	bool is_first = true;

	row->cells = mem_new(m->region_count, sizeof(*row->cells));
	row->all = (struct matrix_cell){ true, SIDE_UNKNOWN, -1 };
	for (size_t i = 0; i < m->region_count; i++) {
		struct matrix_cell *c = &row->cells[i];

		*c = (struct matrix_cell){ false, SIDE_UNKNOWN, -1 };
		if (!stands_in(r->book, row->object, m->regions[i]))
			continue;
		*c = look(r, row->object, m->regions[i]);
		row->all.side =
			is_first ? c->side : side_join(row->all.side, c->side);
		if (is_first || c->at_ms < row->all.at_ms)
			row->all.at_ms = c->at_ms;
		is_first = false;
	}
	if (is_first)
		row->all = look(r, row->object, "");
}

void
matrix_make(struct matrix *out, const struct room *r)
{
	const struct book *b = r->book;

	*out = (struct matrix){ 0 };
	for (size_t i = 0; i < b->step_count; i++) {
		add_row(out, b->steps[i].object);
		add_regions(out, &b->steps[i].act);
		add_regions(out, &b->steps[i].undo);
	}
	for (size_t i = 0; i < b->rollback.undo_count; i++) {
		add_row(out, b->rollback.undos[i].object);
		add_regions(out, &b->rollback.undos[i].act);
	}
	for (size_t i = 0; i < b->baseline_count; i++)
		add_row(out, b->baseline[i].object);
	for (size_t i = 0; i < out->row_count; i++)
		fill_row(out, &out->rows[i], r);
}

void
matrix_clear(struct matrix *m)
{
	for (size_t i = 0; i < m->row_count; i++)
		mem_free(m->rows[i].cells);
	mem_free(m->rows);
	mem_free(m->regions);
	*m = (struct matrix){ 0 };
}

size_t
matrix_count(const struct matrix *m, enum side side)
{
	size_t count = 0;

	for (size_t i = 0; i < m->row_count; i++) {
		bool has_regions = false;

		for (size_t n = 0; n < m->region_count; n++) {
			const struct matrix_cell *c = &m->rows[i].cells[n];

			has_regions = has_regions || c->is_there;
			count += c->is_there && c->side == side;
		}
		if (!has_regions)
			count += m->rows[i].all.side == side;
	}
	return count;
}
