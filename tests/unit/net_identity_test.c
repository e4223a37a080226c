/* net_identity - secrets read once, refused when others could read them. */
#include "tests/lib/test.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/redact.h"
#include "base/str.h"
#include "net/identity.h"

static void
a_secret_leaves_the_environment_and_is_redacted(void **state)
{
	char text[] = "the token is s3cret-token-1";
	char *secret = NULL;
	struct err e;

	TEST_UNUSED(state);
	setenv("WARROOM_TEST_TOKEN", "s3cret-token-1", 1);
	CHECK_OK(identity_from_env(&secret, "WARROOM_TEST_TOKEN", &e), &e);
	assert_string_equal(secret, "s3cret-token-1");
	assert_null(getenv("WARROOM_TEST_TOKEN"));
	redact_text(text, sizeof(text));
	assert_null(strstr(text, "s3cret"));
	mem_free(secret);
	redact_forget_all();
}

static void
a_secret_that_is_not_set_says_how_to_set_it(void **state)
{
	char *secret = NULL;
	struct err e;

	TEST_UNUSED(state);
	unsetenv("WARROOM_TEST_TOKEN");
	CHECK_FAILS(identity_from_env(&secret, "WARROOM_TEST_TOKEN", &e),
		    ERR_ABSENT, &e, "export WARROOM_TEST_TOKEN");
	setenv("WARROOM_TEST_TOKEN", "", 1);
	CHECK_FAILS(identity_from_env(&secret, "WARROOM_TEST_TOKEN", &e),
		    ERR_ABSENT, &e, "WARROOM_TEST_TOKEN");
	setenv("WARROOM_TEST_TOKEN", "one\r\nX-Evil: 1", 1);
	CHECK_FAILS(identity_from_env(&secret, "WARROOM_TEST_TOKEN", &e),
		    ERR_INPUT, &e, "control character");
	assert_null(secret);
}

static void
a_file_is_read_without_its_last_newline(void **state)
{
	char dir[FS_PATH], path[FS_PATH];
	char *secret = NULL;
	struct err e;

	TEST_UNUSED(state);
	test_dir_make(dir);
	assert_true(fs_join(path, dir, "token"));
	test_file_write(path, "s3cret-token-2\n");
	chmod(path, 0600);
	CHECK_OK(identity_from_file(&secret, path, &e), &e);
	assert_string_equal(secret, "s3cret-token-2");
	mem_free(secret);
	redact_forget_all();
	test_dir_drop(dir);
}

static void
a_file_others_can_reach_is_refused_with_the_way_out(void **state)
{
	static const struct {
		const char *what;
		int mode;
		const char *content, *words;
	} cases[] = {
		{ "readable by the group", 0640, "s3cret-token", "chmod 600" },
		{ "readable by all", 0604, "s3cret-token", "chmod 600" },
		{ "empty", 0600, "", "no secret" },
		{ "two lines", 0600, "one\ntwo\n", "no secret" },
	};
	char dir[FS_PATH], path[FS_PATH], other[FS_PATH];
	char *secret = NULL;
	struct err e;

	TEST_UNUSED(state);
	test_dir_make(dir);
	assert_true(fs_join(path, dir, "token"));
	assert_true(fs_join(other, dir, "other"));
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		test_file_write(path, cases[i].content);
		chmod(path, (mode_t)cases[i].mode);
		CHECK_FAILS(identity_from_file(&secret, path, &e), ERR_INPUT,
			    &e, cases[i].words);
		assert_null(secret);
	}
	test_file_write(path, "s3cret-token");
	chmod(path, 0600);
	assert_int_equal(symlink(path, other), 0);
	CHECK_FAILS(identity_from_file(&secret, other, &e), ERR_INPUT, &e,
		    "symbolic link");
	unlink(other);
	assert_int_equal(link(path, other), 0);
	CHECK_FAILS(identity_from_file(&secret, other, &e), ERR_INPUT, &e,
		    "hard links");
	unlink(other);
	assert_int_equal(mkfifo(other, 0600), 0);
	CHECK_FAILS(identity_from_file(&secret, other, &e), ERR_INPUT, &e,
		    "not a regular file");
	CHECK_FAILS(identity_from_file(&secret, dir, &e), ERR_INPUT, &e,
		    "not a regular file");
	unlink(path);
	CHECK_FAILS(identity_from_file(&secret, path, &e), ERR_ABSENT, &e,
		    "not there");
	test_dir_drop(dir);
}

static void
a_path_cannot_lead_to_another_host(void **state)
{
	struct book_endpoint endpoint = { .id = "api" };
	static const char *const bad[] = { "", "@evil.example/", ".evil", "x" };
	struct buf url;
	struct err e;

	TEST_UNUSED(state);
	endpoint.url = mem_text("https://api.example/v1/");
	buf_init(&url, 1000);
	CHECK_OK(identity_url(&url, &endpoint, "/flows", &e), &e);
	assert_string_equal(buf_str(&url), "https://api.example/v1/flows");
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		CHECK_FAILS(identity_url(&url, &endpoint, bad[i], &e), ERR_ARG,
			    &e, "must begin with /");
	mem_free(endpoint.url);
	endpoint.url = mem_text("ns1.example:53");
	CHECK_FAILS(identity_url(&url, &endpoint, "/flows", &e), ERR_ARG, &e,
		    "speaks no HTTP");
	mem_free(endpoint.url);
	buf_clear(&url);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_secret_leaves_the_environment_and_is_redacted),
		cmocka_unit_test(a_secret_that_is_not_set_says_how_to_set_it),
		cmocka_unit_test(a_file_is_read_without_its_last_newline),
		cmocka_unit_test(
			a_file_others_can_reach_is_refused_with_the_way_out),
		cmocka_unit_test(a_path_cannot_lead_to_another_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
