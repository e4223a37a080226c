/*
 * runbook_drain - what a rollback waits for before it takes an item back.
 *
 * The guide lets sessions live 600 seconds during a rollback, so that is when
 * a row gives up waiting unless it says otherwise.
 */
#include "conf/runbook.h"

#include "base/mem.h"
#include "base/str.h"

#define SESSION_TIMER_MS 600000
#define DAY_MS 86400000.0

/* A row as it stands in the file. */
struct drain_limits {
	char signal[SIGNAL_NAME];
	double max;
	int64_t session_timer_ms, max_age_ms;
};

const struct field drain_fields[] = {
	{ .name = "signal",
	  .as = AS_LINE,
	  FIELD_AT(struct drain_limits, signal),
	  .help = "how much is in progress; a probe feeds it" },
	{ .name = "max",
	  .as = AS_NUMBER,
	  FIELD_AT(struct drain_limits, max),
	  .help = "so much, or less, may be cut off" },
	{ .name = "max_age",
	  .as = AS_DURATION,
	  FIELD_AT(struct drain_limits, max_age_ms),
	  .least = 1,
	  .most = DAY_MS,
	  .help = "older measurements say nothing" },
	{ .name = "session_timer",
	  .as = AS_DURATION,
	  FIELD_AT(struct drain_limits, session_timer_ms),
	  .least = 1000,
	  .most = DAY_MS,
	  .help = "the longest wait: no session lives longer" },
	{ .name = "before",
	  .as = AS_TEXTS,
	  .help = "steps, actions or objects that wait" },
	{ .name = NULL },
};

static void
check_signal(struct loader *l, const struct node *n,
	     const struct drain_limits *row)
{
	const struct node *max = node_get(n, "max");

	if (row->signal[0] == '\0' && max != NULL)
		node_key_error(&l->s, max, "missing",
			       "\"max\" judges a signal: name it with "
			       "\"signal\"");
	if (row->signal[0] != '\0' &&
	    keyset_get(&l->names, scope_signal, row->signal) == NULL)
		node_error(&l->s, node_get(n, "signal"), "unfed",
			   "no probe feeds \"%s\": it would always wait for "
			   "the session timer",
			   row->signal);
}

static void
read_row(struct loader *l, const struct node *n, struct book_drain *out)
{
	struct drain_limits row = { .session_timer_ms = SESSION_TIMER_MS };

	if (!fields_read(&l->s, drain_fields, n, &row, NULL))
		return;
	check_signal(l, n, &row);
	if (row.session_timer_ms >= l->book->rollback.timeout_ms)
		node_error(&l->s,
			   node_get(n, "session_timer") != NULL
				   ? node_get(n, "session_timer")
				   : n,
			   "range",
			   "it may wait as long as the whole rollback may "
			   "take (%lld s)",
			   (long long)l->book->rollback.timeout_ms / 1000);
	gate_init(&out->gate, row.signal);
	rollback_row_name(l, n, "drain", out->id, &out->gate);
	out->gate.op = GATE_AT_MOST;
	out->gate.limit = value_of_number(row.max);
	out->gate.max_age_ms = row.max_age_ms;
	out->session_timer_ms = row.session_timer_ms;
	rollback_words_read(l, node_get(n, "before"), out->before,
			    sizeof(out->before));
}

void
drain_read(struct loader *l, const struct node *rollback)
{
	struct book_rollback *r = &l->book->rollback;
	const struct node *map = node_get(rollback, "drain");

	if (map == NULL || map->type != NODE_MAP)
		return;
	r->drains = mem_new(map->count, sizeof(*r->drains));
	for (const struct node *n = map->first; n != NULL; n = n->next)
		read_row(l, n, &r->drains[r->drain_count++]);
}
