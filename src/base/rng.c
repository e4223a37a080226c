/* rng - seeded pseudo random numbers (xoshiro256**) and system entropy. */
#include "base/rng.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <sys/random.h>

/* splitmix64: spreads one seed over the four words, never all zero. */
static uint64_t
spread(uint64_t *x)
{
	uint64_t z = (*x += 0x9e3779b97f4a7c15u);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

void
rng_seed(struct rng *r, uint64_t seed)
{
	for (int i = 0; i < 4; i++)
		r->s[i] = spread(&seed);
}

static uint64_t
rotate(uint64_t x, int by)
{
	return (x << by) | (x >> (64 - by));
}

uint64_t
rng_next(struct rng *r)
{
	uint64_t *s = r->s;
	uint64_t result = rotate(s[1] * 5, 7) * 9;
	uint64_t t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotate(s[3], 45);
	return result;
}

uint64_t
rng_below(struct rng *r, uint64_t bound)
{
	uint64_t least;
	uint64_t x;

	assert(bound > 0);
	/* Values below 2^64 mod bound would favour small results. */
	least = (0 - bound) % bound;
	do {
		x = rng_next(r);
	} while (x < least);
	return x % bound;
}

double
rng_unit(struct rng *r)
{
	return (double)(rng_next(r) >> 11) * 0x1.0p-53;
}

double
rng_normal(struct rng *r)
{
	double u = 1.0 - rng_unit(r); /* (0, 1]: the logarithm is finite */
	double v = rng_unit(r);

	return sqrt(-2.0 * log(u)) * cos(2.0 * 3.14159265358979323846 * v);
}

uint64_t
rng_system(void)
{
	uint64_t value;
	ssize_t got;

	do {
		got = getrandom(&value, sizeof(value), 0);
	} while (got < 0 && errno == EINTR);
	if (got != (ssize_t)sizeof(value))
		abort(); /* a kernel without entropy: nothing is safe */
	return value;
}
