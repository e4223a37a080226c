/*
 * weather - what the simulated callers go through, cause by cause.
 *
 *   calm -> moved      the record points to the new address
 *   moved -> storm     the primary has refused six OPTIONS (two it answers)
 *   moved, storm -> draining   record, primary, tickets, recordings are back
 *   draining -> returned       two looks at the open calls later
 *
 * Figures are a function of seed, phase and how many analytics queries the
 * phase has answered, never of time: a console that polls at any speed sees
 * the same events in the same order.
 */
#ifndef TWIN_WEATHER_H
#define TWIN_WEATHER_H

#include "twin/state.h"

struct weather_figures {
	int64_t offered, abandoned, answered, connected;
	double wait_ms; /* mean until the first response */
};

const char *weather_phase_word(enum twin_phase phase); /* static */

/* Pure: the same arguments give the same figures. `level` as in struct
 * twin_weather, for the phases after the storm. */
void weather_figures(struct weather_figures *out, uint64_t seed,
		     enum twin_phase phase, int64_t asked, int level);

/* Answers one analytics query. */
void weather_ask(struct twin_state *s, struct weather_figures *out);

/* The record was pointed to `content`. */
void weather_pointed(struct twin_state *s, const char *content);
/* Something came into force: are the callers back? */
void weather_settled(struct twin_state *s);

/* Answers one look at the open calls. */
void weather_open_calls(struct twin_state *s, int *open, int *unrouted);

/* How the trunk answers an OPTIONS request with that Via branch. */
void weather_ping(struct twin_state *s, const char *trunk, const char *branch,
		  struct twin_ping *out);
/* How it takes a call; changes nothing but faults that are used up. */
void weather_call(struct twin_state *s, const char *trunk,
		  struct twin_ping *out);

#endif
