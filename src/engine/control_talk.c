/* control_talk - requests of the control socket, judged on a snapshot. */
#include "engine/control_talk.h"

#include <inttypes.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/str.h"
#include "base/text.h"
#include "engine/sshsig.h"

void
control_say(struct buf *answer, bool ok, const char *text)
{
	struct jwriter w;

	jw_init(&w, answer);
	jw_object(&w, NULL);
	jw_flag(&w, "ok", ok);
	jw_text(&w, "text", text);
	jw_object_end(&w);
	buf_char(answer, '\n');
}

void
control_phrase(char *to, size_t size, const struct book *b, const char *name)
{
	char verb[BOOK_ID + 16];

	str_printf(verb, sizeof(verb), "APPROVE %s", name);
	book_phrase(to, size, b, verb);
}

void
control_signed_text(struct buf *out, const char *room, int64_t opened_ms,
		    const char *name, int64_t armed_ms, const char *digest)
{
	struct jwriter w;

	jw_init(&w, out);
	jw_object(&w, NULL);
	jw_text(&w, "approves", name);
	jw_text(&w, "digest", digest);
	jw_int(&w, "shown", armed_ms);
	jw_text(&w, "room", room);
	jw_int(&w, "opened", opened_ms);
	jw_object_end(&w);
	buf_char(out, '\n');
}

static bool
is_known(const struct book *b, const char *name)
{
	return str_same(name, "rollback") || book_step(b, name) != NULL;
}

/* Why there is no plan of `name` to approve; NULL when there is. */
static const char *
no_plan(const struct room *r, const char *name)
{
	if (!is_known(r->book, name))
		return "the runbook has no such step";
	if (!r->prompt.open)
		return "no plan is open: the commander shows one first";
	if (!str_same(name, room_prompt_name(r)))
		return "the open plan is another one";
	if (r->prompt.awaits[0] == '\0')
		return "its plan needs no second person";
	return NULL;
}

static void
write_plan(struct buf *answer, const struct snapshot *s, int64_t uid)
{
	const struct room *r = s->room;
	const struct room_prompt *p = &r->prompt;
	char phrase[160];
	struct decision d;
	struct jwriter w;

	room_decision(r, s->now_ms, &d);
	control_phrase(phrase, sizeof(phrase), r->book, room_prompt_name(r));
	jw_init(&w, answer);
	jw_object(&w, NULL);
	jw_flag(&w, "ok", true);
	jw_text(&w, "room", r->name);
	jw_text(&w, "mode", r->mode);
	jw_text(&w, "environment", r->book->environment);
	jw_text(&w, "region", r->book->region);
	jw_text(&w, "commander", r->commander);
	jw_text(&w, "step", room_prompt_name(r));
	jw_text(&w, "verdict", verdict_word(d.verdict));
	jw_text(&w, "sentence", d.sentence);
	jw_text(&w, "phrase", phrase);
	jw_text(&w, "digest", p->digest);
	jw_int(&w, "shown", p->since_ms);
	jw_int(&w, "opened", r->opened_wall_ms);
	jw_flag(&w, "own_account", uid == (int64_t)getuid());
	jw_flag(&w, "takes_keys", r->book->approvers != NULL);
	jw_text(&w, "approved_by", p->second);
	jw_array(&w, "lines");
	for (size_t i = 0; i < p->line_count; i++)
		jw_text(&w, NULL, p->lines[i]);
	jw_array_end(&w);
	jw_object_end(&w);
	buf_char(answer, '\n');
}

/* The account as the system calls it. */
static void
by_account(struct approval *a, int64_t uid)
{
	char bytes[4096];
	struct passwd pw, *found = NULL;

	a->uid = uid;
	str_printf(a->how, sizeof(a->how), "uid %" PRId64, uid);
	if (getpwuid_r((uid_t)uid, &pw, bytes, sizeof(bytes), &found) == 0 &&
	    found != NULL)
		text_clean(a->who, sizeof(a->who), pw.pw_name,
			   strlen(pw.pw_name));
	else
		str_copy(a->who, sizeof(a->who), a->how);
}

/* The key's owner; a word when it is nobody's. */
static bool
by_key(struct approval *a, const struct room *r, const char *signature,
       char *why, size_t size)
{
	struct sshsig_signer signer;
	struct err e = { .code = ERR_NONE };
	struct buf text;

	if (r->book->approvers == NULL) {
		str_copy(why, size,
			 "the runbook names no approvers: keys are not taken");
		return false;
	}
	buf_init(&text, 4096);
	control_signed_text(&text, r->name, r->opened_wall_ms,
			    room_prompt_name(r), r->prompt.since_ms,
			    r->prompt.digest);
	if (sshsig_verify(&signer, r->book->approvers, signature,
			  buf_str(&text), &e) == ERR_NONE) {
		a->uid = -1;
		text_clean(a->who, sizeof(a->who), signer.name,
			   strlen(signer.name));
		text_clean(a->how, sizeof(a->how), signer.key,
			   strlen(signer.key));
	} else {
		str_copy(why, size, e.text);
	}
	buf_clear(&text);
	return e.code == ERR_NONE;
}

/* "" when the approval can go to the director, else why not. */
static void
judge_approval(const struct room *r, const struct json *ask, const char *name,
	       int64_t uid, struct approval *out, char *why, size_t size)
{
	const char *signature = json_text_or(ask, "signature", "");
	char phrase[160];

	why[0] = '\0';
	*out = (struct approval){ .uid = uid };
	control_phrase(phrase, sizeof(phrase), r->book, name);
	if (!str_copy(out->target, sizeof(out->target), name) ||
	    !str_copy(out->digest, sizeof(out->digest),
		      json_text_or(ask, "digest", "")) ||
	    strlen(signature) > SSHSIG_MOST)
		str_copy(why, size, "a field is too long");
	else if (!str_same(out->digest, r->prompt.digest))
		str_copy(why, size,
			 "the plan has moved since you saw it: look again");
	else if (!str_same(json_text_or(ask, "phrase", ""), phrase))
		str_printf(why, size, "not approved: type exactly %s", phrase);
	else if (signature[0] == '\0')
		by_account(out, uid);
	else
		by_key(out, r, signature, why, size);
}

static bool
take_ask(const struct snapshot *s, const struct json *ask, int64_t uid,
	 struct approval *out, struct buf *answer)
{
	const char *verb = json_text_or(ask, "ask", "");
	const char *name = json_text_or(ask, "step", "");
	const char *refusal = no_plan(s->room, name);
	char why[400];

	if (!str_same(verb, "plan") && !str_same(verb, "approve"))
		refusal = "what is asked is neither plan nor approve";
	if (refusal != NULL) {
		control_say(answer, false, refusal);
		return false;
	}
	if (str_same(verb, "plan")) {
		write_plan(answer, s, uid);
		return false;
	}
	judge_approval(s->room, ask, name, uid, out, why, sizeof(why));
	if (why[0] == '\0')
		return true;
	control_say(answer, false, why);
	return false;
}

bool
control_talk(const struct snapshot *s, const char *line, size_t len,
	     int64_t uid, struct approval *out, struct buf *answer)
{
	struct err e = { .code = ERR_NONE };
	struct json *ask = json_parse(line, len, &e);
	bool waits = false;

	if (json_type(ask) != JSON_OBJECT)
		control_say(answer, false, "a request is one JSON object");
	else
		waits = take_ask(s, ask, uid, out, answer);
	json_free(ask);
	return waits;
}
