/* engine: the control socket under friends, strangers and noise. */
#include "tests/unit/engine_edit.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/rng.h"
#include "engine/control.h"
#include "engine/control_place.h"
#include "engine/control_talk.h"

#define PATIENCE_MS 5000
#define CROWD 50
#define NOISE 400

static struct live_night night;
static struct control *control;

static const struct edit two_persons[] = {
	{ "takes: 1s\n    confirm: phrase",
	  "takes: 1s\n    confirm: two_person" },
};

/* The picture as of now: this thread alone turns the director. */
static struct snapshot *latest;
static struct lock latest_lock = LOCK_STATIC;

static void
keep_latest(void *ctx, struct snapshot *s)
{
	struct snapshot *old;

	TEST_UNUSED(ctx);
	lock_take(&latest_lock);
	old = latest;
	latest = s;
	lock_drop(&latest_lock);
	snapshot_drop(old);
}

static struct snapshot *
look(void *ctx)
{
	struct snapshot *s;

	TEST_UNUSED(ctx);
	lock_take(&latest_lock);
	s = snapshot_take(latest);
	lock_drop(&latest_lock);
	return s;
}

static void
pass_on(void *ctx, int64_t client, bool ok, const char *text)
{
	TEST_UNUSED(ctx);
	control_reply(control, client, ok, text);
}

static void
start_control(void)
{
	const struct control_options o = {
		.dir = night.desk.dir,
		.inbox = night.desk.director.inbox,
		.look = look,
	};
	struct err e = { .code = ERR_NONE };

	CHECK_OK(control_start(&control, &o, &e), &e);
	night.desk.director.reply = pass_on;
}

static void
begin(void)
{
	night_start_edited(&night, NULL, 0, two_persons, 1);
	night.desk.director.publish = keep_latest;
	night_arm(&night, "publish");
	director_publish(&night.desk.director);
	start_control();
}

static void
end(void)
{
	control_stop(control);
	control = NULL;
	night_stop(&night);
	snapshot_drop(latest);
	latest = NULL;
}

static int
visit(void)
{
	struct err e = { .code = ERR_NONE };
	int fd;

	CHECK_OK(control_connect(&fd, night.desk.dir, &e), &e);
	return fd;
}

static void
say(int fd, const char *text)
{
	size_t len = strlen(text);

	assert_int_equal(send(fd, text, len, MSG_NOSIGNAL), (ssize_t)len);
}

/* What is heard until the end of the line or the end; the director turns
 * meanwhile. */
static const char *
hear(int fd)
{
	static char heard[65536];
	int64_t until_us = clock_real_us() + PATIENCE_MS * 1000LL;
	size_t len = 0;

	while (clock_real_us() < until_us && len + 1 < sizeof(heard)) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		struct message *m = queue_take(night.desk.director.inbox, 0);
		ssize_t n;

		if (m != NULL)
			director_turn(&night.desk.director, m);
		if (poll(&p, 1, 5) <= 0)
			continue;
		n = recv(fd, heard + len, sizeof(heard) - 1 - len, 0);
		if (n <= 0)
			break;
		len += (size_t)n;
	}
	heard[len] = '\0';
	close(fd);
	return heard;
}

static const char *
ask(const char *line)
{
	int fd = visit();

	say(fd, line);
	return hear(fd);
}

static void
a_plan_is_told_and_its_account_is_known(void **state)
{
	const char *answer;

	TEST_UNUSED(state);
	begin();
	answer = ask("{\"ask\":\"plan\",\"step\":\"publish\"}\n");
	CHECK_HOLDS(answer, "\"ok\":true");
	CHECK_HOLDS(answer, night.desk.director.room->prompt.digest);
	CHECK_HOLDS(answer, "\"phrase\":\"APPROVE PUBLISH prod us-east-1\"");
	CHECK_HOLDS(answer, "\"own_account\":true");
	CHECK_HOLDS(answer, "PATCH");
	CHECK_HOLDS(ask("{\"ask\":\"plan\",\"step\":\"tell\"}\n"),
		    "another one");
	CHECK_HOLDS(ask("{\"ask\":\"plan\",\"step\":\"nothing\"}\n"),
		    "no such step");
	end();
}

/* The kernel says who came: whatever the request claims, this process is the
 * commander's account. */
static void
the_own_account_cannot_approve(void **state)
{
	char line[512];

	TEST_UNUSED(state);
	begin();
	str_printf(line, sizeof(line),
		   "{\"ask\":\"approve\",\"step\":\"publish\",\"digest\":"
		   "\"%s\",\"phrase\":\"APPROVE PUBLISH prod us-east-1\","
		   "\"uid\":4242,\"who\":\"bob\"}\n",
		   night.desk.director.room->prompt.digest);
	CHECK_HOLDS(ask(line), "commander's own account");
	assert_int_equal(desk_records(&night.desk, "approval", ""), 0);
	end();
}

static void
an_approval_needs_this_plan_and_its_phrase(void **state)
{
	static const struct {
		const char *digest, *phrase, *why;
	} rows[] = {
		{ "00", "APPROVE PUBLISH prod us-east-1", "has moved" },
		{ NULL, "APPROVE PUBLISH prod", "type exactly" },
		{ NULL, "", "type exactly" },
		{ NULL, "PUBLISH prod us-east-1", "type exactly" },
	};
	char line[512];

	TEST_UNUSED(state);
	begin();
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		str_printf(line, sizeof(line),
			   "{\"ask\":\"approve\",\"step\":\"publish\","
			   "\"digest\":\"%s\",\"phrase\":\"%s\"}\n",
			   rows[i].digest != NULL
				   ? rows[i].digest
				   : night.desk.director.room->prompt.digest,
			   rows[i].phrase);
		CHECK_HOLDS(ask(line), rows[i].why);
	}
	end();
}

/* A key is heard only when the runbook names whose it is. */
static void
a_signature_without_approvers_is_refused(void **state)
{
	char line[512];

	TEST_UNUSED(state);
	begin();
	str_printf(line, sizeof(line),
		   "{\"ask\":\"approve\",\"step\":\"publish\",\"digest\":"
		   "\"%s\",\"phrase\":\"APPROVE PUBLISH prod us-east-1\","
		   "\"signature\":\"-----BEGIN SSH SIGNATURE-----\"}\n",
		   night.desk.director.room->prompt.digest);
	CHECK_HOLDS(ask(line), "names no approvers");
	night.desk.book->approvers =
		mem_text("bob ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIH3Qx1\n");
	CHECK_HOLDS(ask(line), "signature is nobody's");
	assert_int_equal(desk_records(&night.desk, "approval", ""), 0);
	end();
}

static void
noise_gets_a_word_or_an_end_and_leaves_nothing(void **state)
{
	static const char *const shapes[] = {
		"\n",
		"{}\n",
		"[]\n",
		"null\n",
		"{\"ask\":\"plan\"}\n",
		"{\"ask\":1,\"step\":[]}\n",
		"{\"ask\":\"plan\",\"ask\":\"plan\",\"step\":\"publish\"}\n",
		"{\"ask\":\"close\",\"step\":\"publish\"}\n",
		"{\"ask\":\"approve\",\"step\":\"publish\"}\n",
		"{\"ask\":\"plan\",\"step\":\"\\u0000\"}\n",
		"GET / HTTP/1.1\r\n\r\n",
		"\xff\xfe\n",
	};

	TEST_UNUSED(state);
	begin();
	for (size_t i = 0; i < ARRAY_LEN(shapes); i++)
		CHECK_ROW(shapes[i],
			  strstr(ask(shapes[i]), "\"ok\":false") != NULL);
	CHECK_HOLDS(ask("{\"ask\":\"plan\",\"step\":\"publish\"}\n"),
		    "\"ok\":true");
	assert_int_equal(desk_records(&night.desk, "approval", ""), 0);
	end();
}

/* Bytes of every kind and length, some of them never read, some clients gone
 * in the middle. */
static void
a_flood_of_bytes_is_outlived(void **state)
{
	static char bytes[CONTROL_LINE * 2];
	struct rng r;

	TEST_UNUSED(state);
	begin();
	rng_seed(&r, 7);
	for (int i = 0; i < NOISE; i++) {
		size_t len = (size_t)rng_below(&r, i % 20 == 0 ? sizeof(bytes)
							       : 200);
		int fd = visit();

		for (size_t n = 0; n < len; n++)
			bytes[n] = (char)rng_below(&r, 256);
		(void)!send(fd, bytes, len, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (i % 3 == 0)
			shutdown(fd, SHUT_WR);
		close(fd);
	}
	CHECK_HOLDS(ask("{\"ask\":\"plan\",\"step\":\"publish\"}\n"),
		    "\"ok\":true");
	memset(bytes, 'x', sizeof(bytes));
	bytes[sizeof(bytes) - 1] = '\0';
	{
		int fd = visit();

		(void)!send(fd, bytes, sizeof(bytes) - 1, MSG_NOSIGNAL);
		CHECK_HOLDS(hear(fd), "16 KiB");
	}
	assert_int_equal(desk_records(&night.desk, "approval", ""), 0);
	end();
}

static void
fifty_come_at_once_and_all_are_answered(void **state)
{
	int fds[CROWD];

	TEST_UNUSED(state);
	begin();
	for (int i = 0; i < CROWD; i++)
		fds[i] = visit();
	for (int i = 0; i < CROWD; i++)
		say(fds[i], "{\"ask\":\"plan\",");
	for (int i = 0; i < CROWD; i++)
		say(fds[i], "\"step\":\"publish\"}\n");
	for (int i = 0; i < CROWD; i++)
		CHECK_HOLDS(hear(fds[i]), "\"ok\":true");
	end();
}

/* One account cannot keep all others out. */
static void
an_account_that_takes_every_place_is_told_so(void **state)
{
	enum { MANY = 100 };
	int fds[MANY], refused = 0;

	TEST_UNUSED(state);
	begin();
	for (int i = 0; i < MANY; i++)
		fds[i] = visit();
	for (int i = 64; i < MANY; i++)
		refused += strstr(hear(fds[i]), "too much") != NULL;
	assert_int_equal(refused, MANY - 64);
	for (int i = 0; i < 64; i++)
		close(fds[i]);
	CHECK_HOLDS(ask("{\"ask\":\"plan\",\"step\":\"publish\"}\n"),
		    "\"ok\":true");
	end();
}

static void
socket_path(char to[FS_PATH])
{
	assert_true(fs_join(to, night.desk.dir, CONTROL_NAME));
}

static unsigned
socket_mode(void)
{
	char path[FS_PATH];
	struct stat st;

	socket_path(path);
	assert_int_equal(lstat(path, &st), 0);
	assert_true(S_ISSOCK(st.st_mode));
	return (unsigned)st.st_mode & 07777u;
}

/* The folder says who may come, whatever the umask. */
static void
its_mode_is_what_the_folder_says(void **state)
{
	static const struct {
		mode_t folder;
		unsigned socket;
	} rows[] = { { 0700, 0600 },
		     { 0710, 0660 },
		     { 0750, 0660 },
		     { 0711, 0660 },
		     { 0701, 0600 } };

	TEST_UNUSED(state);
	begin();
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		for (int open = 0; open <= 1; open++) {
			mode_t before = umask(open ? 0 : 0777);

			control_stop(control);
			assert_int_equal(chmod(night.desk.dir, rows[i].folder),
					 0);
			start_control();
			umask(before);
			assert_int_equal(socket_mode(), rows[i].socket);
		}
	end();
}

static void
what_a_dead_console_left_is_replaced(void **state)
{
	char path[FS_PATH];
	int fd;

	TEST_UNUSED(state);
	begin();
	control_stop(control);
	socket_path(path);
	fd = open(night.desk.dir, O_RDONLY | O_DIRECTORY);
	assert_true(fd >= 0);
	{
		struct sockaddr_un a = { .sun_family = AF_UNIX };
		int dead = socket(AF_UNIX, SOCK_STREAM, 0);

		str_printf(a.sun_path, sizeof(a.sun_path),
			   "/proc/self/fd/%d/" CONTROL_NAME, fd);
		assert_int_equal(bind(dead, (struct sockaddr *)&a, sizeof(a)),
				 0);
		close(dead);
	}
	close(fd);
	start_control();
	CHECK_HOLDS(ask("{\"ask\":\"plan\",\"step\":\"publish\"}\n"),
		    "\"ok\":true");
	end();
}

static void
what_is_no_socket_is_never_replaced(void **state)
{
	const struct control_options o = {
		.dir = night.desk.dir,
		.look = look,
	};
	struct err e = { .code = ERR_NONE };
	char path[FS_PATH], *text;

	TEST_UNUSED(state);
	begin();
	control_stop(control);
	socket_path(path);
	test_file_write(path, "mine");
	CHECK_FAILS(control_start(&control, &o, &e), ERR_INPUT, &e,
		    "is no socket");
	text = test_file_read(path);
	assert_string_equal(text, "mine");
	mem_free(text);
	assert_int_equal(unlink(path), 0);
	end();
}

static bool
is_reached(void)
{
	struct err e = { .code = ERR_NONE };
	int fd;

	if (control_connect(&fd, night.desk.dir, &e) != ERR_NONE)
		return false;
	close(fd);
	return true;
}

/* Taken away, or another socket put in its place: the name comes back. */
static void
a_name_that_was_taken_comes_back(void **state)
{
	int64_t until_us;
	char path[FS_PATH], *text;

	TEST_UNUSED(state);
	begin();
	socket_path(path);
	assert_int_equal(unlink(path), 0);
	assert_false(is_reached());
	until_us = clock_real_us() + PATIENCE_MS * 1000LL;
	while (!is_reached() && clock_real_us() < until_us)
		usleep(20000);
	CHECK_HOLDS(ask("{\"ask\":\"plan\",\"step\":\"publish\"}\n"),
		    "\"ok\":true");
	assert_int_equal(unlink(path), 0);
	test_file_write(path, "mine");
	control_stop(control); /* takes away only what is its own */
	control = NULL;
	text = test_file_read(path);
	assert_string_equal(text, "mine");
	mem_free(text);
	assert_int_equal(unlink(path), 0);
	end();
}

static void
a_room_far_down_the_tree_is_reached(void **state)
{
	char deep[FS_PATH], dir[FS_PATH];
	struct err e = { .code = ERR_NONE };
	struct control_options o = { .dir = deep, .look = look };
	struct control *far;
	int fd;

	TEST_UNUSED(state);
	begin();
	test_dir_make(dir);
	str_copy(deep, sizeof(deep), dir);
	while (strlen(deep) < 300)
		assert_true(str_printf(deep + strlen(deep),
				       sizeof(deep) - strlen(deep),
				       "/a-folder-with-a-long-name"));
	CHECK_OK(fs_make_dirs(deep, 0700, &e), &e);
	o.inbox = night.desk.director.inbox;
	CHECK_OK(control_start(&far, &o, &e), &e);
	CHECK_OK(control_connect(&fd, deep, &e), &e);
	close(fd);
	control_stop(far);
	CHECK_FAILS(control_connect(&fd, deep, &e), ERR_ABSENT, &e,
		    "nobody holds");
	test_dir_drop(dir);
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plan_is_told_and_its_account_is_known),
		cmocka_unit_test(the_own_account_cannot_approve),
		cmocka_unit_test(an_approval_needs_this_plan_and_its_phrase),
		cmocka_unit_test(a_signature_without_approvers_is_refused),
		cmocka_unit_test(
			noise_gets_a_word_or_an_end_and_leaves_nothing),
		cmocka_unit_test(a_flood_of_bytes_is_outlived),
		cmocka_unit_test(fifty_come_at_once_and_all_are_answered),
		cmocka_unit_test(an_account_that_takes_every_place_is_told_so),
		cmocka_unit_test(its_mode_is_what_the_folder_says),
		cmocka_unit_test(what_a_dead_console_left_is_replaced),
		cmocka_unit_test(what_is_no_socket_is_never_replaced),
		cmocka_unit_test(a_name_that_was_taken_comes_back),
		cmocka_unit_test(a_room_far_down_the_tree_is_reached),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
