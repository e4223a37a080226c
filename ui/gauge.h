/* gauge - how much of something is there, as a bar. */
#ifndef UI_GAUGE_H
#define UI_GAUGE_H

#include "ui/canvas.h"

/* A bar of `cells` cells with its ends; `part` of `whole` is filled.  Nothing
 * when there is no room or `whole` is not above 0. */
void gauge_draw(struct pen *p, int cells, enum role role, double part,
		double whole);

#endif
