/* plain - the room as lines: for screen readers, logs and pipes. */
#include "ui/plain.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"
#include "base/text.h"
#include "ui/frame.h"
#include "ui/head.h"
#include "ui/palette.h"
#include "ui/prompt.h"

#define OUT_BYTES (1 << 20)

struct plain {
	const struct console_source *source;
	const struct plain_options *o;
	struct snapshot *snapshot;
	struct view view; /* for what is judged, nothing is drawn */
	struct buf out;
	char line[512]; /* being read */
	size_t len;
	bool is_long;	   /* the line did not fit: it is no answer */
	bool is_deaf;	   /* input has ended */
	int64_t seq;	   /* last record shown */
	char decision[24]; /* verdict and cause that were shown */
	char choices[240];
	enum rollback_state rollback;
	int64_t counted_s;	 /* of a countdown, as last shown */
	char digest[DIGEST_HEX]; /* of the plan that was shown */
	int64_t asked_ms;	 /* real: when */
	int prompts;
	bool wants_park;
	bool is_over;
	enum console_end how;
};

static const char *
mode_word(const struct plain *p)
{
	if (p->snapshot->is_read_only || p->view.is_read_only)
		return "READ-ONLY";
	return str_same(p->snapshot->room->mode, "DRILL") ? "DRILL" : "LIVE";
}

static void
finish(struct plain *p, enum console_end how)
{
	p->is_over = true;
	p->how = how;
}

static void
lose(struct plain *p, const char *why)
{
	p->source->lost(p->source->with, why);
	finish(p, CONSOLE_LOST);
}

/* One line, "02:41:07 LIVE text". */
static void
say(struct plain *p, int64_t wall_ms, const char *text)
{
	char when[16], clean[1024];

	words_time(when, sizeof(when), wall_ms);
	text_clean(clean, sizeof(clean), text, strlen(text));
	buf_printf(&p->out, "%s %s %s\n", when, mode_word(p), clean);
}

PRINTF_LIKE(2, 3)
static void
say_now(struct plain *p, const char *fmt, ...)
{
	struct buf text;
	va_list args;

	buf_init(&text, 4096);
	va_start(args, fmt);
	buf_vprintf(&text, fmt, args);
	va_end(args);
	say(p, clock_wall_ms(), buf_str(&text));
	buf_clear(&text);
}

static void
write_out(struct plain *p)
{
	const char *at = buf_str(&p->out);
	size_t left = p->out.len;

	while (left > 0) {
		ssize_t n = write(p->o->out_fd, at, left);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			if (!p->is_over)
				lose(p, "the output is gone");
			break;
		}
		at += n;
		left -= (size_t)n;
	}
	buf_reset(&p->out);
}

static void
show_records(struct plain *p)
{
	const struct room *r = p->snapshot->room;

	/* A recording was turned back: what comes next is shown again. */
	if (r->records < p->seq)
		p->seq = r->records;
	for (size_t i = 0; i < r->tail_count; i++) {
		const struct room_line *l =
			&r->tail[(r->tail_start + i) % ROOM_TAIL];

		if (l->seq <= p->seq)
			continue;
		if (i == 0 && p->seq > 0 && l->seq > p->seq + 1)
			say_now(p, "%lld records are not shown",
				(long long)(l->seq - p->seq - 1));
		say(p, l->wall_ms, l->text);
		p->seq = l->seq;
	}
}

static void
show_decision(struct plain *p, const struct frame *f)
{
	char now[24];

	/* The sentence counts seconds: a change is one of the verdict. */
	str_printf(now, sizeof(now), "%s %d", verdict_word(f->decision.verdict),
		   f->decision.leading);
	if (str_same(now, p->decision))
		return;
	str_copy(p->decision, sizeof(p->decision), now);
	say_now(p, "decision %s: %s", verdict_word(f->decision.verdict),
		head_sentence(f));
}

static void
show_rollback(struct plain *p, const struct frame *f)
{
	const struct room *r = f->room;

	if (r->rollback == p->rollback)
		return;
	p->rollback = r->rollback;
	say_now(p, "rollback %s%s%s", rollback_word(r->rollback),
		r->rollback_detail[0] != '\0' ? ": " : "", r->rollback_detail);
	if (r->rollback == ROLLBACK_PROPOSED)
		say_now(p, "a breach asks for the rollback: \"rollback\" "
			   "shows its plan, \"decline\" leaves it");
}

/* What was typed before the plan was there is not its answer. */
static void
forget_input(struct plain *p)
{
	struct pollfd in = { .fd = p->o->in_fd, .events = POLLIN };
	char bytes[512];

	p->len = 0;
	p->is_long = false;
	if (p->o->in_fd < 0 || p->is_deaf)
		return;
	tcflush(p->o->in_fd, TCIFLUSH);
	while (poll(&in, 1, 0) == 1 && (in.revents & POLLIN) != 0)
		if (read(p->o->in_fd, bytes, sizeof(bytes)) <= 0)
			return;
}

static void
show_prompt(struct plain *p, const struct frame *f)
{
	const struct room_prompt *q = &f->room->prompt;
	const char *why;

	if (!q->open) {
		p->digest[0] = '\0';
		return;
	}
	if (str_same(q->digest, p->digest) || !frame_may_act(f, &why))
		return;
	str_copy(p->digest, sizeof(p->digest), q->digest);
	p->asked_ms = clock_real_us() / 1000;
	p->choices[0] = '\0';
	say_now(p, "plan of %s in %s",
		q->step >= 0 ? f->book->steps[q->step].id : "the ROLLBACK",
		f->book->environment);
	for (size_t i = 0; i < q->line_count; i++)
		say_now(p, "plan %d of %d: %s", (int)i + 1, (int)q->line_count,
			q->lines[i]);
	if (q->awaits[0] != '\0')
		say_now(p, "plan waits for a second person: %s", q->awaits);
	buf_printf(&p->out,
		   "%s %d> type  %s  and enter; \"no\" leaves everything as "
		   "it is\n",
		   mode_word(p), ++p->prompts, prompt_phrase(q));
	forget_input(p);
}

/* What begins by itself is told every ten seconds, then every second. */
static void
show_countdown(struct plain *p, const struct frame *f)
{
	const struct room_prompt *q = &f->room->prompt;
	int64_t left_s = (q->begins_ms - f->now.room_ms) / 1000;
	int64_t step = left_s > 5 ? 10 : 1;

	if (!q->open || q->begins_ms == 0) {
		p->counted_s = INT64_MAX;
		return;
	}
	if (left_s < 0 || left_s > p->counted_s - step)
		return;
	p->counted_s = left_s;
	say_now(p,
		"the rollback begins by itself in %lld s; \"no\" declines "
		"it",
		(long long)left_s);
}

/* "1 arm publish-flow, 2 rollback, 3 status, 4 park", when it changes. */
static void
show_choices(struct plain *p, const struct frame *f)
{
	int next = room_next_step(f->room);
	bool has_step = next >= 0 && f->room->steps[next].state == STEP_READY;
	char now[240];
	const char *why;

	if (p->is_deaf || f->room->prompt.open || !frame_may_act(f, &why))
		return;
	str_printf(now, sizeof(now), "1 %s%s, 2 rollback, 3 status, 4 park",
		   has_step ? "arm " : "look at the steps",
		   has_step ? f->book->steps[next].id : "");
	if (str_same(now, p->choices))
		return;
	str_copy(p->choices, sizeof(p->choices), now);
	buf_printf(&p->out, "%s %d> %s; or a verb, \"help\" lists them\n",
		   mode_word(p), ++p->prompts, now);
}

static void
show_notice(struct plain *p)
{
	if (p->snapshot->notice_id == p->view.notice_id)
		return;
	p->view.notice_id = p->snapshot->notice_id;
	if (p->snapshot->notice[0] != '\0')
		say_now(p, "%s", p->snapshot->notice);
}

static void
show(struct plain *p)
{
	struct frame f;

	frame_make(&f, p->snapshot, &p->view, frame_moment(p->snapshot));
	show_records(p);
	show_decision(p, &f);
	show_rollback(p, &f);
	show_notice(p);
	show_prompt(p, &f);
	show_countdown(p, &f);
	show_choices(p, &f);
	frame_clear(&f);
	write_out(p);
}

static void
show_awaited(struct plain *p, const struct room *r)
{
	int item = room_awaits_person(r);

	if (item >= 0)
		say_now(p, "%s %s", plan_name(r->book, &r->undos[item].item),
			r->undos[item].act.detail);
}

static void
show_status(struct plain *p, const struct frame *f)
{
	say_now(p, "decision %s: %s", verdict_word(f->decision.verdict),
		head_sentence(f));
	say_now(p, "rollback %s", rollback_word(f->room->rollback));
	show_awaited(p, f->room);
	for (size_t i = 0; i < f->book->gates.gate_count; i++) {
		const struct gate *g = &f->book->gates.gates[i];
		char value[96], limit[96], age[16];

		gate_value_text(value, sizeof(value), g, &f->findings[i].value);
		gate_limit_text(limit, sizeof(limit), g);
		words_age(age, sizeof(age), f->findings[i].age_ms);
		say_now(p, "gate %s %s %s, limit %s, age %s", g->signal,
			verdict_word(f->findings[i].verdict),
			f->findings[i].value.kind == VALUE_NONE ? "-" : value,
			limit, age);
	}
	for (size_t i = 0; i < f->book->step_count; i++)
		say_now(p, "step %d %s %s%s%s%s", (int)i + 1,
			f->book->steps[i].id,
			f->room->steps[i].is_paused ? "paused in " : "",
			step_word(f->room->steps[i].state),
			f->room->steps[i].detail[0] != '\0' ? ": " : "",
			f->room->steps[i].detail);
}

static void
show_verbs(struct plain *p)
{
	say_now(p, "status: decision, gates and steps; help: this list");
	for (int i = 0; p->source->turn != NULL && i < TURN_COUNT; i++)
		say_now(p, "%s%s: %s", turn_rows[i].word,
			i == TURN_LATER || i == TURN_EARLIER ? " [DURATION]"
							     : "",
			turn_rows[i].help);
	for (int i = 0; i < COMMAND_COUNT; i++) {
		char usage[80];

		if (i == COMMAND_CONFIRM)
			continue;
		palette_usage((enum command_verb)i, usage, sizeof(usage));
		say_now(p, "%s: %s", usage, command_rows[i].help);
	}
}

static void
tell(struct plain *p, const struct command *c)
{
	if (!p->source->send(p->source->with, c))
		say_now(p, "%s was not taken: too much is waiting; try again",
			command_rows[c->verb].word);
	else if (c->verb == COMMAND_PARK || c->verb == COMMAND_ROLLBACK)
		p->wants_park = c->verb == COMMAND_PARK;
}

/* The line under an open plan; false when it is a verb after all. */
static bool
answer_prompt(struct plain *p, const struct frame *f, const char *line)
{
	const struct room_prompt *q = &f->room->prompt;
	struct command c = { .verb = COMMAND_CONFIRM };
	char why[240];

	if (str_same(line, "no") || str_same(line, "decline")) {
		tell(p, &(struct command){ .verb = COMMAND_DECLINE });
		return true;
	}
	if (str_same(line, "rollback") || str_same(line, "status") ||
	    str_same(line, "help") || str_same(line, "park") ||
	    str_starts(line, "override "))
		return false;
	if (!prompt_check(q, line, why, sizeof(why))) {
		say_now(p, "%s", why);
		return true;
	}
	if (clock_real_us() / 1000 - p->asked_ms < VIEW_DEAD_MS) {
		say_now(p, "that was too soon to be read: type it again");
		return true;
	}
	str_copy(c.text, sizeof(c.text), line);
	str_copy(c.digest, sizeof(c.digest), p->digest);
	tell(p, &c);
	return true;
}

/* A numbered choice as the verb it stands for. */
static const char *
choice(const struct frame *f, const char *line, char *to, size_t size)
{
	int next = room_next_step(f->room);

	if (str_same(line, "1")) {
		bool is_ready =
			next >= 0 && f->room->steps[next].state == STEP_READY;

		if (!is_ready)
			return "status";
		str_printf(to, size, "arm %s", f->book->steps[next].id);
		return to;
	}
	if (str_same(line, "2"))
		return "rollback";
	if (str_same(line, "3"))
		return "status";
	return str_same(line, "4") ? "park" : line;
}

/* A step without a confirm runs when it is armed: that takes a word. */
static bool
needs_words(const struct frame *f, const struct command *c)
{
	const struct book_step *s = book_step(f->book, c->target);

	return c->verb == COMMAND_ARM && s != NULL &&
	       s->confirm == CONFIRM_NONE;
}

static void
take_verb(struct plain *p, const struct frame *f, const char *line)
{
	char text[80], why[240];
	const char *refusal;
	struct command c;
	bool is_short = strlen(line) == 1;

	line = choice(f, line, text, sizeof(text));
	if (str_same(line, "status")) {
		show_status(p, f);
	} else if (str_same(line, "help")) {
		show_verbs(p);
	} else if (!frame_may_act(f, &refusal)) {
		if (str_same(line, "park") || str_same(line, "quit"))
			finish(p, CONSOLE_PARKED);
		else
			say_now(p, "%s", refusal);
	} else if (!palette_parse(f, line, &c, why, sizeof(why))) {
		say_now(p, "%s", why);
	} else if (is_short && needs_words(f, &c)) {
		say_now(p, "this runs at once: type  arm %s", c.target);
	} else {
		tell(p, &c);
	}
}

static void look(struct plain *p);

/* A line that turns a recorded night; false when it is something else. */
static bool
take_turn(struct plain *p, const char *line)
{
	enum turn turn;
	int64_t ms;

	if (p->source->turn == NULL || !turn_of_line(line, &turn, &ms))
		return false;
	p->source->turn(p->source->with, turn, ms);
	look(p);
	return true;
}

static void
take_line(struct plain *p, const char *bytes)
{
	char line[sizeof(p->line)];
	struct frame f;

	text_clean(line, sizeof(line), bytes, strlen(bytes));
	if (line[0] == '\0' && !p->snapshot->room->prompt.open)
		return;
	if (take_turn(p, line))
		return;
	frame_make(&f, p->snapshot, &p->view, frame_moment(p->snapshot));
	if (p->digest[0] == '\0' || !answer_prompt(p, &f, line))
		take_verb(p, &f, line);
	frame_clear(&f);
	write_out(p);
}

static void
take_byte(struct plain *p, char byte)
{
	if (byte == '\n') {
		p->line[p->len] = '\0';
		if (p->len > 0 && p->line[p->len - 1] == '\r')
			p->line[p->len - 1] = '\0';
		p->len = 0;
		if (!p->is_long)
			take_line(p, p->line);
		p->is_long = false;
	} else if (p->len + 1 < sizeof(p->line) && byte != '\0') {
		p->line[p->len++] = byte;
	} else {
		p->is_long = true;
	}
}

static void
take_input(struct plain *p)
{
	char bytes[512];
	ssize_t n = read(p->o->in_fd, bytes, sizeof(bytes));

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0) {
		p->is_deaf = true;
		if (p->snapshot->is_held && !p->wants_park)
			lose(p, "the input has ended");
		else if (p->source->turn != NULL)
			p->source->lost(p->source->with, "the input has ended");
		return;
	}
	for (ssize_t i = 0; i < n && !p->is_over; i++)
		take_byte(p, bytes[i]);
}

/* Stopping the process would stop gates and steps with it. */
static void
stop(struct plain *p)
{
	struct sigaction usual = { .sa_handler = SIG_DFL }, before;

	if (p->snapshot->is_held) {
		say_now(p, "suspend is off: it would stop the probes");
		write_out(p);
		return;
	}
	sigaction(SIGTSTP, &usual, &before);
	raise(SIGTSTP);
	sigaction(SIGTSTP, &before, NULL);
}

static void
take_signals(struct plain *p)
{
	unsigned char numbers[32];
	ssize_t n = read(p->o->signal_fd, numbers, sizeof(numbers));

	for (ssize_t i = 0; i < n && !p->is_over; i++)
		if (numbers[i] == SIGHUP)
			lose(p, "hangup");
		else if (numbers[i] == SIGTERM || numbers[i] == SIGINT)
			lose(p, "told to end");
		else if (numbers[i] == SIGTSTP)
			stop(p);
}

static void
look(struct plain *p)
{
	snapshot_drop(p->snapshot);
	p->snapshot = p->source->look(p->source->with);
	show(p);
}

static void
wait_for_something(struct plain *p)
{
	struct pollfd fds[3] = {
		{ .fd = p->is_deaf ? -1 : p->o->in_fd, .events = POLLIN },
		{ .fd = p->source->fd, .events = POLLIN },
		{ .fd = p->o->signal_fd, .events = POLLIN },
	};
	int n = poll(fds, ARRAY_LEN(fds), 1000);

	if (n < 0)
		return;
	if (fds[2].revents != 0)
		take_signals(p);
	if (!p->is_over && fds[1].revents != 0)
		look(p);
	else if (!p->is_over && n == 0)
		show(p); /* data grows old without a record */
	if (!p->is_over && fds[0].revents != 0)
		take_input(p);
	if (!p->is_over && p->source->is_over(p->source->with)) {
		look(p);
		finish(p, p->wants_park ? CONSOLE_PARKED : CONSOLE_OVER);
	}
}

enum console_end
plain_run(const struct console_source *source, const struct plain_options *o)
{
	struct plain p = { .source = source, .o = o, .counted_s = INT64_MAX };
	const struct room *r;

	view_init(&p.view);
	p.view.is_read_only = source->is_read_only;
	buf_init(&p.out, OUT_BYTES);
	p.is_deaf = o->in_fd < 0;
	p.snapshot = source->look(source->with);
	r = p.snapshot->room;
	say_now(&p, "room %s, runbook %s, %s %s, commanded by %s", r->name,
		r->book->id, r->book->environment, r->book->region,
		r->commander);
	show(&p);
	while (!p.is_over)
		wait_for_something(&p);
	snapshot_drop(p.snapshot);
	buf_clear(&p.out);
	return p.how;
}
