/* sight - linear RGB through a matrix, then to CIELAB, where far is far. */
#include "model/sight.h"

#include <assert.h>
#include <math.h>

#define SIGHT_NAME(code, name) [code] = name,
const char *const sight_names[SIGHT_COUNT] = { SIGHT_LIST(SIGHT_NAME) };
#undef SIGHT_NAME

static const double seen_as[SIGHT_COUNT][3][3] = {
	[SIGHT_NORMAL] = { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } },
	[SIGHT_PROTANOPIA] = { { 0.152286, 1.052583, -0.204868 },
			       { 0.114503, 0.786281, 0.099216 },
			       { -0.003882, -0.048116, 1.051998 } },
	[SIGHT_DEUTERANOPIA] = { { 0.367322, 0.860646, -0.227968 },
				 { 0.280085, 0.672501, 0.047413 },
				 { -0.011820, 0.042940, 0.968881 } },
	[SIGHT_TRITANOPIA] = { { 1.255528, -0.076749, -0.178779 },
			       { -0.078411, 0.930809, 0.147602 },
			       { 0.004733, 0.691367, 0.303900 } },
};

/* sRGB to XYZ, each row divided by the white point of D65. */
static const double to_xyz[3][3] = {
	{ 0.4124564 / 0.95047, 0.3575761 / 0.95047, 0.1804375 / 0.95047 },
	{ 0.2126729, 0.7151522, 0.0721750 },
	{ 0.0193339 / 1.08883, 0.1191920 / 1.08883, 0.9503041 / 1.08883 },
};

/* What leaves the range no screen can show. */
static void
apply(const double m[3][3], const double from[3], double to[3])
{
	for (int i = 0; i < 3; i++) {
		double sum = m[i][0] * from[0] + m[i][1] * from[1] +
			     m[i][2] * from[2];

		to[i] = fmin(1, fmax(0, sum));
	}
}

static double
lab_curve(double t)
{
	const double joint = 6.0 / 29;

	return t > joint * joint * joint ? cbrt(t)
					 : t / (3 * joint * joint) + 4.0 / 29;
}

static void
see(enum sight sight, struct rgb c, double lab[3])
{
	double light[3], seen[3], xyz[3], f[3];

	rgb_linear(c, light);
	apply(seen_as[sight], light, seen);
	apply(to_xyz, seen, xyz);
	for (int i = 0; i < 3; i++)
		f[i] = lab_curve(xyz[i]);
	lab[0] = 116 * f[1] - 16;
	lab[1] = 500 * (f[0] - f[1]);
	lab[2] = 200 * (f[1] - f[2]);
}

double
sight_distance(enum sight sight, struct rgb a, struct rgb b)
{
	double x[3], y[3], sum = 0;

	assert(sight >= 0 && sight < SIGHT_COUNT);
	see(sight, a, x);
	see(sight, b, y);
	for (int i = 0; i < 3; i++)
		sum += (x[i] - y[i]) * (x[i] - y[i]);
	return sqrt(sum);
}
