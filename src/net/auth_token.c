/* auth_token - tokens kept by client, and what a token server answers. */
#include "net/auth_token.h"

#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/lock.h"
#include "base/mem.h"
#include "base/redact.h"
#include "base/str.h"
#include "base/text.h"

#define TOKEN_MOST 12000 /* bytes */
#define LIFE_UNSAID_S 300
#define LIFE_LEAST_S 5
#define LIFE_MOST_S (7 * 86400)
#define AHEAD_S 60
#define HOLD_US 5000000LL  /* after a refusal */
#define IDLE_LOOPS 8	   /* as many as acts run at once, usually */
#define AGAIN_US 2000000LL /* between two renewals forced by 401 */

struct entry {
	struct entry *next;
	char *client;
	char *token; /* NULL: none */
	int64_t renew_us;
	int64_t ends_us;
	int64_t dropped_us; /* last forced renewal, 0 never */
	int64_t held_until_us;
	struct err held;
};

struct auth_store {
	struct lock lock;
	struct entry *first;
	struct loop *idle[IDLE_LOOPS];
	size_t idle_count;
};

struct auth_store *
auth_store_new(void)
{
	struct auth_store *s = mem_new(1, sizeof(*s));

	lock_init(&s->lock);
	return s;
}

void
auth_store_free(struct auth_store *s)
{
	if (s == NULL)
		return;
	while (s->first != NULL) {
		struct entry *next = s->first->next;

		mem_free(s->first->client);
		mem_free(s->first->token);
		mem_free(s->first);
		s->first = next;
	}
	while (s->idle_count > 0)
		loop_free(s->idle[--s->idle_count]);
	lock_clear(&s->lock);
	mem_free(s);
}

enum err_code
auth_loop_take(struct loop **out, struct auth_store *s,
	       const struct fence *fence, struct err *e)
{
	*out = NULL;
	lock_take(&s->lock);
	for (size_t i = s->idle_count; i-- > 0 && *out == NULL;)
		if (loop_fence(s->idle[i]) == fence) {
			*out = s->idle[i];
			s->idle[i] = s->idle[--s->idle_count];
		}
	lock_drop(&s->lock);
	return *out != NULL ? ERR_NONE : loop_new(out, fence, e);
}

void
auth_loop_give(struct auth_store *s, struct loop *l)
{
	lock_take(&s->lock);
	if (s->idle_count < IDLE_LOOPS) {
		s->idle[s->idle_count++] = l;
		l = NULL;
	}
	lock_drop(&s->lock);
	loop_free(l);
}

/* Lock held. */
static struct entry *
find_entry(struct auth_store *s, const char *client)
{
	struct entry *it;

	for (it = s->first; it != NULL; it = it->next)
		if (str_same(it->client, client))
			return it;
	it = mem_new(1, sizeof(*it));
	it->client = mem_text(client);
	it->next = s->first;
	s->first = it;
	return it;
}

enum auth_state
auth_token_get(char **token, struct auth_store *s, const char *client,
	       struct err *e)
{
	int64_t now_us = clock_real_us();
	enum auth_state state = AUTH_WANTED;
	const struct entry *it;

	*token = NULL;
	lock_take(&s->lock);
	it = find_entry(s, client);
	if (it->token != NULL && now_us < it->renew_us) {
		*token = mem_text(it->token);
		state = AUTH_READY;
	} else if (now_us < it->held_until_us) {
		*e = it->held;
		state = AUTH_HELD;
	}
	lock_drop(&s->lock);
	return state;
}

char *
auth_token_last(struct auth_store *s, const char *client)
{
	const struct entry *it;
	char *token = NULL;

	lock_take(&s->lock);
	it = find_entry(s, client);
	if (it->token != NULL && clock_real_us() < it->ends_us)
		token = mem_text(it->token);
	lock_drop(&s->lock);
	return token;
}

bool
auth_token_drop(struct auth_store *s, const char *client, const char *token)
{
	int64_t now_us = clock_real_us();
	struct entry *it;
	bool may_renew = true;

	lock_take(&s->lock);
	it = find_entry(s, client);
	if (str_same(it->token, token)) {
		may_renew = it->dropped_us == 0 ||
			    now_us - it->dropped_us > AGAIN_US;
		if (may_renew) {
			mem_free(it->token);
			it->token = NULL;
			it->dropped_us = now_us;
		}
	}
	lock_drop(&s->lock);
	return may_renew;
}

/* Nonsense (zero, negative, text) makes a short life, never an endless one. */
static int64_t
read_life_s(const struct json *doc)
{
	const struct json *v = json_get(doc, "expires_in");
	char text[40];
	double life;

	if (v == NULL)
		return LIFE_UNSAID_S;
	if (!json_scalar(v, text, sizeof(text)) ||
	    !str_to_number(text, &life) || !(life > LIFE_LEAST_S))
		return LIFE_LEAST_S;
	return life < LIFE_MOST_S ? (int64_t)life : LIFE_MOST_S;
}

static void
keep_token(struct auth_store *s, const char *client, const char *token,
	   int64_t life_s)
{
	int64_t now_us = clock_real_us();
	int64_t ahead_s = life_s > 2 * AHEAD_S ? life_s - AHEAD_S : 0;
	int64_t renew_us =
		ahead_s > 0 ? ahead_s * 1000000 : life_s * 1000000 / 2;
	char label[160];
	struct entry *it;

	str_printf(label, sizeof(label), "token of %s", client);
	redact_add(label, token);
	lock_take(&s->lock);
	it = find_entry(s, client);
	mem_free(it->token);
	it->token = mem_text(token);
	it->renew_us = now_us + renew_us;
	it->ends_us = now_us + life_s * 1000000;
	it->held_until_us = 0;
	lock_drop(&s->lock);
}

/* `e` as kept for the next callers. */
static void
keep_refusal(struct auth_store *s, const char *client, const struct err *e)
{
	struct entry *it;

	lock_take(&s->lock);
	it = find_entry(s, client);
	it->held = *e;
	it->held_until_us = clock_real_us() + HOLD_US;
	lock_drop(&s->lock);
}

static enum err_code
read_token(struct auth_store *s, const char *client, const struct json *doc,
	   struct err *e)
{
	const char *token = json_text(json_get(doc, "access_token"));
	const char *type = json_text_or(doc, "token_type", "bearer");

	if (token == NULL || token[0] == '\0' || strlen(token) > TOKEN_MOST)
		return err_set(e, ERR_FORMAT,
			       "the token server of %s answered without a "
			       "usable access_token",
			       client);
	if (strcasecmp(type, "bearer") != 0)
		return err_set(e, ERR_FORMAT,
			       "the token server of %s gave a token that is "
			       "not of type bearer",
			       client);
	keep_token(s, client, token, read_life_s(doc));
	return ERR_NONE;
}

/* "invalid_client: authentication failed", as far as the answer has it. */
static void
read_reason(const struct json *doc, char *to, size_t size)
{
	const char *said = json_text_or(doc, "error", "no reason given");
	const char *more = json_text_or(doc, "error_description",
					json_text_or(doc, "description", ""));
	char what[80], why[120];

	redact_clean(what, sizeof(what), said, strlen(said));
	redact_clean(why, sizeof(why), more, strlen(more));
	str_printf(to, size, "%s%s%s", what, why[0] == '\0' ? "" : ": ", why);
}

static enum err_code
judge_refusal(struct auth_store *s, const char *client, int status,
	      const struct json *doc, struct err *e)
{
	char reason[200];

	read_reason(doc, reason, sizeof(reason));
	if (status == 408 || status == 429 || status >= 500)
		return err_set(e, ERR_UNREACHED,
			       "the token server of %s answered %d (%s)",
			       client, status, reason);
	err_set(e, ERR_ABSENT,
		"no token for %s: %d %s; check client id, secret and token "
		"URL",
		client, status, reason);
	keep_refusal(s, client, e);
	return e->code;
}

enum err_code
auth_token_take(struct auth_store *s, const char *client,
		const struct http_answer *answer, struct err *e)
{
	struct json *doc;
	struct err ignored;
	enum err_code code;

	if (answer->code != ERR_NONE)
		return err_set(e, answer->code, "no token for %s: %s", client,
			       answer->why);
	doc = json_parse(buf_str(&answer->body), answer->body.len, &ignored);
	if (answer->status != 200)
		code = judge_refusal(s, client, answer->status, doc, e);
	else if (json_type(doc) != JSON_OBJECT)
		code = err_set(e, ERR_FORMAT,
			       "the token server of %s answered no JSON object",
			       client);
	else
		code = read_token(s, client, doc, e);
	json_free(doc);
	return code;
}
