/*
 * manifest_base - what is normal for a threshold, beside its limit.
 *
 * "baseline" stands in the map of a threshold, as `warroom baseline` writes
 * it: mean and deviation let the gate see a drift, events and ranks a sample
 * too small to tell.  Its own "limit" is what history gave; a threshold that
 * is looser is warned about.
 */
#include "conf/manifest.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "conf/scalar.h"

struct base_words {
	double limit;
	struct baseline base;
};

const struct field base_fields[] = {
	{ .name = "limit",
	  .as = AS_NUMBER,
	  .required = true,
	  FIELD_AT(struct base_words, limit),
	  .help = "the limit that history gave" },
	{ .name = "mean",
	  .as = AS_NUMBER,
	  .required = true,
	  FIELD_AT(struct base_words, base.mean),
	  .help = "of the accepted measurements" },
	{ .name = "deviation",
	  .as = AS_NUMBER,
	  .required = true,
	  FIELD_AT(struct base_words, base.deviation),
	  .least = 0,
	  .most = 1e300,
	  .help = "of the accepted measurements" },
	{ .name = "events",
	  .as = AS_LONG,
	  FIELD_AT(struct base_words, base.events),
	  .least = 0,
	  .most = 1e15,
	  .help = "how many events they rest on" },
	{ .name = "ranks",
	  .as = AS_ANY,
	  .help = "evenly spaced quantiles, rising" },
	{ .name = NULL },
};

const struct field history_fields[] = {
	{ .name = "digest", .as = AS_OWN, .help = "of the history, SHA-256" },
	{ .name = "until", .as = AS_OWN, .help = "where the history ends" },
	{ .name = "days", .as = AS_NUMBER, .help = "of history that count" },
	{ .name = "window", .as = AS_OWN, .help = "the hour of the week" },
	{ .name = NULL },
};

static bool
read_ranks(const struct site *s, const struct node *n, struct baseline *base)
{
	if (!want_list(s, n))
		return false;
	for (const struct node *m = n->first;
	     m != NULL && base->rank_count < BASELINE_RANKS; m = m->next) {
		double *rank = &base->ranks[base->rank_count];

		if (!scalar_number(s, m, rank))
			return false;
		if (base->rank_count > 0 && *rank < rank[-1]) {
			node_error(s, m, "out-of-order",
				   "ranks rise from the first to the last");
			return false;
		}
		base->rank_count++;
	}
	/* Fewer would leave the rank test unsure for ever. */
	if (n->count >= SMALLN_BASE && n->count <= BASELINE_RANKS)
		return true;
	node_error(s, n, "range", "from %d to %d ranks, found %zu", SMALLN_BASE,
		   BASELINE_RANKS, n->count);
	return false;
}

/* The bases move when their array grows, and the gates point to them. */
static const struct baseline *
add_base(struct gate_reader *r, const struct baseline *base)
{
	struct gate_set *set = r->set;
	struct baseline *bases = set->bases;

	if (set->base_count == r->base_room) {
		r->base_room = r->base_room == 0 ? 8 : r->base_room * 2;
		bases = mem_new(r->base_room, sizeof(*bases));
		if (set->base_count > 0)
			memcpy(bases, set->bases,
			       set->base_count * sizeof(*bases));
		for (size_t i = 0; i < set->gate_count; i++)
			if (set->gates[i].base != NULL)
				set->gates[i].base =
					bases +
					(set->gates[i].base - set->bases);
		mem_free(set->bases);
		set->bases = bases;
	}
	bases[set->base_count] = *base;
	return &bases[set->base_count++];
}

/* A share beyond all shares would leave the test of shares unsure for ever. */
static bool
check_mean(const struct site *s, const struct gate *g, const struct node *map,
	   double mean)
{
	if (!str_ends(g->signal, "_percent") || (mean >= 0 && mean <= 100))
		return true;
	node_error(s, node_get(map, "mean"), "range",
		   "the mean of \"%s\" must be from 0 to 100", g->signal);
	return false;
}

static void
check_looser(const struct site *s, const struct node *n, const struct gate *g,
	     double limit)
{
	char ours[40], theirs[40];

	if (g->op == GATE_AT_MOST ? g->limit.number <= limit
				  : g->limit.number >= limit)
		return;
	str_number(ours, sizeof(ours), g->limit.number);
	str_number(theirs, sizeof(theirs), limit);
	node_key_warn(s, n, "looser",
		      "the limit %s of \"%s\" is looser than its baseline %s",
		      ours, g->signal, theirs);
}

void
base_read(struct gate_reader *r, const struct site *s, struct gate *g,
	  const struct node *map)
{
	const struct node *ranks = node_get(map, "ranks");
	size_t errors = s->f->errors;
	struct base_words words = { .limit = 0 };

	if (g->op > GATE_AT_LEAST || g->limit.kind != VALUE_NUMBER) {
		node_key_error(s, map, "no-baseline",
			       "a baseline is for limits that are numbers");
		return;
	}
	if (!fields_read(s, base_fields, map, &words, NULL) ||
	    (ranks != NULL && !read_ranks(s, ranks, &words.base)) ||
	    s->f->errors > errors || !check_mean(s, g, map, words.base.mean))
		return;
	check_looser(s, map, g, words.limit);
	g->base = add_base(r, &words.base);
}
