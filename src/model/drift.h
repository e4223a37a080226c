/*
 * drift - a slow slide towards the limit, seen before the limit is passed.
 *
 * A one-sided CUSUM against the mean and deviation of the baseline: every
 * measurement adds its distance in deviations, less DRIFT_SLACK; the sum never
 * falls below zero.  Above DRIFT_RAISE the drift is raised, and it is over when
 * the sum has come back to DRIFT_CALM.
 *
 * False alarms: with independent, normal measurements whose mean and deviation
 * are those of the baseline, one in DRIFT_ALARM_EVERY measurements raises a
 * drift (one measurement every 10 s: one false HOLD in two days per gate).  A
 * shift by one deviation is seen after 16 measurements on average, by two after
 * 6.  One measurement alone never raises it, however wild: each is cut at
 * DRIFT_CUT deviations.  Measurements that follow each other closely
 * (correlated) raise more false alarms.  Plain data; pure.
 */
#ifndef MODEL_DRIFT_H
#define MODEL_DRIFT_H

#include <stdint.h>

#include "base/err.h"

#define DRIFT_SLACK 0.5
#define DRIFT_RAISE 8.0
#define DRIFT_CALM 4.0
#define DRIFT_CUT 4.0
#define DRIFT_MOST 12.0 /* the sum stops here, so that calm is near */
#define DRIFT_ALARM_EVERY 19000.0

/* Zeroed = nothing seen. */
struct drift {
	double sum;	  /* in deviations, 0..DRIFT_MOST */
	bool raised;	  /* towards the bad side */
	int64_t since_ms; /* when it was raised */
};

/* False when `mean` or `deviation` is not finite or there is no spread to
 * compare with: such a baseline says nothing about drift. */
bool drift_usable(double mean, double deviation);

/* Takes in one measurement.  `is_low_bad`: falling is the bad direction.
 * Needs drift_usable(); a value that is not finite changes nothing. */
void drift_feed(struct drift *d, double value, double mean, double deviation,
		bool is_low_bad, int64_t at_ms);

#endif
