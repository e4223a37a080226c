/* runbook_before - what must hold before a step acts. */
#include "conf/runbook.h"

#include <string.h>

#include "base/str.h"
#include "conf/scalar.h"

static void
add_gate(struct loader *l, struct book_step *step, const struct node *n,
	 int gate)
{
	for (size_t i = 0; i < step->before_count; i++)
		if (step->before[i] == gate)
			return;
	if (step->before_count < BOOK_NEEDS)
		step->before[step->before_count++] = gate;
	else
		node_error(&l->s, n, "too-many",
			   "a step waits for at most %d gates", BOOK_NEEDS);
}

/* False when no gate judges the signal. */
static bool
add_signal(struct loader *l, struct book_step *step, const struct node *n,
	   const char *signal)
{
	const struct gate_set *set = &l->book->gates;
	bool is_judged = false;

	for (size_t i = 0; i < set->gate_count; i++) {
		if (strcmp(set->gates[i].signal, signal) != 0)
			continue;
		add_gate(l, step, n, (int)i);
		is_judged = true;
	}
	return is_judged;
}

static bool
add_probe(struct loader *l, struct book_step *step, const struct node *n,
	  const struct book_probe *p)
{
	bool is_judged = false;

	for (size_t i = 0; i < p->signal_count; i++)
		is_judged |= add_signal(l, step, n, p->signals[i].name);
	return is_judged;
}

void
gate_unknown(struct loader *l, const struct node *n, const char *wanted)
{
	const struct gate_set *set = &l->book->gates;
	char hint[96] = "";

	if (set->gate_count > 0)
		suggest_row(hint, sizeof(hint), &l->s, n->text,
			    set->gates[0].signal, set->gate_count,
			    sizeof(set->gates[0]));
	node_error(&l->s, n, "unknown-gate",
		   "\"%.64s\" is no %s; name it under \"thresholds\"%s",
		   n->text, wanted, hint);
}

static void
add_word(struct loader *l, struct book_step *step, const struct node *n)
{
	const struct book *b = l->book;
	bool is_known;

	if (scalar_any(&l->s, n, "a signal or a probe") == NULL)
		return;
	if (node_is_plain(n, "go")) {
		step->before_gates = true;
		return;
	}
	is_known = add_signal(l, step, n, n->text);
	for (size_t i = 0; i < b->probe_count && !is_known; i++)
		if (strcmp(b->probes[i].id, n->text) == 0)
			is_known = add_probe(l, step, n, &b->probes[i]);
	if (!is_known)
		gate_unknown(l, n,
			     "signal with a gate and no probe that feeds one");
}

void
before_read(struct loader *l, struct book_step *step, const struct node *n)
{
	if (n == NULL)
		return;
	if (n->type != NODE_LIST) {
		add_word(l, step, n);
		return;
	}
	for (n = n->first; n != NULL; n = n->next)
		add_word(l, step, n);
}
