/* scenes - rooms made by hand, for tests of what a person sees. */
#include "tests/lib/scenes.h"

#include <assert.h>

#include "base/mem.h"
#include "base/str.h"

#define ESC_TEXT "\x1b[2J\x1b]0;own\x07"
#define BIDI_TEXT "\xe2\x80\xae" /* U+202E */

struct gate_row {
	const char *domain, *name, *title, *unit;
	enum gate_op op;
	double limit, value;
	const char *words; /* instead of a number */
	bool critical;
};

/* clang-format off */
static const struct gate_row gates[] = {
	{ "telephony", "abandonment_rate_percent", "abandonment", "%",
	  GATE_AT_MOST, 2.5, 1.1, NULL, true },
	{ "telephony", "first_response_latency_ms", "first response", "ms",
	  GATE_AT_MOST, 1200, 840, NULL, true },
	{ "telephony", "success_rate_percent", "success rate", "%",
	  GATE_AT_LEAST, 99.2, 99.6, NULL, true },
	{ "telephony", "sip_failover_test_passed", "SIP failover", "",
	  GATE_EQUALS, 0, 0, NULL, true },
	{ "integrations", "api_error_rate_percent", "API errors", "%",
	  GATE_AT_MOST, 0.5, 0.1, NULL, false },
	{ "integrations", "webhook_retry_count", "webhook retries", "",
	  GATE_AT_MOST, 3, 1, NULL, false },
	{ "integrations", "dead_letter_queue_depth", "dead letters", "",
	  GATE_AT_MOST, 0, 0, NULL, false },
	{ "compliance", "tls_version", "TLS minimum", "",
	  GATE_VERSION_AT_LEAST, 0, 0, "1.2", true },
	{ "compliance", "data_residency_region", "residency", "",
	  GATE_EQUALS, 0, 0, "US_EAST_1", true },
	{ "rollback", "baseline_flow_present", "baseline flow", "",
	  GATE_EQUALS, 0, 0, NULL, true },
	{ "rollback", "dns_ttl_seconds", "DNS TTL", "s",
	  GATE_AT_MOST, 300, 300, NULL, true },
};

static const struct {
	const char *id, *title, *phase, *object;
	enum book_confirm confirm;
} steps[] = {
	{ "lock-baseline", "Lock the baseline of the inbound flow",
	  "1 Prepare", "deployment:d-9876543210", CONFIRM_KEY },
	{ "lower-ttl", "Lower TTL of sip.domain.com to 300 s",
	  "1 Prepare", "dns:sip.domain.com", CONFIRM_KEY },
	{ "publish-flow", "Publish v-2040506070", "2 Switch",
	  "flow:f-8473625190", CONFIRM_PHRASE },
	{ "set-routing", "Point the inbound strategy at the new flow",
	  "2 Switch", "strategy:rs-5566778899", CONFIRM_KEY },
	{ "switch-dns", "Point sip.domain.com to the new trunk",
	  "2 Switch", "dns:sip.domain.com", CONFIRM_PHRASE },
	{ "tell-people", "Tell the floor", "3 After", "", CONFIRM_NONE },
};

static const struct {
	const char *action, *target, *value;
} undos[] = {
	{ "dns_ttl_override", "sip.domain.com", "192.0.2.10" },
	{ "siph_trunk_status", "validation_trunk_primary", "disabled" },
	{ "crm_ticket_reassign", "open_tickets_since_cutover", "legacy" },
	{ "recording_archive_sync", "cutover_window", "legacy_storage" },
};
/* clang-format on */

#define LOCK 0
#define TTL 1
#define PUBLISH 2

static void
fill_gates(struct book *b)
{
	struct gate_set *set = &b->gates;

	str_copy(set->id, sizeof(set->id), "prod_cutover_gate_v4");
	set->rollback_on_critical = true;
	set->pass_score = 90;
	set->gates = mem_new(ARRAY_LEN(gates), sizeof(*set->gates));
	set->gate_count = ARRAY_LEN(gates);
	set->domains = mem_new(4, sizeof(*set->domains));
	for (size_t i = 0; i < ARRAY_LEN(gates); i++) {
		struct gate *g = &set->gates[i];
		const struct gate_row *row = &gates[i];
		size_t d = 0;

		str_printf(g->signal, sizeof(g->signal), "%s.%s", row->domain,
			   row->name);
		str_copy(g->domain, sizeof(g->domain), row->domain);
		str_copy(g->title, sizeof(g->title), row->title);
		str_copy(g->unit, sizeof(g->unit), row->unit);
		g->op = row->op;
		g->limit = row->words != NULL ? value_of_words(row->words)
			   : row->op == GATE_EQUALS
				   ? value_of_flag(true)
				   : value_of_number(row->limit);
		g->weight = 1;
		g->critical = row->critical;
		while (d < set->domain_count &&
		       !str_same(set->domains[d].name, row->domain))
			d++;
		if (d < set->domain_count)
			continue;
		set->domains[set->domain_count++] =
			(struct gate_domain){ .critical = row->critical,
					      .risk_multiplier = 1 };
		str_copy(set->domains[d].name, sizeof(set->domains[d].name),
			 row->domain);
	}
	set->gates[0].has_clear = set->gates[0].has_warn = true;
	set->gates[0].clear = 2.3;
	set->gates[0].warn = 2.0;
	set->gates[0].clear_for_ms = 60000;
}

static void
fill_steps(struct book *b)
{
	b->steps = mem_new(ARRAY_LEN(steps), sizeof(*b->steps));
	b->step_count = ARRAY_LEN(steps);
	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		struct book_step *s = &b->steps[i];

		str_copy(s->id, sizeof(s->id), steps[i].id);
		str_copy(s->title, sizeof(s->title), steps[i].title);
		str_copy(s->phase, sizeof(s->phase), steps[i].phase);
		str_copy(s->object, sizeof(s->object), steps[i].object);
		str_copy(s->owner, sizeof(s->owner), "routing");
		str_copy(s->act.kind, sizeof(s->act.kind), "http");
		settings_add(&s->act.with, "path", "/api/v2/thing");
		s->confirm = steps[i].confirm;
		s->takes_ms = 70000;
		s->timeout_ms = 300000;
		s->max_attempts = 3;
		if (i > 0)
			s->needs[s->need_count++] = (int)i - 1;
	}
	b->rollback.undos =
		mem_new(ARRAY_LEN(undos), sizeof(*b->rollback.undos));
	b->rollback.undo_count = ARRAY_LEN(undos);
	for (size_t i = 0; i < ARRAY_LEN(undos); i++) {
		struct book_undo *u = &b->rollback.undos[i];

		u->step = (int)i + 1;
		str_copy(u->action, sizeof(u->action), undos[i].action);
		str_copy(u->target, sizeof(u->target), undos[i].target);
		str_copy(u->value, sizeof(u->value), undos[i].value);
		str_copy(u->object, sizeof(u->object), undos[i].target);
	}
	b->rollback.timeout_ms = 1800000;
}

static void
fill_probes(struct book *b)
{
	struct book_probe *p = mem_new(2, sizeof(*p));

	b->probes = p;
	b->probe_count = 2;
	str_copy(p[0].id, sizeof(p[0].id), "queue");
	str_copy(p[0].kind, sizeof(p[0].kind), "http");
	p[0].signals = mem_new(1, sizeof(*p[0].signals));
	p[0].signal_count = 1;
	str_copy(p[0].signals[0].name, SIGNAL_NAME,
		 "telephony.abandonment_rate_percent");
	p[0].signals[0].from = mem_text("/a");
	str_copy(p[1].id, sizeof(p[1].id), "trunk-primary");
	str_copy(p[1].kind, sizeof(p[1].kind), "sip_options");
	str_copy(p[1].title, sizeof(p[1].title), "trunk primary");
	str_copy(p[1].pane, sizeof(p[1].pane), "telephony");
}

static struct book *
make_book(void)
{
	struct book *b = book_new();

	str_copy(b->id, sizeof(b->id), "voice-cutover");
	str_copy(b->title, sizeof(b->title), "Voice cutover");
	str_copy(b->environment, sizeof(b->environment), "PROD");
	str_copy(b->region, sizeof(b->region), "us-east-1");
	str_copy(b->platform_title, sizeof(b->platform_title),
		 "Genesys Cloud CX");
	b->window_ms = 14400000;
	b->rto_ms = 1800000;
	fill_gates(b);
	fill_steps(b);
	fill_probes(b);
	return b;
}

static void
see_gate(struct room *r, size_t gate)
{
	struct room_gate *g = &r->gates[gate];
	struct room_signal *s = &r->signals[g->signal];
	struct sample one = { .at_ms = SCENE_NOW_MS - 8000, .n = 412 };
	const struct gate_row *row = &gates[gate];

	str_copy(one.signal, sizeof(one.signal), s->name);
	one.value = row->words != NULL	     ? value_of_words(row->words)
		    : row->op == GATE_EQUALS ? value_of_flag(true)
					     : value_of_number(row->value);
	s->last = s->last_good = one;
	g->verdict = VERDICT_GO;
	g->reason = GATE_MET;
	g->since_ms = 60000;
	if (one.value.kind != VALUE_NUMBER)
		return;
	s->history_count = ROOM_HISTORY;
	for (int i = 0; i < ROOM_HISTORY; i++)
		s->history[i] = (float)(row->value * (0.8 + i * 0.003));
}

static void
add_line(struct room *r, enum record_kind kind, int64_t ago_ms,
	 const char *text)
{
	struct room_line *l = &r->tail[r->tail_count++];

	l->seq = (int64_t)r->tail_count;
	l->wall_ms = SCENE_WALL_MS - ago_ms;
	l->kind = kind;
	str_copy(l->text, sizeof(l->text), text);
}

static struct room *
make_room(void)
{
	struct book *b = make_book();
	struct room *r = room_new(b);

	book_drop(b);
	r->life = ROOM_OPEN;
	str_copy(r->name, sizeof(r->name), "prod_cutover_v4");
	str_copy(r->mode, sizeof(r->mode), "LIVE");
	str_copy(r->commander, sizeof(r->commander), "lead");
	str_copy(r->head, sizeof(r->head), "9f31c2aa40d1beef");
	r->last_ms = SCENE_NOW_MS;
	r->opened_wall_ms = SCENE_WALL_MS - SCENE_NOW_MS;
	r->last_wall_ms = SCENE_WALL_MS;
	r->records = 214;
	r->verdict = VERDICT_GO;
	for (size_t i = 0; i < ARRAY_LEN(gates); i++)
		see_gate(r, i);
	for (int i = LOCK; i <= TTL; i++) {
		r->steps[i] = (struct room_act){
			.state = STEP_VERIFIED,
			.attempt = 1,
			.since_ms = 1000000,
			.began_ms = 988000,
			.ended_ms = 1000000,
			.by = "lead",
		};
	}
	add_line(r, RECORD_OPEN, 2467000, "room opened by lead");
	add_line(r, RECORD_STEP, 1467000, "step lower-ttl verified");
	return r;
}

static void
breach(struct room *r)
{
	struct room_gate *g = &r->gates[0];
	struct room_signal *s = &r->signals[g->signal];

	g->verdict = VERDICT_NO_GO;
	g->reason = GATE_BREACHED;
	g->since_ms = SCENE_NOW_MS - 95000;
	s->last.value = s->last_good.value = value_of_number(2.9);
	for (int i = 40; i < ROOM_HISTORY; i++)
		s->history[i] = (float)(1.1 + (i - 39) * 0.09);
	r->verdict = VERDICT_NO_GO;
	add_line(r, RECORD_DECISION, 95000, "NO-GO abandonment 2.9 %");
}

static void
go_blind(struct room *r)
{
	struct room_gate *g = &r->gates[8];
	struct room_signal *s = &r->signals[g->signal];

	g->verdict = VERDICT_BLIND;
	g->reason = GATE_STALE;
	g->since_ms = SCENE_NOW_MS - 100000;
	str_copy(g->why, sizeof(g->why), "no answer in 2 s");
	s->last_good.at_ms = SCENE_NOW_MS - 130000;
	r->verdict = VERDICT_BLIND;
}

static void
run_step(struct room *r, enum step_state state)
{
	struct room_act *a = &r->steps[PUBLISH];

	*a = (struct room_act){
		.state = state,
		.attempt = 2,
		.polls = 4,
		.since_ms = SCENE_NOW_MS - 20000,
		.began_ms = SCENE_NOW_MS - 38000,
		.ended_ms = -1,
		.by = "lead",
	};
	str_copy(a->detail, sizeof(a->detail), "2 of 3 regions");
}

static void
open_prompt(struct room *r, int step, const char *phrase)
{
	static const char *const lines[] = {
		"4 steps, about 9 m (p90 15 m), RTO 30 m. Undoes: "
		"publish-flow (unknown outcome), lower-ttl.",
		"1 dns_ttl_override  sip.domain.com A  198.51.100.7 -> "
		"192.0.2.10  ttl 300",
		"2 siph_trunk_status  validation_trunk_primary  enabled -> "
		"disabled",
	};
	struct room_prompt *p = &r->prompt;

	p->open = true;
	p->step = step;
	p->since_ms = SCENE_NOW_MS;
	str_copy(p->phrase, sizeof(p->phrase), phrase);
	str_copy(p->digest, sizeof(p->digest), SCENE_DIGEST);
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		str_copy(p->lines[p->line_count++], ROOM_LINE, lines[i]);
	if (step >= 0)
		r->steps[step].state = STEP_ARMED;
	else
		r->rollback = ROLLBACK_ARMED;
}

static void
roll_back(struct room *r, enum rollback_state state)
{
	r->rollback = state;
	r->rollback_began_ms = SCENE_NOW_MS - 190000;
	r->rollback_ended_ms =
		state == ROLLBACK_VALIDATED ? SCENE_NOW_MS - 10000 : -1;
	mem_free(r->undos);
	r->undo_count = ARRAY_LEN(undos);
	r->undos = mem_new(r->undo_count, sizeof(*r->undos));
	for (size_t i = 0; i < r->undo_count; i++) {
		struct room_undo *u = &r->undos[i];

		u->item = (struct plan_item){ .row = (int)i, .step = -1 };
		u->act.began_ms = u->act.ended_ms = -1;
		str_copy(u->before, sizeof(u->before), "198.51.100.7");
		str_copy(u->after, sizeof(u->after), undos[i].value);
		if (state == ROLLBACK_VALIDATED || i < 1) {
			u->act.state = STEP_UNDONE;
			u->act.began_ms = SCENE_NOW_MS - 190000;
			u->act.ended_ms = SCENE_NOW_MS - 100000;
		} else if (i == 1) {
			u->act.state = STEP_BACKOFF;
			u->act.attempt = 3;
			u->act.began_ms = SCENE_NOW_MS - 100000;
			u->act.next_ms = SCENE_NOW_MS + 7000;
			str_copy(u->act.detail, sizeof(u->act.detail),
				 "429, Retry-After 12 s");
		}
	}
}

/* What a hostile peer or runbook would like to see on the screen. */
static void
poison(struct room *r)
{
	static const char evil[] = ESC_TEXT "\rGO" BIDI_TEXT "\x9b"
					    "31m\n";
	struct book *b = r->book;

	str_copy(b->gates.gates[0].title, GATE_TITLE, evil);
	str_copy(b->steps[PUBLISH].title, BOOK_TITLE, evil);
	str_copy(b->environment, sizeof(b->environment), "P\x1b[31mROD");
	str_copy(r->commander, sizeof(r->commander), evil);
	run_step(r, STEP_CONVERGING);
	str_copy(r->steps[PUBLISH].detail, sizeof(r->steps[PUBLISH].detail),
		 evil);
	add_line(r, RECORD_NOTE, 0, evil);
	go_blind(r);
	str_copy(r->gates[8].why, sizeof(r->gates[8].why), evil);
}

static void
set_scene(struct room *r, enum scene scene)
{
	switch (scene) {
	case SCENE_PROPOSED:
		r->rollback = ROLLBACK_PROPOSED;
		/* fall through */
	case SCENE_BREACH:
		breach(r);
		break;
	case SCENE_BLIND:
		go_blind(r);
		break;
	case SCENE_STEP:
		run_step(r, STEP_CONVERGING);
		break;
	case SCENE_PAUSED:
		run_step(r, STEP_BACKOFF);
		r->steps[PUBLISH].next_ms = SCENE_NOW_MS + 30000;
		r->steps[PUBLISH].is_paused = true;
		r->steps[PUBLISH].paused_ms = SCENE_NOW_MS - 15000;
		break;
	case SCENE_UNKNOWN:
		run_step(r, STEP_UNKNOWN);
		break;
	case SCENE_CONFIRM:
		open_prompt(r, PUBLISH, SCENE_PHRASE);
		break;
	case SCENE_CONFIRM_KEY:
		open_prompt(r, PUBLISH, "");
		break;
	case SCENE_ROLLBACK_PLAN:
		breach(r);
		open_prompt(r, -1, SCENE_BACK_PHRASE);
		break;
	case SCENE_ROLLING:
		roll_back(r, ROLLBACK_RUNNING);
		break;
	case SCENE_ROLLED:
		roll_back(r, ROLLBACK_VALIDATED);
		break;
	case SCENE_DRILL:
		str_copy(r->mode, sizeof(r->mode), "DRILL");
		break;
	case SCENE_HOSTILE:
		poison(r);
		break;
	case SCENE_CALM:
	case SCENE_READ_ONLY:
	case SCENE_COUNT:
		break;
	}
}

struct snapshot *
scene_make(enum scene scene)
{
	struct room *r = make_room();
	struct snapshot_probe *p = mem_new(2, sizeof(*p));
	struct snapshot *s;

	assert(scene < SCENE_COUNT);
	set_scene(r, scene);
	for (int i = 0; i < 2; i++) {
		str_copy(p[i].id, sizeof(p[i].id), r->book->probes[i].id);
		str_copy(p[i].detail, sizeof(p[i].detail), "200 12 ms");
		str_copy(p[i].raw, sizeof(p[i].raw), "{\"results\": [1, 2]}");
		p[i].at_ms = SCENE_NOW_MS - 8000;
		p[i].took_us = 12000;
		p[i].runs = 40;
	}
	s = snapshot_new(r, p, 2);
	s->now_ms = SCENE_NOW_MS;
	s->is_held = scene != SCENE_READ_ONLY;
	s->is_read_only = scene == SCENE_READ_ONLY;
	if (scene == SCENE_HOSTILE) {
		str_copy(s->notice, sizeof(s->notice), "no\x1b[2J\rway");
		s->notice_id = 1;
	}
	return s;
}

struct room *
scene_room(struct snapshot *s)
{
	return s->room;
}
