/* options - what a room is opened with.  Borrowed until engine_close(). */
#ifndef ENGINE_OPTIONS_H
#define ENGINE_OPTIONS_H

#include <stdint.h>

#include "base/err.h"

struct book;
struct fence;

struct engine_options {
	struct book *book;	   /* a reference is taken */
	const struct fence *fence; /* outlives the engine */
	const char *dir;	   /* the room */
	const char *commander;	   /* who sits here */
	uint64_t seed;
	bool auto_rollback; /* policy "auto", also for headless drills */
	bool plays_second;  /* drills: the policy approves as second person */
	int64_t die_after;  /* journal_die_after(); 0 never */
};

#endif
