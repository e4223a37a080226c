/*
 * desk - a director in the hand: no thread of its own, one turn at a time.
 *
 * Commands and measurements go in as they do in a live room; the journal is a
 * folder of the test.  With test_clock_take() time stands still between two
 * calls; without it desk_until() waits in real time.
 */
#ifndef TESTS_LIB_DESK_H
#define TESTS_LIB_DESK_H

#include "tests/lib/test.h"

#include "engine/director.h"
#include "net/fence.h"

struct desk {
	char dir[FS_PATH];
	struct book *book;
	struct fence fence;
	struct director director;
	bool is_automatic; /* set before desk_open() */
	bool is_open;
};

/* Takes `book`.  A second desk_open() after desk_leave() resumes. */
void desk_begin(struct desk *k, struct book *book);
void desk_open(struct desk *k);
void desk_leave(struct desk *k); /* as a crash would: nothing is parked */
void desk_end(struct desk *k);

/* The runbook as a file beside the journal, loaded with the real kinds. */
struct book *desk_load(const char *runbook);

/* A command and the turn that handles it. */
void desk_say(struct desk *k, enum command_verb verb, const char *target,
	      const char *text);
/* Types at the open plan, as seen, and does not wait for what that sets off. */
void desk_type(struct desk *k, const char *typed);
/* Confirms it so, until what is live was read once more. */
void desk_confirm(struct desk *k, const char *typed);
/* A second person has seen the open plan, and agrees. */
void desk_approve(struct desk *k, const char *who);

/* A measurement of the `probe` for its first signal, now; and the turn. */
void desk_measure(struct desk *k, const char *probe, double value, int64_t n);
/* The same at a room time of its own. */
void desk_measure_at(struct desk *k, const char *probe, struct value value,
		     int64_t n, int64_t at_ms);
/* Turns without news.  `ms` moves a clock in the hand before each. */
void desk_pass(struct desk *k, int64_t ms, int turns);

/* Takes in what actors say until it holds; false after five real seconds. */
bool desk_until(struct desk *k, bool (*holds)(const struct desk *k));
/* Until the step is in the state; fails the test when it never is. */
void desk_until_step(struct desk *k, const char *step, enum step_state state);
void desk_until_rollback(struct desk *k, enum rollback_state state);
/* Until no errand is under way. */
void desk_rest(struct desk *k);

enum step_state desk_step(const struct desk *k, const char *step);
/* How many records of a kind hold the text, in the journal. */
int desk_records(const struct desk *k, const char *kind, const char *part);

#endif
