/*
 * action_reconcile - reads every object until all stand where they should.
 *
 * Each step's own reading back says where its object stands, region by region
 * where it acts in several.  Nothing is changed: it ends verified when all
 * agree, else it names what is mixed, on the other side, or not to be read.
 */
#include "action/action.h"

#include <string.h>

#include "action/kinds.h"
#include "action/request.h"
#include "action/work.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"

#define PLAN_MS 7000
#define EVERY_MS 5000
#define SHOWN (ACTION_LINES - 2)

struct object {
	const struct book_step *step;
	const struct act *act; /* whose landing is the wanted side */
};

struct order {
	struct object *items;
	size_t count;
	bool wants_target;
	int64_t for_ms, every_ms;
};

static const struct act *
act_of(const struct order *o, const struct book_step *s)
{
	const struct act *act = o->wants_target ? &s->act : &s->undo;
	const struct action_kind *kind = action_kind_of(act->kind);

	if (kind == NULL || !action_is_read(act) || !kind->mutates(act))
		return NULL;
	return act;
}

/* The last step to change an object says where it should stand; all undos of
 * one object lead to the same. */
static bool
is_overtaken(const struct book *b, const struct order *o, size_t step)
{
	const char *object = b->steps[step].object;

	for (size_t i = step + 1; i < b->step_count && object[0] != '\0'; i++)
		if (str_same(b->steps[i].object, object) &&
		    act_of(o, &b->steps[i]) != NULL)
			return true;
	return false;
}

static void
add(struct order *o, const struct book_step *s, const struct act *act)
{
	o->items[o->count++] = (struct object){ s, act };
}

static enum err_code
add_named(struct order *o, const struct book *b, const char *list,
	  struct err *e)
{
	struct json *doc = json_parse(list, strlen(list), e);

	if (doc == NULL)
		return e->code;
	o->items = mem_new(json_count(doc) + 1, sizeof(*o->items));
	for (const struct json *v = json_first(doc); v != NULL;
	     v = json_next(v)) {
		const char *id = json_text(v) != NULL ? json_text(v) : "";
		const struct book_step *s = book_step(b, id);
		const struct act *act = s != NULL ? act_of(o, s) : NULL;

		if (act != NULL) {
			add(o, s, act);
			continue;
		}
		json_free(doc);
		return err_set(e, ERR_ARG,
			       s == NULL ? "no step \"%s\""
			       : o->wants_target
				       ? "step \"%s\" changes nothing to read"
				       : "step \"%s\" has no undo to read by",
			       id);
	}
	json_free(doc);
	return ERR_NONE;
}

static enum err_code
order_read(struct order *o, const struct book *b, const struct settings *with,
	   struct err *e)
{
	const char *list = settings_text(with, "steps");

	*o = (struct order){ 0 };
	o->wants_target =
		str_same(settings_text_or(with, "want", "target"), "target");
	o->for_ms = settings_duration_ms(with, "for", 0);
	o->every_ms = settings_duration_ms(with, "every", EVERY_MS);
	if (list != NULL) {
		if (add_named(o, b, list, e) != ERR_NONE)
			return e->code;
	} else {
		o->items = mem_new(b->step_count + 1, sizeof(*o->items));
		for (size_t i = 0; i < b->step_count; i++) {
			const struct act *act = act_of(o, &b->steps[i]);

			if (act != NULL && !is_overtaken(b, o, i))
				add(o, &b->steps[i], act);
		}
	}
	if (o->count == 0)
		return err_set(e, ERR_ARG,
			       "there is no object to reconcile: no step "
			       "changes one");
	return ERR_NONE;
}

static const char *
name_of(const struct object *x)
{
	return x->step->object[0] != '\0' ? x->step->object : x->step->id;
}

/* Reads all; how many stand as wanted.  `told` names the others, those that
 * could not be read first. */
static size_t
look(const struct order *o, const struct work *w, char *told, size_t size)
{
	char unread[ACTION_DETAIL] = "", other[ACTION_DETAIL] = "";
	size_t right = 0;

	for (size_t i = 0; i < o->count; i++) {
		char detail[ACTION_DETAIL], line[ACTION_DETAIL];
		struct regions sides;
		enum action_landed found = action_readback_regions(
			w->env, o->items[i].act, w->cancel, &sides, detail,
			sizeof(detail));
		char *to = found == LANDED_UNCLEAR ? unread : other;
		size_t used = strlen(to);

		if (found == LANDED_YES) {
			right++;
			continue;
		}
		str_printf(line, sizeof(line), "%s%s %s (%.90s)",
			   used > 0 ? ", " : "", name_of(&o->items[i]),
			   found == LANDED_UNCLEAR ? "unknown"
			   : found == LANDED_PART  ? "mixed"
						   : "not there",
			   detail);
		if (used + 1 < ACTION_DETAIL)
			str_copy(to + used, ACTION_DETAIL - used, line);
	}
	str_printf(told, size, "%zu of %zu at the %s%s%s%s%s", right, o->count,
		   o->wants_target ? "target" : "baseline",
		   right < o->count ? ": " : "", unread,
		   unread[0] != '\0' && other[0] != '\0' ? ", " : "", other);
	return right;
}

static bool
reconcile_mutates(const struct act *act)
{
	(void)act;
	return false;
}

static enum err_code
reconcile_plan(const struct action_env *env, const struct act *act,
	       struct cancel *cancel, struct action_plan *out, struct err *e)
{
	struct order o;
	struct work w;
	struct buf b;
	enum err_code code = order_read(&o, env->book, &act->with, e);

	work_open_alone(&w, env, cancel, PLAN_MS);
	buf_init(&b, 1 << 20);
	if (code == ERR_NONE) {
		char told[ACTION_DETAIL];

		for (size_t i = 0; i < o.count; i++) {
			char line[ACTION_LINE];

			buf_printf(&b, "%s ", o.items[i].step->id);
			str_printf(line, sizeof(line), "read %s by %s of %s",
				   name_of(&o.items[i]), o.items[i].act->kind,
				   o.items[i].step->id);
			if (i < SHOWN)
				request_add_line(out, line, 1);
		}
		look(&o, &w, told, sizeof(told));
		request_add_line(out, told, 2);
		str_copy(out->before, sizeof(out->before), told);
		str_printf(out->after, sizeof(out->after), "%zu of %zu",
			   o.count, o.count);
		/* Not over what is live: to see that move is what it is for. */
		buf_text(&b, o.wants_target ? "target" : "baseline");
		digest_hex(out->fingerprint, buf_str(&b), b.len);
		if (work_is_cancelled(&w))
			code = err_set(e, ERR_CANCELLED,
				       "planning was cancelled");
	}
	buf_clear(&b);
	mem_free(o.items);
	return code;
}

static void
reconcile_perform(const struct action_job *job, struct action_result *out)
{
	char told[ACTION_DETAIL] = "";
	struct order o;
	struct work w;
	struct err e;

	*out = (struct action_result){ .attempts = 1 };
	work_open_job_alone(&w, job);
	if (order_read(&o, job->env->book, &job->act->with, &e) != ERR_NONE) {
		result_end(out, OUTCOME_FAILED, false, "%s", e.text);
		mem_free(o.items);
		return;
	}
	if (o.for_ms > 0 && o.for_ms < job->timeout_ms)
		work_due(&w, o.for_ms);
	work_say(&w, STEP_ACTING, "reading every object", 0);
	for (;;) {
		size_t right = look(&o, &w, told, sizeof(told));

		/* A look that was cut short proves nothing. */
		if (right == o.count && !work_is_cancelled(&w)) {
			result_end(out, OUTCOME_DONE, false, "%s", told);
			break;
		}
		if (work_is_cancelled(&w) ||
		    work_sleep(&w, STEP_CONVERGING, told, o.every_ms) ==
			    WORK_CANCELLED) {
			result_end(out, OUTCOME_CANCELLED, false,
				   "cancelled; %s", told);
			break;
		}
		if (work_is_late(&w)) {
			result_end(out, OUTCOME_FAILED, true, "%s", told);
			break;
		}
	}
	mem_free(o.items);
}

static enum action_landed
reconcile_readback(const struct action_env *env, const struct act *act,
		   struct cancel *cancel, char *detail, size_t size)
{
	(void)env;
	(void)act;
	(void)cancel;
	str_copy(detail, size, "it only reads");
	return LANDED_NO;
}

/* clang-format off */
static const struct param params[] = {
	{ .name = "steps", .type = PARAM_LIST,
	  .help = "whose objects are read; else those of all steps" },
	{ .name = "want", .type = PARAM_WORD, .fallback = "target",
	  .choices = "target baseline", .help = "where they all must stand" },
	{ .name = "for", .type = PARAM_DURATION,
	  .help = "how long it looks; else until the step's time is over" },
	{ .name = "every", .type = PARAM_DURATION, .fallback = "5s",
	  .help = "time between two looks" },
	{ 0 },
};
/* clang-format on */

const struct action_kind action_kind_reconcile = {
	.spec = { .name = "reconcile",
		  .help = "read every object until all stand as wanted",
		  .params = params },
	.class = ACTION_NETWORK,
	.mutates = reconcile_mutates,
	.plan = reconcile_plan,
	.perform = reconcile_perform,
	.readback = reconcile_readback,
};
