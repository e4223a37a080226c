/*
 * contrast - how well a style can be read, by the numbers of WCAG 2.
 *
 * Colours are entries of xterm's palette.  Whoever chose other ones for the
 * first sixteen sees something else; nothing better can be known here.  Pure.
 */
#ifndef MODEL_CONTRAST_H
#define MODEL_CONTRAST_H

#include "model/theme.h"

/* What WCAG 2 wants of text (1.4.3, AA), and of large text. */
#define CONTRAST_TEXT 4.5
#define CONTRAST_LARGE 3.0
/* Below this nobody reads it. */
#define CONTRAST_LEAST 2.0

struct rgb {
	unsigned char r, g, b; /* sRGB */
};

/* Entry 0 to 255 of xterm's palette. */
struct rgb palette_rgb(int index);

/* The three channels as light, each 0 to 1. */
void rgb_linear(struct rgb c, double to[3]);

/* Relative luminance: 0 black to 1 white. */
double rgb_luminance(struct rgb c);

/* 1 (the same) to 21 (black and white), in either order. */
double contrast_ratio(struct rgb a, struct rgb b);

/* What a style puts on the screen of a terminal that is black on white
 * (`is_light`) or white on black by default.  Reverse swaps the two; dim
 * mixes a third of the paper into the ink, as terminals do at most. */
struct shown {
	struct rgb ink, paper;
};
/* What of it a terminal shows, by the default ground of its kind. */
struct shown style_shown(const struct style *s, bool is_light);

/* Is the role shown in letters that count as large: bold, or a badge? */
bool style_is_large(enum role role, const struct style *s);

#endif
