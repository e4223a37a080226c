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

#define FRAME_MS 100 /* ten drawings a second at most */
#define PRESSES 64   /* taken at a time */

struct console {
	const struct console_source *source;
	const struct console_options *o;
	struct term *term;
	struct snapshot *snapshot;
	struct view view;
	struct canvas canvas;
	int64_t drawn_ms; /* real */
	int64_t drawn_s;  /* wall second on screen */
	bool is_dirty;	  /* something may look different */
	bool is_typed;	  /* by the person: draw at once */
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

static void
follow(struct console *c)
{
	struct command command;

	if (follow_snapshot(&c->view, c->snapshot, real_ms(), &command))
		tell(c, &command);
	if (c->view.wants_flush)
		term_flush(c->term);
	if (c->view.wants_bell)
		term_bell(c->term);
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
	if (out.wants_redraw)
		term_redraw(c->term);
	if (out.wants_suspend) {
		term_suspend(c->term);
		look(c);
		view_say(&c->view, real_ms(), "back: this is the room now");
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
		case SIGCONT:
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
	term_title(c->term, title);
	c->drawn_ms = real_ms();
	c->drawn_s = now.wall_ms / 1000;
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
	return c->is_dirty || clock_wall_ms() / 1000 != c->drawn_s;
}

static int
wait_ms(const struct console *c)
{
	int64_t since_ms = real_ms() - c->drawn_ms;
	int64_t second_ms = 1000 - clock_wall_ms() % 1000;

	if (c->is_dirty)
		return since_ms < FRAME_MS ? (int)(FRAME_MS - since_ms) : 0;
	return (int)(second_ms < 1 ? 1 : second_ms > 1000 ? 1000 : second_ms);
}

static void
wait_for_something(struct console *c)
{
	struct pollfd fds[3] = {
		{ .fd = c->o->term.in_fd, .events = POLLIN },
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
	canvas_init(&c.canvas, c.view.set);
	look(&c);
	take_size(&c);
	follow(&c);
	while (!c.is_over) {
		if (is_due(&c))
			draw(&c);
		wait_for_something(&c);
	}
	term_close(c.term, c.how == CONSOLE_LOST);
	canvas_clear(&c.canvas);
	snapshot_drop(c.snapshot);
	*how = c.how;
	return ERR_NONE;
}
