/* frame - all that one picture is drawn from, judged for one moment. */
#include "ui/frame.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"

struct moment
frame_moment(const struct snapshot *s)
{
	int64_t real_us = clock_real_us();
	double speed = clock_speed();
	int64_t past_us = real_us - s->made_real_us;

	/* A room that nobody holds stands still, like its records. */
	if (past_us < 0 || s->room->life != ROOM_OPEN)
		past_us = 0;
	return (struct moment){
		.room_ms =
			s->now_ms + (int64_t)((double)past_us * speed / 1000.0),
		.wall_ms = clock_wall_ms(),
		.real_ms = real_us / 1000,
		.speed = speed,
	};
}

void
frame_make(struct frame *f, const struct snapshot *s, const struct view *v,
	   struct moment now)
{
	size_t count = s->room->book->gates.gate_count;

	*f = (struct frame){
		.snapshot = s,
		.room = s->room,
		.book = s->room->book,
		.view = v,
		.now = now,
	};
	f->findings = mem_new(count, sizeof(*f->findings));
	for (size_t i = 0; i < count; i++)
		room_finding(f->room, i, now.room_ms, &f->findings[i]);
	decision_make(&f->decision, &f->book->gates, f->findings);
	forecast_make(&f->forecast, f->room, now.room_ms);
}

void
frame_clear(struct frame *f)
{
	mem_free(f->findings);
	f->findings = NULL;
}

int64_t
frame_wall(const struct frame *f, int64_t room_ms)
{
	double speed = f->now.speed > 0 ? f->now.speed : 1;

	return f->now.wall_ms -
	       (int64_t)((double)(f->now.room_ms - room_ms) / speed);
}

bool
frame_is_read_only(const struct frame *f)
{
	return f->snapshot->is_read_only || f->view->is_read_only;
}

const char *
frame_mode(const struct frame *f, enum role *role)
{
	if (frame_is_read_only(f)) {
		*role = ROLE_READ_ONLY;
		return "READ-ONLY";
	}
	if (str_same(f->room->mode, "DRILL")) {
		*role = ROLE_DRILL;
		return "DRILL";
	}
	*role = ROLE_LIVE;
	return "LIVE";
}

bool
frame_may_act(const struct frame *f, const char **why)
{
	*why = NULL;
	if (frame_is_read_only(f))
		*why = "this screen is read-only: nothing can be done here";
	else if (!f->snapshot->is_held)
		*why = "this process does not command the room";
	else if (f->room->life == ROOM_CLOSED)
		*why = "the room is closed";
	else if (f->room->life == ROOM_PARKED || f->view->is_leaving)
		*why = "the room is being parked";
	return *why == NULL;
}

void
frame_item_id(int item, char *to, size_t size)
{
	str_printf(to, size, "undo:%d", item);
}

int
frame_item(const struct frame *f)
{
	const char *id = f->view->selected[VIEW_RUNBOOK];

	for (size_t i = 0; i < f->room->undo_count; i++) {
		char name[SIGNAL_NAME];

		frame_item_id((int)i, name, sizeof(name));
		if (str_same(name, id))
			return (int)i;
	}
	return f->room->undo_count > 0 ? 0 : -1;
}

int
frame_step(const struct frame *f)
{
	const char *id = f->view->selected[VIEW_RUNBOOK];
	int item = frame_shows_rollback(f) ? frame_item(f) : -1;

	if (frame_shows_rollback(f))
		return item >= 0 ? f->room->undos[item].item.step : -1;
	for (size_t i = 0; id[0] != '\0' && i < f->book->step_count; i++)
		if (str_same(f->book->steps[i].id, id))
			return (int)i;
	return room_next_step(f->room);
}

int
frame_gate(const struct frame *f, const char *signal)
{
	for (size_t i = 0; i < f->book->gates.gate_count; i++)
		if (str_same(f->book->gates.gates[i].signal, signal))
			return (int)i;
	return -1;
}

const struct book_probe *
frame_feeder(const struct frame *f, size_t gate)
{
	return book_feeder(f->book, f->book->gates.gates[gate].signal);
}

const struct snapshot_probe *
frame_answer(const struct frame *f, const char *probe)
{
	for (size_t i = 0; i < f->snapshot->probe_count; i++)
		if (str_same(f->snapshot->probes[i].id, probe))
			return &f->snapshot->probes[i];
	return NULL;
}

bool
frame_shows_rollback(const struct frame *f)
{
	return f->room->rollback >= ROLLBACK_RUNNING && !f->view->show_steps;
}
