/* chain - how records are sealed, one to the next. */
#include "journal/chain.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/jscan.h"
#include "base/str.h"

/* A line ends  ,"hash":"<64 digits>"}  */
#define SEAL ",\"hash\":\""
#define SEAL_LEN (sizeof(SEAL) - 1)
#define SEAL_TAIL (SEAL_LEN + DIGEST_HEX - 1 + 2)

#define EIGHT_ZEROS "00000000"
const char chain_zero[DIGEST_HEX] = EIGHT_ZEROS EIGHT_ZEROS EIGHT_ZEROS
	EIGHT_ZEROS EIGHT_ZEROS EIGHT_ZEROS EIGHT_ZEROS EIGHT_ZEROS;

/* `body`: the record without its hash and without its closing brace. */
static void
hash_body(char out[DIGEST_HEX], const char *head, const char *body, size_t len)
{
	const struct digest_part parts[] = {
		{ head, DIGEST_HEX - 1 },
		{ body, len },
		{ "}", 1 },
	};

	digest_parts(out, parts, ARRAY_LEN(parts));
}

enum err_code
chain_seal(struct buf *line, struct record *r, const char *head, struct err *e)
{
	assert(strlen(head) == DIGEST_HEX - 1);
	str_copy(r->prev, sizeof(r->prev), head);
	r->hash[0] = '\0';
	buf_reset(line);
	record_write(line, r);
	if (r->texts.cut || line->cut || line->len + SEAL_TAIL > RECORD_CAP)
		return err_set(e, ERR_LIMIT,
			       "a record of kind %s has more than %d bytes; "
			       "nothing of it was written",
			       record_rows[r->kind].word, RECORD_CAP);
	assert(line->data[line->len - 1] == '}');
	line->len--;
	hash_body(r->hash, head, line->data, line->len);
	buf_text(line, SEAL);
	buf_text(line, r->hash);
	buf_text(line, "\"}\n");
	assert(!line->cut);
	return ERR_NONE;
}

/* Does the line end in a seal, and is it the right one? */
static enum err_code
check_seal(const char *line, size_t len, const char *head, struct err *e)
{
	char hash[DIGEST_HEX];
	size_t body;

	if (len < SEAL_TAIL)
		return err_set(e, ERR_DAMAGED, "it has no hash");
	body = len - SEAL_TAIL;
	if (memcmp(line + body, SEAL, SEAL_LEN) != 0 ||
	    memcmp(line + len - 2, "\"}", 2) != 0)
		return err_set(e, ERR_DAMAGED, "it does not end in its hash");
	hash_body(hash, head, line, body);
	if (memcmp(line + body + SEAL_LEN, hash, DIGEST_HEX - 1) != 0)
		return err_set(e, ERR_DAMAGED,
			       "its bytes do not match its hash");
	return ERR_NONE;
}

enum err_code
chain_check(struct record *r, const char *line, size_t len, const char *head,
	    int64_t seq, struct err *e)
{
	if (record_reread(r, line, len, e) != ERR_NONE)
		return e->code;
	if (r->seq != seq)
		return err_set(e, ERR_DAMAGED,
			       "it has the number %lld, %lld is due",
			       (long long)r->seq, (long long)seq);
	if (!str_same(r->prev, head))
		return err_set(e, ERR_DAMAGED,
			       "it does not follow the record before it");
	return check_seal(line, len, head, e);
}

static bool
is_blank(const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (bytes[i] != '\0')
			return false;
	return true;
}

bool
chain_is_torn(const char *tail, size_t len, int64_t seq)
{
	char begin[64];
	size_t begin_len;
	struct jscan s;
	enum jtok t;

	/* Some file systems leave zeros where the power took the bytes. */
	if (is_blank(tail, len))
		return true;
	str_printf(begin, sizeof(begin), "{\"seq\":%lld,\"at\":\"",
		   (long long)seq);
	begin_len = strlen(begin);
	if (memcmp(tail, begin, len < begin_len ? len : begin_len) != 0)
		return false;
	jscan_init(&s, tail, len);
	do {
		t = jscan_next(&s);
	} while (t != JTOK_ERROR && s.depth > 0);
	return t == JTOK_ERROR || s.pos == len;
}
