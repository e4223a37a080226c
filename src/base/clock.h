/*
 * clock - the one source of time.
 *
 * Room time (clock_us) is monotonic and, in a drill, runs `speed` times
 * faster than the world: schedules, waits, backoff, `for` windows and budgets
 * use it.  Real time (clock_real_us) is for I/O deadlines, which a fast drill
 * must not shorten.  Wall time is for records and screens only.  Any thread.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

#define CLOCK_TEXT 32 /* room for clock_text() with its NUL */

int64_t clock_us(void);	     /* room time, microseconds, monotonic */
int64_t clock_ms(void);	     /* room time, milliseconds */
int64_t clock_real_us(void); /* real monotonic microseconds */
int64_t clock_wall_ms(void); /* milliseconds since 1970, UTC */
int64_t clock_cpu_ns(void);  /* processor time of the calling thread */

/* Room milliseconds as real milliseconds to wait, at least 1 when ms > 0. */
int clock_real_wait_ms(int64_t room_ms);

/* Sets how fast room time runs, 0.1..1000; main, before threads start. */
void clock_set_speed(double speed);
double clock_speed(void); /* 1 unless set */

/* Tests and replays: replaces the real monotonic clock (and room time with it)
 * and the wall clock; NULL puts the system's back.  Before threads start. */
void clock_use(int64_t (*real_us)(void), int64_t (*wall_ms)(void));

/* RFC 3339 UTC with milliseconds: "2026-11-20T02:41:07.123Z". */
void clock_text(char to[CLOCK_TEXT], int64_t wall_ms);
/* Reads RFC 3339 with any offset; digits behind milliseconds are cut.  False
 * leaves *wall_ms untouched; NULL is no time. */
bool clock_parse(const char *text, int64_t *wall_ms);

#endif
