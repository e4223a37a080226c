/*
 * spread - an act of kind `parallel` taken apart: one act for each region.
 *
 * The loader has filled {region} in and keeps what each region is told under
 * "us-east-1.path"; the regions themselves stand in "over", the kind of the
 * acts in "kind".  Pure.
 */
#ifndef MODEL_SPREAD_H
#define MODEL_SPREAD_H

#include "model/book.h"
#include "model/regions.h"

#define SPREAD_KIND "parallel"

/* The regions of the act, in the order of the runbook, all SIDE_UNKNOWN and
 * never read; none when it is not parallel. */
void spread_regions(struct regions *out, const struct act *act);

/* Does the act change its object in that region?  One that is not parallel
 * changes all of it; so is "" all of it. */
bool spread_reaches(const struct act *act, const char *region);

/* What is done in that region; the caller clears `out`. */
void spread_act(struct act *out, const struct act *act, const char *region);

#endif
