/* engine - the director's thread, and what others may see and ask of it. */
#include "engine/engine.h"

#include "base/mem.h"
#include "base/str.h"
#include "engine/control.h"
#include "engine/director.h"

struct engine {
	struct director director;
	struct thread thread;
	struct lock lock; /* guards `latest`, never held over anything else */
	struct snapshot *latest;
	struct wake news;
	struct control *control; /* NULL: nobody can approve */
	atomic_bool over;
};

static void
take_snapshot(void *ctx, struct snapshot *s)
{
	struct engine *g = ctx;
	struct snapshot *old;

	lock_take(&g->lock);
	old = g->latest;
	g->latest = s;
	lock_drop(&g->lock);
	snapshot_drop(old);
	wake_raise(&g->news);
}

/* Control's thread: the screen's wake is not its business. */
static struct snapshot *
look_aside(void *ctx)
{
	struct engine *g = ctx;
	struct snapshot *s;

	lock_take(&g->lock);
	s = snapshot_take(g->latest);
	lock_drop(&g->lock);
	return s;
}

/* Director's thread. */
static void
reply(void *ctx, int64_t client, bool ok, const char *text)
{
	struct engine *g = ctx;

	control_reply(g->control, client, ok, text);
}

struct snapshot *
engine_look(struct engine *g)
{
	wake_lower(&g->news);
	return look_aside(g);
}

int
engine_fd(const struct engine *g)
{
	return g->news.fd;
}

bool
engine_send(struct engine *g, const struct command *c)
{
	struct message *m = message_new(MESSAGE_COMMAND);

	m->command = *c;
	if (queue_put(g->director.inbox, m))
		return true;
	message_free(m);
	return false;
}

void
engine_console_lost(struct engine *g, const char *why)
{
	struct message *m = message_new(MESSAGE_LOST);

	str_copy(m->why, sizeof(m->why), why);
	if (!queue_put_wait(g->director.inbox, m))
		message_free(m);
}

bool
engine_is_over(struct engine *g)
{
	return atomic_load(&g->over);
}

/* Poller's thread: measurements go to the director, the newest wins. */
static void
sink(void *ctx, struct probe_report *report)
{
	struct director *d = ctx;
	struct message *m = message_new(MESSAGE_REPORT);

	m->report = report;
	queue_put_latest(d->inbox, m, message_same_probe);
}

static void
director_thread(void *arg)
{
	struct engine *g = arg;

	director_run(&g->director);
	atomic_store(&g->over, true);
	wake_raise(&g->news);
}

static void
stop_everything(struct engine *g)
{
	control_stop(g->control);
	director_shut(&g->director);
	snapshot_drop(g->latest);
	wake_close(&g->news);
	lock_clear(&g->lock);
	mem_free(g);
}

/* A room is commanded also when nobody can come to approve. */
static void
start_control(struct engine *g)
{
	struct director *d = &g->director;
	const struct control_options o = {
		.dir = d->options.dir,
		.inbox = d->inbox,
		.look = look_aside,
		.ctx = g,
	};
	struct err e = { .code = ERR_NONE };

	if (control_start(&g->control, &o, &e) != ERR_NONE)
		director_notice(d, "%s", e.text);
	else
		d->reply = reply;
}

static enum err_code
start_everything(struct engine *g, const struct engine_options *o,
		 struct err *e)
{
	struct director *d = &g->director;

	if (wake_open(&g->news, e) != ERR_NONE ||
	    director_open(d, o, take_snapshot, g, e) != ERR_NONE ||
	    poller_start(&d->poller, &d->probe_env, NULL, d->options.seed, sink,
			 d, e) != ERR_NONE)
		return e->code;
	start_control(g);
	return thread_start(&g->thread, "director", director_thread, g, e);
}

enum err_code
engine_open(struct engine **out, const struct engine_options *o, struct err *e)
{
	struct engine *g = mem_new(1, sizeof(*g));

	*out = NULL;
	g->news.fd = -1;
	lock_init(&g->lock);
	if (start_everything(g, o, e) != ERR_NONE) {
		stop_everything(g);
		return e->code;
	}
	*out = g;
	return ERR_NONE;
}

void
engine_close(struct engine *g)
{
	struct command park = { .verb = COMMAND_PARK };

	if (g == NULL)
		return;
	if (!engine_is_over(g)) {
		struct message *m = message_new(MESSAGE_COMMAND);

		m->command = park;
		if (!queue_put_wait(g->director.inbox, m))
			message_free(m);
	}
	thread_join(&g->thread);
	stop_everything(g);
}
