/* colour - names, numbers and #rrggbb as palette entries. */
#include "conf/colour.h"

#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

static const char *const names[16] = {
	"black",	"red",
	"green",	"yellow",
	"blue",		"magenta",
	"cyan",		"white",
	"bright-black", "bright-red",
	"bright-green", "bright-yellow",
	"bright-blue",	"bright-magenta",
	"bright-cyan",	"bright-white",
};
const char colour_names[] =
	"black red green yellow blue magenta cyan white bright-black "
	"bright-red bright-green bright-yellow bright-blue bright-magenta "
	"bright-cyan bright-white default";

struct rgb {
	int r, g, b;
};

/* The colours xterm shows for the first sixteen. */
static const struct rgb base[16] = {
	{ 0, 0, 0 },	   { 205, 0, 0 },   { 0, 205, 0 },   { 205, 205, 0 },
	{ 0, 0, 238 },	   { 205, 0, 205 }, { 0, 205, 205 }, { 229, 229, 229 },
	{ 127, 127, 127 }, { 255, 0, 0 },   { 0, 255, 0 },   { 255, 255, 0 },
	{ 92, 92, 255 },   { 255, 0, 255 }, { 0, 255, 255 }, { 255, 255, 255 },
};

static struct rgb
entry(int index)
{
	static const int levels[6] = { 0, 95, 135, 175, 215, 255 };
	int cube = index - 16;

	if (index < 16)
		return base[index];
	if (index >= 232) {
		int grey = 8 + (index - 232) * 10;

		return (struct rgb){ grey, grey, grey };
	}
	return (struct rgb){ levels[cube / 36], levels[cube / 6 % 6],
			     levels[cube % 6] };
}

/* The first sixteen differ between terminals, so with 256 they are left out. */
static int
nearest(struct rgb want, int count)
{
	int best = 0, least = INT_MAX;

	for (int i = count > 16 ? 16 : 0; i < count; i++) {
		struct rgb c = entry(i);
		int r = c.r - want.r, g = c.g - want.g, b = c.b - want.b;
		int d = 3 * r * r + 4 * g * g + 2 * b * b;

		if (d < least) {
			least = d;
			best = i;
		}
	}
	return best;
}

static bool
parse_hex(const char *text, struct rgb *out)
{
	unsigned r, g, b;

	if (strlen(text) != 7 ||
	    strspn(text + 1, "0123456789abcdefABCDEF") != 6)
		return false;
	if (sscanf(text + 1, "%2x%2x%2x", &r, &g, &b) != 3)
		return false;
	*out = (struct rgb){ (int)r, (int)g, (int)b };
	return true;
}

bool
colour_parse(const char *text, int count, int *out)
{
	struct rgb want;
	int64_t number;

	if (strcmp(text, "default") == 0) {
		*out = -1;
		return true;
	}
	if (text[0] == '#') {
		if (!parse_hex(text, &want))
			return false;
		*out = nearest(want, count);
		return true;
	}
	if (str_to_int(text, &number)) {
		if (number < 0 || number >= count)
			return false;
		*out = (int)number;
		return true;
	}
	for (int i = 0; i < 16; i++)
		if (strcmp(names[i], text) == 0) {
			*out = i;
			return true;
		}
	return false;
}
