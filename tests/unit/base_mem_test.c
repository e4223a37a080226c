/* mem: there, zeroed, or the program ends with last words. */
#include "tests/lib/test.h"

#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"

static void
new_memory_is_zero_and_never_null(void **state)
{
	char *p = mem_new(100, 3);

	TEST_UNUSED(state);
	for (size_t i = 0; i < 300; i++)
		assert_int_equal(p[i], 0);
	mem_free(p);
	p = mem_new(0, 8);
	assert_non_null(p);
	mem_free(p);
	mem_free(NULL);
}

static void
growing_keeps_what_was_there(void **state)
{
	int *v = mem_grow(NULL, 2, sizeof(*v));

	TEST_UNUSED(state);
	v[0] = 7;
	v[1] = 8;
	v = mem_grow(v, 5000, sizeof(*v));
	assert_true(v[0] == 7 && v[1] == 8);
	v = mem_grow(v, 0, sizeof(*v));
	assert_non_null(v);
	mem_free(v);
}

static void
copies_are_their_own(void **state)
{
	char from[] = "abc";
	char *a = mem_text(from);
	char *b = mem_text_n(from, 2);
	char *c = mem_copy(from, sizeof(from));

	TEST_UNUSED(state);
	from[0] = 'x';
	assert_string_equal(a, "abc");
	assert_string_equal(b, "ab");
	assert_string_equal(c, "abc");
	assert_null(mem_text(NULL));
	mem_free(a);
	mem_free(b);
	mem_free(c);
	a = mem_text_n(NULL, 0);
	assert_string_equal(a, "");
	mem_free(a);
}

static void
say_goodbye(void)
{
	static const char words[] = "terminal restored\n";
	ssize_t n = write(STDOUT_FILENO, words, sizeof(words) - 1);

	TEST_UNUSED(n);
}

/* The sizes come from outside the compiler's view, as real ones do. */
static volatile size_t huge = SIZE_MAX / 2;

static void
take_too_much(void)
{
	mem_on_exhausted(say_goodbye);
	mem_free(mem_new(huge, 4)); /* count * size wraps around */
}

static void
take_too_long_a_text(void)
{
	mem_on_exhausted(say_goodbye);
	mem_free(mem_text_n("x", huge * 2 + 1));
}

static void
grow_too_far(void)
{
	mem_on_exhausted(say_goodbye);
	mem_free(mem_grow(NULL, huge, 4));
}

/* Runs `body` in a child; its stdout goes to `out`.  Returns its exit code. */
static int
exit_code_of(void (*body)(void), char *out, size_t size)
{
	int pipes[2];
	int status = 0;
	size_t used = 0;
	ssize_t n;
	pid_t pid;

	assert_int_equal(pipe(pipes), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		dup2(pipes[1], STDOUT_FILENO);
		dup2(pipes[1], STDERR_FILENO);
		body();
		_exit(99);
	}
	close(pipes[1]);
	while ((n = read(pipes[0], out + used, size - 1 - used)) > 0)
		used += (size_t)n;
	out[used] = '\0';
	close(pipes[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
exhaustion_restores_the_terminal_and_ends_the_program(void **state)
{
	static void (*const bodies[])(void) = { take_too_much, grow_too_far,
						take_too_long_a_text };
	char out[8192];

	TEST_UNUSED(state);
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	skip(); /* the sanitizer ends the program before we are asked */
#endif
	for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
		assert_int_equal(exit_code_of(bodies[i], out, sizeof(out)), 1);
		CHECK_HOLDS(out, "terminal restored\n");
		CHECK_HOLDS(out, "out of memory");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(new_memory_is_zero_and_never_null),
		cmocka_unit_test(growing_keeps_what_was_there),
		cmocka_unit_test(copies_are_their_own),
		cmocka_unit_test(
			exhaustion_restores_the_terminal_and_ends_the_program),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
