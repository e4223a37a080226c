/* engine: a rollback that does not go where the step went is not validated. */
#include "tests/unit/engine_night.h"

static struct live_night night;

static const struct room *
room(void)
{
	return night.desk.director.room;
}

/* clang-format off */
#define IN_REGIONS(path, wanted) \
	"      parallel:\n" \
	"        over: [east, west]\n" \
	"        http:\n" \
	"          endpoint: platform\n" \
	"          method: PATCH\n" \
	"          path: /" path "/{region}\n" \
	"          body: {version: 2}\n" \
	"          verify: {path: \"/" path "/{region}/" wanted "\", pointer: /is,\n" \
	"            equals: " wanted "}\n"

static const char spread_step[] =
	"  - id: spread\n"
	"    takes: 1s\n"
	"    object: flow:9\n"
	"    layer: flow\n"
	"    do:\n" IN_REGIONS("there", "new")
	"    undo:\n" IN_REGIONS("back", "old");
/* clang-format on */

/* Not there for the plan, for the confirm, and before it is sent. */
#define NOT_YET(region)                                \
	{                                              \
		.expect = "GET /back/" region "/old ", \
		.body = "{\"is\":\"new\"}"             \
	}

static const struct peer_row rows[] = {
	NOT_YET("east"),
	NOT_YET("east"),
	NOT_YET("east"),
	NOT_YET("west"),
	NOT_YET("west"),
	NOT_YET("west"),
	NIGHT_PATCH("there/east"),
	NIGHT_PATCH("there/west"),
	NIGHT_PATCH("back/east"),
	NIGHT_PATCH("back/west"),
	NIGHT_IS("there/east", "new"),
	NIGHT_IS("there/west", "new"),
	NIGHT_IS("back/east", "old"),
	NIGHT_IS("back/west", "old"),
};

/* The undo goes east alone, as in a runbook of before that was refused. */
static void
forget_west(struct act *undo)
{
	for (size_t i = 0; i < undo->with.count; i++)
		if (str_same(undo->with.items[i].name, "over"))
			str_copy(undo->with.items[i].text, sizeof("[\"east\"]"),
				 "[\"east\"]");
}

static void
begin(bool forgets)
{
	char *all = lint_replace(night_book, "{probes}\n", "");
	char with[2048];
	char *whole;
	int s;

	str_printf(with, sizeof(with), "%s%s", spread_step, NIGHT_ROLLBACK);
	whole = lint_replace(all, NIGHT_ROLLBACK, with);
	night_open(&night, rows, ARRAY_LEN(rows), whole);
	mem_free(whole);
	mem_free(all);
	s = runner_step_named(&night.desk.director, "spread");
	assert_true(s >= 0);
	if (forgets)
		forget_west(&night.desk.book->steps[s].undo);
	night_walk(&night, "spread");
	desk_say(&night.desk, COMMAND_ROLLBACK, "", "");
	desk_until_rollback(&night.desk, ROLLBACK_ARMED);
	desk_rest(&night.desk);
	night_agree(&night);
}

static void
back_in_all_regions_it_is_validated(void **state)
{
	TEST_UNUSED(state);
	begin(false);
	desk_until_rollback(&night.desk, ROLLBACK_VALIDATED);
	assert_int_equal(room()->leftovers, 0);
	assert_true(room_is_rolled_back(room()));
	night_stop(&night);
}

static void
a_region_where_no_undo_went_is_left_over_and_halts_it(void **state)
{
	char path[FS_PATH];
	char *csv;

	TEST_UNUSED(state);
	begin(true);
	desk_until_rollback(&night.desk, ROLLBACK_HALTED);
	desk_rest(&night.desk);
	assert_int_equal(peer_count(night.peer, "PATCH /back/west "), 0);
	CHECK_HOLDS(room()->rollback_detail,
		    "flow:9 in west: no undo goes there");
	assert_int_equal(room()->leftovers, 1);
	assert_string_equal(room()->left[0].region, "west");
	assert_true(fs_join(path, night.desk.dir, "leftovers.csv"));
	csv = test_file_read(path);
	CHECK_HOLDS(csv, "flow:9,west,no undo goes there");
	mem_free(csv);
	assert_true(room_is_halted(room()));
	/* Going on changes nothing of it. */
	desk_say(&night.desk, COMMAND_RETRY, "", "");
	desk_until_rollback(&night.desk, ROLLBACK_HALTED);
	desk_rest(&night.desk);
	assert_int_equal(peer_count(night.peer, "PATCH /back/east "), 1);
	assert_int_equal(room()->leftovers, 1);
	night_stop(&night);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(back_in_all_regions_it_is_validated),
		cmocka_unit_test(
			a_region_where_no_undo_went_is_left_over_and_halts_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
