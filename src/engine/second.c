/*
 * second - the second person: asked for, taken in, bound to the open plan.
 *
 * An approval is good for one plan: the fold forgets it with the plan.  Who
 * commands cannot approve, neither by account nor by name.
 */
#include "engine/director.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"

#define POLICY_NAME "second policy"

/* A word of a shell: as it stands, or in single quotes. */
static void
shell_word(struct buf *out, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789/._-+:@%";

	if (word[0] != '\0' && word[strspn(word, plain)] == '\0') {
		buf_text(out, word);
		return;
	}
	buf_char(out, '\'');
	for (; *word != '\0'; word++)
		if (*word == '\'')
			buf_text(out, "'\\''");
		else
			buf_char(out, *word);
	buf_char(out, '\'');
}

void
second_ask(const struct director *d, struct record *r, const char *target)
{
	char real[PATH_MAX];
	struct buf line;

	assert(target[0] != '\0');
	buf_init(&line, 2 * PATH_MAX);
	buf_text(&line, "warroom approve ");
	shell_word(&line, realpath(d->options.dir, real) != NULL
				  ? real
				  : d->options.dir);
	buf_char(&line, ' ');
	shell_word(&line, target);
	if (d->book->approvers != NULL)
		buf_text(&line, " [--key FILE]");
	record_text(r, "second", buf_str(&line));
	buf_clear(&line);
}

static bool
record_approval(struct director *d, const char *who, const char *how)
{
	const struct room_prompt *p = &d->room->prompt;
	struct record r;

	record_init(&r, RECORD_APPROVAL, who);
	record_text(&r, "step", room_prompt_name(d->room));
	record_text(&r, "digest", p->digest);
	record_text(&r, "who", who);
	record_text(&r, "how", how);
	return director_emit(d, &r);
}

void
second_play(struct director *d)
{
	if (d->options.plays_second && d->book->is_drill &&
	    room_awaits_second(d->room))
		record_approval(d, POLICY_NAME, "policy of the drill");
}

/* Why this approval is none; NULL when it is one. */
static const char *
refusal(const struct director *d, const struct approval *a)
{
	const struct room *r = d->room;

	if (d->parking || d->over)
		return "the room is being parked";
	if (!r->prompt.open)
		return "no plan is open: the commander shows one first";
	if (strcmp(a->target, room_prompt_name(r)) != 0)
		return "the open plan is another one";
	if (r->prompt.awaits[0] == '\0')
		return "its plan needs no second person";
	if (strcmp(a->digest, r->prompt.digest) != 0)
		return "the plan has moved since you saw it: look again";
	if (a->uid == (int64_t)getuid())
		return "this is the commander's own account: approve from "
		       "another one, or with a key of your own (--key)";
	if (a->who[0] == '\0' || strcmp(a->who, r->commander) == 0)
		return "the commander is no second person";
	return NULL;
}

static void
answer(const struct director *d, const struct approval *a, bool ok,
       const char *text)
{
	if (d->reply != NULL && a->client != 0)
		d->reply(d->publish_ctx, a->client, ok, text);
}

void
second_take(struct director *d, const struct approval *a)
{
	const char *why = refusal(d, a);
	char text[240];

	if (why != NULL) {
		answer(d, a, false, why);
		return;
	}
	if (!record_approval(d, a->who, a->how)) {
		answer(d, a, false, "it could not be written down");
		return;
	}
	director_notice(d, "%s approved the plan of %s (%s)", a->who, a->target,
			a->how);
	str_printf(text, sizeof(text),
		   "approved as %s; it begins when %s types the phrase", a->who,
		   d->room->commander);
	answer(d, a, true, text);
}

bool
second_allows(struct director *d)
{
	if (!room_awaits_second(d->room))
		return true;
	director_notice(d, "not confirmed: %s waits for a second person: %s",
			room_prompt_name(d->room), d->room->prompt.awaits);
	return false;
}
