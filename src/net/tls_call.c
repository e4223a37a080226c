/*
 * tls_call - what a TLS port really accepts, by handshakes.
 *
 * Each address of the name has a lane: first a handshake at normal security,
 * then one for each version, one after another.  A turn gets its share of the
 * time left, so a version that is met with silence does not take the others'.
 * Lanes of one call run side by side.
 */
#include "net/tls.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <openssl/err.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/text.h"
#include "net/loop_item.h"
#include "net/socket.h"
#include "net/tls_kit.h"

#define TURNS (TLS_VERSIONS + 1)

struct lane {
	struct tls_call *call;
	struct address at;
	int turns_done;
	int turn; /* a version or TLS_CONTROL */
	int fd;
	bool is_connected;
	bool is_over;
	bool has_control; /* a handshake of today's kind succeeded */
	SSL *ssl;
	struct tls_seen seen;
	struct loop_watch *watch;
	struct loop_timer *timer;
	struct tls_place *place; /* of the call's result */
	struct err failure;	 /* the last thing that went wrong */
};

struct tls_call {
	struct loop_item item; /* must be first */
	struct loop *loop;
	tls_done *done;
	void *ctx;
	char where[300];
	char name[256];
	char *ca_file;
	bool is_sip;
	struct address_lookup *lookup;
	struct loop_timer *deadline;
	int64_t until_us;
	int64_t started_us;
	struct lane lanes[ADDRESS_MOST];
	int lane_count;
	int open_lanes;
	bool is_reporting;
	struct tls_result result;
};

static const char *const version_names[TLS_VERSIONS] = { "1.0", "1.1", "1.2",
							 "1.3" };

static void
close_turn(struct lane *lane)
{
	loop_timer_cancel(lane->timer);
	lane->timer = NULL;
	loop_watch_end(lane->watch);
	lane->watch = NULL;
	SSL_free(lane->ssl);
	lane->ssl = NULL;
	if (lane->fd >= 0)
		close(lane->fd);
	lane->fd = -1;
}

static void
free_call(struct tls_call *c)
{
	loop_item_remove(&c->item);
	address_lookup_cancel(c->lookup);
	loop_timer_cancel(c->deadline);
	for (int i = 0; i < c->lane_count; i++)
		close_turn(&c->lanes[i]);
	mem_free(c->ca_file);
	mem_free(c);
}

static void
end_call(struct loop_item *item)
{
	free_call((struct tls_call *)item);
}

/* A closed connection speaks of the version only when the same peer has just
 * shown that it can shake hands. */
static void
settle_lane(struct lane *lane)
{
	for (int v = 0; v < TLS_VERSIONS; v++) {
		if (lane->place->versions[v] != TLS_DROPPED ||
		    lane->has_control)
			continue;
		lane->place->versions[v] = TLS_INCONCLUSIVE;
		if (lane->failure.code == ERR_NONE)
			err_set(&lane->failure, ERR_TLS,
				"closed without a word, and no handshake "
				"succeeds beside it");
	}
}

/* Old versions: one address that takes them is the finding.  New ones: one
 * that says nothing leaves the question open. */
static int
badness(int version, enum tls_verdict v)
{
	static const int ranks[] = {
		[TLS_UNTRIED] = 0, [TLS_REFUSED] = 1,  [TLS_REFUSED_WEAK] = 2,
		[TLS_DROPPED] = 3, [TLS_ACCEPTED] = 4, [TLS_INCONCLUSIVE] = 5,
	};

	if (v == TLS_ACCEPTED && version <= TLS_1_1)
		return 6;
	return ranks[v];
}

static void
merge_versions(struct tls_result *r, const struct tls_place *p)
{
	for (int v = 0; v < TLS_VERSIONS; v++)
		if (badness(v, p->versions[v]) > badness(v, r->versions[v]))
			r->versions[v] = p->versions[v];
}

/* One bad chain is the finding; a good one says nothing of the others. */
static void
merge_chains(struct tls_result *r)
{
	const struct tls_place *first_bad = NULL;
	bool all_known = r->addresses > 0;

	for (int i = 0; i < r->addresses; i++) {
		const struct tls_place *p = &r->places[i];

		all_known = all_known && p->chain_known;
		if (p->chain_known && !p->chain_valid && first_bad == NULL)
			first_bad = p;
		/* Nothing compares to NAN: the first one replaces it. */
		if (!isnan(p->days_left) && !(r->days_left <= p->days_left))
			r->days_left = p->days_left;
	}
	r->chain_known = all_known || first_bad != NULL;
	r->chain_valid = all_known && first_bad == NULL;
	if (first_bad != NULL && r->addresses > 1)
		str_printf(r->chain_why, sizeof(r->chain_why), "%.60s: %s",
			   first_bad->at, first_bad->chain_why);
	else if (first_bad != NULL)
		str_copy(r->chain_why, sizeof(r->chain_why),
			 first_bad->chain_why);
	else if (!r->chain_valid)
		str_copy(r->chain_why, sizeof(r->chain_why),
			 "no certificate was seen at normal security");
}

/* The lowest accepted, unless something below it is still open. */
static void
find_minimum(struct tls_call *c)
{
	for (int v = 0; v < TLS_VERSIONS; v++) {
		for (int i = 0; i < c->lane_count; i++) {
			if (c->result.places[i].versions[v] != TLS_ACCEPTED)
				continue;
			str_copy(c->result.minimum, sizeof(c->result.minimum),
				 version_names[v]);
			return;
		}
		if (c->result.versions[v] == TLS_INCONCLUSIVE)
			return;
	}
}

static void
explain(struct tls_call *c)
{
	struct tls_result *r = &c->result;
	bool has_accepted = false;

	for (int v = 0; v < TLS_VERSIONS; v++)
		has_accepted = has_accepted || r->versions[v] == TLS_ACCEPTED;
	for (int i = 0; i < c->lane_count; i++)
		for (int v = 0; v < TLS_VERSIONS; v++) {
			const struct err *failure = &c->lanes[i].failure;

			if (c->result.places[i].versions[v] !=
				    TLS_INCONCLUSIVE ||
			    r->code != ERR_NONE)
				continue;
			r->code = failure->code == ERR_NONE ? ERR_TIMEOUT
							    : failure->code;
			str_printf(r->why, sizeof(r->why),
				   "TLS %s at %.90s is undecided: %.90s",
				   version_names[v],
				   c->lane_count > 1 ? r->places[i].at
						     : c->where,
				   failure->code == ERR_NONE ? "not in time"
							     : failure->text);
		}
	if (r->code != ERR_NONE || has_accepted)
		return;
	r->code = ERR_TLS;
	str_printf(r->why, sizeof(r->why), "%.90s accepts no version of TLS",
		   c->where);
}

/* Reports and frees: the call is gone afterwards. */
static void
report(struct tls_call *c)
{
	struct tls_result *r = &c->result;

	r->addresses = c->lane_count;
	r->took_us = clock_real_us() - c->started_us;
	for (int i = 0; i < c->lane_count; i++) {
		close_turn(&c->lanes[i]);
		settle_lane(&c->lanes[i]);
		merge_versions(r, &r->places[i]);
	}
	merge_chains(r);
	if (r->code == ERR_NONE) {
		find_minimum(c);
		explain(c);
	}
	c->is_reporting = true;
	c->done(c->ctx, r);
	free_call(c);
}

static void
on_deadline(void *ctx)
{
	struct tls_call *c = ctx;

	c->deadline = NULL;
	if (c->lane_count == 0) {
		c->result.code = ERR_TIMEOUT;
		str_printf(c->result.why, sizeof(c->result.why),
			   "%.100s was not reached in time", c->where);
	}
	report(c);
}

static void start_turn(struct lane *lane);

/* The last lane to end reports, and with that the call is gone. */
static void
end_lane(struct lane *lane)
{
	struct tls_call *c = lane->call;

	close_turn(lane);
	lane->is_over = true;
	if (--c->open_lanes == 0)
		report(c);
}

/* A server that refuses the handshake of today has no good chain; one that
 * says nothing leaves the question open. */
static void
note_control(struct lane *lane, enum tls_verdict verdict, const char *why)
{
	struct tls_place *p = lane->place;

	if (verdict == TLS_ACCEPTED)
		lane->has_control = true;
	if (lane->ssl != NULL &&
	    tls_kit_chain(p, lane->ssl, lane->call->name, lane->call->is_sip))
		return;
	p->chain_known = verdict == TLS_REFUSED || verdict == TLS_REFUSED_WEAK;
	str_printf(p->chain_why, sizeof(p->chain_why),
		   "no handshake at normal security: %.60s", why);
}

static void
end_turn(struct lane *lane, enum tls_verdict verdict, const char *why)
{
	if (verdict == TLS_INCONCLUSIVE && lane->failure.code == ERR_NONE)
		err_set(&lane->failure, ERR_TLS, "%s", why);
	if (lane->turn == TLS_CONTROL)
		note_control(lane, verdict, why);
	else
		lane->place->versions[lane->turn] = verdict;
	if (verdict == TLS_ACCEPTED && lane->turn >= TLS_1_2)
		lane->has_control = true;
	close_turn(lane);
	lane->turns_done++;
	if (lane->turns_done == TURNS)
		end_lane(lane);
	else
		start_turn(lane);
}

/* Without a connection there is nothing to say about any version. */
static void
give_lane_up(struct lane *lane, const struct err *e)
{
	lane->failure = *e;
	if (lane->turn == TLS_CONTROL) {
		note_control(lane, TLS_INCONCLUSIVE, e->text);
		end_lane(lane);
		return;
	}
	end_turn(lane, TLS_INCONCLUSIVE, e->text);
}

static void
shake(struct lane *lane)
{
	char why[120];
	int result;
	int error;
	enum tls_verdict verdict;

	ERR_clear_error();
	result = SSL_connect(lane->ssl);
	error = SSL_get_error(lane->ssl, result);
	if (result == 1) {
		(void)SSL_shutdown(lane->ssl);
		ERR_clear_error();
		end_turn(lane, TLS_ACCEPTED, "");
		return;
	}
	if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) {
		loop_watch_events(lane->watch, error == SSL_ERROR_WANT_READ
						       ? POLLIN
						       : POLLOUT);
		return;
	}
	verdict =
		tls_kit_judge(error, lane->turn, &lane->seen, why, sizeof(why));
	end_turn(lane, verdict, why);
}

static void
on_ready(void *ctx, short revents)
{
	struct lane *lane = ctx;
	struct err e;
	int error;

	(void)revents;
	if (!lane->is_connected) {
		error = socket_failure(lane->fd);
		if (error != 0) {
			socket_err(&lane->at, error, &e);
			give_lane_up(lane, &e);
			return;
		}
		lane->is_connected = true;
	}
	shake(lane);
}

/* The hello of an old version proves it even when silence follows. */
static void
on_turn_late(void *ctx)
{
	struct lane *lane = ctx;
	char why[120];
	enum tls_verdict verdict;
	struct err e;

	lane->timer = NULL;
	if (!lane->is_connected) {
		err_set(&e, ERR_TIMEOUT, "no connection in time");
		give_lane_up(lane, &e);
		return;
	}
	lane->seen.os_error = ETIMEDOUT;
	verdict = tls_kit_judge(SSL_ERROR_SYSCALL, lane->turn, &lane->seen, why,
				sizeof(why));
	if (verdict == TLS_INCONCLUSIVE && lane->failure.code == ERR_NONE)
		err_set(&lane->failure, ERR_TIMEOUT,
			"no end of the handshake in time");
	end_turn(lane, verdict, "no end of the handshake in time");
}

static enum err_code
open_turn(struct lane *lane, struct err *e)
{
	struct tls_call *c = lane->call;
	struct tls_kit *kit;

	if (tls_kit_get(&kit, c->loop, c->ca_file, e) != ERR_NONE ||
	    socket_connect(&lane->fd, &lane->at, SOCK_STREAM, e) != ERR_NONE ||
	    tls_kit_open(&lane->ssl, kit, lane->turn, lane->fd, c->name,
			 &lane->seen, e) != ERR_NONE)
		return e->code;
	lane->watch = loop_watch(c->loop, lane->fd, POLLOUT, on_ready, lane);
	if (lane->watch == NULL)
		return err_set(e, ERR_SYSTEM, "cannot watch a socket: %s",
			       strerror(errno));
	return ERR_NONE;
}

static void
start_turn(struct lane *lane)
{
	static const int order[TURNS] = { TLS_CONTROL, TLS_1_3, TLS_1_2,
					  TLS_1_1, TLS_1_0 };
	struct tls_call *c = lane->call;
	int64_t now_us = clock_real_us();
	int64_t share_us;
	struct err e;

	lane->turn = order[lane->turns_done];
	lane->is_connected = false;
	if (open_turn(lane, &e) != ERR_NONE) {
		give_lane_up(lane, &e);
		return;
	}
	/* A little less than its share: the last one ends before the call. */
	share_us = (c->until_us - now_us) * 9 / 10 / (TURNS - lane->turns_done);
	lane->timer = loop_at(c->loop, now_us + share_us, on_turn_late, lane);
}

static void
on_found(void *ctx, const struct address *found, size_t count,
	 const struct err *e)
{
	struct tls_call *c = ctx;

	c->lookup = NULL;
	if (count == 0) {
		c->result.code = e->code;
		str_copy(c->result.why, sizeof(c->result.why), e->text);
		report(c);
		return;
	}
	if (count >= ADDRESS_MOST) { /* there may be more than these */
		c->result.code = ERR_LIMIT;
		str_printf(c->result.why, sizeof(c->result.why),
			   "%.90s has more than %d addresses: give each an "
			   "endpoint of its own",
			   c->where, ADDRESS_MOST - 1);
		report(c);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		struct lane *lane = &c->lanes[i];
		struct tls_place *p = &c->result.places[i];

		*lane = (struct lane){
			.call = c, .at = found[i], .fd = -1, .place = p
		};
		address_text(&found[i], p->at, sizeof(p->at));
		p->days_left = NAN;
		for (int v = 0; v < TLS_VERSIONS; v++)
			lane->place->versions[v] = TLS_INCONCLUSIVE;
	}
	c->lane_count = (int)count;
	c->open_lanes = (int)count + 1; /* ours: no report while starting */
	for (size_t i = 0; i < count; i++)
		start_turn(&c->lanes[i]);
	if (--c->open_lanes == 0)
		report(c);
}

enum err_code
tls_start(struct tls_call **out, struct loop *l, const struct tls_target *t,
	  tls_done *done, void *ctx, struct err *e)
{
	struct tls_call *c;
	struct tls_kit *kit;
	char host[256];
	int port;

	*out = NULL;
	if (address_split(t->where, t->port == 0 ? 443 : t->port, host,
			  sizeof(host), &port, e) != ERR_NONE ||
	    fence_check(loop_fence(l), host, port, e) != ERR_NONE ||
	    tls_kit_get(&kit, l, t->ca_file, e) != ERR_NONE)
		return e->code;
	c = mem_new(1, sizeof(*c));
	c->loop = l;
	c->done = done;
	c->ctx = ctx;
	c->ca_file = mem_text(t->ca_file);
	c->is_sip = t->is_sip;
	c->started_us = clock_real_us();
	c->until_us = c->started_us + t->timeout_ms * 1000LL;
	c->result.days_left = NAN;
	text_clean(c->where, sizeof(c->where), t->where, strlen(t->where));
	str_copy(c->name, sizeof(c->name), t->name == NULL ? host : t->name);
	loop_item_add(l, &c->item, end_call);
	c->deadline = loop_at(l, c->until_us, on_deadline, c);
	c->lookup = address_lookup(l, host, port, t->timeout_ms, on_found, c);
	*out = c;
	return ERR_NONE;
}

void
tls_cancel(struct tls_call *c)
{
	if (c != NULL && !c->is_reporting)
		free_call(c);
}
