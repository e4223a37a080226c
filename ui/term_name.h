/*
 * term_name - which terminal a name means, and which others it is like.
 *
 * For term.c and its tests.  Pure.
 */
#ifndef UI_TERM_NAME_H
#define UI_TERM_NAME_H

#include <stdbool.h>
#include <stddef.h>

#define TERM_NAMES 5

/* The names to try in turn where a description may be missing: its own, that
 * of a relative, inside tmux those of tmux, and the least of all. */
size_t term_names(const char *name, bool is_in_tmux,
		  const char *out[TERM_NAMES]);

/* Does a terminal of this name take titles and bracketed pastes? */
bool term_speaks_xterm(const char *name);

#endif
