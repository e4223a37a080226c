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
void verb_step(struct hand *h);	   /* opens the current step */
void verb_journal(struct hand *h); /* all records, newest last */
void verb_notes(struct hand *h);   /* notes alone */
void verb_records(struct hand *h); /* of the step that is open */
void verb_record(struct hand *h);  /* the one before or after */
void verb_matrix(struct hand *h);  /* object by region */
void verb_across(struct hand *h);  /* one region to the side */
void verb_help(struct hand *h);	   /* the keys of this view */
void verb_filter(struct hand *h);  /* asks for words to show alone */
void verb_palette(struct hand *h); /* asks for a command by name */
void verb_swap(struct hand *h);	   /* runbook or rollback in the pane */

/* The step a key is about: the one that is open, or that of the selected row;
 * NULL when there is none, which the person is told.  Borrowed. */
const struct book_step *verb_step_meant(struct hand *h);

/* Verbs that ask the room; a prompt or a notice follows. */
void verb_rollback(struct hand *h);
void verb_decline(struct hand *h); /* puts the open plan away */
void verb_mark(struct hand *h);	   /* for a rollback of a part */
void verb_ack(struct hand *h);	   /* of the gate that is meant */
void verb_probe(struct hand *h);   /* measures now */
void verb_note(struct hand *h);	   /* asks for its words */
void verb_skip(struct hand *h);	   /* asks for a reason */
void verb_done(struct hand *h);	   /* asks for a proof */
void verb_fail(struct hand *h);	   /* asks for a reason */
void verb_abort(struct hand *h);   /* asks for a typed word */
void verb_retry(struct hand *h);   /* asks for a typed word */
void verb_pause(struct hand *h);   /* stands still, or goes on again */
void verb_recheck(struct hand *h); /* asks for a typed word */
void verb_mute(struct hand *h);	   /* asks for a reason; muted: for a word */

/* Verbs of the console itself. */
void verb_leave(struct hand *h);
void verb_park(struct hand *h);	   /* in that box: parks, then leaves */
void verb_suspend(struct hand *h); /* unless it would stop the probes */
void verb_redraw(struct hand *h);  /* all of the screen anew */

/* Typing: what enter, tab and backspace do in a line of text. */
void verb_submit(struct hand *h);
void verb_complete(struct hand *h); /* to what fits */
void verb_erase(struct hand *h);    /* A character, a word or all */

#endif
