/* engine_actor - a thread that carries out errands one after the other. */
#include "tests/unit/action_patch.h"

#include "engine/actor.h"

#define INBOX 8

struct desk {
	struct scene scene;
	struct peer *peer;
	struct queue *inbox;
	struct actor *actor;
	const struct act *act;
	struct errand_order order;
};

static void
desk_open(struct desk *d, const struct peer_row *rows, size_t count)
{
	struct err e;

	d->peer = open_patch(&d->scene, rows, count);
	want_verify(&d->scene);
	d->inbox = queue_new(INBOX, message_free);
	d->act = &d->scene.act;
	d->order = (struct errand_order){
		.errand = ERRAND_PLAN,
		.id = 1,
		.env = &d->scene.env,
		.acts = &d->act,
		.act_count = 1,
	};
	CHECK_OK(actor_new(&d->actor, d->inbox, &e), &e);
}

static void
desk_close(struct desk *d)
{
	actor_join(d->actor);
	queue_free(d->inbox);
	close_all(&d->scene, d->peer);
}

static const struct peer_row old_row[] = {
	{ .expect = "GET", .body = IS_OLD, .always = true },
};

static void
each_errand_ends_with_one_message_under_its_own_number(void **state)
{
	struct desk d;

	TEST_UNUSED(state);
	desk_open(&d, old_row, ARRAY_LEN(old_row));
	for (int64_t id = 1; id <= 3; id++) {
		struct message *m;

		d.order.id = id;
		actor_send(d.actor, &d.order);
		m = queue_take(d.inbox, INT64_MAX);
		assert_non_null(m);
		assert_int_equal(m->kind, MESSAGE_END);
		assert_int_equal(m->errand_id, id);
		assert_int_equal(m->found_count, 1);
		assert_int_equal(m->found[0].code, ERR_NONE);
		assert_string_equal(m->found[0].plan.before, "v-1");
		message_free(m);
		assert_true(actor_may_go_again(d.actor));
	}
	assert_int_equal(queue_len(d.inbox), 0);
	assert_int_equal(peer_count(d.peer, "GET"), 3);
	desk_close(&d);
}

static void
one_that_was_cancelled_ends_its_errand_and_takes_no_other(void **state)
{
	static const struct peer_row hangs[] = {
		{ .expect = "GET", .end = PEER_HANG, .always = true },
	};
	struct message *m;
	struct desk d;

	TEST_UNUSED(state);
	desk_open(&d, hangs, ARRAY_LEN(hangs));
	actor_send(d.actor, &d.order);
	assert_true(peer_wait(d.peer, "GET", 1));
	actor_cancel(d.actor);
	m = queue_take(d.inbox, INT64_MAX);
	assert_int_equal(m->found[0].code, ERR_CANCELLED);
	message_free(m);
	assert_false(actor_may_go_again(d.actor));
	desk_close(&d);
}

static void
one_that_waits_for_its_first_errand_can_be_sent_home(void **state)
{
	struct desk d;

	TEST_UNUSED(state);
	desk_open(&d, old_row, ARRAY_LEN(old_row));
	desk_close(&d);
	actor_join(NULL);
}

static void
only_a_plan_that_asks_nobody_is_made_in_place(void **state)
{
	struct message *m;
	struct desk d;

	TEST_UNUSED(state);
	desk_open(&d, old_row, ARRAY_LEN(old_row));
	assert_null(actor_plan(&d.order));
	settings_clear(&d.scene.act.with);
	scene_set(&d.scene, "endpoint", "platform");
	scene_set(&d.scene, "path", "/flows/1");
	scene_set(&d.scene, "method", "GET");
	assert_null(actor_plan(&d.order));
	settings_clear(&d.scene.act.with);
	scene_set(&d.scene, "endpoint", "platform");
	scene_set(&d.scene, "path", "/flows/1");
	scene_set(&d.scene, "method", "PATCH");
	m = actor_plan(&d.order);
	assert_non_null(m);
	assert_int_equal(m->errand_id, 1);
	assert_int_equal(m->found[0].code, ERR_NONE);
	assert_string_equal(m->found[0].plan.before, "?");
	message_free(m);
	d.order.errand = ERRAND_LOOK;
	assert_null(actor_plan(&d.order));
	assert_int_equal(peer_count(d.peer, ""), 0);
	desk_close(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			each_errand_ends_with_one_message_under_its_own_number),
		cmocka_unit_test(
			one_that_was_cancelled_ends_its_errand_and_takes_no_other),
		cmocka_unit_test(
			one_that_waits_for_its_first_errand_can_be_sent_home),
		cmocka_unit_test(only_a_plan_that_asks_nobody_is_made_in_place),
	};

	net_setup();
	clock_set_speed(SCENE_SPEED);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
