/*
 * rollback_person - an item of the rollback that a person carries out.
 *
 * It acts while the person is asked, with the words of the runbook, until they
 * say done with a proof; from the proof on it verifies: an actor looks until
 * what was done is seen.  The state alone says which, so that whoever takes the
 * room over asks on, or looks on, and nobody is asked twice.
 */
#include "engine/director.h"

#include <string.h>

#include "base/json.h"
#include "base/str.h"

static const char *
name_of(const struct director *d, int item)
{
	return plan_name(d->book, &d->room->undos[item].item);
}

bool
rollback_is_by_person(const struct director *d, int item)
{
	return runner_class_of(room_undo_act(d->room, (size_t)item)) ==
	       ACTION_PERSON;
}

#define PERSON_WORDS 1024 /* of what is asked; more than any place shows */

/* "voice desk: have the numbers ported back", as much as has room. */
static void
words_of(const struct act *act, char *to, size_t size)
{
	const char *owner = settings_text_or(&act->with, "owner", "");

	char whole[PERSON_WORDS];

	str_printf(whole, sizeof(whole), "%s%s%s", owner,
		   owner[0] != '\0' ? ": " : "",
		   settings_text_or(&act->with, "text", ""));
	str_excerpt(to, size, whole);
}

bool
rollback_tell_awaited(struct director *d)
{
	int item = room_awaits_person(d->room);
	char words[104];

	if (item < 0)
		return false;
	words_of(room_undo_act(d->room, (size_t)item), words, sizeof(words));
	director_notice(d,
			"%s is done by a person, %s; \"done %s PROOF\" "
			"when it is, \"fail %s REASON\" halts",
			name_of(d, item), words, name_of(d, item),
			name_of(d, item));
	return true;
}

void
rollback_ask_person(struct director *d, int item)
{
	char words[191], said[240];

	words_of(room_undo_act(d->room, (size_t)item), words, sizeof(words));
	str_printf(said, sizeof(said), "waits for a person, %s", words);
	d->rollback.current = item;
	if (rollback_item_move(d, item, STEP_ACTING, "director", said))
		rollback_tell_awaited(d);
}

/* Has the item that was asked for a name or an object like that? */
static bool
is_meant(const struct director *d, int item, const char *word)
{
	return strcmp(word, name_of(d, item)) == 0 ||
	       strcmp(word, plan_object(d->book, &d->room->undos[item].item)) ==
		       0;
}

bool
rollback_person_done(struct director *d, const struct command *c)
{
	int item = room_awaits_person(d->room);

	if (item < 0 || !is_meant(d, item, c->target))
		return false;
	if (c->text[strspn(c->text, " \t")] == '\0')
		director_notice(d, "done needs proof: what was seen");
	else if (rollback_item_move(d, item, STEP_VERIFYING,
				    d->options.commander, c->text))
		rollback_perform(d, item, false);
	return true;
}

bool
rollback_awaits(struct director *d)
{
	int item = room_awaits_person(d->room);

	if (item < 0)
		return false;
	if (director_now_ms(d) < d->room->rollback_until_ms)
		return true;
	d->rollback.current = -1;
	rollback_item_move(d, item, STEP_FAILED, "director",
			   "nobody has said in time that it is done");
	return false;
}

void
rollback_ask_no_more(struct director *d)
{
	for (size_t i = 0; i < d->room->undo_count && !d->dead; i++) {
		if (d->room->undos[i].act.state != STEP_ACTING ||
		    !rollback_is_by_person(d, (int)i))
			continue;
		d->rollback.current = -1;
		rollback_item_move(d, (int)i, STEP_FAILED, "director",
				   "given up before anybody had said that it "
				   "is done");
	}
}

bool
rollback_person_resumes(struct director *d, int item)
{
	enum step_state state = d->room->undos[item].act.state;

	if (!rollback_is_by_person(d, item))
		return false;
	if (rollback_is_given_up(d)) /* who was asked is asked no more */
		return state == STEP_ACTING;
	if (state == STEP_VERIFYING)
		rollback_perform(d, item, false);
	else
		rollback_ask_person(d, item);
	return true;
}

void
rollback_person_lines(const struct director *d, struct jwriter *w,
		      const struct plan_item *items, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct act *act = plan_act(d->book, &items[i]);
		char words[ROOM_LINE], whole[2 * ROOM_LINE], line[ROOM_LINE];

		if (runner_class_of(act) != ACTION_PERSON)
			continue;
		words_of(act, words, sizeof(words));
		str_printf(whole, sizeof(whole), "by a person: %zu %s, %s",
			   i + 1, plan_name(d->book, &items[i]), words);
		str_excerpt(line, sizeof(line), whole);
		jw_text(w, NULL, line);
	}
}
