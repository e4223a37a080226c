/* case_peer - what the peer of a case answers, from its [peer] section. */
#include "tests/lib/case_parts.h"

#include <stdlib.h>

#include "base/mem.h"
#include "tests/lib/peer.h"
#include "tests/lib/test.h"

/* Without the blanks around it; in its own bytes. */
static char *
trim(char *text)
{
	size_t len;

	while (*text == ' ')
		text++;
	len = strlen(text);
	while (len > 0 && text[len - 1] == ' ')
		text[--len] = '\0';
	return text;
}

static void
add_header(struct peer_row *row, const char *text)
{
	char *joined = mem_new(
		1, strlen(text) + 3 +
			   (row->headers != NULL ? strlen(row->headers) : 0));

	if (row->headers != NULL)
		strcpy(joined, row->headers);
	strcat(joined, text);
	strcat(joined, "\r\n");
	mem_free((void *)(uintptr_t)row->headers);
	row->headers = joined;
}

/* "PATCH /things/1" and the blank that ends the path. */
static char *
with_blank(const char *line)
{
	char *expect = mem_new(1, strlen(line) + 2);

	strcpy(expect, line);
	strcat(expect, " ");
	return expect;
}

/* "PATCH /things/1 2": held back until the second has come. */
static void
read_until(const char *path, struct peer_row *row, char *part)
{
	char *number = strrchr(part, ' ');

	if (number == NULL || (row->until_count = atoi(number + 1)) < 1)
		fail_msg("%s: until how many? %s", path, part);
	*number = '\0';
	row->until = with_blank(part);
}

static void
read_part(const char *path, struct peer_row *row, char *part)
{
	if (strncmp(part, "body ", 5) == 0)
		row->body = part + 5;
	else if (strncmp(part, "delay ", 6) == 0)
		row->delay_ms = atoi(part + 6);
	else if (strncmp(part, "until ", 6) == 0)
		read_until(path, row, part + 6);
	else if (strcmp(part, "always") == 0)
		row->always = true;
	else if (strchr(part, ':') != NULL)
		add_header(row, part);
	else
		fail_msg("%s: the peer cannot \"%s\"", path, part);
}

static void
read_row(const char *path, struct peer_row *row, char *line)
{
	static const struct {
		const char *word;
		enum peer_end end;
	} ends[] = { { "close", PEER_CLOSE },
		     { "hang", PEER_HANG },
		     { "cut", PEER_CUT } };
	char *arrow = strstr(line, " -> "), *part, *rest;

	if (arrow == NULL)
		fail_msg("%s: not a peer's line: %s", path, line);
	*arrow = '\0';
	row->expect = with_blank(line);
	rest = arrow + 4;
	part = strsep(&rest, "|");
	row->status = atoi(part);
	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		if (strncmp(part, ends[i].word, strlen(ends[i].word)) == 0)
			row->end = ends[i].end;
	if (row->status == 0 && row->end == PEER_ANSWER)
		fail_msg("%s: no status: %s", path, part);
	while ((part = strsep(&rest, "|")) != NULL)
		read_part(path, row, trim(part));
}

size_t
case_rows_read(const char *path, char *text, struct peer_row *rows, size_t most)
{
	size_t count = 0;
	int act = 0;
	char *line;

	while ((line = case_line(&text)) != NULL) {
		if (strcmp(line, "then") == 0) {
			act++;
			continue;
		}
		if (count == most)
			fail_msg("%s: too many answers: %s", path, line);
		rows[count].act = act;
		read_row(path, &rows[count++], line);
	}
	return count;
}

void
case_rows_clear(struct peer_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		mem_free((void *)(uintptr_t)rows[i].expect);
		mem_free((void *)(uintptr_t)rows[i].headers);
		mem_free((void *)(uintptr_t)rows[i].until);
	}
}
