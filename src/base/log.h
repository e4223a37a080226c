/*
 * log - what the program says about itself, for `--trace` and for bugs.
 *
 * Never the journal, never the terminal of a console: the sink is a file or
 * stderr, chosen at start; off by default.  Any thread.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/attr.h"

/* `words` is a comma list of components ("net,engine" or "all"), written to
 * `fd` (not closed).  Before threads start. */
void log_open(const char *words, int fd);
/* Would log_line() write?  Ask before costly work for a line. */
bool log_wants(const char *component);
/* One line "time component: text", redacted and cleaned, in one write(). */
void log_line(const char *component, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
