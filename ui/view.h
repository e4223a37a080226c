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
	X(MODE_RECORD,   "record",   "one record with all its fields")      \
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

#define VIEW_PANES 5	    /* that can be focused */
#define VIEW_RUNBOOK 4	    /* index of the runbook's pane */
#define VIEW_AWAY_MS 1000   /* keys meant for a plan that was withdrawn */
#define VIEW_AWAIT_MS 10000 /* no plan is longer in the making */
#define VIEW_DEAD_MS 300    /* a box is deaf for so long after it opened */
#define VIEW_UNFIT_MS 1000  /* a plan that cannot be seen is withdrawn */
#define VIEW_FLASH_MS 700   /* a new critical breach is marked once */
#define VIEW_WORD_MS 10000  /* how long a word to the person stands */

/* A question whose answer becomes a command. */
struct view_ask {
	enum command_verb verb;
	char target[80];
	char title[120];
	char word[32]; /* must be typed exactly; "" : any text */
	bool may_be_empty;
	int64_t since_ms; /* real: the question opened */
};

/* The confirm as this person sees it. */
struct view_prompt {
	char digest[DIGEST_HEX]; /* of the plan in the box; "" none */
	int64_t since_ms;	 /* real: the box opened or changed */
	int64_t unfit_ms;	 /* real: first seen too small; 0 fits */
	int read_to;		 /* furthest scroll on a screen of this size */
	bool is_sent;		 /* confirmed here, not answered yet */
	struct entry typed;
};

struct view {
	int rows, cols;
	enum charset set;
	enum layout_kind layout;
	enum view_mode mode;
	enum view_mode back;   /* where esc leads from help */
	enum view_mode behind; /* what the filter is typed over */
	int focus;	       /* 0..VIEW_PANES-1 */
	char selected[VIEW_PANES][SIGNAL_NAME]; /* "" follows the room */
	char subject[SIGNAL_NAME];		/* of MODE_GATE and MODE_STEP */
	int scroll;	 /* lines; in the journal from its end */
	int across;	 /* regions left of the first one shown */
	int scroll_max;	 /* as the last drawing found it */
	char marks[240]; /* words: steps and items to be taken back alone */
	bool show_steps; /* the runbook also while a rollback is there */
	struct entry filter, typed;
	struct entry page_filter;    /* of the page that is open */
	int64_t record_seq;	     /* selected in the journal; 0 follows */
	const struct record *record; /* of MODE_RECORD; borrowed; NULL none */
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
	char call[160];	    /* why the bell rings */
	int troubles;	    /* steps that need a person, as last seen; -1 */
	int awaited;	    /* item a person is asked for, and 1; 0 none */
	bool is_recording;  /* keys that would act turn the night instead */
	int64_t breach_ms;  /* room time of the newest breach that was shown */
	int64_t flash_ms;   /* real: since when its row is marked; 0 never */
	char reading[120];  /* a plan that was asked for; "" none is awaited */
	int reading_step;   /* its step, -1 the rollback */
	int64_t reading_ms; /* real: since when */
	int watchers;	    /* who look at the room, as last counted */
	bool is_read_only;  /* asked for: this person only looks */
	bool is_leaving;    /* asked to park; waits for the director */
};

/* At the start of a console. */
void view_init(struct view *v);

extern const char *const view_mode_titles[VIEW_MODE_COUNT];

/* Says something to the person for a while. */
void view_say(struct view *v, int64_t real_ms, const char *fmt, ...)
	PRINTF_LIKE(3, 4);

/* A plan was asked for: `text` stands with the time until it comes, or what
 * is said instead. */
void view_await(struct view *v, int64_t real_ms, int step, const char *fmt, ...)
	PRINTF_LIKE(4, 5);

/* Something needs a person: rings, and says why elsewhere. */
void view_call(struct view *v, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Opens `mode`, at its top and with nothing typed. */
void view_open(struct view *v, enum view_mode mode);
/* One level back; never acts. */
void view_close(struct view *v);
void view_scroll(struct view *v, int by);   /* stays inside */
bool view_types_text(const struct view *v); /* printable keys are text */

/* Is the row of the newest critical breach marked now? */
bool view_flashes(const struct view *v, int64_t real_ms);

/* The terminal has another size, in cells. */
void view_resize(struct view *v, int rows, int cols, int64_t real_ms);

/* Does the filter show this text? "" shows all, "!x" what has no x. */
bool view_shows(const struct view *v, const char *text);
/* The same for rows of the page that is open. */
bool view_finds(const struct view *v, const char *text);
/* The mode whose picture is seen: what lies behind a filter being typed. */
enum view_mode view_seen(const struct view *v);
/* Marks a step or an item of the rollback, or not any more. */
void view_mark(struct view *v, const char *name);
/* The filter that / types. */
struct entry *view_filter(struct view *v);

#endif
