/* plan - what would be sent, in order; reads are executed, nothing else. */
#include <stdio.h>
#include <string.h>

#include "action/action.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "cli/session.h"
#include "model/plan.h"
#include "model/room.h"

/* One row of the plan: a forward step or an item of the rollback. */
struct row {
	const char *name, *title, *object;
	const struct act *act;
	enum book_confirm confirm;
	int64_t takes_ms;
};

struct planning {
	struct session session;
	struct action_env env;
	struct cancel cancel;
	bool json;
	struct buf out;
	struct jwriter w;
	int unread; /* live state that could not be read */
	int shown;  /* items of the rollback */
};

static const char *
confirm_word(enum book_confirm c)
{
	static const char *const words[] = {
		[CONFIRM_NONE] = "none",
		[CONFIRM_KEY] = "key",
		[CONFIRM_PHRASE] = "phrase",
		[CONFIRM_TWO_PERSON] = "two_person",
	};

	return words[c];
}

static void
add_json(struct planning *p, const struct row *r,
	 const struct action_plan *plan, const struct err *e)
{
	jw_object(&p->w, NULL);
	jw_text(&p->w, "name", r->name);
	jw_text(&p->w, "kind", r->act->kind);
	jw_text(&p->w, "object", r->object);
	jw_text(&p->w, "confirm", confirm_word(r->confirm));
	jw_int(&p->w, "takes_ms", r->takes_ms);
	jw_array(&p->w, "requests");
	for (size_t i = 0; i < plan->count; i++)
		jw_text(&p->w, NULL, plan->lines[i]);
	jw_array_end(&p->w);
	if (e->code != ERR_NONE) {
		jw_text(&p->w, "error", e->text);
	} else if (plan->count > 0) {
		jw_text(&p->w, "before", plan->before);
		jw_text(&p->w, "after", plan->after);
		jw_text(&p->w, "fingerprint", plan->fingerprint);
	}
	jw_object_end(&p->w);
}

static void
add_text(struct planning *p, const struct row *r,
	 const struct action_plan *plan, const struct err *e, int number)
{
	char takes[24];

	str_duration(takes, sizeof(takes), r->takes_ms);
	buf_printf(&p->out, "%2d %-20s %s  (%s, confirm %s, about %s)\n",
		   number, r->name, r->title, r->act->kind,
		   confirm_word(r->confirm), takes);
	for (size_t i = 0; i < plan->count; i++)
		buf_printf(&p->out, "     %s\n", plan->lines[i]);
	if (e->code != ERR_NONE)
		buf_printf(&p->out, "     not read: %s\n", e->text);
	else if (plan->count > 0)
		buf_printf(&p->out, "     live %s -> %s\n", plan->before,
			   plan->after);
}

static void
add_row(struct planning *p, const struct row *r, int number)
{
	const struct action_kind *kind = action_kind_of(r->act->kind);
	struct action_plan plan = { .count = 0 };
	struct err e = { .code = ERR_NONE };

	if (kind->class == ACTION_NETWORK &&
	    (action_plan(&p->env, r->act, &p->cancel, &plan, &e) != ERR_NONE ||
	     strcmp(plan.before, "?") == 0))
		p->unread++;
	if (p->json)
		add_json(p, r, &plan, &e);
	else
		add_text(p, r, &plan, &e, number);
}

static bool
is_wanted(const char *name, const char *const *only, int count)
{
	for (int i = 0; i < count; i++)
		if (strcmp(only[i], name) == 0)
			return true;
	return count == 0;
}

static void
add_forward(struct planning *p)
{
	const struct book *b = p->session.book;

	for (size_t i = 0; i < b->step_count; i++) {
		const struct book_step *s = &b->steps[i];

		add_row(p,
			&(struct row){ s->id, s->title, s->object, &s->act,
				       s->confirm, s->takes_ms },
			(int)i + 1);
	}
}

/* The rollback of a night in which every step ran. */
static void
add_rollback(struct planning *p, const char *const *only, int count)
{
	const struct book *b = p->session.book;
	struct room *room = room_new(p->session.book);
	struct plan plan;

	for (size_t i = 0; i < b->step_count; i++)
		room->steps[i].state = STEP_VERIFIED;
	plan_rollback(&plan, b, room);
	for (size_t i = 0; i < plan.count; i++) {
		const struct plan_item *item = &plan.items[i];
		const char *name = plan_name(b, item);

		if (!is_wanted(name, only, count))
			continue;
		p->shown++;
		add_row(p,
			&(struct row){ name, plan_object(b, item),
				       plan_object(b, item), plan_act(b, item),
				       CONFIRM_PHRASE, plan_takes_ms(b, item) },
			(int)i + 1);
	}
	plan_clear(&plan);
	room_free(room);
}

static void
make_plan(struct planning *p, const struct cli_args *args, bool rollback)
{
	jw_init(&p->w, &p->out);
	if (p->json) {
		jw_object(&p->w, NULL);
		jw_int(&p->w, "schema_version", 1);
		jw_text(&p->w, "runbook", p->session.book->id);
		jw_text(&p->w, "digest", p->session.book->digest);
		jw_array(&p->w, rollback ? "rollback" : "steps");
	}
	if (rollback)
		add_rollback(p, args->operands + 1, args->count - 1);
	else
		add_forward(p);
	if (p->json) {
		jw_array_end(&p->w);
		jw_object_end(&p->w);
		buf_char(&p->out, '\n');
	}
	cli_print(&p->out);
}

static int
run(const struct cli_command *self, const struct cli_args *args)
{
	struct planning p = { .json = cli_has(self, args, "json") };
	bool rollback = cli_has(self, args, "rollback");
	struct err e = { .code = ERR_NONE };
	int code;

	if (args->count > 1 && !rollback)
		return cli_fail(self, EXIT_USAGE,
				"items go with --rollback only");
	code = session_open(&p.session, self, args->operands[0],
			    cli_value(self, args, "twin"));
	if (code >= 0)
		return code;
	p.env = (struct action_env){ p.session.book, &p.session.fence,
				     auth_store_new() };
	buf_init(&p.out, 4 * 1024 * 1024);
	if (cancel_open(&p.cancel, &e) == ERR_NONE) {
		make_plan(&p, args, rollback);
		cancel_close(&p.cancel);
		code = p.unread > 0 ? EXIT_BLIND : EXIT_GO;
		if (rollback && p.shown < args->count - 1)
			code = cli_fail(self, EXIT_USAGE,
					"not every item named is part of the "
					"rollback; plan --rollback without "
					"names lists them");
	} else {
		code = cli_fail(self, EXIT_NO_GO, "%s", e.text);
	}
	buf_clear(&p.out);
	auth_store_free(p.env.auth);
	session_clear(&p.session);
	return code;
}

static const struct cli_option options[] = {
	{ "rollback", NULL, "the rollback, as if every step had run" },
	{ "json", NULL, "one JSON object on stdout" },
	{ "twin", "DIR", "ask the twin that serves in DIR" },
	{ NULL, NULL, NULL },
};

const struct cli_command cli_plan = {
	.name = "plan",
	.operands = "RUNBOOK [ITEM...]",
	.help = "what would be sent, in order; only reads are executed",
	.least = 1,
	.most = -1,
	.options = options,
	.run = run,
};
