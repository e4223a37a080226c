/* case_parts - what the files of the case harness share. */
#ifndef TESTS_LIB_CASE_PARTS_H
#define TESTS_LIB_CASE_PARTS_H

/* The next line that says something, in its own bytes; NULL at the end, and
 * of no text. */
char *case_line(char **rest);

/* The records of `dir` are those of [journal], in order. */
void case_check_journal(const char *path, const char *dir, char *text);

/* [at least]: so much room time lies between two records; NULL: none said. */
void case_check_times(const char *path, const char *dir, char *text);

/* [peer saw], by its own count, and nothing that no row expected. */
struct peer;
void case_check_peer(const char *path, struct peer *peer, char *text);

#endif
