/*
 * give_up_kill - the real program, killed as soon as it has said that the
 * rollback is given up: whoever takes the room up sends nothing of it.
 */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "tests/lib/peer.h"
#include "tests/lib/pty.h"

#define SECOND 1000
#define PATIENCE (60 * SECOND)
#define HALTED_CODE 6
#define WHY "vendor says no"

static const struct peer_row answers[] = {
	{ .expect = "GET /health", .body = "{\"loss\":1.5}", .always = true },
	{ .expect = "PATCH /flow ", .body = "{}", .always = true },
	{ .expect = "GET /flow ", .body = "{\"is\":\"new\"}", .always = true },
	{ .expect = "PATCH /back ", .end = PEER_HANG, .always = true },
	{ .expect = "GET /back ", .body = "{\"is\":\"new\"}", .always = true },
};

static const char book[] =
	"runbook: given-up\n"
	"environment: STAGING\n"
	"thresholds:\n"
	"  telephony:\n"
	"    max_loss_percent: 2.5\n"
	"endpoints:\n"
	"  platform: {adapter: plain, url: \"%s\"}\n"
	"probes:\n"
	"  health:\n"
	"    every: 500ms\n"
	"    http: {endpoint: platform, path: /health}\n"
	"    signals: {telephony.loss_percent: /loss}\n"
	"steps:\n"
	"  - id: publish\n"
	"    confirm: phrase\n"
	"    takes: 1s\n"
	"    object: flow:1\n"
	"    do: {http: {endpoint: platform, method: PATCH, path: /flow,\n"
	"         body: {version: 2}, verify: {path: /flow,\n"
	"         pointer: /is, equals: new}}}\n"
	"    undo: {http: {endpoint: platform, method: PATCH, path: /back,\n"
	"           body: {version: 1}, verify: {path: /back,\n"
	"           pointer: /is, equals: old}}}\n"
	"rollback: {policy: propose, stagger: 1s}\n";

static struct {
	char dir[FS_PATH], room[FS_PATH], book[FS_PATH];
	struct peer *peer;
	struct test_child console;
	char line[65536]; /* the last it said */
} night;

static void
sit(void)
{
	const char *const argv[] = { pty_program(), "run",	"--plain",
				     "--room",	    night.room, night.book,
				     NULL };

	test_child_start(&night.console, argv, true);
}

static void
say(const char *words)
{
	size_t len = strlen(words);

	assert_int_equal(write(night.console.in, words, len), len);
}

/* A line with this comes, within `real_ms`. */
static bool
said(const char *part, int real_ms)
{
	int64_t until_ms = pty_now_ms() + real_ms;

	while (pty_now_ms() < until_ms &&
	       test_child_line(&night.console, night.line, sizeof(night.line),
			       (int)(until_ms - pty_now_ms())))
		if (strstr(night.line, part) != NULL)
			return true;
	return false;
}

static void
hear(const char *part)
{
	if (!said(part, pty_patience_ms(PATIENCE)))
		fail_msg("no \"%s\" was said, at last: %s", part, night.line);
}

/* Said again each second while it comes too soon to have been read. */
static void
answer(const char *words, const char *part)
{
	for (int i = 0; i < 60; i++) {
		say(words);
		if (said(part, pty_patience_ms(SECOND)))
			return;
	}
	fail_msg("no \"%s\" was said, at last: %s", part, night.line);
}

static void
kill_it(void)
{
	kill(night.console.pid, SIGKILL);
	assert_int_equal(test_child_wait(&night.console, PATIENCE),
			 128 + SIGKILL);
	test_child_drop(&night.console);
}

static void
come_to_mid_act(void)
{
	sit();
	hear("decision GO");
	say("arm publish\n");
	hear("PUBLISH staging given-up");
	answer("PUBLISH staging given-up\n", "step publish verified");
	say("rollback\n");
	hear("ROLLBACK staging given-up");
	answer("ROLLBACK staging given-up\n", "rollback running");
	assert_true(peer_wait(night.peer, "PATCH /back ", 1));
}

/* What `status` says of the room that nobody holds. */
static void
check_status(void)
{
	const char *const argv[] = { pty_program(), "status", night.room,
				     "--json", NULL };
	struct test_child c;

	test_child_start(&c, argv, false);
	assert_true(test_child_line(&c, night.line, sizeof(night.line),
				    pty_patience_ms(PATIENCE)));
	CHECK_HOLDS(night.line, "\"rollback\":\"halting\"");
	assert_int_equal(test_child_wait(&c, pty_patience_ms(PATIENCE)),
			 HALTED_CODE);
	test_child_drop(&c);
}

static void
killed_when_it_was_told_the_next_console_halts_it(void **state)
{
	char text[sizeof(book) + 64];

	TEST_UNUSED(state);
	pty_program();
	test_dir_make(night.dir);
	assert_true(fs_join(night.room, night.dir, "room"));
	assert_true(fs_join(night.book, night.dir, "book.yaml"));
	night.peer = peer_start(answers, sizeof(answers) / sizeof(answers[0]));
	str_printf(text, sizeof(text), book, peer_url(night.peer));
	test_file_write(night.book, text);
	come_to_mid_act();
	say("fail publish " WHY "\n");
	hear("rollback halting: given up by ");
	CHECK_HOLDS(night.line, ": " WHY);
	kill_it();
	check_status();
	/* The next one, too, and before it has come to an end. */
	sit();
	hear("rollback halting: given up by ");
	kill_it();
	check_status();
	sit();
	hear("rollback halted: given up by ");
	CHECK_HOLDS(night.line, ": " WHY);
	say("park\n");
	assert_int_equal(
		test_child_wait(&night.console, pty_patience_ms(PATIENCE)),
		HALTED_CODE);
	test_child_drop(&night.console);
	assert_int_equal(peer_count(night.peer, "PATCH /back "), 1);
	peer_stop(night.peer);
	test_dir_drop(night.dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			killed_when_it_was_told_the_next_console_halts_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
