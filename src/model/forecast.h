/*
 * forecast - when would a rollback started now be over, and until when may
 * it start?
 *
 * p50 is the sum of the plan's expected times, waits between layers and the
 * DNS TTL still cached; p90 widens it by the spread of drills, or by 1.6
 * when this rollback was never drilled.  Pure.
 */
#ifndef MODEL_FORECAST_H
#define MODEL_FORECAST_H

#include "model/room.h"

struct forecast {
	int64_t p50_ms, p90_ms; /* from now */
	int64_t last_safe_ms;	/* room time; -1: no window */
	int64_t left_ms;	/* until then; < 0 when it has passed */
	int64_t window_left_ms; /* -1: no window */
	enum verdict verdict;	/* GO, HOLD (amber), NO_GO (red) */
};

void forecast_make(struct forecast *out, const struct room *r, int64_t now_ms);

#endif
