/* Synthetic calls as a step: what counts as right, and how they end. */
#include "tests/unit/action_scene.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/loop.h"
#include "net/sipmsg.h"

#define TEXT 8192

#define LEGS 1000

/* One call as the trunk has it; what comes again is the same call. */
struct leg {
	char id[64];
	char *invite;
	int status;
	bool is_up;
};

/* A trunk that does as it is told with each new call. */
struct trunk {
	int fd;
	char at[32];
	struct thread thread;
	atomic_bool stops;
	atomic_int refuses_from; /* calls behind the first so many get 503 */
	atomic_bool rings;	 /* and never answers */
	atomic_int calls, up, cancelled;
	struct leg legs[LEGS];
};

static void
respond(const struct trunk *t, const struct sockaddr_in *to,
	const char *request, int status)
{
	struct buf b;
	struct err e;

	buf_init(&b, TEXT);
	CHECK_OK(sipmsg_response(&b, request, strlen(request), status, "Word",
				 "t", "", &e),
		 &e);
	sendto(t->fd, b.data, b.len, 0, (const struct sockaddr *)to,
	       sizeof(*to));
	buf_clear(&b);
}

/* The call of that message, made when it is new; NULL: nobody's. */
static struct leg *
leg_of(struct trunk *t, const char *text, bool may_be_new)
{
	const char *id = strstr(text, "Call-ID: ");
	char name[64];
	int count = atomic_load(&t->calls);

	assert_non_null(id);
	str_copy_n(name, sizeof(name), id + 9, strcspn(id + 9, "\r\n"));
	for (int i = 0; i < count; i++)
		if (str_same(t->legs[i].id, name))
			return &t->legs[i];
	if (!may_be_new || count == LEGS)
		return NULL;
	str_copy(t->legs[count].id, sizeof(name), name);
	t->legs[count].invite = mem_text(text);
	t->legs[count].status = atomic_load(&t->rings)			 ? 180
				: count >= atomic_load(&t->refuses_from) ? 503
									 : 200;
	t->legs[count].is_up = t->legs[count].status == 200;
	atomic_fetch_add(&t->up, t->legs[count].is_up);
	atomic_store(&t->calls, count + 1);
	return &t->legs[count];
}

static void
answer(struct trunk *t, const struct sockaddr_in *from, const char *text)
{
	struct leg *leg = leg_of(t, text, str_starts(text, "INVITE "));

	if (leg == NULL || str_starts(text, "ACK "))
		return;
	if (str_starts(text, "INVITE ")) {
		respond(t, from, text, leg->status);
		return;
	}
	/* Counted first: whoever has the answer may look. */
	if (str_starts(text, "BYE ") && leg->is_up) {
		leg->is_up = false;
		atomic_fetch_sub(&t->up, 1);
	}
	respond(t, from, text, 200);
	if (str_starts(text, "CANCEL ")) {
		atomic_fetch_add(&t->cancelled, leg->status == 180);
		leg->status = 487;
		respond(t, from, leg->invite, 487);
	}
}

static void
serve(void *arg)
{
	struct trunk *t = arg;
	char text[TEXT];

	while (!atomic_load(&t->stops)) {
		struct sockaddr_in from;
		socklen_t size = sizeof(from);
		ssize_t n = recvfrom(t->fd, text, sizeof(text) - 1, 0,
				     (struct sockaddr *)&from, &size);

		if (n <= 1)
			continue;
		text[n] = '\0';
		answer(t, &from, text);
	}
}

static void
trunk_start(struct trunk *t)
{
	struct err e;
	int port;

	memset(t, 0, sizeof(*t));
	atomic_store(&t->refuses_from, LEGS);
	t->fd = test_bind_udp(&port);
	str_printf(t->at, sizeof(t->at), "127.0.0.1:%d", port);
	CHECK_OK(thread_start(&t->thread, "trunk", serve, t, &e), &e);
}

static void
trunk_stop(struct trunk *t)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t size = sizeof(at);

	atomic_store(&t->stops, true);
	getsockname(t->fd, (struct sockaddr *)&at, &size);
	sendto(t->fd, "x", 1, 0, (struct sockaddr *)&at, size);
	thread_join(&t->thread);
	close(t->fd);
	for (int i = 0; i < atomic_load(&t->calls); i++)
		mem_free(t->legs[i].invite);
}

struct night {
	struct scene scene;
	struct trunk trunk;
	struct peer *platform;
};

#define COUNTS(calls, right)                                                 \
	"{\"rows\":[{\"queue\":\"s\",\"calls\":" #calls ",\"right\":" #right \
	"}]}"

/* The queues are told of by these rows; none: not read. */
static void
open_calls(struct night *n, const struct peer_row *rows, size_t count,
	   const char *calls)
{
	trunk_start(&n->trunk);
	n->platform = peer_start(rows, count);
	scene_open(&n->scene, peer_url(n->platform));
	scene_endpoint(&n->scene, "new", "sip", n->trunk.at);
	str_copy(n->scene.act.kind, sizeof(n->scene.act.kind), "calls");
	scene_set(&n->scene, "endpoints", "[\"new\"]");
	scene_set(&n->scene, "to", "+4930123456");
	scene_set(&n->scene, "count", calls);
	/* Longer than the test may take: nothing ends by waiting. */
	scene_set(&n->scene, "answer_within", "1h");
	n->scene.job.timeout_ms = 36000000;
	if (count == 0)
		return;
	scene_set(&n->scene, "queues.endpoint", "platform");
	scene_set(&n->scene, "queues.path", "/q");
	scene_set(&n->scene, "queues.results", "/rows");
	scene_set(&n->scene, "queues.calls", "/calls");
	scene_set(&n->scene, "queues.right", "/right");
}

static void
close_calls(struct night *n)
{
	scene_close(&n->scene);
	peer_stop(n->platform);
	trunk_stop(&n->trunk);
}

static void
the_share_answered_decides_and_each_call_is_told(void **state)
{
	static const struct {
		int refuses_from;
		enum action_outcome outcome;
		const char *part;
	} rows[] = {
		{ 1000, OUTCOME_DONE, "20 of 20 calls answered (100 %" },
		{ 19, OUTCOME_DONE, "19 of 20 calls answered (95 %" },
		{ 18, OUTCOME_FAILED, "not met: 18 of 20 calls answered" },
		{ 0, OUTCOME_FAILED,
		  "0 of 20 calls answered (0 %, wanted >= "
		  "95 %); new: 503 Word" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct night n;
		int told = 0;

		open_calls(&n, NULL, 0, "20");
		atomic_store(&n.trunk.refuses_from, rows[i].refuses_from);
		scene_perform(&n.scene);
		CHECK_HOLDS(n.scene.result.detail, rows[i].part);
		assert_int_equal(n.scene.result.outcome, rows[i].outcome);
		for (int k = 0; k < n.scene.event_count; k++)
			told += str_same(n.scene.events[k].method, "INVITE");
		assert_int_equal(told, 20);
		assert_int_equal(atomic_load(&n.trunk.calls), 20);
		assert_int_equal(atomic_load(&n.trunk.up), 0);
		close_calls(&n);
	}
}

static void
only_what_is_told_of_these_calls_is_right(void **state)
{
	static const struct {
		const char *what, *before, *after;
		enum action_outcome outcome;
		const char *part;
	} rows[] = {
		{ "all but one", COUNTS(100, 10), COUNTS(120, 29), OUTCOME_DONE,
		  "19 to the right queue (95 %" },
		{ "too few", COUNTS(100, 100), COUNTS(120, 118), OUTCOME_FAILED,
		  "not met: 20 of 20 calls answered, 18 to the right queue" },
		{ "answered but never told of", COUNTS(100, 100),
		  COUNTS(110, 110), OUTCOME_FAILED,
		  "10 of 20 calls are told of" },
		{ "others called too", COUNTS(0, 0), COUNTS(900, 900),
		  OUTCOME_FAILED, "others are among them" },
		{ "fewer than before", COUNTS(100, 100), COUNTS(20, 20),
		  OUTCOME_FAILED, "fewer calls are told of than before" },
		{ "not told", COUNTS(0, 0), "{\"rows\":[{\"queue\":\"s\"}]}",
		  OUTCOME_FAILED, "no count" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct peer_row platform[] = {
			{ .expect = "GET /q", .body = rows[i].before },
			{ .expect = "GET /q",
			  .body = rows[i].after,
			  .always = true },
		};
		struct night n;

		open_calls(&n, platform, 2, "20");
		n.scene.job.timeout_ms = 300000; /* 3 s here */
		scene_set(&n.scene, "every", "100ms");
		scene_perform(&n.scene);
		CHECK_HOLDS(n.scene.result.detail, rows[i].part);
		CHECK_ROW(rows[i].what,
			  n.scene.result.outcome == rows[i].outcome);
		close_calls(&n);
	}
}

static void
without_a_way_to_read_the_queues_no_call_is_placed(void **state)
{
	static const struct peer_row gone = { .expect = "GET /q",
					      .status = 404,
					      .always = true };
	struct night n;

	(void)state;
	open_calls(&n, &gone, 1, "20");
	scene_perform(&n.scene);
	assert_int_equal(n.scene.result.outcome, OUTCOME_FAILED);
	CHECK_HOLDS(n.scene.result.detail, "no call was placed");
	assert_int_equal(atomic_load(&n.trunk.calls), 0);
	close_calls(&n);
}

static bool
has_rung(void *arg)
{
	struct night *n = arg;

	return atomic_load(&n->trunk.calls) >= 3;
}

static void
a_cancel_takes_down_every_call_and_places_no_more(void **state)
{
	struct night n;
	int calls;

	(void)state;
	open_calls(&n, NULL, 0, "1000");
	atomic_store(&n.trunk.rings, true);
	scene_start(&n.scene);
	assert_true(test_wait(has_rung, &n, 60000));
	cancel_raise(&n.scene.cancel);
	scene_join(&n.scene);
	calls = atomic_load(&n.trunk.calls);
	assert_int_equal(n.scene.result.outcome, OUTCOME_FAILED);
	CHECK_HOLDS(n.scene.result.detail,
		    "cut off, so that it proves nothing");
	assert_true(calls < 1000);
	assert_int_equal(atomic_load(&n.trunk.cancelled), calls);
	assert_int_equal(atomic_load(&n.trunk.up), 0);
	close_calls(&n);
}

struct heard {
	struct night *night;
	int calls; /* so many at least */
};

static bool
has_called(void *arg)
{
	const struct heard *h = arg;

	return atomic_load(&h->night->trunk.calls) >= h->calls;
}

/* All that were begun go on ringing: nothing but the resume ends the wait. */
static void
a_resume_begins_the_next_call_while_others_ring(void **state)
{
	struct night n;
	struct heard h = { .night = &n };

	(void)state;
	open_calls(&n, NULL, 0, "1000");
	scene_set(&n.scene, "every", "10s"); /* 100 ms here */
	atomic_store(&n.trunk.rings, true);
	scene_start(&n.scene);
	for (int round = 0; round < 3; round++) {
		h.calls = atomic_load(&n.trunk.calls) + 1;
		assert_true(test_wait(has_called, &h, 60000));
		cancel_pause(&n.scene.cancel);
		/* The next call's time comes and goes. */
		assert_true(cancel_sleep_ms(&n.scene.cancel, 20000));
		h.calls = atomic_load(&n.trunk.calls) + 1;
		cancel_resume(&n.scene.cancel);
		assert_true(test_wait(has_called, &h, 60000));
	}
	cancel_raise(&n.scene.cancel);
	scene_join(&n.scene);
	assert_int_equal(atomic_load(&n.trunk.up), 0);
	close_calls(&n);
}

static void
a_drill_calls_nobody_but_who_is_listed(void **state)
{
	struct night n;

	(void)state;
	open_calls(&n, NULL, 0, "20");
	fence_allow(&n.scene.fence, "127.0.0.1:1");
	scene_perform(&n.scene);
	assert_int_equal(n.scene.result.outcome, OUTCOME_FAILED);
	assert_false(n.scene.result.may_retry);
	assert_int_equal(atomic_load(&n.trunk.calls), 0);
	close_calls(&n);
}

static void
calls_keep_to_the_budget_of_their_trunk(void **state)
{
	struct budget_use use;
	struct night n;
	int64_t began_ms;

	(void)state;
	open_calls(&n, NULL, 0, "20");
	n.scene.book->endpoints[1].rate_per_minute = 60;
	n.scene.env.budget = budget_new(n.scene.book);
	scene_set(&n.scene, "every", "10ms");
	began_ms = clock_ms();
	scene_perform(&n.scene);
	assert_int_equal(n.scene.result.outcome, OUTCOME_DONE);
	budget_use(n.scene.env.budget, &n.scene.book->endpoints[1], &use);
	assert_int_equal(use.acts, 20);
	assert_true(use.share <= 1);
	/* Sixty a minute and a small burst: never twenty at once. */
	assert_true(use.put_off > 0 && clock_ms() - began_ms >= 1000);
	budget_free(n.scene.env.budget);
	n.scene.env.budget = NULL;
	close_calls(&n);
}

static void
its_plan_shows_whom_it_calls_and_places_none(void **state)
{
	static const struct peer_row told = { .expect = "GET /q",
					      .body = COUNTS(7, 7),
					      .always = true };
	struct action_plan plan;
	char detail[ACTION_DETAIL];
	struct night n;
	struct err e;

	(void)state;
	open_calls(&n, &told, 1, "20");
	CHECK_OK(action_plan(&n.scene.env, &n.scene.act, &n.scene.cancel, &plan,
			     &e),
		 &e);
	CHECK_HOLDS(plan.lines[0], "INVITE sip:+4930123456@127.0.0.1:");
	CHECK_HOLDS(plan.lines[1], "20 calls over 1 trunks in turn");
	CHECK_HOLDS(plan.lines[2], "right queue >= 95 % by GET http://");
	assert_string_equal(plan.before, "7 calls told of");
	assert_int_equal(action_readback(&n.scene.env, &n.scene.act,
					 &n.scene.cancel, detail,
					 sizeof(detail)),
			 LANDED_NO);
	assert_int_equal(atomic_load(&n.trunk.calls), 0);
	close_calls(&n);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			the_share_answered_decides_and_each_call_is_told),
		cmocka_unit_test(only_what_is_told_of_these_calls_is_right),
		cmocka_unit_test(
			without_a_way_to_read_the_queues_no_call_is_placed),
		cmocka_unit_test(
			a_cancel_takes_down_every_call_and_places_no_more),
		cmocka_unit_test(
			a_resume_begins_the_next_call_while_others_ring),
		cmocka_unit_test(a_drill_calls_nobody_but_who_is_listed),
		cmocka_unit_test(calls_keep_to_the_budget_of_their_trunk),
		cmocka_unit_test(its_plan_shows_whom_it_calls_and_places_none),
	};

	net_setup();
	clock_set_speed(SCENE_SPEED);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
