/*
 * frame - all that one picture is drawn from, judged for one moment.
 *
 * Made for each drawing and each key, so that screen and keys see the same
 * findings.  Borrows snapshot and view.  Owner thread.
 */
#ifndef UI_FRAME_H
#define UI_FRAME_H

#include "model/forecast.h"
#include "ui/view.h"

/* One instant in the three times there are. */
struct moment {
	int64_t room_ms, wall_ms, real_ms;
	double speed; /* of room time; 0 means 1 */
};

struct frame {
	const struct snapshot *snapshot;
	const struct room *room;
	const struct book *book;
	const struct view *view;
	struct moment now;
	struct gate_finding *findings; /* of each gate; owned */
	struct decision decision;
	struct forecast forecast;
};

/* The moment of a snapshot that is looked at now. */
struct moment frame_moment(const struct snapshot *s);

/* Borrows `s` and `v`; frame_clear() ends it. */
void frame_make(struct frame *f, const struct snapshot *s, const struct view *v,
		struct moment now);
/* Frees what frame_make() made. */
void frame_clear(struct frame *f);

/* Wall time of a room time. */
int64_t frame_wall(const struct frame *f, int64_t room_ms);

/* "LIVE", "DRILL" or "READ-ONLY", and its role. */
const char *frame_mode(const struct frame *f, enum role *role);

/* Is there nothing this person could do here, whatever the room's state? */
bool frame_is_read_only(const struct frame *f);

/* May this person act at all?  When not, `why` says so. */
bool frame_may_act(const struct frame *f, const char **why);

/* What names an item while it is selected. */
void frame_item_id(int item, char *to, size_t size);
/* The item of the rollback a row or a key is about: the selected one, or the
 * first; -1 when there is none. */
int frame_item(const struct frame *f);
/* The step a row or a key is about: the selected one, or the next; while the
 * rollback is shown, the one whose undo that item is.  -1: there is none. */
int frame_step(const struct frame *f);
/* The gate with this signal, or -1. */
int frame_gate(const struct frame *f, const char *signal);
/* The probe that feeds the gate, or NULL; and what it last said. */
const struct book_probe *frame_feeder(const struct frame *f, size_t gate);
/* What the probe last said; NULL: nothing. */
const struct snapshot_probe *frame_answer(const struct frame *f,
					  const char *probe);

/* Is the rollback there to be watched instead of the runbook? */
bool frame_shows_rollback(const struct frame *f);

#endif
