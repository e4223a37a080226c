/*
 * guard - what a dying process needs to put the terminal back.
 *
 * Everything is prepared while all is well; guard_restore() then only writes
 * bytes and sets modes.  One terminal a process.
 */
#ifndef UI_GUARD_H
#define UI_GUARD_H

#include <stdbool.h>

/* Remembers the modes of the terminal `fd`; false when it is none. */
bool guard_open(int fd);
/* Bytes to write on restoring, without padding; NULL and (char *)-1 are
 * nothing. */
void guard_keep(const char *bytes);

/* From here on, fatal signals restore first and then go their way. */
void guard_arm(void);
void guard_disarm(void);   /* the handlers only */
bool guard_is_armed(void); /* are the handlers in place? */

/* Async-signal-safe, never blocks, works once until armed again. */
void guard_restore(void);

/* The modes alone, any number of times. */
void guard_modes(void);

#endif
