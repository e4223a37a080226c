/*
 * journal_fuzz - a journal of hostile bytes: src/model/record_line.c,
 * room_fold.c, room_acts.c, room_samples.c and the torn tails of
 * src/journal/chain.c.
 *
 * Each line of the input is read as a record and, when it is one, folded.  To
 * reach the fold, lines need no hash: the seal is the journal's business.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "journal/chain.h"
#include "model/forecast.h"
#include "tests/lib/books.c" /* fuzzers link without the harness */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
require(bool claim)
{
	if (!claim)
		abort();
}

/* What was read is written, and from then on the bytes stay the same. */
static void
check_round_trip(const struct record *r)
{
	struct buf one, two;
	struct record back;
	struct err e;

	buf_init(&one, 8 * RECORD_CAP);
	buf_init(&two, 8 * RECORD_CAP);
	record_write(&one, r);
	if (one.len <= RECORD_CAP) {
		require(record_read(&back, one.data, one.len, &e) == ERR_NONE);
		record_write(&two, &back);
		require(one.len == two.len &&
			memcmp(one.data, two.data, one.len) == 0);
		record_clear(&back);
	}
	buf_clear(&one);
	buf_clear(&two);
}

/* A record that cannot be folded changes nothing. */
static void
fold(struct room *room, const struct record *r)
{
	struct room *before = room_copy(room);
	struct buf one, two;
	char text[120];
	struct err e;

	record_summary(text, sizeof(text), r);
	buf_init(&one, 1 << 22);
	buf_init(&two, 1 << 22);
	if (room_apply(room, r, &e) != ERR_NONE) {
		room_write(&one, before, 5000);
		room_write(&two, room, 5000);
		require(strcmp(buf_str(&one), buf_str(&two)) == 0);
	}
	buf_clear(&one);
	buf_clear(&two);
	room_free(before);
}

static void
look(const struct room *room)
{
	struct forecast f;
	struct buf out;

	forecast_make(&f, room, room->last_ms);
	(void)room_next_step(room);
	buf_init(&out, 1 << 22);
	room_write(&out, room, room->last_ms);
	buf_clear(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const char *at = (const char *)data;
	const char *end = at + len;
	struct book *book = books_small();
	struct room *room = room_new(book);
	struct record r;
	struct err e;

	record_init(&r, RECORD_NOTE, "");
	while (at < end) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		size_t n = (size_t)((stop == NULL ? end : stop) - at);
		char *line = mem_text_n(at, n);

		(void)chain_is_torn(line, n, 1);
		if (n > 0 && record_reread(&r, line, n, &e) == ERR_NONE) {
			check_round_trip(&r);
			fold(room, &r);
		}
		mem_free(line);
		at += n + 1;
	}
	look(room);
	record_clear(&r);
	room_free(room);
	book_drop(book);
	return 0;
}
