/*
 * rollback_time - the manifest's timeoutSeconds: a rollback does not stall for
 * ever.
 *
 * Its end is in the journal, so that a restart gives no time anew.  What goes
 * on after a halt has the time that was left then: as long again only when that
 * was over, and then it is said.
 */
#include "engine/director.h"

#include <string.h>

#include "base/str.h"

#define LEAST_MS 1000 /* room time for what is begun in time */

/* Adds until when; true when that is more time than there was left. */
static bool
add_until(const struct director *d, struct record *r)
{
	const struct room *room = d->room;
	int64_t now = director_now_ms(d), time = d->book->rollback.timeout_ms;
	int64_t left = room->rollback_until_ms - room->rollback_ended_ms;

	if (!room_rollback_goes_on(room) || room->has_planned)
		left = time;
	record_int(r, "until", now + (left > 0 ? left : time));
	return left <= 0;
}

void
rollback_begin_words(struct director *d, struct record *r)
{
	char all[24], said[240] = "";

	if (add_until(d, r)) {
		str_duration(all, sizeof(all), d->book->rollback.timeout_ms);
		str_printf(said, sizeof(said),
			   "timeoutSeconds (%s) was over: it gets as long "
			   "again",
			   all);
	}
	if (d->rollback.unread[0] != '\0')
		str_printf(said + strlen(said), sizeof(said) - strlen(said),
			   "%sbegun without what is live of %s: it cannot be "
			   "read",
			   said[0] != '\0' ? "; " : "", d->rollback.unread);
	d->rollback.unread[0] = '\0';
	record_text(r, "detail", said);
	if (said[0] != '\0')
		director_notice(d, "%s", said);
}

int64_t
rollback_left_ms(const struct director *d)
{
	int64_t left = d->room->rollback_until_ms - director_now_ms(d);

	return left > LEAST_MS ? left : LEAST_MS;
}
