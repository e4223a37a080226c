/* theme - roles to styles, read from a YAML file. */
#ifndef CONF_THEME_H
#define CONF_THEME_H

#include "conf/finding.h"
#include "model/theme.h"

/*
 * Reads "theme: NAME" and for 256, 16 and mono a map of role to
 * "fg bg attributes" (colour names, 0-255, #rrggbb mapped to the nearest, or
 * "default").  Every role must be there.  ERR_INPUT: see `f`.
 */
enum err_code theme_load(struct theme *out, const char *path,
			 struct findings *f, struct err *e) MUST_CHECK;

#endif
