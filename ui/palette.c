/* palette - every verb by its word, with completion. */
#include "ui/palette.h"

#include <string.h>

#include "base/str.h"
#include "ui/dialog.h"

#define THE_ROLLBACK "rollback"

enum takes {
	TAKES_NONE,
	TAKES_STEP,
	TAKES_GATE,
	TAKES_PROBE,
	TAKES_ITEMS,
	TAKES_RULE,
	TAKES_WORK, /* what is under way: a step, or the rollback */
	TAKES_TRY
};
enum needs { NEEDS_NOTHING, NEEDS_TARGET, NEEDS_TEXT, NEEDS_BOTH };

/* What a verb takes, and what of it must be there. */
static const struct {
	enum takes target;
	const char *text; /* name of the text; NULL takes none */
	enum needs needs;
} shapes[COMMAND_COUNT] = {
	[COMMAND_ARM] = { TAKES_STEP, NULL, NEEDS_TARGET },
	[COMMAND_ROLLBACK] = { TAKES_ITEMS, "", NEEDS_NOTHING },
	[COMMAND_CONFIRM] = { TAKES_NONE, NULL, NEEDS_NOTHING },
	[COMMAND_DECLINE] = { TAKES_NONE, NULL, NEEDS_NOTHING },
	[COMMAND_DONE] = { TAKES_STEP, "PROOF", NEEDS_BOTH },
	[COMMAND_FAIL] = { TAKES_WORK, "REASON", NEEDS_BOTH },
	[COMMAND_ABORT] = { TAKES_WORK, NULL, NEEDS_TARGET },
	[COMMAND_RETRY] = { TAKES_TRY, NULL, NEEDS_NOTHING },
	[COMMAND_PAUSE] = { TAKES_STEP, NULL, NEEDS_TARGET },
	[COMMAND_RESUME] = { TAKES_STEP, NULL, NEEDS_TARGET },
	[COMMAND_RECHECK] = { TAKES_STEP, NULL, NEEDS_TARGET },
	[COMMAND_SKIP] = { TAKES_STEP, "REASON", NEEDS_BOTH },
	[COMMAND_OVERRIDE] = { TAKES_RULE, "REASON", NEEDS_BOTH },
	[COMMAND_ACK] = { TAKES_GATE, NULL, NEEDS_TARGET },
	[COMMAND_MUTE] = { TAKES_GATE, "[15m] REASON", NEEDS_BOTH },
	[COMMAND_UNMUTE] = { TAKES_GATE, NULL, NEEDS_TARGET },
	[COMMAND_BASELINE] = { TAKES_NONE, "[REASON]", NEEDS_NOTHING },
	[COMMAND_NOTE] = { TAKES_NONE, "TEXT", NEEDS_TEXT },
	[COMMAND_PROBE] = { TAKES_PROBE, NULL, NEEDS_NOTHING },
	[COMMAND_PARK] = { TAKES_NONE, NULL, NEEDS_NOTHING },
	[COMMAND_CLOSE] = { TAKES_NONE, "REASON", NEEDS_TEXT },
};

static const char *const target_names[] = {
	[TAKES_NONE] = "",
	[TAKES_STEP] = "STEP",
	[TAKES_GATE] = "GATE",
	[TAKES_PROBE] = "PROBE",
	[TAKES_ITEMS] = "ITEM...",
	[TAKES_RULE] = "RULE",
	[TAKES_WORK] = "STEP|rollback",
	[TAKES_TRY] = "STEP|CHECK|rollback",
};

void
palette_usage(enum command_verb verb, char *to, size_t size)
{
	const char *target = target_names[shapes[verb].target];
	const char *text = shapes[verb].text;
	bool must = shapes[verb].needs == NEEDS_TARGET ||
		    shapes[verb].needs == NEEDS_BOTH;

	str_printf(to, size, "%s%s%s%s%s%s", command_rows[verb].word,
		   target[0] == '\0' ? ""
		   : must	     ? " "
				     : " [",
		   target, target[0] != '\0' && !must ? "]" : "",
		   text != NULL && text[0] != '\0' ? " " : "",
		   text != NULL ? text : "");
}

/* A row of the manifest that waits for a person is called by its action; an
 * undo of a step has the step's name. */
static const char *
awaited_row(const struct frame *f)
{
	int item = room_awaits_person(f->room);

	return item >= 0 && f->room->undos[item].item.row >= 0
		       ? plan_name(f->book, &f->room->undos[item].item)
		       : NULL;
}

/* The i-th of what can be looked at again while a rollback is validated. */
static const char *
check_at(const struct frame *f, size_t i)
{
	const struct book_rollback *b = &f->book->rollback;

	if (f->room->rollback != ROLLBACK_VALIDATING)
		return NULL;
	if (i < b->validation_count)
		return b->validations[i].id;
	return i == b->validation_count && b->check_name[0] != '\0'
		       ? b->check_name
		       : NULL;
}

/* The i-th step, then who else is waited for. */
static const char *
step_at(const struct frame *f, size_t i)
{
	if (i < f->book->step_count)
		return f->book->steps[i].id;
	return i == f->book->step_count ? awaited_row(f) : NULL;
}

/* The rollback by its word, while it can be given up or tried again. */
static const char *
rollback_at(const struct frame *f, size_t i)
{
	return i == 0 && (room_rollback_runs(f->room) ||
			  f->room->rollback == ROLLBACK_HALTED)
		       ? THE_ROLLBACK
		       : NULL;
}

/* Candidate `i` of what may be tried again: steps, checks, the rollback. */
static const char *
try_at(const struct frame *f, size_t i)
{
	size_t before = f->book->step_count + (awaited_row(f) != NULL);
	const char *one = step_at(f, i);

	if (one != NULL)
		return one;
	i -= before;
	for (size_t k = 0; check_at(f, k) != NULL; k++)
		if (i-- == 0)
			return check_at(f, k);
	return rollback_at(f, i);
}

/* Candidate `i` of what may be given up. */
static const char *
work_at(const struct frame *f, size_t i)
{
	const char *one = step_at(f, i);

	return one != NULL ? one
			   : rollback_at(f, i - f->book->step_count -
						    (awaited_row(f) != NULL));
}

/* Candidate `i` for a target; NULL behind the last. */
static const char *
target_at(const struct frame *f, enum takes takes, size_t i)
{
	const struct book *b = f->book;

	switch (takes) {
	case TAKES_STEP:
		return step_at(f, i);
	case TAKES_GATE:
		return i < b->gates.gate_count ? b->gates.gates[i].signal
					       : NULL;
	case TAKES_PROBE:
		return i < b->probe_count ? b->probes[i].id : NULL;
	case TAKES_ITEMS:
		if (i < b->step_count)
			return b->steps[i].id;
		i -= b->step_count;
		return i < b->rollback.undo_count ? b->rollback.undos[i].action
						  : NULL;
	case TAKES_RULE:
		return i < b->invariant_count ? b->invariants[i].id : NULL;
	case TAKES_WORK:
		return work_at(f, i);
	case TAKES_TRY:
		return try_at(f, i);
	case TAKES_NONE:
		break;
	}
	return NULL;
}

static const char *
target_known(const struct frame *f, enum takes takes, const char *word)
{
	const char *one;

	for (size_t i = 0; (one = target_at(f, takes, i)) != NULL; i++)
		if (str_same(one, word))
			return one;
	return NULL;
}

/* Takes the next word of *line; "" at its end. */
static void
next_word(const char **line, char *to, size_t size)
{
	const char *at = *line;
	size_t len;

	while (*at == ' ')
		at++;
	len = strcspn(at, " ");
	str_copy_n(to, size, at, len);
	at += len;
	while (*at == ' ')
		at++;
	*line = at;
}

static int
verb_named(const char *word)
{
	for (int i = 0; i < COMMAND_COUNT; i++)
		if (str_same(command_rows[i].word, word))
			return i;
	return -1;
}

static void
take_duration(struct command *c, const char **line)
{
	const char *at = *line;
	char word[16];

	next_word(&at, word, sizeof(word));
	if (str_to_duration_ms(word, &c->duration_ms))
		*line = at;
}

static void
unknown_verb(const char *word, char *why, size_t size)
{
	const char *words[COMMAND_COUNT];
	const char *near;

	for (int i = 0; i < COMMAND_COUNT; i++)
		words[i] = command_rows[i].word;
	near = str_nearest(word, words, COMMAND_COUNT);
	str_printf(why, size, "no verb \"%.40s\"%s%s; tab lists them", word,
		   near != NULL ? ": do you mean " : "",
		   near != NULL ? near : "");
}

/* Reads target and text of a verb. */
static bool
parse_rest(const struct frame *f, const char *line, struct command *out,
	   char *why, size_t size)
{
	enum takes takes = shapes[out->verb].target;
	enum needs needs = shapes[out->verb].needs;
	char usage[80];

	palette_usage(out->verb, usage, sizeof(usage));
	/* Several words; the director knows which are items by now. */
	if (takes != TAKES_NONE && takes != TAKES_ITEMS)
		next_word(&line, out->target, sizeof(out->target));
	if (out->target[0] != '\0' &&
	    target_known(f, takes, out->target) == NULL) {
		str_printf(why, size, "no %s \"%.60s\": %s",
			   target_names[takes], out->target, usage);
		return false;
	}
	if (out->verb == COMMAND_MUTE)
		take_duration(out, &line);
	if (shapes[out->verb].text == NULL && line[0] != '\0') {
		str_printf(why, size, "\"%.40s\" is too much: %s", line, usage);
		return false;
	}
	str_copy(out->text, sizeof(out->text), line);
	if ((out->target[0] == '\0' &&
	     (needs == NEEDS_TARGET || needs == NEEDS_BOTH)) ||
	    (out->text[0] == '\0' &&
	     (needs == NEEDS_TEXT || needs == NEEDS_BOTH))) {
		str_printf(why, size, "something is missing: %s", usage);
		return false;
	}
	/* The director knows it by having no name. */
	if ((takes == TAKES_WORK || takes == TAKES_TRY) &&
	    str_same(out->target, THE_ROLLBACK) &&
	    book_step(f->book, THE_ROLLBACK) == NULL)
		out->target[0] = '\0';
	return true;
}

bool
palette_parse(const struct frame *f, const char *line, struct command *out,
	      char *why, size_t size)
{
	char word[40];
	int verb;

	next_word(&line, word, sizeof(word));
	verb = verb_named(word);
	*out = (struct command){ .verb = COMMAND_NOTE };
	if (verb < 0) {
		unknown_verb(word, why, size);
		return false;
	}
	if (verb == COMMAND_CONFIRM) {
		str_copy(why, size,
			 "a plan is confirmed in its own box, by "
			 "its phrase");
		return false;
	}
	out->verb = (enum command_verb)verb;
	return parse_rest(f, line, out, why, size);
}

/* Candidate `i` for the word being typed. */
static const char *
candidate(const struct frame *f, int verb, size_t i)
{
	if (verb >= 0)
		return target_at(f, shapes[verb].target, i);
	return i < COMMAND_COUNT ? command_rows[i].word : NULL;
}

void
palette_complete(const struct frame *f, struct entry *e)
{
	const char *blank = strchr(e->text, ' ');
	char first[40], common[ENTRY_TEXT] = "";
	const char *part = blank != NULL ? blank + 1 : e->text;
	const char *one;
	int verb = -1;
	int found = 0;

	if (blank != NULL) {
		str_copy_n(first, sizeof(first), e->text,
			   (size_t)(blank - e->text));
		verb = verb_named(first);
		if (verb < 0 || strchr(part, ' ') != NULL)
			return;
	}
	for (size_t i = 0; (one = candidate(f, verb, i)) != NULL; i++) {
		size_t same = 0;

		if (!str_starts(one, part))
			continue;
		if (found++ == 0)
			str_copy(common, sizeof(common), one);
		while (common[same] != '\0' && common[same] == one[same])
			same++;
		common[same] = '\0';
	}
	if (found == 0)
		return;
	if (strlen(e->text) + strlen(common) + 2 < sizeof(e->text))
		str_copy(e->text + (part - e->text),
			 sizeof(e->text) - (size_t)(part - e->text), common);
	if (found == 1)
		entry_type(e, ' ');
}

int
palette_draw(const struct frame *f, struct canvas *c)
{
	struct rect area = dialog_area(f->view->rows, f->view->cols);
	const char *typed = f->view->typed.text;
	const char *blank = strchr(typed, ' ');
	struct dialog d = { .title = "Command: tab completes",
			    .border = ROLE_FOCUS,
			    .typed = typed,
			    .scroll = f->view->scroll };
	char first[40], usage[80];
	struct page p;
	int scroll;

	page_init(&p, c->set, dialog_width(area));
	p.more = "down";
	str_copy_n(first, sizeof(first), typed,
		   blank != NULL ? (size_t)(blank - typed) : strlen(typed));
	for (int i = 0; i < COMMAND_COUNT; i++) {
		if (i == COMMAND_CONFIRM ||
		    (blank != NULL ? !str_same(command_rows[i].word, first)
				   : !str_starts(command_rows[i].word, first)))
			continue;
		palette_usage((enum command_verb)i, usage, sizeof(usage));
		page_printf(&p, ROLE_NORMAL, "%-26s %s", usage,
			    command_rows[i].help);
	}
	if (blank != NULL && verb_named(first) >= 0) {
		const char *one;
		int verb = verb_named(first);

		for (size_t i = 0; (one = candidate(f, verb, i)) != NULL; i++)
			if (str_starts(one, blank + 1))
				page_printf(&p, ROLE_DIM, "  %s", one);
	}
	if (p.count == 0)
		page_text(&p, ROLE_ALERT, 0, "no such verb");
	scroll = dialog_draw(c, area, &d, &p);
	page_clear(&p);
	return scroll;
}
