/* sipscan - what of a SIP message can be told without parsing all of it. */
#include "net/sipscan.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/str.h"

/* One header line, folded ones whole; points into the message. */
struct line {
	const char *name, *value;
	size_t name_len, value_len;
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The end of the logical line at `at`, behind its line feed; NULL: none. */
static const char *
line_end(const char *at, const char *end)
{
	while (at < end) {
		const char *feed = memchr(at, '\n', (size_t)(end - at));

		if (feed == NULL)
			return NULL;
		at = feed + 1;
		if (at == end || (*at != ' ' && *at != '\t'))
			return at;
	}
	return NULL;
}

static void
trim(const char **text, size_t *len)
{
	while (*len > 0 && is_blank(**text)) {
		(*text)++;
		(*len)--;
	}
	while (*len > 0 && is_blank((*text)[*len - 1]))
		(*len)--;
}

/* False at the empty line, at the end, and at a line without a colon. */
static bool
next_line(const char **at, const char *end, struct line *out)
{
	const char *start = *at;
	const char *stop = line_end(start, end);
	const char *colon;

	if (stop == NULL || *start == '\r' || *start == '\n')
		return false;
	colon = memchr(start, ':', (size_t)(stop - start));
	if (colon == NULL)
		return false;
	*out = (struct line){ .name = start,
			      .name_len = (size_t)(colon - start),
			      .value = colon + 1,
			      .value_len = (size_t)(stop - colon - 1) };
	trim(&out->name, &out->name_len);
	trim(&out->value, &out->value_len);
	*at = stop;
	return true;
}

static bool
is_text(const char *bytes, size_t len, const char *text)
{
	return len == strlen(text) && strncasecmp(bytes, text, len) == 0;
}

static bool
is_named(const struct line *l, const char *name, const char *compact)
{
	return is_text(l->name, l->name_len, name) ||
	       is_text(l->name, l->name_len, compact);
}

/* Behind the start line; NULL when that is not whole. */
static const char *
first_header(const char *bytes, size_t len)
{
	const char *feed = memchr(bytes, '\n', len);

	return feed == NULL ? NULL : feed + 1;
}

bool
sipscan_call_id(const char *bytes, size_t len, const char **value,
		size_t *value_len)
{
	const char *at = first_header(bytes, len);
	struct line l;

	while (at != NULL && next_line(&at, bytes + len, &l))
		if (is_named(&l, "Call-ID", "i")) {
			*value = l.value;
			*value_len = l.value_len;
			return true;
		}
	return false;
}

/* Behind the empty line that ends the headers, NULL when it has not come. */
static const char *
head_end(const char *at, const char *end)
{
	const char *feed;

	while (at < end && (feed = memchr(at, '\n', (size_t)(end - at)))) {
		at = feed + 1;
		if (at < end && *at == '\n')
			return at + 1;
		if (at + 1 < end && at[0] == '\r' && at[1] == '\n')
			return at + 2;
	}
	return NULL;
}

static bool
read_length(const struct line *l, size_t *out)
{
	size_t value = 0;

	if (l->value_len == 0 || l->value_len > 6)
		return false;
	for (size_t i = 0; i < l->value_len; i++) {
		if (!isdigit((unsigned char)l->value[i]))
			return false;
		value = 10 * value + (size_t)(l->value[i] - '0');
	}
	*out = value;
	return true;
}

/* Content-Length must be there, a number, and the same wherever it stands. */
static enum sipscan
body_length(const char *head, size_t head_len, size_t *out, struct err *e)
{
	const char *at = first_header(head, head_len);
	bool is_known = false;
	struct line l;
	size_t value;

	while (at != NULL && next_line(&at, head + head_len, &l)) {
		if (!is_named(&l, "Content-Length", "l"))
			continue;
		if (!read_length(&l, &value) || value > SIP_BODY_MOST ||
		    (is_known && value != *out)) {
			err_set(e, ERR_FORMAT,
				"Content-Length of a SIP message in a stream "
				"is no number up to %d",
				SIP_BODY_MOST);
			return SIPSCAN_BAD;
		}
		is_known = true;
		*out = value;
	}
	if (is_known)
		return SIPSCAN_WHOLE;
	err_set(e, ERR_FORMAT,
		"a SIP message in a stream has no Content-Length: its end "
		"cannot be known");
	return SIPSCAN_BAD;
}

enum sipscan
sipscan_frame(const char *bytes, size_t have, size_t *skip, size_t *len,
	      struct err *e)
{
	const char *end = bytes + have;
	const char *body;
	size_t head_len;
	size_t body_len = 0;

	*skip = 0;
	*len = 0;
	while (*skip < have && (bytes[*skip] == '\r' || bytes[*skip] == '\n'))
		(*skip)++;
	bytes += *skip;
	body = head_end(bytes, end);
	head_len = (size_t)((body != NULL ? body : end) - bytes);
	if (head_len > SIP_HEAD_MOST) {
		err_set(e, ERR_FORMAT,
			"the headers of a SIP message do not end within %d "
			"bytes",
			SIP_HEAD_MOST);
		return SIPSCAN_BAD;
	}
	if (body == NULL)
		return SIPSCAN_MORE;
	if (body_length(bytes, head_len, &body_len, e) == SIPSCAN_BAD)
		return SIPSCAN_BAD;
	if ((size_t)(end - body) < body_len)
		return SIPSCAN_MORE;
	*len = head_len + body_len;
	return SIPSCAN_WHOLE;
}

/* Does the line carry ";name=value" as a whole parameter, outside quotes? */
static bool
has_param(const struct line *l, const char *name, const char *value)
{
	size_t name_len = strlen(name);
	size_t value_len = strlen(value);
	const char *end = l->value + l->value_len;

	if (memchr(l->value, '"', l->value_len) != NULL ||
	    memchr(l->value, ',', l->value_len) != NULL)
		return false; /* for a parser */
	for (const char *p = l->value;
	     (p = memchr(p, ';', (size_t)(end - p))) != NULL;) {
		p++;
		if ((size_t)(end - p) < name_len + value_len ||
		    strncasecmp(p, name, name_len) != 0)
			continue;
		p += name_len;
		return memcmp(p, value, value_len) == 0 &&
		       (p + value_len == end || p[value_len] == ';' ||
			is_blank(p[value_len]));
	}
	return false;
}

static bool
is_value(const struct line *l, const char *text)
{
	size_t len = strlen(text);

	return l->value_len == len && memcmp(l->value, text, len) == 0;
}

int
sipscan_success(const char *bytes, size_t len, const struct sipscan_ids *ids)
{
	const char *at = first_header(bytes, len);
	int vias = 0, froms = 0, calls = 0, cseqs = 0;
	struct line l;

	if (at == NULL || len < 13 || memcmp(bytes, "SIP/2.0 2", 9) != 0 ||
	    !isdigit((unsigned char)bytes[9]) ||
	    !isdigit((unsigned char)bytes[10]) || bytes[11] != ' ')
		return 0;
	while (next_line(&at, bytes + len, &l)) {
		bool is_right = true;

		if (is_named(&l, "Via", "v"))
			is_right = vias++ > 0 ||
				   has_param(&l, "branch=", ids->branch);
		else if (is_named(&l, "From", "f"))
			is_right = froms++ == 0 &&
				   has_param(&l, "tag=", ids->from_tag);
		else if (is_named(&l, "Call-ID", "i"))
			is_right = calls++ == 0 && is_value(&l, ids->call_id);
		else if (is_named(&l, "CSeq", "cseq"))
			is_right = cseqs++ == 0 && is_value(&l, ids->cseq);
		if (!is_right)
			return 0;
	}
	if (vias == 0 || froms == 0 || calls == 0 || cseqs == 0)
		return 0;
	return 200 + 10 * (bytes[9] - '0') + (bytes[10] - '0');
}
