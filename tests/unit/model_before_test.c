/* room: what was live before the first change stands for good. */
#include "tests/unit/model_night.h"

static void
a_baseline_is_taken_once_and_never_replaced(void **state)
{
	const struct room_baseline *b = night.room->baseline;
	struct err e;

	TEST_UNUSED(state);
	NIGHT(&night, RECORD_BASELINE, "object=flow:f-1", "waived=true",
	      "reason=away");
	assert_true(b->waived && !b->taken);
	NIGHT(&night, RECORD_BASELINE, "object=flow:f-1", "value=v-one",
	      "digest=aa");
	assert_true(b->taken && !b->waived);
	NIGHT(&night, RECORD_BASELINE, "object=flow:f-1", "value=v-two",
	      "digest=bb");
	assert_string_equal(b->value, "v-one");
	assert_string_equal(b->digest, "aa");
	assert_string_equal(b->drift, "v-two");
	NIGHT(&night, RECORD_BASELINE, "object=flow:f-1", "waived=true",
	      "reason=late");
	assert_true(b->taken && !b->waived);
	NIGHT(&night, RECORD_BASELINE, "object=flow:f-1", "value=v-one",
	      "digest=aa");
	assert_string_equal(b->drift, "");
	assert_int_equal(night_add(&night, &e, RECORD_BASELINE,
				   "object=flow:f-9", "digest=aa", NULL),
			 ERR_DAMAGED);
}

static void
a_copy_has_a_baseline_of_its_own(void **state)
{
	struct room *copy;

	TEST_UNUSED(state);
	copy = room_copy(night.room);
	NIGHT(&night, RECORD_BASELINE, "object=flow:f-1", "value=v-one",
	      "digest=aa");
	assert_true(night.room->baseline->taken);
	assert_false(copy->baseline->taken);
	room_free(copy);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		NIGHT_TEST(a_baseline_is_taken_once_and_never_replaced),
		NIGHT_TEST(a_copy_has_a_baseline_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
