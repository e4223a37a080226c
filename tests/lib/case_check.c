/* case_check - what came of a case held against what it promises. */
#include "tests/lib/case_parts.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "journal/journal.h"
#include "model/room.h"
#include "tests/lib/peer.h"
#include "tests/lib/test.h"

#define LINES 256

char *
case_line(char **rest)
{
	char *line;

	while ((line = strsep(rest, "\n")) != NULL) {
		while (*line == ' ' || *line == '\t')
			line++;
		if (*line != '\0' && *line != '#')
			return line;
	}
	return NULL;
}

struct seen {
	char *lines[LINES]; /* "step move armed ~ detail" */
	int64_t at_ms[LINES];
	int64_t seq[LINES];
	size_t count;
	char *kinds; /* " step undo rollback drain ... " */
};

static enum err_code
see(void *ctx, const struct record *r, struct err *e)
{
	struct seen *s = ctx;
	const char *kind = record_rows[r->kind].word;
	char word[48], line[1200];
	struct buf whole;

	(void)e;
	str_printf(word, sizeof(word), " %s ", kind);
	if (strstr(s->kinds, word) == NULL)
		return ERR_NONE;
	assert_true(s->count < LINES);
	if (r->kind == RECORD_STEP || r->kind == RECORD_UNDO) {
		str_printf(
			line, sizeof(line), "%s %s %s ~ %s", kind,
			record_get(r, r->kind == RECORD_STEP ? "step" : "name"),
			record_get(r, "state"), record_get(r, "detail"));
	} else if (r->kind == RECORD_DRAIN) {
		str_printf(line, sizeof(line), "%s %s %s %s ~ %s", kind,
			   record_get(r, "drain"), record_get(r, "state"),
			   record_get(r, "name"), record_get(r, "detail"));
	} else if (r->kind == RECORD_ROLLBACK) {
		str_printf(line, sizeof(line), "%s %s ~ %s", kind,
			   record_get(r, "state"), record_get(r, "detail"));
	} else {
		buf_init(&whole, RECORD_CAP);
		record_write(&whole, r);
		str_printf(line, sizeof(line), "%s ~ %s", kind,
			   buf_str(&whole));
		buf_clear(&whole);
	}
	s->at_ms[s->count] = r->at_ms;
	s->seq[s->count] = r->seq;
	s->lines[s->count++] = mem_copy(line, strlen(line) + 1);
	return ERR_NONE;
}

/* Is `got` what `wanted` says: the same moves, the part in the detail? */
static bool
fits(const char *got, char *wanted)
{
	const char *detail = strstr(got, " ~ ");
	char *part = strstr(wanted, " ~ ");
	size_t head = part != NULL ? (size_t)(part - wanted) : strlen(wanted);

	while (head > 0 && wanted[head - 1] == ' ')
		head--;
	return (size_t)(detail - got) == head &&
	       strncmp(got, wanted, head) == 0 &&
	       (part == NULL || strstr(detail + 3, part + 3) != NULL);
}

static void
name_kinds(struct seen *s, char *const *wanted, size_t count)
{
	struct buf kinds;

	buf_init(&kinds, 4096);
	buf_text(&kinds, " step undo rollback drain ");
	for (size_t i = 0; i < count; i++)
		buf_printf(&kinds, "%.*s ", (int)strcspn(wanted[i], " "),
			   wanted[i]);
	s->kinds = mem_copy(buf_str(&kinds), kinds.len + 1);
	buf_clear(&kinds);
}

static void
read_lines(struct seen *s, const char *dir, char *const *wanted, size_t count)
{
	struct journal_report report;
	struct err e = { .code = ERR_NONE };

	memset(s, 0, sizeof(*s));
	name_kinds(s, wanted, count);
	CHECK_OK(journal_read(dir, see, s, &report, &e), &e);
}

static void
drop_lines(struct seen *s)
{
	for (size_t i = 0; i < s->count; i++)
		mem_free(s->lines[i]);
	mem_free(s->kinds);
}

/* Goes through the records and what was wanted side by side, as far as they
 * agree; "..." stands for any records up to the next that is wanted. */
static void
follow(const struct seen *s, char *const *wanted, size_t count, size_t *at,
       size_t *line)
{
	*at = *line = 0;
	while (*at < s->count && *line < count) {
		bool skips = strcmp(wanted[*line], "...") == 0;

		if (fits(s->lines[*at], wanted[*line + skips])) {
			++*at;
			*line += skips ? 2 : 1;
		} else if (skips) {
			++*at;
		} else {
			return;
		}
	}
}

void
case_check_journal(const char *path, const char *dir, char *text)
{
	char *wanted[LINES];
	size_t count = 0, at, line;
	struct seen s;

	while (count < LINES && (wanted[count] = case_line(&text)) != NULL)
		count++;
	if (count > 0 && strcmp(wanted[count - 1], "...") == 0)
		fail_msg("%s: its journal has no end", path);
	read_lines(&s, dir, wanted, count);
	follow(&s, wanted, count, &at, &line);
	if (at < s.count || line < count) {
		for (size_t i = 0; i < s.count; i++)
			print_error("%s %s\n", i == at ? ">" : " ", s.lines[i]);
		fail_msg("%s: the journal's record %zu is not \"%s\"", path,
			 at + 1, line < count ? wanted[line] : "the end");
	}
	drop_lines(&s);
}

void
case_cut_journal(const char *path, const char *dir, char *wanted)
{
	char file[FS_PATH], mark[40];
	char *text, *at;
	size_t last = LINES;
	struct seen s;

	read_lines(&s, dir, NULL, 0);
	for (size_t i = 0; i < s.count; i++)
		if (fits(s.lines[i], wanted))
			last = i;
	if (last == LINES)
		fail_msg("%s: nothing in the journal is \"%s\"", path, wanted);
	str_printf(mark, sizeof(mark), "\"seq\":%lld,", (long long)s.seq[last]);
	assert_true(fs_join(file, dir, "journal.jsonl"));
	text = test_file_read(file);
	at = strstr(text, mark);
	assert_non_null(at);
	at[strcspn(at, "\n") + 1] = '\0';
	test_file_write(file, text);
	mem_free(text);
	drop_lines(&s);
}

/* Room time of the first record that fits. */
static int64_t
time_of(const char *path, const struct seen *s, char *wanted)
{
	for (size_t i = 0; i < s->count; i++)
		if (fits(s->lines[i], wanted))
			return s->at_ms[i];
	fail_msg("%s: nothing in the journal is \"%s\"", path, wanted);
	return 0;
}

void
case_check_times(const char *path, const char *dir, char *text)
{
	struct seen s;
	char *line;

	read_lines(&s, dir, NULL, 0);
	while ((line = case_line(&text)) != NULL) {
		char *from = strstr(line, "s between ");
		char *to = strstr(line, " and ");
		int64_t took;

		if (from == NULL || to == NULL)
			fail_msg("%s: not a time: %s", path, line);
		*to = '\0';
		took = time_of(path, &s, to + 5) - time_of(path, &s, from + 10);
		if (took < strtoll(line, NULL, 10) * 1000)
			fail_msg("%s: %lld ms, but %s and %s", path,
				 (long long)took, line, to + 5);
	}
	drop_lines(&s);
}

/* All of them carried one and the same key. */
static void
check_key(const char *path, struct peer *peer, const char *what)
{
	static const char name[] = "\r\nIdempotency-Key: ";
	char first[120] = "";
	int count = peer_count(peer, what);

	for (int i = 0; i < count; i++) {
		char *request = peer_request(peer, what, i);
		char *key = strstr(request, name), *end;

		if (key == NULL)
			fail_msg("%s: \"%s\" came without a key", path, what);
		end = strchr(key + 2, '\r');
		*end = '\0';
		if (i == 0)
			str_copy(first, sizeof(first), key);
		assert_string_equal(key, first);
		mem_free(request);
	}
	if (count < 2)
		fail_msg("%s: \"%s\" was not repeated", path, what);
}

void
case_check_peer(const char *path, struct peer *peer, char *text)
{
	char *line;

	while ((line = case_line(&text)) != NULL) {
		char *number = strrchr(line, ' ');
		int got;

		if (strncmp(line, "one key ", 8) == 0) {
			check_key(path, peer, line + 8);
			continue;
		}
		if (number == NULL)
			fail_msg("%s: how often? %s", path, line);
		got = atoi(number + 1);
		number[1] = '\0'; /* the blank ends the path */
		if (peer_count(peer, line) != got)
			fail_msg("%s: the peer saw \"%s\" %d times, not %d",
				 path, line, peer_count(peer, line), got);
	}
	if (peer_strays(peer) != 0)
		fail_msg("%s: %d requests nobody expected", path,
			 peer_strays(peer));
}

void
case_check_asked(const char *path, const struct room *r, const char *text)
{
	const struct room_prompt *p = &r->prompt;

	for (size_t i = 0; p->open && i < p->line_count; i++)
		if (strstr(p->lines[i], text) != NULL)
			return;
	for (size_t i = 0; i < p->line_count; i++)
		print_error("%s\n", p->lines[i]);
	fail_msg("%s: the open plan does not say \"%s\"", path, text);
}

void
case_check_left(const char *path, const struct room *r, const char *count)
{
	size_t wanted = (size_t)atoi(count);

	if (r->leftovers != wanted || r->left_count != wanted)
		fail_msg("%s: %zu are left over and %zu listed, not %zu", path,
			 r->leftovers, r->left_count, wanted);
}
