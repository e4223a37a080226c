/* twin_lines - the ledger of a twin that serves, counted. */
#ifndef TESTS_UNIT_TWIN_LINES_H
#define TESTS_UNIT_TWIN_LINES_H

#include "tests/unit/twin_served.h"

/* Lines of the ledger that hold both texts. */
static inline int
served_lines(struct served *s, const char *part, const char *other)
{
	char path[FS_PATH];
	char *text, *line, *end;
	int count = 0;

	assert_true(fs_join(path, s->dir, "ledger.jsonl"));
	text = test_file_read(path);
	assert_non_null(text);
	for (line = text; (end = strchr(line, '\n')) != NULL; line = end + 1) {
		*end = '\0';
		count += strstr(line, part) != NULL &&
			 strstr(line, other) != NULL;
	}
	assert_int_equal(*line, '\0'); /* no torn line */
	mem_free(text);
	return count;
}

#endif
