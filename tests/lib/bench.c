/* bench - lines of figures with the bound each must keep. */
#include "tests/lib/bench.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static int missed;

static void
say(const char *name, double value, const char *sign, double bound, bool good)
{
	printf("%-52s %8.2f  %s %-6.4g %s\n", name, value, sign, bound,
	       good ? "ok" : "MISSED");
	fflush(stdout);
	missed += !good;
}

void
bench_at_most(const char *name, double value, double bound)
{
	say(name, value, "<=", bound, value <= bound);
}

void
bench_at_least(const char *name, double value, double bound)
{
	say(name, value, ">=", bound, value >= bound);
}

void
bench_note(const char *name, double value, const char *unit)
{
	printf("%-52s %8.2f  %s\n", name, value, unit);
	fflush(stdout);
}

int
bench_end(void)
{
	return missed > 0;
}

static double
seconds(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

double
bench_cpu_s(void)
{
	return seconds(CLOCK_PROCESS_CPUTIME_ID);
}

double
bench_wall_s(void)
{
	return seconds(CLOCK_MONOTONIC);
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double
bench_median(double *values, size_t count)
{
	qsort(values, count, sizeof(*values), by_value);
	return count % 2 != 0 ? values[count / 2]
			      : (values[count / 2 - 1] + values[count / 2]) / 2;
}
