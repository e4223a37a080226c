/*
 * message - what reaches the director's inbox, owned by whoever holds it.
 *
 * Made on any thread, handed over by queue, freed by the director.
 */
#ifndef ENGINE_MESSAGE_H
#define ENGINE_MESSAGE_H

#include "action/action.h"
#include "action/look.h"
#include "engine/command.h"
#include "probe/probe.h"

/* A second person's word on the open plan. */
struct approval {
	int64_t client;	 /* whom to answer; 0 nobody */
	char target[80]; /* step id, or "rollback" */
	char digest[DIGEST_HEX];
	char who[64];
	char how[96]; /* "uid 1001", "ED25519 key SHA256:..." */
	int64_t uid;  /* of the account that came; -1: a key said who it is */
};

enum message_kind {
	MESSAGE_COMMAND,
	MESSAGE_APPROVAL, /* of a second person */
	MESSAGE_REPORT,	  /* of a probe */
	MESSAGE_EVENT,	  /* of an actor, on its way */
	MESSAGE_END,	  /* of an actor: its last word */
	MESSAGE_LOST,	  /* the console is gone */
};

/* What an actor was asked to do. */
enum errand {
	ERRAND_PLAN,	 /* describe acts, read what is live */
	ERRAND_PERFORM,	 /* act */
	ERRAND_READBACK, /* did it take effect? */
	ERRAND_LOOK,	 /* what is there now? */
};

/* Result of one act of an errand. */
struct errand_found {
	enum err_code code; /* PLAN: could it be described? */
	struct action_plan plan;
	enum action_landed landed;
	struct regions regions;	 /* READBACK: where it stands in each */
	struct action_look look; /* LOOK */
	char detail[ACTION_DETAIL];
};

struct message {
	enum message_kind kind;
	struct command command;
	struct approval approval;
	struct probe_report *report; /* owned */
	char why[120];
	int64_t errand_id;
	struct action_event event;
	struct action_result result;
	struct errand_found *found; /* owned; one per act */
	size_t found_count;
};

/* All zero but its kind; message_free() ends it. */
struct message *message_new(enum message_kind kind);
/* Room for the results of `count` acts, all zero; once a message. */
void message_add_found(struct message *m, size_t count);
void message_free(void *message); /* also what it owns */

/* Same probe's report: for queue_put_latest(). */
bool message_same_probe(const void *old, const void *item);

#endif
