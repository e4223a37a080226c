/*
 * verb - what keys do: each changes the view or asks for one command.
 *
 * No verb acts on the world by itself: what would act is asked back in a box
 * (a typed word, a reason, or the plan's phrase).  Owner thread.
 */
#ifndef UI_VERB_H
#define UI_VERB_H

#include "ui/frame.h"
#include "ui/turn.h"

/* What a key led to, besides a changed view. */
struct outcome {
	bool has_command;
	struct command command;
	bool wants_leave, wants_suspend, wants_redraw;
	int64_t record_seq; /* to be read and opened; 0 none */
	bool has_turn;	    /* of a recorded night */
	enum turn turn;
};

/* One key in the hand of its verb. */
struct hand {
	struct view *view;
	const struct frame *frame;
	int32_t code;
	struct outcome *out;
};

void verb_focus(struct hand *h); /* 1..5, tab, left, right */
void verb_move(struct hand *h);	 /* up, down, pages, ends */
void verb_enter(struct hand *h); /* opens or arms what is selected */
void verb_back(struct hand *h);	 /* esc: one level back, never acts */

/* Verbs that change what is looked at. */
void verb_gate(struct hand *h);
void verb_step(struct hand *h);
void verb_journal(struct hand *h);
void verb_notes(struct hand *h);
void verb_records(struct hand *h); /* of the step that is open */
void verb_record(struct hand *h);  /* the one before or after */
void verb_matrix(struct hand *h);
void verb_across(struct hand *h); /* one region to the side */
void verb_help(struct hand *h);
void verb_filter(struct hand *h);
void verb_palette(struct hand *h);
void verb_swap(struct hand *h); /* runbook or rollback in the pane */

/* Verbs that ask the room; a prompt or a notice follows. */
void verb_rollback(struct hand *h);
void verb_decline(struct hand *h);
void verb_mark(struct hand *h); /* for a rollback of a part */
void verb_ack(struct hand *h);
void verb_probe(struct hand *h);
void verb_note(struct hand *h);
void verb_skip(struct hand *h);
void verb_done(struct hand *h);
void verb_fail(struct hand *h);
void verb_abort(struct hand *h);
void verb_retry(struct hand *h);
void verb_pause(struct hand *h);
void verb_recheck(struct hand *h);
void verb_mute(struct hand *h);

/* Verbs of the console itself. */
void verb_leave(struct hand *h);
void verb_park(struct hand *h);
void verb_suspend(struct hand *h);
void verb_redraw(struct hand *h);

/* Typing: what enter, tab and backspace do in a line of text. */
void verb_submit(struct hand *h);
void verb_complete(struct hand *h);
void verb_erase(struct hand *h);

#endif
