/* contrast - palette to light, and light to the ratio people read by. */
#include "model/contrast.h"

#include <assert.h>
#include <math.h>

/* What xterm shows for the first sixteen. */
static const struct rgb first[16] = {
	{ 0, 0, 0 },	   { 205, 0, 0 },   { 0, 205, 0 },   { 205, 205, 0 },
	{ 0, 0, 238 },	   { 205, 0, 205 }, { 0, 205, 205 }, { 229, 229, 229 },
	{ 127, 127, 127 }, { 255, 0, 0 },   { 0, 255, 0 },   { 255, 255, 0 },
	{ 92, 92, 255 },   { 255, 0, 255 }, { 0, 255, 255 }, { 255, 255, 255 },
};

static const struct rgb black = { 0, 0, 0 };
static const struct rgb white = { 255, 255, 255 };

/* After the first come a cube of 6 x 6 x 6 and 24 greys. */
struct rgb
palette_rgb(int index)
{
	static const unsigned char levels[6] = { 0, 95, 135, 175, 215, 255 };
	int cube = index - 16;

	assert(index >= 0 && index < 256);
	if (index < 16)
		return first[index];
	if (index >= 232) {
		unsigned char grey = (unsigned char)(8 + (index - 232) * 10);

		return (struct rgb){ grey, grey, grey };
	}
	return (struct rgb){ levels[cube / 36], levels[cube / 6 % 6],
			     levels[cube % 6] };
}

/* IEC 61966-2-1.  WCAG prints 0.03928 for the joint; between the two lies no
 * value of eight bits. */
static double
linear(unsigned char channel)
{
	double v = channel / 255.0;

	return v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
}

void
rgb_linear(struct rgb c, double to[3])
{
	to[0] = linear(c.r);
	to[1] = linear(c.g);
	to[2] = linear(c.b);
}

double
rgb_luminance(struct rgb c)
{
	return 0.2126 * linear(c.r) + 0.7152 * linear(c.g) +
	       0.0722 * linear(c.b);
}

double
contrast_ratio(struct rgb a, struct rgb b)
{
	double x = rgb_luminance(a) + 0.05, y = rgb_luminance(b) + 0.05;

	return x > y ? x / y : y / x;
}

static unsigned char
mix(unsigned char ink, unsigned char paper)
{
	return (unsigned char)((2 * ink + paper) / 3);
}

struct shown
style_shown(const struct style *s, bool is_light)
{
	struct rgb ink = is_light ? black : white;
	struct rgb paper = is_light ? white : black;

	assert(s->fg < 256 && s->bg < 256);
	if (s->fg >= 0)
		ink = palette_rgb(s->fg);
	if (s->bg >= 0)
		paper = palette_rgb(s->bg);
	if ((s->attrs & STYLE_REVERSE) != 0) {
		struct rgb kept = ink;

		ink = paper;
		paper = kept;
	}
	if ((s->attrs & STYLE_DIM) != 0)
		ink = (struct rgb){ mix(ink.r, paper.r), mix(ink.g, paper.g),
				    mix(ink.b, paper.b) };
	return (struct shown){ ink, paper };
}

bool
style_is_large(enum role role, const struct style *s)
{
	return (s->attrs & STYLE_BOLD) != 0 ||
	       (role >= ROLE_BADGE_GO && role <= ROLE_BADGE_BLIND);
}
