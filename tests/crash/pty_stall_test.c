/* pty_stall - a terminal nobody reads holds up the picture, not the room. */
#include "base/err.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "tests/lib/pty.h"

#define SPEED 5
#define STALL_MS 20000
#define WALK_MS 60000
#define SECOND 1000
#define EVENTS 400

enum { READ, UNREAD, SEATS };

static struct {
	char dir[FS_PATH];
	struct pty_seat seats[SEATS];
	bool was_full_early, was_full_late;
} night;

/* What a journal says happened, and how long nothing was written. */
struct story {
	char *events[EVENTS]; /* "kind name state" */
	size_t count;
	int64_t gap_ms; /* room time, from the last confirm to the end */
};

static bool
is_over(void *arg)
{
	int64_t *until_ms = arg;

	return pty_now_ms() >= *until_ms &&
	       pty_recorded(&night.seats[READ],
			    "\"kind\":\"rollback\",\"state\":\"validated\"") &&
	       pty_recorded(&night.seats[UNREAD],
			    "\"kind\":\"rollback\",\"state\":\"validated\"");
}

static bool
is_full(void *arg)
{
	return pty_is_full(arg);
}

static bool
shows_end(void *arg)
{
	struct pty_seat *s = arg;

	return strstr(s->tail, "ROLLED BACK, VALIDATED") != NULL;
}

static bool
asks_to_leave(void *arg)
{
	struct pty_seat *s = arg;

	return strstr(s->tail, "Leave the room") != NULL;
}

/* Both nights go on by themselves; at one terminal nobody reads any more. */
static int
play(void **state)
{
	static const char *const more[] = { "--auto-rollback", "--seed", "7",
					    NULL };
	struct pty_seat *deaf = &night.seats[UNREAD];
	char room[FS_PATH];
	int64_t until_ms;

	TEST_UNUSED(state);
	pty_program();
	test_dir_make(night.dir);
	assert_true(fs_join(room, night.dir, "read"));
	pty_drill(&night.seats[READ], room, "5", 50, 200, more);
	assert_true(fs_join(room, night.dir, "unread"));
	pty_drill(deaf, room, "5", 50, 200, more);
	assert_true(pty_walk(night.seats, SEATS,
			     "\"step\":\"switch-dns\",\"state\":\"confirmed\"",
			     pty_patience_ms(WALK_MS)));
	deaf->is_read = false;
	until_ms = pty_now_ms() + STALL_MS;
	pty_type(deaf, "\014"); /* draws all of a large screen */
	night.was_full_early = pty_wait(night.seats, SEATS, is_full, deaf,
					pty_patience_ms(5 * SECOND));
	assert_true(pty_wait(night.seats, SEATS, is_over, &until_ms,
			     pty_patience_ms(STALL_MS + WALK_MS)));
	night.was_full_late = pty_is_full(deaf);
	return 0;
}

static int
stop(void **state)
{
	TEST_UNUSED(state);
	for (int i = 0; i < SEATS; i++)
		pty_drop(&night.seats[i]);
	test_dir_drop(night.dir);
	return 0;
}

static void
add_event(struct story *s, const struct json *record, const char *kind)
{
	const char *name = json_text_or(record, "step", NULL);
	char text[160];

	if (name == NULL)
		name = json_text_or(record, "name", "");
	str_printf(text, sizeof(text), "%s %s %s", kind, name,
		   json_text_or(record, "state", ""));
	/* How often a thing was looked at is a matter of the moment. */
	if (s->count > 0 && strcmp(s->events[s->count - 1], text) == 0)
		return;
	assert_true(s->count < EVENTS);
	s->events[s->count++] = mem_text(text);
}

static void
tell(struct story *s, const struct pty_seat *seat)
{
	char *journal = pty_journal(seat);
	int64_t before_ms = -1;
	bool is_done = false;
	char *line, *rest = journal;

	memset(s, 0, sizeof(*s));
	assert_non_null(journal);
	while (!is_done && (line = strsep(&rest, "\n")) != NULL && *line) {
		struct err e = { .code = ERR_NONE };
		struct json *record = json_parse(line, strlen(line), &e);
		const char *kind, *last;
		double at_ms = 0;

		assert_non_null(record);
		kind = json_text_or(record, "kind", "");
		if (strcmp(kind, "step") == 0 || strcmp(kind, "undo") == 0 ||
		    strcmp(kind, "rollback") == 0)
			add_event(s, record, kind);
		last = s->count > 0 ? s->events[s->count - 1] : "";
		assert_true(json_number(json_get(record, "t"), &at_ms));
		if (before_ms >= 0 && (int64_t)at_ms - before_ms > s->gap_ms)
			s->gap_ms = (int64_t)at_ms - before_ms;
		if (before_ms >= 0 ||
		    strcmp(last, "step switch-dns confirmed") == 0)
			before_ms = (int64_t)at_ms;
		is_done = strcmp(last, "rollback  validated") == 0;
		json_free(record);
	}
	mem_free(journal);
	assert_true(is_done);
}

static void
forget(struct story *s)
{
	for (size_t i = 0; i < s->count; i++)
		mem_free(s->events[i]);
}

static void
the_terminal_was_full_all_the_time(void **state)
{
	TEST_UNUSED(state);
	assert_true(night.was_full_early);
	assert_true(night.was_full_late);
}

static void
the_same_happened_in_the_same_order(void **state)
{
	struct story read, unread;

	TEST_UNUSED(state);
	tell(&read, &night.seats[READ]);
	tell(&unread, &night.seats[UNREAD]);
	assert_true(read.count > 60);
	for (size_t i = 0; i < read.count && i < unread.count; i++)
		assert_string_equal(read.events[i], unread.events[i]);
	assert_int_equal(read.count, unread.count);
	forget(&read);
	forget(&unread);
}

static void
no_record_waited_for_the_terminal(void **state)
{
	struct story read, unread;

	TEST_UNUSED(state);
	tell(&read, &night.seats[READ]);
	tell(&unread, &night.seats[UNREAD]);
	print_message("longest gaps: %lld ms read, %lld ms unread\n",
		      (long long)read.gap_ms, (long long)unread.gap_ms);
	assert_true(unread.gap_ms <= 2 * read.gap_ms + SPEED * SECOND);
	forget(&read);
	forget(&unread);
}

static void
read_again_it_shows_the_end_and_obeys(void **state)
{
	struct pty_seat *s = &night.seats[UNREAD];

	TEST_UNUSED(state);
	s->is_read = true;
	pty_type(s, "\014");
	assert_true(pty_wait(night.seats, SEATS, shows_end, s,
			     pty_patience_ms(20 * SECOND)));
	for (int i = 0; i < SEATS; i++) {
		pty_type(&night.seats[i], "q");
		assert_true(pty_wait(night.seats, SEATS, asks_to_leave,
				     &night.seats[i],
				     pty_patience_ms(20 * SECOND)));
		pty_type(&night.seats[i], "p");
	}
	assert_true(
		pty_ended(night.seats, SEATS, pty_patience_ms(20 * SECOND)));
	for (int i = 0; i < SEATS; i++) {
		assert_int_equal(night.seats[i].code, 5);
		assert_true(pty_is_restored(&night.seats[i]));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_terminal_was_full_all_the_time),
		cmocka_unit_test(the_same_happened_in_the_same_order),
		cmocka_unit_test(no_record_waited_for_the_terminal),
		cmocka_unit_test(read_again_it_shows_the_end_and_obeys),
	};

	return cmocka_run_group_tests(tests, play, stop);
}
