/* placing - synthetic calls, one after the other, until all have ended. */
#include "action/placing.h"

#include <poll.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/redact.h"
#include "base/str.h"
#include "base/text.h"
#include "net/loop.h"
#include "net/sip_invite.h"

#define AT_ONCE 50
#define DOWN_MS 3000 /* real; for calls to be taken down early */

struct placing;

struct call {
	struct placing *owner;
	const struct book_endpoint *trunk;
	struct sip_invite *invite; /* NULL: over */
};

struct placing {
	const struct placing_order *order;
	struct work *work;
	struct placed *out;
	struct loop *loop;
	struct call *calls;
	size_t over;	 /* of those begun */
	int64_t next_us; /* room time of the next call */
	/* Whose budget the next one waits for; NULL: none. */
	const struct book_endpoint *spared;
	bool is_news;	       /* one has ended, or a pause has */
	struct cancel_ear ear; /* of a pause's end */
};

static void
stop(struct placing *p)
{
	if (p->out->is_stopped)
		return;
	p->out->is_stopped = true;
	for (size_t i = 0; i < p->out->begun; i++)
		sip_invite_hang_up(p->calls[i].invite, DOWN_MS);
}

static void
tell_call(struct placing *p, const struct call *c,
	  const struct sip_invite_result *r, const char *why)
{
	char url[200];

	str_printf(url, sizeof(url), "sip:%s@%.120s", p->order->to,
		   c->trunk->url);
	work_say_exchange(p->work, "INVITE", url, r->status,
			  r->setup_us < 0 ? 0 : r->setup_us, why);
}

static void
on_result(void *ctx, const struct sip_invite_result *r)
{
	struct call *c = ctx;
	struct placing *p = c->owner;
	struct budget *budget = p->work->env->budget;
	bool is_good =
		r->code == ERR_NONE && !r->is_cancelled && r->status / 100 == 2;
	char why[ACTION_DETAIL], clean[96];

	redact_clean(clean, sizeof(clean), r->reason, strlen(r->reason));
	if (r->code != ERR_NONE)
		str_printf(why, sizeof(why), "%s: %.180s", c->trunk->id,
			   r->why);
	else if (r->is_cancelled)
		str_printf(why, sizeof(why),
			   "%s: not answered in time, cancelled", c->trunk->id);
	else
		str_printf(why, sizeof(why), "%s: %d %s", c->trunk->id,
			   r->status, clean);
	c->invite = NULL;
	p->over++;
	p->is_news = true;
	p->out->answered += is_good;
	if (!is_good)
		str_copy(p->out->why, sizeof(p->out->why), why);
	if (trunks_is_our_fault(r->code)) {
		err_set(&p->out->fault, r->code, "%.200s", why);
		stop(p);
	}
	if (budget != NULL && (r->status == 503 || r->status == 429))
		budget_hold(budget, c->trunk, r->retry_after_s * 1000);
	tell_call(p, c, r, why);
}

static void
begin_call(struct placing *p)
{
	const struct placing_order *o = p->order;
	struct call *c = &p->calls[p->out->begun];
	struct sip_invite_order order = {
		.user = o->to,
		.payloads = { 9, 0, 8 },
		.count = 3,
	};
	struct err e;

	*c = (struct call){
		.owner = p,
		.trunk = o->trunks.peers[p->out->begun % o->trunks.count]
	};
	order.target = trunks_target(c->trunk, o->answer_ms);
	p->out->begun++;
	p->next_us += o->every_us;
	if (p->next_us < clock_us())
		p->next_us = clock_us();
	if (sip_invite_start(&c->invite, p->loop, &order, on_result, c, &e) ==
	    ERR_NONE)
		return;
	p->over++;
	if (p->out->fault.code == ERR_NONE)
		p->out->fault = e;
	stop(p);
}

/* While a call waits for its trunk's budget, probes of it stand back. */
static void
spare(struct placing *p, const struct book_endpoint *trunk)
{
	struct budget *budget = p->work->env->budget;

	if (budget == NULL || p->spared == trunk)
		return;
	if (p->spared != NULL)
		budget_act_waits(budget, p->spared, false);
	if (trunk != NULL)
		budget_act_waits(budget, trunk, true);
	p->spared = trunk;
}

/* A person lets it stand still: no call begins. */
static bool
is_paused(const struct placing *p)
{
	return !p->out->is_stopped && p->work->cancel != NULL &&
	       cancel_is_paused(p->work->cancel);
}

/* One call if its time has come and its trunk may be asked. */
static void
advance(struct placing *p)
{
	const struct placing_order *o = p->order;
	struct budget *budget = p->work->env->budget;
	const struct book_endpoint *trunk =
		o->trunks.peers[p->out->begun % o->trunks.count];
	int64_t wait_us = 0;

	if (p->out->is_stopped || p->out->begun == o->count ||
	    p->out->begun - p->over >= AT_ONCE || clock_us() < p->next_us)
		return;
	if (is_paused(p)) {
		spare(p, NULL);
		if (p->over == p->out->begun)
			work_hold(p->work);
		return;
	}
	if (budget != NULL &&
	    budget_act(budget, trunk, &wait_us) != BUDGET_GO) {
		spare(p, trunk);
		p->next_us = clock_us() + (wait_us > 1000 ? wait_us : 1000);
	} else {
		spare(p, NULL);
		begin_call(p);
	}
}

static void
on_resume(void *ctx, short revents)
{
	struct placing *p = ctx;

	(void)revents;
	wake_lower(&p->ear.wake);
	p->is_news = true;
}

/* Until something may have changed. */
static void
wait_a_little(struct placing *p)
{
	struct work *w = p->work;
	bool may_begin = !p->out->is_stopped && !is_paused(p) &&
			 p->out->begun < p->order->count &&
			 p->out->begun - p->over < AT_ONCE;
	int64_t at_us = clock_us() + work_left_us(w);
	int fd = w->cancel != NULL && !p->out->is_stopped ? w->cancel->wake.fd
							  : -1;
	struct err ignored;
	int ms;

	if (may_begin && p->next_us < at_us)
		at_us = p->next_us;
	ms = at_us <= clock_us()
		     ? 1
		     : clock_real_wait_ms((at_us - clock_us()) / 1000 + 1);
	if (p->out->is_stopped)
		ms = DOWN_MS;
	p->is_news = false;
	if (loop_run_until(p->loop, &p->is_news, fd,
			   clock_real_us() + ms * 1000LL,
			   &ignored) == ERR_CANCELLED)
		stop(p);
}

/* Places them all; all that were begun have ended. */
static void
place_each(struct placing *p)
{
	p->next_us = clock_us();
	while (p->over <
	       (p->out->is_stopped ? p->out->begun : p->order->count)) {
		if (work_is_cancelled(p->work) || work_is_late(p->work))
			stop(p);
		advance(p);
		if (p->over <
		    (p->out->is_stopped ? p->out->begun : p->order->count))
			wait_a_little(p);
	}
	spare(p, NULL);
}

/* Hears of a pause's end while it waits. */
static void
place(struct placing *p)
{
	struct cancel *cancel = p->work->cancel;
	struct loop_watch *watch;

	if (cancel == NULL) {
		place_each(p);
		return;
	}
	if (cancel_listen(cancel, &p->ear, &p->out->fault) != ERR_NONE)
		return;
	watch = loop_watch(p->loop, p->ear.wake.fd, POLLIN, on_resume, p);
	if (watch == NULL)
		err_set(&p->out->fault, ERR_SYSTEM,
			"cannot watch for the end of a pause");
	else
		place_each(p);
	loop_watch_end(watch);
	cancel_unlisten(cancel, &p->ear);
}

void
placing_run(const struct placing_order *o, struct work *w, struct placed *out)
{
	struct placing p = { .order = o, .work = w, .out = out };

	*out = (struct placed){ 0 };
	if (loop_new(&p.loop, w->env->fence, &out->fault) != ERR_NONE)
		return;
	p.calls = mem_new(o->count, sizeof(*p.calls));
	place(&p);
	loop_free(p.loop);
	mem_free(p.calls);
}
