/*
 * rollback_target - nobody is led back to what cannot carry the business
 * unawares.
 *
 * A target that is NO-GO or BLIND stops a rollback that would begin by itself,
 * and is part of the phrase a person types.
 */
#include "engine/director.h"

#include <string.h>

#include "base/str.h"
#include "model/target.h"

static enum verdict
look(const struct director *d, char *text, size_t size)
{
	return target_judge(d->room, director_now_ms(d), text, size);
}

void
rollback_target_line(const struct director *d, char *to, size_t size)
{
	char text[ROOM_LINE];
	enum verdict v = look(d, text, sizeof(text));

	str_printf(to, size, "%s%s",
		   target_is_bad(v) ? "TARGET NOT HEALTHY: " : "target: ",
		   text[0] != '\0' ? text
				   : "no gate judges what it leads back to");
}

/* " TARGET NO-GO" or " TARGET BLIND"; false: neither. */
static bool
words_of(const struct director *d, char *to, size_t size)
{
	char text[ROOM_LINE];
	enum verdict v = look(d, text, sizeof(text));

	to[0] = '\0';
	if (!target_is_bad(v))
		return false;
	str_printf(to, size, " TARGET %s", verdict_word(v));
	return true;
}

void
rollback_target_phrase(const struct director *d, char *phrase, size_t size)
{
	char words[24];
	size_t used = strlen(phrase);

	if (words_of(d, words, sizeof(words)))
		str_printf(phrase + used, size - used, "%s", words);
}

bool
rollback_target_is_known(const struct director *d)
{
	const char *phrase = d->room->prompt.phrase;
	char words[24];

	/* Which of the two it is may change with each look of a probe. */
	return !words_of(d, words, sizeof(words)) ||
	       str_ends(phrase, " TARGET NO-GO") ||
	       str_ends(phrase, " TARGET BLIND");
}

bool
rollback_target_forbids(struct director *d)
{
	char text[ROOM_LINE];

	if (!target_is_bad(look(d, text, sizeof(text))))
		return false;
	director_notice(d,
			"it does not begin by itself: what it leads back "
			"to is not healthy: %.140s",
			text);
	return true;
}
