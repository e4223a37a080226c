/*
 * Rules about several objects: against every way the unknown could be, and the
 * values of objects against a slow reading of the records.
 */
#include "tests/lib/test.h"

#include "base/mem.h"
#include "base/rng.h"
#include "base/str.h"
#include "model/invariant.h"
#include "tests/lib/books.h"
#include "tests/lib/walks.h"

#define OBJECTS 5
#define STATES 6000
#define NIGHTS 60
#define RECORDS 400

static const char *const words[] = { "", "on", "off", "idle" };

static const char *
any_word(struct rng *r)
{
	return words[rng_below(r, ARRAY_LEN(words))];
}

/* A book of objects o0..o4 and one rule about some of them. */
static struct book *
book_of(struct rng *r)
{
	struct book *b = book_new();
	struct book_invariant *rule;

	b->objects = mem_new(OBJECTS, sizeof(*b->objects));
	b->object_count = OBJECTS;
	for (size_t i = 0; i < OBJECTS; i++)
		str_printf(b->objects[i], sizeof(b->objects[i]), "o%zu", i);
	b->invariants = rule = mem_new(1, sizeof(*rule));
	b->invariant_count = 1;
	str_copy(rule->id, sizeof(rule->id), "rule");
	rule->of = mem_new(OBJECTS, sizeof(*rule->of));
	for (size_t i = 0; i < OBJECTS; i++) {
		struct book_member *m = &rule->of[rule->of_count];

		if (rng_below(r, 3) == 0)
			continue;
		m->object = i;
		str_copy(m->value, sizeof(m->value),
			 words[1 + rng_below(r, 3)]);
		rule->of_count++;
	}
	rule->least = (int)rng_below(r, rule->of_count + 1);
	rule->most =
		rule->least +
		(int)rng_below(r, rule->of_count + 1 - (size_t)rule->least);
	return b;
}

static int
off_by(const struct book_invariant *rule, int count)
{
	return count < rule->least  ? rule->least - count
	       : count > rule->most ? count - rule->most
				    : 0;
}

/* Every unknown as either, before and after, one world at a time. */
static enum invariant_word
slow_word(const struct invariant_state *s, const struct book_invariant *rule,
	  const char *object, const char *sets)
{
	bool worse = false, always = true, about = false;

	for (unsigned world = 0; world < 1u << (OBJECTS + 1); world++) {
		int before = 0, after = 0;

		for (size_t i = 0; i < rule->of_count; i++) {
			const struct book_member *m = &rule->of[i];
			const char *value = s->values[m->object];
			bool is_in = value[0] != '\0'
					     ? str_same(value, m->value)
					     : (world >> m->object & 1u) != 0;

			before += is_in;
			if (!str_same(s->book->objects[m->object], object)) {
				after += is_in;
				continue;
			}
			about = true;
			after += sets[0] != '\0' ? str_same(sets, m->value)
						 : (world >> OBJECTS & 1u) != 0;
		}
		worse = worse || off_by(rule, after) > off_by(rule, before);
		always = always && off_by(rule, after) > 0;
	}
	if (!about || !worse)
		return INVARIANT_KEPT;
	return always ? INVARIANT_BROKEN : INVARIANT_DOUBT;
}

static void
of_random_states_it_says_what_every_possible_world_says(void **state)
{
	int seen[3] = { 0 };

	TEST_UNUSED(state);
	for (uint64_t seed = 0; seed < STATES; seed++) {
		struct invariant_state s;
		struct book *b;
		struct rng r;
		char object[8], why[160];
		const char *sets;
		enum invariant_word got, want;

		rng_seed(&r, seed);
		b = book_of(&r);
		s.book = b;
		s.values = mem_new(OBJECTS, sizeof(*s.values));
		for (size_t i = 0; i < OBJECTS; i++)
			str_copy(s.values[i], sizeof(s.values[i]),
				 any_word(&r));
		str_printf(object, sizeof(object), "o%d",
			   (int)rng_below(&r, OBJECTS + 1));
		sets = any_word(&r);
		got = invariant_judge(&s, 0, object, sets, why, sizeof(why));
		want = slow_word(&s, &b->invariants[0], object, sets);
		if (got != want)
			fail_msg("seed %d: %s := \"%s\" is %d, not %d: %s",
				 (int)seed, object, sets, got, want, why);
		seen[got]++;
		invariant_clear(&s);
		book_drop(b);
	}
	for (int i = 0; i < 3; i++)
		assert_true(seen[i] > STATES / 50);
}

static struct invariant_state
two_trunks(struct book *b, const char *a, const char *c)
{
	struct invariant_state s = { .book = b };

	b->objects = mem_new(2, sizeof(*b->objects));
	b->object_count = 2;
	str_copy(b->objects[0], sizeof(b->objects[0]), "trunk:a");
	str_copy(b->objects[1], sizeof(b->objects[1]), "trunk:b");
	b->invariants = mem_new(1, sizeof(*b->invariants));
	b->invariant_count = 1;
	str_copy(b->invariants[0].id, BOOK_ID, "one-trunk");
	b->invariants[0].least = b->invariants[0].most = 1;
	b->invariants[0].of = mem_new(2, sizeof(*b->invariants[0].of));
	b->invariants[0].of_count = 2;
	b->invariants[0].of[1].object = 1;
	for (int i = 0; i < 2; i++)
		str_copy(b->invariants[0].of[i].value, BOOK_VALUE, "active");
	s.values = mem_new(2, sizeof(*s.values));
	str_copy(s.values[0], sizeof(s.values[0]), a);
	str_copy(s.values[1], sizeof(s.values[1]), c);
	return s;
}

static void
what_would_break_is_said_in_words(void **state)
{
	static const struct {
		const char *a, *b, *object, *sets;
		enum invariant_word word;
		const char *why;
	} rows[] = {
		{ "active", "off", "trunk:b", "active", INVARIANT_BROKEN,
		  "one-trunk: 2 after it, exactly 1: trunk:a active, trunk:b "
		  "active" },
		{ "active", "off", "trunk:a", "off", INVARIANT_BROKEN,
		  "one-trunk: 0 after it, exactly 1" },
		{ "", "off", "trunk:b", "active", INVARIANT_DOUBT,
		  "one-trunk: 1 to 2 after it, exactly 1: trunk:b active; "
		  "unknown: trunk:a" },
		/* It mends: both were on. */
		{ "active", "active", "trunk:b", "off", INVARIANT_KEPT, "" },
		/* It changes nothing that counts. */
		{ "", "off", "trunk:b", "idle", INVARIANT_KEPT, "" },
		{ "active", "active", "flow:1", "v2", INVARIANT_KEPT, "" },
	};

	TEST_UNUSED(state);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct book *b = book_new();
		struct invariant_state s = two_trunks(b, rows[i].a, rows[i].b);
		char why[200];

		CHECK_ROW(rows[i].why,
			  invariant_judge(&s, 0, rows[i].object, rows[i].sets,
					  why, sizeof(why)) == rows[i].word);
		if (rows[i].word != INVARIANT_KEPT)
			assert_string_equal(why, rows[i].why);
		invariant_clear(&s);
		book_drop(b);
	}
}

/* ---- what the journal knows of an object ---- */

/* All that was ever said of one object, read from its begin each time. */
struct said {
	struct record_note {
		enum { SAID_MOVE, SAID_BASELINE, SAID_DRIFT, SAID_LEFT } what;
		enum step_state was, to;
		char value[BOOK_VALUE];
	} notes[RECORDS];
	size_t count;
};

static const char *
slow_value(const struct said *all)
{
	const char *value = "", *before = "", *baseline = "";
	bool touched = false;

	for (size_t i = 0; i < all->count; i++) {
		const struct record_note *n = &all->notes[i];

		if (n->what == SAID_BASELINE || n->what == SAID_DRIFT) {
			baseline = n->value;
			if (!touched)
				value = baseline;
			continue;
		}
		if (n->what == SAID_LEFT) {
			touched = true;
			value = "";
			continue;
		}
		if (n->to == STEP_INTENT && !step_is_running(n->was))
			before = value;
		if (n->to == STEP_VERIFIED)
			value = n->value;
		else if (n->to == STEP_READY &&
			 (step_is_running(n->was) || n->was == STEP_UNKNOWN))
			value = before;
		else if (step_is_running(n->to) || n->to == STEP_UNKNOWN ||
			 (n->to == STEP_FAILED && n->was != STEP_ARMED &&
			  n->was != STEP_CONFIRMED))
			value = "";
		else
			continue;
		touched = true;
	}
	return value;
}

static void
note_record(struct said *all, const struct room *r, const struct record *rec,
	    enum step_state was, const char *object)
{
	struct record_note *n = &all->notes[all->count];
	int64_t item = record_get_int(rec, "item", -1);
	const struct room_baseline *base;
	int row;

	*n = (struct record_note){ .was = was };
	switch (rec->kind) {
	case RECORD_STEP:
		row = -1;
		for (size_t i = 0; i < r->book->step_count; i++)
			if (str_same(r->book->steps[i].id,
				     record_get(rec, "step")))
				row = (int)i;
		if (!str_same(r->book->steps[row].object, object))
			return;
		str_copy(n->value, sizeof(n->value), r->book->steps[row].sets);
		break;
	case RECORD_UNDO:
		if (!str_same(plan_object(r->book, &r->undos[item].item),
			      object))
			return;
		str_copy(n->value, sizeof(n->value),
			 invariant_undo_sets(r, &r->undos[item].item));
		break;
	case RECORD_BASELINE:
		row = book_baseline_of(r->book, record_get(rec, "object"));
		base = &r->baseline[row];
		if (!str_same(r->book->baseline[row].object, object) ||
		    record_get_flag(rec, "waived") || !base->taken)
			return;
		n->what = SAID_BASELINE;
		if (base->drift[0] == '\0')
			str_copy(n->value, sizeof(n->value), base->value);
		all->count++;
		return;
	case RECORD_LEFTOVER:
		if (item < 0 || item >= (int64_t)r->undo_count ||
		    !str_same(plan_object(r->book, &r->undos[item].item),
			      object))
			return;
		n->what = SAID_LEFT;
		all->count++;
		return;
	default:
		return;
	}
	step_parse(record_get(rec, "state"), &n->to);
	all->count++;
}

static enum step_state
state_before(const struct room *r, const struct record *rec)
{
	int64_t item = record_get_int(rec, "item", -1);

	if (rec->kind == RECORD_STEP)
		for (size_t i = 0; i < r->book->step_count; i++)
			if (str_same(r->book->steps[i].id,
				     record_get(rec, "step")))
				return r->steps[i].state;
	if (rec->kind == RECORD_UNDO && item >= 0 &&
	    item < (int64_t)r->undo_count)
		return r->undos[item].act.state;
	return STEP_READY;
}

static void
in_random_nights_each_object_is_what_its_records_say(void **state)
{
	int known = 0, unknown = 0;

	TEST_UNUSED(state);
	for (uint64_t seed = 1; seed <= NIGHTS; seed++) {
		struct book *b = books_small();
		struct room *r;
		struct said *all;
		struct walk w;
		struct record rec;
		struct err e = { .code = ERR_NONE };

		b->objects = mem_new(b->step_count, sizeof(*b->objects));
		for (size_t i = 0; i < b->step_count; i++)
			if (b->steps[i].object[0] != '\0' &&
			    invariant_object(b, b->steps[i].object) < 0)
				str_copy(b->objects[b->object_count++], 80,
					 b->steps[i].object);
		b->invariants = mem_new(1, sizeof(*b->invariants));
		b->invariant_count = 1;
		str_copy(b->invariants[0].id, BOOK_ID, "rule");
		all = mem_new(b->object_count, sizeof(*all));
		r = room_new(b);
		walk_init(&w, seed);
		record_init(&rec, RECORD_OPEN, "");
		for (int n = 0; n < RECORDS - 1; n++) {
			enum step_state was;

			walk_next(&w, r, &rec);
			was = state_before(r, &rec);
			CHECK_OK(room_apply(r, &rec, &e), &e);
			for (size_t i = 0; i < b->object_count; i++) {
				note_record(&all[i], r, &rec, was,
					    b->objects[i]);
				assert_string_equal(r->objects[i].value,
						    slow_value(&all[i]));
				if (r->objects[i].value[0] != '\0')
					known++;
				else
					unknown++;
			}
		}
		record_clear(&rec);
		mem_free(all);
		room_free(r);
		book_drop(b);
	}
	assert_true(known > 100 && unknown > 100);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			of_random_states_it_says_what_every_possible_world_says),
		cmocka_unit_test(what_would_break_is_said_in_words),
		cmocka_unit_test(
			in_random_nights_each_object_is_what_its_records_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
