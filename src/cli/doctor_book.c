/* doctor_book - what a runbook needs: secrets, programs, endpoints. */
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/queue.h"
#include "base/str.h"
#include "cli/doctor.h"
#include "net/dns.h"
#include "net/http.h"
#include "net/identity.h"
#include "probe/probe.h"

#define REACH_MS 4000
#define ROUND_MS 20000 /* real: longest wait for all probes */
#define INBOX_CAP 4096

static void
name_check(char *to, size_t size, const char *kind, const char *id)
{
	str_printf(to, size, "%s %s", kind, id);
}

/* Reading a variable takes it out of the environment: the next endpoint that
 * names it is given the same value. */
static const char *
known_secret(const struct book *book, const struct book_endpoint *ep)
{
	for (const struct book_endpoint *b = book->endpoints; b < ep; b++)
		if (ep->secret_env != NULL && b->secret != NULL &&
		    str_same(b->secret_env, ep->secret_env))
			return b->secret;
	return NULL;
}

static void
check_secret(struct doctor *d, const struct book *book,
	     struct book_endpoint *ep)
{
	const char *known = known_secret(book, ep);
	const char *where =
		ep->secret_env != NULL ? ep->secret_env : ep->secret_file;
	struct err e = { .code = ERR_NONE };
	char check[72];

	if (where == NULL || ep->secret != NULL) /* none, or the twin's */
		return;
	if (known != NULL)
		ep->secret = mem_text(known);
	else if (ep->secret_env != NULL)
		(void)!identity_from_env(&ep->secret, ep->secret_env, &e);
	else
		(void)!identity_from_file(&ep->secret, ep->secret_file, &e);
	name_check(check, sizeof(check), "secret", ep->id);
	if (e.code == ERR_NONE)
		doctor_say(d, DOCTOR_OK, check, "", "%s", where);
	else
		doctor_say(d, DOCTOR_CANNOT, check,
			   "without it nothing of this endpoint is asked or "
			   "changed",
			   "%s", e.text);
}

static void
check_ca_file(struct doctor *d, const struct book_endpoint *ep)
{
	char check[72];

	if (ep->ca_file == NULL)
		return;
	name_check(check, sizeof(check), "ca_file", ep->id);
	if (access(ep->ca_file, R_OK) == 0)
		doctor_say(d, DOCTOR_OK, check, "", "%s", ep->ca_file);
	else
		doctor_say(d, DOCTOR_CANNOT, check,
			   "put the PEM file there, or correct the endpoint",
			   "%s cannot be read", ep->ca_file);
}

static void
check_program(struct doctor *d, const char *program, const char *for_what)
{
	char check[72];

	name_check(check, sizeof(check), "program", program);
	if (doctor_has(program))
		doctor_say(d, DOCTOR_OK, check, "", "in PATH, for %s",
			   for_what);
	else
		doctor_say(d, DOCTOR_CANNOT, check,
			   "install it, or add its folder to PATH",
			   "not in PATH, but %s needs it", for_what);
}

static void
check_act(struct doctor *d, const struct book_step *step, const struct act *act)
{
	const char *tool = settings_text(&act->with, "tool");
	char what[96];

	if (tool == NULL)
		return;
	str_printf(what, sizeof(what), "step %s", step->id);
	check_program(d, tool, what);
}

static void
check_programs(struct doctor *d, const struct book *book)
{
	const struct book_step *two = NULL;
	char what[96];

	for (size_t i = 0; i < book->step_count; i++) {
		const struct book_step *step = &book->steps[i];

		if (step->confirm == CONFIRM_TWO_PERSON && two == NULL)
			two = step;
		check_act(d, step, &step->act);
		check_act(d, step, &step->undo);
	}
	if (two == NULL)
		return;
	str_printf(what, sizeof(what), "the second person of step %s", two->id);
	check_program(d, "ssh-keygen", what);
}

void
doctor_book(struct doctor *d, struct book *book)
{
	for (size_t i = 0; i < book->endpoint_count; i++) {
		check_secret(d, book, &book->endpoints[i]);
		check_ca_file(d, &book->endpoints[i]);
	}
	check_programs(d, book);
}

/* Any answer will do: it shows name, port, TLS and somebody who speaks the
 * protocol. */
static enum err_code
reach(char *how, size_t size, const struct book_endpoint *ep,
      const struct fence *fence, struct err *e)
{
	struct http_request request = { .method = "GET",
					.url = ep->url,
					.ca_file = ep->ca_file,
					.timeout_ms = REACH_MS };
	struct http_answer answer;
	struct dns_answer dns;
	enum err_code code;

	if (str_same(ep->adapter, "dns")) {
		code = dns_do(&dns, fence, ep->url, ".", "SOA", REACH_MS, -1,
			      e);
		str_printf(how, size, "%s answers DNS", ep->url);
		return code;
	}
	code = http_do(&answer, fence, &request, -1, e);
	str_printf(how, size, "%s answers HTTP %d", ep->url, answer.status);
	http_answer_clear(&answer);
	return code;
}

/* Is it asked by a probe?  SIP and TLS are reached by these alone. */
static bool
is_probed(const struct book *book, const char *id)
{
	for (size_t i = 0; i < book->probe_count; i++) {
		const struct settings *with = &book->probes[i].with;

		for (size_t k = 0; k < with->count; k++) {
			const char *at = strstr(with->items[k].text, id);
			size_t len = strlen(id);

			if (str_same(with->items[k].text, id) ||
			    (at != NULL && at > with->items[k].text &&
			     at[-1] == '"' && at[len] == '"'))
				return true;
		}
	}
	return false;
}

static void
check_endpoint(struct doctor *d, const struct session *s,
	       const struct book_endpoint *ep)
{
	char check[72], how[200];
	struct err e = { .code = ERR_NONE };

	name_check(check, sizeof(check), "endpoint", ep->id);
	if (str_in_words("sip tls", ep->adapter)) {
		if (!is_probed(s->book, ep->id))
			doctor_say(d, DOCTOR_WARN, check,
				   "give it a probe, so that it is watched",
				   "no probe asks %s", ep->url);
		return;
	}
	if (reach(how, sizeof(how), ep, &s->fence, &e) == ERR_NONE)
		doctor_say(d, DOCTOR_OK, check, "", "%s", how);
	else
		doctor_say(d, DOCTOR_CANNOT, check,
			   "see its address, the route and the firewall", "%s",
			   e.text);
}

static void
free_report(void *report)
{
	probe_report_free(report);
}

static void
sink(void *ctx, struct probe_report *report)
{
	if (!queue_put(ctx, report))
		probe_report_free(report);
}

static void
take_report(struct doctor *d, const struct probe_report *r)
{
	const struct sample *bad = NULL;
	char check[72];

	for (size_t i = 0; i < r->count && bad == NULL; i++)
		if (r->samples[i].failed)
			bad = &r->samples[i];
	name_check(check, sizeof(check), "probe", r->probe);
	if (r->failed)
		doctor_say(d, DOCTOR_CANNOT, check,
			   "its gates would be BLIND; see \"warroom probe\"",
			   "%s", r->detail);
	else if (bad != NULL)
		doctor_say(d, DOCTOR_WARN, check,
			   "see \"warroom probe\" before the night", "%s: %s",
			   bad->signal, bad->why);
	else
		doctor_say(d, DOCTOR_OK, check, "", "%s", r->detail);
}

static size_t
index_of(const struct book *b, const char *probe)
{
	size_t i = 0;

	while (i < b->probe_count && strcmp(b->probes[i].id, probe) != 0)
		i++;
	return i;
}

static void
take_reports(struct doctor *d, const struct book *b, struct queue *inbox)
{
	int64_t until_us = clock_real_us() + ROUND_MS * 1000LL;
	bool *seen = mem_new(b->probe_count, sizeof(*seen));
	size_t got = 0;
	char check[72];

	while (got < b->probe_count && clock_real_us() < until_us) {
		struct probe_report *r = queue_take(inbox, until_us);
		size_t i;

		if (r == NULL)
			continue;
		i = index_of(b, r->probe);
		if (i < b->probe_count && !seen[i]) {
			seen[i] = true;
			got++;
			take_report(d, r);
		}
		probe_report_free(r);
	}
	for (size_t i = 0; i < b->probe_count; i++) {
		if (seen[i])
			continue;
		name_check(check, sizeof(check), "probe", b->probes[i].id);
		doctor_say(d, DOCTOR_CANNOT, check,
			   "its gates would be BLIND; see \"warroom probe\"",
			   "said nothing within 20 s");
	}
	mem_free(seen);
}

void
doctor_reach(struct doctor *d, const struct session *s)
{
	const struct probe_env env = { s->book, &s->fence, auth_store_new(),
				       budget_new(s->book) };
	struct queue *inbox = queue_new(INBOX_CAP, free_report);
	struct poller *poller;
	struct err e;

	for (size_t i = 0; i < s->book->endpoint_count; i++)
		check_endpoint(d, s, &s->book->endpoints[i]);
	if (poller_start(&poller, &env, NULL, 1, sink, inbox, &e) == ERR_NONE) {
		poller_now(poller, NULL);
		take_reports(d, s->book, inbox);
		poller_stop(poller);
	} else {
		doctor_say(d, DOCTOR_CANNOT, "probes",
			   "correct the runbook: no probe runs", "%s", e.text);
	}
	queue_free(inbox);
	auth_store_free(env.auth);
	budget_free(env.budget);
}
