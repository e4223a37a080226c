/* case_parts - what the files of the case harness share. */
#ifndef TESTS_LIB_CASE_PARTS_H
#define TESTS_LIB_CASE_PARTS_H

#include <stddef.h>

/* The next line that says something, in its own bytes; NULL at the end, and
 * of no text. */
char *case_line(char **rest);

/* The records of `dir` are those of [journal], in order. */
void case_check_journal(const char *path, const char *dir, char *text);

/* A line of the open plan says `text`. */
struct room;
void case_check_asked(const char *path, const struct room *r, const char *text);

/* So many things are left over: counted, and listed. */
void case_check_left(const char *path, const struct room *r, const char *count);

/* [at least]: so much room time lies between two records; NULL: none said. */
void case_check_times(const char *path, const char *dir, char *text);

/* The journal ends behind the last record that is `wanted`, as a process that
 * was killed there would leave it. */
void case_cut_journal(const char *path, const char *dir, char *wanted);

/* The rows of [peer], at most `most`; zeroed ones are filled.  They own what
 * case_rows_clear() frees and borrow the rest from `text`; NULL: none said. */
struct peer_row;
size_t case_rows_read(const char *path, char *text, struct peer_row *rows,
		      size_t most);
void case_rows_clear(struct peer_row *rows, size_t count);

/* [peer saw], by its own count, and nothing that no row expected. */
struct peer;
void case_check_peer(const char *path, struct peer *peer, char *text);

#endif
