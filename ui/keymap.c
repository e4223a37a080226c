/* keymap - every key as a row. */
#include "ui/keymap.h"

#include <string.h>

#include "base/str.h"
#include "base/text.h"

#define IN(mode) (1u << (mode))
#define MAIN IN(MODE_MAIN)
#define PAGES                                                                 \
	(IN(MODE_GATE) | IN(MODE_STEP) | IN(MODE_JOURNAL) | IN(MODE_RECORD) | \
	 IN(MODE_MATRIX) | IN(MODE_HELP))
#define TEXTS \
	(IN(MODE_PROMPT) | IN(MODE_ASK) | IN(MODE_PALETTE) | IN(MODE_FILTER))
#define BOXES (IN(MODE_ALARM) | IN(MODE_LEAVE))
#define SCROLLED (BOXES | (TEXTS & ~IN(MODE_FILTER)))
#define CALM (MAIN | PAGES) /* where letters are keys */

/* clang-format off */
const struct key_row key_rows[] = {
	{ { PRESS_ENTER }, "enter", "open",
	  "open the gate, or show the plan of the step", MAIN, verb_enter },
	{ { PRESS_ENTER }, "enter", "open",
	  "open the record; of a step, the list of its records",
	  IN(MODE_JOURNAL) | IN(MODE_STEP), verb_enter },
	{ { '[' }, "[", "before", "the record before this one",
	  IN(MODE_RECORD), verb_record },
	{ { ']' }, "]", "after", "the record after this one",
	  IN(MODE_RECORD), verb_record },
	{ { PRESS_ENTER }, "enter", "send",
	  "send what is typed; a plan only by its exact phrase",
	  TEXTS, verb_submit },
	{ { 'R', PRESS_CTRL('r') }, "R", "rollback",
	  "show the plan of the rollback, from everywhere",
	  CALM | BOXES, verb_rollback },
	{ { PRESS_CTRL('r') }, "ctrl-R", "rollback",
	  "show the plan of the rollback, also while typing",
	  TEXTS, verb_rollback },
	{ { 'd' }, "d", "decline",
	  "decline the proposed rollback; it stays available",
	  IN(MODE_ALARM), verb_decline },
	{ { 'p' }, "p", "park", "park the room and leave",
	  IN(MODE_LEAVE), verb_park },
	{ { '?' }, "?", "keys", "the keys that work here",
	  CALM | BOXES, verb_help },
	{ { 'q', PRESS_CTRL('c') }, "q", "leave",
	  "ask how to leave the room", CALM | IN(MODE_ALARM), verb_leave },
	{ { 'g' }, "g", "gate", "detail of the selected or deciding gate",
	  MAIN, verb_gate },
	{ { 'j' }, "j", "journal", "all records that are kept on screen",
	  MAIN, verb_journal },
	{ { '/' }, "/", "filter",
	  "show rows with a text; !text those without; breaches always",
	  MAIN | (PAGES & ~IN(MODE_RECORD)), verb_filter },
	{ { ':' }, ":", "command", "every verb by its word, with completion",
	  CALM, verb_palette },
	{ { PRESS_ESC, PRESS_CTRL('g') }, "esc", "back",
	  "one level back; declines an open plan; never acts",
	  ~0u, verb_back },
	{ { PRESS_CTRL('c') }, "ctrl-C", NULL, "ask how to leave the room",
	  TEXTS | IN(MODE_LEAVE), verb_leave },
	{ { '1', '2', '3', '4', '5' }, "1-5", NULL, "focus a pane",
	  CALM, verb_focus },
	{ { PRESS_TAB, PRESS_RIGHT, 'l' }, "tab", NULL,
	  "focus the next pane; also right and l", MAIN, verb_focus },
	{ { PRESS_LEFT, 'h' }, "left", NULL,
	  "focus the pane before; also h", MAIN, verb_focus },
	{ { PRESS_RIGHT, 'l' }, "right", "regions",
	  "further regions of the matrix; also l", IN(MODE_MATRIX),
	  verb_across },
	{ { PRESS_LEFT, 'h' }, "left", NULL,
	  "regions of the matrix before; also h", IN(MODE_MATRIX),
	  verb_across },
	{ { PRESS_TAB }, "tab", "complete", "complete the word",
	  IN(MODE_PALETTE), verb_complete },
	{ { PRESS_UP, 'k' }, "up", NULL, "one row up; also k",
	  CALM, verb_move },
	{ { PRESS_DOWN }, "down", NULL, "one row down", MAIN, verb_move },
	{ { PRESS_DOWN, 'j' }, "down", "scroll", "one row down; also j",
	  PAGES, verb_move },
	{ { PRESS_PAGE_UP }, "page up", NULL, "ten rows up",
	  MAIN, verb_move },
	{ { PRESS_PAGE_UP, 'b' }, "page up", NULL, "ten rows up; also b",
	  PAGES, verb_move },
	{ { PRESS_PAGE_DOWN }, "page down", NULL, "ten rows down",
	  MAIN, verb_move },
	{ { PRESS_PAGE_DOWN, PRESS_SPACE }, "space", NULL,
	  "ten rows down; also page down", PAGES, verb_move },
	{ { PRESS_UP }, "up", NULL, "one line up", SCROLLED, verb_move },
	{ { PRESS_DOWN }, "down", "more",
	  "one line down; a plan counts only once its last line was shown",
	  SCROLLED, verb_move },
	{ { PRESS_PAGE_UP }, "page up", NULL, "a page up",
	  SCROLLED, verb_move },
	{ { PRESS_PAGE_DOWN }, "page down", NULL, "a page down",
	  SCROLLED, verb_move },
	{ { PRESS_HOME }, "home", NULL, "first row", CALM, verb_move },
	{ { PRESS_END, 'G' }, "end", NULL, "last row; also G",
	  CALM, verb_move },
	{ { PRESS_SPACE }, "space", NULL,
	  "acknowledge the breach of the selected or deciding gate",
	  MAIN, verb_ack },
	{ { 'x' }, "x", NULL,
	  "mark a step or an item: R takes back what is marked, alone",
	  MAIN, verb_mark },
	{ { 'i' }, "i", NULL, "detail of the selected or next step",
	  MAIN, verb_step },
	{ { 'm' }, "m", NULL, "matrix: objects and where they stand",
	  MAIN, verb_matrix },
	{ { 'v' }, "v", NULL, "runbook or rollback in the last pane",
	  MAIN, verb_swap },
	{ { 'N' }, "N", NULL, "the notes in the journal", CALM, verb_notes },
	{ { 'n' }, "n", NULL, "write a note into the journal",
	  CALM, verb_note },
	{ { 's' }, "s", NULL, "leave the step out, with a reason",
	  MAIN | IN(MODE_STEP), verb_skip },
	{ { 'd' }, "d", NULL, "a manual step or item is done, with proof",
	  MAIN | IN(MODE_STEP), verb_done },
	{ { 'f' }, "f", NULL, "give up what runs, step or rollback, with a reason",
	  MAIN | IN(MODE_STEP), verb_fail },
	{ { 'a' }, "a", NULL, "end the step under way; it is read back",
	  MAIN | IN(MODE_STEP), verb_abort },
	{ { 'r' }, "r", NULL, "try again; what waits, at once",
	  MAIN | IN(MODE_STEP), verb_retry },
	{ { 'c' }, "c", NULL, "read an unknown outcome back",
	  MAIN | IN(MODE_STEP), verb_recheck },
	{ { 'M' }, "M", NULL, "mute the gate with a reason, or judge it again",
	  MAIN | IN(MODE_GATE), verb_mute },
	{ { 't' }, "t", NULL, "measure the gate now",
	  MAIN | IN(MODE_GATE), verb_probe },
	{ { 'p' }, "p", NULL,
	  "pause the step under way, or let it go on; else ask to park",
	  CALM, verb_pause },
	{ { PRESS_BACKSPACE, PRESS_DELETE, 8, PRESS_CTRL('w'),
	    PRESS_CTRL('u') }, "backspace", NULL,
	  "erase a character; ctrl-W a word, ctrl-U all",
	  TEXTS, verb_erase },
	{ { PRESS_CTRL('l') }, "ctrl-L", NULL, "draw the screen anew",
	  ~0u, verb_redraw },
	{ { PRESS_CTRL('z') }, "ctrl-Z", NULL,
	  "suspend a screen that only watches", ~0u, verb_suspend },
};
/* clang-format on */

const size_t key_row_count = ARRAY_LEN(key_rows);

const struct key_row *
keymap_find(enum view_mode mode, int32_t code)
{
	for (size_t i = 0; i < key_row_count; i++) {
		const struct key_row *row = &key_rows[i];

		if ((row->where & IN(mode)) == 0)
			continue;
		for (int k = 0; k < KEY_CODES && row->codes[k] != 0; k++)
			if (row->codes[k] == code)
				return row;
	}
	return NULL;
}

static struct entry *
entry_of(struct view *v)
{
	if (v->mode == MODE_PROMPT)
		return &v->prompt.typed;
	return v->mode == MODE_FILTER ? view_filter(v) : &v->typed;
}

/* A box that has just come up is deaf: what was typed was not meant for it. */
static bool
is_deaf(const struct view *v, int64_t real_ms)
{
	if (v->mode == MODE_PROMPT)
		return real_ms - v->prompt.since_ms < VIEW_DEAD_MS;
	if (v->mode == MODE_ALARM)
		return real_ms - v->alarm_ms < VIEW_DEAD_MS;
	if (v->mode == MODE_ASK)
		return real_ms - v->ask.since_ms < VIEW_DEAD_MS;
	/* What is still typed into a plan that went away is no command. */
	return v->mode == MODE_MAIN && v->withdrawn_ms != 0 &&
	       real_ms - v->withdrawn_ms < VIEW_AWAY_MS;
}

/* The way back is open in every state. */
static bool
is_rollback_key(int32_t code)
{
	return code == 'R' || code == PRESS_CTRL('r');
}

static void
unknown_key(struct view *v, int32_t code, int64_t real_ms)
{
	char name[5] = "";

	if (code > 0x20 && code < 0x10ffff)
		text_encode(code, name);
	view_say(v, real_ms, "%s%s does nothing here; ? shows the keys",
		 name[0] != '\0' ? "" : "this key", name);
}

static void
take_paste(struct view *v, const char *text, int64_t real_ms)
{
	bool is_phrase = v->mode == MODE_PROMPT ||
			 (v->mode == MODE_ASK && v->ask.word[0] != '\0');

	if (is_phrase)
		view_say(v, real_ms,
			 "a paste is refused here: type it, so "
			 "that it is meant");
	else if (view_types_text(v))
		entry_paste(entry_of(v), text);
	else
		view_say(v, real_ms, "a paste is no key: nothing was done");
}

static void
take_key(struct hand *h)
{
	struct view *v = h->view;
	int64_t real_ms = h->frame->now.real_ms;
	bool is_text = view_types_text(v) && h->code >= 0x20 &&
		       h->code != PRESS_BACKSPACE && h->code <= 0x10ffff;
	const struct key_row *row;

	if (is_deaf(v, real_ms) && h->code != PRESS_CTRL('c') &&
	    !(v->mode == MODE_MAIN && is_rollback_key(h->code)))
		return;
	if (is_text) {
		if (!v->prompt.is_sent || v->mode != MODE_PROMPT)
			entry_type(entry_of(v), h->code);
		if (v->mode == MODE_PALETTE)
			v->scroll = 0; /* another list */
		return;
	}
	if (v->is_recording && (CALM & IN(v->mode)) != 0 &&
	    turn_of_key(h->code, &h->out->turn)) {
		h->out->has_turn = true;
		return;
	}
	row = keymap_find(v->mode, h->code);
	if (row != NULL)
		row->act(h);
	else
		unknown_key(v, h->code, real_ms);
}

/* What was said before a command is not true of what it leads to. */
static void
press_key(struct view *v, struct hand *h)
{
	char word[sizeof(v->word)];
	int64_t word_ms = v->word_ms;

	str_copy(word, sizeof(word), v->word);
	take_key(h);
	if (h->out->has_command && v->word_ms == word_ms &&
	    str_same(v->word, word))
		v->word[0] = '\0';
}

void
keymap_press(struct view *v, const struct snapshot *s, struct moment now,
	     const struct press *p, struct outcome *out)
{
	struct frame f;

	*out = (struct outcome){ .has_command = false };
	switch (p->kind) {
	case PRESS_RESIZE:
		view_resize(v, p->rows, p->cols, now.real_ms);
		break;
	case PRESS_PASTE:
		take_paste(v, p->text, now.real_ms);
		break;
	case PRESS_KEY:
		frame_make(&f, s, v, now);
		press_key(v, &(struct hand){ .view = v,
					     .frame = &f,
					     .code = p->code,
					     .out = out });
		frame_clear(&f);
		break;
	}
}
