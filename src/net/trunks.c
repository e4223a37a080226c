/* trunks - SIP peers of a runbook, in the order calls would try them. */
#include "net/trunks.h"

#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"

/* 0 the trunk of the manifest, then its sequence, then all others. */
static size_t
rank_of(const struct book_trunk *t, const char *id)
{
	if (str_same(t->id, id))
		return 0;
	for (size_t i = 0; i < t->sequence_count; i++)
		if (str_same(t->sequence[i], id))
			return i + 1;
	return t->sequence_count + 1;
}

/* Equal ranks keep their order. */
static void
add(struct trunks *t, const struct book *b, const struct book_endpoint *ep)
{
	size_t rank = rank_of(&b->trunk, ep->id);
	size_t at = t->count++;

	for (; at > 0 && rank_of(&b->trunk, t->peers[at - 1]->id) > rank; at--)
		t->peers[at] = t->peers[at - 1];
	t->peers[at] = ep;
}

static enum err_code
add_all(struct trunks *out, const struct book *b, const struct json *list,
	struct err *e)
{
	if (json_count(list) == 0)
		return err_set(e, ERR_ARG, "endpoints names no peer");
	if (json_count(list) > TRUNKS_MOST)
		return err_set(e, ERR_ARG, "endpoints names more than %d peers",
			       TRUNKS_MOST);
	for (const struct json *v = json_first(list); v != NULL;
	     v = json_next(v)) {
		const char *id = json_text(v) == NULL ? "" : json_text(v);
		const struct book_endpoint *ep = book_endpoint(b, id);

		if (ep == NULL || ep->url == NULL)
			return err_set(e, ERR_ARG, "no endpoint \"%s\"", id);
		add(out, b, ep);
	}
	return ERR_NONE;
}

enum err_code
trunks_read(struct trunks *out, const struct book *b,
	    const struct settings *with, struct err *e)
{
	const char *text = settings_text_or(with, "endpoints", "[]");
	struct json *list = json_parse(text, strlen(text), e);
	enum err_code code;

	out->count = 0;
	if (list == NULL)
		return e->code;
	code = add_all(out, b, list, e);
	json_free(list);
	return code;
}

struct sip_target
trunks_target(const struct book_endpoint *ep, int timeout_ms)
{
	return (struct sip_target){ .where = ep->url,
				    .transport =
					    sip_transport_of(ep->transport),
				    .name = ep->name,
				    .ca_file = ep->ca_file,
				    .timeout_ms = timeout_ms };
}

enum err_code
trunks_check_user(const char *user, struct err *e)
{
	size_t len = strlen(user);

	if (len > 0 && len < 60 &&
	    strspn(user, "0123456789"
			 "abcdefghijklmnopqrstuvwxyz"
			 "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			 "+-_.!~*'()&=$,") == len)
		return ERR_NONE;
	return err_set(e, ERR_ARG,
		       "\"to\" must be a number or name to call, as in "
		       "\"+4930123456\"");
}

bool
trunks_is_our_fault(enum err_code code)
{
	switch (code) {
	case ERR_NONE:
	case ERR_TIMEOUT:
	case ERR_UNREACHED:
	case ERR_REFUSED:
	case ERR_LOST:
	case ERR_FORMAT:
	case ERR_TLS:
		return false;
	default:
		return true;
	}
}

int64_t
trunks_hold_until_us(int64_t retry_after_s, int64_t most_us)
{
	if (retry_after_s <= 0)
		return 0;
	if (retry_after_s < most_us / 1000000)
		most_us = retry_after_s * 1000000;
	return clock_us() + most_us;
}
