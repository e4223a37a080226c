/* book: shared by reference, looked up by name, its phrases typed exactly. */
#include "tests/lib/test.h"

#include "base/mem.h"
#include "base/str.h"
#include "model/book.h"

static void
the_last_reference_frees_the_book(void **state)
{
	struct book *b = book_new();

	TEST_UNUSED(state);
	assert_ptr_equal(book_take(b), b);
	book_drop(b);
	assert_int_equal(b->refs, 1); /* still there */
	book_drop(b);
	book_drop(NULL);
}

static void
things_are_found_by_their_id(void **state)
{
	struct book *b = book_new();

	TEST_UNUSED(state);
	b->steps = mem_new(2, sizeof(*b->steps));
	b->step_count = 2;
	str_copy(b->steps[1].id, sizeof(b->steps[1].id), "open-trunk");
	b->endpoints = mem_new(1, sizeof(*b->endpoints));
	b->endpoint_count = 1;
	str_copy(b->endpoints[0].id, sizeof(b->endpoints[0].id), "crm");
	b->endpoints[0].url = mem_text("https://crm");
	b->probes = mem_new(1, sizeof(*b->probes));
	b->probe_count = 1;
	str_copy(b->probes[0].id, sizeof(b->probes[0].id), "queue");
	assert_ptr_equal(book_step(b, "open-trunk"), &b->steps[1]);
	assert_null(book_step(b, "open"));
	assert_ptr_equal(book_endpoint(b, "crm"), &b->endpoints[0]);
	assert_null(book_endpoint(b, "CRM"));
	assert_ptr_equal(book_probe(b, "queue"), &b->probes[0]);
	assert_null(book_probe(b, "queues"));
	book_drop(b);
}

static void
an_act_is_copied_whole(void **state)
{
	struct act a = { .kind = "http" };
	struct act b;

	TEST_UNUSED(state);
	settings_add(&a.with, "path", "/x");
	act_copy(&b, &a);
	act_clear(&a);
	assert_string_equal(b.kind, "http");
	assert_string_equal(settings_text(&b.with, "path"), "/x");
	assert_string_equal(a.kind, "");
	act_clear(&b);
}

static void
the_phrase_is_verb_environment_and_target(void **state)
{
	struct book *b = book_new();
	char phrase[64];
	char tight[10];

	TEST_UNUSED(state);
	str_copy(b->id, sizeof(b->id), "voice-cutover");
	book_phrase(phrase, sizeof(phrase), b, "rollback");
	assert_string_equal(phrase, "ROLLBACK voice-cutover");
	str_copy(b->environment, sizeof(b->environment), "PROD");
	str_copy(b->region, sizeof(b->region), "us-east-1");
	book_phrase(phrase, sizeof(phrase), b, "switch-dns");
	assert_string_equal(phrase, "SWITCH-DNS prod us-east-1");
	book_phrase(phrase, sizeof(phrase), b, "ROLLBACK");
	assert_string_equal(phrase, "ROLLBACK prod us-east-1");
	book_phrase(tight, sizeof(tight), b, "ROLLBACK");
	assert_int_equal(strlen(tight), sizeof(tight) - 1);
	book_drop(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_reference_frees_the_book),
		cmocka_unit_test(things_are_found_by_their_id),
		cmocka_unit_test(an_act_is_copied_whole),
		cmocka_unit_test(the_phrase_is_verb_environment_and_target),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
