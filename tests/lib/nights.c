/* nights - a room and the records that fill it, a line of test each. */
#include "tests/lib/nights.h"

#include "base/mem.h"
#include "base/str.h"
#include "tests/lib/books.h"
#include "tests/lib/test.h"

#define NAMES 16

void
night_prepare(struct night *n)
{
	n->book = books_small();
	n->room = room_new(n->book);
	n->at_ms = 1000;
}

void
night_begin(struct night *n)
{
	night_prepare(n);
	NIGHT(n, RECORD_OPEN, "room=night", "mode=LIVE", "commander=lead",
	      "seed=7");
}

void
night_end(struct night *n)
{
	room_free(n->room);
	book_drop(n->book);
}

static void
add_field(struct record *r, const char *name, const char *value)
{
	int64_t number;

	if (str_to_int(value, &number))
		record_int(r, name, number);
	else if (str_same(value, "true") || str_same(value, "false"))
		record_flag(r, name, value[0] == 't');
	else if (value[0] == '[' || value[0] == '{')
		record_json(r, name, value);
	else
		record_text(r, name, value);
}

static enum err_code
apply(struct night *n, enum record_kind kind, va_list args, struct err *e)
{
	char names[NAMES][RECORD_NAME];
	enum err_code code;
	struct record r;
	const char *field;
	size_t count = 0;

	record_init(&r, kind, "lead");
	r.at_ms = n->at_ms;
	r.wall_ms = 1795140000000 + n->at_ms % 86400000;
	r.seq = n->room->records + 1;
	while ((field = va_arg(args, const char *)) != NULL) {
		const char *equal = strchr(field, '=');

		assert_non_null(equal);
		assert_true(count < NAMES);
		str_copy_n(names[count], RECORD_NAME, field,
			   (size_t)(equal - field));
		add_field(&r, names[count++], equal + 1);
	}
	code = room_apply(n->room, &r, e);
	record_clear(&r);
	return code;
}

enum err_code
night_add(struct night *n, struct err *e, enum record_kind kind, ...)
{
	enum err_code code;
	va_list args;

	va_start(args, kind);
	code = apply(n, kind, args, e);
	va_end(args);
	return code;
}

void
night_must(struct night *n, const char *file, int line, int kind, ...)
{
	enum err_code code;
	va_list args;
	struct err e;

	va_start(args, kind);
	code = apply(n, (enum record_kind)kind, args, &e);
	va_end(args);
	test_check_ok(code, &e, record_rows[kind].word, file, line);
}

void
night_step(struct night *n, int step, enum step_state state)
{
	static const enum step_state life[] = {
		STEP_ARMED,    STEP_CONFIRMED,	STEP_INTENT,	STEP_ACTING,
		STEP_ACCEPTED, STEP_CONVERGING, STEP_VERIFYING, STEP_VERIFIED,
	};
	char id[BOOK_ID + 8];
	char word[32];

	str_printf(id, sizeof(id), "step=%s", n->book->steps[step].id);
	for (size_t i = 0; n->room->steps[step].state != state; i++) {
		enum step_state to = i < ARRAY_LEN(life) ? life[i] : state;

		/* An end that is not on the way is reached from acting. */
		if (to == STEP_ACCEPTED && state != STEP_ACCEPTED &&
		    step_may_move(STEP_ACTING, state))
			to = state;
		str_printf(word, sizeof(word), "state=%s", step_word(to));
		NIGHT(n, RECORD_STEP, id, word);
	}
}
