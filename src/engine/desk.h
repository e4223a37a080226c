/*
 * desk - everything the director has before it: room, journal, timers.
 *
 * Private to the engine and to one thread, the director's.
 */
#ifndef ENGINE_DESK_H
#define ENGINE_DESK_H

#include "engine/actor.h"
#include "engine/options.h"
#include "journal/journal.h"
#include "model/snapshot.h"
#include "model/validation.h"

#define ERRANDS_MOST 8

/* What an errand is for; errand.c has the row of each. */
enum purpose {
	PURPOSE_NONE,
	PURPOSE_ARM,	      /* plan of a step, to be shown */
	PURPOSE_RECHECK,      /* the same again, at the confirm */
	PURPOSE_ACT,	      /* the step itself */
	PURPOSE_RECONCILE,    /* unknown outcome of a step: read back */
	PURPOSE_UNDO_ARM,     /* plan of the rollback */
	PURPOSE_UNDO_RECHECK, /* the same again, at the confirm */
	PURPOSE_UNDO_ACT,     /* one item of the rollback */
	PURPOSE_UNDO_RECONCILE,
	PURPOSE_CHECK,	  /* the manifest's validation check */
	PURPOSE_READ_ALL, /* every item read back at the end */
	PURPOSE_COMPARE,  /* what was taken back, against its baseline */
	PURPOSE_BASELINE, /* what is live before the first change */
	PURPOSE_KEPT,	  /* is the baseline still there? */
	PURPOSE_COUNT
};

struct errand_slot {
	enum purpose purpose; /* PURPOSE_NONE: free */
	int64_t id;
	int subject;		 /* step or undo index; -1 */
	struct actor *actor;	 /* waits here between two errands; or NULL */
	bool is_dropped;	 /* nobody wants to hear its end any more */
	int64_t give_up_real_us; /* cancel it then; INT64_MAX never */
};

/* A measurement not yet in the journal; parallel to room->signals. */
struct fresh_sample {
	bool is_new;
	struct sample sample;
};

/* What was taken back is compared with its baseline; see rollback_compare.c. */
struct rollback_compare {
	bool is_on;
	int *rows; /* asked for, in the errand's order */
	size_t row_count;
	int looks;		   /* so far */
	size_t same;		   /* objects that are as their baseline */
	int64_t next_ms, until_ms; /* look again then; doubt it until then */
	char first[240];	   /* the first that is left over */
	char how[240];		   /* what was left on purpose; "" nothing */
};

/* The rollback on its way, beside what the room says. */
struct rollback_run {
	int current;	     /* undo under way; -1 between two */
	int absent;	     /* unknown, read back and not there: it is sent
				again when nothing holds it back; -1 none */
	bool waits_for_step; /* a cancelled forward step must end first */
	bool checking, reading_all;
	bool watching; /* all is back; is it healthy? */
	int64_t watch_until_ms;
	struct validation_watch *watches; /* per row of rollback.validate */
	char degraded[160];		  /* rows beyond their limit, as told */
	char how[ROOM_END];		  /* what was proved before */
	struct rollback_compare compare;
	int read_to;	 /* given up: items up to it were read back, or never */
	int told_item;	 /* 1 + the item a person must see to; 0 none */
	int64_t told_ms; /* since when it is what it is */
	bool by_breach;	 /* a breach asked for it, and nobody has declined */
	char cause[200]; /* why the plan was asked for */
	char names[240]; /* what of it; "" all */
	char (*shown)[96]; /* per item of the plan: live then; "" not read */
	size_t shown_count;
	char confirmed_by[64]; /* while it is read once more */
	char unread[160];      /* begun without what is live of these */
};

/* Looks at the baseline on their way; see baseline_keep.c. */
struct baseline_watch {
	int *taking, *kept; /* rows asked for, in the errand's order */
	int64_t next_ms;    /* when to look again */
	bool is_known;	    /* the first look is in */
	int64_t next_drilled_ms;
};

struct director {
	struct engine_options options;
	struct book *book;
	struct room *room;
	struct journal *journal;
	struct queue *inbox;
	struct poller *poller;
	struct auth_store *auth;
	struct budget *budget;
	struct action_env env;
	struct probe_env probe_env;

	int64_t base_ms, start_ms; /* room time = base + clock_ms() - start */
	int64_t wall_offset_ms;	   /* wall - real monotonic, for jumps */

	struct gate_watch *watches;
	struct fresh_sample *fresh;
	bool *probe_seen;
	struct snapshot_probe *probes;
	bool settled; /* the first round of probes is in */
	int64_t settle_until_real_us;
	int64_t next_judge_ms, next_flush_ms, next_sync_ms;
	int64_t last_sample_ms; /* when a measurement last came in */

	struct errand_slot errands[ERRANDS_MOST];
	int64_t last_errand;
	bool arms_emergency; /* which variant PURPOSE_ARM plans */
	int waiting_step;    /* of kind wait; -1 */
	int64_t wait_until_ms;
	bool wait_broken; /* it was NO-GO while the gates were watched */
	char confirmed_by[64];
	struct rollback_run rollback;
	struct baseline_watch baseline;

	bool dirty;  /* a new snapshot is due */
	bool urgent; /* a person waits for it */
	int64_t last_publish_us;
	bool parking, over, dead;
	char park_why[120];
	char notice[SNAPSHOT_NOTICE];
	uint64_t notice_id;

	void (*publish)(void *ctx, struct snapshot *s); /* takes it */
	/* Answers a client of the control socket; NULL: there is none. */
	void (*reply)(void *ctx, int64_t client, bool ok, const char *text);
	void *publish_ctx;
};

#endif
