/*
 * source - where a console gets its pictures and sends its commands.
 *
 * An engine in this process, a journal that is only read, a test.  Nothing
 * here may block.
 */
#ifndef UI_SOURCE_H
#define UI_SOURCE_H

#include "engine/engine.h"
#include "ui/turn.h"

/* All functions are called by the console's thread with `with`. */
struct console_source {
	/* The latest picture, one reference for the caller; never NULL. */
	struct snapshot *(*look)(void *with);
	bool (*send)(void *with, const struct command *c); /* false: full */
	bool (*is_over)(void *with);			   /* room has ended */
	void (*lost)(void *with, const char *why); /* the person is gone */
	/* A recorded night can be turned, by `ms` where that is a way; NULL:
	 * this is no recording.  The next look() shows what came of it. */
	void (*turn)(void *with, enum turn turn, int64_t ms);
	/* Record `seq` of the journal in `room`, as journal_find(); NULL:
	 * records cannot be opened here. */
	enum err_code (*record)(const char *room, int64_t seq,
				struct record *out, struct err *e);
	int (*watchers)(const char *room); /* who look at it; NULL unknown */
	const char *room;
	bool is_read_only; /* whoever sits here only looks */
	int fd;		   /* readable when a newer picture is there; -1 none */
	void *with;
};

/* Why a console came back. */
enum console_end {
	CONSOLE_PARKED, /* the person left; a held room is parked */
	CONSOLE_LOST,	/* terminal or input gone, or told to end */
	CONSOLE_OVER,	/* the room ended by itself */
};

/* `g` must outlive the source. */
void source_of_engine(struct console_source *out, struct engine *g);

#endif
