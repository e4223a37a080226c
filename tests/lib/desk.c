/* desk - a director in the hand: no thread of its own, one turn at a time. */
#include "tests/lib/desk.h"

#include "action/action.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "conf/conf.h"

#define LOOK_US 5000
#define LONGEST_US 5000000

static void
drop_picture(void *ctx, struct snapshot *s)
{
	TEST_UNUSED(ctx);
	snapshot_drop(s);
}

void
desk_begin(struct desk *k, struct book *book)
{
	memset(k, 0, sizeof(*k));
	test_dir_make(k->dir);
	k->book = book;
	fence_clear(&k->fence);
}

void
desk_open(struct desk *k)
{
	const struct engine_options o = {
		.book = k->book,
		.fence = &k->fence,
		.dir = k->dir,
		.commander = "lead",
		.seed = 7,
		.auto_rollback = k->is_automatic,
	};
	struct err e = { .code = ERR_NONE };

	assert_false(k->is_open);
	memset(&k->director, 0, sizeof(k->director));
	CHECK_OK(director_open(&k->director, &o, drop_picture, NULL, &e), &e);
	k->is_open = true;
}

void
desk_leave(struct desk *k)
{
	if (k->is_open)
		director_shut(&k->director);
	k->is_open = false;
}

void
desk_end(struct desk *k)
{
	desk_leave(k);
	book_drop(k->book);
	test_dir_drop(k->dir);
}

struct book *
desk_load(const char *runbook)
{
	const struct conf_kinds kinds = { .probes = probe_specs(),
					  .steps = action_specs() };
	struct err e = { .code = ERR_NONE };
	struct findings f = { 0 };
	char dir[FS_PATH], path[FS_PATH];
	struct book *b = NULL;
	struct buf told;

	test_dir_make(dir);
	str_printf(path, sizeof(path), "%s/b.yaml", dir);
	test_file_write(path, runbook);
	if (conf_load_book(&b, path, &kinds, &f, &e) != ERR_NONE) {
		buf_init(&told, 65536);
		findings_print(&told, &f);
		print_error("%s", buf_str(&told));
		buf_clear(&told);
	}
	findings_clear(&f);
	test_dir_drop(dir);
	assert_non_null(b);
	return b;
}

void
desk_say(struct desk *k, enum command_verb verb, const char *target,
	 const char *text)
{
	struct message *m = message_new(MESSAGE_COMMAND);

	m->command.verb = verb;
	str_copy(m->command.target, sizeof(m->command.target), target);
	str_copy(m->command.text, sizeof(m->command.text), text);
	director_turn(&k->director, m);
}

void
desk_type(struct desk *k, const char *typed)
{
	struct message *m = message_new(MESSAGE_COMMAND);

	m->command.verb = COMMAND_CONFIRM;
	str_copy(m->command.text, sizeof(m->command.text), typed);
	str_copy(m->command.digest, sizeof(m->command.digest),
		 k->director.room->prompt.digest);
	director_turn(&k->director, m);
}

void
desk_confirm(struct desk *k, const char *typed)
{
	desk_type(k, typed);
	/* What is live is read once more before a rollback begins. */
	while (errand_is_out(&k->director, PURPOSE_UNDO_RECHECK))
		director_turn(&k->director, queue_take(k->director.inbox,
						       clock_real_us() + 5000));
}

void
desk_approve(struct desk *k, const char *who)
{
	const struct room *r = k->director.room;
	struct message *m = message_new(MESSAGE_APPROVAL);

	m->approval.uid = -1;
	str_copy(m->approval.who, sizeof(m->approval.who), who);
	str_copy(m->approval.target, sizeof(m->approval.target),
		 room_prompt_name(r));
	str_copy(m->approval.digest, sizeof(m->approval.digest),
		 r->prompt.digest);
	director_turn(&k->director, m);
}

void
desk_measure_at(struct desk *k, const char *probe, struct value value,
		int64_t n, int64_t at_ms)
{
	const struct director *d = &k->director;
	const struct book_probe *p = book_probe(d->book, probe);
	struct message *m = message_new(MESSAGE_REPORT);
	struct probe_report *r;

	assert_non_null(p);
	r = mem_new(1, sizeof(*r) + sizeof(r->samples[0]));
	str_copy(r->probe, sizeof(r->probe), probe);
	r->at_ms = at_ms - d->base_ms + d->start_ms;
	r->count = 1;
	str_copy(r->samples[0].signal, SIGNAL_NAME, p->signals[0].name);
	r->samples[0].value = value;
	r->samples[0].n = n;
	r->samples[0].at_ms = r->at_ms;
	m->report = r;
	director_turn(&k->director, m);
}

void
desk_measure(struct desk *k, const char *probe, double value, int64_t n)
{
	desk_measure_at(k, probe, value_of_number(value), n,
			director_now_ms(&k->director));
}

void
desk_pass(struct desk *k, int64_t ms, int turns)
{
	for (int i = 0; i < turns; i++) {
		if (ms > 0)
			test_clock_forward_ms(ms);
		director_turn(&k->director, NULL);
	}
}

static void
take_turn(struct desk *k)
{
	director_turn(&k->director,
		      queue_take(k->director.inbox, clock_real_us() + LOOK_US));
}

bool
desk_until(struct desk *k, bool (*holds)(const struct desk *k))
{
	int64_t end_us = clock_real_us() + LONGEST_US;

	while (!holds(k)) {
		if (clock_real_us() > end_us)
			return false;
		take_turn(k);
	}
	return true;
}

void
desk_until_step(struct desk *k, const char *step, enum step_state state)
{
	int64_t end_us = clock_real_us() + LONGEST_US;

	while (desk_step(k, step) != state) {
		if (clock_real_us() > end_us)
			fail_msg("%s is %s, not %s: %s", step,
				 step_word(desk_step(k, step)),
				 step_word(state), k->director.notice);
		take_turn(k);
	}
}

void
desk_until_rollback(struct desk *k, enum rollback_state state)
{
	const struct room *r = k->director.room;
	int64_t end_us = clock_real_us() + LONGEST_US;

	while (r->rollback != state) {
		if (clock_real_us() > end_us)
			fail_msg("the rollback is %s, not %s: %s",
				 rollback_word(r->rollback),
				 rollback_word(state), k->director.notice);
		take_turn(k);
	}
}

static bool
is_at_rest(const struct desk *k)
{
	return !errand_any(&k->director);
}

void
desk_rest(struct desk *k)
{
	assert_true(desk_until(k, is_at_rest));
}

enum step_state
desk_step(const struct desk *k, const char *step)
{
	int i = runner_step_named(&k->director, step);

	assert_true(i >= 0);
	return k->director.room->steps[i].state;
}

int
desk_records(const struct desk *k, const char *kind, const char *part)
{
	char path[FS_PATH], wanted[64];
	char *text, *rest, *line;
	int count = 0;

	str_printf(path, sizeof(path), "%s/journal.jsonl", k->dir);
	str_printf(wanted, sizeof(wanted), "\"kind\":\"%s\"", kind);
	text = test_file_read(path);
	assert_non_null(text);
	rest = text;
	while ((line = strsep(&rest, "\n")) != NULL)
		count += strstr(line, wanted) != NULL &&
			 strstr(line, part) != NULL;
	mem_free(text);
	return count;
}
