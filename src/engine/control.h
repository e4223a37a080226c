/*
 * control - the socket in the room's folder, by which a second person comes.
 *
 * A thread of its own: one JSON object a line in, one out, then the end; each
 * client bounded in bytes and time, each account in clients.  Who comes is
 * what the kernel says (SO_PEERCRED), or what an SSH signature proves.
 *
 *   {"ask":"plan","step":S}
 *   {"ask":"approve","step":S,"digest":D,"phrase":P[,"signature":TEXT]}
 */
#ifndef ENGINE_CONTROL_H
#define ENGINE_CONTROL_H

#include "base/queue.h"
#include "model/snapshot.h"

struct control;

struct control_options {
	const char *dir;		     /* the room; its lock is held */
	struct queue *inbox;		     /* the director's */
	struct snapshot *(*look)(void *ctx); /* any thread; caller drops */
	void *ctx;
};

/* Makes the socket (replacing one that was left behind, nothing else) and
 * starts the thread.  Mode 0600; 0660 with the folder's group where the
 * folder lets its group in.  ERR_INPUT: something else has its name. */
enum err_code control_start(struct control **out,
			    const struct control_options *o,
			    struct err *e) MUST_CHECK;
/* Joins the thread; removes the socket if it still is ours; NULL is fine. */
void control_stop(struct control *c);

/* The director's answer to an approval; its thread. */
void control_reply(struct control *c, int64_t client, bool ok,
		   const char *text);

#endif
