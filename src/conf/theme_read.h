/* theme_read - a theme from a tree; what theme_load() and conf_check() share.
 */
#ifndef CONF_THEME_READ_H
#define CONF_THEME_READ_H

#include "conf/node.h"
#include "model/theme.h"

/* Fills in all of `out`; what it does not know is reported. */
void theme_read(struct theme *out, const struct site *s,
		const struct node *root);

#endif
