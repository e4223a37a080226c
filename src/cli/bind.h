/*
 * bind - a runbook pointed at the twin, and the twin's process.
 *
 * After bind_to_twin() every endpoint of the book is one of the twin's
 * addresses and the fence lets nothing else pass but the hosts the runbook
 * allow-lists for staging.
 */
#ifndef CLI_BIND_H
#define CLI_BIND_H

#include "model/book.h"
#include "net/fence.h"

struct twin_start {
	const char *dir; /* the room's folder */
	const char *scenario;
	uint64_t seed;
	double speed;
};

/* Finds the twin of this room alive, or starts one and waits (at most 20 s)
 * until it serves.  *found tells which. */
enum err_code bind_find_twin(const struct twin_start *t, bool *found,
			     struct err *e) MUST_CHECK;

/* Reads DIR/services.json and points the book and the fence at it. */
enum err_code bind_to_twin(const char *dir, struct book *book,
			   struct fence *fence, struct err *e) MUST_CHECK;

/* When the scenario's fault began (wall clock), by the twin; -1 not yet. */
int64_t bind_fault_wall_ms(const char *dir);

void bind_stop_twin(const char *dir); /* asks it to end; no word if gone */

#endif
