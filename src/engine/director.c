/*
 * director - the inbox, the ticks, and the only way a room changes.
 *
 * One turn: take a message or wait until something is due; handle it; judge,
 * flush, run timers; publish a snapshot when something changed.  Nothing here
 * waits for the network (actors do) or for a terminal (screens take
 * snapshots).
 */
#include "engine/director.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"

#define TURN_MS 100	       /* room time between two looks at the timers */
#define IDLE_MS 5000	       /* the same when nothing is under way */
#define SYNC_EVERY_MS 2000     /* records that need not be durable at once */
#define PUBLISH_EVERY_US 50000 /* between snapshots nobody waits for */
#define JUMP_MS 2000	       /* a wall clock that moves more is recorded */

int64_t
director_now_ms(const struct director *d)
{
	return d->base_ms + (clock_ms() - d->start_ms);
}

void
director_notice(struct director *d, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(d->notice, sizeof(d->notice), fmt, args);
	va_end(args);
	d->notice_id++;
	d->dirty = true;
	d->urgent = true;
}

/* Is this what a person waits for: a plan to be answered, an end? */
static bool
wants_eyes(const struct record *r)
{
	enum step_state state;

	switch (r->kind) {
	case RECORD_STEP:
	case RECORD_UNDO:
		return !step_parse(record_get(r, "state"), &state) ||
		       !step_is_running(state);
	case RECORD_ROLLBACK:
	case RECORD_DECISION:
		return true;
	default:
		return false;
	}
}

void
director_die(struct director *d, const char *why)
{
	if (d->dead)
		return;
	d->dead = true;
	d->over = true;
	errand_cancel_all(d);
	director_notice(d,
			"%s.  Nothing more will be done; mend it and start "
			"again: the room resumes",
			why);
}

/* What could not be read again is never written: the room would be lost with
 * it.  A fault of ours: what was under way is read back at the next start. */
static bool
may_come(struct director *d, const struct record *r)
{
	char why[SNAPSHOT_NOTICE];
	struct err e;

	if (room_judge(d->room, r, &e) == ERR_NONE)
		return true;
	str_printf(why, sizeof(why), "not written, a fault of warroom: %s",
		   e.text);
	director_die(d, why);
	return false;
}

/* Stamps it, brings it to the journal and takes it in. */
static bool
write_record(struct director *d, struct record *r)
{
	struct err e;

	if (d->dead)
		return false;
	r->seq = d->room->records + 1;
	r->wall_ms = clock_wall_ms();
	r->at_ms = director_now_ms(d);
	if (r->at_ms < d->room->last_ms)
		r->at_ms = d->room->last_ms;
	if (!may_come(d, r))
		return false;
	if (journal_append(d->journal, r, &e) != ERR_NONE) {
		director_die(d, e.text);
		return false;
	}
	room_take(d->room, r);
	return true;
}

bool
director_emit(struct director *d, struct record *r)
{
	bool good;

	assert(r->kind < RECORD_KIND_COUNT);
	good = write_record(d, r);
	if (good) {
		log_line("engine", "record %" PRId64 " %s", r->seq,
			 record_rows[r->kind].word);
		d->dirty = true;
		d->urgent = d->urgent || wants_eyes(r);
	}
	record_clear(r);
	return good;
}

void
director_key(const struct director *d, char *to, size_t size, const char *what,
	     const char *direction)
{
	char opened[32], hex[DIGEST_HEX];

	str_printf(opened, sizeof(opened), "%" PRId64, d->room->opened_wall_ms);
	digest_parts(hex,
		     (struct digest_part[]){
			     { d->room->name, strlen(d->room->name) + 1 },
			     { opened, strlen(opened) + 1 },
			     { what, strlen(what) + 1 },
			     { direction, strlen(direction) + 1 } },
		     4);
	hex[24] = '\0';
	str_printf(to, size, "wr-%s-%s", direction, hex);
}

void
director_request(struct director *d, const char *field, const char *name,
		 const struct action_event *event)
{
	struct record r;

	if (event->method[0] == '\0')
		return;
	record_init(&r, RECORD_REQUEST, "actor");
	record_text(&r, field, name);
	record_text(&r, "method", event->method);
	record_text(&r, "url", event->url);
	record_int(&r, "status", event->status);
	record_int(&r, "took_ms", event->took_us / 1000);
	record_int(&r, "attempt", event->attempt);
	record_text(&r, "detail", event->detail);
	record_text(&r, "sent", event->sent);
	record_text(&r, "answer", event->answer);
	director_emit(d, &r);
}

static void
note(struct director *d, const struct command *c)
{
	struct record r;

	record_init(&r, RECORD_NOTE, d->options.commander);
	record_text(&r, "text", c->text);
	director_emit(d, &r);
}

static void
park(struct director *d, const char *why)
{
	if (d->parking)
		return;
	d->parking = true;
	str_copy(d->park_why, sizeof(d->park_why), why);
	runner_decline(d, why);
	runner_end_paused(d);
	errand_drop(d, PURPOSE_KEPT);
	errand_drop(d, PURPOSE_BASELINE);
	/* One that was confirmed begins, should nothing have moved. */
	if (d->room->rollback == ROLLBACK_ARMED &&
	    !errand_is_out(d, PURPOSE_UNDO_RECHECK))
		rollback_decline(d);
}

/* What the night comes to when a person ends it. */
static int
close_code(const struct room *r)
{
	int code = 0;

	if (room_is_rolled_back(r))
		return 5;
	if (r->rollback == ROLLBACK_HALTED)
		return 6;
	for (size_t i = 0; i < r->book->step_count; i++)
		if (r->steps[i].state == STEP_UNKNOWN)
			return 6;
		else if (!room_step_is_past(r, i))
			code = 1;
	return code;
}

static void
close_room(struct director *d, const struct command *c)
{
	struct record r;

	if (runner_is_busy(d) || rollback_is_running(d)) {
		director_notice(d, "an act is under way: the room cannot be "
				   "closed now");
		return;
	}
	judge_flush(d);
	record_init(&r, RECORD_CLOSE, d->options.commander);
	record_int(&r, "code",
		   c->duration_ms > 0 ? c->duration_ms : close_code(d->room));
	record_text(&r, "why", c->text);
	if (director_emit(d, &r))
		d->over = true;
}

static void
confirm(struct director *d, const struct command *c)
{
	if (!d->room->prompt.open)
		director_notice(d, "nothing waits for a confirm");
	else if (d->room->prompt.step >= 0)
		runner_confirm(d, c);
	else
		rollback_confirm(d, c);
}

static void
decline(struct director *d)
{
	if (errand_is_out(d, PURPOSE_UNDO_ARM) ||
	    d->room->rollback == ROLLBACK_ARMED ||
	    d->room->rollback == ROLLBACK_PROPOSED)
		rollback_decline(d);
	else if (d->room->prompt.open || errand_is_out(d, PURPOSE_ARM))
		runner_decline(d, "declined");
	else
		director_notice(d, "nothing is declined: no plan is open");
}

/* A step that may be tried again; one that is over can only be meant as what
 * is taken back. */
static bool
names_open_step(const struct director *d, const char *name)
{
	int step = runner_step_named(d, name);

	return step >= 0 && !step_is_over(d->room->steps[step].state);
}

static void
retry_step(struct director *d, const struct command *c)
{
	bool was_out = errand_is_out(d, PURPOSE_ARM);

	if (rollback_is_running(d)) {
		director_notice(d,
				"step %s cannot be tried again while a "
				"rollback is %s; retry without a name is about "
				"the rollback",
				c->target, rollback_word(d->room->rollback));
		return;
	}
	runner_person(d, c);
	if (d->room->rollback == ROLLBACK_HALTED && !was_out &&
	    errand_is_out(d, PURPOSE_ARM))
		director_notice(d,
				"the plan of step %s comes; the rollback is "
				"still halted: retry without a name goes on "
				"with it",
				c->target);
}

static void
retry(struct director *d, const struct command *c)
{
	bool runs = rollback_is_running(d);

	if (d->room->rollback == ROLLBACK_VALIDATING)
		rollback_look_again(d, c->target);
	else if (names_open_step(d, c->target))
		retry_step(d, c);
	else if (d->room->rollback == ROLLBACK_HALTED ||
		 (!rollback_go_on(d) && runs))
		rollback_retry(d);
	else if (!runs)
		runner_person(d, c);
}

static void
handle_command(struct director *d, const struct command *c)
{
	switch (c->verb) {
	case COMMAND_ARM:
		runner_arm(d, c);
		break;
	case COMMAND_ROLLBACK:
		/* What a person asks for, a person confirms. */
		if (!errand_is_out(d, PURPOSE_UNDO_ARM))
			d->rollback.by_breach = false;
		rollback_ask(d, c->text, "asked for by the commander");
		break;
	case COMMAND_CONFIRM:
		confirm(d, c);
		break;
	case COMMAND_DECLINE:
		decline(d);
		break;
	case COMMAND_RETRY:
		retry(d, c);
		break;
	case COMMAND_ABORT:
	case COMMAND_FAIL:
		if (rollback_is_running(d))
			rollback_give_up(d, c);
		else
			runner_person(d, c);
		break;
	case COMMAND_PAUSE:
	case COMMAND_RESUME:
		runner_pause(d, c);
		break;
	case COMMAND_DONE:
		if (!rollback_person_done(d, c))
			runner_person(d, c);
		break;
	case COMMAND_RECHECK:
	case COMMAND_SKIP:
		runner_person(d, c);
		break;
	case COMMAND_OVERRIDE:
		invariants_override(d, c);
		break;
	case COMMAND_ACK:
		judge_ack(d, c);
		break;
	case COMMAND_MUTE:
	case COMMAND_UNMUTE:
		judge_mute(d, c);
		break;
	case COMMAND_BASELINE:
		baseline_command(d, c);
		break;
	case COMMAND_NOTE:
		note(d, c);
		break;
	case COMMAND_PROBE:
		poller_now(d->poller, c->target[0] ? c->target : NULL);
		break;
	case COMMAND_PARK:
		park(d, c->text[0] ? c->text : "left by the commander");
		break;
	case COMMAND_CLOSE:
		close_room(d, c);
		break;
	case COMMAND_COUNT:
		assert(0 && "not a command");
	}
}

static void
console_lost(struct director *d, const char *why)
{
	struct record r;

	if (d->parking)
		return;
	record_init(&r, RECORD_CONSOLE, "director");
	record_text(&r, "state", "lost");
	record_text(&r, "why", why);
	if (director_emit(d, &r))
		park(d, why);
}

/* The rollback is within reach as long as somebody sits here, also while the
 * act in hand keeps the room from being parked. */
static void
stay(struct director *d)
{
	if (!d->parking || d->room->console_lost)
		return;
	d->parking = false;
	director_notice(d, "not parked: the rollback was asked for");
}

static void
handle(struct director *d, struct message *m)
{
	switch (m->kind) {
	case MESSAGE_COMMAND:
		judge_now(d); /* no command meets a decision grown old */
		if (m->command.verb == COMMAND_ROLLBACK)
			stay(d);
		if (!d->parking)
			handle_command(d, &m->command);
		break;
	case MESSAGE_APPROVAL:
		judge_now(d);
		second_take(d, &m->approval);
		break;
	case MESSAGE_REPORT:
		judge_take_report(d, m->report);
		break;
	case MESSAGE_EVENT:
		errand_event(d, m);
		break;
	case MESSAGE_END:
		judge_now(d); /* nor does what it was waited for */
		errand_end(d, m);
		break;
	case MESSAGE_LOST:
		console_lost(d, m->why);
		break;
	}
	message_free(m);
}

/* A parked room waits for what was begun: the step in hand, or a rollback
 * that was confirmed, unless that waits for a person to say that they have done
 * their part: nobody sits here who could, and who comes next is asked. */
static void
finish_parking(struct director *d)
{
	struct record r;

	if (!d->parking || d->over || errand_any(d) ||
	    (rollback_is_running(d) && room_awaits_person(d->room) < 0))
		return;
	if (d->waiting_step >= 0)
		runner_move(d, (size_t)d->waiting_step, STEP_FAILED,
			    "the room was parked while this waited");
	d->waiting_step = -1;
	judge_flush(d);
	record_init(&r, RECORD_PARKED, "director");
	record_text(&r, "why", d->park_why);
	director_emit(d, &r);
	d->over = true;
}

static void
watch_wall_clock(struct director *d)
{
	int64_t offset = clock_wall_ms() - clock_real_us() / 1000;
	int64_t jump = offset - d->wall_offset_ms;
	struct record r;

	if (jump > -JUMP_MS && jump < JUMP_MS)
		return;
	d->wall_offset_ms = offset;
	record_init(&r, RECORD_CLOCK, "director");
	record_int(&r, "jump_ms", jump);
	director_emit(d, &r);
}

static void
sync_records(struct director *d)
{
	struct err e = { .code = ERR_NONE };
	int64_t now = director_now_ms(d);

	if (d->dead || now < d->next_sync_ms)
		return;
	d->next_sync_ms = now + SYNC_EVERY_MS;
	if (journal_sync(d->journal, &e) != ERR_NONE)
		director_die(d, e.text);
}

static struct snapshot_probe *
copy_probes(const struct director *d)
{
	if (d->book->probe_count == 0)
		return NULL;
	return mem_copy(d->probes, d->book->probe_count * sizeof(*d->probes));
}

/* A picture nobody waits for is not made while news lie there that will
 * change it, unless those never end. */
static bool
picture_is_due(const struct director *d, int64_t now_us)
{
	int64_t age_us = now_us - d->last_publish_us;

	if (d->urgent)
		return true;
	if (age_us < PUBLISH_EVERY_US)
		return false;
	return age_us >= 2 * PUBLISH_EVERY_US || queue_len(d->inbox) == 0;
}

static void
publish(struct director *d, bool at_once)
{
	int64_t now_us = clock_real_us();
	struct snapshot *s;

	if (!d->dirty || (!at_once && !picture_is_due(d, now_us)))
		return;
	s = snapshot_new(room_copy(d->room), copy_probes(d),
			 d->book->probe_count);
	s->now_ms = director_now_ms(d);
	s->made_real_us = now_us;
	s->is_held = !d->dead;
	str_copy(s->notice, sizeof(s->notice), d->notice);
	s->notice_id = d->notice_id;
	d->dirty = d->urgent = false;
	d->last_publish_us = now_us;
	d->publish(d->publish_ctx, s);
}

void
director_publish(struct director *d)
{
	publish(d, true);
}

void
director_turn(struct director *d, struct message *m)
{
	if (m != NULL)
		handle(d, m);
	watch_wall_clock(d);
	baseline_tick(d);
	judge_tick(d);
	errand_tick(d);
	runner_tick(d);
	rollback_tick(d);
	finish_parking(d);
	sync_records(d);
	publish(d, d->over);
}

/* Is anything on its way that a timer of no date of its own drives? */
static bool
is_under_way(const struct director *d)
{
	enum rollback_state s = d->room->rollback;

	return d->dirty || d->parking || d->waiting_step >= 0 || !d->settled ||
	       errand_any(d) ||
	       (s != ROLLBACK_NONE && s != ROLLBACK_VALIDATED &&
		s != ROLLBACK_HALTED && s != ROLLBACK_DECLINED);
}

/* Room time until the timers must be looked at, news apart. */
static int64_t
rest_ms(const struct director *d)
{
	int64_t left = d->next_judge_ms - director_now_ms(d);

	if (is_under_way(d) || left < TURN_MS)
		return TURN_MS;
	return left < IDLE_MS ? left : IDLE_MS;
}

void
director_run(struct director *d)
{
	while (!d->over) {
		int64_t until_us = clock_real_us() +
				   1000LL * clock_real_wait_ms(rest_ms(d));

		director_turn(d, queue_take(d->inbox, until_us));
	}
	publish(d, true);
}
