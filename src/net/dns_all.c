/* dns_all - one question to every authoritative server of a name. */
#include "net/dns_all.h"

#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/text.h"
#include "net/loop_item.h"

#define HOSTS_MOST 16
#define OPS_MOST (3 * HOSTS_MOST + 2 * DNS_PLACES + 8)
#define HOST_MOST 256

enum op_kind {
	OP_ZONE,     /* where does the zone of the name begin? */
	OP_NS,	     /* who serves it? */
	OP_ADDRESS,  /* A or AAAA of one of them, at the first server */
	OP_LOOKUP,   /* the same by the system */
	OP_RECORDS,  /* the question itself */
	OP_SERIAL,   /* SOA, at the same place */
	OP_RESOLVER, /* the question itself, with recursion */
};

/* One thing that is waited for. */
struct op {
	struct dns_all *all;
	enum op_kind kind;
	int index; /* of a host or a place */
	bool is_open;
	struct dns_call *call;
	struct address_lookup *lookup;
};

struct host {
	char name[HOST_MOST];
	int port;
	int asked;     /* A and AAAA still to come */
	bool is_found; /* the first server knew an address */
};

struct dns_all {
	struct loop_item item; /* must be first */
	struct loop *loop;
	dns_all_done *done;
	void *ctx;
	char name[300];
	char type[16];
	bool wants_serial;
	int64_t started_us, until_us;
	struct address first; /* where the others are asked for */
	struct host hosts[HOSTS_MOST];
	int host_count;
	struct address addresses[DNS_PLACES];
	struct op ops[OPS_MOST];
	int op_count;
	int open;
	bool is_discovering; /* the first lookup is for asking, not to judge */
	bool is_reporting;
	struct loop_timer *deadline;
	struct dns_all_result result;
};

static void
free_all(struct dns_all *c)
{
	loop_item_remove(&c->item);
	loop_timer_cancel(c->deadline);
	for (int i = 0; i < c->op_count; i++) {
		if (!c->ops[i].is_open)
			continue;
		dns_cancel(c->ops[i].call);
		address_lookup_cancel(c->ops[i].lookup);
	}
	mem_free(c);
}

static void
end_all(struct loop_item *item)
{
	free_all((struct dns_all *)item);
}

/* Reports and frees: the call is gone afterwards. */
static void
report(struct dns_all *c)
{
	c->result.took_us = clock_real_us() - c->started_us;
	c->is_reporting = true;
	c->done(c->ctx, &c->result);
	free_all(c);
}

static void
fail(struct dns_all *c, enum err_code code, const char *why)
{
	if (c->result.code != ERR_NONE)
		return;
	c->result.code = code;
	str_copy(c->result.why, sizeof(c->result.why), why);
}

static void
on_deadline(void *ctx)
{
	struct dns_all *c = ctx;

	c->deadline = NULL;
	if (c->result.count == 0)
		fail(c, ERR_TIMEOUT, "no name server was found in time");
	report(c);
}

static struct op *
new_op(struct dns_all *c, enum op_kind kind, int index)
{
	struct op *op = &c->ops[c->op_count];

	assert(c->op_count < OPS_MOST);
	c->op_count++;
	c->open++;
	*op = (struct op){
		.all = c, .kind = kind, .index = index, .is_open = true
	};
	return op;
}

static void
end_op(struct op *op)
{
	op->is_open = false;
	op->call = NULL;
	op->lookup = NULL;
	op->all->open--;
}

/* A little less than what is left: each ends before the whole. */
static int
left_ms(const struct dns_all *c)
{
	int64_t ms = (c->until_us - clock_real_us()) * 9 / 10 / 1000;

	return ms < 1 ? 1 : (int)ms;
}

static void on_answer(void *ctx, const struct dns_answer *a);

/* Starts a question; where it cannot, the reason stands as its answer. */
static void
ask(struct op *op, const struct address *at, const char *name, const char *type)
{
	struct dns_all *c = op->all;
	struct dns_answer none = { .rtt_us = -1, .ttl_s = -1, .serial = -1 };
	struct err e;

	if (dns_start_at(&op->call, c->loop, at, name, type,
			 op->kind == OP_RESOLVER, left_ms(c), on_answer, op,
			 &e) == ERR_NONE)
		return;
	none.code = e.code;
	str_copy(none.why, sizeof(none.why), e.text);
	on_answer(op, &none);
}

static void
clear_place(struct dns_place *p, const struct address *at)
{
	address_text(at, p->at, sizeof(p->at));
	p->serial = -1;
	p->answer = (struct dns_answer){
		.code = ERR_TIMEOUT, .rtt_us = -1, .ttl_s = -1, .serial = -1
	};
	str_printf(p->answer.why, sizeof(p->answer.why),
		   "no DNS answer from %.72s in time", p->at);
}

static void
add_place(struct dns_all *c, const struct address *at)
{
	struct dns_all_result *r = &c->result;
	int i = r->count;

	for (int j = 0; j < i; j++)
		if (address_same(at, &c->addresses[j]))
			return;
	if (i == DNS_PLACES) {
		fail(c, ERR_LIMIT,
		     "the name servers have more than 16 addresses");
		return;
	}
	r->count++;
	c->addresses[i] = *at;
	clear_place(&r->places[i], at);
	ask(new_op(c, OP_RECORDS, i), at, c->name, c->type);
	if (c->wants_serial)
		ask(new_op(c, OP_SERIAL, i), at, c->name, "SOA");
}

static void on_found(void *ctx, const struct address *found, size_t count,
		     const struct err *e);

static void
look_up(struct dns_all *c, enum op_kind kind, int index, const char *name,
	int port)
{
	struct op *op = new_op(c, kind, index);

	op->lookup =
		address_lookup(c->loop, name, port, left_ms(c), on_found, op);
}

static bool
is_allowed(struct dns_all *c, const char *name, int port)
{
	struct err e;

	if (fence_check(loop_fence(c->loop), name, port, &e) == ERR_NONE)
		return true;
	fail(c, e.code, e.text);
	return false;
}

/* Every NS of the zone, to be asked at the port of the first server. */
static void
take_servers(struct dns_all *c, const struct dns_answer *a)
{
	int port = c->hosts[0].port;

	c->host_count = 0;
	for (int i = 0; i < a->count; i++) {
		struct host *h = &c->hosts[c->host_count];
		size_t len = strlen(a->values[i]);

		if (len > 1 && a->values[i][len - 1] == '.')
			len--;
		str_copy_n(h->name, sizeof(h->name), a->values[i], len);
		if (!is_allowed(c, h->name, port))
			continue;
		h->port = port;
		h->asked = 2;
		h->is_found = false;
		ask(new_op(c, OP_ADDRESS, c->host_count), &c->first,
		    a->values[i], "A");
		ask(new_op(c, OP_ADDRESS, c->host_count), &c->first,
		    a->values[i], "AAAA");
		c->host_count++;
	}
	if (c->host_count == 0)
		fail(c, ERR_ABSENT, "the zone names no name server");
}

static void
take_addresses(struct dns_all *c, struct host *h, const struct dns_answer *a)
{
	struct address at;
	struct err e;

	for (int i = 0; a->code == ERR_NONE && i < a->count; i++) {
		if (address_parse(&at, a->values[i], h->port, &e) != ERR_NONE)
			continue;
		h->is_found = true;
		add_place(c, &at);
	}
	if (--h->asked == 0 && !h->is_found)
		look_up(c, OP_LOOKUP, (int)(h - c->hosts), h->name, h->port);
}

/* Who serves the name is a word of authority; nobody's guess will do. */
static bool
is_told(struct dns_all *c, const struct dns_answer *a, const char *what)
{
	char why[200];

	if (a->code == ERR_NONE && a->rcode == 0 && a->authoritative)
		return true;
	str_printf(why, sizeof(why), "%s of %.60s is not told: %.90s", what,
		   c->name,
		   a->code != ERR_NONE ? a->why
				       : "the server has no authority");
	fail(c, a->code != ERR_NONE ? a->code : ERR_REFUSED, why);
	return false;
}

static void
take_answer(struct op *op, const struct dns_answer *a)
{
	struct dns_all *c = op->all;

	switch (op->kind) {
	case OP_ZONE:
		if (!is_told(c, a, "the zone"))
			break;
		if (a->zone[0] == '\0')
			fail(c, ERR_FORMAT, "no SOA says where the zone is");
		else
			ask(new_op(c, OP_NS, 0), &c->first, a->zone, "NS");
		break;
	case OP_NS:
		if (is_told(c, a, "the NS"))
			take_servers(c, a);
		break;
	case OP_ADDRESS:
		take_addresses(c, &c->hosts[op->index], a);
		break;
	case OP_RECORDS:
		c->result.places[op->index].answer = *a;
		break;
	case OP_SERIAL:
		if (a->code == ERR_NONE && a->authoritative)
			c->result.places[op->index].serial = a->serial;
		break;
	default:
		c->result.resolver.answer = *a;
		break;
	}
}

static void
on_answer(void *ctx, const struct dns_answer *a)
{
	struct op *op = ctx;
	struct dns_all *c = op->all;

	op->call = NULL;
	take_answer(op, a); /* what it starts is counted before this ends */
	end_op(op);
	if (c->open == 0)
		report(c);
}

static void
use_addresses(struct op *op, const struct address *found, size_t count)
{
	struct dns_all *c = op->all;

	if (op->kind == OP_RESOLVER) {
		clear_place(&c->result.resolver, &found[0]);
		ask(new_op(c, OP_RESOLVER, 0), &found[0], c->name, c->type);
		return;
	}
	if (c->is_discovering) {
		c->is_discovering = false;
		c->first = found[0];
		ask(new_op(c, OP_ZONE, 0), &c->first, c->name, "SOA");
		return;
	}
	for (size_t i = 0; i < count; i++)
		add_place(c, &found[i]);
}

static void
on_found(void *ctx, const struct address *found, size_t count,
	 const struct err *e)
{
	struct op *op = ctx;
	struct dns_all *c = op->all;

	op->lookup = NULL;
	if (count > 0) {
		use_addresses(op, found, count);
	} else if (op->kind == OP_RESOLVER) {
		c->result.resolver.answer.code = e->code;
		str_copy(c->result.resolver.answer.why,
			 sizeof(c->result.resolver.answer.why), e->text);
	} else {
		fail(c, e->code, e->text);
	}
	end_op(op);
	if (c->open == 0)
		report(c);
}

static enum err_code
read_host(struct dns_all *c, struct host *h, const char *server, struct err *e)
{
	if (address_split(server, 53, h->name, sizeof(h->name), &h->port, e) !=
	    ERR_NONE)
		return e->code;
	return fence_check(loop_fence(c->loop), h->name, h->port, e);
}

static enum err_code
read_target(struct dns_all *c, const struct dns_all_target *t,
	    struct host *resolver, struct err *e)
{
	size_t count = t->discover ? 1 : t->server_count;

	if (count == 0 || count > HOSTS_MOST)
		return err_set(e, ERR_LIMIT, "from 1 to %d servers",
			       HOSTS_MOST);
	for (size_t i = 0; i < count; i++)
		if (read_host(c, &c->hosts[c->host_count++], t->servers[i],
			      e) != ERR_NONE)
			return e->code;
	if (!str_copy(c->name, sizeof(c->name), t->name) ||
	    !str_copy(c->type, sizeof(c->type), t->type))
		return err_set(e, ERR_ARG, "\"%.60s\" is no DNS name", t->name);
	if (t->resolver == NULL)
		return ERR_NONE;
	return read_host(c, resolver, t->resolver, e);
}

enum err_code
dns_all_start(struct dns_all **out, struct loop *l,
	      const struct dns_all_target *t, dns_all_done *done, void *ctx,
	      struct err *e)
{
	struct dns_all *c = mem_new(1, sizeof(*c));
	struct host resolver;

	*out = NULL;
	c->loop = l;
	c->done = done;
	c->ctx = ctx;
	if (read_target(c, t, &resolver, e) != ERR_NONE) {
		mem_free(c);
		return e->code;
	}
	c->wants_serial = t->wants_serial;
	c->is_discovering = t->discover;
	c->started_us = clock_real_us();
	c->until_us = c->started_us + t->timeout_ms * 1000LL;
	c->deadline = loop_at(l, c->until_us, on_deadline, c);
	loop_item_add(l, &c->item, end_all);
	for (int i = 0; i < c->host_count; i++)
		look_up(c, OP_LOOKUP, i, c->hosts[i].name, c->hosts[i].port);
	c->result.has_resolver = t->resolver != NULL;
	if (c->result.has_resolver)
		look_up(c, OP_RESOLVER, 0, resolver.name, resolver.port);
	*out = c;
	return ERR_NONE;
}

void
dns_all_cancel(struct dns_all *c)
{
	if (c != NULL && !c->is_reporting)
		free_all(c);
}
