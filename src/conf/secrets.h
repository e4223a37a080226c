/* secrets - what must never stand in a file that people share. */
#ifndef CONF_SECRETS_H
#define CONF_SECRETS_H

#include "conf/node.h"

/* Does a key of this name hold a secret ("Authorization", "api_key")? */
bool secret_name(const char *key);

/* Reports literal secrets anywhere in headers, maps and bodies. */
void secrets_check(const struct site *s, const struct node *n);

#endif
