/*
 * engine - the director and what it commands: journal, pollers, actors.
 *
 * The engine never waits for a terminal: screens take snapshots and send
 * commands, both without blocking.
 */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include "engine/command.h"
#include "engine/options.h"
#include "model/snapshot.h"

struct engine;

/* Would engine_open() take this room?  Reads its journal and writes nothing;
 * `dir` is there, a journal need not be.  ERR_HELD, ERR_DAMAGED, ERR_INPUT
 * (also a folder that cannot be written); *is_other: one that is refused
 * because the book was another when it was opened.  Any thread. */
enum err_code engine_judge(struct book *book, const char *dir, bool *is_other,
			   struct err *e) MUST_CHECK;

/* Opens or resumes the room and starts the director.  ERR_HELD, ERR_DAMAGED,
 * ERR_INPUT (another runbook was walked here). */
enum err_code engine_open(struct engine **out, const struct engine_options *o,
			  struct err *e) MUST_CHECK;

/* The latest picture; the caller drops it.  Any thread, never blocks. */
struct snapshot *engine_look(struct engine *g);

/* Readable when a newer picture is there; engine_look() lowers it. */
int engine_fd(const struct engine *g);

/* Hands a command over.  False when the inbox is full (say so, try again).
 * Any thread, never blocks. */
bool engine_send(struct engine *g, const struct command *c) MUST_CHECK;

/* The terminal is gone: finish the step in hand (or the rollback that was
 * confirmed), park, end.  Any thread. */
void engine_console_lost(struct engine *g, const char *why);

/* True once the director has parked or closed the room. */
bool engine_is_over(struct engine *g);

/* Parks if need be, joins every thread, closes the journal. */
void engine_close(struct engine *g);

#endif
