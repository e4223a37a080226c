/*
 * view - where one person looks: focus, selection, mode, text being typed.
 *
 * Never part of the room: two screens on one room have two views.  Selections
 * are kept by identity (gate signal, step id), so a row that moves stays
 * selected.  Owner thread; plain data.
 */
#ifndef UI_VIEW_H
#define UI_VIEW_H

#include "engine/command.h"
#include "model/snapshot.h"
#include "ui/entry.h"
#include "ui/layout.h"

/* mode, title, help */
/* clang-format off */
#define VIEW_MODE_LIST(X)                                                   \
	X(MODE_MAIN,     "room",     "panes, runbook, journal")             \
	X(MODE_GATE,     "gate",     "one gate: sentence, chart, answer")   \
	X(MODE_STEP,     "step",     "one step: act, attempts, undo")       \
	X(MODE_JOURNAL,  "journal",  "what happened, newest last")          \
	X(MODE_MATRIX,   "matrix",   "objects and where they stand")        \
	X(MODE_HELP,     "keys",     "keys that work here")                 \
	X(MODE_FILTER,   "filter",   "show only rows with a text")          \
	X(MODE_PALETTE,  "palette",  "every verb, with completion")         \
	X(MODE_ASK,      "question", "a text or a word is asked for")       \
	X(MODE_PROMPT,   "confirm",  "a plan waits for its phrase")         \
	X(MODE_ALARM,    "alarm",    "a breach proposes the rollback")      \
	X(MODE_LEAVE,    "leave",    "how to leave the room")
/* clang-format on */

#define VIEW_MODE_ENUM(code, title, help) code,
enum view_mode { VIEW_MODE_LIST(VIEW_MODE_ENUM) VIEW_MODE_COUNT };
#undef VIEW_MODE_ENUM

#define VIEW_PANES 5	   /* that can be focused */
#define VIEW_RUNBOOK 4	   /* index of the runbook's pane */
#define VIEW_AWAY_MS 1000  /* keys meant for a plan that was withdrawn */
#define VIEW_DEAD_MS 300   /* a box is deaf for so long after it opened */
#define VIEW_UNFIT_MS 1000 /* a plan that cannot be seen is withdrawn */
#define VIEW_WORD_MS 10000 /* how long a word to the person stands */

/* A question whose answer becomes a command. */
struct view_ask {
	enum command_verb verb;
	char target[80];
	char title[120];
	char word[32]; /* must be typed exactly; "" : any text */
	bool may_be_empty;
};

/* The confirm as this person sees it. */
struct view_prompt {
	char digest[DIGEST_HEX]; /* of the plan in the box; "" none */
	int64_t since_ms;	 /* real: the box opened or changed */
	int64_t unfit_ms;	 /* real: first seen too small; 0 fits */
	bool is_sent;		 /* confirmed here, not answered yet */
	struct entry typed;
};

struct view {
	int rows, cols;
	enum charset set;
	enum layout_kind layout;
	enum view_mode mode;
	enum view_mode back;			/* where esc leads from help */
	int focus;				/* 0..VIEW_PANES-1 */
	char selected[VIEW_PANES][SIGNAL_NAME]; /* "" follows the room */
	char subject[SIGNAL_NAME];		/* of MODE_GATE and MODE_STEP */
	int scroll;	 /* lines; in the journal from its end */
	int scroll_max;	 /* as the last drawing found it */
	bool show_steps; /* the runbook also while a rollback is there */
	struct entry filter, typed;
	struct view_ask ask;
	struct view_prompt prompt;
	enum rollback_state rollback; /* as last seen */
	int64_t withdrawn_ms; /* when a plan went away unasked; 0 never */
	int64_t alarm_ms;     /* real: the alarm opened */
	uint64_t notice_id;
	enum verdict verdict; /* as last seen, for the bell */
	char word[240];
	int64_t word_ms; /* real: since when; 0 none */
	bool wants_bell, wants_flush;
	bool is_recording; /* keys that would act turn the night instead */
	bool is_leaving;   /* asked to park; waits for the director */
};

void view_init(struct view *v);

extern const char *const view_mode_titles[VIEW_MODE_COUNT];

/* Says something to the person for a while. */
void view_say(struct view *v, int64_t real_ms, const char *fmt, ...)
	PRINTF_LIKE(3, 4);

/* Opens `mode`, at its top and with nothing typed. */
void view_open(struct view *v, enum view_mode mode);
/* One level back; never acts. */
void view_close(struct view *v);
void view_scroll(struct view *v, int by);   /* stays inside */
bool view_types_text(const struct view *v); /* printable keys are text */

void view_resize(struct view *v, int rows, int cols, int64_t real_ms);

/* Does the filter show this text? "" shows all, "!x" what has no x. */
bool view_shows(const struct view *v, const char *text);

#endif
