/* books - a small runbook made by hand, for tests that need one. */
#include "tests/lib/books.h"

#include "base/mem.h"
#include "base/str.h"

static void
fill_act(struct act *a, const char *kind)
{
	str_copy(a->kind, sizeof(a->kind), kind);
	if (kind[0] != '\0')
		settings_add(&a->with, "endpoint", "platform");
}

static const struct {
	const char *id, *title, *object, *act, *undo;
	enum book_layer layer;
	enum book_confirm confirm;
	int64_t takes_ms;
} step_rows[BOOKS_STEPS] = {
	[BOOKS_LOCK] = { "lock-baseline", "Lock the baseline", "deployment:d-1",
			 "http", "", LAYER_FLOW, CONFIRM_KEY, 5000 },
	[BOOKS_FLOW] = { "publish-flow", "Publish the flow", "flow:f-1", "http",
			 "http", LAYER_FLOW, CONFIRM_PHRASE, 20000 },
	[BOOKS_ROUTING] = { "set-routing", "Point the strategy",
			    "strategy:rs-1", "http", "http", LAYER_ROUTING,
			    CONFIRM_KEY, 10000 },
	[BOOKS_TRUNK] = { "open-trunk", "Open the trunk", "trunk:primary",
			  "trunk", "trunk", LAYER_TRANSPORT, CONFIRM_KEY,
			  10000 },
	[BOOKS_DNS] = { "switch-dns", "Switch the record", "dns:sip.domain.com",
			"dns", "dns", LAYER_TRANSPORT, CONFIRM_PHRASE, 30000 },
	[BOOKS_TELL] = { "announce", "Tell the floor", "", "manual", "",
			 LAYER_USER_STATE, CONFIRM_NONE, 60000 },
};

static void
add_steps(struct book *b)
{
	b->steps = mem_new(BOOKS_STEPS, sizeof(*b->steps));
	b->step_count = BOOKS_STEPS;
	for (size_t i = 0; i < BOOKS_STEPS; i++) {
		struct book_step *s = &b->steps[i];

		str_copy(s->id, sizeof(s->id), step_rows[i].id);
		str_copy(s->title, sizeof(s->title), step_rows[i].title);
		str_copy(s->phase, sizeof(s->phase), "1 Switch");
		str_copy(s->object, sizeof(s->object), step_rows[i].object);
		s->layer = step_rows[i].layer;
		s->confirm = step_rows[i].confirm;
		s->takes_ms = step_rows[i].takes_ms;
		s->idempotent = true;
		s->timeout_ms = 60000;
		s->max_attempts = 3;
		s->before_gates = i == BOOKS_DNS;
		s->line = (int)i + 1;
		fill_act(&s->act, step_rows[i].act);
		fill_act(&s->undo, step_rows[i].undo);
		if (i > 0)
			s->needs[s->need_count++] = (int)i - 1;
	}
}

static void
add_row(struct book *b, const char *action, const char *object,
	enum book_layer layer, const char *kind)
{
	struct book_undo *u = &b->rollback.undos[b->rollback.undo_count++];

	u->step = (int)b->rollback.undo_count;
	u->ttl_s = -1;
	u->layer = layer;
	str_copy(u->action, sizeof(u->action), action);
	str_copy(u->target, sizeof(u->target), "target");
	str_copy(u->value, sizeof(u->value), "value");
	str_copy(u->object, sizeof(u->object), object);
	fill_act(&u->act, kind);
}

static void
add_rollback(struct book *b)
{
	struct book_rollback *r = &b->rollback;

	str_copy(r->id, sizeof(r->id), "small_rollback");
	str_copy(r->policy, sizeof(r->policy), "propose");
	r->timeout_ms = 1800000;
	r->stagger_ms = 5000;
	r->undos = mem_new(2, sizeof(*r->undos));
	add_row(b, "dns_ttl_override", "dns:sip.domain.com", LAYER_TRANSPORT,
		"dns");
	add_row(b, "crm_ticket_reassign", "tickets:open", LAYER_USER_STATE,
		"http");
}

static void
add_gates(struct book *b)
{
	static const char *const signals[BOOKS_GATES] = {
		[BOOKS_ABANDONMENT] = "telephony.abandonment_rate_percent",
		[BOOKS_ALIVE] = "telephony.primary_trunk_alive",
		[BOOKS_TTL] = "rollback.dns_ttl_seconds",
	};
	struct gate *g;

	str_copy(b->gates.id, sizeof(b->gates.id), "small_gates");
	b->gates.rollback_on_critical = true;
	b->gates.pass_score = 90;
	b->gates.warn_score = 70;
	b->gates.domains = mem_new(2, sizeof(*b->gates.domains));
	b->gates.domain_count = 2;
	b->gates.domains[0] = (struct gate_domain){ "telephony", true, 1 };
	b->gates.domains[1] = (struct gate_domain){ "rollback", false, 1 };
	b->gates.gates = mem_new(BOOKS_GATES, sizeof(*b->gates.gates));
	b->gates.gate_count = BOOKS_GATES;
	for (size_t i = 0; i < BOOKS_GATES; i++)
		gate_init(&b->gates.gates[i], signals[i]);
	g = &b->gates.gates[BOOKS_ABANDONMENT];
	g->op = GATE_AT_MOST;
	g->limit = value_of_number(2.5);
	g->critical = true;
	g->has_warn = true;
	g->warn = 2.0;
	g->max_age_ms = 20000;
	g = &b->gates.gates[BOOKS_ALIVE];
	g->op = GATE_EQUALS;
	g->limit = value_of_flag(true);
	g->critical = true;
	g = &b->gates.gates[BOOKS_TTL];
	g->op = GATE_AT_MOST;
	g->limit = value_of_number(300);
	g->max_age_ms = 60000;
}

static void
add_probe(struct book *b, const char *id, const char *signal, const char *pane)
{
	struct book_probe *p = &b->probes[b->probe_count++];

	str_copy(p->id, sizeof(p->id), id);
	str_copy(p->kind, sizeof(p->kind), "http");
	str_copy(p->title, sizeof(p->title), id);
	str_copy(p->pane, sizeof(p->pane), pane);
	p->every_ms = 5000;
	p->timeout_ms = 2000;
	p->signals = mem_new(1, sizeof(*p->signals));
	p->signal_count = 1;
	str_copy(p->signals->name, sizeof(p->signals->name), signal);
	p->signals->from = mem_text("/value");
	p->signals->scale = 1;
}

struct book *
books_small(void)
{
	struct book *b = book_new();

	str_copy(b->id, sizeof(b->id), "small");
	str_copy(b->title, sizeof(b->title), "A small cutover");
	str_copy(b->environment, sizeof(b->environment), "PROD");
	str_copy(b->region, sizeof(b->region), "us-east-1");
	str_copy(b->platform_title, sizeof(b->platform_title), "Platform");
	digest_hex(b->digest, "small", 5);
	b->window_ms = 4 * 3600000;
	b->rto_ms = 1800000;
	b->endpoints = mem_new(1, sizeof(*b->endpoints));
	b->endpoint_count = 1;
	str_copy(b->endpoints->id, sizeof(b->endpoints->id), "platform");
	str_copy(b->endpoints->adapter, sizeof(b->endpoints->adapter), "plain");
	b->endpoints->url = mem_text("https://platform.example");
	add_steps(b);
	add_rollback(b);
	b->baseline = mem_new(1, sizeof(*b->baseline));
	b->baseline_count = 1;
	str_copy(b->baseline->object, sizeof(b->baseline->object), "flow:f-1");
	b->baseline->layer = LAYER_FLOW;
	fill_act(&b->baseline->read, "http");
	add_gates(b);
	b->probes = mem_new(3, sizeof(*b->probes));
	add_probe(b, "queue", "telephony.abandonment_rate_percent",
		  "telephony");
	add_probe(b, "trunk", "telephony.primary_trunk_alive", "telephony");
	add_probe(b, "dns", "rollback.dns_ttl_seconds", "rollback");
	return b;
}

void
books_drain(struct book *b, const char *signal, const char *before)
{
	struct book_rollback *r = &b->rollback;
	struct book_drain *row;

	r->drains = mem_grow(r->drains, r->drain_count + 1, sizeof(*r->drains));
	row = &r->drains[r->drain_count++];
	*row = (struct book_drain){ .session_timer_ms = 600000 };
	gate_init(&row->gate, signal);
	row->gate.op = GATE_AT_MOST;
	row->gate.limit = value_of_number(2);
	str_copy(row->id, sizeof(row->id), "sessions");
	str_copy(row->before, sizeof(row->before), before);
}
