/* secrets - what must never stand in a file that people share. */
#ifndef CONF_SECRETS_H
#define CONF_SECRETS_H

#include "conf/node.h"

/* Does a key of this name hold a secret ("Authorization", "api_key")? */
bool secret_name(const char *key);

/* Reports literal secrets anywhere in headers, maps and bodies. */
void secrets_check(const struct site *s, const struct node *n);

/* Looks at a whole file (NULL: none) for what is a secret wherever it stands,
 * also in a title, and reports what is not reported yet: to be called when the
 * rest has been read.  Linear in its bytes. */
void secrets_look(const struct site *s, const struct node *root);

#endif
