/*
 * probe_contract - sends a test payload and judges what an interface makes of
 * it: schema, idempotency key, silent drops, how it refuses.
 *
 * One measurement is up to three exchanges in a row, within one deadline: the
 * payload; the same payload with the same key (a retry storm in small); what
 * was stored, read back.  An answer of 429 or 503 that says when to come again
 * is no breach: the poller keeps quiet until then, and the attempts are
 * counted.
 */
#include "probe/probe.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/percent.h"
#include "base/str.h"
#include "base/text.h"
#include "net/identity.h"
#include "probe/answer.h"
#include "probe/contract.h"
#include "probe/dead_letter.h"
#include "probe/facts.h"
#include "probe/kinds.h"
#include "probe/toll.h"

#define URL_CAP 8192

enum phase { PHASE_SEND, PHASE_AGAIN, PHASE_READ };

/* One answer of a measurement. */
struct heard {
	struct buf body; /* the tree borrows from it */
	struct jtree doc;
	int status;
};

struct contract_state {
	struct auth_store *auth;
	struct auth_client who;
	const char *probe; /* its id */
	struct http_request request, look;
	struct buf url, look_url, look_base;
	struct json *headers;
	struct jtree payload;
	struct jschema *schema;
	struct contract_terms terms;
	char folder[FS_PATH];
	int attempts; /* in a row, until one is not put off */
	bool is_put_off;
	/* of the measurement under way */
	enum phase phase;
	struct contract_verdict verdict;
	struct heard heard[3]; /* by phase */
	struct probe_result result;
	int64_t started_us, until_us, latency_us;
	struct loop *loop;
	struct auth_call *call;
	struct toll toll;
	probe_done *done;
	void *ctx;
};

static enum err_code
add_header(struct http_request *r, int *count, const char *name,
	   const char *value, struct err *e)
{
	if (*count == HTTP_HEADERS)
		return err_set(e, ERR_LIMIT,
			       "more headers than %d are not sent",
			       HTTP_HEADERS);
	r->headers[*count].name = name;
	r->headers[(*count)++].value = value == NULL ? "" : value;
	return ERR_NONE;
}

static enum err_code
read_headers(struct contract_state *s, const struct settings *with,
	     struct err *e)
{
	const char *text = settings_text(with, "headers");
	int count = 0, looks = 0;
	enum err_code code = ERR_NONE;

	if (s->request.body != NULL)
		code = add_header(&s->request, &count, "Content-Type",
				  "application/json", e);
	if (code == ERR_NONE && s->terms.key != NULL)
		code = add_header(&s->request, &count,
				  settings_text_or(with, "key_header",
						   "X-Idempotency-Key"),
				  s->terms.key, e);
	if (text == NULL || code != ERR_NONE)
		return code;
	s->headers = json_parse(text, strlen(text), e);
	if (s->headers == NULL)
		return e->code;
	for (const struct json *v = json_first(s->headers);
	     v != NULL && code == ERR_NONE; v = json_next(v)) {
		code = add_header(&s->request, &count, json_key(v),
				  json_text(v), e);
		if (code == ERR_NONE)
			code = add_header(&s->look, &looks, json_key(v),
					  json_text(v), e);
	}
	return code;
}

/* The part of the payload that must come back. */
static enum err_code
read_payload(struct contract_state *s, const struct settings *with,
	     struct err *e)
{
	const char *sent = settings_text_or(with, "readback.sent", "");
	const char *body = settings_text(with, "body");

	s->request.body = body;
	s->request.body_len = body == NULL ? 0 : strlen(body);
	if (s->look.url == NULL)
		return ERR_NONE;
	if (body == NULL)
		return err_set(e, ERR_ARG,
			       "nothing is sent, so nothing can be read back");
	if (!jtree_read(&s->payload, body, s->request.body_len))
		return jtree_error(&s->payload, e);
	s->terms.sent = jnode_at(s->payload.nodes, sent);
	if (s->terms.sent == NULL)
		return err_set(e, ERR_ARG,
			       "readback.sent: nothing is at \"%.100s\" of the "
			       "body",
			       sent);
	s->terms.found = settings_text_or(with, "readback.pointer", "");
	return ERR_NONE;
}

static enum err_code
read_terms(struct contract_state *s, const struct settings *with, struct err *e)
{
	const char *schema = settings_text_or(with, "schema", "true");
	size_t at;

	s->terms.key = settings_text(with, "key");
	s->terms.acknowledge = settings_text(with, "acknowledge");
	s->terms.record = settings_text(with, "record");
	if (jschema_compile(&s->schema, schema, strlen(schema), NULL, 0, &at,
			    e) != ERR_NONE)
		return e->code;
	s->terms.schema = s->schema;
	return ERR_NONE;
}

static enum err_code
contract_init(void *state, const struct probe_env *env,
	      const struct book_probe *probe, struct err *e)
{
	struct contract_state *s = state;
	const struct settings *with = &probe->with;
	const char *id = settings_text_or(with, "endpoint", "");
	const struct book_endpoint *endpoint = book_endpoint(env->book, id);
	const char *look = settings_text(with, "readback.path");

	buf_init(&s->url, URL_CAP);
	buf_init(&s->look_url, URL_CAP);
	buf_init(&s->look_base, URL_CAP);
	if (endpoint == NULL)
		return err_set(e, ERR_ARG, "no endpoint \"%s\"", id);
	s->auth = env->auth;
	toll_init(&s->toll, env, probe);
	s->who = identity_client(endpoint);
	s->probe = probe->id;
	s->request.method = settings_text_or(with, "method", "POST");
	s->request.ca_file = s->look.ca_file = endpoint->ca_file;
	/* A record may be made: never on a connection that could have died,
	 * or a library would send it twice and the key would be proven by
	 * accident. */
	s->request.mutates = true;
	if (identity_url(&s->url, endpoint, settings_text_or(with, "path", "/"),
			 e) != ERR_NONE)
		return e->code;
	s->request.url = buf_str(&s->url);
	s->look.method = "GET";
	if (look != NULL) {
		if (identity_url(&s->look_base, endpoint, look, e) != ERR_NONE)
			return e->code;
		s->look.url = buf_str(&s->look_base);
	}
	if (read_terms(s, with, e) != ERR_NONE ||
	    read_payload(s, with, e) != ERR_NONE ||
	    read_headers(s, with, e) != ERR_NONE)
		return e->code;
	return dead_letter_folder(s->folder,
				  settings_text(with, "dead_letters"),
				  env->book->id, e);
}

static void
drop_heard(struct contract_state *s)
{
	for (size_t i = 0; i < ARRAY_LEN(s->heard); i++) {
		buf_clear(&s->heard[i].body);
		jtree_clear(&s->heard[i].doc);
		s->heard[i].status = 0;
	}
}

/* The body is ours from here on. */
static struct heard *
take_answer(struct contract_state *s, struct http_answer *a)
{
	struct heard *h = &s->heard[s->phase];
	struct probe_result *r = &s->result;
	struct buf old = h->body;

	h->body = a->body;
	a->body = old;
	h->status = a->status;
	r->bytes += a->bytes;
	r->connects += a->connects;
	if (s->phase != PHASE_SEND || a->status == 0)
		return h;
	s->latency_us = a->took_us;
	answer_keep_raw(r, &h->body);
	return h;
}

static void
keep_letter(struct contract_state *s, const char *why)
{
	const struct heard *h = &s->heard[s->phase];
	const struct dead_letter d = {
		.probe = s->probe,
		.url = s->phase == PHASE_READ ? buf_str(&s->look_url)
					      : s->request.url,
		.why = why,
		.status = h->status,
		.sent = s->phase == PHASE_READ ? NULL : s->request.body,
		.sent_len = s->request.body_len,
		.answer = buf_str(&h->body),
		.answer_len = h->body.len,
	};
	struct err e;

	if (dead_letter_write(s->folder, &d, &e) != ERR_NONE &&
	    s->result.detail[0] == '\0')
		str_copy(s->result.detail, sizeof(s->result.detail), e.text);
}

static struct probe_fact
fact_of_point(const char *name, const struct contract_point *p)
{
	struct probe_fact f;

	if (p->is == CONTRACT_UNASKED)
		return facts_missing(name, "not asked for, or not reached");
	f = facts_flag(name, p->is == CONTRACT_YES);
	str_copy(f.why, sizeof(f.why), p->why);
	return f;
}

static struct probe_fact
fact_of_dropped(const struct contract_verdict *v)
{
	struct probe_fact f;

	if (v->dropped < 0)
		return facts_missing("dropped_fields",
				     v->readable.why[0] != '\0'
					     ? v->readable.why
					     : "nothing was read back");
	f = facts_number("dropped_fields", v->dropped);
	str_copy(f.why, sizeof(f.why), v->dropped_why);
	return f;
}

static bool
look_up(const void *answer, const char *name, struct probe_fact *out)
{
	const struct jtree *doc = answer;
	const struct jnode *v;
	char text[VALUE_TEXT];

	if (name[0] != '/')
		return false;
	v = doc->count == 0 ? NULL : jnode_at(doc->nodes, name);
	if (v == NULL)
		*out = facts_missing(name, "not in the answer");
	else if (v->kind == JKIND_NUMBER)
		*out = facts_number(name, v->number);
	else if (v->kind == JKIND_TRUE || v->kind == JKIND_FALSE)
		*out = facts_flag(name, v->kind == JKIND_TRUE);
	else if (v->kind == JKIND_STRING &&
		 str_copy_n(text, sizeof(text), v->text, v->len))
		*out = facts_words(name, text);
	else
		*out = facts_missing(name, jkind_words(v->kind));
	return true;
}

static struct probe_fact
fact_of_letters(const char *folder)
{
	int count = dead_letter_count(folder);
	char why[SAMPLE_WHY];

	if (count >= 0)
		return facts_number("dead_letters", count);
	str_printf(why, sizeof(why), "cannot read %.100s: %s", folder,
		   strerror(errno));
	return facts_missing("dead_letters", why);
}

static void
report(struct contract_state *s)
{
	struct probe_result *r = &s->result;
	const struct contract_verdict *v = &s->verdict;
	struct probe_fact facts[10];
	char why[SAMPLE_WHY];
	bool holds = contract_holds(v, why, sizeof(why));
	size_t n = 0;

	facts[n] = facts_flag("holds", holds);
	str_copy(facts[n++].why, SAMPLE_WHY, why);
	facts[n++] = fact_of_point("valid", &v->valid);
	facts[n++] = fact_of_point("acknowledged", &v->acknowledged);
	facts[n++] = fact_of_point("idempotent", &v->idempotent);
	facts[n++] = fact_of_dropped(v);
	facts[n++] = facts_flag("retry_after_missing", v->retry_after_missing);
	facts[n++] = fact_of_letters(s->folder);
	facts[n++] = facts_number("status", s->heard[PHASE_SEND].status);
	facts[n++] = facts_number("latency_ms", (double)s->latency_us / 1000);
	facts[n++] = facts_number("attempts", s->attempts);
	assert(n <= ARRAY_LEN(facts));
	r->facts = facts;
	r->fact_count = n;
	r->look_up = look_up;
	r->answer = &s->heard[PHASE_SEND].doc;
	r->took_us = clock_real_us() - s->started_us;
	if (r->detail[0] == '\0' && s->heard[PHASE_SEND].status != 0)
		str_printf(r->detail, sizeof(r->detail), "%d %lld ms%s%.60s",
			   s->heard[PHASE_SEND].status,
			   (long long)(s->latency_us / 1000), holds ? "" : ": ",
			   why);
	s->done(s->ctx, r);
	drop_heard(s);
}

static void
fail(struct contract_state *s, enum err_code code, const char *why)
{
	s->result.code = code;
	text_clean(s->result.why, sizeof(s->result.why), why, strlen(why));
	report(s);
}

static void on_answer(void *ctx, struct http_answer *a);

/* Past the toll. */
static void
send_now(void *ctx)
{
	struct contract_state *s = ctx;
	struct http_request request =
		s->phase == PHASE_READ ? s->look : s->request;
	int64_t left_ms = (s->until_us - clock_real_us()) / 1000;
	struct err e;

	request.timeout_ms = left_ms < 1 ? 1 : (int)left_ms;
	if (auth_start(&s->call, s->loop, s->auth, &s->who, &request, on_answer,
		       s, &e) != ERR_NONE)
		fail(s, e.code, e.text);
}

static void
send_never(void *ctx, enum err_code code, const char *why)
{
	fail(ctx, code, why);
}

static void
send(struct contract_state *s, enum phase phase)
{
	s->phase = phase;
	toll_pass(&s->toll, s->toll.named);
}

/* The address of what was stored: its id is the last segment. */
static bool
make_look_url(struct contract_state *s)
{
	char id[128];

	buf_reset(&s->look_url);
	buf_text(&s->look_url, buf_str(&s->look_base));
	if (s->terms.record != NULL) {
		if (!contract_record(&s->terms, &s->heard[PHASE_SEND].doc, id,
				     sizeof(id)))
			return false;
		buf_char(&s->look_url, '/');
		percent_encode(&s->look_url, id);
	}
	s->look.url = buf_str(&s->look_url);
	return !s->look_url.cut;
}

/* What comes after this answer, or the end. */
static void
go_on(struct contract_state *s)
{
	struct contract_verdict *v = &s->verdict;

	if (s->phase == PHASE_SEND && s->terms.key != NULL) {
		send(s, PHASE_AGAIN);
		return;
	}
	if (s->phase != PHASE_READ && s->terms.sent != NULL) {
		if (make_look_url(s)) {
			send(s, PHASE_READ);
			return;
		}
		v->readable.is = CONTRACT_NO;
		str_copy(v->readable.why, sizeof(v->readable.why),
			 "nothing can be read back: the answer names no "
			 "record");
	}
	report(s);
}

static void
judge_first(struct contract_state *s, const struct http_answer *a,
	    struct heard *h)
{
	struct contract_verdict *v = &s->verdict;

	contract_judge_answer(&s->terms, a, &h->body, &h->doc, v);
	if (v->valid.is == CONTRACT_NO)
		keep_letter(s, v->valid.why);
	/* Without a JSON answer there is no key and no record to look for. */
	if (h->doc.count == 0) {
		report(s);
		return;
	}
	contract_judge_key(&s->terms, a, &h->doc, v);
	go_on(s);
}

static void
judge_later(struct contract_state *s, struct heard *h)
{
	struct contract_verdict *v = &s->verdict;
	bool is_json = jtree_read(&h->doc, buf_str(&h->body), h->body.len);

	if (!is_json)
		h->doc.count = 0;
	if (s->phase == PHASE_AGAIN)
		contract_judge_again(&s->terms, &s->heard[PHASE_SEND].doc,
				     &h->doc, h->status, v);
	else
		contract_judge_fields(&s->terms, h->status, &h->doc, v);
	if (!is_json)
		keep_letter(s, "the answer is not JSON");
	go_on(s);
}

static void
on_answer(void *ctx, struct http_answer *a)
{
	struct contract_state *s = ctx;
	struct heard *h = take_answer(s, a);
	enum err_code code;
	char why[240];

	s->call = NULL;
	code = contract_refused(a, why, sizeof(why));
	if (code != ERR_NONE) {
		s->is_put_off = a->status != 0 && a->retry_after_ms >= 0;
		if (s->is_put_off)
			s->result.hold_ms = a->retry_after_ms;
		fail(s, code, why);
		return;
	}
	if (s->phase == PHASE_SEND)
		judge_first(s, a, h);
	else
		judge_later(s, h);
}

static void
contract_begin(void *state, struct loop *l, int timeout_ms, probe_done *done,
	       void *ctx)
{
	struct contract_state *s = state;

	assert(s->call == NULL);
	/* Put off again and again is one attempt after the other. */
	s->attempts = s->is_put_off ? s->attempts + 1 : 1;
	s->is_put_off = false;
	s->done = done;
	s->ctx = ctx;
	s->loop = l;
	s->verdict = (struct contract_verdict){ .dropped = -1 };
	s->result = (struct probe_result){ .code = ERR_NONE };
	s->latency_us = 0;
	s->started_us = clock_real_us();
	s->until_us = s->started_us + timeout_ms * 1000LL;
	toll_begin(&s->toll, l, s->until_us, send_now, send_never, s);
	send(s, PHASE_SEND);
}

static void
contract_clear(void *state)
{
	struct contract_state *s = state;

	if (s->call != NULL)
		auth_cancel(s->call);
	s->call = NULL;
	toll_clear(&s->toll);
	drop_heard(s);
	jtree_clear(&s->payload);
	jschema_free(s->schema);
	json_free(s->headers);
	buf_clear(&s->url);
	buf_clear(&s->look_url);
	buf_clear(&s->look_base);
}

/* clang-format off */
static const struct param readback_params[] = {
	{ .name = "path", .type = PARAM_PATH, .required = true,
	  .help = "what to ask for; the record's id is put behind it" },
	{ .name = "pointer", .type = PARAM_POINTER, .fallback = "",
	  .help = "where what was sent stands in the answer" },
	{ .name = "sent", .type = PARAM_POINTER, .fallback = "",
	  .help = "which part of the body must come back" },
	{ 0 },
};

static const struct param params[] = {
	{ .name = "endpoint", .type = PARAM_ENDPOINT, .required = true,
	  .help = "whom to send to" },
	{ .name = "method", .type = PARAM_WORD, .choices = "POST PUT PATCH",
	  .fallback = "POST", .help = "how" },
	{ .name = "path", .type = PARAM_PATH, .required = true,
	  .help = "where to" },
	{ .name = "headers", .type = PARAM_MAP, .help = "further headers" },
	{ .name = "body", .type = PARAM_JSON,
	  .help = "the test payload, sent as JSON" },
	{ .name = "schema", .type = PARAM_SCHEMA, .required = true,
	  .help = "file of the JSON Schema that answers must fit" },
	{ .name = "key", .type = PARAM_TEXT,
	  .help = "idempotency key of the transaction; sends it twice" },
	{ .name = "key_header", .type = PARAM_TEXT,
	  .fallback = "X-Idempotency-Key", .help = "header of the key" },
	{ .name = "acknowledge", .type = PARAM_POINTER,
	  .help = "where the answer has the key, if not in a header" },
	{ .name = "record", .type = PARAM_POINTER,
	  .help = "where the answer has the id of the record made" },
	{ .name = "readback", .type = PARAM_GROUP, .inside = readback_params,
	  .help = "how to see what was stored" },
	{ .name = "dead_letters", .type = PARAM_TEXT,
	  .help = "folder of answers that broke the contract" },
	{ 0 },
};
/* clang-format on */

const struct probe_kind probe_kind_contract = {
	.spec = { .name = "contract",
		  .help = "send a test payload and judge what comes of it",
		  .params = params,
		  .facts = "holds valid acknowledged idempotent "
			   "dropped_fields retry_after_missing dead_letters "
			   "status latency_ms attempts" },
	.state_size = sizeof(struct contract_state),
	.init = contract_init,
	.start = contract_begin,
	.clear = contract_clear,
};
