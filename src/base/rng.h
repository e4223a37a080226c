/* rng - seeded pseudo random numbers (xoshiro256**) and system entropy. */
#ifndef BASE_RNG_H
#define BASE_RNG_H

#include <stdint.h>

/* Plain data, one owner.  The same seed gives the same sequence for ever. */
struct rng {
	uint64_t s[4];
};

/* Starts the sequence of `seed`; any seed is good. */
void rng_seed(struct rng *r, uint64_t seed);
uint64_t rng_next(struct rng *r);		   /* all 64 bits */
uint64_t rng_below(struct rng *r, uint64_t bound); /* 0..bound-1; bound > 0 */
double rng_unit(struct rng *r);			   /* [0, 1) */
double rng_normal(struct rng *r);		   /* mean 0, deviation 1 */
uint64_t rng_system(void); /* unpredictable, any thread */

#endif
