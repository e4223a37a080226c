/* replay - the night again from its journal: pause, seek, step, speed. */
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"
#include "cli/night.h"
#include "cli/tape.h"
#include "journal/journal.h"

#define FRAME_NS 100000000 /* a new picture ten times a second */
/* Taken at a time: what the room keeps for the screen must not run over. */
#define RECORDS_MOST (ROOM_TAIL / 2)
#define SPEED_LEAST 0.1
#define SPEED_MOST 1000.0

struct replay {
	struct tape *tape;
	const struct room *room; /* after `at` records; the tape's */
	size_t at;
	int64_t now_ms; /* room time that is shown */
	double speed;
	bool is_paused;
	int64_t since_us; /* real: now_ms was true then */
	double pace;	  /* of the room's time in its own night */
	int timer_fd;
	bool is_ticking, on_screen;
	char notice[200];
	uint64_t notice_id;
};

/* The wall clock of the night that is shown: the screen's only one, so that
 * what happened at 02:41 is shown as of 02:41. */
static int64_t shown_wall_ms;

static int64_t
shown_wall(void)
{
	return shown_wall_ms;
}

static bool
is_at_end(const struct replay *r)
{
	return r->at == tape_count(r->tape);
}

/* The room as of now_ms, at most RECORDS_MOST further on; time waits. */
static void
play_on(struct replay *r)
{
	int64_t now_us = clock_real_us();
	size_t to;

	if (!r->is_paused && !is_at_end(r))
		r->now_ms += (int64_t)((double)(now_us - r->since_us) *
				       r->speed / 1000.0);
	else
		r->is_paused |= r->on_screen && is_at_end(r);
	r->since_us = now_us;
	to = tape_find(r->tape, r->now_ms);
	if (to < r->at || r->is_paused)
		return;
	if (to - r->at > RECORDS_MOST) {
		to = r->at + RECORDS_MOST;
		r->now_ms = tape_time(r->tape, to - 1);
	}
	if (to == tape_count(r->tape) && to > 0)
		r->now_ms = tape_time(r->tape, to - 1);
	r->at = to;
	r->room = tape_room(r->tape, to);
}

/* A night that stands still wakes nobody. */
static void
tick(struct replay *r)
{
	const struct itimerspec frames = {
		.it_interval = { .tv_nsec = r->is_paused ? 0 : FRAME_NS },
		.it_value = { .tv_nsec = r->is_paused ? 0 : FRAME_NS },
	};

	if (r->is_ticking != r->is_paused)
		return;
	r->is_ticking = timerfd_settime(r->timer_fd, 0, &frames, NULL) == 0 &&
			!r->is_paused;
}

static struct snapshot *
look(void *with)
{
	struct replay *r = with;
	struct snapshot *s;
	uint64_t times;

	while (read(r->timer_fd, &times, sizeof(times)) > 0)
		continue;
	play_on(r);
	tick(r);
	shown_wall_ms =
		r->room->last_wall_ms +
		(int64_t)((double)(r->now_ms - r->room->last_ms) / r->pace);
	s = snapshot_new(room_copy(r->room), NULL, 0);
	s->now_ms = r->now_ms;
	/* Nothing goes on by itself behind this picture. */
	s->made_real_us = INT64_MAX;
	s->is_read_only = true;
	str_copy(s->notice, sizeof(s->notice), r->notice);
	s->notice_id = r->notice_id;
	return s;
}

static void
go_to(struct replay *r, size_t records, int64_t now_ms)
{
	r->at = records;
	r->room = tape_room(r->tape, records);
	r->now_ms = now_ms;
}

static void
step(struct replay *r, enum turn turn)
{
	size_t to = r->at;

	if (turn == TURN_STEP && !is_at_end(r))
		to++;
	else if (turn == TURN_BACK && to > 1)
		to--;
	r->is_paused = true;
	go_to(r, to, tape_time(r->tape, to - 1));
}

static void
seek(struct replay *r, int64_t to_ms)
{
	size_t last = tape_count(r->tape) - 1;
	int64_t begin_ms = tape_time(r->tape, 0);
	int64_t end_ms = tape_time(r->tape, last);

	if (to_ms < begin_ms)
		to_ms = begin_ms;
	if (to_ms > end_ms)
		to_ms = end_ms;
	go_to(r, tape_find(r->tape, to_ms), to_ms);
}

static void
say_where(struct replay *r)
{
	char at[16], all[16], speed[32];
	int64_t begin_ms = tape_time(r->tape, 0);

	str_duration(at, sizeof(at), r->now_ms - begin_ms);
	str_duration(all, sizeof(all),
		     tape_time(r->tape, tape_count(r->tape) - 1) - begin_ms);
	str_number(speed, sizeof(speed), r->speed);
	str_printf(r->notice, sizeof(r->notice),
		   "%s at %s of %s, record %zu of %zu, speed %s",
		   is_at_end(r)	  ? "at the end"
		   : r->is_paused ? "paused"
				  : "playing",
		   at, all, r->at, tape_count(r->tape), speed);
	r->notice_id++;
}

static void
turn(void *with, enum turn turn, int64_t ms)
{
	struct replay *r = with;

	play_on(r);
	switch (turn) {
	case TURN_PAUSE:
		r->is_paused = !r->is_paused;
		break;
	case TURN_STEP:
	case TURN_BACK:
		step(r, turn);
		break;
	case TURN_LATER:
		seek(r,
		     ms > INT64_MAX - r->now_ms ? INT64_MAX : r->now_ms + ms);
		break;
	case TURN_EARLIER:
		seek(r, r->now_ms - ms);
		break;
	case TURN_FASTER:
		r->speed =
			r->speed * 2 > SPEED_MOST ? SPEED_MOST : r->speed * 2;
		break;
	case TURN_SLOWER:
		r->speed =
			r->speed / 2 < SPEED_LEAST ? SPEED_LEAST : r->speed / 2;
		break;
	case TURN_BEGIN:
		seek(r, INT64_MIN);
		break;
	case TURN_END:
	case TURN_COUNT:
		seek(r, INT64_MAX);
		break;
	}
	tick(r);
	say_where(r);
}

static bool
refuse(void *with, const struct command *c)
{
	struct replay *r = with;

	str_printf(r->notice, sizeof(r->notice),
		   "%s was refused: this night is over",
		   command_rows[c->verb].word);
	r->notice_id++;
	return true;
}

/* The screen waits at the end, to be turned back or left. */
static bool
is_over(void *with)
{
	const struct replay *r = with;

	return !r->on_screen && !r->is_paused && is_at_end(r);
}

static void
lost(void *with, const char *why)
{
	struct replay *r = with;

	(void)why;
	/* Nobody is left who could let it go on. */
	r->is_paused = false;
	tick(r);
}

static int
sit(struct replay *r, const struct cli_command *self,
    const struct cli_args *args, int signal_fd)
{
	const struct console_source source = {
		.look = look,
		.send = refuse,
		.is_over = is_over,
		.lost = lost,
		.turn = turn,
		.record = journal_find,
		.room = args->operands[0],
		.fd = r->timer_fd,
		.with = r,
	};
	enum console_end how;
	int code;

	go_to(r, 1, tape_time(r->tape, 0));
	r->since_us = clock_real_us();
	tick(r);
	clock_set_speed(r->pace);
	shown_wall_ms = r->room->last_wall_ms;
	clock_use(NULL, shown_wall);
	code = night_show(self, args, &source, signal_fd, &r->on_screen, &how);
	clock_use(NULL, NULL);
	if (code >= 0)
		return code;
	if (how == CONSOLE_LOST)
		return EXIT_INTERRUPTED;
	night_print_end("READ-ONLY", r->room);
	return EXIT_GO;
}

static int
run(const struct cli_command *self, const struct cli_args *args)
{
	struct replay r = { .speed = 1 };
	struct err e = { .code = ERR_NONE };
	int signal_fd = night_signals(true);
	struct cli_room c;
	int code;

	if (!cli_number(self, args, "speed", SPEED_LEAST, SPEED_MOST, &r.speed))
		return EXIT_USAGE;
	code = cli_room_open(&c, self, args->operands[0]);
	if (code >= 0)
		return code;
	r.timer_fd =
		timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (tape_load(&r.tape, &c, args->operands[0], &e) != ERR_NONE)
		code = cli_room_fail(self, &e);
	else if (tape_count(r.tape) == 0)
		code = cli_fail(self, EXIT_USAGE, "%s has no record yet",
				args->operands[0]);
	else if (r.timer_fd < 0)
		code = cli_fail(self, EXIT_NO_GO, "no timer can be had");
	r.pace = cli_room_pace(&c);
	if (code < 0)
		code = sit(&r, self, args, signal_fd);
	if (r.timer_fd >= 0)
		close(r.timer_fd);
	tape_free(r.tape);
	cli_room_clear(&c);
	return code;
}

static const struct cli_option options[] = {
	NIGHT_SCREEN_OPTIONS,
	{ "speed", "X", "room time runs X times faster, 0.1 to 1000 (1)" },
	{ NULL, NULL, NULL },
};

const struct cli_command cli_replay = {
	.name = "replay",
	.operands = "ROOM",
	.help = "a room's night again: pause, seek, step",
	.least = 1,
	.most = 1,
	.is_offline = true,
	.options = options,
	.run = run,
};
