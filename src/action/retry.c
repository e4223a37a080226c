/* retry - what an ended exchange means for the next one. */
#include "action/retry.h"

#include <assert.h>
#include <stddef.h>

const struct retry_row retry_rows[] = {
	{ 200, 299, RETRY_ACCEPTED },
	{ 300, 399, RETRY_FINAL }, /* redirects are not followed */
	{ 408, 408, RETRY_AGAIN },
	{ 409, 409, RETRY_CONFLICT },
	{ 425, 425, RETRY_AGAIN },
	{ 429, 429, RETRY_AGAIN },
	{ 400, 499, RETRY_FINAL }, /* 401 was renewed once by auth */
	{ 501, 501, RETRY_FINAL },
	{ 503, 503, RETRY_AGAIN },
	{ 505, 505, RETRY_FINAL },
	{ 500, 599, RETRY_DOUBT }, /* it or one behind it may have acted */
	{ 0, 0, RETRY_CLASSES },
};

/* Of failures before anything was sent, and of all failures of reads. */
static const enum retry_class by_code[ERR_COUNT] = {
	[ERR_NONE] = RETRY_ACCEPTED, [ERR_ARG] = RETRY_FINAL,
	[ERR_INPUT] = RETRY_FINAL,   [ERR_LIMIT] = RETRY_FINAL,
	[ERR_SYSTEM] = RETRY_FINAL,  [ERR_FORMAT] = RETRY_FINAL,
	[ERR_REFUSED] = RETRY_AGAIN, [ERR_UNREACHED] = RETRY_AGAIN,
	[ERR_TIMEOUT] = RETRY_AGAIN, [ERR_LOST] = RETRY_AGAIN,
	[ERR_TLS] = RETRY_FINAL,     [ERR_FENCED] = RETRY_FINAL,
	[ERR_CANCELLED] = RETRY_CUT, [ERR_HELD] = RETRY_FINAL,
	[ERR_DAMAGED] = RETRY_FINAL, [ERR_ABSENT] = RETRY_FINAL,
};

static const char *const words[RETRY_CLASSES] = {
	[RETRY_ACCEPTED] = "accepted", [RETRY_AGAIN] = "again",
	[RETRY_DOUBT] = "doubt",       [RETRY_LOST] = "lost",
	[RETRY_CONFLICT] = "conflict", [RETRY_ODD] = "odd",
	[RETRY_FINAL] = "final",       [RETRY_CUT] = "cut",
};

enum retry_class
retry_class_of(const struct retry_case *c)
{
	assert((unsigned)c->code < ERR_COUNT);
	if (c->code == ERR_CANCELLED)
		return RETRY_CUT;
	if (c->code != ERR_NONE && c->mutates && c->maybe_sent)
		return RETRY_LOST;
	if (c->code != ERR_NONE)
		return by_code[c->code];
	for (const struct retry_row *row = retry_rows; row->from != 0; row++)
		if (c->status >= row->from && c->status <= row->to)
			return row->class;
	return RETRY_DOUBT; /* a status nobody has defined */
}

const char *
retry_word(enum retry_class c)
{
	assert((unsigned)c < RETRY_CLASSES);
	return words[c];
}

int64_t
retry_paced_ms(struct rng *r, int attempt, int64_t retry_after_ms,
	       int64_t base_ms, int64_t cap_ms)
{
	int64_t most_ms = cap_ms > 0 ? cap_ms : RETRY_CAP_MS;
	int64_t window_ms = base_ms > 0 ? base_ms : RETRY_BASE_MS;
	int64_t delay_ms;

	assert(attempt >= 1);
	for (int i = 1; i < attempt && window_ms < most_ms; i++)
		window_ms *= 2;
	if (window_ms > most_ms)
		window_ms = most_ms;
	delay_ms = (int64_t)rng_below(r, (uint64_t)window_ms + 1);
	if (retry_after_ms > RETRY_AFTER_MOST_MS)
		retry_after_ms = RETRY_AFTER_MOST_MS;
	return delay_ms > retry_after_ms ? delay_ms : retry_after_ms;
}

int64_t
retry_delay_ms(struct rng *r, int attempt, int64_t retry_after_ms)
{
	return retry_paced_ms(r, attempt, retry_after_ms, 0, 0);
}
