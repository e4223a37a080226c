/* probe_cost - what probes have cost: runs, times, bytes, budgets. */
#ifndef CLI_PROBE_COST_H
#define CLI_PROBE_COST_H

#include "base/buf.h"
#include "net/budget.h"
#include "probe/probe.h"

struct probe_cost;

/* `book` outlives it. */
struct probe_cost *probe_cost_new(const struct book *book);
/* Counts one report of a probe of the book. */
void probe_cost_add(struct probe_cost *c, const struct probe_report *report);
void probe_cost_free(struct probe_cost *c); /* NULL is fine */

/* A row a probe and a row an endpoint that was asked; appended to `out`. */
void probe_cost_text(struct probe_cost *c, struct budget *b, struct buf *out);
/* The same as one JSON object on a line. */
void probe_cost_json(struct probe_cost *c, struct budget *b, struct buf *out);

#endif
