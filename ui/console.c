/* console - the full-screen loop: pictures in, keys in, drawings out. */
#include "ui/console.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"
#include "ui/follow.h"
#include "ui/head.h"
#include "ui/keymap.h"
#include "ui/screen.h"

#define FRAME_MS 100  /* ten drawings a second at most */
#define PRESSES 64    /* taken at a time */
#define AWAY_MS 3000  /* the loop goes round each second */
#define CALL_MS 10000 /* before the same is called again */
#define COUNT_MS 2000 /* between two counts of who watches */

struct console {
	const struct console_source *source;
	const struct console_options *o;
	struct term *term;
	struct snapshot *snapshot;
	struct view view;
	struct record record; /* view.record, while one is open */
	struct canvas canvas;
	int64_t drawn_ms;   /* real */
	int64_t drawn_s;    /* wall second on screen */
	bool is_dirty;	    /* something may look different */
	bool is_flashing;   /* as drawn */
	bool is_typed;	    /* by the person: draw at once */
	bool is_behind;	    /* in the background: the terminal is not ours */
	bool was_asked;	    /* to be suspended, by the person */
	int64_t seen_ms;    /* real: this loop last went round */
	int64_t records;    /* of the room then */
	int64_t counted_ms; /* real: who watches */
	char called[160];   /* the last call, and when */
	int64_t called_ms;  /* real */
	char title[80];	    /* as last told */
	bool is_over;
	enum console_end how;
};

static int64_t
real_ms(void)
{
	return clock_real_us() / 1000;
}

static void
finish(struct console *c, enum console_end how)
{
	c->is_over = true;
	c->how = how;
}

static void
lose(struct console *c, const char *why)
{
	c->source->lost(c->source->with, why);
	finish(c, CONSOLE_LOST);
}

static void
tell(struct console *c, const struct command *command)
{
	if (c->source->send(c->source->with, command))
		return;
	c->view.prompt.is_sent = false;
	view_say(&c->view, real_ms(),
		 "%s was not taken: too much is waiting; try again",
		 command_rows[command->verb].word);
}

static void
look(struct console *c)
{
	snapshot_drop(c->snapshot);
	c->snapshot = c->source->look(c->source->with);
	c->is_dirty = true;
}

/* Once for each cause: a gate that flaps rings every ten seconds at most. */
static void
call(struct console *c)
{
	bool is_same = str_same(c->called, c->view.call);

	if (is_same && real_ms() - c->called_ms < CALL_MS)
		return;
	c->called_ms = real_ms();
	str_copy(c->called, sizeof(c->called), c->view.call);
	if (!c->is_behind && (c->o->calls & CALL_BELL) != 0)
		term_bell(c->term);
	if (!c->is_behind && (c->o->calls & CALL_FLASH) != 0)
		term_flash(c->term);
	if (c->o->hook != NULL)
		c->o->hook->call(c->o->hook->with, c->called);
}

static void
follow(struct console *c)
{
	struct command command;

	if (follow_snapshot(&c->view, c->snapshot, real_ms(), &command))
		tell(c, &command);
	if (c->view.wants_flush && !c->is_behind)
		term_flush(c->term);
	if (c->view.wants_bell)
		call(c);
	c->view.wants_flush = c->view.wants_bell = false;
}

static void
take_size(struct console *c)
{
	int rows, cols;

	term_size(c->term, &rows, &cols);
	if (rows == c->view.rows && cols == c->view.cols)
		return;
	view_resize(&c->view, rows, cols, real_ms());
	c->is_dirty = true;
}

static void
open_record(struct console *c, int64_t seq)
{
	struct err e = { .code = ERR_NONE };
	struct record r;

	if (c->source->record == NULL)
		view_say(&c->view, real_ms(), "records cannot be opened here");
	else if (c->source->record(c->source->room, seq, &r, &e) != ERR_NONE)
		view_say(&c->view, real_ms(), "%s", e.text);
	else {
		if (c->view.record != NULL)
			record_clear(&c->record);
		c->record = r;
		c->view.record = &c->record;
		c->view.record_seq = seq;
		view_open(&c->view, MODE_RECORD);
	}
}

/* Back after a time away, by whatever it was held up: what was missed. */
static void
come_back(struct console *c, int64_t away_ms)
{
	int64_t before = c->records;
	char away[24];

	look(c);
	words_span(away, sizeof(away), away_ms);
	view_say(&c->view, real_ms(),
		 "back after %s: %lld records came meanwhile, j lists them; "
		 "this is the room now",
		 away, (long long)(c->snapshot->room->records - before));
}

/* A terminal that keeps no screen of its own for us has our last picture under
 * what is written next: that gets an empty line. */
static void
clear_last_line(struct console *c)
{
	const struct canvas *on = &c->canvas;

	if (c->is_behind || on->rows == 0)
		return;
	canvas_fill(&c->canvas, (struct rect){ on->rows - 1, 0, 1, on->cols },
		    ROLE_NORMAL);
	term_draw(c->term, on);
}

static void
take_press(struct console *c, const struct press *p)
{
	struct outcome out;

	keymap_press(&c->view, c->snapshot, frame_moment(c->snapshot), p, &out);
	if (out.has_command)
		tell(c, &out.command);
	if (out.has_turn) {
		c->source->turn(c->source->with, out.turn, TURN_SEEK_MS);
		look(c);
	}
	if (out.record_seq > 0)
		open_record(c, out.record_seq);
	if (out.wants_redraw)
		term_redraw(c->term);
	if (out.wants_suspend) {
		clear_last_line(c);
		term_suspend(c->term);
		c->is_behind = c->was_asked = true; /* until it is given back */
	}
	if (out.wants_leave)
		finish(c, CONSOLE_PARKED);
}

static void
take_input(struct console *c)
{
	struct press presses[PRESSES];
	bool is_lost;
	size_t count = term_read(c->term, presses, PRESSES, &is_lost);

	if (is_lost) {
		lose(c, "the terminal is gone");
		return;
	}
	for (size_t i = 0; i < count && !c->is_over; i++) {
		take_press(c, &presses[i]);
		/* What a box opened by this key makes of the next ones. */
		follow(c);
	}
	c->is_typed |= count > 0;
}

static void
take_signals(struct console *c)
{
	unsigned char numbers[32];
	ssize_t n = read(c->o->signal_fd, numbers, sizeof(numbers));

	for (ssize_t i = 0; i < n && !c->is_over; i++)
		switch (numbers[i]) {
		case SIGHUP:
			lose(c, "hangup");
			break;
		case SIGTERM:
		case SIGINT:
			lose(c, "told to end");
			break;
		case SIGTSTP:
			take_press(c,
				   &(struct press){ .kind = PRESS_KEY,
						    .code = PRESS_CTRL('z') });
			break;
		case SIGCONT:
			c->is_behind = true; /* its modes are anybody's */
			break;
		case SIGWINCH:
			/* Another size and back: what is shown is anybody's. */
			term_redraw(c->term);
			c->is_dirty = true;
			break;
		default:
			break;
		}
}

static void
draw(struct console *c)
{
	struct moment now = frame_moment(c->snapshot);
	char title[80];
	struct frame f;

	if (c->canvas.rows != c->view.rows || c->canvas.cols != c->view.cols)
		canvas_resize(&c->canvas, c->view.rows, c->view.cols);
	c->view.scroll_max =
		screen_draw(&c->canvas, c->snapshot, &c->view, now);
	view_scroll(&c->view, 0);
	term_draw(c->term, &c->canvas);
	frame_make(&f, c->snapshot, &c->view, now);
	head_title(&f, title, sizeof(title));
	frame_clear(&f);
	if ((c->o->calls & CALL_TITLE) != 0)
		term_title(c->term, title);
	if (c->o->hook != NULL && !str_same(title, c->title))
		c->o->hook->state(c->o->hook->with, title);
	str_copy(c->title, sizeof(c->title), title);
	c->drawn_ms = real_ms();
	c->drawn_s = now.wall_ms / 1000;
	c->is_flashing = view_flashes(&c->view, now.real_ms);
	c->is_dirty = c->is_typed = false;
}

/* Typing is drawn at once, the room at most ten times a second, and an idle
 * room when the second on its clock changes. */
static bool
is_due(const struct console *c)
{
	if (c->is_typed)
		return true;
	if (real_ms() - c->drawn_ms < FRAME_MS)
		return false;
	if (c->is_flashing && !view_flashes(&c->view, real_ms()))
		return true;
	return c->is_dirty || clock_wall_ms() / 1000 != c->drawn_s;
}

static int
wait_ms(const struct console *c)
{
	int64_t since_ms = real_ms() - c->drawn_ms;
	int64_t second_ms = 1000 - clock_wall_ms() % 1000;

	if (c->is_dirty && !c->is_behind)
		return since_ms < FRAME_MS ? (int)(FRAME_MS - since_ms) : 0;
	if (c->is_flashing)
		return FRAME_MS;
	return (int)(second_ms < 1 ? 1 : second_ms > 1000 ? 1000 : second_ms);
}

static void
wait_for_something(struct console *c)
{
	struct pollfd fds[3] = {
		{ .fd = c->is_behind ? -1 : c->o->term.in_fd,
		  .events = POLLIN },
		{ .fd = c->source->fd, .events = POLLIN },
		{ .fd = c->o->signal_fd, .events = POLLIN },
	};

	if (poll(fds, ARRAY_LEN(fds), wait_ms(c)) < 0 && errno != EINTR)
		return;
	if (fds[2].revents != 0)
		take_signals(c);
	if (!c->is_over && fds[1].revents != 0)
		look(c);
	take_size(c);
	if (c->is_over)
		return;
	follow(c);
	if (fds[0].revents != 0)
		take_input(c);
	if (!c->is_over && c->source->is_over(c->source->with))
		finish(c, c->view.is_leaving ? CONSOLE_PARKED : CONSOLE_OVER);
}

static void
count_watchers(struct console *c)
{
	int count;

	if (c->source->watchers == NULL ||
	    (c->counted_ms > 0 && real_ms() - c->counted_ms < COUNT_MS))
		return;
	c->counted_ms = real_ms();
	count = c->source->watchers(c->source->room);
	c->is_dirty |= count != c->view.watchers;
	c->view.watchers = count;
}

/* In front or behind, and how long it took to come round. */
static void
take_place(struct console *c)
{
	bool was_behind = c->is_behind;
	int64_t away_ms;

	c->is_behind = !term_is_ours(c->term);
	if (c->is_behind)
		return;
	if (was_behind) {
		term_resume(c->term);
		c->is_dirty = true;
	}
	away_ms = real_ms() - c->seen_ms;
	if (away_ms >= AWAY_MS || c->was_asked)
		come_back(c, away_ms);
	c->was_asked = false;
	c->seen_ms = real_ms();
	c->records = c->snapshot->room->records;
}

enum err_code
console_run(enum console_end *how, const struct console_source *source,
	    const struct console_options *o, struct err *e)
{
	struct console c = { .source = source, .o = o };
	enum err_code code = term_open(&c.term, &o->term, e);

	*how = CONSOLE_LOST;
	if (code != ERR_NONE)
		return code;
	view_init(&c.view);
	c.view.set = term_charset(c.term);
	c.view.is_recording = source->turn != NULL;
	c.view.is_read_only = source->is_read_only;
	canvas_init(&c.canvas, c.view.set);
	look(&c);
	take_size(&c);
	follow(&c);
	c.seen_ms = real_ms();
	while (!c.is_over) {
		take_place(&c);
		count_watchers(&c);
		if (o->hook != NULL)
			o->hook->round(o->hook->with);
		if (!c.is_behind && is_due(&c))
			draw(&c);
		wait_for_something(&c);
	}
	if (c.how != CONSOLE_LOST)
		clear_last_line(&c);
	term_close(c.term, c.how == CONSOLE_LOST);
	canvas_clear(&c.canvas);
	if (c.view.record != NULL)
		record_clear(&c.record);
	snapshot_drop(c.snapshot);
	*how = c.how;
	return ERR_NONE;
}
