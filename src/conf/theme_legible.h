/* theme_legible - what can hardly be read, or told apart, in a sound theme. */
#ifndef CONF_THEME_LEGIBLE_H
#define CONF_THEME_LEGIBLE_H

#include "conf/node.h"
#include "model/theme.h"

/* What the terminal's own background is taken to be, black or white; unless
 * a theme says so, it is the first. */
#define BACKGROUND_WORDS "dark light any"
enum background { BACKGROUND_DARK, BACKGROUND_LIGHT, BACKGROUND_ANY };

/* Reports styles of low contrast on each background that the theme is for,
 * and in a theme for the colour-blind verdicts that look alike.  `root` must
 * have been read into `t` without errors. */
void theme_check_legible(const struct theme *t, enum background background,
			 const struct site *s, const struct node *root);

#endif
