/* torture - storms of keys, pastes, sizes and stops at the real program: it
 * lives, does nothing, and leaves the terminal as it was.
 *
 * TORTURE=50000 in the environment is the number of events, TORTURE_SEED=n
 * where they begin. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "tests/lib/obeyed.h"
#include "tests/lib/peer.h"
#include "tests/lib/pty.h"

#define EVENTS 5000
#define SECOND 1000
#define QUIET_MS 3 /* for an event to be answered */
#define HELD 3	   /* exit codes: parked, told to end */
#define TOLD 130
#define ROWS_MOST 200
#define COLS_MOST 500

#define PASTE_ON "\033[200~"
#define PASTE_OFF "\033[201~"

/* What a peer or a clipboard might say to be obeyed. */
#define EVIL                                                         \
	"\033]0;own\007\033[6n\033[c\033P+q544e\033\\\302\2336n\016" \
	"\033[?1049l\033[?25h\342\200\256GO\r\n"
#define EVIL_JSON                                                        \
	"\\u001b]0;own\\u0007\\u001b[6n\\u001b[c\\u009b6n\\u001b[?1049l" \
	"\\u202eGO\\r\\n"

static const struct peer_row answers[] = {
	{ .expect = "GET /health",
	  .headers = "Content-Type: application/json\r\n"
		     "X-Evil: \033]0;own\007\r\n",
	  .body = "{\"loss\":1.5,\"say\":\"" EVIL_JSON "\"}",
	  .always = true },
	{ .expect = "GET /evil", .status = 500, .body = EVIL, .always = true },
	{ .expect = "GET /flows",
	  .body = "{\"version\":\"" EVIL_JSON "\"}",
	  .always = true },
	{ .expect = "PATCH ", .body = "{}", .always = true },
};

static const char book[] =
	"runbook: torture\n"
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
	"    signals: {telephony.loss_percent: /loss,\n"
	"              telephony.said: /say}\n"
	"  evil:\n"
	"    pane: telephony\n"
	"    every: 500ms\n"
	"    http: {endpoint: platform, path: /evil}\n"
	"    signals: {telephony.evil: /say}\n"
	"steps:\n"
	"  - id: publish\n"
	"    confirm: phrase\n"
	"    do: {http: {endpoint: platform, method: PATCH, path: /flows/1,\n"
	"         body: {version: 2}, verify: {path: /flows/1,\n"
	"         pointer: /version, equals: 2}}}\n"
	"    undo: none\n"
	"  - id: again\n"
	"    do: {http: {endpoint: platform, method: PATCH, path: /flows/2,\n"
	"         body: {version: 2}, verify: {path: /flows/2,\n"
	"         pointer: /version, equals: 2}}}\n"
	"    undo: none\n";

struct torture {
	struct pty_seat seat;
	struct obeyed obeyed;
	char dir[FS_PATH], room[FS_PATH], book[FS_PATH];
	struct peer *peer;
	uint64_t random;
	long events, parked, stopped;
	bool is_stopped;
};

static uint64_t
any(struct torture *t, uint64_t below)
{
	t->random ^= t->random << 13;
	t->random ^= t->random >> 7;
	t->random ^= t->random << 17;
	return t->random % below;
}

static long
number_of(const char *name, long fallback)
{
	const char *text = getenv(name);

	return text != NULL && text[0] != '\0' ? strtol(text, NULL, 10)
					       : fallback;
}

static void
drawn(void *with, const char *bytes, size_t len)
{
	obeyed_take(with, bytes, len);
}

static bool
is_up(void *arg)
{
	struct torture *t = arg;

	return t->obeyed.on_other_screen;
}

static void
start(struct torture *t)
{
	if (t->peer == NULL) {
		pty_drill(&t->seat, t->room, "1", 36, 120, NULL);
	} else {
		const char *const argv[] = { pty_program(), "run",
					     "--room",	    t->room,
					     "--theme",	    "themes/dark.yaml",
					     t->book,	    NULL };

		pty_start(&t->seat, argv, t->room, 36, 120);
	}
	obeyed_begin(&t->obeyed);
	t->seat.drawn = drawn;
	t->seat.with = &t->obeyed;
	assert_true(
		pty_wait(&t->seat, 1, is_up, t, pty_patience_ms(20 * SECOND)));
}

static bool
never(void *arg)
{
	(void)arg;
	return false;
}

static void
breathe(struct torture *t, int real_ms)
{
	struct pollfd p = { .fd = t->seat.master, .events = POLLIN };
	int64_t until_ms = pty_now_ms() + real_ms;

	/* And a moment more for the rest of what comes. */
	for (int wait_ms = real_ms; poll(&p, 1, wait_ms) > 0; wait_ms = 1) {
		(void)pty_wait(&t->seat, 1, never, NULL, 0);
		if (pty_now_ms() >= until_ms)
			break;
	}
}

static void
check_left(struct torture *t, int code)
{
	if (t->obeyed.strange[0] != '\0')
		print_error("%s\n", t->obeyed.strange);
	assert_string_equal(t->obeyed.strange, "");
	if (t->seat.code != code) {
		char *journal = pty_journal(&t->seat);

		print_error("exit code %d\n%s\n", t->seat.code,
			    journal != NULL ? journal : "no journal");
	}
	assert_int_equal(t->seat.code, code);
	assert_true(pty_is_restored(&t->seat));
	assert_false(t->obeyed.on_other_screen);
	assert_true(t->obeyed.has_cursor);
}

/* All that the terminal takes; a program that is stopped takes no more. */
static void
type(struct torture *t, const char *bytes, size_t len)
{
	int64_t until_ms = pty_now_ms() + pty_patience_ms(20 * SECOND);

	while (len > 0 && t->seat.pid != 0) {
		ssize_t n = write(t->seat.master, bytes, len);

		if (n > 0) {
			bytes += n;
			len -= (size_t)n;
			continue;
		}
		assert_true(errno == EAGAIN);
		if (t->is_stopped)
			return;
		breathe(t, 10);
		(void)pty_ended(&t->seat, 1, 0);
		assert_true(pty_now_ms() < until_ms);
	}
}

/* One character.  There is no y, so that "yes" is never typed; what parks the
 * room or leaves a step out is rare. */
static char
any_char(struct torture *t)
{
	char c = (char)(0x20 + any(t, 0x7f - 0x20));

	if ((c == 'p' || c == 's') && any(t, 40) != 0)
		return 'm';
	return c == 'y' ? '\r' : c;
}

static void
press(struct torture *t)
{
	char c = any_char(t);

	type(t, &c, 1);
}

static void
press_special(struct torture *t)
{
	static const char *const keys[] = {
		"\r",
		"\r",
		"\033",
		"\t",
		"\177",
		"\033[A",
		"\033OB",
		"\033[C",
		"\033OD",
		"\033[5~",
		"\033[6~",
		"\033[H",
		"\033[F",
		"\033[3~",
		"\033[15;2~",
		"\033OP",
		"\033[Z",
		"\003",
		"\014",
		"\032",
		"\023",
		"\021",
		"\034",
		"\025",
		"\027",
		"\022",
		"\007",
		"\303\251",
		"\360\237\230\200",
		"\377\376",
		"\302\233",
		"\033[200~",
		"\033[201~",
		"\033]0;x\007",
		"\033[9999;9999R",
		"\033[<35;1;1M",
	};
	const char *key = keys[any(t, sizeof(keys) / sizeof(keys[0]))];

	type(t, key, strlen(key));
}

/* In brackets: even the right phrase, and enter. */
static void
paste(struct torture *t)
{
	static const char *const texts[] = {
		"PUBLISH STAGING\r",
		"PUBLISH-FLOW prod us-east-1\r",
		"yes\r",
		"ROLLBACK prod us-east-1\r",
		"ROLLBACK STAGING\r",
		EVIL,
		"SWITCH-DNS prod us-east-1\n\r\n",
	};
	char text[6000] = PASTE_ON;
	size_t times = any(t, 8) == 0 ? 40 : 1;

	for (size_t i = 0; i < times; i++) {
		size_t used = strlen(text);

		str_copy(text + used, sizeof(text) - used - 8,
			 texts[any(t, sizeof(texts) / sizeof(texts[0]))]);
	}
	str_copy(text + strlen(text), sizeof(text) - strlen(text), PASTE_OFF);
	type(t, text, strlen(text));
}

/* As a terminal without brackets sends it: keys, all at once. */
static void
paste_raw(struct torture *t)
{
	char text[600];
	size_t len = 1 + any(t, sizeof(text) - 1);

	for (size_t i = 0; i < len; i++)
		text[i] = any(t, 30) == 0 ? '\r' : any_char(t);
	type(t, text, len);
}

/* To the plan of the next step, and the right words pasted into it. */
static void
tempt(struct torture *t)
{
	static const char open[] = "\033\033\0335\r";

	pty_resize(&t->seat, 36, 120);
	type(t, open, strlen(open));
	breathe(t, 300);
	breathe(t, 100);
	paste(t);
	type(t, "\r", 1);
}

static void
stop(struct torture *t)
{
	kill(t->seat.pid, SIGSTOP);
	t->is_stopped = true;
	t->stopped++;
	for (uint64_t i = any(t, 20); i > 0; i--)
		press(t);
	pty_resize(&t->seat, 1 + (int)any(t, ROWS_MOST),
		   1 + (int)any(t, COLS_MOST));
	breathe(t, 5);
	kill(t->seat.pid, SIGCONT);
	t->is_stopped = false;
}

static void
one_event(struct torture *t)
{
	uint64_t what = any(t, 1000);

	if (what < 600)
		press(t);
	else if (what < 830)
		press_special(t);
	else if (what < 870)
		paste(t);
	else if (what < 890)
		paste_raw(t);
	else if (what < 980)
		pty_resize(&t->seat, 1 + (int)any(t, ROWS_MOST),
			   1 + (int)any(t, COLS_MOST));
	else if (what < 990)
		pty_resize(&t->seat, 1 + (int)any(t, 30), 1 + (int)any(t, 90));
	else if (what < 995)
		stop(t);
	else
		tempt(t);
}

static void
torture(struct torture *t)
{
	int64_t begun = pty_now_ms();

	start(t);
	for (long i = 0; i < t->events; i++) {
		one_event(t);
		breathe(t, QUIET_MS);
		assert_string_equal(t->obeyed.strange, "");
		if (!pty_ended(&t->seat, 1, 0))
			continue;
		/* Somebody has parked the room; it is taken up again. */
		check_left(t, HELD);
		t->parked++;
		pty_hang_up(&t->seat);
		start(t);
	}
	kill(t->seat.pid, SIGTERM);
	assert_true(pty_ended(&t->seat, 1, pty_patience_ms(60 * SECOND)));
	check_left(t, TOLD);
	print_message("%ld events in %ld ms: %ld times parked, %ld stopped, "
		      "%lld sequences at last, %lld bells\n",
		      t->events, (long)(pty_now_ms() - begun), t->parked,
		      t->stopped, (long long)t->obeyed.sequences,
		      (long long)t->obeyed.bells);
}

/* Plans were opened, none was confirmed, nothing was begun. */
static void
check_journal(struct torture *t)
{
	static const char *const acts[] = {
		"\"state\":\"confirmed\"", "\"state\":\"intent\"",
		"\"state\":\"acting\"",	   "\"state\":\"verified\"",
		"\"state\":\"unknown\"",   "\"state\":\"undone\"",
		"\"state\":\"running\"",
	};
	char *journal = pty_journal(&t->seat);

	assert_non_null(journal);
	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++)
		CHECK_ROW(acts[i], strstr(journal, acts[i]) == NULL);
	CHECK_ROW("plans were opened",
		  strstr(journal, "\"state\":\"armed\"") != NULL);
	mem_free(journal);
}

static void
prepare(struct torture *t)
{
	*t = (struct torture){
		.random = (uint64_t)number_of("TORTURE_SEED", 7) *
			  0x9e3779b97f4a7c15U,
		.events = number_of("TORTURE", EVENTS) / 2,
	};
	pty_program();
	test_dir_make(t->dir);
	assert_true(fs_join(t->room, t->dir, "room"));
	assert_true(fs_join(t->book, t->dir, "book.yaml"));
}

static void
finish(struct torture *t)
{
	check_journal(t);
	pty_drop(&t->seat);
	test_dir_drop(t->dir);
}

static void
a_drill_lives_through_any_keys_and_does_nothing(void **state)
{
	static struct torture t;

	TEST_UNUSED(state);
	prepare(&t);
	torture(&t);
	finish(&t);
}

static void
a_hostile_peer_and_any_keys_neither_act_nor_are_obeyed(void **state)
{
	static struct torture t;
	char text[sizeof(book) + 64];

	TEST_UNUSED(state);
	prepare(&t);
	t.peer = peer_start(answers, sizeof(answers) / sizeof(answers[0]));
	str_printf(text, sizeof(text), book, peer_url(t.peer));
	test_file_write(t.book, text);
	torture(&t);
	assert_true(peer_count(t.peer, "GET /health") > 0);
	assert_true(peer_count(t.peer, "GET /evil") > 0);
	assert_int_equal(peer_count(t.peer, "PATCH"), 0);
	assert_int_equal(peer_strays(t.peer), 0);
	finish(&t);
	peer_stop(t.peer);
}

/* The watch itself: each of these would have been seen. */
static void
what_a_terminal_would_obey_is_seen(void **state)
{
	static const char *const evil[] = {
		"\033]0;own\007",    "\033[6n",	       "\033[c",
		"\033P+q\033\\",     "\302\2336n",     "\033[?1000h",
		"\033]2;own\033\\",  "\033#8",	       "\001",
		"\033]52;c;x\033\\", "\033[5;1\0011H", "\177",
	};
	static const char fine[] = "\033[?1049h\033[1;5H\033[38;5;9mNO-GO "
				   "\302\267 \342\226\214\033(B\033[m\r\n"
				   "\033]2;GO LIVE night\033\\";
	struct obeyed o;

	TEST_UNUSED(state);
	for (size_t i = 0; i < sizeof(evil) / sizeof(evil[0]); i++) {
		obeyed_begin(&o);
		o.on_other_screen = true;
		obeyed_take(&o, evil[i], strlen(evil[i]));
		CHECK_ROW("evil", o.strange[0] != '\0');
	}
	obeyed_begin(&o);
	obeyed_take(&o, fine, strlen(fine));
	assert_string_equal(o.strange, "");
	assert_true(o.on_other_screen);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_terminal_would_obey_is_seen),
		cmocka_unit_test(
			a_drill_lives_through_any_keys_and_does_nothing),
		cmocka_unit_test(
			a_hostile_peer_and_any_keys_neither_act_nor_are_obeyed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
