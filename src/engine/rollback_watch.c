/*
 * rollback_watch - the rollback is done when everything has been healthy for
 * long enough; what is not is named, with the reversion that would mend it.
 */
#include "engine/director.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "model/room_health.h"

#define OFFER 160

void
rollback_sample(struct director *d, const struct sample *s)
{
	for (size_t i = 0; i < d->book->rollback.validation_count; i++)
		validation_feed(&d->book->rollback.validations[i],
				&d->rollback.watches[i], s);
}

void
rollback_watch_begin(struct director *d, const char *how)
{
	const struct book_rollback *r = &d->book->rollback;

	str_copy(d->rollback.how, sizeof(d->rollback.how), how);
	d->rollback.watching = true;
	d->rollback.degraded[0] = '\0';
	d->rollback.watch_until_ms = director_now_ms(d) + r->validate_within_ms;
}

/* What was seen of all rows at one look. */
struct look {
	size_t rows, holding;
	char first[120];     /* what does not hold, the worst first */
	char failing[OFFER]; /* ids of rows beyond their limit */
	char offer[OFFER];   /* what to take back once more */
};

static void
add_word(char *to, size_t size, const char *word)
{
	size_t used = strlen(to);

	if (word[0] != '\0' && !str_in_words(to, word) &&
	    used + strlen(word) + 2 < size)
		str_printf(to + used, size - used, "%s%s", used > 0 ? " " : "",
			   word);
}

static void
look_at_all(struct director *d, struct look *out)
{
	const struct book_rollback *r = &d->book->rollback;
	int64_t since = room_undone_ms(d->room);
	enum validation_state worst = VALIDATION_HOLDS;

	*out = (struct look){ 0 };
	for (size_t i = 0; i < r->validation_count; i++) {
		const struct book_validation *v = &r->validations[i];
		enum validation_state state;
		char text[120];

		if (!validation_applies(v, d->room))
			continue;
		out->rows++;
		state = validation_judge(v, &d->rollback.watches[i], since,
					 director_now_ms(d), text,
					 sizeof(text));
		if (state == VALIDATION_HOLDS) {
			out->holding++;
			continue;
		}
		if (state == VALIDATION_FAILING)
			add_word(out->failing, sizeof(out->failing), v->id);
		if (state != VALIDATION_SETTLING)
			add_word(out->offer, sizeof(out->offer), v->reverts);
		/* A breach is told before what nobody has measured. */
		if (worst == VALIDATION_HOLDS ||
		    (state == VALIDATION_FAILING && worst != state)) {
			worst = state;
			str_copy(out->first, sizeof(out->first), text);
		}
	}
}

/* Recorded when what is beyond its limit has changed, not at each look. */
static void
tell_degraded(struct director *d, const struct look *seen)
{
	char detail[240];

	if (strcmp(seen->failing, d->rollback.degraded) == 0)
		return;
	str_copy(d->rollback.degraded, sizeof(d->rollback.degraded),
		 seen->failing);
	if (seen->failing[0] == '\0') {
		rollback_move(d, ROLLBACK_VALIDATING,
			      "nothing is degraded any more");
		return;
	}
	str_printf(detail, sizeof(detail), "degraded: %s", seen->first);
	rollback_move(d, ROLLBACK_VALIDATING, detail);
	if (seen->offer[0] != '\0')
		director_notice(d,
				"degraded: %s; once it has halted :rollback %s "
				"takes exactly that back again",
				seen->first, seen->offer);
	else
		director_notice(d, "degraded: %s", seen->first);
}

void
rollback_watch_tick(struct director *d)
{
	char how[ROOM_END];
	struct look seen;

	look_at_all(d, &seen);
	if (seen.holding == seen.rows) {
		d->rollback.watching = false;
		str_printf(how, sizeof(how), "%s%s%zu of %zu conditions hold",
			   d->rollback.how, d->rollback.how[0] ? ", " : "",
			   seen.holding, seen.rows);
		rollback_validated(d, seen.rows > 0 ? how : d->rollback.how);
		return;
	}
	tell_degraded(d, &seen);
	if (d->dead || director_now_ms(d) < d->rollback.watch_until_ms)
		return;
	d->rollback.watching = false;
	rollback_halt(d, "not validated", seen.first, seen.offer);
}

static bool
is_meant(struct director *d, size_t i, const char *name)
{
	const struct book_validation *v = &d->book->rollback.validations[i];
	struct validation_watch w = d->rollback.watches[i];
	char text[120];

	if (!validation_applies(v, d->room))
		return false;
	if (name[0] != '\0')
		return str_same(v->id, name);
	return validation_judge(v, &w, room_undone_ms(d->room),
				director_now_ms(d), text,
				sizeof(text)) != VALIDATION_HOLDS;
}

/* Who said so is in the journal. */
static bool
emit_again(struct director *d, const char *what)
{
	char detail[240];
	struct record r;

	str_printf(detail, sizeof(detail), "looked at again now: %s", what);
	rollback_begin_record(d, &r, ROLLBACK_VALIDATING, d->options.commander);
	record_text(&r, "detail", detail);
	return director_emit(d, &r);
}

static void
measure_again(struct director *d, const char *name)
{
	const struct book_rollback *b = &d->book->rollback;
	char meant[OFFER] = "", all[OFFER] = "";

	for (size_t i = 0; i < b->validation_count; i++) {
		if (validation_applies(&b->validations[i], d->room))
			add_word(all, sizeof(all), b->validations[i].id);
		if (is_meant(d, i, name))
			add_word(meant, sizeof(meant), b->validations[i].id);
	}
	if (meant[0] == '\0') {
		director_notice(d, "no condition \"%s\" of this rollback: %s",
				name, all);
		return;
	}
	if (!emit_again(d, meant))
		return;
	for (size_t i = 0; i < b->validation_count; i++) {
		const struct book_probe *p =
			book_feeder(d->book, b->validations[i].gate.signal);

		if (p != NULL && is_meant(d, i, name) && d->poller != NULL)
			poller_now(d->poller, p->id);
	}
}

void
rollback_look_again(struct director *d, const char *name)
{
	const char *check = d->book->rollback.check_name;
	bool is_named = name[0] != '\0';

	if (d->rollback.watching)
		measure_again(d, name);
	else if (is_named && !(d->rollback.checking && str_same(name, check)))
		director_notice(d,
				"%s is looked at once everything is read back: "
				"retry without a name tries that again now",
				name);
	else if (d->rollback.checking && emit_again(d, check))
		errand_nudge(d, PURPOSE_CHECK);
	else if (d->rollback.reading_all && emit_again(d, "every item"))
		errand_nudge(d, PURPOSE_READ_ALL);
	else if (d->rollback.compare.is_on && emit_again(d, "the baselines"))
		d->rollback.compare.next_ms = director_now_ms(d);
}
