/*
 * action_manual - a person does it, and says so.
 *
 * What the world shows of it is read back, where the runbook says how: at an
 * HTTP API, at the server of a DNS record, by a program; all that is named must
 * hold.  To perform it is to look until it does: the person has done the rest.
 */
#include "action/action.h"

#include <string.h>

#include "action/dns_record.h"
#include "action/follow.h"
#include "action/kinds.h"
#include "action/program.h"
#include "base/clock.h"
#include "base/str.h"
#include "net/identity.h"

#define PLAN_MS 10000
#define READ_BACK_MS 15000
#define EVERY_MS 2000
#define TEXT_LINES 3

static const struct book_endpoint *
endpoint_of(const struct work *w, const struct settings *with,
	    const char *setting, char *why, size_t size)
{
	const char *id = settings_text_or(with, setting, "");
	const struct book_endpoint *found = book_endpoint(w->env->book, id);

	if (found == NULL)
		str_printf(why, size, "no endpoint \"%s\"", id);
	return found;
}

static enum action_landed
read_http(struct work *w, const struct settings *with, char *why, size_t size)
{
	enum action_landed found = LANDED_UNCLEAR;
	struct settings spelled = { 0 };
	struct request r = { 0 };
	struct err e;

	w->endpoint = endpoint_of(w, with, "verify.http.endpoint", why, size);
	if (w->endpoint == NULL)
		return LANDED_UNCLEAR;
	w->who = identity_client(w->endpoint);
	settings_add(&spelled, "path",
		     settings_text_or(with, "verify.http.path", ""));
	settings_add(&spelled, "verify.pointer",
		     settings_text_or(with, "verify.http.pointer", ""));
	settings_add(&spelled, "verify.equals",
		     settings_text_or(with, "verify.http.equals", ""));
	if (request_read(&r, w->endpoint, &spelled, &e) == ERR_NONE)
		found = follow_landed(w, &r, why, size);
	else
		str_copy(why, size, e.text);
	request_clear(&r);
	settings_clear(&spelled);
	return found;
}

static enum action_landed
read_dns(struct work *w, const struct settings *with, char *why, size_t size)
{
	const struct book_endpoint *server =
		endpoint_of(w, with, "verify.dns.server", why, size);
	const struct dns_order o = {
		.server = server == NULL ? NULL : server->url,
		.name = settings_text_or(with, "verify.dns.name", ""),
		.type = settings_text_or(with, "verify.dns.type", "A"),
		.value = settings_text_or(with, "verify.dns.value", ""),
		.ttl_s = DNS_TTL_AUTOMATIC,
	};

	return o.server == NULL ? LANDED_UNCLEAR
				: dns_record_published(&o, w, why, size);
}

static enum action_landed
read_exec(struct work *w, const struct settings *with, char *why, size_t size)
{
	enum action_landed found = LANDED_UNCLEAR;
	struct program p;
	struct err e;

	if (program_read(&p, settings_text_or(with, "verify.exec.argv", "[]"),
			 settings_text(with, "verify.exec.env"),
			 &e) == ERR_NONE)
		found = program_landed(&p, w, why, size);
	else
		str_copy(why, size, e.text);
	program_clear(&p);
	return found;
}

/* Ways to see it; `given` is there where the runbook names the way. */
static const struct way {
	const char *given;
	enum action_landed (*read)(struct work *w, const struct settings *with,
				   char *why, size_t size);
} ways[] = {
	{ "verify.http.path", read_http },
	{ "verify.dns.name", read_dns },
	{ "verify.exec.argv", read_exec },
};

/* What is worst of all ways: not there before unclear before there. */
static enum action_landed
look(struct work *w, const struct settings *with, char *why, size_t size)
{
	enum action_landed all = LANDED_UNCLEAR;
	char said[ACTION_DETAIL];
	bool is_first = true;

	str_copy(why, size, "nothing says how to see it");
	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		enum action_landed one;

		if (settings_text(with, ways[i].given) == NULL)
			continue;
		said[0] = '\0';
		one = ways[i].read(w, with, said, sizeof(said));
		if (is_first || one == LANDED_NO ||
		    (one == LANDED_UNCLEAR && all == LANDED_YES)) {
			all = one;
			str_copy(why, size, said);
		}
		is_first = false;
	}
	return all;
}

static void
show_ways(const struct settings *with, struct action_plan *out)
{
	char line[ACTION_LINE * 2];
	struct program p;
	struct err e;

	if (settings_text(with, "verify.http.path") != NULL) {
		str_printf(line, sizeof(line), "read back %s %s until %s is %s",
			   settings_text_or(with, "verify.http.endpoint", ""),
			   settings_text_or(with, "verify.http.path", ""),
			   settings_text_or(with, "verify.http.pointer", ""),
			   settings_text_or(with, "verify.http.equals", ""));
		request_add_line(out, line, 1);
	}
	if (settings_text(with, "verify.dns.name") != NULL) {
		str_printf(line, sizeof(line), "ask %s for %s %s until %s",
			   settings_text_or(with, "verify.dns.server", ""),
			   settings_text_or(with, "verify.dns.name", ""),
			   settings_text_or(with, "verify.dns.type", "A"),
			   settings_text_or(with, "verify.dns.value", ""));
		request_add_line(out, line, 1);
	}
	if (settings_text(with, "verify.exec.argv") == NULL)
		return;
	if (program_read(&p, settings_text(with, "verify.exec.argv"), NULL,
			 &e) == ERR_NONE)
		program_show(&p, "read back by", out);
	program_clear(&p);
}

/* What moves when the words, or what is there now, do. */
static void
take_fingerprint(const struct settings *with, struct action_plan *out)
{
	struct buf b;

	buf_init(&b, 65536);
	for (size_t i = 0; i < with->count; i++) {
		buf_add(&b, with->items[i].name,
			strlen(with->items[i].name) + 1);
		buf_add(&b, with->items[i].text,
			strlen(with->items[i].text) + 1);
	}
	buf_text(&b, out->before);
	digest_hex(out->fingerprint, buf_str(&b), b.len);
	buf_clear(&b);
}

static enum err_code
manual_plan(const struct action_env *env, const struct act *act,
	    struct cancel *cancel, struct action_plan *out, struct err *e)
{
	static const char *const words[] = { [LANDED_YES] = "there",
					     [LANDED_NO] = "not there",
					     [LANDED_UNCLEAR] = "?",
					     [LANDED_PART] = "?" };
	const char *owner = settings_text_or(&act->with, "owner", "");
	char why[ACTION_DETAIL], line[2048];
	struct work w;

	work_open_alone(&w, env, cancel, PLAN_MS);
	str_printf(line, sizeof(line), "by a person%s%s: %s",
		   owner[0] != '\0' ? ", " : "", owner,
		   settings_text_or(&act->with, "text", ""));
	request_add_line(out, line, TEXT_LINES);
	show_ways(&act->with, out);
	str_copy(out->before, sizeof(out->before),
		 words[look(&w, &act->with, why, sizeof(why))]);
	request_add_line(out, why, 1);
	str_copy(out->after, sizeof(out->after), "there");
	if (work_is_cancelled(&w))
		return err_set(e, ERR_CANCELLED, "planning was cancelled");
	take_fingerprint(&act->with, out);
	return ERR_NONE;
}

static void
manual_perform(const struct action_job *job, struct action_result *out)
{
	char why[ACTION_DETAIL] = "";
	enum action_landed found;
	struct work w;

	*out = (struct action_result){ .attempts = 1 };
	work_open_job_alone(&w, job);
	work_say(&w, STEP_VERIFYING, "reading back", 0);
	do {
		found = look(&w, &job->act->with, why, sizeof(why));
	} while (found != LANDED_YES &&
		 work_sleep(&w, STEP_VERIFYING, why, EVERY_MS) == WORK_SLEPT);
	if (found == LANDED_YES)
		result_end(out, OUTCOME_DONE, false, "read back: %s", why);
	else if (work_is_cancelled(&w))
		result_end(out, OUTCOME_UNKNOWN, false,
			   "cancelled while it was read back: %s", why);
	else if (found == LANDED_NO)
		result_end(out, OUTCOME_FAILED, true,
			   "called done, but read back: not there (%s)", why);
	else
		result_end(out, OUTCOME_UNKNOWN, false,
			   "called done, but not to be read back: %s", why);
}

static enum action_landed
manual_readback(const struct action_env *env, const struct act *act,
		struct cancel *cancel, char *detail, size_t size)
{
	struct work w;

	work_open_alone(&w, env, cancel, READ_BACK_MS);
	return look(&w, &act->with, detail, size);
}

/* What nobody can see has not been changed, for all that can be known. */
static bool
manual_mutates(const struct act *act)
{
	for (size_t i = 0; i < ARRAY_LEN(ways); i++)
		if (settings_text(&act->with, ways[i].given) != NULL)
			return true;
	return false;
}

/* clang-format off */
static const struct param http_params[] = {
	{ .name = "endpoint", .type = PARAM_ENDPOINT, .required = true,
	  .help = "whom to ask" },
	{ .name = "path", .type = PARAM_PATH, .required = true,
	  .help = "the resource; read with GET" },
	{ .name = "pointer", .type = PARAM_POINTER, .required = true,
	  .help = "where the value stands" },
	{ .name = "equals", .type = PARAM_TEXT, .required = true,
	  .help = "the value it must have" },
	{ 0 },
};

static const struct param dns_params[] = {
	{ .name = "server", .type = PARAM_ENDPOINT, .required = true,
	  .help = "authoritative server that must show it" },
	{ .name = "name", .type = PARAM_TEXT, .required = true,
	  .help = "name of the record" },
	{ .name = "type", .type = PARAM_WORD, .fallback = "A",
	  .choices = "A AAAA CNAME TXT", .help = "its type" },
	{ .name = "value", .type = PARAM_TEXT, .required = true,
	  .help = "what it must be, alone" },
	{ 0 },
};

static const struct param exec_params[] = {
	{ .name = "argv", .type = PARAM_LIST, .required = true,
	  .help = "a program that reads; exit 0: there, 1: not, else unclear" },
	{ .name = "env", .type = PARAM_LIST,
	  .help = "names it gets from our environment besides PATH LANG HOME" },
	{ 0 },
};

static const struct param verify_params[] = {
	{ .name = "http", .type = PARAM_GROUP, .inside = http_params,
	  .help = "a value of an HTTP API" },
	{ .name = "dns", .type = PARAM_GROUP, .inside = dns_params,
	  .help = "a DNS record at its server" },
	{ .name = "exec", .type = PARAM_GROUP, .inside = exec_params,
	  .help = "what a program says" },
	{ 0 },
};

static const struct param params[] = {
	{ .name = "text", .type = PARAM_TEXT, .required = true,
	  .help = "what the person is to do" },
	{ .name = "owner", .type = PARAM_TEXT,
	  .help = "who does it; else the owner of the step" },
	{ .name = "verify", .type = PARAM_GROUP, .inside = verify_params,
	  .help = "of an undo: how to see that it is done; all of it must "
		  "hold" },
	{ 0 },
};
/* clang-format on */

const struct action_kind action_kind_manual = {
	.spec = { .name = "manual",
		  .help = "a person does it and confirms it",
		  .params = params },
	.class = ACTION_PERSON,
	.mutates = manual_mutates,
	.plan = manual_plan,
	.perform = manual_perform,
	.readback = manual_readback,
};
