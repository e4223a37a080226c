/* drill - a rehearsal: the same binary and keys against the twin, scored. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/fsio.h"
#include "base/str.h"
#include "cli/bind.h"
#include "cli/drills.h"
#include "cli/night.h"
#include "cli/session.h"
#include "engine/drill.h"
#include "journal/journal.h"
#include "twin/twin.h"

#define HEADLESS_SPEED 10
#define THINK_MS 60000 /* room time: what a calm commander takes */
#define PATIENCE_MS 60000
#define ROOMS_MOST 1000
#define DEFAULT_RUNBOOK "runbooks/voice-cutover.yaml"

struct drill {
	const struct cli_command *self;
	const struct cli_args *args;
	struct session session;
	char dir[FS_PATH];
	double seed, speed, die_after;
	int64_t think_ms;
	int signal_fd;
	int claim; /* of the room; -1 none */
	bool headless, json;
	bool found;	  /* the twin served before this process came */
	int64_t last_seq; /* of the last progress line */
};

static enum err_code
note_close(void *ctx, const struct record *r, struct err *e)
{
	bool *closed = ctx;

	(void)e;
	*closed = r->kind == RECORD_CLOSE;
	return ERR_NONE;
}

static bool
is_closed(const char *dir)
{
	struct journal_report report = { 0 };
	struct err e = { .code = ERR_NONE };
	bool closed = false;

	return journal_read(dir, note_close, &closed, &report, &e) ==
		       ERR_NONE &&
	       closed;
}

/* The first drill room of this runbook that is not closed: an unfinished
 * drill is taken up again, a finished one stays as it was. */
static enum err_code
choose_room(struct drill *d, struct err *e)
{
	const char *given = cli_value(d->self, d->args, "room");
	char first[FS_PATH];

	if (load_room_dir(first, sizeof(first), given, d->session.book, e) !=
	    ERR_NONE)
		return e->code;
	str_copy(d->dir, sizeof(d->dir), first);
	if (given != NULL)
		return ERR_NONE;
	for (int i = 2; is_closed(d->dir); i++)
		if (i > ROOMS_MOST ||
		    !str_printf(d->dir, sizeof(d->dir), "%s-%d", first, i))
			return err_set(e, ERR_LIMIT,
				       "too many drill rooms beside %s: "
				       "remove old ones",
				       first);
	return ERR_NONE;
}

#ifndef WARROOM_NO_TWIN

static enum err_code
check_scenario(const char *name, struct err *e)
{
	char known[400] = "";

	for (const struct twin_scenario_row *s = twin_scenarios;
	     s->name != NULL; s++) {
		size_t len = strlen(known);

		if (str_same(s->name, name))
			return ERR_NONE;
		str_printf(known + len, sizeof(known) - len, "%s%s",
			   len == 0 ? "" : ", ", s->name);
	}
	return err_set(e, ERR_ARG, "no scenario \"%s\": there are %s", name,
		       known);
}

#else

static enum err_code
check_scenario(const char *name, struct err *e)
{
	return err_set(e, ERR_ARG,
		       "%s: this binary was built without the twin that drills "
		       "are held against (make TWIN=0)",
		       name);
}

#endif

static enum err_code
prepare(struct drill *d, struct err *e)
{
	const char *scenario = cli_value(d->self, d->args, "scenario");
	struct twin_start t = {
		.dir = d->dir,
		.scenario = scenario != NULL ? scenario : "trunk-storm",
		.seed = (uint64_t)d->seed,
		.speed = d->speed,
	};

	d->session.book->is_drill = true;
	if (check_scenario(t.scenario, e) != ERR_NONE)
		return e->code;
	if (choose_room(d, e) != ERR_NONE ||
	    night_take_room(d->dir, d->session.book, &d->claim, e) !=
		    ERR_NONE ||
	    night_mark_room(d->dir, d->session.book, e) != ERR_NONE ||
	    bind_find_twin(&t, &d->found, e) != ERR_NONE ||
	    bind_to_twin(d->dir, d->session.book, &d->session.fence, e) !=
		    ERR_NONE)
		return e->code;
	load_ages(d->session.book);
	if (d->found)
		fprintf(stderr, "drill: found the twin of %s again\n", d->dir);
	return ERR_NONE;
}

/* What happened since the last look, one line a record. */
static void
progress(void *ctx, const struct snapshot *s)
{
	struct drill *d = ctx;
	const struct room *r = s->room;

	for (size_t i = 0; i < r->tail_count; i++) {
		const struct room_line *l =
			&r->tail[(r->tail_start + i) % ROOM_TAIL];
		char at[CLOCK_TEXT];

		if (l->seq <= d->last_seq)
			continue;
		d->last_seq = l->seq;
		if (l->kind == RECORD_SAMPLES || l->kind == RECORD_REQUEST)
			continue;
		clock_text(at, l->wall_ms);
		fprintf(stderr, "%.8s DRILL %s\n", at + 11, l->text);
	}
}

static void
print_score(const struct snapshot *s, int code)
{
	const struct room *r = s->room;

	printf("exit %d  rollback %s %s\n", code, rollback_word(r->rollback),
	       r->rollback_detail);
	for (size_t i = 0; i < r->book->step_count; i++)
		printf("  %-11s %s\n", step_word(r->steps[i].state),
		       r->book->steps[i].id);
	printf("leftovers %zu, %" PRId64 " records, head %s\n", r->leftovers,
	       r->records, r->head);
}

static int
walk(struct drill *d, struct engine *g)
{
	const struct drill_policy policy = {
		.think_ms = d->think_ms,
		.patience_ms = PATIENCE_MS,
		.plays_second = cli_has(d->self, d->args, "second-person"),
		.stop_fd = d->signal_fd,
		.watch = progress,
		.ctx = d,
	};
	int code = drill_walk(g, &policy);
	struct snapshot *s = engine_look(g);
	const struct drill_witness witness = { bind_fault_wall_ms(d->dir) };
	struct buf out;

	progress(d, s);
	if (!s->is_held) /* the journal failed: the last word is why */
		cli_fail(d->self, code, "%s", s->notice);
	buf_init(&out, 1024 * 1024);
	if (d->json) {
		drill_score(&out, s, &witness, code);
		buf_char(&out, '\n');
		cli_print(&out);
	} else {
		print_score(s, code);
	}
	buf_clear(&out);
	snapshot_drop(s);
	return code;
}

/* Nothing more will be asked of the twin: whoever parks an unfinished drill
 * finds it as it was. */
static bool
is_drilled(const struct snapshot *s)
{
	return s->room->life == ROOM_CLOSED ||
	       s->room->rollback == ROLLBACK_VALIDATED ||
	       night_code(s) == EXIT_GO;
}

static int
play(struct drill *d)
{
	struct err e = { .code = ERR_NONE };
	char commander[64];
	struct engine *g;
	struct engine_options o = {
		.book = d->session.book,
		.fence = &d->session.fence,
		.dir = d->dir,
		.commander = commander,
		.seed = (uint64_t)d->seed,
		.auto_rollback = cli_has(d->self, d->args, "auto-rollback"),
		.plays_second = cli_has(d->self, d->args, "second-person"),
		.die_after = (int64_t)d->die_after,
	};
	struct snapshot *s;
	int code;

	if (d->headless)
		str_copy(commander, sizeof(commander), "policy");
	else
		load_commander(commander, sizeof(commander));
	if (engine_open(&g, &o, &e) != ERR_NONE) {
		if (!d->found) /* started for a room that is none */
			bind_stop_twin(d->dir);
		return cli_fail(d->self, cli_code_of(e.code), "%s", e.text);
	}
	night_give_claim(&d->claim);
	code = d->headless
		       ? walk(d, g)
		       : night_sit(d->self, d->args, g, d->dir, d->signal_fd);
	s = engine_look(g);
	if (drills_save(s, &e) != ERR_NONE)
		fprintf(stderr, "drill: its times are not kept: %s\n", e.text);
	if (is_drilled(s))
		bind_stop_twin(d->dir);
	snapshot_drop(s);
	engine_close(g);
	return code;
}

static bool
read_options(struct drill *d)
{
	d->headless = cli_has(d->self, d->args, "headless");
	d->json = cli_has(d->self, d->args, "json");
	d->seed = 1;
	d->speed = d->headless ? HEADLESS_SPEED : 1;
	d->think_ms = THINK_MS;
	if (d->json && !d->headless) {
		cli_fail(d->self, EXIT_USAGE, "--json goes with --headless");
		return false;
	}
	return cli_number(d->self, d->args, "seed", 0, 9e15, &d->seed) &&
	       cli_number(d->self, d->args, "speed", 0.1, 1000, &d->speed) &&
	       cli_number(d->self, d->args, "die-after", 1, 1e9,
			  &d->die_after) &&
	       cli_duration(d->self, d->args, "think", &d->think_ms);
}

/* The runbook cannot be used; its room may say why. */
static void
tell_unread(struct drill *d, const char *runbook)
{
	struct err e;

	d->session.book = load_name_only(runbook);
	d->session.book->is_drill = true;
	if (choose_room(d, &e) == ERR_NONE)
		night_tell_unread(d->dir, runbook);
	session_clear(&d->session);
}

static int
run(const struct cli_command *self, const struct cli_args *args)
{
	struct drill d = { .self = self, .args = args, .claim = -1 };
	char path[FS_PATH] = DEFAULT_RUNBOOK;
	struct err e = { .code = ERR_NONE };
	int code;

	if (!read_options(&d))
		return EXIT_USAGE;
	if (args->count == 1)
		str_copy(path, sizeof(path), args->operands[0]);
	else if (!load_share(path, sizeof(path), DEFAULT_RUNBOOK))
		return cli_fail(self, EXIT_USAGE,
				"the example runbook is not installed: name "
				"one");
	d.signal_fd = night_signals(!d.headless);
	clock_set_speed(d.speed);
	code = load_book(self, path, &d.session.book);
	if (code >= 0) {
		tell_unread(&d, path);
		return code;
	}
	if (prepare(&d, &e) != ERR_NONE)
		code = cli_fail(self, cli_code_of(e.code), "%s", e.text);
	else
		code = play(&d);
	night_give_claim(&d.claim);
	session_clear(&d.session);
	return code;
}

static const struct cli_option options[] = {
	NIGHT_OPTIONS,
	{ "scenario", "NAME", "what goes wrong (trunk-storm)" },
	{ "headless", NULL, "a policy commands: confirms all, rolls back" },
	{ "seed", "N", "of everything random (1)" },
	{ "speed", "X", "room time runs X times faster (1; headless 10)" },
	{ "think", "DUR", "quiet before the policy rolls back (60s)" },
	{ "die-after", "N", "kill this process once record N is written" },
	{ "second-person", NULL, "the policy also plays the second person" },
	{ "json", NULL, "the score as one JSON object (headless)" },
	{ NULL, NULL, NULL },
};

const struct cli_command cli_drill = {
	.name = "drill",
	.operands = "[RUNBOOK]",
	.help = "rehearse a runbook against the twin",
	.most = 1,
	.options = options,
	.run = run,
};
