/*
 * state - everything the staging platform knows, as plain data.
 *
 * Both API surfaces, the trunks and the DNS server read and change this one
 * struct.  All functions are pure: time comes in as room milliseconds, and
 * randomness from the seed, so the same calls give the same answers.  What
 * takes time is a value on its way: it comes into force when settle_due()
 * passes its due time.  No lock in here: site.h keeps the one lock around it.
 */
#ifndef TWIN_STATE_H
#define TWIN_STATE_H

#include <stddef.h>
#include <stdint.h>

#include "twin/fault.h"
#include "twin/flow_state.h"
#include "twin/kept.h"
#include "twin/scenario.h"

#define TWIN_NEVER INT64_MAX
#define TWIN_MOST 1000 /* deployments, versions, documents, jobs: each */
#define TWIN_TOKENS 32 /* the newest are good, older ones are forgotten */

/* The night of the guides: what is there before anybody does anything. */
#define TWIN_FLOW "f-8473625190"
#define TWIN_VERSION_BASE "v-1029384756"
#define TWIN_VERSION_NEXT "v-2040506070"
#define TWIN_STRATEGY "rs-5566778899"
#define TWIN_PRIMARY "validation_trunk_primary"
#define TWIN_ZONE "023e105f4ecef8ad9ca31a8372d0c353"
#define TWIN_RECORD "372e67954025e0ba6aaa6d586b9e0b59"
#define TWIN_DOMAIN "domain.com"
#define TWIN_HOST "sip.domain.com"
#define TWIN_ADDRESS_OLD "192.0.2.10"
#define TWIN_ADDRESS_NEW "198.51.100.7"

struct twin_version {
	char flow[TWIN_WORD];
	char id[TWIN_WORD];
	char name[TWIN_WORD];
	char description[TWIN_LINE];
	bool is_published;
};

struct twin_deployment {
	char id[TWIN_WORD];
	char flow[TWIN_WORD];
	char version[TWIN_WORD];
	char description[TWIN_LINE];
	int64_t made_wall_ms;
};

/* How a trunk answers one OPTIONS request. */
struct twin_ping {
	bool is_silent; /* no answer at all: the caller's 408 */
	int status;
	int retry_after_s; /* 0: none */
	bool g722_only;	   /* of a call: takes nothing else */
	bool rings;	   /* of a call: is never answered */
};

struct twin_trunk {
	char id[TWIN_WORD];
	struct twin_value status; /* "active" "standby" "disabled" */
	char sdp[16];		  /* "strict" "flexible" */
	int64_t pings;
	int64_t calls_made, calls_refused, calls_open;
	char branch[96]; /* of the last one: a retransmission counts once */
	struct twin_ping last;
};

#define TWIN_TRUNKS 4

struct twin_record {
	struct twin_value content; /* now: what the name server says */
	int ttl_s;
	int shown_ttl_s; /* what the name server says */
	int64_t serial;
	int64_t changed_wall_ms;
};

/* Things that belong somewhere: tickets to a pool, recordings to a bucket. */
enum twin_pile_kind { PILE_TICKETS, PILE_RECORDINGS, PILE_COUNT };

struct twin_pile {
	int total;
	struct twin_value place;
};

struct twin_job {
	char id[24];
	enum twin_pile_kind kind;
	int64_t due_ms;
	bool is_done;
};

/* A document known by the path it is read at: the latest JSON text. */
struct twin_doc {
	char path[TWIN_LINE];
	char *text;
};

enum twin_phase {
	PHASE_CALM,	/* calls arrive on the legacy trunk */
	PHASE_MOVED,	/* the name points to the new trunk */
	PHASE_STORM,	/* the new trunk has refused six times */
	PHASE_DRAINING, /* all is back, calls still wait for a route */
	PHASE_RETURNED,
	PHASE_COUNT,
};

/* What the simulated callers go through; see weather.h. */
struct twin_weather {
	enum twin_phase phase;
	int64_t asked;	       /* analytics queries answered in this phase */
	int level;	       /* 0 calm .. 10 worst */
	int pinged;	       /* OPTIONS the primary answered since the move */
	int refused;	       /* of these with 503 */
	int unrouted;	       /* open calls without a route */
	int64_t fault_wall_ms; /* when things began to go wrong; 0: not yet */
};

struct twin_token {
	char text[TWIN_WORD];
	int64_t ends_wall_ms;
};

struct twin_counts {
	int64_t http, sip, dns; /* requests of the platform's users */
	int64_t writes;		/* for the rate limit of a scenario */
	int64_t records;	/* made by data actions */
	int64_t made;		/* ids given out */
	int64_t health;		/* looks at the middleware's counters */
	int64_t tokens;
};

/* Owns its arrays. */
struct twin_state {
	uint64_t seed;
	const struct scenario *scenario;
	struct twin_weather weather;
	struct twin_counts counts;
	struct twin_flow flow;
	struct twin_region regions[TWIN_REGIONS];
	size_t region_count;
	struct twin_trunk trunks[TWIN_TRUNKS];
	struct twin_record record;
	struct twin_pile piles[PILE_COUNT];
	struct twin_token tokens[TWIN_TOKENS];
	struct fault_list faults;
	struct kept_list kept;
	struct twin_version *versions;
	size_t version_count;
	struct twin_deployment *deployments;
	size_t deployment_count;
	struct twin_doc *docs;
	size_t doc_count;
	struct twin_job *jobs;
	size_t job_count;
};

/* As before anybody did anything; `scenario` outlives it. */
void state_init(struct twin_state *s, const struct scenario *scenario,
		uint64_t seed);
/* Frees what the state holds. */
void state_clear(struct twin_state *s);

/* Sends a value on its way.  False when it stands or goes there already. */
bool state_move(struct twin_value *v, const char *next, int64_t due_ms,
		const char *key);
/* Where it stands or is going to. */
const char *state_target(const struct twin_value *v);

/* The region of that name, born when it is new; NULL when the name is none
 * (a-z, 0-9, "-") or there are too many. */
struct twin_region *state_region(struct twin_state *s, const char *name);
/* Room ms that something takes longer in that region than elsewhere. */
int64_t state_region_delay_ms(const struct twin_state *s, const char *name);
/* By id; NULL: none.  Likewise the next three. */
struct twin_trunk *state_trunk(struct twin_state *s, const char *id);
/* Both of that flow. */
struct twin_version *state_version(struct twin_state *s, const char *flow,
				   const char *id);
/* Likewise. */
struct twin_deployment *state_deployment(struct twin_state *s, const char *flow,
					 const char *id);
/* Of that kind. */
struct twin_job *state_job(struct twin_state *s, enum twin_pile_kind kind,
			   const char *id);

/* A zeroed new one, or NULL at TWIN_MOST. */
struct twin_version *state_add_version(struct twin_state *s);
struct twin_deployment *state_add_deployment(struct twin_state *s);
struct twin_doc *state_add_doc(struct twin_state *s); /* likewise */
/* Has its id. */
struct twin_job *state_add_job(struct twin_state *s, enum twin_pile_kind kind,
			       int64_t due_ms);

#endif
