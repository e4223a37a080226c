/* redact and log: no spelling of a secret leaves the process. */
#include "tests/lib/test.h"

#include <unistd.h>

#include "base/log.h"
#include "base/redact.h"
#include "base/str.h"
#include "base/thread.h"

#define SECRET "p@ss/w\"rd+42?"

static void
check_buf(const char *from, const char *want)
{
	struct buf b;

	buf_init(&b, 1000);
	buf_text(&b, from);
	redact_buf(&b);
	CHECK_ROW(from, strcmp(buf_str(&b), want) == 0);
	CHECK_ROW(from, b.len == strlen(want));
	buf_clear(&b);
}

static void
every_spelling_of_a_secret_is_replaced(void **state)
{
	static const struct {
		const char *what, *from, *want;
	} rows[] = {
		{ "plain", "key=" SECRET "&x", "key=[pw]&x" },
		{ "twice", SECRET SECRET, "[pw][pw]" },
		{ "alone", SECRET, "[pw]" },
		{ "URL", "q=p%40ss%2Fw%22rd%2B42%3F;", "q=[pw];" },
		{ "url", "q=p%40ss%2fw%22rd%2b42%3f;", "q=[pw];" },
		{ "JSON", "\"p@ss/w\\\"rd+42?\"", "\"[pw]\"" },
		{ "base64", "cEBzcy93InJkKzQyPw==", "[pw]" },
		{ "nothing", "all is well", "all is well" },
		{ "empty", "", "" },
		{ "a part only", "p@ss/w\"rd+42", "p@ss/w\"rd+42" },
	};

	TEST_UNUSED(state);
	redact_add("pw", SECRET);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check_buf(rows[i].from, rows[i].want);
	redact_forget_all();
	check_buf(SECRET, SECRET);
}

/* "Basic" credentials: base64 of user:secret, whatever the user's length. */
/* A text that was cut before anybody looked for secrets in it. */
static void
a_secret_cut_off_by_the_end_is_replaced(void **state)
{
	TEST_UNUSED(state);
	redact_add("token", "eyJhbGciOiJIUzI1NiJ9.body.signature");
	check_buf("got eyJhbGciOiJIUzI1NiJ9.bo", "got [token]");
	check_buf("got eyJhbGciOiJIUzI1", "got [token]");
	check_buf("got eyJhbGciOiJIUzI", "got eyJhbGciOiJIUzI");
	check_buf("eyJhbGciOiJIUzI1NiJ9.bo is it",
		  "eyJhbGciOiJIUzI1NiJ9.bo is it");
	redact_forget_all();
}

static void
basic_credentials_do_not_show_the_secret(void **state)
{
	static const char *const encoded[] = {
		"YWRtaW46czNjcjN0LXQwa2Vu",	    /* admin:s3cr3t-t0ken */
		"YTpzM2NyM3QtdDBrZW4=",		    /* a: */
		"cm9vdDpzM2NyM3QtdDBrZW4=",	    /* root: */
		"b3BlcmF0aW9uczpzM2NyM3QtdDBrZW4=", /* operations: */
	};

	TEST_UNUSED(state);
	redact_add("token", "s3cr3t-t0ken");
	for (size_t i = 0; i < ARRAY_LEN(encoded); i++) {
		char text[80];

		assert_true(str_copy(text, sizeof(text), encoded[i]));
		redact_text(text, sizeof(text));
		CHECK_HOLDS(text, "[token]");
		/* 16 characters spell it; two may depend on the user. */
		CHECK_ROW(encoded[i],
			  strlen(text) <= strlen(encoded[i]) - 14 + 7);
	}
	redact_forget_all();
}

static void
short_values_are_left_alone(void **state)
{
	TEST_UNUSED(state);
	redact_add("pin", "12345");
	check_buf("12345 calls", "12345 calls");
	redact_add("pin", "123456");
	check_buf("123456 calls", "[pin] calls");
	redact_forget_all();
}

static void
a_secret_inside_a_longer_secret_leaves_no_rest(void **state)
{
	TEST_UNUSED(state);
	redact_add("short", "abcdef");
	redact_add("long", "abcdef-ghijkl");
	check_buf("abcdef-ghijkl abcdef", "[long] [short]");
	redact_forget_all();
}

static void
a_text_that_grows_over_its_size_is_cut_without_the_secret(void **state)
{
	char text[16] = "ab 123456 rest";
	struct buf b;

	TEST_UNUSED(state);
	redact_add("a rather long name", "123456");
	redact_text(text, sizeof(text));
	assert_string_equal(text, "ab [a rather lo");
	buf_init(&b, 10);
	buf_text(&b, "ab 123456");
	redact_buf(&b);
	assert_true(b.cut);
	assert_null(strstr(buf_str(&b), "123456"));
	buf_clear(&b);
	redact_forget_all();
}

/* Words follow, so the end of the text does not give the cut away. */
static void
a_secret_across_a_cut_is_gone_before_the_cut(void **state)
{
	const char said[] = "locked by sekrit-0123456789-abcdef since noon";
	char accents[4096] = "a", to[16];

	TEST_UNUSED(state);
	redact_add("pw", "sekrit-0123456789-abcdef");
	for (size_t size = 1; size < sizeof(said); size++) {
		char cut[64];

		redact_clean(cut, size, said, strlen(said));
		assert_null(strstr(cut, "sek"));
	}
	assert_true(redact_clean(accents + 64, 64, said, strlen(said)));
	assert_string_equal(accents + 64, "locked by [pw] since noon");
	assert_false(redact_clean(to, sizeof(to), said, strlen(said)));
	assert_string_equal(to, "locked by [pw] ");
	/* Far behind in the bytes, and near to what is shown. */
	for (size_t i = 1; i < 3001; i += 2)
		str_copy(accents + i, 3, "\xcc\x81");
	str_copy(accents + 3001, sizeof(accents) - 3001, said);
	redact_clean(to, sizeof(to), accents, strlen(accents));
	assert_null(strstr(to, "sek"));
	redact_forget_all();
}

static void
redact_on(void *arg)
{
	TEST_UNUSED(arg);
	for (int i = 0; i < 500; i++) {
		char text[64] = "x sekret-one y";

		redact_text(text, sizeof(text));
		redact_add("two", "sekret-two");
	}
}

static void
any_thread_may_redact_and_add(void **state)
{
	struct thread threads[3];
	struct err e;

	TEST_UNUSED(state);
	redact_add("one", "sekret-one");
	for (size_t i = 0; i < ARRAY_LEN(threads); i++)
		CHECK_OK(thread_start(&threads[i], "redact", redact_on, NULL,
				      &e),
			 &e);
	for (size_t i = 0; i < ARRAY_LEN(threads); i++)
		thread_join(&threads[i]);
	check_buf("sekret-one sekret-two", "[one] [two]");
	redact_forget_all();
}

/* What a line of the log looks like on its descriptor. */
static void
logged(char *to, size_t size, const char *words, const char *component,
       const char *text)
{
	int pipes[2];
	ssize_t n;

	assert_int_equal(pipe(pipes), 0);
	log_open(words, pipes[1]);
	log_line(component, "%s", text);
	close(pipes[1]);
	n = read(pipes[0], to, size - 1);
	to[n > 0 ? n : 0] = '\0';
	close(pipes[0]);
	log_open(NULL, -1);
}

static void
the_log_says_only_what_was_asked_for(void **state)
{
	char got[512];

	TEST_UNUSED(state);
	test_clock_take();
	logged(got, sizeof(got), "net,engine", "engine", "hello");
	assert_string_equal(got, "2026-11-20T02:00:00.000Z engine: hello\n");
	logged(got, sizeof(got), "all", "probe", "hello");
	CHECK_HOLDS(got, "probe: hello");
	logged(got, sizeof(got), "net,engine", "probe", "hello");
	assert_string_equal(got, "");
	logged(got, sizeof(got), "", "probe", "hello");
	assert_string_equal(got, "");
	assert_false(log_wants("net"));
	test_clock_release();
}

static void
the_log_is_clean_and_without_secrets(void **state)
{
	char got[512];

	TEST_UNUSED(state);
	redact_add("token", "s3cr3t-t0ken");
	logged(got, sizeof(got), "all", "net",
	       "Bearer s3cr3t-t0ken\r\n\x1b[2J next");
	CHECK_HOLDS(got, "net: Bearer [token]\\x0d \\x1b[2J next\n");
	redact_forget_all();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_spelling_of_a_secret_is_replaced),
		cmocka_unit_test(a_secret_cut_off_by_the_end_is_replaced),
		cmocka_unit_test(basic_credentials_do_not_show_the_secret),
		cmocka_unit_test(short_values_are_left_alone),
		cmocka_unit_test(
			a_secret_inside_a_longer_secret_leaves_no_rest),
		cmocka_unit_test(a_secret_across_a_cut_is_gone_before_the_cut),
		cmocka_unit_test(
			a_text_that_grows_over_its_size_is_cut_without_the_secret),
		cmocka_unit_test(any_thread_may_redact_and_add),
		cmocka_unit_test(the_log_says_only_what_was_asked_for),
		cmocka_unit_test(the_log_is_clean_and_without_secrets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
