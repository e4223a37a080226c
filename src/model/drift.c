/* drift - a slow slide towards the limit, seen before the limit is passed. */
#include "model/drift.h"

#include <assert.h>
#include <math.h>

bool
drift_usable(double mean, double deviation)
{
	return isfinite(mean) && isfinite(deviation) && deviation > 0;
}

void
drift_feed(struct drift *d, double value, double mean, double deviation,
	   bool is_low_bad, int64_t at_ms)
{
	double z;

	assert(drift_usable(mean, deviation));
	if (!isfinite(value))
		return;
	z = is_low_bad ? (mean - value) / deviation
		       : (value - mean) / deviation;
	d->sum += fmin(z, DRIFT_CUT) - DRIFT_SLACK;
	d->sum = fmin(fmax(d->sum, 0), DRIFT_MOST);
	if (!d->raised && d->sum > DRIFT_RAISE) {
		d->raised = true;
		d->since_ms = at_ms;
	} else if (d->raised && d->sum <= DRIFT_CALM) {
		d->raised = false;
	}
}
