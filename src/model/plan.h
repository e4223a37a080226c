/*
 * plan - what must be undone now, in order, computed from what ran.
 *
 * The rollback manifest's rows in the manifest's order, joined by the undos of
 * every step that ran or may have run and whose object no row covers; sorted
 * by layer (transport, routing, flow, user state), within a layer rows first,
 * then undos in reverse order of dependency.  Pure.
 */
#ifndef MODEL_PLAN_H
#define MODEL_PLAN_H

#include "model/book.h"

struct room;

struct plan_item {
	int row;  /* index into book->rollback.undos, or -1 */
	int step; /* index into book->steps, or -1 */
	enum book_layer layer;
};

/* Owns its arrays. */
struct plan {
	struct plan_item *items;
	size_t count;
	int *kept; /* steps that ran and have no undo: stay as they are */
	size_t kept_count;
};

void plan_rollback(struct plan *out, const struct book *b,
		   const struct room *r);
void plan_clear(struct plan *p);

const struct act *plan_act(const struct book *b, const struct plan_item *i);
/* "dns_ttl_override", or the step's id. */
const char *plan_name(const struct book *b, const struct plan_item *i);
const char *plan_object(const struct book *b, const struct plan_item *i);
int64_t plan_takes_ms(const struct book *b, const struct plan_item *i);

#endif
