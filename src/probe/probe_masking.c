/*
 * probe_masking - does what must be masked leave the platform readable?
 *
 * Sends one payload after the other through the endpoint that masks, and seeks
 * in what leaves for what was sent.  The first payload is harmless and has to
 * come out: an endpoint that lets nothing through has masked nothing.  What
 * leaves is kept nowhere: not the answers, and of a number its last four digits
 * only.
 */
#include "probe/probe.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/text.h"
#include "conf/jtree.h"
#include "probe/facts.h"
#include "probe/inquiry.h"
#include "probe/kinds.h"
#include "probe/samples.h"

#define MARK "\"{sample}\""
#define HARMLESS "warroom harmless sample"
#define BODY_CAP (64 * 1024)
#define ACCOUNT 64
#define ACCOUNT_WRITINGS 3

struct masking_state {
	struct ask ask;
	struct ask_at at;
	const char *method, *body, *pointer;
	char account[ACCOUNT];
	/* of the measurement under way */
	int nth; /* -1: the harmless one */
	int sent;
	int leaked;
	bool kinds[LEAK_NONE];
	char first[SAMPLE_WHY];
};

/* The account in its `nth` writing. */
static bool
account_payload(const struct masking_state *s, int nth,
		struct sample_payload *out, char json[4 * ACCOUNT])
{
	static const char *const writings[ACCOUNT_WRITINGS] = {
		"plain", "inside a sentence", "a field of its own"
	};

	if (nth >= ACCOUNT_WRITINGS || s->account[0] == '\0')
		return false;
	*out = (struct sample_payload){ LEAK_ACCOUNT, "account", writings[nth],
					s->account, json };
	switch (nth) {
	case 0:
		return str_printf(json, 4 * ACCOUNT, "\"%s\"", s->account);
	case 1:
		return str_printf(json, 4 * ACCOUNT,
				  "\"my account is %s, thank you\"",
				  s->account);
	default:
		return str_printf(json, 4 * ACCOUNT, "{\"accountId\":\"%s\"}",
				  s->account);
	}
}

/* The payload whose turn it is; false at the end. */
static bool
current(const struct masking_state *s, struct sample_payload *out,
	char json[4 * ACCOUNT])
{
	int i = 0;

	if (s->nth < 0) {
		*out = (struct sample_payload){ LEAK_NONE, "text", "harmless",
						HARMLESS, "\"" HARMLESS "\"" };
		return true;
	}
	while (sample_payloads[i].json != NULL && i < s->nth)
		i++;
	if (sample_payloads[i].json == NULL)
		return account_payload(s, s->nth - i, out, json);
	*out = sample_payloads[i];
	return true;
}

static void
report(struct masking_state *s)
{
	struct probe_fact facts[4];
	char kinds[VALUE_TEXT] = "";

	for (size_t i = 0; i < ARRAY_LEN(s->kinds); i++)
		if (s->kinds[i])
			str_printf(kinds + strlen(kinds),
				   sizeof(kinds) - strlen(kinds), "%s%s",
				   kinds[0] == '\0' ? "" : " ",
				   leak_word((enum leak_kind)i));
	facts[0] = facts_flag("masked", s->leaked == 0);
	str_copy(facts[0].why, sizeof(facts[0].why), s->first);
	facts[1] = facts_number("leaked", s->leaked);
	str_copy(facts[1].why, sizeof(facts[1].why), s->first);
	facts[0].n = facts[1].n = s->sent;
	facts[2] = facts_number("samples", s->sent);
	facts[3] = facts_words("leaked_kinds", s->leaked == 0 ? "none" : kinds);
	str_printf(s->ask.result.detail, sizeof(s->ask.result.detail),
		   "%d of %d samples leaked%s%.60s", s->leaked, s->sent,
		   s->first[0] == '\0' ? "" : ": ", s->first);
	ask_report(&s->ask, facts, ARRAY_LEN(facts));
}

static void
send_current(struct masking_state *s)
{
	char json[4 * ACCOUNT];
	struct sample_payload p;
	const char *at = s->body, *next;
	struct buf body;

	if (!current(s, &p, json)) {
		report(s);
		return;
	}
	buf_init(&body, BODY_CAP);
	while ((next = strstr(at, MARK)) != NULL) {
		buf_add(&body, at, (size_t)(next - at));
		buf_text(&body, p.json);
		at = next + strlen(MARK);
	}
	buf_text(&body, at);
	if (body.cut)
		ask_fail(&s->ask, ERR_LIMIT, "the payload is too large");
	else
		ask_send(&s->ask, &s->at, s->method, buf_str(&body));
	buf_clear(&body);
}

/* Everything readable under `v`, in its order: what is split over fields stands
 * together once separators are left out. */
static void
flatten(struct buf *out, const struct jtree *doc, const struct jnode *v)
{
	const struct jnode *end = v + v->span;

	for (; v < end; v++) {
		if (v->kind == JKIND_STRING)
			buf_add(out, v->text, v->len);
		else if (v->kind == JKIND_NUMBER)
			buf_add(out, doc->text + v->at, v->len);
		buf_char(out, '\n');
	}
}

/* No number is split over keys, but one may hold it. */
static void
add_keys(struct buf *out, const struct jnode *v)
{
	const struct jnode *end = v + v->span;

	for (; v < end; v++)
		if (v->key != NULL) {
			buf_add(out, v->key, v->key_len);
			buf_char(out, '\n');
		}
}

/* What leaves at the pointer, as text; false: nothing is there. */
static bool
read_leaving(struct buf *out, const struct masking_state *s,
	     const struct buf *body)
{
	struct jtree doc = { .count = 0 };
	const struct jnode *v;
	bool found;

	if (!jtree_read(&doc, buf_str(body), body->len)) {
		jtree_clear(&doc);
		if (s->pointer[0] != '\0' || body->len == 0)
			return false;
		return buf_add(out, buf_str(body), body->len);
	}
	v = jnode_at(doc.nodes, s->pointer);
	found = v != NULL && v->kind != JKIND_NULL;
	if (found) {
		flatten(out, &doc, v);
		add_keys(out, v);
	}
	jtree_clear(&doc);
	return found;
}

/* "Visa …1111 leaves as base64" */
static void
note_leak(struct masking_state *s, const struct sample_payload *p)
{
	size_t len = strlen(p->secret);

	s->leaked++;
	s->kinds[p->kind] = true;
	if (s->first[0] != '\0')
		return;
	if (p->kind == LEAK_CARD)
		str_printf(s->first, sizeof(s->first),
			   "%s ending %s leaves: %s", p->what,
			   p->secret + len - 4, p->writing);
	else
		str_printf(s->first, sizeof(s->first), "%s leaves: %s", p->what,
			   p->writing);
}

static void
judge(struct masking_state *s, const struct sample_payload *p,
      const struct buf *leaving)
{
	enum leak_seen seen;
	char why[SAMPLE_WHY];

	if (s->nth < 0 && strstr(buf_str(leaving), HARMLESS) == NULL) {
		ask_fail(&s->ask, ERR_ABSENT,
			 "a harmless sample does not come out there: nothing "
			 "is proven");
		return;
	}
	seen = p->kind == LEAK_NONE ? LEAK_ABSENT
				    : leak_find(buf_str(leaving), leaving->len,
						p->kind, p->secret);
	if (seen == LEAK_UNSEEN || leaving->cut) {
		str_printf(why, sizeof(why), "%s, %s: too much to look through",
			   p->what, p->writing);
		ask_fail(&s->ask, ERR_LIMIT, why);
		return;
	}
	if (seen == LEAK_FOUND)
		note_leak(s, p);
	if (s->nth >= 0)
		s->sent++;
	s->nth++;
	send_current(s);
}

static void
on_heard(void *owner, struct http_answer *a)
{
	struct masking_state *s = owner;
	struct probe_result one = { .code = ERR_NONE };
	char json[4 * ACCOUNT], why[SAMPLE_WHY];
	struct sample_payload p;
	struct answer answer;
	struct buf leaving;
	bool was_sent = current(s, &p, json);

	assert(was_sent);
	answer_read(&answer, a, false, &one);
	answer_clear(&answer);
	if (one.code != ERR_NONE) {
		s->ask.result.hold_ms = one.hold_ms;
		str_printf(why, sizeof(why), "%s, %s: %.80s", p.what, p.writing,
			   one.why);
		ask_fail(&s->ask, one.code, why);
		return;
	}
	buf_init(&leaving, LEAK_MOST);
	if (read_leaving(&leaving, s, &a->body)) {
		judge(s, &p, &leaving);
	} else {
		str_printf(why, sizeof(why),
			   "%s, %s: nothing leaves at \"%.40s\"", p.what,
			   p.writing, s->pointer);
		ask_fail(&s->ask, ERR_ABSENT, why);
	}
	buf_clear(&leaving);
}

/* "ACCT-########": # a digit, @ a letter. */
static enum err_code
make_account(char to[ACCOUNT], const char *pattern, struct err *e)
{
	static const char digits[] = "9083715264", letters[] = "QWXKZJVR";
	size_t len = strlen(pattern), made = 0;

	if (len >= ACCOUNT || strpbrk(pattern, "\"\\%") != NULL)
		return err_set(e, ERR_ARG,
			       "account: at most %d characters, no quotes, "
			       "backslashes or %%",
			       ACCOUNT - 1);
	for (size_t i = 0; i <= len; i++) {
		to[i] = pattern[i];
		if (pattern[i] == '#')
			to[i] = digits[made++ % strlen(digits)];
		else if (pattern[i] == '@')
			to[i] = letters[made++ % strlen(letters)];
	}
	if (len > 0 && made < 6)
		return err_set(e, ERR_ARG,
			       "account: \"%.40s\" needs 6 places (# or @), or "
			       "others could have it by chance",
			       pattern);
	return ERR_NONE;
}

static enum err_code
masking_init(void *state, const struct probe_env *env,
	     const struct book_probe *probe, struct err *e)
{
	struct masking_state *s = state;
	const struct settings *with = &probe->with;

	ask_init(&s->ask, env, probe, on_heard, s);
	s->method = settings_text_or(with, "method", "POST");
	s->body = settings_text_or(with, "body", "{\"text\":" MARK "}");
	s->pointer = settings_text_or(with, "pointer", "");
	if (strstr(s->body, MARK) == NULL)
		return err_set(e, ERR_ARG,
			       "body: the text \"{sample}\" must stand in it");
	if (make_account(s->account,
			 settings_text_or(with, "account", "ACCT-########"),
			 e) != ERR_NONE)
		return e->code;
	return ask_at_init(&s->at, env, settings_text_or(with, "endpoint", ""),
			   settings_text_or(with, "path", "/"), e);
}

static void
masking_begin(void *state, struct loop *l, int timeout_ms, probe_done *done,
	      void *ctx)
{
	struct masking_state *s = state;

	s->nth = -1;
	s->sent = s->leaked = 0;
	memset(s->kinds, 0, sizeof(s->kinds));
	s->first[0] = '\0';
	ask_begin(&s->ask, l, timeout_ms, done, ctx);
	send_current(s);
}

static void
masking_clear(void *state)
{
	struct masking_state *s = state;

	ask_clear(&s->ask);
	ask_at_clear(&s->at);
}

/* clang-format off */
static const struct param params[] = {
	{ .name = "endpoint", .type = PARAM_ENDPOINT, .required = true,
	  .help = "who masks" },
	{ .name = "method", .type = PARAM_WORD, .choices = "POST PUT",
	  .fallback = "POST", .help = "how" },
	{ .name = "path", .type = PARAM_PATH, .required = true,
	  .help = "where samples go in" },
	{ .name = "body", .type = PARAM_JSON,
	  .help = "sent for each sample; the text \"{sample}\" becomes it" },
	{ .name = "pointer", .type = PARAM_POINTER, .fallback = "",
	  .help = "what leaves, in the answer" },
	{ .name = "account", .type = PARAM_TEXT, .fallback = "ACCT-########",
	  .help = "how account ids look: # a digit, @ a letter" },
	{ 0 },
};
/* clang-format on */

const struct probe_kind probe_kind_masking = {
	.spec = { .name = "masking",
		  .help = "send card numbers and see that they do not leave",
		  .params = params,
		  .facts = "masked leaked samples leaked_kinds" },
	.state_size = sizeof(struct masking_state),
	.init = masking_init,
	.start = masking_begin,
	.clear = masking_clear,
};
