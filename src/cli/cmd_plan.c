/* plan - what would be sent, in order; reads are executed, nothing else. */
#include <stdio.h>
#include <string.h>

#include "action/action.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "cli/session.h"
#include "model/drain.h"
#include "model/plan.h"
#include "model/room.h"

#define LINE 200

/* One row of the plan: a forward step or an item of the rollback. */
struct row {
	const char *name, *title, *object;
	const struct act *act;
	enum book_confirm confirm;
	int64_t takes_ms;
	const char *owner;   /* of a step; "" */
	const char *because; /* item it goes with; NULL: it was named */
	const struct plan_item *item; /* NULL: a forward step */
};

struct planning {
	struct session session;
	struct action_env env;
	struct cancel cancel;
	bool json;
	struct buf out;
	struct jwriter w;
	int unread; /* live state that could not be read */
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

static bool
is_by_person(const struct row *r)
{
	return action_kind_of(r->act->kind)->class == ACTION_PERSON;
}

/* What it waits for before it acts, and what stands in for it. */
static void
add_json_notes(struct planning *p, const struct plan_item *item)
{
	const struct book *b = p->session.book;
	char line[LINE];

	jw_array(&p->w, "waits");
	for (size_t i = 0; i < b->rollback.drain_count; i++) {
		const struct book_drain *drain = &b->rollback.drains[i];

		if (!drain_plan_line(line, sizeof(line), drain, b, item, 1))
			continue;
		jw_object(&p->w, NULL);
		jw_text(&p->w, "drain", drain->id);
		jw_int(&p->w, "most_ms", drain->session_timer_ms);
		jw_text(&p->w, "text", line);
		jw_object_end(&p->w);
	}
	jw_array_end(&p->w);
	if (plan_emergency(b, item) != NULL)
		jw_text(&p->w, "emergency", plan_emergency(b, item)->kind);
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
	if (r->because != NULL)
		jw_text(&p->w, "because", r->because);
	if (is_by_person(r)) {
		jw_object(&p->w, "person");
		jw_text(&p->w, "owner",
			settings_text_or(&r->act->with, "owner", r->owner));
		jw_text(&p->w, "text",
			settings_text_or(&r->act->with, "text", ""));
		jw_object_end(&p->w);
	}
	if (r->item != NULL)
		add_json_notes(p, r->item);
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
	if (!action_is_read(r->act) && is_by_person(r))
		buf_printf(&p->out, "     by a person%s%s: %s\n",
			   r->owner[0] != '\0' ? ", " : "", r->owner,
			   settings_text_or(&r->act->with, "text", ""));
	if (e->code != ERR_NONE)
		buf_printf(&p->out, "     not read: %s\n", e->text);
	else if (plan->count > 0)
		buf_printf(&p->out, "     live %s -> %s\n", plan->before,
			   plan->after);
}

static void
add_row(struct planning *p, const struct row *r, int number)
{
	struct action_plan plan = { .count = 0 };
	struct err e = { .code = ERR_NONE };

	if (action_is_read(r->act) &&
	    (action_plan(&p->env, r->act, &p->cancel, &plan, &e) != ERR_NONE ||
	     strcmp(plan.before, "?") == 0))
		p->unread++;
	if (p->json)
		add_json(p, r, &plan, &e);
	else
		add_text(p, r, &plan, &e, number);
}

static void
add_forward(struct planning *p)
{
	const struct book *b = p->session.book;

	for (size_t i = 0; i < b->step_count; i++) {
		const struct book_step *s = &b->steps[i];

		add_row(p,
			&(struct row){ s->id, s->title, s->object, &s->act,
				       s->confirm, s->takes_ms, s->owner, NULL,
				       NULL },
			(int)i + 1);
	}
}

/* The same as text. */
static void
add_notes(struct planning *p, const struct plan_item *item)
{
	const struct book *b = p->session.book;
	char line[LINE];

	if (p->json)
		return;
	for (size_t i = 0; i < b->rollback.drain_count; i++)
		if (drain_plan_line(line, sizeof(line), &b->rollback.drains[i],
				    b, item, 1))
			buf_printf(&p->out, "     %s\n", line);
	if (plan_emergency(b, item) != NULL)
		buf_printf(&p->out,
			   "     if the platform cannot be reached: by %s\n",
			   plan_emergency(b, item)->kind);
}

/* Why it is taken back though it was not named. */
static void
add_reason(struct planning *p, const struct plan *plan, size_t i)
{
	const struct plan_item *item = &plan->items[i];

	if (item->because == 0 || p->json)
		return;
	buf_printf(&p->out, "     also: it %s %s\n",
		   item->shares ? "changes the same object as" : "builds on",
		   plan_name(p->session.book, &plan->items[item->because - 1]));
}

/* The items of a night in which every step ran: all, or those that go with
 * the named ones. */
static enum err_code
plan_night(struct plan *out, const struct book *b, const struct room *room,
	   const char *const *names, int count, struct err *e)
{
	enum err_code code;
	struct buf words;

	if (count == 0) {
		plan_rollback(out, b, room);
		return ERR_NONE;
	}
	buf_init(&words, 65536);
	for (int i = 0; i < count; i++)
		buf_printf(&words, " %s", names[i]);
	code = plan_targeted(out, b, room, buf_str(&words), e);
	buf_clear(&words);
	return code;
}

static enum err_code
add_rollback(struct planning *p, const char *const *names, int count,
	     struct err *e)
{
	const struct book *b = p->session.book;
	struct room *room = room_new(p->session.book);
	struct plan plan;

	for (size_t i = 0; i < b->step_count; i++)
		room->steps[i].state = STEP_VERIFIED;
	if (plan_night(&plan, b, room, names, count, e) != ERR_NONE) {
		room_free(room);
		return e->code;
	}
	for (size_t i = 0; i < plan.count; i++) {
		const struct plan_item *item = &plan.items[i];
		const int with = item->because - 1;

		add_row(p,
			&(struct row){
				plan_name(b, item), plan_object(b, item),
				plan_object(b, item), plan_act(b, item),
				CONFIRM_PHRASE, plan_takes_ms(b, item), "",
				with < 0 ? NULL
					 : plan_name(b, &plan.items[with]),
				item },
			(int)i + 1);
		add_reason(p, &plan, i);
		add_notes(p, item);
	}
	plan_clear(&plan);
	room_free(room);
	return ERR_NONE;
}

static enum err_code
make_plan(struct planning *p, const struct cli_args *args, bool rollback,
	  struct err *e)
{
	enum err_code code = ERR_NONE;

	jw_init(&p->w, &p->out);
	if (p->json) {
		jw_object(&p->w, NULL);
		jw_int(&p->w, "schema_version", 1);
		jw_text(&p->w, "runbook", p->session.book->id);
		jw_text(&p->w, "digest", p->session.book->digest);
		jw_array(&p->w, rollback ? "rollback" : "steps");
	}
	if (rollback)
		code = add_rollback(p, args->operands + 1, args->count - 1, e);
	else
		add_forward(p);
	if (code != ERR_NONE)
		return code;
	if (p->json) {
		jw_array_end(&p->w);
		jw_object_end(&p->w);
		buf_char(&p->out, '\n');
	}
	cli_print(&p->out);
	return ERR_NONE;
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
	p.env = (struct action_env){ .book = p.session.book,
				     .fence = &p.session.fence,
				     .auth = auth_store_new(),
				     .budget = budget_new(p.session.book) };
	buf_init(&p.out, 4 * 1024 * 1024);
	if (cancel_open(&p.cancel, &e) == ERR_NONE) {
		code = EXIT_GO;
		if (make_plan(&p, args, rollback, &e) != ERR_NONE)
			code = cli_fail(self, EXIT_USAGE,
					"%s; plan --rollback without names "
					"lists them",
					e.text);
		else if (p.unread > 0)
			code = EXIT_BLIND;
		cancel_close(&p.cancel);
	} else {
		code = cli_fail(self, EXIT_NO_GO, "%s", e.text);
	}
	buf_clear(&p.out);
	auth_store_free(p.env.auth);
	budget_free(p.env.budget);
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
