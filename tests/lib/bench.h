/*
 * bench - lines of figures with the bound each must keep.
 *
 * A bench prints one line a figure: name, value, bound, "ok" or "MISSED", and
 * ends with bench_end(), which is 1 when one was missed.  Figures are ratios
 * of things measured in one run on one machine.
 */
#ifndef TESTS_LIB_BENCH_H
#define TESTS_LIB_BENCH_H

#include <stddef.h>

void bench_at_most(const char *name, double value, double bound);
void bench_at_least(const char *name, double value, double bound);
void bench_note(const char *name, double value, const char *unit);
int bench_end(void); /* the exit code */

double bench_cpu_s(void);  /* of this process, user and system */
double bench_wall_s(void); /* monotonic */
double bench_median(double *values, size_t count); /* sorts them */

#endif
