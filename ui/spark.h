/* spark - a trend in one row, and a chart of several rows with its limits. */
#ifndef UI_SPARK_H
#define UI_SPARK_H

#include "model/room.h"
#include "ui/canvas.h"

/* The last `cells` numbers of a signal, on a scale that holds the gate's
 * limit, so that small changes far from it look small. */
void spark_draw(struct pen *p, int cells, const struct room_signal *s,
		const struct gate *g);

/* Full chart with the gate's limit, warn, clear and the band of its baseline
 * as lines with numbers. */
void spark_chart(struct canvas *c, struct rect r, const struct room_signal *s,
		 const struct gate *g);

#endif
