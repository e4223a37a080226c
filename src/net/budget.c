/*
 * budget - how often an endpoint may be asked, shared by probes and acts.
 *
 * The generic cell rate algorithm: `next_us` is when the endpoint would be
 * free if all that was sent had been spread evenly.  A burst may run ahead of
 * it; the even rate is lower by as much, so that burst and rate together stay
 * within the promise for each minute.
 */
#include "net/budget.h"

#include <assert.h>

#include "base/clock.h"
#include "base/lock.h"
#include "base/mem.h"

#define MINUTE_US (60 * 1000000LL)
#define BURSTS 10	     /* a burst is a tenth of the rate */
#define STAND_BACK_US 100000 /* room time; how often a probe asks meanwhile */

struct cell {
	int64_t next_us;
	int64_t hold_until_us;
	int64_t minute_us; /* begin of the minute counted in `in_minute` */
	int in_minute;
	int most_in_minute;
	int acts_waiting;
	struct budget_use use;
};

struct budget {
	const struct book *book;
	struct lock lock;
	struct cell *cells; /* parallel to the book's endpoints */
};

/* What a rate means for its cell. */
struct pace {
	int64_t every_us;
	int64_t burst;	 /* that may come at once */
	int64_t reserve; /* of these, for acts alone */
};

static struct pace
pace_of(int rate)
{
	struct pace p = { .burst = rate < 2 * BURSTS ? 1 : rate / BURSTS };
	int64_t even = rate - p.burst + 1;

	p.every_us = (MINUTE_US + even - 1) / even;
	p.reserve = p.burst == 1 ? 0 : (p.burst + 2) / 3;
	return p;
}

struct budget *
budget_new(const struct book *book)
{
	struct budget *b = mem_new(1, sizeof(*b));

	b->book = book;
	b->cells = mem_new(book->endpoint_count + 1, sizeof(*b->cells));
	lock_init(&b->lock);
	return b;
}

void
budget_free(struct budget *b)
{
	if (b == NULL)
		return;
	lock_clear(&b->lock);
	mem_free(b->cells);
	mem_free(b);
}

static struct cell *
cell_of(const struct budget *b, const struct book_endpoint *endpoint)
{
	assert(endpoint >= b->book->endpoints &&
	       endpoint < b->book->endpoints + b->book->endpoint_count);
	return &b->cells[endpoint - b->book->endpoints];
}

static void
count_minute(struct cell *c, int64_t now_us)
{
	if (now_us - c->minute_us >= MINUTE_US) {
		c->minute_us = now_us;
		c->in_minute = 0;
	}
	if (++c->in_minute > c->most_in_minute)
		c->most_in_minute = c->in_minute;
}

/* Lock held.  `kept` of a burst are not for the asker. */
static enum budget_word
ask(struct cell *c, int rate, bool is_act, int64_t *wait_us)
{
	int64_t now_us = clock_us();

	*wait_us = c->hold_until_us - now_us;
	if (*wait_us > 0)
		return BUDGET_HELD;
	*wait_us = 0;
	if (rate > 0) {
		struct pace p = pace_of(rate);
		int64_t ahead = p.burst - 1 - (is_act ? 0 : p.reserve);

		*wait_us = c->next_us - now_us - ahead * p.every_us;
		if (!is_act && c->acts_waiting > 0 && *wait_us < STAND_BACK_US)
			*wait_us = STAND_BACK_US;
		if (*wait_us > 0)
			return BUDGET_FULL;
		*wait_us = 0;
		c->next_us = (c->next_us > now_us ? c->next_us : now_us) +
			     p.every_us;
	}
	count_minute(c, now_us);
	return BUDGET_GO;
}

static enum budget_word
ask_for(struct budget *b, const struct book_endpoint *endpoint, bool is_act,
	int64_t *wait_us)
{
	enum budget_word word;
	struct cell *c;

	*wait_us = 0;
	if (endpoint == NULL)
		return BUDGET_GO;
	lock_take(&b->lock);
	c = cell_of(b, endpoint);
	word = ask(c, endpoint->rate_per_minute, is_act, wait_us);
	if (word != BUDGET_GO)
		c->use.put_off++;
	else if (is_act)
		c->use.acts++;
	else
		c->use.probes++;
	lock_drop(&b->lock);
	return word;
}

enum budget_word
budget_probe(struct budget *b, const struct book_endpoint *endpoint,
	     int64_t *wait_us)
{
	return ask_for(b, endpoint, false, wait_us);
}

enum budget_word
budget_act(struct budget *b, const struct book_endpoint *endpoint,
	   int64_t *wait_us)
{
	return ask_for(b, endpoint, true, wait_us);
}

void
budget_act_waits(struct budget *b, const struct book_endpoint *endpoint,
		 bool waits)
{
	struct cell *c;

	lock_take(&b->lock);
	c = cell_of(b, endpoint);
	c->acts_waiting += waits ? 1 : -1;
	assert(c->acts_waiting >= 0);
	lock_drop(&b->lock);
}

void
budget_hold(struct budget *b, const struct book_endpoint *endpoint,
	    int64_t hold_ms)
{
	int64_t ms = hold_ms;
	int64_t until_us;
	struct cell *c;

	if (endpoint == NULL || ms <= 0)
		return;
	if (ms > BUDGET_HOLD_MOST_MS)
		ms = BUDGET_HOLD_MOST_MS;
	until_us = clock_us() + ms * 1000;
	lock_take(&b->lock);
	c = cell_of(b, endpoint);
	if (until_us > c->hold_until_us)
		c->hold_until_us = until_us;
	lock_drop(&b->lock);
}

void
budget_use(struct budget *b, const struct book_endpoint *endpoint,
	   struct budget_use *out)
{
	const struct cell *c;

	lock_take(&b->lock);
	c = cell_of(b, endpoint);
	*out = c->use;
	if (endpoint->rate_per_minute > 0)
		out->share =
			(double)c->most_in_minute / endpoint->rate_per_minute;
	lock_drop(&b->lock);
}
