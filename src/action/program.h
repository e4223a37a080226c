/*
 * program - a program of people's own, run by an act.
 *
 * Its words come as a list and reach it as they stand, never through a shell.
 * Of our environment it gets PATH, LANG and HOME, and what is named.  In a
 * drill the fence decides whether it may run at all.
 */
#ifndef ACTION_PROGRAM_H
#define ACTION_PROGRAM_H

#include "action/work.h"
#include "base/process.h"

#define PROGRAM_KEPT 8192 /* last bytes of its output */
#define PROGRAM_CODES 16

struct program {
	char **argv; /* NULL-terminated, owned */
	char **env;
	size_t argc, envc;
	int grace_ms;		 /* real, between SIGTERM and SIGKILL */
	const char *folder;	 /* to run in, borrowed; NULL: "/" */
	int done[PROGRAM_CODES]; /* exit codes that mean done */
	size_t done_count;
};

/* From a list of words and a list of names (NULL: none), each as JSON text.
 * The caller clears `out` also on failure. */
enum err_code program_read(struct program *out, const char *argv,
			   const char *names, struct err *e) MUST_CHECK;
/* The exit codes that mean done, from a list of them as JSON text. */
enum err_code program_read_done(struct program *p, const char *list,
				struct err *e) MUST_CHECK;
/* Does this exit code mean done? */
bool program_is_done(const struct program *p, int code);
void program_add(struct program *p, const char *word); /* to its words */
/* NAME=value into its environment, in place of one of that name. */
void program_give(struct program *p, const char *name, const char *value);
void program_clear(struct program *p); /* frees its words; twice is fine */

/* May it run here, and is it there?  ERR_FENCED, ERR_ABSENT. */
enum err_code program_check(const struct program *p,
			    const struct action_env *env,
			    struct err *e) MUST_CHECK;

/* Runs it until the deadline of `w`, at least a second.  The caller clears
 * `out->output` always; it is redacted. */
enum err_code program_run(struct process_end *out, const struct program *p,
			  struct work *w, struct err *e) MUST_CHECK;

/* Runs one that only reads.  Exit code 0: it is there; 1: it is not; anything
 * else says nothing.  `why` gets its words. */
enum action_landed program_landed(const struct program *p, struct work *w,
				  char *why, size_t size);

/* "exit 3: the last words it said; left behind and killed: sleep (71)". */
void program_words(const struct process_end *end, char *to, size_t size);

/* "/usr/bin/tool a 'b c'": for people; nothing runs it. */
void program_show(const struct program *p, const char *before,
		  struct action_plan *out);

/* What moves when its words, its names or the file itself do. */
void program_digest(const struct program *p, char out[DIGEST_HEX]);

#endif
