/* gate_series - a hash table of signals, a chain of samples for each. */
#include "cli/gate_series.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/jscan.h"
#include "base/mem.h"
#include "base/text.h"

#define NONE UINT32_MAX
#define FIRST_ROOM 1024
#define LONGEST_TEXT 512 /* of words and reasons; the rest is cut */

/* One signal that gates ask for; its name stands in the first of them. */
struct line_up {
	const char *name;
	uint32_t len;
	uint32_t first, last; /* points; NONE: no sample */
	bool is_counted;      /* its samples of the future have been */
};

struct slot {
	uint32_t hash;
	uint32_t signal; /* NONE: free */
};

struct series {
	const struct gate_set *set;
	struct slot *slots;
	size_t size; /* a power of two */
	struct line_up *signals;
	uint32_t signal_count;
	uint32_t *signal_of; /* parallel to the gates */
	struct series_point *points;
	uint32_t count;
	size_t room;
	uint32_t guess; /* files often go round the signals in order */
	int64_t first_ms, before_ms, last_ms;
	struct series_counts counts;
};

/* Eight bytes at a time; the length keeps padded tails apart. */
static uint32_t
hash_of(const char *name, size_t len)
{
	uint64_t h = len * 0x9e3779b97f4a7c15u;

	while (len > 0) {
		size_t n = len < 8 ? len : 8;
		uint64_t word = 0;

		memcpy(&word, name, n);
		h = (h ^ word) * 0xff51afd7ed558ccdu;
		h ^= h >> 32;
		name += n;
		len -= n;
	}
	return (uint32_t)h;
}

static bool
is_named(const struct line_up *l, const char *name, size_t len)
{
	return l->len == len && memcmp(l->name, name, len) == 0;
}

/* The slot of the signal, or the free one where it belongs. */
static struct slot *
find(const struct series *s, const char *name, size_t len, uint32_t hash)
{
	size_t i = hash & (s->size - 1);

	for (;; i = (i + 1) & (s->size - 1)) {
		struct slot *slot = &s->slots[i];

		if (slot->signal == NONE ||
		    (slot->hash == hash &&
		     is_named(&s->signals[slot->signal], name, len)))
			return slot;
	}
}

static uint32_t
add_signal(struct series *s, const char *name)
{
	size_t len = strlen(name);
	uint32_t hash = hash_of(name, len);
	struct slot *slot = find(s, name, len, hash);

	if (slot->signal == NONE) {
		slot->hash = hash;
		slot->signal = s->signal_count++;
		s->signals[slot->signal] = (struct line_up){
			.name = name,
			.len = (uint32_t)len,
			.first = NONE,
			.last = NONE,
		};
	}
	return slot->signal;
}

struct series *
series_new(const struct gate_set *set)
{
	struct series *s = mem_new(1, sizeof(*s));
	size_t gates = set->gate_count;

	assert(gates < NONE / 4);
	s->set = set;
	s->first_ms = s->before_ms = s->last_ms = SERIES_NO_TIME;
	s->size = 16;
	while (s->size < gates * 2)
		s->size *= 2;
	s->slots = mem_new(s->size, sizeof(*s->slots));
	memset(s->slots, 0xff, s->size * sizeof(*s->slots));
	s->signals = mem_new(gates, sizeof(*s->signals));
	s->signal_of = mem_new(gates, sizeof(*s->signal_of));
	for (size_t i = 0; i < gates; i++)
		s->signal_of[i] = add_signal(s, set->gates[i].signal);
	return s;
}

void
series_free(struct series *s)
{
	if (s == NULL)
		return;
	mem_free(s->slots);
	mem_free(s->signals);
	mem_free(s->signal_of);
	mem_free(s->points);
	mem_free(s);
}

static uint32_t
look_up(struct series *s, const char *name, size_t len)
{
	uint32_t found = s->guess;

	if (found >= s->signal_count ||
	    !is_named(&s->signals[found], name, len))
		found = find(s, name, len, hash_of(name, len))->signal;
	if (found != NONE)
		s->guess = found + 1;
	return found;
}

/* Heeds the time of a sample, or finds the one it goes by. */
static int64_t
settle_time(struct series *s, int64_t at_ms)
{
	if (at_ms == SERIES_NO_TIME)
		return s->before_ms;
	if (s->first_ms == SERIES_NO_TIME)
		s->first_ms = at_ms;
	if (at_ms > s->last_ms)
		s->last_ms = at_ms;
	s->before_ms = at_ms;
	return at_ms;
}

static void
append(struct series *s, struct line_up *l, const struct series_point *point,
       int64_t at_ms)
{
	struct series_point *new;

	if (s->count == s->room) {
		s->room = s->room == 0 ? FIRST_ROOM : s->room * 2;
		s->points = mem_grow(s->points, s->room, sizeof(*s->points));
	}
	assert(s->count < NONE);
	new = &s->points[s->count];
	*new = *point;
	new->at_ms = at_ms;
	new->next = NONE;
	if (l->last == NONE)
		l->first = s->count;
	else
		s->points[l->last].next = s->count;
	l->last = s->count++;
	s->counts.samples++;
}

bool
series_add(struct series *s, const char *signal, size_t len,
	   const struct series_point *point)
{
	int64_t at_ms = settle_time(s, point->at_ms);
	uint32_t found = look_up(s, signal, len);

	if (found == NONE) {
		s->counts.unknown++;
		return false;
	}
	append(s, &s->signals[found], point, at_ms);
	return true;
}

/* In order of time, else of the file. */
static int
by_time(const void *a, const void *b)
{
	const struct series_point *left = *(struct series_point *const *)a;
	const struct series_point *right = *(struct series_point *const *)b;

	if (left->at_ms != right->at_ms)
		return left->at_ms < right->at_ms ? -1 : 1;
	return (left > right) - (left < right);
}

static size_t
count_disorder(const struct series *s, const struct line_up *l)
{
	size_t count = 0;

	for (uint32_t i = l->first; s->points[i].next != NONE;
	     i = s->points[i].next) {
		const struct series_point *p = &s->points[i];

		count += s->points[p->next].at_ms < p->at_ms;
	}
	return count;
}

static void
put_in_order(struct series *s, struct line_up *l)
{
	struct series_point **list;
	size_t count = 0, n = 0;

	for (uint32_t i = l->first; i != NONE; i = s->points[i].next)
		count++;
	list = mem_new(count, sizeof(struct series_point *));
	for (uint32_t i = l->first; i != NONE; i = s->points[i].next)
		list[n++] = &s->points[i];
	qsort(list, count, sizeof(struct series_point *), by_time);
	l->first = (uint32_t)(list[0] - s->points);
	l->last = (uint32_t)(list[count - 1] - s->points);
	for (n = 0; n + 1 < count; n++)
		list[n]->next = (uint32_t)(list[n + 1] - s->points);
	list[count - 1]->next = NONE;
	mem_free(list);
}

static bool
is_same(const struct series_point *a, const struct series_point *b)
{
	if (a->kind != b->kind || a->n != b->n)
		return false;
	if (a->kind == SERIES_NUMBER || a->kind == SERIES_FLAG)
		return a->number == b->number;
	return a->text_len == b->text_len &&
	       memcmp(a->text, b->text, a->text_len) == 0;
}

/* Counts samples of one time: the same again, or a contradiction. */
static void
count_twins(struct series *s, const struct line_up *l)
{
	for (uint32_t i = l->first; s->points[i].next != NONE;
	     i = s->points[i].next) {
		const struct series_point *p = &s->points[i];
		const struct series_point *q = &s->points[p->next];

		if (p->at_ms != q->at_ms)
			continue;
		if (is_same(p, q))
			s->counts.repeated++;
		else
			s->counts.conflicting++;
	}
}

void
series_end(struct series *s)
{
	/* Those before the first time were given none so far. */
	for (uint32_t i = 0; i < s->count && s->first_ms != SERIES_NO_TIME &&
			     s->points[i].at_ms == SERIES_NO_TIME;
	     i++)
		s->points[i].at_ms = s->first_ms;
	for (uint32_t i = 0; i < s->signal_count; i++) {
		struct line_up *l = &s->signals[i];

		size_t disorder;

		if (l->first == l->last)
			continue;
		disorder = count_disorder(s, l);
		if (disorder > 0)
			put_in_order(s, l);
		s->counts.disordered += disorder;
		count_twins(s, l);
	}
}

int64_t
series_last_ms(const struct series *s)
{
	return s->last_ms;
}

/* The text with its escapes decoded; cut to fit. */
static void
decode(char *to, size_t size, const struct series_point *p)
{
	const struct jscan s = { .raw = p->text,
				 .raw_len = p->text_len,
				 .has_escape = p->has_escape };

	/* False says "cut": long words compare with nothing. */
	(void)jscan_string(&s, to, size);
}

static void
feed_point(const struct gate *g, const struct series_point *p, int64_t at_ms,
	   struct gate_watch *w)
{
	struct sample sample = { .at_ms = at_ms, .n = p->n };
	char text[LONGEST_TEXT];

	memcpy(sample.signal, g->signal, sizeof(sample.signal));
	switch (p->kind) {
	case SERIES_NUMBER:
		sample.value = value_of_number(p->number);
		break;
	case SERIES_FLAG:
		sample.value = value_of_flag(p->number != 0);
		break;
	case SERIES_WORDS:
		decode(text, sizeof(text), p);
		sample.value = value_of_words(text);
		break;
	case SERIES_FAILED:
		decode(text, sizeof(text), p);
		sample.failed = true;
		text_clean(sample.why, sizeof(sample.why), text, strlen(text));
		break;
	}
	gate_feed(g, w, &sample);
}

void
series_feed(struct series *s, size_t gate, int64_t now_ms, struct gate_watch *w)
{
	const struct gate *g = &s->set->gates[gate];
	struct line_up *l = &s->signals[s->signal_of[gate]];
	bool any = false;
	uint32_t i;

	for (i = l->first; i != NONE; i = s->points[i].next) {
		const struct series_point *p = &s->points[i];
		int64_t at = p->at_ms == SERIES_NO_TIME ? now_ms : p->at_ms;

		if (at > now_ms && any)
			break;
		feed_point(g, p, at, w);
		any = true;
		if (at > now_ms)
			break;
	}
	for (; i != NONE && !l->is_counted; i = s->points[i].next)
		s->counts.future++;
	l->is_counted = true;
}

const struct series_counts *
series_counts(const struct series *s)
{
	return &s->counts;
}
