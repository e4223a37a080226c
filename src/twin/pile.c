/* pile - tickets and recordings, moved by jobs; what both have in common. */
#include "twin/pile.h"

#include "base/str.h"

#define JOB_MS 2000 /* room time */

static void
put_job(struct twin_call *c, int status, const struct twin_job *j)
{
	struct jwriter w;

	route_json(c, status, &w);
	jw_object(&w, NULL);
	jw_text(&w, "id", j->id);
	jw_text(&w, "state", j->is_done ? "done" : "running");
	jw_object_end(&w);
}

void
pile_send(struct twin_call *c, const struct pile_surface *p)
{
	struct twin_pile *pile = &c->state->piles[p->kind];
	const char *select = route_need(c, "/select");
	const char *to = select == NULL ? NULL : route_need(c, p->to);
	struct twin_job *j;

	if (to == NULL)
		return;
	if (!str_same(select, p->select)) {
		route_fail(c, 400, "invalid.value", "select must be %s",
			   p->select);
		return;
	}
	j = state_add_job(c->state, p->kind, route_due(c, JOB_MS));
	if (j == NULL) {
		route_fail(c, 409, "limit.exceeded",
			   "There are %d jobs, no more fit.", TWIN_MOST);
		return;
	}
	/* Without a cutover there is nothing to move. */
	if (pile->total > 0 &&
	    state_move(&pile->place, to, j->due_ms, c->request->key))
		route_effect(c, "%s -> %s (%d)", p->word, to, pile->total);
	route_location(c, "%s/%s", p->jobs, j->id);
	put_job(c, 202, j);
}

void
pile_job(struct twin_call *c, const struct pile_surface *p)
{
	const struct twin_job *j = state_job(c->state, p->kind, c->args[0]);

	if (j == NULL)
		route_fail(c, 404, "not.found", "There is no job %s.",
			   c->args[0]);
	else
		put_job(c, 200, j);
}

void
pile_summary(struct twin_call *c, const struct pile_surface *p)
{
	const struct twin_pile *pile = &c->state->piles[p->kind];
	bool at_home = str_same(pile->place.now, p->home);
	struct jwriter w;

	route_json(c, 200, &w);
	jw_object(&w, NULL);
	jw_object(&w, p->group);
	jw_int(&w, "total", pile->total);
	jw_int(&w, p->count, at_home ? 0 : pile->total);
	jw_object_end(&w);
	jw_object_end(&w);
}
